"""The archive with the rules of today, beside what is published."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, dag, get_current_context, task

from dags.departures_tasks import (
    AFTER_REJECTION,
    DEFAULT_ARGS,
    PUBLISHED,
    begin_run,
    load_to_audit,
    publish_step,
    read_settings,
    run_step,
    skip_unless_rejected,
)

DOC = """
### After a change of the rules

Reads what was fetched or imported from `since` to `until` again with the detector of today, loads, checks, merges,
flags and audits it in a work copy, and compares the events with those that are published. Nothing is published before
a person has answered `approve` (*Required actions*), which shows what would be gained, lost and changed: *Approve*
publishes it, *Reject* drops it. The whole difference is in `reprocess/` in the home; `departures reprocess show` prints
it, and `departures reprocess accept` and `drop` do the same as the two answers, also when the week to answer is over.

The daily runs go on meanwhile: what they publish stays, whatever the answer.

A task that is red: its section in `docs/operations.md`.
"""
ANSWER_WITHIN = timedelta(days=7)


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=24) + ANSWER_WITHIN,
    default_args={**DEFAULT_ARGS, "execution_timeout": timedelta(hours=12)},
    doc_md=DOC,
    tags=["departures", "maintenance"],
    params={
        "since": Param("", type="string", description="First day, as 2026-11-01; empty: from the beginning."),
        "until": Param("", type="string", description="Last day, included; empty: today."),
        "sources": Param(None, type=["null", "string"], description="A feeds.yaml for this run alone."),
        "as_of": Param(None, type=["null", "string"], description="ISO time that stands for now; default: when due."),
    },
)
def reprocess_archive() -> None:
    @task
    def replay() -> dict[str, Any]:
        """Take the pages of the range from the archive, in the order in which they were fetched."""
        from include.pipeline.replay import replay_archive

        params = get_current_context()["params"]
        begin_run(origin="archive", since=params["since"], until=params["until"])
        return run_step(replay_archive)

    @task
    def read() -> dict[str, Any]:
        """Turn the pages, and stored articles without one, into articles and moves."""
        from include.pipeline.replay import read_archive

        return run_step(read_archive)

    @task(multiple_outputs=True)
    def compare() -> dict[str, Any]:
        """Compare the events of the work copy with those that are published; keep the difference."""
        from include.pipeline.reprocess import compare_run, describe_changes

        counts = run_step(compare_run)
        return {**counts, "text": describe_changes(read_settings(), get_current_context()["run_id"])}

    @task(outlets=[PUBLISHED])
    def accept() -> dict[str, Any]:
        """Publish the candidate, on what was published since."""
        from include.pipeline.reprocess import accept_run

        return publish_step(accept_run)

    @task(trigger_rule=AFTER_REJECTION)
    def drop() -> dict[str, Any]:
        """A person refused it: remove the candidate, keep the difference."""
        from include.pipeline.reprocess import drop_run

        skip_unless_rejected("accept")
        return run_step(drop_run)

    compared = compare()
    approve = ApprovalOperator(
        task_id="approve",
        doc_md="Wait until a person has read what would change.",
        subject="Departure Board: publish what the rules of today make of the archive?",
        body=compared["text"],
        response_timeout=ANSWER_WITHIN,
        execution_timeout=None,  # a person is waited for, not a process
        retries=0,  # the commands do the same later
    )
    load, audit = load_to_audit()
    replay() >> read() >> load
    audit >> compared >> approve
    accepted = accept()
    approve >> accepted >> drop()


reprocess_archive()
