"""What the checks found: kept in the work copy, or said in words where the run must stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.pipeline.run import RunContext, StepReport
from include.records import QualityResult
from include.warehouse.quarantine import apply_report

if TYPE_CHECKING:
    import duckdb

    from include.check.report import QualityReport


def settle_report(con: duckdb.DuckDBPyConnection, run: RunContext, step: str, report: QualityReport) -> StepReport:
    """Store the results, put failed rows into quarantine. Raises AuditStopped where a check stops the run."""
    report.raise_if_stopped()
    held = sum(apply_report(con, report.results, report.quarantined, run_id=run.run_id, as_of=run.as_of).values())
    failed = [result for result in report.results if not result.success]
    sentence = f"{len(report.results) - len(failed)} of {len(report.results)} expectations met"
    if held:
        sentence += f", {held} rows in quarantine"
    return run.report(
        step,
        sentence,
        warnings=tuple(map(_describe, failed)),
        expectations=len(report.results),
        failed=len(failed),
        quarantined=held,
    )


def _describe(result: QualityResult) -> str:
    return f"{result.suite}, {result.subject}: {result.expectation} ({result.observed}); {result.advice}"
