"""What is remembered of feeds between polls, and what each poll gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb
import pyarrow as pa

from include.records import FeedOutcome, FeedState
from include.warehouse.arrow import (
    COUNT_MAP,
    TEXTS,
    TIME,
    build_table,
    fetch_dicts,
    read_time,
    registered,
    store_time,
    transaction,
)

_TIMES = ("next_due_at", "last_polled_at", "last_success_at", "last_full_at", "last_item_at")
_STATES = pa.schema(
    [
        ("source_id", pa.string()),
        ("url", pa.string()),
        ("etag", pa.string()),
        ("last_modified", pa.string()),
        ("body_hash", pa.string()),
        ("interval_s", pa.float64()),
        ("next_due_at", TIME),
        ("last_polled_at", TIME),
        ("last_success_at", TIME),
        ("last_full_at", TIME),
        ("last_item_at", TIME),
        ("failures", pa.float64()),
        ("last_error", pa.string()),
        ("redirect_target", pa.string()),
        ("redirect_count", pa.int32()),
        ("gone", pa.bool_()),
        ("recent_ids", TEXTS),
        ("source_url", pa.string()),
    ]
)
_POLLS = pa.schema(
    [
        ("source_id", pa.string()),
        ("polled_at", TIME),
        ("outcome", pa.string()),
        ("http_status", pa.int32()),
        ("items", pa.int32()),
        ("new_items", pa.int32()),
        ("overlap_lost", pa.bool_()),
        ("error", pa.string()),
        ("seconds", pa.float64()),
        ("dropped", COUNT_MAP),
    ]
)


def read_states(con: duckdb.DuckDBPyConnection) -> dict[str, FeedState]:
    """The state of every feed that was ever polled, by source id."""
    rows = fetch_dicts(con, f"SELECT {', '.join(_STATES.names)} FROM store.feed_states ORDER BY source_id")
    for row in rows:
        row.update({name: read_time(row[name]) for name in _TIMES}, recent_ids=tuple(row["recent_ids"]))
    return {row["source_id"]: FeedState(**row) for row in rows}


def write_outcomes(
    con: duckdb.DuckDBPyConnection, outcomes: Iterable[FeedOutcome], states: Mapping[str, FeedState], run_id: str
) -> None:
    """Store what the polls of a run gave and what is to be remembered; written twice, or replayed, it stands once.

    A state that is older than the stored one (a replay of the past, or a run that was overtaken) is left out.
    """
    state_rows = [
        tuple(store_time(getattr(s, name)) if name in _TIMES else getattr(s, name) for name in _STATES.names)
        for s in states.values()
    ]
    poll_rows = [
        (
            o.source_id,
            store_time(o.polled_at),
            o.outcome,
            o.http_status,
            o.items,
            o.new_items,
            o.overlap_lost,
            o.error,
            o.seconds,
            list(dict(o.dropped).items()),
        )
        for o in outcomes
    ]
    tables = {"states_in": build_table(_STATES, state_rows), "polls_in": build_table(_POLLS, poll_rows)}
    with transaction(con), registered(con, **tables):
        con.execute("DELETE FROM store.feed_polls WHERE run_id = ?", [run_id])
        con.execute(
            "INSERT INTO store.feed_polls BY NAME SELECT *, ? AS run_id FROM polls_in "
            "ANTI JOIN store.feed_polls USING (source_id, polled_at)",
            [run_id],
        )
        con.execute(
            "INSERT OR REPLACE INTO store.feed_states BY NAME SELECT i.* FROM states_in i "
            "LEFT JOIN store.feed_states s USING (source_id) "
            "WHERE s.last_polled_at IS NULL OR i.last_polled_at >= s.last_polled_at"
        )
