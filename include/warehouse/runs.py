"""Published runs and decisions of people, as the warehouse records them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from include.warehouse.arrow import count_rows, fetch_row, store_time, transaction


@dataclass(frozen=True, slots=True)
class AppliedDecision:
    """A decision of a person as it was applied."""

    decision_id: str
    action: str
    target: str
    author: str
    reason: str
    decided_at: datetime
    payload: Mapping[str, Any]


def write_run(
    con: duckdb.DuckDBPyConnection, run_id: str, *, as_of: datetime, detector: str, counts: Mapping[str, int]
) -> None:
    """Record the run of an open work copy, with how many articles and moves there are now (`articles_total`,
    `moves_total`); recorded again, the later counts stand."""
    totals = fetch_row(con, "SELECT (SELECT count(*) FROM store.articles), (SELECT count(*) FROM store.moves)")
    counts = {**counts, **dict(zip(("articles_total", "moves_total"), totals, strict=True))}
    con.execute(
        "INSERT OR REPLACE INTO store.runs SELECT ?, ?, number, ?, map_from_entries(?) FROM store.generation",
        [run_id, store_time(as_of), detector, [{"k": key, "v": value} for key, value in counts.items()]],
    )


def read_decision_ids(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Ids of the decisions that a run has applied."""
    return {key for (key,) in con.execute("SELECT decision_id FROM store.decisions").fetchall()}


def write_decisions(con: duckdb.DuckDBPyConnection, decisions: Iterable[AppliedDecision], run_id: str) -> None:
    """Log decisions with the run that applied them first; logged again they stand once."""
    with transaction(con):
        for d in decisions:
            con.execute(
                "INSERT INTO store.decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [
                    d.decision_id,
                    d.action,
                    d.target,
                    d.author,
                    d.reason,
                    store_time(d.decided_at),
                    json.dumps(dict(d.payload), ensure_ascii=False, sort_keys=True),
                    run_id,
                ],
            )


def count_applied(con: duckdb.DuckDBPyConnection, action: str, run_id: str) -> int:
    """How many decisions of a kind a run was the first to apply."""
    return count_rows(con, "SELECT count(*) FROM store.decisions WHERE action = ? AND run_id = ?", [action, run_id])
