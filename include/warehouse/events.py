"""Events and what we ever believed of them: versions with the time from which and until which we held them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from include.records import Event, ExodusWindow, Flag
from include.warehouse.arrow import (
    TEXTS,
    TIME,
    build_table,
    read_by_ids,
    registered,
    store_time,
    transaction,
)
from include.warehouse.eventrows import (
    COMPARED_COLUMNS,
    EVENT_COLUMNS,
    STATE,
    VERSIONS,
    changed_columns,
    event_row,
    read_event,
    read_flag,
)

# A row that is looked up costs what its columns cost.
_EVENTS = f"SELECT {', '.join(EVENT_COLUMNS)} FROM store.event_versions"
_COMPARED = f"SELECT {', '.join(COMPARED_COLUMNS)} FROM store.event_versions"
_FLAGS = "SELECT event_id, score, flagged, alerted, terms, model FROM store.event_versions"
_EXODUS = pa.schema(
    [
        ("organisation_id", pa.string()),
        ("organisation", pa.string()),
        ("window_start", pa.date32()),
        ("window_end", pa.date32()),
        ("observed", pa.int32()),
        ("expected", pa.float64()),
        ("p_value", pa.float64()),
        ("q_value", pa.float64()),
        ("significant", pa.bool_()),
        ("people", TEXTS),
        ("event_ids", TEXTS),
        ("laid_off", TEXTS),
        ("undated", TEXTS),
        ("apart_event_ids", TEXTS),
    ]
)
# What this very run wrote before (the step runs again after a kill) is undone first.
_UNDO_VERSIONS = """
DELETE FROM store.event_versions
WHERE run_id = $run AND known_to IS NULL AND event_id IN (SELECT event_id FROM given)
"""
_UNDO_CLOSING = """
UPDATE store.event_versions AS v SET known_to = NULL, closed_by = NULL
WHERE closed_by = $run AND event_id IN (SELECT event_id FROM given) AND NOT EXISTS (
    SELECT 1 FROM store.event_versions n WHERE n.event_id = v.event_id AND n.version > v.version)
"""
_UNDO_REDIRECTS = """
DELETE FROM store.event_redirects WHERE run_id = $run AND event_id IN (SELECT event_id FROM given)
"""
_STANDING = """
SELECT rowid AS at_row, event_id, version, known_from, known_to, closed_by, run_id, state_hash, move_ids
FROM store.event_versions
"""
_CLOSE = """
UPDATE store.event_versions AS v SET known_to = greatest(v.known_from, $at), closed_by = $run
FROM closing c WHERE v.rowid = c.at_row
"""
_INSERT = f"""
INSERT INTO store.event_versions BY NAME
SELECT event_id, s.version, greatest(coalesce(s.open_from, $at), $at) AS known_from, s.cause,
    state_hash, {", ".join(STATE.names)}, $run AS run_id
FROM events_in JOIN steps s USING (event_id) ORDER BY event_id
"""
_UNLINK = "UPDATE store.move_links SET event_id = NULL WHERE move_id IN (SELECT move_id FROM unlinked)"
_LINK = """
INSERT INTO store.move_links BY NAME SELECT move_id, event_id FROM links_in ORDER BY move_id
ON CONFLICT DO UPDATE SET event_id = excluded.event_id
"""
_STEPS = pa.schema([("event_id", pa.string()), ("version", pa.int32()), ("open_from", TIME), ("cause", pa.string())])


@dataclass(frozen=True, slots=True)
class EventReport:
    """What writing events changed."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    merged: tuple[str, ...]


def read_events(con: duckdb.DuckDBPyConnection, event_ids: Collection[str]) -> list[Event]:
    """The given events as believed now, in order of ids; an id that was merged away gives the survivor."""
    ids = resolve_event_ids(con, event_ids).values()
    return _sorted_events(read_by_ids(con, _EVENTS, "event_id", list(ids), "AND known_to IS NULL"))


def read_events_of(con: duckdb.DuckDBPyConnection, person_ids: Collection[str]) -> list[Event]:
    """The events of these people as believed now: `previous` of a merge."""
    return _sorted_events(read_by_ids(con, _EVENTS, "person_id", person_ids, "AND known_to IS NULL"))


def read_people_of(con: duckdb.DuckDBPyConnection, event_ids: Collection[str]) -> set[str]:
    """The people whom these events, also closed ones, were ever about."""
    rows = read_by_ids(con, "SELECT DISTINCT person_id FROM store.event_versions", "event_id", event_ids)
    return {row["person_id"] for row in rows} - {""}


def read_flags(con: duckdb.DuckDBPyConnection, event_ids: Collection[str]) -> dict[str, Flag]:
    """The flags of the given events as they stand, by event id."""
    rows = read_by_ids(con, _FLAGS, "event_id", event_ids, "AND known_to IS NULL")
    return {row["event_id"]: read_flag(row) for row in sorted(rows, key=lambda row: str(row["event_id"]))}


def read_due_events(con: duckdb.DuckDBPyConnection, as_of: datetime) -> list[str]:
    """Ids of announced events whose stated day, month or year has passed: they are effective now."""
    rows = con.execute(
        "SELECT event_id FROM store.event_versions WHERE known_to IS NULL AND status = 'announced' "
        "AND review NOT IN ('rejected', 'taken-down') AND last_day_of(effective_on) < ? ORDER BY event_id",
        [as_of.date()],
    ).fetchall()
    return [event_id for (event_id,) in rows]


def find_event_ids(con: duckdb.DuckDBPyConnection, event_ids: Collection[str]) -> set[str]:
    """Those of the ids that are or once were an event's."""
    rows = read_by_ids(con, "SELECT DISTINCT event_id FROM store.event_versions", "event_id", event_ids)
    rows += read_by_ids(con, "SELECT event_id FROM store.event_redirects", "event_id", event_ids)
    return {row["event_id"] for row in rows}


def resolve_event_ids(con: duckdb.DuckDBPyConnection, event_ids: Iterable[str]) -> dict[str, str]:
    """Each id with the event that it is now: itself, or what it was merged into, over any number of steps."""
    wanted = list(dict.fromkeys(event_ids))
    with registered(con, given=_ids(wanted)):
        found = con.execute(
            "WITH RECURSIVE chain AS (SELECT event_id AS start, event_id, 0 AS depth FROM given UNION ALL "
            "SELECT c.start, r.merged_into, depth + 1 FROM chain c JOIN store.event_redirects r USING (event_id) "
            "WHERE r.merged_into IS NOT NULL AND depth < 100) "
            "SELECT start, arg_max(event_id, depth) FROM chain GROUP BY start"
        ).fetchall()
    resolved = dict(found)
    return {event_id: resolved[event_id] for event_id in wanted}


def write_events(
    con: duckdb.DuckDBPyConnection,
    events: Iterable[Event],
    flags: Mapping[str, Flag],
    exodus: Iterable[ExodusWindow] | None,
    *,
    run_id: str,
    as_of: datetime,
    windows_since: date | None = None,
) -> EventReport:
    """Store what a run believes of the events it touched; of the others nothing changes.

    An event that says something new gets a new version from `as_of` on, and the one before ends there; one that says
    the same is left alone, so writing twice changes nothing. An event with `merged_into` is closed and its id leads
    to the survivor. The moves of an event are linked to it and to no other. `exodus` replaces all windows, or those
    that end on `windows_since` or later; None leaves them. Time never runs backwards within one event: a version
    begins no earlier than the one before.
    """
    every = list(events)
    living = [event for event in every if event.merged_into is None]
    merged = [(event.event_id, event.merged_into) for event in every if event.merged_into is not None]
    at = {"at": store_time(as_of), "run": run_id}
    rows = {event.event_id: event_row(event, flags.get(event.event_id)) for event in living}
    with transaction(con):
        standing = _read_standing(con, {event.event_id for event in every}, run_id)
        steps = _plan_steps(con, rows, standing)
        changed = [event for event in living if event.event_id in steps]
        held = {move_id for event in living for move_id in event.move_ids}
        lost = {move_id for story in standing.values() for move_id in story.move_ids} - held
        closing = [standing[key].at_row for key in (*steps, *(key for key, _ in merged)) if key in standing]
        tables = {
            "given": _ids(event.event_id for event in living),
            "events_in": build_table(VERSIONS, [rows[key] for key in steps]),
            "steps": build_table(_STEPS, [(key, s.version, s.open_from, s.cause) for key, s in steps.items()]),
            "closing": pa.table({"at_row": pa.array([row for row in closing if row is not None], pa.int64())}),
            "merged_in": build_table(pa.schema([("event_id", pa.string()), ("merged_into", pa.string())]), merged),
            "unlinked": pa.table({"move_id": pa.array(sorted(lost), pa.string())}),
            "links_in": build_table(
                pa.schema([("move_id", pa.string()), ("event_id", pa.string())]),
                [(move_id, event.event_id) for event in changed for move_id in _list_unlinked(event, standing)],
            ),
        }
        with registered(con, **tables):
            con.execute(_CLOSE, at)
            con.execute(_INSERT, at)
            con.execute("DELETE FROM store.event_redirects WHERE event_id IN (SELECT event_id FROM given)")
            con.execute(
                "INSERT OR REPLACE INTO store.event_redirects SELECT event_id, merged_into, $at, $run FROM merged_in",
                at,
            )
            if lost:
                con.execute(_UNLINK)
            con.execute(_LINK)
        if exodus is not None:
            _replace_exodus(con, exodus, run_id, windows_since)
    return EventReport(
        created=tuple(key for key, step in steps.items() if step.version == 1),
        changed=tuple(key for key, step in steps.items() if step.version > 1),
        merged=tuple(event_id for event_id, _ in merged),
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is stored of one event. `at_row` and `move_ids` are of the version that stands; without one it is closed."""

    last_version: int
    at_row: int | None = None
    open_from: datetime | None = None
    state_hash: str = ""
    move_ids: tuple[str, ...] = ()


def _list_unlinked(event: Event, standing: Mapping[str, _Standing]) -> list[str]:
    """The moves of an event that the version that stands does not have."""
    linked = set(standing[event.event_id].move_ids) if event.event_id in standing else set()
    return [move_id for move_id in event.move_ids if move_id not in linked]


@dataclass(frozen=True, slots=True)
class _Step:
    """The version that comes next, from when the one before stood, and why it comes."""

    version: int
    open_from: datetime | None
    cause: str


def _read_standing(con: duckdb.DuckDBPyConnection, event_ids: Collection[str], run_id: str) -> dict[str, _Standing]:
    rows = read_by_ids(con, _STANDING, "event_id", event_ids)
    if any(run_id in (row["run_id"], row["closed_by"]) for row in rows):
        with registered(con, given=_ids(event_ids)):
            for statement in (_UNDO_VERSIONS, _UNDO_CLOSING, _UNDO_REDIRECTS):
                con.execute(statement, {"run": run_id})
        rows = read_by_ids(con, _STANDING, "event_id", event_ids)
    standing: dict[str, _Standing] = {}
    for row in sorted(rows, key=lambda row: int(row["version"])):
        is_open = row["known_to"] is None
        standing[row["event_id"]] = _Standing(
            row["version"],
            row["at_row"] if is_open else None,
            row["known_from"] if is_open else None,
            row["state_hash"] if is_open else "",
            tuple(row["move_ids"]) if is_open else (),
        )
    return standing


def _plan_steps(
    con: duckdb.DuckDBPyConnection, rows: Mapping[str, tuple[Any, ...]], standing: Mapping[str, _Standing]
) -> dict[str, _Step]:
    """For each event that says something new, in order of ids: its next version."""
    fresh = {key: dict(zip(VERSIONS.names, row, strict=True)) for key, row in sorted(rows.items())}
    changed = [
        key for key, new in fresh.items() if key not in standing or standing[key].state_hash != new["state_hash"]
    ]
    before = {row["event_id"]: row for row in read_by_ids(con, _COMPARED, "event_id", changed, "AND known_to IS NULL")}
    steps = {}
    for key in changed:
        known = standing.get(key, _Standing(0))
        if key in before:
            cause = ", ".join(changed_columns(before[key], fresh[key])) or "evidence"
        else:
            cause = "restored" if known.last_version else "first report"
        if fresh[key]["review"] == "taken-down":
            cause = "taken down"
        steps[key] = _Step(known.last_version + 1, known.open_from, cause)
    return steps


def _replace_exodus(
    con: duckdb.DuckDBPyConnection, exodus: Iterable[ExodusWindow], run_id: str, since: date | None
) -> None:
    rows = [tuple(getattr(window, name) for name in _EXODUS.names) for window in exodus]
    text_dates = pa.schema([pa.field(f.name, pa.string()) if f.name.startswith("window_") else f for f in _EXODUS])
    with registered(con, exodus_in=build_table(text_dates, rows)):
        con.execute(
            "DELETE FROM store.exodus WHERE window_end >= coalesce($since, '-infinity'::DATE) "
            "AND (organisation_id, window_end) NOT IN (SELECT (organisation_id, window_end::DATE) FROM exodus_in)",
            {"since": since},
        )
        con.execute(
            "INSERT OR REPLACE INTO store.exodus BY NAME SELECT * REPLACE (window_start::DATE AS window_start, "
            "window_end::DATE AS window_end), ? AS run_id, FALSE AS stale FROM exodus_in "
            "ORDER BY organisation_id, window_end",
            [run_id],
        )


def _sorted_events(rows: Iterable[Mapping[str, Any]]) -> list[Event]:
    return [read_event(row) for row in sorted(rows, key=lambda row: str(row["event_id"]))]


def _ids(event_ids: Iterable[str]) -> pa.Table:
    return pa.table({"event_id": pa.array(sorted(set(event_ids)), pa.string())})
