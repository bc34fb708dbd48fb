"""Personal names taken apart: words, scripts, consonants, and the keys that bring mentions of one person together."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from anyascii import anyascii

from include.knowledge.gazetteer import FOLDER, load_names
from include.knowledge.namekeys import name_key
from include.knowledge.yamlfile import read_yaml

NEAR_DAYS = 60
SOON_DAYS = 10  # one piece of news goes round the languages within these
_SHORT_TITLES = "氏様씨님"
_STEM = 2  # letters that a case ending leaves: Вэй, Вэя
LOST_SOUNDS = {
    "이": "리",
    "임": "림",
    "유": "류",
    "노": "로",
    "나": "라",
    "양": "량",
    "여": "려",
    "염": "렴",
}  # Lee, Lim, Ryu
_SAID_ALIKE = 3  # consonants of a family name in two scripts: Колев, Kolev
# Thị, Văn and Đức after a family name of one sign
_VIETNAMESE = {"han": re.compile("(.)[氏文].{1,2}"), "hangul": re.compile("(.)(?:티|반|득).{1,3}")}
_TELLING_SIGNS, _TELLING_BONES = 3, 5  # characters, consonants of a name that few have

# Sports pages join foreign names by a hyphen: 勒布朗-詹姆斯.
_PART_BREAK = re.compile(r"[\s\u00b7\u30fb\u2022\u2027\uff65\u2219.,=＝]+|(?<=[\u3400-\u9fff])-(?=[\u3400-\u9fff])")
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
_CYRILLIC_VOWEL = re.compile("[аяуюеєыиіоь]$")
_UKRAINIAN = str.maketrans({"і": "и", "ї": "и", "є": "е", "ґ": "г", "ь": None, "э": "е"})  # Юрій, Юрий; Рэй, Рей
# Altmana, Altmanowi, Altmanem; Altman'ın is cut by the apostrophe before.
_LATIN_CASE = ("a", "owi", "em", "iem", "u", "ego", "emu", "s")
# Kwiatkowska, Kwiatkowskiej, Kwiatkowską; Ewa, Ewy, Ewie. Keys have no ogonek.
_FEMININE_CASE = re.compile("(?<=[sc]k)(a|iej)$")
_VOWEL_CASE = re.compile("(a|y|i|e|ie|o)$")
_SIBILANTS = re.compile("shch|tsch|tch|tsh|sch|dzh|zh|sh|ch|cz|sz|zs|ts|tz|dz|dj|c(?=[iey])|[jqxzs]")
_X_AS_KS = re.compile("(?<=[aeiouy])x(?!i(?![ms])|u)")
_CH_AS_K = re.compile("ch(?=[lr])")
TR_AS_CH = re.compile("tr(?=[aeiouy]{1,3}(ng|nh|ch|[nmcpt])?$)")  # of Trần, Trương, which others hear as Chan
_CLASSES = str.maketrans(
    {**dict.fromkeys("bpfvw", "p"), **dict.fromkeys("kgc", "k"), **dict.fromkeys("td", "t"), **dict.fromkeys("lr", "l")}
)
_NOT_CONSONANT = re.compile("[^ptkslmn]")


@lru_cache(maxsize=65536)
def name_parts(name: str) -> tuple[str, ...]:
    """The words of a name as keys, in the order of the text: `Сэм Альтман`, `阿莱克·拉德福德`, `Altman, Sam`."""
    parts = (name_key(part) for part in _PART_BREAK.split(unicodedata.normalize("NFKC", name)))
    words = [word for part in parts for word in part.split()]
    if "," in name and len(words) == 2:
        words.reverse()
    return tuple(words)


@lru_cache(maxsize=65536)
def without_titles(name: str) -> str:
    """A name without forms of address and posts: `Dr Lam`, `ông Hùng`, `오 CTO`, `林佩儀醫生`. Never empty.

    A title that is a name as well (Sri, Pan, Anh) stays, and so does one that would leave nothing: 전 부회장.
    """
    words = name.split()
    scripts = {script_of(word) for word in words} - {"other"}
    if len(scripts) > 1 and "latin" in scripts:
        words = [word for word in words if script_of(word) != "latin"] or words
    titles = frozenset[str]().union(*(_titles(script) for script in scripts))
    while len(words) > 1 and words[-1] in titles and "latin" not in scripts:
        words.pop()
    while len(words) > 1 and words[0] in titles:
        words.pop(0)
    last = words[-1] if words else ""
    for title in _suffixes() if scripts & {"han", "kana", "hangul"} else ():
        if last.endswith(title) and len(last) > len(title) + 1:
            words[-1] = last.removesuffix(title)
            break
    return " ".join(words) or name


@lru_cache(maxsize=65536)
def without_particles(name: str) -> str:
    """A name without von, de, bin, al and their like, where two words are left; else the name."""
    script = script_of(name)
    if script in ("han", "hangul", "other"):
        return name
    parts = name_parts(name)
    kept = [part for part in parts if part not in particles(script)]
    return " ".join(kept) if 1 < len(kept) < len(parts) else name


@cache
def particles(script: str) -> frozenset[str]:
    """Keys of the particles in names of a script."""
    return frozenset(map(name_key, load_names("katakana" if script == "kana" else script).particles)) - {""}


@cache
def _titles(script: str) -> frozenset[str]:
    files = {"kana": "katakana", "other": ""}.get(script, script)
    if not files:
        return frozenset()
    names = load_names(files)
    known = frozenset(map(name_key, (*names.given, *names.surnames)))
    return frozenset(title for title in names.honorifics if title[0].islower() or name_key(title) not in known)


@cache
def _suffixes() -> tuple[str, ...]:
    """Titles that are written with the name, the longest first; of one character only those that end no name."""
    found = {title for script in ("han", "katakana", "hangul") for title in load_names(script).honorifics}
    return tuple(sorted((t for t in found if len(t) > 1 or t in _SHORT_TITLES), key=lambda t: (-len(t), t)))


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
        surname = next((known for known in _long_surnames() if parts[0].startswith(known)), "")
        if 2 <= length <= 3 or len(surname) < length <= len(surname) + 3 or _holds_middle_name(parts[0], script):
            return True
        return bool(length <= 6 and read_kanji(name))
    if script != "hangul":
        return False
    surname = next((known for known in _long_surnames() if parts[0].startswith(known)), "")
    return length == 3 or (0 < len(surname) < length <= len(surname) + 3) or _holds_middle_name(parts[0], script)


def _holds_middle_name(word: str, script: str) -> bool:
    """Whether a name without spaces is a Vietnamese one: 阮氏秋河, 레티투하."""
    found = _VIETNAMESE[script].fullmatch(word)
    return found is not None and found[1] in (*_short_surnames(script), *"레팜판")


@cache
def _short_surnames(script: str) -> frozenset[str]:
    return frozenset(key for word in load_names(script).surnames if len(key := name_key(word)) == 1)


def without_abbreviated(forms: tuple[str, ...]) -> tuple[str, ...]:
    """Full names without those that another one spells out.

    `А. Ковальчук` beside `Андрій Ковальчук` says less, and would be like `Александр Ковальчук`.
    """
    return tuple(form for form in forms if not any(_spells_out(other, form) for other in forms if other != form))


def _spells_out(full: str, abbreviated: str) -> bool:
    words, rest = name_parts(abbreviated), list(name_parts(full))
    initials = [word for word in words if len(word) == 1]
    if not initials or script_of(full) != script_of(abbreviated) or script_of(full) in ("han", "hangul"):
        return False
    for word in sorted(words, key=len, reverse=True):
        found = next((other for other in rest if other == word or (len(word) == 1 and other[0] == word)), None)
        if found is None:
            return False
        rest.remove(found)
    return not any(len(word) == 1 for word in name_parts(full))


@cache
def _long_surnames() -> tuple[str, ...]:
    """Family names of two and more characters, as keys, the longest first: 小野寺, 欧阳, 남궁."""
    known = {name_key(surname) for script in ("kanji", "han", "hangul") for surname in load_names(script).surnames}
    return tuple(sorted((key for key in known if len(key) > 1), key=lambda key: (-len(key), key)))


def load_tables() -> None:
    """Read every list of names and titles, as the first names of a run would, in a quarter of a second."""
    for script, _ in _SCRIPTS:
        _titles(script)
    _suffixes()
    _long_surnames()
    surnames_read()


@cache
def _kanji_readings() -> dict[str, tuple[str, ...]]:
    path = FOLDER / "kanji_readings.yaml"
    return {name_key(surname): tuple(readings) for surname, readings in read_yaml(path).items()}


@cache
def surnames_read() -> frozenset[str]:
    """All readings, in Latin letters."""
    return frozenset(reading for readings in _kanji_readings().values() for reading in readings)


@lru_cache(maxsize=65536)
def read_surname(name: str) -> tuple[str, ...]:
    """How the family name of a name in Han is read in Japanese or Cantonese, in Latin letters; () where unknown."""
    if script_of(name) != "han":
        return ()
    key = "".join(name_parts(name))
    known = _kanji_readings()
    return next((known[key[:length]] for length in (3, 2, 1) if len(key) > length and key[:length] in known), ())


@cache
def _japanese() -> Any:
    import sudachipy

    return sudachipy.Dictionary(dict="core").tokenizer(mode=sudachipy.SplitMode.C)


@lru_cache(maxsize=65536)
def read_kanji(name: str) -> tuple[str, ...]:
    """How a dictionary reads a name in kanji, in kana: (family, given); () where it finds no such two words."""
    words = _japanese().tokenize(_PART_BREAK.sub("", name))
    kinds = [word.part_of_speech()[3] if word.part_of_speech()[2] == "人名" else "" for word in words]
    if kinds != ["姓", "名"]:
        return ()
    return tuple(word.reading_form() for word in words)


@lru_cache(maxsize=65536)
def folded_parts(name: str) -> tuple[str, ...]:
    """Name parts sorted, Cyrillic case endings off, initials left out: equal for `Wei Jason` and `Jason Q. Wei`."""
    parts = ordered_parts(name)
    if len(parts) > 2:
        parts = tuple(part for part in parts if len(part) > 1) or parts
    return tuple(sorted(parts))


@lru_cache(maxsize=65536)
def ordered_parts(name: str) -> tuple[str, ...]:
    """Name parts in the order of the text, Cyrillic ones without cases and as Ukrainian and Russian share them."""
    parts = name_parts(name)
    if script_of(name) == "cyrillic":
        return tuple(strip_case(part).translate(_UKRAINIAN) for part in parts)
    return parts


@lru_cache(maxsize=65536)
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
    if len(parts) != 1 or len(words) < 2:
        return False
    if script_of(short) == script_of(full):
        return any(parts[0] == word or is_inflected(parts[0], word) for word in words)
    bones = skeleton(parts[0])
    return len(bones) >= _SAID_ALIKE and any(bones == skeleton(word) for word in words)


@lru_cache(maxsize=65536)
def short_sign(part: str) -> str:
    """One word of a name as a key: its consonants in any script, where there are enough of them."""
    bones = skeleton(part)
    return f"~{bones}" if len(bones) >= _SAID_ALIKE else part


@lru_cache(maxsize=65536)
def ways_to_say(name: str) -> tuple[tuple[str, ...], ...]:
    """Consonants of each word, in each of the ways in which it may be said.

    A j as the sibilant of English or the vowel of German and Polish, qu as in Quan or in Quintana, tr as it is said in
    Vietnam, Korean family names
    with the sound that they lost at the beginning (이, Lee) or without the r that nobody says (박, Park), a name in
    kanji as it is read in Japanese.
    """
    parts = name_parts(name)
    ways = [parts]
    folded = name.casefold()
    if "j" in folded:
        ways.append(tuple(part.replace("j", "y") for part in parts))
    if "qu" in folded:
        ways.append(tuple(part.replace("qu", "k") for part in parts))
    if "フ" in name:  # Japanese writes the h of ジフン (Ji-hun) so
        ways.append(tuple(part.replace("フ", "ウ") for part in parts))
    if any(map(TR_AS_CH.match, parts)):
        ways.append(tuple(TR_AS_CH.sub("ch", part) for part in parts))
    if "park" in parts:
        ways.append(tuple("pak" if part == "park" else part for part in parts))
    if parts and parts[0][0] in LOST_SOUNDS:
        ways.append((LOST_SOUNDS[parts[0][0]] + parts[0][1:], *parts[1:]))
    if script_of(name) == "han":
        ways += [reading for reading in [read_kanji(name)] if reading]
    return tuple(dict.fromkeys(tuple(skeleton(part) for part in way) for way in ways))


@lru_cache(maxsize=65536)
def is_telling(name: str) -> bool:
    """Whether few are called so, or like it: 李伟 and Li Wei are many, 欧阳慧敏 and Rafael Quintanilha are not."""
    if script_of(name) in ("han", "hangul"):
        return len("".join(name_parts(name))) >= _TELLING_SIGNS
    return len("".join(ways_to_say(name)[0])) >= _TELLING_BONES


def squeeze(bones: str) -> str:
    """Consonants without what scripts differ in: m and n, and doubled ones."""
    return re.sub(r"(.)\1+", r"\1", bones.replace("m", "n"))


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


def strip_case(part: str) -> str:
    stem = _ADJECTIVAL.sub("", part)
    if stem != part:
        return stem if len(stem) >= _STEM else part
    # Twice: Сергея, Сергей; Цай, Цаем
    for _ in range(2):
        stem = _CYRILLIC_CASE.sub("", part)
        if len(stem) < _STEM:
            stem = _CYRILLIC_VOWEL.sub("", part)  # Бому is of Бом
        part = stem if len(stem) >= _STEM else part
    return part
