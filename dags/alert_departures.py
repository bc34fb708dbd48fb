"""Tell people what a publication changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from dags.departures_tasks import DEFAULT_ARGS, PUBLISHED, run_step

DOC = """
### Digest and alerts

Runs whenever `news_departures` has published: writes the digest and sends what is new or corrected to the addresses in
`DEPARTURES_ALERT_URLS`. It is a DAG of its own so that a mail server that is down never fails the pipeline: the
publication stands, this task is tried again, and nobody is told twice.

By hand: *Trigger* with the `run_id` of a run of `news_departures`.
"""


@dag(
    schedule=[PUBLISHED],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    default_args={**DEFAULT_ARGS, "retries": 4, "execution_timeout": timedelta(minutes=15)},
    doc_md=DOC,
    tags=["departures", "alerts"],
    params={"run_id": Param(None, type=["null", "string"], description="The run to tell about; default: the latest.")},
)
def alert_departures() -> None:
    @task(inlets=[PUBLISHED])
    def alert() -> dict[str, Any]:
        """Write the digest and send the alerts of the latest publication; what was told before is not told again."""
        from include.pipeline.alert import alert_run

        context = get_current_context()
        run_id = context["params"]["run_id"] or (context["inlet_events"][PUBLISHED][-1].extra or {})["run_id"]
        return run_step(alert_run, run_id=str(run_id))

    alert()


alert_departures()
