"""Event ids survive new articles, re-extraction and merges: a story keeps the id of the event that it continues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from include.records import Event
from include.resolve.book import EntityBook, short_hash
from include.resolve.intervals import WINDOW_DAYS, stated_interval

_Age = tuple[bool, datetime, str]
_FAMILY = {"leave": "leave", "return": "return"}


def keep_event_ids(
    drafts: Sequence[Event], previous: Sequence[Event], book: EntityBook, preferred: Collection[str] = ()
) -> tuple[list[Event], dict[str, str | None]]:
    """Give drafts the ids of the previous events that they continue.

    A draft continues the event with which it shares most moves, else (after re-extraction, when every move has a new
    id) one of the same person, organisations and time. Of several events that went into one draft the oldest id
    survives, or the one that a person named (`preferred`). Returns the events, and the previous ids that no draft
    carries: what they went into, or None.
    """
    live = [event for event in previous if event.merged_into is None]
    age = {event.event_id: (event.event_id not in preferred, event.known_from, event.event_id) for event in live}
    shared = _count_shared(drafts, live)
    chosen = _choose_ids(shared, age)
    for event in sorted(live, key=lambda event: age[event.event_id]):
        if event.event_id in chosen.values() or any(event.event_id in counts for counts in shared.values()):
            continue
        same = _find_same(event, drafts, chosen, book)
        if same is not None:
            chosen[same] = event.event_id
    events = _name_events(drafts, chosen, {event.event_id for event in previous})
    gone: dict[str, str | None] = {}
    for event in live:
        if event.event_id not in chosen.values():
            heirs = [(-counts[event.event_id], index) for index, counts in shared.items() if event.event_id in counts]
            gone[event.event_id] = events[min(heirs)[1]].event_id if heirs else None
    for event in previous:
        if event.merged_into is not None:
            gone[event.event_id] = _survivor(event.merged_into, gone, previous)
    return events, gone


def _name_events(drafts: Sequence[Event], chosen: dict[int, str], used: set[str]) -> list[Event]:
    """Drafts with the ids that they continue; a new one never gets an id that was ever another event's."""
    events = []
    for index, draft in enumerate(drafts):
        event_id = chosen.get(index, draft.event_id)
        while index not in chosen and event_id in used:
            event_id = "e-" + short_hash("again", event_id, length=16)
        used.add(event_id)
        events.append(replace(draft, event_id=event_id))
    return events


def _count_shared(drafts: Sequence[Event], live: Sequence[Event]) -> dict[int, dict[str, int]]:
    """How many moves each draft shares with each previous event."""
    holder = {move_id: event.event_id for event in live for move_id in event.move_ids}
    shared: dict[int, dict[str, int]] = {}
    for index, draft in enumerate(drafts):
        counts = Counter(holder[move_id] for move_id in draft.move_ids if move_id in holder)
        if counts:
            shared[index] = counts
    return shared


def _choose_ids(shared: dict[int, dict[str, int]], age: dict[str, _Age]) -> dict[int, str]:
    """The id of each draft that continues an event: most shared moves first, of equals the oldest event."""
    taken: dict[str, int] = {}
    chosen: dict[int, str] = {}
    claims = sorted(
        (-count, age[event_id], index) for index, counts in shared.items() for event_id, count in counts.items()
    )
    for _, (_, _, event_id), index in claims:
        if event_id not in taken and index not in chosen:
            taken[event_id], chosen[index] = index, event_id
    _keep_oldest(chosen, taken, shared, age)
    return chosen


def _keep_oldest(
    chosen: dict[int, str],
    taken: dict[str, int],
    shared: dict[int, dict[str, int]],
    age: dict[str, _Age],
) -> None:
    """Of several events that went wholly into one draft, the oldest id survives."""
    for index, event_id in list(chosen.items()):
        free = [other for other in shared[index] if other not in taken]
        oldest = min([event_id, *free], key=lambda key: age[key])
        if oldest != event_id:
            del taken[event_id]
            chosen[index], taken[oldest] = oldest, index


def _find_same(event: Event, drafts: Sequence[Event], chosen: dict[int, str], book: EntityBook) -> int | None:
    person_id = book.survivor(event.person_id)
    for index, draft in enumerate(drafts):
        if index in chosen or draft.person_id != person_id:
            continue
        if _FAMILY.get(event.kind, "transition") != _FAMILY.get(draft.kind, "transition"):
            continue
        sides = ((event.from_org_id, draft.from_org_id), (event.to_org_id, draft.to_org_id))
        roots = [(book.root_of(a), book.root_of(b)) for a, b in sides]
        if any(a and b and a != b for a, b in roots) or not any(a and a == b for a, b in roots):
            continue
        if _near(event, draft):
            return index
    return None


def _near(event: Event, draft: Event) -> bool:
    a, b = stated_interval(event.date), stated_interval(draft.date)
    if a and b:
        return a.gap(b) <= WINDOW_DAYS
    if event.first_reported_at and draft.first_reported_at:
        return abs((event.first_reported_at - draft.first_reported_at).days) <= WINDOW_DAYS
    return True


def _survivor(event_id: str, gone: dict[str, str | None], previous: Sequence[Event]) -> str | None:
    seen: set[str] = set()
    merged = {event.event_id: event.merged_into for event in previous}
    while event_id not in seen:
        seen.add(event_id)
        following = gone.get(event_id) or merged.get(event_id)
        if not following:
            break
        event_id = following
    return event_id
