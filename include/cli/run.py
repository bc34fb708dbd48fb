"""`departures run` and `import`: one whole run without Airflow."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.status import Status

from include.cli.common import Home, err, read_settings
from include.errors import ConfigError
from include.pipeline.run import RunContext, RunOptions, StepReport, parse_as_of, start_run
from include.settings import Settings


def run(
    sources: Annotated[
        Path | None, typer.Option("--sources", metavar="FILE", help="A feeds.yaml; default: the one in force.")
    ] = None,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="ISO", help="Time that stands for now, such as 2026-11-21T06:00Z.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=0, help="Fetch at most so many pages; 0 is all.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Poll feeds that are not due, too.")] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Read what the archive has at --as-of instead of the network.")
    ] = False,
    home: Home = None,
) -> None:
    """Collect, read, check, merge, flag and publish once, with progress; Airflow is not needed."""
    settings = read_settings(home)
    if sources and not sources.is_file():
        raise ConfigError(f"--sources {sources}: no such file; name a feeds.yaml")
    options = RunOptions(sources=str(sources or ""), limit=limit, force=force, replay=replay)
    context = start_run(settings, run_id=new_run_id("run"), as_of=read_as_of(settings, as_of), options=options)
    follow(context)


def import_articles(
    articles: Annotated[
        Path, typer.Argument(metavar="ARTICLES.jsonl", help="id, title, text; optional url, lang, published, source.")
    ],
    as_of: Annotated[str, typer.Option("--as-of", metavar="ISO", help="Time that stands for now.")] = "",
    home: Home = None,
) -> None:
    """Take in articles from elsewhere: they are read, checked, merged, flagged and published like fetched ones."""
    from include.pipeline.imports import stage_articles

    settings = read_settings(home)
    moment = read_as_of(settings, as_of)
    context = start_run(settings, run_id=new_run_id("import"), as_of=moment, options=RunOptions(origin="import"))
    stage_articles(context, articles)
    follow(context)


def read_as_of(settings: Settings, given: str) -> datetime:
    """What stands for now: what was given, else the setting, else the clock."""
    if given:
        return parse_as_of(given)
    if settings.as_of:
        return parse_as_of(settings.as_of, name="DEPARTURES_AS_OF")
    return datetime.now(UTC)


def new_run_id(kind: str) -> str:
    """A name that no other run has."""
    return f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}"


def follow(context: RunContext) -> None:
    """Run the chain, a line a step. A failure is told to the operator too: nobody watches a run of cron."""
    from include.pipeline.chain import run_chain
    from include.pipeline.failures import report_failure

    console = err()
    done = "start"
    try:
        with console.status("Starting ...") as status:
            for report in run_chain(context, on_progress=_show(status)):
                done = f"what follows {report.step}"
                console.print(f"[green]✓[/green] {report.step:<8}", _escape(report))
                for warning in report.warnings:
                    console.print(f"  [yellow]![/yellow] {'':<8}", warning, markup=False)
    except Exception as error:
        cause, now = str(error) or type(error).__name__, datetime.now(UTC)
        report_failure(context.settings, run_id=context.run_id, step=done, cause=cause, at=now, logged=False)
        raise
    console.print(f"Published: {context.settings.published_path}. See it: departures board", markup=False)


def _show(status: Status) -> Callable[[str, int, int], Any]:
    def update(what: str, done: int, total: int) -> None:
        status.update(f"{what} ... {done}{f' of {total}' if total else ''}")

    return update


def _escape(report: StepReport) -> str:
    from rich.markup import escape

    return escape(report.sentence)
