"""What the DAG files share: the defaults of their tasks, and how a step of the pipeline becomes a task."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

if TYPE_CHECKING:
    from include.pipeline.run import RunContext, StepReport
    from include.settings import Settings

log = logging.getLogger("departures")

# Updated by `publish`; whoever wants to act on new results schedules on it. `extra` carries the run and its counts.
PUBLISHED = Asset(name="departures", uri="departures://published/departures.duckdb")


def tell_operator(context: Any) -> None:
    """Say in one line that a task has failed for good: in the log, in the home for `departures doctor`, by message."""
    from include.pipeline.failures import report_failure

    failed = context["task_instance"]
    cause = context.get("exception") or "no reason given"
    report_failure(
        read_settings(), run_id=context["run_id"], step=failed.task_id, cause=str(cause), at=datetime.now(UTC)
    )


# Where tasks run with Celery; other executors pay no attention. Whatever needs the home (published file, feed states,
# inbox) is for the warehouse queue; what only fetches and reads is for the others, which may be on any machine.
WAREHOUSE_QUEUE, FETCH_QUEUE = "warehouse", "default"

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "departures",
    "queue": WAREHOUSE_QUEUE,
    "retries": 2,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=15),
    "execution_timeout": timedelta(hours=1),
    "on_failure_callback": tell_operator,
}


def begin_run(**options: Any) -> RunContext:
    """Start the pipeline's run of this DAG run, with these fields of RunOptions besides its sources.

    Its `as_of` is the param, or the time the run was due. A run of a backfill reads the archive of that time: nobody
    fetches the past.
    """
    from include.pipeline.run import RunOptions, parse_as_of, start_run

    context = get_current_context()
    params, dag_run = context["params"], context["dag_run"]
    with plain_errors():
        as_of = parse_as_of(params["as_of"], name="as_of") if params["as_of"] else dag_run.run_after.astimezone(UTC)
        replay = dag_run.run_type == "backfill"
        chosen = RunOptions(sources=params["sources"] or "", replay=replay, **options)
        return start_run(read_settings(), run_id=context["run_id"], as_of=as_of, options=chosen)


def load_to_audit() -> tuple[Any, Any]:
    """The five tasks from staging to an audited work copy, in a row; returns the first and the last."""

    @task
    def load() -> dict[str, Any]:
        """Load articles and moves into a work copy of the published file."""
        from include.pipeline.load import load_run

        return run_step(load_run)

    @task
    def check() -> dict[str, Any]:
        """Great Expectations on the batch: quarantine rows, or stop and park the batch."""
        from include.pipeline.check import check_run

        return run_step(check_run)

    @task
    def merge() -> dict[str, Any]:
        """Merge what many articles say into events; apply people's decisions."""
        from include.pipeline.merge import merge_run

        return run_step(merge_run)

    @task
    def flag() -> dict[str, Any]:
        """Score events, find exoduses."""
        from include.pipeline.flag import flag_run

        return run_step(flag_run)

    @task
    def audit() -> dict[str, Any]:
        """Great Expectations on the result."""
        from include.pipeline.audit import audit_run

        return run_step(audit_run)

    first, last = load(), audit()
    first >> check() >> merge() >> flag() >> last
    return first, last


def publish_step(step: Callable[..., StepReport]) -> dict[str, Any]:
    """Run a step that publishes, as `run_step`, and tell what is scheduled on the asset which run it was."""
    counts = run_step(step)
    context = get_current_context()
    context["outlet_events"][PUBLISHED].extra = {"run_id": context["run_id"], **counts}
    return counts


# Of the task that acts on a rejection. Not `all_skipped`: as the last task it would be skipped where an earlier one
# failed, and the run be green.
AFTER_REJECTION = "none_failed"


def skip_unless_rejected(approved: str) -> None:
    """Skip this task where the one that follows an approval has run."""
    if get_current_context()["ti"].xcom_pull(task_ids=approved) is not None:
        raise AirflowSkipException("it was approved")


def run_step(step: Callable[..., StepReport], *arguments: Any, run_id: str | None = None) -> dict[str, Any]:
    """Run one step of this DAG run's pipeline run; log, return and keep as the XCom `summary` what it says."""
    from include.pipeline.run import open_run

    with plain_errors():
        context = get_current_context()
        run = open_run(read_settings(), run_id or context["run_id"], of_any_version=run_id is not None)
        report = step(run, *arguments)
        context["ti"].xcom_push(key="summary", value=report.sentence)  # a mapped task returns its shards
    return log_report(report)


def log_report(report: StepReport) -> dict[str, Any]:
    """Log a step's sentence and warnings; return what happened in words, and its counts."""
    log.info("%s: %s", report.step, report.sentence)
    for warning in report.warnings:
        log.warning("%s: %s", report.step, warning)
    return {"said": report.sentence, **report.counts}


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a person must mend fails at once, with its own line; anything else goes through Airflow's retries."""
    from include.errors import AuditStopped, ConfigError

    try:
        yield
    except (ConfigError, AuditStopped) as error:
        raise AirflowFailException(str(error)) from None


def read_settings() -> Settings:
    """The settings of this process."""
    from include.settings import Settings

    return Settings.from_env()
