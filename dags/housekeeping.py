"""Remove what old runs left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from dags.departures_tasks import DEFAULT_ARGS, log_report, read_settings

DOC = """
### Leftovers

Once a week removes staging folders that are two weeks old and work copies that nobody has touched for a day: what
finished, failed and killed runs leave. The published file, the articles, the archive, the inbox and parked batches are
never touched. Safe to run at any time, also while a run is going on.

A task that is red: its section in `docs/operations.md`.
"""


@dag(
    schedule="30 4 * * 0",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    default_args={**DEFAULT_ARGS, "execution_timeout": timedelta(minutes=30)},
    doc_md=DOC,
    tags=["departures", "maintenance"],
)
def housekeeping() -> None:
    @task
    def clear() -> dict[str, Any]:
        """Remove what nobody needs any more, and say how much it was."""
        from include.pipeline.housekeeping import clear_leftovers

        return log_report(clear_leftovers(read_settings(), datetime.now(UTC)))

    clear()


housekeeping()
