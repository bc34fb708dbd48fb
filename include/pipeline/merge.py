"""merge: what many articles say becomes events, with the decisions of people applied over it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from include.knowledge.gazetteer import Gazetteer, load_gazetteer
from include.pipeline.base import at_warehouse_time
from include.pipeline.decided import Decided, apply_inbox
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.pipeline.takedown import Erased, erase_from_texts, erase_taken_down
from include.records import Event, StoredMove
from include.resolve.book import EntityBook, MoveLink
from include.resolve.candidates import may_concern
from include.resolve.entities import resolve_entities
from include.resolve.keys import KEY_RULES, BlockKey
from include.resolve.mentions import block_keys, name_forms
from include.resolve.merge import merge_moves
from include.resolve.names import NEAR_DAYS, SOON_DAYS, load_tables
from include.warehouse.blocks import (
    find_sharing,
    forget_stale_keys,
    list_stale_keys,
    mark_stale_keys,
    read_moves,
    read_owners,
    write_move_keys,
)
from include.warehouse.entities import find_tied, read_book, read_entities, write_book, write_proposals
from include.warehouse.events import read_due_events, read_events_of, read_people_of
from include.warehouse.generations import open_work
from include.warehouse.load import read_touched

if TYPE_CHECKING:
    import duckdb

MADE_ANEW = 20_000  # stored moves a run whose keys are made anew: some ten seconds, and two months of a monitor


def load_knowledge() -> None:
    """Read what every run needs to tell who is who, for processes that are forked from this one."""
    load_gazetteer()
    load_tables()


def merge_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Merge anew the people whom the run touches: by a new move, a decision, or a day that has passed.

    Writes the entity book to the work copy, and to staging `events.jsonl` and `evidence.jsonl`, the events that changed
    and their moves, where `flag` takes them. A file in the inbox that cannot be used is a warning; it does not hold up
    the news.
    """
    run, gazetteer = at_warehouse_time(run), load_gazetteer()
    with open_work(run.work_path) as con:
        decided = apply_inbox(con, run)
        refresh_keys(con, gazetteer)
        touched = read_touched(con)
        on_progress("Merging moves", 0, len(touched))
        people = decided.people | read_people_of(con, read_due_events(con, run.as_of))
        merged = merge_people(con, touched, people, decided, gazetteer, run_id=run.run_id, as_of=run.as_of)
        redacted = erase_from_texts(con, run, merged.erased)
    changed = merged.list_changed()
    run.staging.write_records("events.jsonl", changed)
    # Moves as they were read still hold a name that was taken out of sentences since.
    run.staging.write_records("evidence.jsonl", [] if redacted else merged.list_evidence(changed))
    living = [event for event in merged.events if event.merged_into is None]
    counted = len({event.person_id for event in living})
    sentence = f"{len(living)} events of {counted} people seen anew from {len(touched)} touched moves"
    if decided.fresh:
        sentence += f", {decided.fresh} new decisions applied"
    return run.report(
        "merge",
        sentence,
        warnings=decided.refused,
        touched=len(touched),
        events=len(living),
        people=counted,
        decisions=decided.fresh,
        erased=merged.erased.moves,
        redacted=redacted,
    )


def refresh_keys(con: duckdb.DuckDBPyConnection, gazetteer: Gazetteer, limit: int = MADE_ANEW) -> None:
    """Make the keys of stored moves anew where the rules have changed since, the latest `limit` of those that wait."""
    mark_stale_keys(con, KEY_RULES)
    stale = list_stale_keys(con, limit)
    if not stale:
        return
    keys = {stored.move_id: block_keys(stored, gazetteer) for stored in read_moves(con, stale)}
    write_move_keys(con, keys, replaced=keys.keys())
    forget_stale_keys(con, stale)


@dataclass(frozen=True, slots=True)
class Merged:
    """Events of the people who were merged anew, the moves behind them, what was believed of them before, and what was
    erased."""

    events: list[Event]
    moves: list[StoredMove]
    previous: list[Event]
    erased: Erased

    def list_changed(self) -> list[Event]:
        """The events that are not what they were. After an erasure all: it takes versions away, marks among them."""
        before = {event.event_id: event for event in self.previous}
        return [
            event
            for event in self.events
            if self.erased.moves or event.review == "taken-down" or before.get(event.event_id) != event
        ]

    def list_evidence(self, events: Collection[Event]) -> list[StoredMove]:
        """The moves of these events as they were read; none after an erasure, which takes names out of sentences."""
        wanted = {move_id for event in events for move_id in event.move_ids} if not self.erased.moves else set()
        return [stored for stored in self.moves if stored.move_id in wanted]


def merge_people(
    con: duckdb.DuckDBPyConnection,
    touched: Collection[str],
    people: Collection[str],
    decided: Decided,
    gazetteer: Gazetteer,
    *,
    run_id: str,
    as_of: datetime,
) -> Merged:
    """Merge the people of the touched moves and the given ones, with everybody who may be one of them.

    Writes who is who, and erases what is to be taken down.
    """
    block = read_block(con, touched, people, gazetteer)
    previous = block.previous
    stored = read_book(con, block.move_ids)
    links = {
        move_id: MoveLink(move_id, link.person_id, link.from_org_id, link.to_org_id)
        for move_id, link in stored.links.items()
        if link.person_id is not None
    }
    decisions = decided.about({event.event_id for event in previous})
    named = {key for d in decisions if d.kind == "merge-entities" for key in (d.subject, d.other) if key}
    known = EntityBook({**read_entities(con, named), **stored.entities}, links)
    book = resolve_entities(block.moves, known, gazetteer, decisions)
    write_book(con, book.entities.values(), book.links, before=stored, run_id=run_id, as_of=as_of)
    everybody = block.people | {link.person_id for link in book.links.values()}
    write_proposals(con, book.proposals, everybody, run_id=run_id, as_of=as_of)
    events = merge_moves(
        block.moves,
        book,
        decisions,
        as_of=as_of,
        previous=previous,
        gazetteer=gazetteer,
        redirects=decided.redirects,
    )
    erased = erase_taken_down(con, block.moves, book, decisions, previous)
    return Merged([_leave_mark(event) for event in events], block.moves, previous, erased)


def _leave_mark(event: Event) -> Event:
    """Of an event that was taken down its id stays, so that its page says so; its moves are erased."""
    return replace(event, move_ids=()) if event.review == "taken-down" else event


@dataclass(frozen=True, slots=True)
class Block:
    """What is merged together: people, the moves of their events and the new ones (retired ones by id alone), and what
    was believed of them."""

    people: set[str]
    move_ids: set[str]
    moves: list[StoredMove]
    previous: list[Event]


def read_block(
    con: duckdb.DuckDBPyConnection, touched: Collection[str], people: Collection[str], gazetteer: Gazetteer
) -> Block:
    """Everybody whom the touched moves may concern, with all their moves; stores the keys of the touched moves."""
    fresh, owners = read_moves(con, touched), read_owners(con, touched)
    keys = {stored.move_id: block_keys(stored, gazetteer) for stored in fresh}
    write_move_keys(con, keys, replaced=owners.keys() & keys.keys())
    found = {*people, *owners.values()}
    found = find_tied(con, found | _find_likely(con, fresh, keys, found))
    previous = read_events_of(con, found)
    move_ids = {*touched, *(move_id for event in previous for move_id in event.move_ids)}
    others = read_moves(con, move_ids - {stored.move_id for stored in fresh})
    return Block(found, move_ids, sorted([*fresh, *others], key=lambda stored: stored.move_id), previous)


def _find_likely(
    con: duckdb.DuckDBPyConnection,
    fresh: Sequence[StoredMove],
    keys: Mapping[str, Sequence[BlockKey]],
    settled: Collection[str],
) -> set[str]:
    """People whom the moves name, and those at the same places whose names are alike."""
    sharing = find_sharing(con, keys, near_days=NEAR_DAYS, soon_days=SOON_DAYS)
    named = {shared.person_id for shared in sharing if not shared.is_coarse}.union(settled)
    coarse = [shared for shared in sharing if shared.person_id not in named]
    entities = read_entities(con, {shared.person_id for shared in coarse})
    forms = {stored.move_id: name_forms(stored) for stored in fresh}
    for shared in coarse:
        person = entities.get(shared.person_id)
        if person and may_concern(forms[shared.move_id], (person.name, *person.aliases)):
            named.add(person.entity_id)
    return named
