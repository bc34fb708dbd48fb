"""Tell people what a publication changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.departures_tasks import (
    AFTER_REJECTION,
    DEFAULT_ARGS,
    PUBLISHED,
    read_settings,
    run_step,
    skip_unless_rejected,
)
from include.settings import Settings

DOC = """
### Digest and alerts

Runs whenever `news_departures` has published: writes the digest and sends what is new or corrected to the addresses in
`DEPARTURES_ALERT_URLS`. It is a DAG of its own so that a mail server that is down never fails the pipeline: the
publication stands, this task is tried again, and nobody is told twice.

With `DEPARTURES_ALERT_APPROVAL=true` nobody is told before a person has read what is to be sent: `draft` shows it,
`approve` waits for an answer (*Required actions*). *Approve* sends exactly that; *Reject* tells nobody, now or later.
Without an answer for a day `approve` fails, and the next publication asks again, for everything that is new by then.

By hand: *Trigger* with the `run_id` of a run of `news_departures`.

A task that is red: its section in `docs/operations.md`.
"""
ANSWER_WITHIN = timedelta(days=1)
BY_HAND = Settings.from_env().alert_approval


@dag(
    schedule=[PUBLISHED],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1) + (ANSWER_WITHIN if BY_HAND else timedelta(0)),
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

        return run_step(alert_run, run_id=find_run())

    @task(inlets=[PUBLISHED], multiple_outputs=True)
    def draft() -> dict[str, str]:
        """Write down what is to be sent, for a person to read; skip the rest where there is nothing."""
        from include.pipeline.alert import alert_run, describe_draft
        from include.pipeline.run import open_run

        run_id = find_run()
        if not run_step(alert_run, run_id=run_id)["waiting"]:
            raise AirflowSkipException("nothing to approve")
        return {"run_id": run_id, "text": describe_draft(open_run(read_settings(), run_id, of_any_version=True))}

    @task
    def send(drafted_in: str) -> dict[str, int]:
        """Send what was approved, and nothing else."""
        from include.pipeline.alert import send_approved

        return run_step(send_approved, run_id=drafted_in)  # `run_id` itself is a name that Airflow keeps for its own

    @task(trigger_rule=AFTER_REJECTION)
    def refuse() -> dict[str, int]:
        """Take note of what a person refused, so that nobody is asked for it again."""
        from include.pipeline.alert import refuse_draft

        run_id = get_current_context()["ti"].xcom_pull(task_ids="draft", key="run_id")
        if run_id is None:
            raise AirflowSkipException("nothing was drafted")
        skip_unless_rejected("send")
        return run_step(refuse_draft, run_id=run_id)

    if not BY_HAND:
        alert()
        return
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    drafted = draft()
    approve = ApprovalOperator(
        task_id="approve",
        doc_md="Wait until a person has read what is to be sent.",
        subject="Departure Board: may this be sent?",
        body=drafted["text"],
        response_timeout=ANSWER_WITHIN,
        execution_timeout=None,  # a person is waited for, not a process
        retries=0,  # the next publication asks again
    )
    sent = send(drafted["run_id"])
    approve >> sent >> refuse()


def find_run() -> str:
    """The pipeline run to tell about: the one asked for, else that of the latest publication."""
    context = get_current_context()
    asked = context["params"]["run_id"]
    return str(asked or (context["inlet_events"][PUBLISHED][-1].extra or {})["run_id"])


alert_departures()
