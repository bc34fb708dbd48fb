"""Events and what we ever believed of them: versions with the time from which and until which we held them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from include.records import Event, ExodusWindow, Flag
from include.warehouse.arrow import TEXTS, build_table, fetch_dicts, registered, store_time, transaction
from include.warehouse.eventrows import STATE, VERSIONS, changed_columns, event_row, read_event, read_flag

_COLUMNS = ", ".join(["event_id", "version", *STATE.names])
_CURRENT = f"SELECT {_COLUMNS} FROM store.event_versions WHERE known_to IS NULL"
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
_CHANGED = """
CREATE OR REPLACE TEMP TABLE changed_events AS
SELECT i.*, c.version AS open_version, c.known_from AS open_from,
    coalesce((SELECT max(version) FROM store.event_versions v WHERE v.event_id = i.event_id), 0) AS last_version
FROM events_in i LEFT JOIN (SELECT event_id, version, known_from, state_hash FROM store.event_versions
    WHERE known_to IS NULL) c USING (event_id)
WHERE c.state_hash IS DISTINCT FROM i.state_hash
"""
_CLOSE = """
UPDATE store.event_versions AS v SET known_to = greatest(v.known_from, $at), closed_by = $run
WHERE known_to IS NULL AND event_id IN (SELECT event_id FROM changed_events UNION SELECT event_id FROM merged_in)
"""
_INSERT = f"""
INSERT INTO store.event_versions BY NAME
SELECT event_id, last_version + 1 AS version, greatest(coalesce(open_from, $at), $at) AS known_from, k.cause,
    state_hash, {", ".join(STATE.names)}, $run AS run_id
FROM changed_events JOIN causes k USING (event_id) ORDER BY event_id
"""
_UNLINK = """
UPDATE store.move_links AS l SET event_id = NULL
WHERE event_id IN (SELECT event_id FROM given) AND NOT EXISTS (
    SELECT 1 FROM links_in i WHERE i.move_id = l.move_id AND i.event_id = l.event_id)
"""
_LINK = """
INSERT INTO store.move_links BY NAME SELECT move_id, event_id FROM links_in
EXCEPT SELECT move_id, event_id FROM store.move_links ORDER BY move_id
ON CONFLICT DO UPDATE SET event_id = excluded.event_id
"""


@dataclass(frozen=True, slots=True)
class EventReport:
    """What writing events changed."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    merged: tuple[str, ...]


def read_events(con: duckdb.DuckDBPyConnection, event_ids: Collection[str]) -> list[Event]:
    """The given events as believed now, in order of ids; an id that was merged away gives the survivor."""
    with registered(con, given=_ids(resolve_event_ids(con, event_ids).values())):
        rows = fetch_dicts(con, f"{_CURRENT} AND event_id IN (SELECT event_id FROM given) ORDER BY event_id")
    return [read_event(row) for row in rows]


def read_events_of(con: duckdb.DuckDBPyConnection, move_ids: Collection[str]) -> list[Event]:
    """The events of all people whom the given moves (also retired ones) are about: `previous` of a merge."""
    with registered(con, given=pa.table({"move_id": pa.array(sorted(set(move_ids)), pa.string())})):
        rows = fetch_dicts(
            con,
            f"{_CURRENT} AND (person_id IN (SELECT person_id FROM store.move_links SEMI JOIN given USING (move_id)) "
            "OR event_id IN (SELECT event_id FROM store.move_links SEMI JOIN given USING (move_id))) ORDER BY event_id",
        )
    return [read_event(row) for row in rows]


def read_departures(con: duckdb.DuckDBPyConnection, organisation_ids: Collection[str] | None = None) -> list[Event]:
    """All departures as believed now, of all organisations or of those given, in order of ids."""
    condition = "kind = 'departure' AND review NOT IN ('rejected', 'taken-down')"
    if organisation_ids is None:
        return [read_event(row) for row in fetch_dicts(con, f"{_CURRENT} AND {condition} ORDER BY event_id")]
    with registered(con, given=pa.table({"id": pa.array(sorted(organisation_ids), pa.string())})):
        rows = fetch_dicts(con, f"{_CURRENT} AND {condition} AND from_org_id IN (FROM given) ORDER BY event_id")
    return [read_event(row) for row in rows]


def read_flags(con: duckdb.DuckDBPyConnection, event_ids: Collection[str]) -> dict[str, Flag]:
    """The flags of the given events as they stand, by event id."""
    with registered(con, given=_ids(event_ids)):
        rows = fetch_dicts(con, f"{_CURRENT} AND event_id IN (SELECT event_id FROM given) ORDER BY event_id")
    return {row["event_id"]: read_flag(row) for row in rows}


def read_due_events(con: duckdb.DuckDBPyConnection, as_of: datetime) -> list[str]:
    """Ids of announced events whose stated day has passed, for `blocks.touch_events`: they may be effective now."""
    rows = con.execute(
        "SELECT event_id FROM store.event_versions WHERE known_to IS NULL AND status = 'announced' "
        "AND review NOT IN ('rejected', 'taken-down') "
        "AND length(coalesce(effective_on, date)) = 10 AND first_day(coalesce(effective_on, date)) <= ? "
        "ORDER BY event_id",
        [as_of.date()],
    ).fetchall()
    return [event_id for (event_id,) in rows]


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
) -> EventReport:
    """Store what a run believes of the events it touched; of the others nothing changes.

    An event that says something new gets a new version from `as_of` on, and the one before ends there; one that says
    the same is left alone, so writing twice changes nothing. An event with `merged_into` is closed and its id leads
    to the survivor. The moves of an event are linked to it and to no other. `exodus` replaces all windows; None leaves
    them. Time never runs backwards within one event: a version begins no earlier than the one before.
    """
    every = list(events)
    living = [event for event in every if event.merged_into is None]
    merged = [(event.event_id, event.merged_into) for event in every if event.merged_into is not None]
    at = {"at": store_time(as_of), "run": run_id}
    tables = {
        "given": _ids(event.event_id for event in every),
        "events_in": build_table(VERSIONS, [event_row(event, flags.get(event.event_id)) for event in living]),
        "merged_in": build_table(pa.schema([("event_id", pa.string()), ("merged_into", pa.string())]), merged),
        "links_in": build_table(
            pa.schema([("move_id", pa.string()), ("event_id", pa.string())]),
            [(move_id, event.event_id) for event in living for move_id in event.move_ids],
        ),
    }
    with transaction(con), registered(con, **tables):
        for statement in (_UNDO_VERSIONS, _UNDO_CLOSING, _UNDO_REDIRECTS):
            con.execute(statement, {"run": run_id})
        con.execute(_CHANGED)
        causes = _explain_changes(con)
        con.execute(_CLOSE, at)
        with registered(con, causes=build_table(_CAUSES, [(key, cause) for key, (cause, _) in causes.items()])):
            con.execute(_INSERT, at)
        con.execute("DELETE FROM store.event_redirects WHERE event_id IN (SELECT event_id FROM events_in)")
        con.execute(
            "INSERT OR REPLACE INTO store.event_redirects SELECT event_id, merged_into, $at, $run FROM merged_in", at
        )
        con.execute(_UNLINK)
        con.execute(_LINK)
        if exodus is not None:
            _replace_exodus(con, exodus, run_id)
    return EventReport(
        created=tuple(key for key, (_, is_new) in causes.items() if is_new),
        changed=tuple(key for key, (_, is_new) in causes.items() if not is_new),
        merged=tuple(event_id for event_id, _ in merged),
    )


_CAUSES = pa.schema([("event_id", pa.string()), ("cause", pa.string())])


def _explain_changes(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, bool]]:
    """For each changed event why a version comes, and whether it is the first."""
    old = {
        row["event_id"]: row
        for row in fetch_dicts(con, f"{_CURRENT} AND event_id IN (SELECT event_id FROM changed_events)")
    }
    causes: dict[str, tuple[str, bool]] = {}
    for new in fetch_dicts(con, "SELECT * FROM changed_events ORDER BY event_id"):
        before: dict[str, Any] | None = old.get(new["event_id"])
        if before:
            causes[new["event_id"]] = (", ".join(changed_columns(before, new)) or "evidence", False)
        else:
            causes[new["event_id"]] = ("restored", False) if new["last_version"] else ("first report", True)
    return causes


def _replace_exodus(con: duckdb.DuckDBPyConnection, exodus: Iterable[ExodusWindow], run_id: str) -> None:
    rows = [tuple(getattr(window, name) for name in _EXODUS.names) for window in exodus]
    text_dates = pa.schema([pa.field(f.name, pa.string()) if f.name.startswith("window_") else f for f in _EXODUS])
    with registered(con, exodus_in=build_table(text_dates, rows)):
        con.execute("DELETE FROM store.exodus")
        con.execute(
            "INSERT INTO store.exodus BY NAME SELECT * REPLACE (window_start::DATE AS window_start, "
            "window_end::DATE AS window_end), ? AS run_id FROM exodus_in ORDER BY organisation_id, window_end",
            [run_id],
        )


def _ids(event_ids: Iterable[str]) -> pa.Table:
    return pa.table({"event_id": pa.array(sorted(set(event_ids)), pa.string())})
