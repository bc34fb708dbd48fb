"""What is counted of departures, a narrow row each, and the windows of an exodus that are computed from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple
from datetime import date

import duckdb
import pyarrow as pa

from include.records import Exit
from include.warehouse.arrow import build_table, fetch_dicts, fetch_row, read_by_ids, registered, transaction

_EXITS = pa.schema(
    [
        ("event_id", pa.string()),
        ("organisation_id", pa.string()),
        ("organisation", pa.string()),
        ("person_id", pa.string()),
        ("person", pa.string()),
        ("status", pa.string()),
        ("reason_stated", pa.string()),
        ("day", pa.date32()),
        ("reported_on", pa.date32()),
        ("observed_since", pa.date32()),
    ]
)
_COLUMNS = ", ".join(_EXITS.names)
_SELECT = f"SELECT {_COLUMNS} FROM store.exits"
_BELIEVED = """
INSERT OR REPLACE INTO store.exits
SELECT event_id, from_org_id, from_org, person_id, person, status, reason_stated,
    exit_day(date, date_precision, focus, first_reported_at), first_reported_at::DATE,
    if(focus = 'main', history[1]."at"::DATE, NULL)
FROM store.event_versions WHERE event_id IN (FROM given) AND known_to IS NULL AND kind = 'departure'
    AND review NOT IN ('rejected', 'taken-down')
"""
_AFTER = """
SELECT DISTINCT event_id FROM store.exits e JOIN given g ON e.organisation_id = g.organisation_id
    AND e.day >= g.day AND e.day < g.day + $days::INTEGER
"""
_BEFORE = """
SELECT a.event_id, count(DISTINCT b.person_id) FROM store.exits a JOIN store.exits b
    ON a.organisation_id = b.organisation_id AND b.day > a.day - $days::INTEGER AND b.day <= a.day
WHERE a.event_id IN (FROM given) AND b.person_id <> a.person_id AND list_contains($statuses, b.status) GROUP BY ALL
"""
_JUDGED = f"""
{_SELECT} WHERE coalesce(day, reported_on) BETWEEN $since::DATE - $reach::INTEGER AND $until AND organisation_id IN (
    SELECT organisation_id FROM store.exits WHERE day BETWEEN $since AND $until) ORDER BY event_id
"""
_ACTIVE = """
SELECT e.day, count(DISTINCT x.organisation_id)
FROM (SELECT DISTINCT day FROM store.exits WHERE day BETWEEN $since AND $until) e
JOIN (SELECT DISTINCT organisation_id, day FROM store.exits WHERE day >= $since::DATE - $reach::INTEGER
        AND list_contains($statuses, status) AND NOT list_contains($apart, coalesce(reason_stated, ''))) x
    ON x.day BETWEEN e.day - $reach::INTEGER AND e.day
GROUP BY e.day
"""


def replace_exits(
    con: duckdb.DuckDBPyConnection, event_ids: Collection[str], exits: Iterable[Exit]
) -> list[tuple[Exit | None, Exit | None]]:
    """Make `exits` all that there is of these events; return what was and what is now of each that differs.

    An event that is no departure, or is not believed any more, has none.
    """
    fresh = {exit.event_id: exit for exit in exits}
    known = {row["event_id"]: Exit(**row) for row in read_by_ids(con, _SELECT, "event_id", event_ids)}
    differing = sorted(key for key in known.keys() | fresh.keys() if known.get(key) != fresh.get(key))
    gone = pa.table({"event_id": pa.array([key for key in differing if key not in fresh], pa.string())})
    written = build_table(_EXITS, [astuple(fresh[key]) for key in differing if key in fresh])
    with transaction(con), registered(con, gone=gone, exits_in=written):
        con.execute("DELETE FROM store.exits WHERE event_id IN (FROM gone)")
        con.execute(f"INSERT OR REPLACE INTO store.exits SELECT {_COLUMNS} FROM exits_in")
    return [(known.get(key), fresh.get(key)) for key in differing]


def restore_exits(con: duckdb.DuckDBPyConnection, event_ids: Collection[str]) -> None:
    """Make the exits of these events those of the versions that stand, and mark the windows that this may change."""
    given = pa.table({"event_id": pa.array(sorted(event_ids), pa.string())})
    with transaction(con), registered(con, given=given):
        _mark_stale(con)
        con.execute("DELETE FROM store.exits WHERE event_id IN (FROM given)")
        con.execute(_BELIEVED)
        _mark_stale(con)


def find_exits_after(con: duckdb.DuckDBPyConnection, places: Iterable[tuple[str, date]], *, days: int) -> set[str]:
    """Departures from these (organisation, day) on that day or within so many days of it."""
    given = build_table(pa.schema([("organisation_id", pa.string()), ("day", pa.date32())]), sorted(set(places)))
    with registered(con, given=given):
        return {event_id for (event_id,) in con.execute(_AFTER, {"days": days}).fetchall()}


def count_exits_before(
    con: duckdb.DuckDBPyConnection, event_ids: Collection[str], *, days: int, statuses: Collection[str]
) -> dict[str, int]:
    """Other people who left the same organisation in the `days` up to each of these departures; those with any."""
    with registered(con, given=pa.table({"event_id": pa.array(sorted(event_ids), pa.string())})):
        return dict(con.execute(_BEFORE, {"days": days, "statuses": list(statuses)}).fetchall())


def read_first_days(con: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None, bool]:
    """(day since which anybody looked, day of the first stale window, whether there are windows at all)."""
    observed, stale, windows = fetch_row(
        con,
        "SELECT (SELECT min(observed_since) FROM store.exits), min(window_end) FILTER (stale), count(*) > 0 "
        "FROM store.exodus",
    )
    return observed, stale, windows


def read_judged_exits(con: duckdb.DuckDBPyConnection, *, since: date, until: date, reach: int) -> list[Exit]:
    """Exits of every organisation that somebody left from `since` to `until`, from `reach` days before on."""
    return [Exit(**row) for row in fetch_dicts(con, _JUDGED, {"since": since, "until": until, "reach": reach})]


def count_active(
    con: duckdb.DuckDBPyConnection,
    *,
    since: date,
    until: date,
    reach: int,
    statuses: Collection[str],
    apart: Collection[str],
) -> Mapping[date, int]:
    """For each day from `since` to `until` on which somebody left: organisations that somebody left in the `reach`
    days up to it, by exits of these statuses and not for the reasons `apart`."""
    named = {"since": since, "until": until, "reach": reach, "statuses": list(statuses), "apart": list(apart)}
    return dict(con.execute(_ACTIVE, named).fetchall())


def _mark_stale(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "UPDATE store.exodus SET stale = TRUE WHERE window_end >= "
        "(SELECT min(coalesce(day, reported_on)) FROM store.exits WHERE event_id IN (FROM given))"
    )
