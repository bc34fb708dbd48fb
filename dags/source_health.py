"""Which sources went quiet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from dags.departures_tasks import DEFAULT_ARGS, log_report, plain_errors, read_settings

DOC = """
### The weekly look at the sources

A dead feed never fails a run, so somebody has to look: every Monday this names each source that does not answer, lost
entries between two polls, or brought nothing new in thirty days, with what to do. It is a warning in the log and a
message to `DEPARTURES_ALERT_URLS`; the figures are in the view `source_health`.

A task that is red: its section in `docs/operations.md`.
"""


@dag(
    schedule="0 7 * * 1",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    default_args={**DEFAULT_ARGS, "execution_timeout": timedelta(minutes=15)},
    doc_md=DOC,
    tags=["departures", "maintenance"],
)
def source_health() -> None:
    @task
    def review() -> dict[str, Any]:
        """Name the sources that fail, lost entries or went quiet."""
        from include.pipeline.health import review_sources

        with plain_errors():
            return log_report(review_sources(read_settings()))

    review()


source_health()
