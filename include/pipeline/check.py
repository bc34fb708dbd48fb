"""check: Great Expectations on the batch in the work copy. Rows that fail go to quarantine; a stop parks the batch."""

from __future__ import annotations

from include.check.suites import check_batch
from include.errors import AuditStopped
from include.pipeline.parking import park_batch
from include.pipeline.quality import settle_report
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.warehouse.generations import open_work, remove_work_copy


def check_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Check the batch. Raises AuditStopped where it must not go on; the batch is then parked, and nothing is lost.

    What was read again from the archive is not parked: it is published already, as it was read before.
    """
    on_progress("Checking the batch", 0, 0)
    sources = run.read_sources() if run.options.origin == "feeds" else ()
    try:
        with open_work(run.work_path) as con:
            report = check_batch(con, run.run_id, sources=sources, as_of=run.as_of)
            return settle_report(con, run, "check", report)
    except AuditStopped as error:
        folder = park_batch(run, str(error)) if run.options.origin != "archive" else None
        remove_work_copy(run.work_path)
        if folder is None:
            raise AuditStopped(f"{error}; what is published stands") from None
        raise AuditStopped(f"{error}; the batch is parked in {folder}, and the next run goes on without it") from None
