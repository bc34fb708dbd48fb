"""Which of the organisations that one person's moves name are one: within one person's story less has to agree.

`Lloyds` and `Lloyds Banking Group`, `ЗАО Лудогорец` and `Ludogorets`; and what names leave open (`神鹰航空`, `Condor
Airlines`) where both are left, or joined, within days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from include.knowledge.gazetteer import Gazetteer
from include.records import StoredMove
from include.resolve.book import EntityBook, MoveLink
from include.resolve.intervals import time_gap, time_of
from include.resolve.mentions import NamedOrganisation, is_listed, name_listed, unknown_mark
from include.resolve.names import SOON_DAYS
from include.resolve.places import Agreement, compare_places
from include.resolve.union import Union

_Side = tuple[str, str]  # side, family of kinds
_MAY_BE_ONE = (Agreement.OPEN, Agreement.UNLIKE)
_FAMILIES = {"leave": "leave", "return": "return"}


def unify_places(moves: Sequence[StoredMove], book: EntityBook, gazetteer: Gazetteer) -> dict[str, str]:
    """By id of an organisation that the moves of one person name: what stands for it and for all that are one with it.

    Two that one move tells apart, as left and joined, stay two.
    """
    ids = {key for move in moves for key in _sides(book.links[move.move_id]) if key}
    named = {key: _read_organisation(key, book, gazetteer) for key in sorted(ids)}
    union = Union[str](named, {})
    apart = _list_apart(moves, book)
    agreed = {pair: compare_places(named[pair[0]], named[pair[1]]) for pair in combinations(named, 2)}
    for left, right in (pair for pair, agreement in agreed.items() if agreement is Agreement.SAME):
        _join(left, right, union, apart, named)
    open_pairs = {pair: agreement for pair, agreement in agreed.items() if agreement in _MAY_BE_ONE}
    found = _find_told_together(open_pairs, moves, book)
    may_be_one = {(left, right) for _, left, right in found}
    for _, left, right in sorted(found):
        across = [(min(a, b), max(a, b)) for a in _members(left, union, named) for b in _members(right, union, named)]
        if all(agreed.get(pair, Agreement.SAME) > Agreement.UNLIKE or pair in may_be_one for pair in across):
            _join(left, right, union, apart, named)
    return {key: _representative(_members(key, union, named), named) for key in named}


def _sides(link: MoveLink) -> tuple[str | None, str | None]:
    return link.from_org_id, link.to_org_id


def _read_organisation(key: str, book: EntityBook, gazetteer: Gazetteer) -> NamedOrganisation:
    listed, entity = gazetteer.organisation_by_id.get(key), book.entities.get(key)
    if listed is not None:
        return name_listed(listed, gazetteer)
    name = entity.name if entity else ""
    return NamedOrganisation(key, name, book.root_of(key) or key, unknown_mark(key, name))


def _list_apart(moves: Sequence[StoredMove], book: EntityBook) -> set[frozenset[str]]:
    sides = (_sides(book.links[move.move_id]) for move in moves if move.move.kind not in _FAMILIES)
    return {frozenset((source, target)) for source, target in sides if source and target and source != target}


def _find_told_together(
    pairs: Mapping[tuple[str, str], Agreement], moves: Sequence[StoredMove], book: EntityBook
) -> list[tuple[int, str, str]]:
    """(days apart, left, right) of the pairs that moves of one family name on one side, near each other in time.

    Of names that are unlike in one script one may be the translation of the other: in two languages.
    """
    found: dict[tuple[str, str], int] = {}
    for one, other in combinations(moves, 2) if pairs else ():
        if _FAMILIES.get(one.move.kind) != _FAMILIES.get(other.move.kind):
            continue
        for a, b in zip(_sides(book.links[one.move_id]), _sides(book.links[other.move_id]), strict=True):
            if a and b and (pair := (min(a, b), max(a, b))) in pairs:
                if pairs[pair] is Agreement.UNLIKE and one.lang == other.lang:
                    continue
                gap = time_gap(time_of(one), time_of(other))
                if gap is not None and gap <= SOON_DAYS:
                    found[pair] = min(gap, found.get(pair, gap))
    return [(gap, *pair) for pair, gap in found.items()]


def _members(key: str, union: Union[str], named: Mapping[str, NamedOrganisation]) -> list[str]:
    root = union.find(key)
    return [other for other in named if union.find(other) == root]


def _join(
    left: str, right: str, union: Union[str], apart: set[frozenset[str]], named: Mapping[str, NamedOrganisation]
) -> None:
    ours, theirs = (_members(key, union, named) for key in (left, right))
    if not any(frozenset((a, b)) in apart and named[a].root != named[b].root for a in ours for b in theirs):
        union.join(left, right)


def _representative(members: Sequence[str], named: Mapping[str, NamedOrganisation]) -> str:
    """The root of a listed one, else of the least id."""
    return named[min(members, key=lambda key: (not is_listed(named[key]), named[key].root, key))].root
