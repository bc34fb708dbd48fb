"""Keys that bring mentions of one person together: the same names, and names that may be alike."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import Literal

from anyascii import anyascii

from include.resolve.names import (
    folded_parts,
    full_key,
    is_full_name,
    name_parts,
    read_surname,
    script_of,
    short_sign,
    skeleton,
    squeeze,
    surnames_read,
    ways_to_say,
)
from include.resolve.sounds import is_rare_word, say_word, ways_to_sound

KEY_RULES = (
    2  # version of what makes keys, names and words in `include/knowledge` among it: a test says when to raise it
)
_WHOLE = 5  # consonants with which a name begins
_END, _TELLING = 3, 4  # consonants of a word in a wide signature, and the fewest of both
_BEGINNING, _BOTH = 2, 3  # consonants with which a word begins, and the fewest of two words
_RUN = 5  # consonants in a row, whatever comes before
_PINYIN = re.compile("(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?[aeiou]{1,3}(?:ng|n|r)?)+")
_CLASSES = {"p": "bpfvw", "k": "kgx", "t": "td", "l": "lr", "s": "sScCZjzq", "n": "nmN", "": "aeiouyUOh"}
_SOUND_CLASSES = str.maketrans({sound: name for name, sounds in _CLASSES.items() for sound in sounds})

Reach = Literal["name", "near", "like", "soon"]


@dataclass(frozen=True, slots=True)
class BlockKey:
    """One key of a move: 40 bits of a hash, and how far it reaches.

    `name`: one full name at one organisation, at any time. `near`: one full name anywhere, between moves at most
    `NEAR_DAYS` apart. `like`: coarse, at one organisation and as near. `soon`: coarse, wherever, at most `SOON_DAYS`
    apart. Of the coarse ones the names themselves are to be compared (`candidates.may_concern`). Two keys that are
    equal by chance only make a block larger.
    """

    key: int
    at: date
    reach: Reach


@lru_cache(maxsize=65536)
def signatures(name: str) -> tuple[str, ...]:
    """Coarse keys of likeness across scripts: the first consonants of both ends, and of the whole name.

    Two names that are alike share one: 김도윤, キム・ドユン and `Kim Do-yun` begin alike, whatever is a word in them.
    """
    found: dict[str, None] = {}
    parts = name_parts(name)
    for way in ways_to_say(name):
        bones = [bone or "-" for bone in way]
        if bones:
            ends = "".join(sorted(bone[0] for bone in {bones[0]: "", bones[-1]: ""}))
            whole = "".join(bones).replace("-", "")
            turned = "".join([bones[-1], *bones[:-1]]).replace("-", "")
            found |= dict.fromkeys((f"{ends}:", f":{whole[:2]}", f":{turned[:2]}"))
    found |= dict.fromkeys(f":{skeleton(reading)[:2]}" for reading in read_surname(name))
    found |= dict.fromkeys(f"@{reading}" for reading in read_surname(name))
    if script_of(name) == "latin" and parts:
        found |= dict.fromkeys(f"@{part}" for part in (parts[0], parts[-1]) if part in surnames_read())
    return tuple(found)


@lru_cache(maxsize=65536)
def wide_signatures(name: str) -> tuple[str, ...]:
    """Keys of likeness that need no organisation, under which few people come together.

    The first consonants of both ends and of the whole, any two words, and how a name in Han is read.
    """
    found: dict[str, None] = {}
    for way in ways_to_say(name):
        ends = sorted((squeeze(way[0])[:_END], squeeze(way[-1])[:_END])) if len(way) > 1 else []
        if len("".join(ends)) >= _TELLING:
            found["+".join(ends)] = None
        whole = squeeze("".join(way))
        if len(whole) >= _TELLING:
            found[f"^{whole[:_WHOLE]}"] = None  # عبد الرحمن السويدي, Abdulrahman Al Suwaidi; 박지훈, Park Ji-hoon
    found |= dict.fromkeys(two_words(name))
    parts = name_parts(name)
    if parts and (script_of(name) == "han" or is_like_pinyin("".join(parts))):
        read = [anyascii(part).lower() for part in parts]
        found |= dict.fromkeys(f"={said}" for said in ("".join(read), "".join([*read[1:], read[0]])))
    return tuple(found)


@lru_cache(maxsize=65536)
def two_words(name: str) -> tuple[str, ...]:
    """The full keys of the names of two words that a longer one may be shortened to."""
    return tuple(f"{a} {b}" for a, b in combinations(folded_parts(name), 2))


def is_like_pinyin(text: str) -> bool:
    """Whether a text in small Latin letters could be the pinyin of a Chinese name, and much else."""
    return _PINYIN.fullmatch(text) is not None


def sound_bones(sounds: str) -> str:
    """The consonants among sounds, in six classes, without doubled ones."""
    return squeeze(sounds.translate(_SOUND_CLASSES))


@lru_cache(maxsize=65536)
def sound_signatures(name: str) -> tuple[str, ...]:
    """Keys of likeness by the sounds of a name, in all of its readings, that need no organisation.

    How any two words begin, how the first and the last begin and end, and any consonants that follow one another.
    """
    found: dict[str, None] = {}
    for way in ways_to_sound(name):
        bones = [bone for word in way if (bone := sound_bones(word))]
        for a, b in combinations(sorted(bone[:_BEGINNING] for bone in bones), 2):
            if len(a + b) >= _BOTH:
                found[f"/{a}+{b}"] = None
        if len(bones) > 1:
            ends = sorted(bone[:_BEGINNING] + bone[-1] for bone in (bones[0], bones[-1]))
            found[f"/{ends[0]}-{ends[1]}"] = None
        whole = squeeze("".join(bones))
        found |= {f"/{whole[start : start + _RUN]}": None for start in range(len(whole) - _RUN + 1)}
    return tuple(found)


@lru_cache(maxsize=65536)
def say_beginning(part: str) -> str:
    """A coarse key of one word that stands for a name alone: the consonants with which it begins."""
    return "^" + sound_bones(say_word(part, script_of(part)))[:_BEGINNING]


def like_keys(
    form: str, marks: Iterable[str], hints: Iterable[str], kinds: Iterable[str] = ()
) -> Iterator[tuple[Reach, tuple[str, ...]]]:
    """Under which keys a name meets those that are like it, and how far each reaches.

    `marks` stand for its organisations; `hints` for words of their names, and `kinds` for what they are, where the
    names of the people have to begin alike. A name has keys of its own, too. These reach as far as a piece
    of news goes.
    """
    parts = folded_parts(form)
    full = is_full_name(form)
    short = [short_sign(part) for part in parts]
    begin = signatures(form) if full else tuple(map(say_beginning, parts))
    ends = [sign for sign in begin if full and sign.endswith(":")]
    for mark in marks:
        for sign in (*begin, *short):
            yield "like", (mark, sign)
    for hint in hints:
        for sign in (*ends, *short):
            yield "soon", (hint, sign)
    for kind in kinds if full else ():
        for sign in signatures(form):
            yield "soon", (kind, sign)
    for part, sign in zip(parts, short, strict=True):
        if is_rare_word(part):
            yield "soon", ("surname", sign)
    for sign in (*wide_signatures(form), *sound_signatures(form)) if full else ():
        yield "soon", (sign,)


def name_block_keys(
    forms: tuple[str, ...], marks: tuple[str, ...], hints: tuple[str, ...], kinds: tuple[str, ...], at: date
) -> tuple[BlockKey, ...]:
    """Keys of one mention: `forms` are its names, `marks`, `hints` and `kinds` stand for its organisations.

    Namesakes elsewhere and long ago are not touched, so that what a run reads does not grow with history.
    """
    return tuple(BlockKey(key, at, reach) for key, reach in _timeless_keys(forms, marks, hints, kinds))


@lru_cache(maxsize=65536)  # many articles tell of one person in the same words
def _timeless_keys(
    forms: tuple[str, ...], marks: tuple[str, ...], hints: tuple[str, ...], kinds: tuple[str, ...]
) -> tuple[tuple[int, Reach], ...]:
    keys: dict[int, Reach] = {}
    names: dict[int, Reach] = {}
    for form in forms:
        for reach, parts in like_keys(form, marks, hints, kinds):
            keys.setdefault(hash_key(*parts), reach)
        if is_full_name(form):
            keys[hash_key(full_key(form))] = "near"
            names |= {hash_key(full_key(form), mark): "name" for mark in marks}
    return (*keys.items(), *names.items())


@lru_cache(maxsize=65536)
def hash_key(*parts: str) -> int:
    """40 bits of a hash of texts: an integer, which DuckDB compares ten times as fast as a text."""
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:5], "big")
