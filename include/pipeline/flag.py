"""flag: score events with their reasons, look for exoduses, and write both with the events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from include.flag.exodus import APART, COUNTED, REACH_DAYS, WINDOW_DAYS, find_exodus, list_exits
from include.flag.notability import ScoreContext, score_event
from include.knowledge.gazetteer import load_gazetteer
from include.knowledge.notability import load_notability
from include.knowledge.watchlist import check_watchlist, load_watchlist
from include.pipeline.base import at_warehouse_time, read_base
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.records import Event, Exit, ExodusWindow, StoredMove
from include.warehouse.arrow import transaction
from include.warehouse.blocks import read_moves
from include.warehouse.events import read_events, write_events
from include.warehouse.exits import (
    count_active,
    count_exits_before,
    find_exits_after,
    read_first_days,
    read_judged_exits,
    replace_exits,
)
from include.warehouse.generations import open_work

if TYPE_CHECKING:
    import duckdb

_BEGINNING = date.min + timedelta(days=REACH_DAYS)  # before all of history


def flag_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Score the events of `events.jsonl` and the departures that follow them; write them once.

    Departures from the same organisation in the 30 days after one that is new, or other than it was, are scored too: an
    article about an earlier departure, when it comes late, changes how many had left before them. Raises ConfigError
    where the watchlist or the weights are wrong.
    """
    run = at_warehouse_time(run)
    model, watchlist, gazetteer = load_notability(), load_watchlist(run.settings.watchlist), load_gazetteer()
    merged = run.staging.read_records(Event, "events.jsonl")
    with open_work(run.work_path) as con, transaction(con):
        observed_before, _, _ = read_first_days(con)
        changes = replace_exits(con, [event.event_id for event in merged], list_exits(merged))
        events = {event.event_id: event for event in (*_read_followers(con, changes), *merged)}
        moves_by_id = {stored.move_id: stored for stored in run.staging.read_records(StoredMove, "evidence.jsonl")}
        others = {move_id for event in events.values() for move_id in event.move_ids} - moves_by_id.keys()
        moves_by_id |= {stored.move_id: stored for stored in read_moves(con, others)}
        left_before = count_exits_before(con, events.keys(), days=WINDOW_DAYS, statuses=COUNTED)
        on_progress("Scoring events", 0, len(events))
        flags = {
            event.event_id: score_event(
                event,
                context=ScoreContext(
                    gazetteer=gazetteer,
                    moves={move_id: moves_by_id[move_id] for move_id in event.move_ids if move_id in moves_by_id},
                    recent_departures=left_before.get(event.event_id, 0),
                ),
                model=model,
                watchlist=watchlist,
            )
            for event in events.values()
            if event.merged_into is None
        }
        windows, since = _judge_windows(con, run, changes, observed_before)
        written = write_events(
            con, events.values(), flags, windows, run_id=run.run_id, as_of=run.as_of, windows_since=since
        )
    shown = sum(flag.shown for flag in flags.values())
    exoduses = {window.organisation for window in windows if window.significant}
    sentence = f"{len(written.created)} new events, {len(written.changed)} changed; {shown} of {len(flags)} flagged"
    if exoduses:
        sentence += f"; exodus: {', '.join(sorted(exoduses))}"
    return run.report(
        "flag",
        sentence,
        warnings=tuple(check_watchlist(watchlist, gazetteer)),
        created=len(written.created),
        changed=len(written.changed),
        merged=len(written.merged),
        flagged=shown,
        exodus=len(exoduses),
    )


_Change = tuple[Exit | None, Exit | None]


def _read_followers(con: duckdb.DuckDBPyConnection, changes: Sequence[_Change]) -> list[Event]:
    """Departures that those which changed are counted for: from the same organisation, up to 30 days later."""
    places = [
        (side.organisation_id, side.day)
        for change in changes
        for side in change
        if side and side.organisation_id and side.day
    ]
    return read_events(con, find_exits_after(con, places, days=WINDOW_DAYS))


def _judge_windows(
    con: duckdb.DuckDBPyConnection, run: RunContext, changes: Sequence[_Change], observed_before: date | None
) -> tuple[list[ExodusWindow], date]:
    """Every window that may have changed, and the day from which on these are all: (windows, day)."""
    until = run.as_of.date()
    observed_since, stale, judged = read_first_days(con)
    before = read_base(run).as_of
    if judged and before and observed_since == observed_before:
        days = [day for change in changes for side in change if side and (day := side.day or side.reported_on)]
        # What was announced for a day to come counts when it has come.
        since = min([*days, before.date() + timedelta(days=1), until, stale or until])
    else:
        since = _BEGINNING
    exits = read_judged_exits(con, since=since, until=until, reach=REACH_DAYS)
    active = count_active(con, since=since, until=until, reach=REACH_DAYS, statuses=COUNTED, apart=APART)
    windows = find_exodus(exits, as_of=run.as_of, observed_since=observed_since, since=since, active=active)
    return windows, since
