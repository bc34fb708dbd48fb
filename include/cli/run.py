"""`departures run` and `import`: one whole run without Airflow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from include.cli.common import Home, new_run_id, read_as_of, read_settings
from include.cli.following import follow, say_published
from include.errors import ConfigError
from include.pipeline.chain import run_chain
from include.pipeline.run import RunOptions, start_run


def run(
    sources: Annotated[
        Path | None, typer.Option("--sources", metavar="FILE", help="A feeds.yaml; default: the one in force.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="ISO", help="Time that stands for now, such as 2026-11-21T06:00Z.")
    ] = None,
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
    follow(context, run_chain)
    say_published(context)


def import_articles(
    articles: Annotated[
        Path, typer.Argument(metavar="ARTICLES.jsonl", help="id, title, text; optional url, lang, published, source.")
    ],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="ISO", help="Time that stands for now.")] = None,
    home: Home = None,
) -> None:
    """Take in articles from elsewhere: they are read, checked, merged, flagged and published like fetched ones."""
    from include.pipeline.imports import stage_articles

    settings = read_settings(home)
    moment = read_as_of(settings, as_of)
    context = start_run(settings, run_id=new_run_id("import"), as_of=moment, options=RunOptions(origin="import"))
    stage_articles(context, articles)
    follow(context, run_chain)
    say_published(context)
