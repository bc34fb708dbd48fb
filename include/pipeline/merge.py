"""merge: what many articles say becomes events, with the decisions of people applied over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from include.knowledge.gazetteer import Gazetteer, load_gazetteer
from include.pipeline.inbox import read_releases, read_targets
from include.pipeline.load import at_warehouse_time
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.records import Event, StoredMove
from include.resolve.book import EntityBook, MoveLink
from include.resolve.decisions import Decision, read_inbox
from include.resolve.entities import resolve_entities
from include.resolve.mentions import block_keys
from include.resolve.merge import merge_moves
from include.resolve.names import NEAR_DAYS
from include.warehouse.blocks import read_blocks, read_moves, touch_events, touch_people, write_move_keys
from include.warehouse.entities import read_book, write_book
from include.warehouse.events import read_due_events, read_events_of, resolve_event_ids
from include.warehouse.generations import open_work
from include.warehouse.load import read_touched
from include.warehouse.quarantine import release_records
from include.warehouse.runs import AppliedDecision, write_decisions

if TYPE_CHECKING:
    import duckdb


def merge_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Merge anew the people whom the run touches: by a new move, a decision, or a day that has passed.

    Writes the entity book to the work copy and `events.jsonl` to staging, where `flag` takes them. A file in the
    inbox that cannot be read is a warning; it does not hold up the news.
    """
    run, gazetteer = at_warehouse_time(run), load_gazetteer()
    refused: list[str] = []
    decisions = read_inbox(run.settings.inbox, refused.append)
    with open_work(run.work_path) as con:
        _apply_decisions(con, run, decisions, refused.append)
        touched = read_touched(con)
        on_progress("Merging moves", 0, len(touched))
        events = _merge_people(con, run, touched, decisions, gazetteer)
    run.staging.write_records("events.jsonl", events)
    living = [event for event in events if event.merged_into is None]
    people = len({event.person_id for event in living})
    sentence = f"{len(living)} events of {people} people seen anew from {len(touched)} touched moves"
    if decisions:
        sentence += f", {len(decisions)} decisions applied"
    return run.report(
        "merge",
        sentence,
        warnings=tuple(refused),
        touched=len(touched),
        events=len(living),
        people=people,
        decisions=len(decisions),
    )


def _apply_decisions(
    con: duckdb.DuckDBPyConnection, run: RunContext, decisions: Sequence[Decision], on_refused: Callable[[str], None]
) -> None:
    """Release what people released, mark what their decisions are about as touched, and log the decisions."""
    for release in read_releases(run.settings.inbox, on_refused):
        release_records(con, [release.record_id], by=release.author, run_id=run.run_id, as_of=run.as_of)
    targets = read_targets(run.settings.inbox)
    touch_events(con, {*targets, *resolve_event_ids(con, targets).values()}, run.run_id)
    touch_people(con, targets, run.run_id)
    touch_events(con, read_due_events(con, run.as_of), run.run_id)
    write_decisions(con, map(_log_entry, decisions), run.run_id)


def _merge_people(
    con: duckdb.DuckDBPyConnection,
    run: RunContext,
    touched: Sequence[str],
    decisions: Sequence[Decision],
    gazetteer: Gazetteer,
) -> list[Event]:
    fresh = read_moves(con, touched)
    write_move_keys(con, {stored.move_id: _keys(stored, gazetteer) for stored in fresh})
    block = read_blocks(con, touched, near_days=NEAR_DAYS)
    concerned = {*touched, *(stored.move_id for stored in block)}
    known = read_book(con, concerned)
    links = {
        move_id: MoveLink(move_id, link.person_id, link.from_org_id, link.to_org_id)
        for move_id, link in known.links.items()
        if link.person_id is not None
    }
    previous = read_events_of(con, concerned)
    book = resolve_entities(block, EntityBook(known.entities, links), gazetteer, decisions)
    write_book(con, book.entities.values(), book.links, run_id=run.run_id, as_of=run.as_of)
    return merge_moves(block, book, decisions, as_of=run.as_of, previous=previous, gazetteer=gazetteer)


def _keys(stored: StoredMove, gazetteer: Gazetteer) -> list[tuple[str, date]]:
    return [(key.key, key.at) for key in block_keys(stored, gazetteer)]


def _log_entry(decision: Decision) -> AppliedDecision:
    payload = {
        name: value
        for name in ("other", "field", "value", "article_ids", "move_ids")
        if (value := getattr(decision, name))
    }
    return AppliedDecision(
        decision_id=decision.decision_id,
        action=decision.kind,
        target=decision.subject,
        author=decision.author,
        reason=decision.reason,
        decided_at=decision.at,
        payload=payload,
    )
