"""How alike two personal names are, within one script and across scripts, and the keys that bring them together.

Exact keys decide. Likeness only proposes: `entities` accepts it where the organisation agrees and the time is near.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from include.knowledge.namekeys import name_key

NEAR_DAYS = 60
ACCEPT_ACROSS_SCRIPTS = 0.74  # likeness of consonant skeletons; measured in bench/resolve.py
PROPOSE = 0.6

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
# Сутскевера, Сутскеверу, Сутскевером: case endings of Russian and Ukrainian names.
_CYRILLIC_CASE = re.compile(
    "(ского|скому|ским|ском|ская|скую|ской|ий|ый|ові|еві|ого|ому|ым|им|ом|ем|єм|ою|ею|ой|ей)$|[аяуюеєыиіо]$"
)
# Altmana, Altmanowi, Altmanem; Altman'ın is cut by the apostrophe before.
_LATIN_CASE = ("a", "owi", "em", "iem", "u", "ego", "emu", "s")
_SIBILANTS = re.compile("shch|tsch|tch|sch|dzh|zh|sh|ch|cz|sz|zs|ts|tz|dz|dj|c(?=[iey])|[jqxzs]")
_CLASSES = str.maketrans(
    {**dict.fromkeys("bpfvw", "p"), **dict.fromkeys("kgc", "k"), **dict.fromkeys("td", "t"), **dict.fromkeys("lr", "l")}
)
_NOT_CONSONANT = re.compile("[^ptkslmn]")
_NICKNAMES = tuple(
    frozenset(group.split())
    for group in (
        "robert rob bob bobby", "william will bill billy", "richard rich rick dick", "james jim jimmy jamie",
        "john jack johnny", "michael mike mick", "joseph joe joey", "thomas tom tommy", "charles charlie chuck",
        "edward ed eddie ted", "elizabeth liz beth betty eliza", "margaret maggie meg peggy", "katherine kate kathy",
        "alexander alex sasha sascha", "alexandra alex sasha", "andrew andy drew", "anthony tony", "steven steve",
        "stephen steve", "gregory greg", "lawrence larry", "patrick pat paddy", "nicholas nick", "benjamin ben",
        "samuel sam", "daniel dan danny", "matthew matt", "christopher chris", "jonathan jon", "timothy tim",
        "theodore ted theo", "francisco paco pancho", "jose pepe", "susan sue", "deborah debbie deb", "mikhail misha",
        "dmitry dima", "nikita nick", "ekaterina katya", "maria masha", "vladimir vova volodya", "yevgeny evgeny zhenya",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BlockKey:
    """One key of a move. `near|` keys only hold between moves at most `NEAR_DAYS` apart; `name|` keys always."""

    key: str
    at: date


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


def is_full_name(name: str) -> bool:
    """Whether a form holds more than a surname: `Sébastien Bubeck`, `李飞飞`, `하정우`; not `Bubeck`, `阿尔特曼` alone."""
    parts = name_parts(name)
    if len(parts) >= 2:
        return len("".join(parts)) > 3 or script_of(name) != "latin"
    if not parts:
        return False
    script, length = script_of(name), len(parts[0])
    if script == "han":
        return 2 <= length <= 3
    return script == "hangul" and length == 3


@lru_cache(maxsize=65536)
def folded_parts(name: str) -> tuple[str, ...]:
    """Name parts sorted, with Cyrillic case endings off and initials left out: equal for `Wei Jason`, `Jason Q. Wei`."""
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
    if script_of(part) == "arabic":
        ascii_text = re.sub("[wy']", "", ascii_text)
    text = _SIBILANTS.sub("s", ascii_text)
    return _NOT_CONSONANT.sub("", text.translate(_CLASSES))


@lru_cache(maxsize=65536)
def name_likeness(left: str, right: str) -> float:
    """How alike two full names are, 0 to 1. 1 is one name; above `PROPOSE` they may be one."""
    if full_key(left) == full_key(right):
        return 1.0
    if script_of(left) == script_of(right):
        return _likeness_in_script(folded_parts(left), folded_parts(right))
    return _likeness_across(name_parts(left), name_parts(right))


def same_surname_form(short: str, full: str) -> bool:
    """Whether a short form is one of the words of a full name: `Bubeck`, `Сутскевера`, `알트만`."""
    parts = folded_parts(short)
    words = folded_parts(full)
    if len(parts) == 1 and len(words) > 1 and script_of(short) == script_of(full):
        return any(parts[0] == word or _is_inflected(parts[0], word) for word in words)
    return False


def signature(name: str) -> str:
    """First consonant classes of the first and the last part, sorted: the coarse key of likeness across scripts."""
    parts = name_parts(name)
    ends = {parts[0], parts[-1]} if parts else set()
    return "".join(sorted((skeleton(part) or "-")[0] for part in ends))


def name_block_keys(forms: tuple[str, ...], roots: tuple[str, ...], at: date) -> tuple[BlockKey, ...]:
    """Keys of one mention: `forms` are its names, `roots` the topmost organisations that it names."""
    keys: dict[str, None] = {}
    for form in forms:
        if is_full_name(form):
            keys[f"name|{full_key(form)}"] = None
        for root in roots:
            if is_full_name(form):
                keys[f"near|{root}|{signature(form)}"] = None
            for part in folded_parts(form):
                keys[f"near|{root}|{part}"] = None
    return tuple(BlockKey(key, at) for key in keys)


def are_near(left: date, right: date) -> bool:
    """Whether two mentions are near enough in time for likeness to count."""
    return abs(left - right) <= timedelta(days=NEAR_DAYS)


def _likeness_in_script(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    shared = set(left) & set(right)
    only_left, only_right = [p for p in left if p not in shared], [p for p in right if p not in shared]
    if len(shared) >= 2 and not (only_left and only_right):
        return 0.95  # a middle name, a second surname or a married name added
    if shared and len(only_left) == 1 and len(only_right) == 1:
        a, b = only_left[0], only_right[0]
        if _is_nickname(a, b) or (len(a) == 1 or len(b) == 1) and a[0] == b[0]:
            return 0.92
        if min(len(a), len(b)) >= 5 and OSA.distance(a, b) <= 1 or _is_inflected(a, b):
            return 0.9
        if min(len(a), len(b)) >= 4 and OSA.distance(a, b) <= 1:
            return 0.8
    return 0.7 * fuzz.ratio(" ".join(left), " ".join(right)) / 100


def _likeness_across(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    a, b = [skeleton(part) for part in left], [skeleton(part) for part in right]
    joined = fuzz.ratio("".join(a), "".join(b)) / 100
    if len(a) != len(b) or len(a) < 2:
        return joined * 0.95
    return max(_aligned(a, b), _aligned(a, b[::-1]))


def _aligned(left: list[str], right: list[str]) -> float:
    weights = [max(len(a), len(b), 1) for a, b in zip(left, right, strict=True)]
    ratios = [fuzz.ratio(a, b) / 100 if a or b else 1.0 for a, b in zip(left, right, strict=True)]
    mean = sum(w * r for w, r in zip(weights, ratios, strict=True)) / sum(weights)
    return mean if min(ratios) >= 0.4 else mean * 0.7


def _is_nickname(left: str, right: str) -> bool:
    if any(left in group and right in group for group in _NICKNAMES):
        return True
    short, long = sorted((left, right), key=len)
    return len(short) >= 3 and long.startswith(short)


def _is_inflected(left: str, right: str) -> bool:
    short, long = sorted((left, right), key=len)
    return len(short) >= 5 and long.startswith(short) and long[len(short) :] in _LATIN_CASE


def _strip_case(part: str) -> str:
    stem = _CYRILLIC_CASE.sub("", part)
    return stem if len(stem) >= 3 else part
