"""flag: score events with their reasons, look for exoduses, and write both with the events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from include.flag.exodus import WINDOW_DAYS, exit_day, find_exodus
from include.flag.notability import ScoreContext, score_event
from include.knowledge.gazetteer import load_gazetteer
from include.knowledge.notability import load_notability
from include.knowledge.watchlist import check_watchlist, load_watchlist
from include.pipeline.base import at_warehouse_time
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.records import Event
from include.warehouse.blocks import read_moves
from include.warehouse.events import read_departures, write_events
from include.warehouse.generations import open_work

_LEFT = ("announced", "effective", "reported")  # of a rumour or a denial nobody has left


def flag_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Score the events of `events.jsonl` and every departure from the same organisations; write them once.

    The neighbours are scored too because an article about an earlier departure, when it comes late, changes how many
    had left before them. Raises ConfigError where the watchlist or the weights are wrong.
    """
    run = at_warehouse_time(run)
    model, watchlist, gazetteer = load_notability(), load_watchlist(run.settings.watchlist), load_gazetteer()
    merged = run.staging.read_records(Event, "events.jsonl")
    with open_work(run.work_path) as con:
        departures = _merge_in(read_departures(con), merged)
        concerned = {event.from_org_id for event in merged if event.from_org_id}
        neighbours = [event for event in departures.values() if event.from_org_id in concerned]
        events = {event.event_id: event for event in (*neighbours, *merged)}
        moves = read_moves(con, {move_id for event in events.values() for move_id in event.move_ids})
        moves_by_id = {stored.move_id: stored for stored in moves}
        exits = _list_exits(departures.values())
        on_progress("Scoring events", 0, len(events))
        flags = {
            event.event_id: score_event(
                event,
                context=ScoreContext(
                    gazetteer=gazetteer,
                    moves={move_id: moves_by_id[move_id] for move_id in event.move_ids if move_id in moves_by_id},
                    recent_departures=_count_before(event, exits),
                ),
                model=model,
                watchlist=watchlist,
            )
            for event in events.values()
            if event.merged_into is None
        }
        windows = find_exodus(departures.values(), as_of=run.as_of, observed_since=_observed_since(departures.values()))
        written = write_events(con, events.values(), flags, windows, run_id=run.run_id, as_of=run.as_of)
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


def _merge_in(stored: Iterable[Event], merged: Iterable[Event]) -> dict[str, Event]:
    """Departures as they will be believed when this run is written."""
    departures = {event.event_id: event for event in stored}
    for event in merged:
        departures.pop(event.event_id, None)
        if event.kind == "departure" and event.merged_into is None:
            departures[event.event_id] = event
    return departures


def _observed_since(departures: Iterable[Event]) -> date | None:
    """The day of the first news: before it nobody looked, so that nobody left then says nothing."""
    # The history tells of rumours too, which first_reported_at leaves out where they were months ahead of the news.
    seen = (event.history[0].at for event in departures if event.focus == "main" and event.history)
    return min((at.date() for at in seen), default=None)


def _list_exits(departures: Iterable[Event]) -> Mapping[str, list[tuple[date, str]]]:
    """(day, person) of everyone who left, by organisation."""
    exits: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for event in departures:
        day = exit_day(event)
        if event.from_org_id and day and event.status in _LEFT:
            exits[event.from_org_id].append((day, event.person_id))
    return exits


def _count_before(event: Event, exits: Mapping[str, list[tuple[date, str]]]) -> int:
    """Other people who left the same organisation in the 30 days up to this departure."""
    day = exit_day(event)
    if event.kind != "departure" or day is None or event.from_org_id is None:
        return 0
    start = day - timedelta(days=WINDOW_DAYS)
    return len({person for at, person in exits[event.from_org_id] if start < at <= day and person != event.person_id})
