"""`departures doctor`: is everything there, and what is in force."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from include.cli.common import Home, out, read_settings
from include.cli.production import Finding, examine_production
from include.errors import ConfigError
from include.jsontext import mend_surrogates
from include.settings import Settings, describe_settings

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✕", "red")}
_LITTLE_SPACE = 2_000_000_000  # bytes; a run needs a second copy of the published file and its archive


def doctor(
    production: Annotated[
        bool,
        typer.Option("--production", help="Is this process fit to be one of many: stores, broker, secrets, versions."),
    ] = False,
    home: Home = None,
) -> None:
    """Look at settings, home, disk, feeds, Airflow, freshness and failures; say what to do. Exit code 1 for a fault."""
    from rich.text import Text

    settings = read_settings(home)
    if production:
        findings = list(examine_production(settings))
    else:
        _print_settings(settings)
        findings = list(examine(settings, datetime.now(UTC)))
    for verdict, subject, found in findings:
        mark, colour = _MARKS[verdict]
        out().print(Text.assemble((f"{mark} ", colour), (f"{subject:<10}", "bold"), found), soft_wrap=True)
    if any(verdict == "bad" for verdict, _, _ in findings):
        raise typer.Exit(1)


def _print_settings(settings: Settings) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("setting", "value", "from", title="In force", title_justify="left")
    for variable, value, origin in describe_settings(settings):
        table.add_row(variable, Text(mend_surrogates(value)), origin)  # an environment may hold any bytes
    out().print(table)


def examine(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything that can be wrong with an installation, a finding each."""
    yield _examine_home(settings)
    yield _examine_disk(settings)
    yield from _examine_knowledge(settings, now)
    yield from _examine_published(settings, now)
    yield from _examine_failures(settings)
    yield _examine_airflow()


def _examine_home(settings: Settings) -> Finding:
    place = _existing(settings.home)
    if not os.access(place, os.W_OK) or not place.is_dir():
        return "bad", "home", f"{settings.home} cannot be written to; name another with DEPARTURES_HOME"
    return "ok", "home", f"{settings.home}" + ("" if settings.home.is_dir() else " (made by the first run)")


def _examine_disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(_existing(settings.home)).free
    stored = settings.published_path.stat().st_size if settings.published_path.exists() else 0
    text = f"{free / 1e9:.1f} GB free"
    if free < 2 * stored:
        return "bad", "disk", f"{text}, and a run needs a second copy of {stored / 1e9:.1f} GB; free some"
    return ("warn", "disk", f"{text}; little for archive and copies") if free < _LITTLE_SPACE else ("ok", "disk", text)


def _examine_knowledge(settings: Settings, now: datetime) -> Iterator[Finding]:
    from include.knowledge.feeds import load_feeds
    from include.knowledge.gazetteer import load_gazetteer
    from include.knowledge.watchlist import check_watchlist, load_watchlist
    from include.pipeline.preflight import find_problems

    try:
        feeds = load_feeds(settings.sources)
    except ConfigError as error:
        yield "bad", "feeds", str(error)
    else:
        enabled = [feed for feed in feeds if feed.enabled]
        languages = len({feed.lang for feed in enabled})
        text = f"{len(enabled)} of {len(feeds)} enabled, {languages} languages, from {settings.sources}"
        yield "ok" if enabled else "bad", "feeds", text
    problems = list(find_problems(settings, now))
    for subject, problem in problems:
        yield "bad", subject, problem
    wrong = {subject for subject, _ in problems}
    if "watchlist" not in wrong:
        strange = check_watchlist(load_watchlist(settings.watchlist), load_gazetteer())
        for line in strange:
            yield "warn", "watchlist", line
        if not strange:
            yield "ok", "watchlist", str(settings.watchlist)
    if "alerts" not in wrong:
        text = f"{len(settings.alert_urls)} addresses" if settings.alert_urls else "nobody (DEPARTURES_ALERT_URLS)"
        yield "ok", "alerts", text + (", each approved in Airflow first" if settings.alert_approval else "")


def _examine_published(settings: Settings, now: datetime) -> Iterator[Finding]:
    import duckdb

    from include.pipeline.freshness import find_lateness
    from include.warehouse.files import explain_damage
    from include.warehouse.generations import open_read_only

    if not settings.published_path.exists():
        yield "warn", "published", f"nothing yet in {settings.published_path}; run `departures run`"
        return
    try:
        con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    except ConfigError as error:
        yield "bad", "published", str(error)
        return
    try:
        articles, missing = con.execute("SELECT count(*), count(*) FILTER (text IS NULL) FROM articles").fetchone() or (
            0,
            0,
        )
        (as_of,) = con.execute("SELECT max(as_of) FROM runs").fetchone() or (None,)
        silent = con.execute(
            "SELECT source_id || ' (' || last_error || ')' FROM source_health WHERE failures >= 3 ORDER BY ALL"
        ).fetchall()
    except duckdb.Error as error:
        yield "bad", "published", f"{settings.published_path}: {explain_damage(error, settings.published_path)}"
        return
    finally:
        con.close()
    yield "ok", "published", f"{settings.published_path}, {articles} articles"
    if missing:
        text = f"{missing} of {articles} articles have no text in {settings.articles_root}"
        yield "bad", "articles", f"{text}; restore a backup with `departures restore`"
    try:
        late = find_lateness(settings, now)
    except ConfigError:  # a wrong schedule has been said already
        late = ""
    if late:
        yield "warn", "freshness", late
    elif as_of is not None:
        yield "ok", "freshness", f"last run as of {as_of:%Y-%m-%d %H:%M} UTC"
    if silent:
        names = ", ".join(name for (name,) in silent[:5])
        yield "warn", "sources", f"{len(silent)} have failed three times or more: {names}; `departures sources check`"


def _examine_failures(settings: Settings) -> Iterator[Finding]:
    from include.pipeline.failures import read_failure
    from include.pipeline.parking import list_parked

    failure = read_failure(settings)
    if failure:
        yield "bad", "last run", f"{failure['line']} ({failure['at'][:16]} UTC)"
    for run_id, why in list_parked(settings.home):
        yield "warn", "parked", f"{settings.home / 'parked' / run_id}: {why}"


def _examine_airflow() -> Finding:
    try:
        return "ok", "airflow", version("apache-airflow")
    except PackageNotFoundError:
        return "warn", "airflow", "not installed; `departures run` works without it, the schedule does not"


def _existing(path: Path) -> Path:
    """The path or the nearest folder above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
