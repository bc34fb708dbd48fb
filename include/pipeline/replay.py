"""replay: a range of the archive read again with the rules of today, as pages and articles in staging.

Nothing is fetched. The requests of past runs are taken from the archive in the order in which they were made, so that
every entry meets the page that it met then. What is stored and has no page there (imports, entries of feeds that are
no longer in the list) is read again from its stored words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from include.errors import ConfigError
from include.extract.workers import Task
from include.fetch.archive import Archive
from include.fetch.pages import fetch_pages
from include.fetch.poll import poll_feeds
from include.knowledge.feeds import load_feeds
from include.pipeline.forgetting import forget_temporary
from include.pipeline.parking import read_parked_items
from include.pipeline.poll import name_language
from include.pipeline.read import read_shard, read_tasks
from include.pipeline.reading import read_moves
from include.pipeline.run import Progress, RunContext, StepReport, check_year, no_progress
from include.records import Article, FeedState, Page
from include.warehouse.generations import open_read_only
from include.warehouse.rereading import read_articles

SHARD_PAGES = 5_000  # pages read, and articles loaded, at a time: some hundred megabytes
_STORED = "stored"


def replay_archive(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Write `pages/<shard>.jsonl` for the entries whose pages were fetched in the range; shards follow in time.

    Raises ConfigError for a range that is none, and where nothing is published that the outcome could stand beside.
    """
    since, until = read_range(run)
    if not run.settings.published_path.exists():
        raise ConfigError(
            f"{run.settings.published_path}: nothing is published to compare with; "
            "`departures run --replay --as-of TIME` publishes what the archive has of a time"
        )
    moments = total = shards = 0
    waiting: list[Page] = []
    with Archive(run.settings.archive_root) as archive:
        known = sorted({entry.at for entry in archive.list_entries(since=since.date(), until=until.date())})
        for pages in _replay(run, archive, [at for at in known if since <= at < until], on_progress):
            moments += 1
            waiting += [page for page in pages if since <= page.fetched_at < until and page.reason != "not-archived"]
            if len(waiting) >= SHARD_PAGES:
                shards, total = _write_shard(run, shards, waiting), total + len(waiting)
                waiting = []
    shards, total = _write_shard(run, shards, waiting), total + len(waiting)
    return run.report(
        "replay", f"{total} pages of {moments} polls in the archive", moments=moments, pages=total, shards=shards
    )


def _write_shard(run: RunContext, number: int, pages: Sequence[Page]) -> int:
    run.staging.write_records(f"pages/archive-{number + 1:05d}.jsonl", pages)
    return number + 1


def read_archive(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Read what `replay_archive` found, and the stored articles of the range that have no page there.

    Shards that were read before the step was killed are not read again.
    """
    known: set[str] = set()
    for name in run.staging.list_files("pages"):
        shard = name.removesuffix(".jsonl")
        if not run.staging.exists(f"refused/{name}"):  # written last
            read_shard(run, shard, on_progress)
        known.update(article.article_id for article in run.staging.read_records(Article, f"articles/{name}"))
    stored = _read_stored(run, known, on_progress)
    if not known and not stored:
        since, until = read_range(run)
        raise ConfigError(
            f"{run.settings.archive_root}: nothing was fetched or imported from {since:%Y-%m-%d} to "
            f"{until - timedelta(days=1):%Y-%m-%d}; name another range with --since and --until"
        )
    return run.report(
        "read",
        f"{len(known)} articles read from the archive, {stored} from their stored words",
        articles=len(known),
        stored=stored,
    )


def read_range(run: RunContext) -> tuple[datetime, datetime]:
    """First moment of the range and the first one after it. Raises ConfigError."""
    since = _read_day(run.options.since, "--since") if run.options.since else date(1970, 1, 1)
    until = _read_day(run.options.until, "--until") if run.options.until else run.as_of.date()
    if until < since:
        raise ConfigError(f"--until {until}: lies before --since {since}; the range is from --since to --until")
    start, end = (datetime.combine(day, time(), UTC) for day in (since, until))
    return start, end + timedelta(days=1)


def _read_day(text: str, option: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option} {text!r}: not an ISO date; write it as 2026-11-21") from None
    check_year(day, f"{option} {text!r}")
    return day


def _replay(
    run: RunContext, archive: Archive, moments: Sequence[datetime], on_progress: Progress
) -> Iterator[list[Page]]:
    """The pages of every poll, in order. What a poll remembers is handed to the next, as it was then."""
    sources = load_feeds(run.sources_path)
    run.staging.write_records("sources.jsonl", sources)
    parked = read_parked_items(run.settings.home)
    states: dict[str, FeedState] = {}
    for done, moment in enumerate(moments):
        on_progress("Replaying the archive", done, len(moments))
        polled = poll_feeds(
            sources, states, as_of=moment, settings=run.settings, archive=archive, replay=True, force=True
        )
        items = [item for item in name_language(polled.items, sources) if item.item_id not in parked]
        pages = fetch_pages(items, as_of=moment, settings=run.settings, archive=archive, sources=sources, replay=True)
        states = forget_temporary(polled.states, pages)
        yield pages


def _read_stored(run: RunContext, known: set[str], on_progress: Progress) -> int:
    """Read the stored articles of the range but those in `known`, in shards; return how many."""
    published = run.settings.published_path
    if not published.exists():
        return 0
    since, until = read_range(run)
    count = 0
    con = open_read_only(published, articles_root=run.settings.articles_root)
    try:
        chunks = read_articles(con, since=since, until=until, rows=SHARD_PAGES)
        for number, chunk in enumerate(chunks, start=1):
            articles = [article for article in chunk if article.article_id not in known]
            tasks = [Task(article.article_id, (article,), article.source_id) for article in articles]
            read_tasks(run, f"{_STORED}-{number:05d}", read_moves, tasks, "Reading stored articles", on_progress)
            count += len(articles)
    finally:
        con.close()
    return count
