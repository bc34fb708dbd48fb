"""Check a batch before merging and audit the result before publishing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import duckdb

from include.check.expectations import (
    ARTICLES,
    EVENTS,
    FEWEST_TO_STOP,
    FLAGS,
    LANGUAGES,
    MOVES,
    SOURCES,
    TOTALS,
    Expectation,
)
from include.check.frames import read_batch_frames, read_result_frames
from include.check.report import QualityReport
from include.check.validate import Outcome, validate_frame
from include.knowledge.feeds import FeedSource
from include.records import QualityResult, Quarantined

if TYPE_CHECKING:
    import pandas as pd

_BATCH = (("articles", ARTICLES, "article"), ("moves", MOVES, "move"), ("sources", SOURCES, None))
_RESULT = (("events", EVENTS, "event"), ("flags", FLAGS, None), ("totals", TOTALS, None))


def check_batch(
    con: duckdb.DuckDBPyConnection, run_id: str, *, sources: Sequence[FeedSource], as_of: datetime
) -> QualityReport:
    """Check the articles and moves that this run loaded, and its sources against what was agreed with them.

    Reads the work copy and changes nothing; hand the report to `warehouse.quarantine.apply_report`.
    """
    frames = read_batch_frames(con, run_id, sources, as_of)
    return _judge(con, frames, (*_BATCH, ("languages", LANGUAGES, None)), "check")


def audit_result(con: duckdb.DuckDBPyConnection, run_id: str, *, as_of: datetime) -> QualityReport:
    """Audit the events and flags that this run wrote, and the totals, before anybody sees them.

    Reads the work copy and changes nothing; hand the report to `warehouse.quarantine.apply_report`.
    """
    return _judge(con, read_result_frames(con, run_id, as_of), _RESULT, "audit")


_Kind = Literal["article", "move", "event"]


def _judge(
    con: duckdb.DuckDBPyConnection,
    frames: dict[str, pd.DataFrame],
    suites: Sequence[tuple[str, tuple[Expectation, ...], str | None]],
    stage: Literal["check", "audit"],
) -> QualityReport:
    released = _read_released(con)
    results: list[QualityResult] = []
    held: list[Quarantined] = []
    for suite, expectations, kind in suites:
        frame = frames[suite]
        for outcome in validate_frame(frame, expectations):
            if outcome.expectation.reason and kind:
                rows = _held_rows(frame, outcome, stage, kind, released)  # type: ignore[arg-type]
                held += rows
                results.append(_row_result(suite, outcome, len(rows), len(frame)))
            else:
                results += _plain_results(suite, frame, outcome)
    return QualityReport(tuple(results), tuple(held))


def _read_released(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """(record, reason) pairs that a person let go: they are not set aside for that reason again."""
    return set(con.execute("SELECT record_id, reason FROM store.quarantine WHERE released_at IS NOT NULL").fetchall())


def _held_rows(
    frame: pd.DataFrame,
    outcome: Outcome,
    stage: Literal["check", "audit"],
    kind: _Kind,
    released: set[tuple[str, str]],
) -> list[Quarantined]:
    expectation = outcome.expectation
    rows = []
    for place in outcome.failing:
        record = frame.iloc[place]
        record_id = str(record[f"{kind}_id"])
        if (record_id, expectation.reason) not in released:
            detail = f"{expectation.name}: not met ({expectation.column} is {record[expectation.column]})"
            source_id = str(record["source_id"])
            rows.append(Quarantined(record_id, stage, kind, expectation.reason, detail, source_id=source_id))
    return rows


def _row_result(suite: str, outcome: Outcome, failed: int, rows: int) -> QualityResult:
    """A row expectation stops the run only where so many rows fail that the batch itself is in doubt."""
    expectation = outcome.expectation
    many = failed >= FEWEST_TO_STOP and failed > expectation.stop_share * rows
    return QualityResult(
        suite=suite,
        expectation=expectation.name,
        subject=expectation.column,
        severity="stop" if many else expectation.severity,
        success=failed == 0,
        observed=outcome.observed,
        failed_rows=failed,
        advice=expectation.advice,
    )


def _plain_results(suite: str, frame: pd.DataFrame, outcome: Outcome) -> list[QualityResult]:
    """One result, or one for each subject (source) that fails."""
    expectation = outcome.expectation
    if outcome.success or not expectation.subject:
        return [_result(suite, outcome, expectation.column, outcome.observed, len(outcome.failing))]
    return [
        _result(
            suite,
            outcome,
            str(frame.iloc[place][expectation.subject]),
            f"{expectation.column} is {frame.iloc[place][expectation.column]}",
            1,
        )
        for place in outcome.failing
    ]


def _result(suite: str, outcome: Outcome, subject: str, observed: str, failed: int) -> QualityResult:
    expectation = outcome.expectation
    return QualityResult(
        suite=suite,
        expectation=expectation.name,
        subject=subject,
        severity=expectation.severity,
        success=outcome.success,
        observed=observed,
        failed_rows=failed,
        advice=expectation.advice,
    )
