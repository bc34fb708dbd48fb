"""Moves -> events. The whole block of every person is recomputed, so the order of articles cannot matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from include.knowledge.gazetteer import Gazetteer
from include.records import Event, StatusChange, StoredMove
from include.resolve.book import EntityBook, short_hash
from include.resolve.corrections import apply_corrections, arrange_stories
from include.resolve.decisions import Decision
from include.resolve.identity import keep_event_ids
from include.resolve.onplaces import unify_places
from include.resolve.retellings import join_leaves, join_retellings, join_returns
from include.resolve.stories import Story, find_stories, read_told
from include.resolve.summary import summarise_story
from include.resolve.takedown import drop_taken_down, remove_person


def merge_moves(
    moves: Sequence[StoredMove],
    book: EntityBook,
    decisions: Sequence[Decision],
    *,
    as_of: datetime,
    previous: Sequence[Event],
    gazetteer: Gazetteer,
    redirects: Mapping[str, str] | None = None,
) -> list[Event]:
    """Merge the moves of some people into events, with the decisions of people applied over them.

    `moves` are all moves of each person concerned; `previous` the events that these people had; `redirects` says of
    ids that were merged away in earlier runs which event they are now. The result holds every event of theirs, sorted
    by id: live ones; `retracted` ones whose evidence is gone; those that went into another event (`merged_into`, no
    moves); and what is left of those that were taken down. `known_from` is the run that first knew of an event.
    """
    decisions = [_redirect(decision, redirects or {}) for decision in decisions]
    stay, taken_down = drop_taken_down(moves, decisions, book, previous)
    events, gone = _tell_stories(stay, book, decisions, as_of=as_of, previous=previous, gazetteer=gazetteer)
    removed = {move.move_id for move in taken_down}
    for event in previous:
        if event.review == "taken-down" or (event.event_id in gone and removed & set(event.move_ids)):
            events.append(remove_person(event))
        elif event.event_id in gone:
            events.append(_retire(event, gone[event.event_id], as_of))
    events = apply_corrections(events, decisions, previous, gazetteer, as_of=as_of)
    before = {event.event_id: event for event in previous}
    return sorted((_keep_known_from(event, before.get(event.event_id)) for event in events), key=lambda e: e.event_id)


def _tell_stories(
    moves: Sequence[StoredMove],
    book: EntityBook,
    decisions: Sequence[Decision],
    *,
    as_of: datetime,
    previous: Sequence[Event],
    gazetteer: Gazetteer,
) -> tuple[list[Event], dict[str, str | None]]:
    """The events that the moves tell, with their ids, and the previous ids that none of them carries."""
    by_person: dict[str, list[StoredMove]] = defaultdict(list)
    for move in sorted(moves, key=lambda move: move.move_id):
        by_person[book.links[move.move_id].person_id].append(move)
    stories: list[tuple[str, Story]] = []
    for person_id, block in sorted(by_person.items()):
        places = unify_places(block, book, gazetteer)
        found = find_stories([read_told(move, book, places) for move in block])
        stories += [(person_id, story) for story in join_returns(join_leaves(join_retellings(found)))]
    drafts = [
        summarise_story(story, person_id, book, gazetteer, event_id=_first_id(person_id, story), as_of=as_of)
        for person_id, story in arrange_stories(stories, decisions, previous)
    ]
    named = {decision.subject for decision in decisions if decision.kind == "merge"}
    known = [event for event in previous if event.review != "taken-down"]
    events, gone = keep_event_ids(drafts, known, book, preferred=named)
    return _note_groups(events, previous, {move.move_id: move for move in moves}), gone


def _redirect(decision: Decision, redirects: Mapping[str, str]) -> Decision:
    """A decision about an event that has since been merged is about the survivor."""
    other = redirects.get(decision.other, decision.other) if decision.other else None
    return replace(decision, subject=redirects.get(decision.subject, decision.subject), other=other)


def _first_id(person_id: str, story: Story) -> str:
    """The id of an event that no earlier run has seen: its person, family, place and its most telling move."""
    first = story.members[0]
    place = first.source or first.target or ""
    return "e-" + short_hash(person_id, first.family, place, first.stored.move_id, length=16)


def _retire(event: Event, survivor: str | None, as_of: datetime) -> Event:
    """What becomes of an event that no story continues: part of another, or withdrawn with its evidence."""
    if survivor:
        return replace(event, merged_into=survivor, move_ids=(), group_event_ids=())
    if event.merged_into or event.status == "retracted":
        return event
    change = StatusChange("retracted", as_of, None, "its evidence was withdrawn")
    return replace(event, status="retracted", move_ids=(), history=(*event.history, change))


def _note_groups(events: Iterable[Event], previous: Sequence[Event], moves: dict[str, StoredMove]) -> list[Event]:
    """Who went together: departures that one article tells as news, from one organisation to one destination."""
    events = list(events)
    together: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for event in events:
        if event.kind != "departure" or not event.from_org_id or not event.to_org_id:
            continue
        for move_id in event.move_ids:
            if moves[move_id].move.focus == "main":
                together[moves[move_id].article_id, event.from_org_id, event.to_org_id].add(event.event_id)
    before = {event.event_id: set(event.group_event_ids) for event in previous}
    groups: dict[str, set[str]] = defaultdict(set)
    for ids in together.values():
        for event_id in ids:
            groups[event_id] |= ids - {event_id}
    return [
        replace(event, group_event_ids=tuple(sorted(groups[event.event_id] | before.get(event.event_id, set()))))
        for event in events
    ]


def _keep_known_from(event: Event, before: Event | None) -> Event:
    return event if before is None else replace(event, known_from=before.known_from)
