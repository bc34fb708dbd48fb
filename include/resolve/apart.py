"""What speaks against one person, whatever else agrees: names that cannot be one, and places told apart.

What joins two mentions is weighed pair by pair, so that a third one may stand between: `А. Ковальчук` is as like
`Андрій Ковальчук` as `Александр Ковальчук`. So groups are looked at as wholes: no two mentions of one group may be two
people's. Names are compared within one script, places within one language, where other words are no translation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product

from include.knowledge.gazetteer import load_names
from include.knowledge.givennames import load_everyday_names
from include.knowledge.namekeys import name_key
from include.resolve.evidence import ENOUGH, weigh
from include.resolve.likeness import are_other_words, are_same_words, is_given_name
from include.resolve.mentions import Mention
from include.resolve.names import are_near, name_parts, ordered_parts, particles, script_of
from include.resolve.places import Agreement, agree_on_places

_OF_WORDS = frozenset({"latin", "cyrillic", "arabic", "devanagari", "thai", "kana"})
_SYLLABLES = 3  # of a Korean name
_FULL = 3  # words of a name with a patronymic
# Keys of Иванович, Сергеевна, Сергіївна, Ильич without their cases.
_PATRONYMIC = re.compile("(ович|евич|(?<=[лм])ич|овн|евн|ивн|ичн|[oei]v[iy]ch|[oei]vna)$")
_Forms = tuple[str, ...]
_Pairs = Sequence[tuple[int, int]]


def may_be_one(left: Sequence[Mention], right: Sequence[Mention]) -> bool:
    """Whether two groups can be one person's: no names and no places of theirs rule it out."""
    return not _have_other_names(left, right) and not _are_told_apart(left, right)


def _have_other_names(left: Sequence[Mention], right: Sequence[Mention]) -> bool:
    ours, theirs = (sorted({mention.full_forms for mention in group}) for group in (left, right))
    apart = [(a, b) for a, b in product(ours, theirs) if are_apart(a, b)]
    if not apart:
        return False
    # Who is called José María and Chema in one article is both.
    bridges = [forms for forms in (*ours, *theirs) if any(names_differ(a, b) for a, b in product(forms, forms))]
    return any(all(are_apart(bridge, a) or are_apart(bridge, b) for bridge in bridges) for a, b in apart)


@lru_cache(maxsize=65536)
def are_apart(left: _Forms, right: _Forms) -> bool:
    """Whether two mentions, by their full names, are two people's: in a script none of one fits one of the other."""
    if left == right:
        return False
    if any(_have_other_fathers(a, b) for a, b in product(left, right)):
        return True
    for script in {script_of(form) for form in left} & {script_of(form) for form in right}:
        ours, theirs = ([form for form in forms if script_of(form) == script] for forms in (left, right))
        if all(names_differ(a, b) for a, b in product(ours, theirs)):
            return True
    return False


@lru_cache(maxsize=65536)
def names_differ(left: str, right: str) -> bool:
    """Whether two full names of one script share a word and are two people's by the others.

    Олександр and Андрій Ковальчук, Carlos Ibáñez Rueda and Carlos Ibáñez Soto. What one of them leaves out says
    nothing, nor an initial, nor another family name alone: Anna Kowalska may be Anna Reuter.
    """
    script = script_of(left)
    if left == right or script != script_of(right):
        return False
    if script == "hangul":
        one, other = ("".join(name_parts(name)) for name in (left, right))
        return len(one) == len(other) == _SYLLABLES and one[0] == other[0] and one != other
    if script not in _OF_WORDS:
        return False
    ours, theirs = (_tell_words(name, script) for name in (left, right))
    shared = _pair_words(ours, theirs, script)
    if not shared:
        return False
    rest = list(
        product(
            sorted(set(range(len(ours))) - {i for i, _ in shared}),
            sorted(set(range(len(theirs))) - {j for _, j in shared}),
        )
    )
    return (
        bool(rest)
        and all(are_other_words(ours[i], theirs[j], script) for i, j in rest)
        and any(_stand_for_one(ours, theirs, (i, j), shared, script) for i, j in rest)
    )


def _tell_words(name: str, script: str) -> tuple[str, ...]:
    return tuple(part for part in ordered_parts(name) if part not in particles(script) or len(part) == 1)


def _pair_words(ours: _Forms, theirs: _Forms, script: str) -> _Pairs:
    """Positions of the words that both names have, however they are spelt; equal ones first."""
    found: list[tuple[int, int]] = []
    positions = list(product(range(len(ours)), range(len(theirs))))
    for i, j in sorted(positions, key=lambda pair: ours[pair[0]] != theirs[pair[1]]):
        taken = any(i == a or j == b for a, b in found)
        if not taken and len(ours[i]) > 1 and are_same_words(ours[i], theirs[j], script):
            found.append((i, j))
    return found


def _stand_for_one(ours: _Forms, theirs: _Forms, rest: tuple[int, int], shared: _Pairs, script: str) -> bool:
    """Whether two words that differ are given names, or stand in one place between the words that both names have."""
    i, j = rest
    before, after = sum(a < i for a, _ in shared), sum(b < j for _, b in shared)
    if len(shared) > 1:
        return before == after
    given = [is_given_name(word, script) for word in (ours[i], theirs[j], ours[shared[0][0]])]
    if given[0] and given[1]:
        return True
    if before != after:
        return False
    return ours[shared[0][0]] in _first_family_names() if before else not given[2]


@cache
def _first_family_names() -> frozenset[str]:
    """Family names in Latin letters that many have, as those are that stand first: Park, Nguyễn."""
    return load_everyday_names().intersection(map(name_key, load_names("latin").surnames))


def _have_other_fathers(left: str, right: str) -> bool:
    fathers = [_name_fathers(name) for name in (left, right)]
    return all(fathers) and all(are_other_words(a, b, script_of(left)) for a, b in product(*fathers))


def _name_fathers(name: str) -> tuple[str, ...]:
    """The stems of a patronymic, and of a family name that ends like one."""
    parts = ordered_parts(name)
    if len(parts) < _FULL or script_of(name) not in ("cyrillic", "latin"):
        return ()
    return tuple(stem for part in parts if (stem := _PATRONYMIC.sub("", part)) != part and stem)


def _are_told_apart(left: Sequence[Mention], right: Sequence[Mention]) -> bool:
    """Whether one language tells of both groups at other places, and nothing of theirs is at one place.

    Names that very few have are one person's all the same, and so is a career told in one article.
    """
    apart = False
    for ours, theirs in product(left, right):
        if ours.article_id == theirs.article_id:
            return False
        agreement = agree_on_places(ours, theirs)
        if agreement is Agreement.SAME:
            return False
        if agreement <= Agreement.UNLIKE and ours.lang == theirs.lang and are_near(ours.at, theirs.at):
            apart = apart or _weigh_best(ours, theirs) < ENOUGH
    return apart


def _weigh_best(left: Mention, right: Mention) -> float:
    return max((weigh(left, right, a, b) for a, b in product(left.full_forms, right.full_forms)), default=ENOUGH)
