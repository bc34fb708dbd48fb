"""A run as a person watches it: a line a step, warnings under it, progress meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from rich.status import Status

from include.cli.common import err, mark
from include.pipeline.run import Progress, RunContext, StepReport


def follow(run: RunContext, chain: Callable[[RunContext, Progress], Iterator[StepReport]]) -> None:
    """Run a chain to its end. A failure is told to the operator too: nobody watches a run of cron."""
    from include.pipeline.failures import report_failure

    console = err()
    done = "start"
    try:
        with console.status("Starting ...") as status:
            for report in chain(run, _show(status)):
                done = f"what follows {report.step}"
                console.print(mark("✓", "green", f"{report.step:<8} {report.sentence}"))
                for warning in report.warnings:
                    console.print(mark("  !", "yellow", f"{'':<8} {warning}"))
    except Exception as error:
        cause, now = str(error) or type(error).__name__, datetime.now(UTC)
        report_failure(run.settings, run_id=run.run_id, step=done, cause=cause, at=now, logged=False)
        raise


def say_published(run: RunContext) -> None:
    """Where the result is."""
    err().print(f"Published: {run.settings.published_path}. See it: departures board", markup=False)


def _show(status: Status) -> Callable[[str, int, int], Any]:
    def update(what: str, done: int, total: int) -> None:
        status.update(f"{what} ... {done}{f' of {total}' if total else ''}")

    return update
