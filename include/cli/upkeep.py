"""`departures backup`, `restore` and `maintain`: what keeps an installation going for years."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from include.cli.common import Home, err, new_run_id, read_as_of, read_settings


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE.tar", help="Where the backup goes.")],
    with_archive: Annotated[
        bool, typer.Option("--with-archive", help="The fetched pages, too: what reprocessing needs.")
    ] = False,
    home: Home = None,
) -> None:
    """Write everything that cannot be fetched again into one tar file. Runs and readers may go on meanwhile."""
    from include.warehouse.backup import write_backup

    report = write_backup(read_settings(home).home, target, with_archive=with_archive)
    err().print(
        f"{target}: generation {report.generation}, {report.articles} articles, {report.files} files", markup=False
    )


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE.tar", help="What `departures backup` wrote.")],
    home: Home = None,
) -> None:
    """Put a backup in place, checked first. What was published is kept beside it."""
    from include.warehouse.backup import restore_backup

    settings = read_settings(home)
    had_one = settings.published_path.exists()
    report = restore_backup(source, settings.home)
    kept = "; what was published before is beside it as departures.duckdb.before-restore" if had_one else ""
    err().print(
        f"{settings.published_path}: generation {report.generation}, {report.articles} articles{kept}", markup=False
    )


def maintain(
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="ISO", help="Time that stands for now.")] = None,
    home: Home = None,
) -> None:
    """Remove what is kept no longer, join small files, give room back. The DAG `housekeeping` does it every week."""
    from include.cli.following import follow
    from include.pipeline.maintenance import maintain_home
    from include.pipeline.run import start_run

    settings = read_settings(home)
    run = start_run(settings, run_id=new_run_id("maintain"), as_of=read_as_of(settings, as_of))
    follow(run, maintain_home)
