"""Add a model's verified moves to those of the rules, which always stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from include.records import Move

_SLOTS = ("from_org", "to_org", "role_from", "role_to", "date", "successor")
_ORGANISATIONS = {
    "departure": ("from_org", "to_org"),
    "arrival": ("to_org",),
    "appointment": ("to_org",),
    "leave": ("from_org",),
    "return": ("to_org",),
}


def complete_moves(rules: Sequence[Move], found: Sequence[Move]) -> tuple[list[Move], int, int]:
    """Moves of an article, and how many were added and completed.

    A move of the rules keeps every slot that it has, its status and its evidence; only its empty slots are filled, and
    never from a claim that the article denies where the rules do not. A move of a person and kind that the rules tell
    too is not told twice, and a departure takes up the arrival that it leads to.
    """
    moves, added, completed = list(rules), 0, 0
    for new in found:
        at = next((index for index, old in enumerate(moves) if _tells_same(old, new)), None)
        if at is None:
            moves.append(new)
            added += 1
        elif (whole := _complete(moves[at], new)) != moves[at]:
            moves[at] = whole
            completed += 1
    moves.sort(key=lambda m: (m.evidence.field != "title", m.evidence.start, m.kind))
    return moves, added, completed


def _tells_same(old: Move, new: Move) -> bool:
    return _is_same_person(old, new) and (old.kind == new.kind or (old.kind, new.kind) == ("departure", "arrival"))


def _is_same_person(old: Move, new: Move) -> bool:
    theirs = set(new.person.casefold().split())
    for form in (old.person, *old.person_aliases):
        ours = set(form.casefold().split())
        if ours and (ours <= theirs or theirs <= ours):
            return True
    return False


def _complete(old: Move, new: Move) -> Move:
    if (old.status == "denied") != (new.status == "denied"):
        return old
    changes: dict[str, Any] = {}
    ours = {form.casefold() for form in (old.from_org, old.to_org, *old.from_aliases, *old.to_aliases) if form}
    for slot in _SLOTS:
        value = getattr(new, slot)
        if value is None or getattr(old, slot) is not None:
            continue
        if slot.endswith("_org"):
            if slot not in _ORGANISATIONS[old.kind] or value.casefold() in ours:
                continue
            changes[slot.replace("_org", "_aliases")] = (value,)
        changes[slot] = value
    return replace(old, **changes, detector=f"{old.detector}+{new.detector}") if changes else old
