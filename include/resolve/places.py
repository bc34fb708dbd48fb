"""Whether two names can be one organisation's: the list decides, else the words, the initials and the sounds do.

`Abu Dhabi Islamic Bank`, `مصرف أبوظبي الإسلامي` and `ADIB` are one; a bank is no football club; whether `神鹰航空`
is `Condor Airlines` the names do not say. Names that do not say are no contradiction and no agreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from anyascii import anyascii

from include.knowledge.organisationwords import NameWords, read_words
from include.resolve.likeness import are_respelt
from include.resolve.mentions import Mention, NamedOrganisation, is_listed
from include.resolve.names import SOON_DAYS, are_near, script_of
from include.resolve.sounds import weigh_within, weigh_words

_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_OTHER_LETTERS = re.compile("[^\\W\\d_A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LONGEST_ACRONYM = 7
_BEGINS_ALIKE = 5  # letters; Bulgaria, Bulgarian
# Of names of two organisations .0004 are so alike across scripts, of names of one .41.
_LIKE_SOUNDS, _LIKE_SHARE = 8.0, 0.3  # bits, and the share of what could agree
_KIN_SOUNDS = 5.0  # of two banks
_SURE_SOUNDS, _SURE_SHARE = 13.0, 0.6  # of a name within another


class Agreement(IntEnum):
    """What two names say about each other."""

    APART = 0
    UNLIKE = 1  # other words in one script: two organisations, unless one name is a translation
    OPEN = 2
    SAME = 3


def compare_places(left: NamedOrganisation, right: NamedOrganisation) -> Agreement:
    """Whether two organisations are one, as far as the list and their names say."""
    if left.root == right.root or left.marks & right.marks:
        return Agreement.SAME
    if is_listed(left) and is_listed(right):
        return Agreement.APART
    pairs = [(a, b) if a < b else (b, a) for a in left.spellings for b in right.spellings]
    in_script = [(a, b) for a, b in pairs if main_script(a) == main_script(b)]
    return max(compare_names(a, b) for a, b in in_script or pairs[:1])


def compare_told(left: NamedOrganisation, right: NamedOrganisation, *, one_language: bool) -> Agreement:
    """`compare_places` of two that are told of; in one language names in two scripts that share nothing are unlike.

    任天堂 and ソフトバンク, KT and 카카오 are two, though they share no letters in which to differ.
    """
    agreement = compare_places(left, right)
    if agreement is not Agreement.OPEN or not one_language or main_script(left.name) == main_script(right.name):
        return agreement
    a, b = read_words(left.name), read_words(right.name)
    shares = a.kinds & b.kinds or a.attributes & b.attributes or len(_unmatched(a, b)) < len(a.own)
    return Agreement.OPEN if shares or not (a.own and b.own) else Agreement.UNLIKE


def agree_at_a_side(
    left: tuple[NamedOrganisation | None, NamedOrganisation | None],
    right: tuple[NamedOrganisation | None, NamedOrganisation | None],
    *,
    one_language: bool = False,
) -> Agreement:
    """What two moves, each as (organisation left, organisation joined), say of being at the same places.

    One agreement is enough; else one side that is apart decides. OPEN where no side is named in both.
    """
    found = [compare_told(a, b, one_language=one_language) for a, b in zip(left, right, strict=True) if a and b]
    if Agreement.SAME in found:
        return Agreement.SAME
    return min(found, default=Agreement.OPEN)


def agree_on_places(left: Mention, right: Mention) -> Agreement:
    """What two mentions say of being of one person's story by their places; any organisation in common is enough."""
    if left.marks & right.marks:
        return Agreement.SAME
    return agree_at_a_side(left.places, right.places, one_language=left.lang == right.lang)


def are_told_together(left: Mention, right: Mention) -> bool:
    """Whether two mentions are told within the days of one piece of news."""
    return any(abs((a - b).days) <= SOON_DAYS for a in left.told for b in right.told)


def are_in_reach(left: Mention, right: Mention) -> bool:
    """Whether two mentions are near enough for a likeness to count: weeks at one organisation, else days."""
    return are_near(left.at, right.at) if left.marks & right.marks else are_told_together(left, right)


@lru_cache(maxsize=65536)
def main_script(name: str) -> str:
    """The script of an organisation's name: Latin letters among others are a brand, 삼성SDI and LG디스플레이."""
    return script_of(_LATIN.sub("", name)) if not name.isascii() and _OTHER_LETTERS.search(name) else script_of(name)


@lru_cache(maxsize=65536)
def compare_names(left: str, right: str) -> Agreement:
    """Whether two names are one organisation's, by what they say."""
    a, b = read_words(left), read_words(right)
    if _is_acronym(a, b) or _is_acronym(b, a):
        return Agreement.SAME
    if a.kinds and b.kinds and not a.kinds & b.kinds:
        return Agreement.APART
    if a.countries and b.countries and not a.countries & b.countries:
        return Agreement.APART
    if "".join(a.own) == "".join(b.own) != "" and not (a.attributes - b.attributes and b.attributes - a.attributes):
        return Agreement.SAME  # Midjourney, Mid Journey
    across = main_script(left) != main_script(right)
    if across and _sound_alike(a, b):
        return Agreement.SAME
    rest_a, rest_b = _unmatched(a, b), _unmatched(b, a)
    if len(rest_a) < len(a.own) and len(rest_b) < len(b.own):
        return _judge_shared(a, b, rest_a, rest_b, across=across)
    if a.own and b.own:
        return Agreement.OPEN if across or _is_unit(a, b) or _is_unit(b, a) else Agreement.UNLIKE
    # Ministerio de Sanidad, Spain's Health Ministry: nothing but common words.
    shared = (a.kinds & b.kinds) | (a.attributes & b.attributes)
    if not (a.own or b.own) and ((a.kinds & b.kinds and len(shared) > 1) or _mean_one_thing(a, b)):
        return Agreement.SAME
    return Agreement.OPEN if shared or across else Agreement.UNLIKE


def _mean_one_thing(a: NameWords, b: NameWords) -> bool:
    """Whether names of common words alone say the same: Arabie saoudite, Saudi Arabia."""
    return bool(a.attributes) and (a.kinds, a.attributes) == (b.kinds, b.attributes)


def _judge_shared(
    a: NameWords, b: NameWords, rest_a: tuple[str, ...], rest_b: tuple[str, ...], *, across: bool
) -> Agreement:
    """Of names that share a word of their own: Lloyds and Lloyds Banking Group are one; Shell Energy is not Shell
    Chemicals."""
    if rest_a and rest_b:
        return Agreement.SAME if across and a.kinds & b.kinds else Agreement.OPEN
    more_a, more_b = a.attributes - b.attributes, b.attributes - a.attributes
    if more_a and more_b or (not across and (rest_a or more_a) and (rest_b or more_b)):
        return Agreement.OPEN  # Siemens Healthineers, Siemens Mobility
    return Agreement.SAME


def _unmatched(a: NameWords, b: NameWords) -> tuple[str, ...]:
    kin = bool(a.kinds & b.kinds)
    return tuple(word for word in a.own if not any(_is_one_word(word, other, kin=kin) for other in b.own))


@lru_cache(maxsize=65536)
def _is_one_word(left: str, right: str, *, kin: bool) -> bool:
    """Whether two words are one in two spellings, cases or scripts; of one kind (`kin`) less has to agree."""
    if left == right:
        return True
    a, b = (re.sub("[^a-z0-9]", "", anyascii(word).lower()) for word in (left, right))
    if a == b and a:
        return True
    short, long = sorted((a, b), key=len)
    begins = next((n for n, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    if begins >= _BEGINS_ALIKE or (begins == len(short) >= 4 and script_of(left) == script_of(right)):
        return begins >= 0.6 * len(short)
    if script_of(left) == script_of(right) == "latin":
        return are_respelt(a, b)
    bits, share = weigh_words(left, right)
    return bits >= (_KIN_SOUNDS if kin else _LIKE_SOUNDS) and share >= _LIKE_SHARE


def _sound_alike(a: NameWords, b: NameWords) -> bool:
    """Whether two names sound alike as a whole: Banco Votorantim, バンコ・ボトランチン; Abu Dhabi, أبوظبي."""
    for words, others in ((a.own, b.own), (a.every, b.every)):
        bits, share = weigh_words(" ".join(words), " ".join(others))
        if bits >= _LIKE_SOUNDS and share >= _LIKE_SHARE:
            return True
    return any(_sounds_within(part, whole) for part, whole in ((a, b), (b, a)))


def _sounds_within(part: NameWords, whole: NameWords) -> bool:
    """Whether all own words of one stand somewhere in the other: DeepMind, グーグル・ディープマインド."""
    bits, share = weigh_within(" ".join(part.own), " ".join(whole.own))
    return bits >= _SURE_SOUNDS and share >= _SURE_SHARE


def _is_acronym(short: NameWords, long: NameWords) -> bool:
    """JAL of Japan Airlines, RBI of Reserve Bank of India, UNAM of its name in any order."""
    if len(short.every) != 1 or len(long.every) < 2:
        return False
    letters, words = short.every[0], long.every
    if not (letters.isascii() and letters.isalpha() and 2 < len(letters) <= _LONGEST_ACRONYM):
        return False
    if not all(word.isascii() for word in words):
        return False
    initials = "".join(word[0] for word in words)
    if sorted(initials) == sorted(letters):
        return True
    return letters[0] == initials[0] and _runs_through(initials, letters) and _runs_through(letters, "".join(words))


def _is_unit(unit: NameWords, house: NameWords) -> bool:
    """Whether a name holds the initials of the other, two letters among them: DB Cargo, DB of Deutsche Bahn."""
    initials = "".join(word[0] for word in house.every)
    return len(initials) > 1 and initials in unit.every


def _runs_through(short: str, long: Iterable[str]) -> bool:
    """Whether the letters of one stand in the other in their order."""
    left = iter(long)
    return all(letter in left for letter in short)
