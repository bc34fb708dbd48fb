"""What people decided, applied over what extraction says: merges and splits of events, fields set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from include.knowledge.gazetteer import Gazetteer
from include.records import Event, EventStatus, StatusChange
from include.resolve.decisions import Decision
from include.resolve.intervals import precision_of
from include.resolve.mentions import name_organisation
from include.resolve.stories import Story
from include.resolve.takedown import remove_person


def arrange_stories(
    stories: list[tuple[str, Story]], decisions: Sequence[Decision], previous: Sequence[Event]
) -> list[tuple[str, Story]]:
    """Apply merges and splits of events. An event is found by the moves that it had; a merged one by its survivor."""
    for decision in decisions:
        if decision.kind == "split":
            stories = _split(stories, decision, _members_of(decision.subject, previous))
        elif decision.kind == "merge" and decision.other:
            left, right = (_members_of(event_id, previous) for event_id in (decision.subject, decision.other))
            stories = _merge(stories, left, right)
    return stories


def apply_corrections(
    events: Iterable[Event],
    decisions: Sequence[Decision],
    previous: Sequence[Event],
    gazetteer: Gazetteer,
    *,
    as_of: datetime,
) -> list[Event]:
    """Apply approvals, rejections, corrected fields and takedowns, oldest first; what was merged away gets them too."""
    by_id = {event.event_id: event for event in events}
    for decision in decisions:
        if decision.kind == "takedown":
            for event_id, event in list(by_id.items()):
                if decision.subject in (event_id, event.person_id) and not event.merged_into:
                    by_id[event_id] = remove_person(event)
            continue
        target = find_survivor(decision.subject, by_id, previous)
        if target is None or by_id[target].review == "taken-down":
            continue
        by_id[target] = _apply(by_id[target], decision, gazetteer)
    return list(by_id.values())


def find_survivor(event_id: str, events: dict[str, Event], previous: Sequence[Event]) -> str | None:
    """The live event that an id stands for today; None for an id that is not of these events."""
    merged = {event.event_id: event.merged_into for event in previous if event.merged_into}
    merged |= {event.event_id: event.merged_into for event in events.values() if event.merged_into}
    seen: set[str] = set()
    while event_id in merged and event_id not in seen:
        seen.add(event_id)
        event_id = str(merged[event_id])
    return event_id if event_id in events else None


def _members_of(event_id: str, previous: Sequence[Event]) -> set[str]:
    by_id = {event.event_id: event for event in previous}
    seen: set[str] = set()
    while event_id in by_id and by_id[event_id].merged_into and event_id not in seen:
        seen.add(event_id)
        event_id = str(by_id[event_id].merged_into)
    return set(by_id[event_id].move_ids) if event_id in by_id else set()


def _split(stories: list[tuple[str, Story]], decision: Decision, members: set[str]) -> list[tuple[str, Story]]:
    result = []
    chosen = {*decision.article_ids, *decision.move_ids}
    for person_id, story in stories:
        out = [t for t in story.members if {t.stored.move_id, t.stored.article_id} & chosen]
        stay = [t for t in story.members if t not in out]
        concerned = not members or any(told.stored.move_id in members for told in story.members)
        if concerned and out and stay:
            result += [(person_id, Story(stay)), (person_id, Story(out))]
        else:
            result.append((person_id, story))
    return result


def _merge(stories: list[tuple[str, Story]], left: set[str], right: set[str]) -> list[tuple[str, Story]]:
    def holds(story: Story, members: set[str]) -> bool:
        return any(told.stored.move_id in members for told in story.members)

    kept = [index for index, (_, story) in enumerate(stories) if holds(story, left)]
    gone = [index for index, (_, story) in enumerate(stories) if holds(story, right) and index not in kept[:1]]
    if not kept or not gone:
        return stories
    joined = Story([told for index in (kept[0], *gone) for told in stories[index][1].members])
    result = [entry for index, entry in enumerate(stories) if index not in gone]
    return [(entry[0], joined) if entry is stories[kept[0]] else entry for entry in result]


def _apply(event: Event, decision: Decision, gazetteer: Gazetteer) -> Event:
    if decision.kind == "approve":
        return replace(event, review="approved")
    if decision.kind == "reject":
        return replace(_with_status(event, "retracted", decision), review="rejected")
    if decision.kind == "correct" and decision.field:
        return replace(_set_field(event, decision, gazetteer), review="corrected")
    return event


def _with_status(event: Event, status: EventStatus, decision: Decision) -> Event:
    change = StatusChange(status, decision.at, None, f"{decision.kind} by {decision.author}: {decision.reason}")
    return replace(event, status=status, history=(*event.history, change))


def _set_field(event: Event, decision: Decision, gazetteer: Gazetteer) -> Event:
    field, value = cast(str, decision.field), decision.value
    if field == "status":
        return _with_status(event, cast(EventStatus, value), decision)
    if field in ("from_org", "to_org"):
        named = name_organisation(value, (), gazetteer)
        changes: dict[str, Any] = {
            field: named.name if named else None,
            f"{field}_id": named.organisation_id if named else None,
        }
    elif field == "date":
        changes = {"date": value, "date_precision": precision_of(value), "effective_on": value}
    elif field == "acting":
        changes = {"acting": value == "true"}
    else:
        changes = {field: value}
    return replace(event, **changes)
