"""`departures sources`: which feeds are read, which of them answer, and the list's ways in and out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from include.cli.common import Home, err, out, read_settings
from include.errors import ConfigError
from include.outfile import check_output, open_output

if TYPE_CHECKING:
    from rich.text import Text

    from include.fetch.archive import Archive
    from include.fetch.probe import SourceCheck
    from include.knowledge.feeds import FeedSource
    from include.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    help="The feeds that are read: list, check, add, exchange as OPML. Changes go to feeds.yaml in the home.",
)

SourcesFile = Annotated[
    Path | None, typer.Option("--sources", metavar="FILE", help="A feeds.yaml; default: the one in force.")
]
Style = Annotated[Literal["table", "json"], typer.Option("--format", help="How to print.")]


@app.command("list")
def list_sources(style: Style = "table", sources: SourcesFile = None, home: Home = None) -> None:
    """Show the feeds in force."""
    feeds, path = _load(sources, home)
    if style == "json":
        print(json.dumps([asdict(feed) for feed in feeds], ensure_ascii=False, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "name", "lang", "country", "kind", "enabled", "url")
    for feed in feeds:
        cells = (feed.id, feed.name, feed.lang, feed.country, feed.kind, "yes" if feed.enabled else "no", feed.url)
        table.add_row(*map(Text, cells))
    out().print(table)
    err().print(f"{len(feeds)} feeds from {path}", markup=False)


@app.command("check")
def check(style: Style = "table", sources: SourcesFile = None, home: Home = None) -> None:
    """Ask every feed once, now: which answer, which parse, how many entries. What they say is not stored.

    Exit code 1 where an enabled feed does not answer or cannot be read. A host that asked for a pause is not asked, by
    this and by the next runs.
    """
    from include.fetch.probe import check_sources
    from include.fetch.reasons import HOST_CLOSED

    feeds, path = _load(sources, home)
    if not feeds:
        raise ConfigError(f"{path}: no feed is in the list; add one with `departures sources add URL`")
    settings, as_of = read_settings(home), datetime.now(UTC)
    with _asking(settings, as_of) as (archive, pauses), err().status("Asking ...") as status:
        checks = check_sources(
            feeds,
            as_of=as_of,
            settings=settings,
            archive=archive,
            pauses=pauses,
            on_progress=lambda done, total, _: status.update(f"Asking ... {done} of {total}"),
        )
    if style == "json":
        rows = [{**asdict(row), "newest": row.newest.isoformat() if row.newest else None} for row in checks]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print_checks(checks)
    asked = [row for row in checks if row.reason != HOST_CLOSED]
    err().print(f"{sum(row.ok for row in asked)} of {len(asked)} feeds that were asked answer and parse")
    if len(asked) < len(checks):
        err().print(f"{len(checks) - len(asked)} were not asked, because their hosts want a pause")
    enabled = {feed.id for feed in feeds if feed.enabled}
    if any(not row.ok and row.source_id in enabled for row in asked):
        raise typer.Exit(1)


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Address of a feed, or of a page that names its feed.")],
    name: Annotated[str, typer.Option("--name", help="What to call it; default: what it calls itself.")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Its language, such as en or zh-Hant.")] = "",
    home: Home = None,
) -> None:
    """Find the feed behind an address, try it, and add it to feeds.yaml in the home."""
    from include.fetch.discover import find_feeds, propose_source
    from include.knowledge.feeds import save_feeds
    from include.knowledge.opml import read_lang

    lang = read_lang(lang, "--lang") if lang else ""
    settings, as_of = read_settings(home), datetime.now(UTC)
    feeds, _ = _load(None, home)
    with _asking(settings, as_of) as (archive, pauses), err().status("Looking ..."):
        found = find_feeds(url, as_of=as_of, settings=settings, archive=archive, pauses=pauses)
    source = propose_source(found[0], feeds, name=name, lang=lang)
    path = _own_list(settings)
    save_feeds(path, (*feeds, source))
    err().print(f"{source.id}: {source.url}, {found[0].entries} entries, added to {path}", markup=False)


@app.command("import-opml")
def import_opml(
    opml: Annotated[Path, typer.Argument(metavar="FILE.opml", help="A feed reader's list.")],
    lang: Annotated[str, typer.Option("--lang", help="Language of feeds that do not state one.")] = "und",
    home: Home = None,
) -> None:
    """Add the feeds of an OPML file to feeds.yaml in the home; those that are there already are passed over."""
    from include.knowledge.feeds import save_feeds
    from include.knowledge.opml import import_opml as read_opml
    from include.knowledge.opml import read_lang

    lang = read_lang(lang, "--lang")
    settings = read_settings(home)
    feeds, _ = _load(None, home)
    found = read_opml(opml, taken_ids={feed.id for feed in feeds}, lang=lang)
    known = {feed.url for feed in feeds}
    fresh = [feed for feed in found if feed.url not in known]
    path = _own_list(settings)
    save_feeds(path, (*feeds, *fresh))
    err().print(f"{len(fresh)} feeds added to {path}, {len(found) - len(fresh)} were there already", markup=False)


@app.command("export-opml")
def export_opml(
    opml: Annotated[Path, typer.Argument(metavar="FILE.opml", help="Where to write.")], home: Home = None
) -> None:
    """Write the feeds in force as OPML, for a feed reader."""
    from include.knowledge.opml import export_opml as render_opml

    feeds, path = _load(None, home)
    check_output(opml, path)
    with open_output(opml) as stream:
        stream.write(render_opml(feeds).encode())
    err().print(f"{len(feeds)} feeds -> {opml}", markup=False)


@contextmanager
def _asking(settings: Settings, as_of: datetime) -> Iterator[tuple[Archive, dict[str, float]]]:
    """An archive that is thrown away, and the seconds for which hosts are still to be left alone.

    Of what comes into it, only that a host wants to be left alone is kept, in the archive of the home.
    """
    from include.fetch.archive import Archive
    from include.fetch.pauses import keep_pauses, read_pauses

    with tempfile.TemporaryDirectory() as folder, Archive(folder) as asked, Archive(settings.archive_root) as archive:
        try:
            yield asked, read_pauses(archive, as_of)
        finally:
            asked.finish()
            keep_pauses(asked, archive, as_of)


def _load(sources: Path | None, home: Path | None) -> tuple[tuple[FeedSource, ...], Path]:
    from include.knowledge.feeds import load_feeds

    path = sources or read_settings(home).sources
    return load_feeds(path), path


def _own_list(settings: Settings) -> Path:
    """The list that may be changed: never the packaged one."""
    own = settings.home / "feeds.yaml"
    if dict(settings.origins).get("sources") not in (None, "default"):
        own = settings.sources
    return own


def _print_checks(checks: Sequence[SourceCheck]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("", "id", "answer", "entries", "newest", "a day", "seconds", "what to do")
    for row in sorted(checks, key=lambda row: row.ok):
        table.add_row(
            _mark(row),
            Text(row.source_id),
            f"HTTP {row.http_status}" if row.http_status else Text(row.reason),
            str(row.entries),
            f"{row.newest:%Y-%m-%d}" if row.newest else "",
            f"{row.per_day:g}" if row.per_day is not None else "",
            f"{row.seconds:.1f}",
            Text(row.advice),
        )
    out().print(table)


def _mark(row: SourceCheck) -> Text:
    from rich.text import Text

    from include.fetch.reasons import HOST_CLOSED

    if row.reason == HOST_CLOSED:
        return Text("–", style="yellow")
    return Text("✓", style="green") if row.ok else Text("✕", style="red")
