"""The whole chain in one process: what `departures run` and `departures import` do without Airflow."""

from __future__ import annotations

from collections.abc import Iterator

from include.errors import RetryLater
from include.pipeline.run import Progress, RunContext, StepReport, no_progress


def run_chain(run: RunContext, on_progress: Progress = no_progress) -> Iterator[StepReport]:
    """Run every step in order and yield its report; the same functions as the tasks of the DAG.

    Nothing retries a step here, so a run that fails or is given up takes its work copy with it.
    """
    from include.warehouse.generations import remove_work_copy

    try:
        yield from _run_steps(run, on_progress)
    finally:
        remove_work_copy(run.work_path)


def run_reprocessing(run: RunContext, on_progress: Progress = no_progress) -> Iterator[StepReport]:
    """From the archive to a candidate beside what is published; its work copy stays until a person decides."""
    from include.pipeline.audit import audit_run
    from include.pipeline.check import check_run
    from include.pipeline.flag import flag_run
    from include.pipeline.load import load_run
    from include.pipeline.merge import merge_run
    from include.pipeline.replay import read_archive, replay_archive
    from include.pipeline.reprocess import compare_run
    from include.warehouse.generations import remove_work_copy

    steps = (replay_archive, read_archive, load_run, check_run, merge_run, flag_run, audit_run, compare_run)
    try:
        for step in steps:
            yield step(run, on_progress)
    except BaseException:
        remove_work_copy(run.work_path)
        raise


def run_acceptance(run: RunContext, on_progress: Progress = no_progress) -> Iterator[StepReport]:
    """Publish what a reprocessing made, and tell people what it corrects."""
    from include.pipeline.reprocess import accept_run

    yield accept_run(run, on_progress)
    yield _alert(run, on_progress)


def _run_steps(run: RunContext, on_progress: Progress) -> Iterator[StepReport]:
    yield from _collect(run, on_progress)
    from include.pipeline.audit import audit_run
    from include.pipeline.check import check_run
    from include.pipeline.flag import flag_run
    from include.pipeline.load import load_run
    from include.pipeline.merge import merge_run
    from include.pipeline.publish import publish_run

    for step in (load_run, check_run, merge_run, flag_run, audit_run, publish_run):
        yield step(run, on_progress)
    yield _alert(run, on_progress)


def _alert(run: RunContext, on_progress: Progress) -> StepReport:
    from include.pipeline.alert import alert_run

    try:
        return alert_run(run, on_progress)
    except RetryLater as error:  # the publication stands, and the next run delivers what is owed
        return StepReport("alert", "kept for the next run", warnings=(str(error),))


def _collect(run: RunContext, on_progress: Progress) -> Iterator[StepReport]:
    """From the feeds, or from a file, to articles and moves in staging."""
    from include.pipeline.read import IMPORT_SHARD, read_shard

    if run.options.origin == "import":
        yield read_shard(run, IMPORT_SHARD, on_progress)
        return
    from include.pipeline.fetch import fetch_shard
    from include.pipeline.poll import list_shards, poll_sources

    yield poll_sources(run, on_progress)
    for shard in list_shards(run):
        yield fetch_shard(run, shard, on_progress)
        yield read_shard(run, shard, on_progress)
