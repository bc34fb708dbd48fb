"""Personal names taken apart: words, scripts, consonants, and the keys that bring mentions of one person together."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Literal

from anyascii import anyascii

from include.knowledge.gazetteer import FOLDER, load_names
from include.knowledge.namekeys import name_key
from include.knowledge.yamlfile import read_yaml

NEAR_DAYS = 60

_PART_BREAK = re.compile(r"[\s\u00b7\u30fb\u2022\u2027\uff65\u2219.,=＝]+")
_SCRIPTS = (
    ("latin", re.compile(r"[a-z\u00c0-\u024f\u1e00-\u1eff]", re.IGNORECASE)),
    ("cyrillic", re.compile(r"[\u0400-\u052f]")),
    ("arabic", re.compile(r"[\u0600-\u06ff]")),
    ("devanagari", re.compile(r"[\u0900-\u097f]")),
    ("thai", re.compile(r"[\u0e00-\u0e7f]")),
    ("hangul", re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")),
    ("kana", re.compile(r"[\u3040-\u30ff]")),
    ("han", re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")),
)
# Сутскевера, Сутскеверу, Сутскевером; Малиновский, Малиновского; Сергей, Сергея. Keys have и for й.
_ADJECTIVAL = re.compile("(?<=[сц]к)(ии|ого|ому|им|ом|ая|ую|ои|а|у|і|ии|ої|ою)$")
_CYRILLIC_CASE = re.compile("(ові|еві|ого|ому|ою|ею|ои|оі|ым|им|ом|ем|єм|ьом)$|[аяуюеєыиіоь]$")
# Altmana, Altmanowi, Altmanem; Altman'ın is cut by the apostrophe before.
_LATIN_CASE = ("a", "owi", "em", "iem", "u", "ego", "emu", "s")
# Kwiatkowska, Kwiatkowskiej, Kwiatkowską; Ewa, Ewy, Ewie. Keys have no ogonek.
_FEMININE_CASE = re.compile("(?<=[sc]k)(a|iej)$")
_VOWEL_CASE = re.compile("(a|y|i|e|ie|o)$")
_SIBILANTS = re.compile("shch|tsch|tch|tsh|sch|dzh|zh|sh|ch|cz|sz|zs|ts|tz|dz|dj|c(?=[iey])|[jqxzs]")
_X_AS_KS = re.compile("(?<=[aeiouy])x(?!i(?![ms])|u)")
_CH_AS_K = re.compile("ch(?=[lr])")
_CLASSES = str.maketrans(
    {**dict.fromkeys("bpfvw", "p"), **dict.fromkeys("kgc", "k"), **dict.fromkeys("td", "t"), **dict.fromkeys("lr", "l")}
)
_NOT_CONSONANT = re.compile("[^ptkslmn]")


Reach = Literal["name", "near", "like"]


@dataclass(frozen=True, slots=True)
class BlockKey:
    """One key of a move: 40 bits of a hash, and how far it reaches.

    `name`: one full name at one organisation, at any time. `near`: one full name anywhere, between moves at most
    `NEAR_DAYS` apart. `like`: coarse, at one organisation and as near; the names themselves are to be compared
    (`candidates.may_concern`). Two keys that are equal by chance only make a block larger.
    """

    key: int
    at: date
    reach: Reach


@lru_cache(maxsize=65536)
def name_parts(name: str) -> tuple[str, ...]:
    """The words of a name as keys, in the order of the text: `Сэм Альтман`, `阿莱克·拉德福德`, `Altman, Sam`."""
    parts = (name_key(part) for part in _PART_BREAK.split(unicodedata.normalize("NFKC", name)))
    words = [word for part in parts for word in part.split()]
    if "," in name and len(words) == 2:
        words.reverse()
    return tuple(words)


@lru_cache(maxsize=65536)
def script_of(name: str) -> str:
    """The script that most letters of a name are in; a name with kana is kana, whatever Han it holds."""
    counts = {script: len(pattern.findall(name)) for script, pattern in _SCRIPTS}
    if counts["kana"]:
        return "kana"
    best = max(counts, key=lambda script: counts[script])
    return best if counts[best] else "other"


@lru_cache(maxsize=65536)
def is_full_name(name: str) -> bool:
    """Whether a form holds more than a surname: `Sébastien Bubeck`, `李飞飞`, `小林健太`; not `Bubeck`, `阿尔特曼`."""
    parts = name_parts(name)
    if len(parts) >= 2:
        return len("".join(parts)) > 3 or script_of(name) != "latin"
    if not parts:
        return False
    script, length = script_of(name), len(parts[0])
    if script == "han":
        return 2 <= length <= 3 or (length <= 5 and parts[0].startswith(_japanese_surnames()))
    return script == "hangul" and length == 3


@cache
def _japanese_surnames() -> tuple[str, ...]:
    """Family names of two and more kanji, as keys."""
    return tuple(key for surname in load_names("kanji").surnames if len(key := name_key(surname)) >= 2)


@cache
def _kanji_readings() -> dict[str, tuple[str, ...]]:
    path = FOLDER / "kanji_readings.yaml"
    return {name_key(surname): tuple(readings) for surname, readings in read_yaml(path).items()}


@lru_cache(maxsize=65536)
def read_surname(name: str) -> tuple[str, ...]:
    """How the family name of a Japanese name in kanji is read, in Latin letters; () where it is none that we know."""
    if script_of(name) != "han":
        return ()
    key = "".join(name_parts(name))
    known = _kanji_readings()
    return next((known[key[:length]] for length in (3, 2, 1) if len(key) > length and key[:length] in known), ())


@lru_cache(maxsize=65536)
def folded_parts(name: str) -> tuple[str, ...]:
    """Name parts sorted, Cyrillic case endings off, initials left out: equal for `Wei Jason` and `Jason Q. Wei`."""
    parts = name_parts(name)
    if script_of(name) == "cyrillic":
        parts = tuple(_strip_case(part) for part in parts)
    if len(parts) > 2:
        parts = tuple(part for part in parts if len(part) > 1) or parts
    return tuple(sorted(parts))


def full_key(name: str) -> str:
    """The key under which two full names of one script are the same name."""
    return " ".join(folded_parts(name))


@lru_cache(maxsize=65536)
def skeleton(part: str) -> str:
    """Consonant classes of one name part in any script: `sutskever`, `苏茨克维` and `수츠케버` come out alike."""
    ascii_text = anyascii(part).lower()
    script = script_of(part)
    if script == "arabic":  # w and y stand for long vowels
        ascii_text = re.sub("[wy']", "", ascii_text)
    elif script == "devanagari":  # च and छ come out as c
        ascii_text = ascii_text.replace("c", "s")
    elif script == "latin":  # Alexey, Maxim; the x of pinyin is a sibilant. Chloe, Christian
        ascii_text = _CH_AS_K.sub("k", _X_AS_KS.sub("ks", ascii_text))
    text = _SIBILANTS.sub("s", ascii_text)
    return _NOT_CONSONANT.sub("", text.translate(_CLASSES))


def same_surname_form(short: str, full: str) -> bool:
    """Whether a short form is one of the words of a full name: `Bubeck`, `Сутскевера`, `알트만`."""
    parts = folded_parts(short)
    words = folded_parts(full)
    if len(parts) == 1 and len(words) > 1 and script_of(short) == script_of(full):
        return any(parts[0] == word or is_inflected(parts[0], word) for word in words)
    return False


@lru_cache(maxsize=65536)
def ways_to_say(name: str) -> tuple[tuple[str, ...], ...]:
    """Consonants of each word; where there is a j, as the sibilant of English and as the vowel of German and Polish."""
    parts = name_parts(name)
    ways = [parts, tuple(part.replace("j", "y") for part in parts)] if "j" in name.casefold() else [parts]
    return tuple(tuple(skeleton(part) for part in way) for way in ways)


@lru_cache(maxsize=65536)
def signatures(name: str) -> tuple[str, ...]:
    """Coarse keys of likeness across scripts: the first consonants of both ends, and of the whole name.

    Two names that are alike share one: 김도윤, キム・ドユン and `Kim Do-yun` begin alike, whatever is a word in them.
    """
    found: dict[str, None] = {}
    for way in ways_to_say(name):
        bones = [bone or "-" for bone in way]
        if bones:
            ends = "".join(sorted(bone[0] for bone in {bones[0]: "", bones[-1]: ""}))
            whole = "".join(bones).replace("-", "")
            turned = "".join([bones[-1], *bones[:-1]]).replace("-", "")
            found |= dict.fromkeys((f"{ends}:", f":{whole[:2]}", f":{turned[:2]}"))
    found |= dict.fromkeys(f":{skeleton(reading)[:2]}" for reading in read_surname(name))
    return tuple(found)


def name_block_keys(forms: tuple[str, ...], marks: tuple[str, ...], at: date) -> tuple[BlockKey, ...]:
    """Keys of one mention: `forms` are its names, `marks` what stands for the organisations that it names.

    Namesakes elsewhere and long ago are not touched, so that what a run reads does not grow with history.
    """
    keys: dict[tuple[int, Reach], None] = {}
    for form in forms:
        full = is_full_name(form)
        if full:
            keys[hash_key(full_key(form)), "near"] = None
        for mark in marks:
            if full:
                keys[hash_key(full_key(form), mark), "name"] = None
                keys |= dict.fromkeys((hash_key(mark, sign), "like") for sign in signatures(form))
            keys |= dict.fromkeys((hash_key(mark, part), "like") for part in folded_parts(form))
    return tuple(BlockKey(key, at, reach) for key, reach in keys)


@lru_cache(maxsize=65536)
def hash_key(*parts: str) -> int:
    """40 bits of a hash of texts: an integer, which DuckDB compares ten times as fast as a text."""
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:5], "big")


def are_near(left: tuple[date, ...], right: tuple[date, ...]) -> bool:
    """Whether two mentions are near enough in time for likeness to count, by any of their dates."""
    return any(abs(a - b) <= timedelta(days=NEAR_DAYS) for a in left for b in right)


def is_inflected(left: str, right: str) -> bool:
    """Whether one word is the other with a case ending of Latin script: `Altman`, `Altmanowi`."""
    short, long = sorted((left, right), key=len)
    if len(short) >= 5 and long.startswith(short) and long[len(short) :] in _LATIN_CASE:
        return True
    stems = [_FEMININE_CASE.sub("", word) for word in (left, right)]
    return left != right and stems[0] == stems[1] and left not in stems and right not in stems


def differ_in_ending(left: str, right: str) -> bool:
    """Whether two short words differ in a vowel at the end alone, as Ewa and Ewy do in two cases."""
    stems = [_VOWEL_CASE.sub("", word) for word in (left, right)]
    return stems[0] == stems[1] and len(stems[0]) >= 2


def _strip_case(part: str) -> str:
    stem = _ADJECTIVAL.sub("", part)
    if stem == part:
        stem = _CYRILLIC_CASE.sub("", part)
    return stem if len(stem) >= 3 else part
