"""The life of an event's status: rumoured, reported, announced, denied, effective. Each step with its evidence.

The status is a function of what was said when, by publication; not of the order in which we read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from include.records import EventStatus, StatusChange, StoredMove
from include.resolve.intervals import stated_interval

_STRENGTH = {"rumoured": 0, "reported": 1, "announced": 2}
# On one day a denial answers what was said, so it is read last.
_SAME_TIME = {"rumoured": 0, "reported": 1, "announced": 2, "denied": 3}
# Whose word counts: the organisation and its filings stand over the press.
_SOURCE_RANK = {"lab": 2, "filing": 2, "wire": 1, "press": 1}


def told_at(stored: StoredMove) -> datetime:
    """When an article said it: published, else the time we first had it."""
    return stored.published_at or stored.known_at


def trace_status(moves: Sequence[StoredMove]) -> tuple[StatusChange, ...]:
    """Every change of status that the moves cause, oldest first.

    A denial never deletes: it is a step of its own, and a later announcement after it is named as what it is. Press
    cannot deny what the organisation itself announced; a rumour never weakens a report.
    """
    changes: list[StatusChange] = []
    word = 0  # rank of the source of the strongest announcement so far
    for stored in sorted(moves, key=lambda m: (told_at(m), _SAME_TIME[m.move.status], m.move_id)):
        said, rank = stored.move.status, _SOURCE_RANK.get(stored.source_kind, 1)
        current = changes[-1].status if changes else None
        cause = _cause(current, said, rank, word, first=not changes)
        if said == "announced":
            word = max(word, rank)
        if cause:
            changes.append(StatusChange(said, told_at(stored), stored.move_id, cause))
    return tuple(changes)


def _cause(current: EventStatus | None, said: str, rank: int, word: int, *, first: bool) -> str:
    if first:
        return "first said"
    if current == said:
        return ""
    if said == "denied":
        return "denied" if rank >= word else ""
    if current == "denied":
        return "confirmed after a denial" if said == "announced" else ""
    if _STRENGTH[said] > _STRENGTH.get(str(current), 0):
        return "confirmed" if said == "announced" else "reported"
    return ""


def take_effect(
    changes: tuple[StatusChange, ...], effective_on: str | None, as_of: datetime
) -> tuple[StatusChange, ...]:
    """Add `effective` where what was announced has a stated date that has passed."""
    days = stated_interval(effective_on, slack=0)
    if not changes or changes[-1].status != "announced" or days is None:
        return changes
    after = datetime.combine(days.end + timedelta(days=1), time(), UTC)
    if as_of < after:
        return changes
    at = max(after, changes[-1].at)
    return (*changes, StatusChange("effective", at, changes[-1].move_id, "its date has passed"))
