"""How strongly two mentions speak for being one person's, in bits: their names, places, days and posts taken together.

A weak likeness of names is enough where organisations, days and posts agree; a rare name is enough where nothing is
known of the organisations; another organisation speaks against it.
"""

from __future__ import annotations

from bisect import bisect_right

from include.knowledge.organisationwords import read_words
from include.resolve.likeness import is_spelt_so, name_likeness, to_bits
from include.resolve.mentions import Mention, NamedOrganisation
from include.resolve.names import script_of
from include.resolve.places import Agreement, compare_told
from include.resolve.sounds import rarity, sound_evidence

ENOUGH = 16.0  # bits: of some thousands of mentions within ten days one chance pair in a hundred
_SAME_PLACE, _SECOND_PLACE, _KIN, _UNKNOWN = 10.0, 3.0, 3.0, -1.0
# In two languages a name may be translated: of one organisation every third pair of names has nothing in common.
_OTHER_KIND, _OTHER_PLACE, _OTHER_WORDS = -12.0, -12.0, -3.0
_DAYS, _NEARNESS = (1, 3, 10), (3.0, 2.0, 0.0, -2.0)
_SAME_DATE, _OTHER_DATE, _DATES_APART = 3.0, -4.0, 21
_SAME_POST, _OTHER_POST = 2.0, -2.0


def weigh(left: Mention, right: Mention, left_form: str, right_form: str) -> float:
    """Bits that two mentions, by these full names of theirs, speak for being one person's."""
    bits = weigh_names(left_form, right_form) + weigh_places(left, right)
    return bits + _weigh_days(left, right) + _weigh_dates(left, right) + _weigh_posts(left, right)


def weigh_names(left: str, right: str) -> float:
    """Bits of two full names: at most as many as the names are rare."""
    if script_of(left) != script_of(right) and not (is_spelt_so(left, right) or is_spelt_so(right, left)):
        return min(sound_evidence(left, right), to_bits(name_likeness(left, right)))
    return min(to_bits(name_likeness(left, right)), rarity(left), rarity(right))


def weigh_places(left: Mention, right: Mention) -> float:
    """Bits of the organisations that both name on the same side, or on any."""
    pairs = [(a, b) for a, b in zip(left.places, right.places, strict=True) if a and b]
    found = [_weigh_place(a, b, one_language=left.lang == right.lang) for a, b in pairs]
    same = [bits for bits in found if bits == _SAME_PLACE]
    if not same and left.marks & right.marks:
        return _SAME_PLACE + sum(found)
    return sum(found) - (_SAME_PLACE - _SECOND_PLACE) * max(0, len(same) - 1)


def _weigh_place(left: NamedOrganisation, right: NamedOrganisation, *, one_language: bool) -> float:
    agreement = compare_told(left, right, one_language=one_language)
    if agreement is Agreement.SAME:
        return _SAME_PLACE
    if agreement is Agreement.APART:
        return _OTHER_KIND
    if agreement is Agreement.UNLIKE:
        return _OTHER_PLACE if one_language else _OTHER_WORDS
    return _KIN if read_words(left.name).kinds & read_words(right.name).kinds else _UNKNOWN


def days_between(left: Mention, right: Mention) -> int:
    """Days between the nearest of their dates; a year is none."""
    return min(abs((a - b).days) for a in left.told for b in right.told)


def _weigh_days(left: Mention, right: Mention) -> float:
    return _NEARNESS[bisect_right(_DAYS, days_between(left, right) - 1)]


def _weigh_dates(left: Mention, right: Mention) -> float:
    if not left.day or not right.day:
        return 0.0
    apart = abs((left.day - right.day).days)
    return _SAME_DATE if not apart else _OTHER_DATE if apart > _DATES_APART else 0.0


def _weigh_posts(left: Mention, right: Mention) -> float:
    pairs = [(a, b) for a, b in zip(left.posts, right.posts, strict=True) if a and b]
    if not pairs:
        return 0.0
    return _SAME_POST if any(set(a) & set(b) for a, b in pairs) else _OTHER_POST
