"""What the DAG files share: the defaults of their tasks, and how a step of the pipeline becomes a task."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, get_current_context
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from include.pipeline.run import RunContext, StepReport
    from include.settings import Settings

log = logging.getLogger("departures")

# Updated by `publish`; whoever wants to act on new results schedules on it. `extra` carries the run and its counts.
PUBLISHED = Asset(name="departures", uri="departures://published/departures.duckdb")


def tell_operator(context: Any) -> None:
    """Say in one line that a task has failed for good: in the log, in the home for `departures doctor`, by message."""
    from include.pipeline.failures import report_failure

    task = context["task_instance"]
    cause = context.get("exception") or "no reason given"
    report_failure(read_settings(), run_id=context["run_id"], step=task.task_id, cause=str(cause), at=datetime.now(UTC))


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


def begin_run() -> RunContext:
    """Start the pipeline's run of this DAG run; its `as_of` is the param or the time the run was due."""
    from include.pipeline.run import RunOptions, parse_as_of, start_run

    context = get_current_context()
    params = context["params"]
    with plain_errors():
        due = context["dag_run"].run_after
        as_of = parse_as_of(params["as_of"], name="as_of") if params["as_of"] else due.astimezone(UTC)
        options = RunOptions(sources=params["sources"] or "", limit=params["limit"], force=params["force"])
        return start_run(read_settings(), run_id=context["run_id"], as_of=as_of, options=options)


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
