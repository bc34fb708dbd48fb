"""Remove what old runs left behind, and keep the warehouse in shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task

from dags.departures_tasks import DEFAULT_ARGS, log_report, plain_errors, read_settings

DOC = """
### Upkeep

Once a week. `clear` removes staging folders that are two weeks old and work copies that nobody has touched for a day:
what finished, failed and killed runs leave; a reprocessing that waits for a person stays. `maintain` removes rows that
are kept no longer (`DEPARTURES_RETENTION`), joins the archive files of past days and the text files of past months,
gives room back, and publishes that as any other run. Old text files and archive files go two days later, so that
whoever has an earlier generation open can read on. The articles, the inbox and parked batches are never touched.
Safe to run at any time, also while a run is going on; `departures maintain` does the same.

A task that is red: its section in `docs/operations.md`.
"""


@dag(
    schedule="30 4 * * 0",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args={**DEFAULT_ARGS, "execution_timeout": timedelta(hours=2)},
    doc_md=DOC,
    tags=["departures", "maintenance"],
)
def housekeeping() -> None:
    @task
    def clear() -> dict[str, Any]:
        """Remove what nobody needs any more, and say how much it was."""
        from include.pipeline.housekeeping import clear_leftovers

        return log_report(clear_leftovers(read_settings(), datetime.now(UTC)))

    @task
    def maintain() -> dict[str, Any]:
        """Retention, compaction, and room given back."""
        from include.pipeline.maintenance import maintain_warehouse
        from include.pipeline.run import start_run

        with plain_errors():
            run = start_run(read_settings(), run_id=get_current_context()["run_id"], as_of=datetime.now(UTC))
            return log_report(maintain_warehouse(run))

    clear() >> maintain()


housekeeping()
