"""Say so when nothing is published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from dags.departures_tasks import DEFAULT_ARGS, log_report, plain_errors, read_settings

DOC = """
### Is anything published?

A run that fails says so itself; one that never starts does not. Every hour this compares the time of the last
publication with `DEPARTURES_SCHEDULE`: when it is older than twice the time between two runs, `DEPARTURES_ALERT_URLS`
get one message, and no second one until something has been published again. `departures doctor` says the same.

A task that is red: its section in `docs/operations.md`.
"""


@dag(
    schedule="40 * * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=30),
    default_args={**DEFAULT_ARGS, "execution_timeout": timedelta(minutes=5)},
    doc_md=DOC,
    tags=["departures", "maintenance"],
)
def freshness() -> None:
    @task
    def watch() -> dict[str, int]:
        """Compare the last publication with the schedule; tell the operator once when it is late."""
        from include.pipeline.freshness import watch_freshness

        with plain_errors():
            return log_report(watch_freshness(read_settings(), datetime.now(UTC)))

    watch()


freshness()
