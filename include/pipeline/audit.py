"""audit: Great Expectations on the result, before anyone sees it."""

from __future__ import annotations

from include.check.suites import audit_result
from include.detect.moves import DETECTOR_VERSION
from include.errors import AuditStopped
from include.pipeline.quality import settle_report
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.warehouse.generations import open_work, remove_work_copy
from include.warehouse.runs import write_run


def audit_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Audit the work copy and record the run in it. Raises AuditStopped where the result must not be published."""
    on_progress("Auditing the result", 0, 0)
    try:
        with open_work(run.work_path) as con:
            report = audit_result(con, run.run_id, as_of=run.as_of)
            made = settle_report(con, run, "audit", report)
            write_run(con, run.run_id, as_of=run.as_of, detector=DETECTOR_VERSION, counts=_collect_counts(run))
            return made
    except AuditStopped as error:
        remove_work_copy(run.work_path)
        raise AuditStopped(f"{error}; nothing was published") from None


def _collect_counts(run: RunContext) -> dict[str, int]:
    """The counts of all steps so far as `step.name`; those of shards are added up."""
    totals: dict[str, int] = {}
    for name in run.staging.list_files("reports"):
        report = run.staging.read_json(f"reports/{name}")
        for key, count in report["counts"].items():
            totals[f"{report['step']}.{key}"] = totals.get(f"{report['step']}.{key}", 0) + count
    return totals
