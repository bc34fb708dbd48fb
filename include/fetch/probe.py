"""Ask every source once and say which answer, which parse and what to do: `departures sources check`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.fetch.archive import Archive
from include.fetch.client import Answer, WebClient, open_client
from include.fetch.feed import read_answer
from include.fetch.limits import FEED
from include.fetch.network import NetworkHooks
from include.fetch.parsing import FeedParser
from include.fetch.reasons import explain_reason
from include.knowledge.feeds import FeedSource
from include.records import FeedItem
from include.settings import Settings


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """One row of the table that `sources check` prints."""

    source_id: str
    url: str
    final_url: str  # where redirects led
    ok: bool  # it answers and parses; warnings are in `advice`
    http_status: int | None
    reason: str  # "" or the reason code
    version: str  # rss20, atom10, json11 ..., "" where it does not parse
    title: str
    lang: str  # what the feed says of itself
    entries: int
    newest: datetime | None
    per_day: float | None  # entries a day, over the time that the feed spans
    seconds: float
    advice: str  # "" or what to do


CheckProgress = Callable[[int, int, SourceCheck], None]  # done, total, the check just made


def check_sources(
    sources: Sequence[FeedSource],
    *,
    as_of: datetime,
    settings: Settings,
    archive: Archive,
    on_progress: CheckProgress | None = None,
    hooks: NetworkHooks | None = None,
    pauses: Mapping[str, float] | None = None,
) -> list[SourceCheck]:
    """Fetch every source, disabled ones too, without changing any state; results in the order of `sources`.

    A host in `pauses` (`pauses.read_pauses` of the home's archive) is not asked; its sources' reason is `host-closed`.
    """
    client = open_client(archive, as_of=as_of, settings=settings, hooks=hooks, pauses=pauses)
    return asyncio.run(_check_all(sources, as_of, client, archive, on_progress))


async def _check_all(
    sources: Sequence[FeedSource],
    as_of: datetime,
    client: WebClient,
    archive: Archive,
    on_progress: CheckProgress | None,
) -> list[SourceCheck]:
    done = 0

    async def check_one(source: FeedSource) -> SourceCheck:
        nonlocal done
        check = await _check(client, archive, parser, source, as_of)
        done += 1
        if on_progress is not None:
            on_progress(done, len(sources), check)
        return check

    async with FeedParser(expected=len(sources)) as parser, client:
        for source in sources:
            if source.delay is not None:
                client.set_delay(source.url, source.delay)
        return await asyncio.gather(*map(check_one, sources))


async def _check(
    client: WebClient, archive: Archive, parser: FeedParser, source: FeedSource, as_of: datetime
) -> SourceCheck:
    clock = asyncio.get_running_loop().time
    started = clock()
    answer = await client.get(source.url, FEED)
    seconds = round(clock() - started, 3)
    if answer.reason or answer.exchange is None:
        return _failed(source, answer, answer.reason, seconds)
    feed = await read_answer(answer, archive, parser, source.id, as_of=as_of)
    if not feed.version:
        return _failed(source, answer, feed.error or "not-a-feed", seconds)
    items = feed.batch.items
    newest = max((item.published_at for item in items if item.published_at), default=None)
    per_day = _entries_a_day(items)
    return SourceCheck(
        source.id,
        source.url,
        answer.final_url,
        True,
        answer.status,
        "",
        feed.version,
        feed.title,
        feed.lang,
        len(items),
        newest,
        per_day,
        seconds,
        _advise(source, answer, items, newest, per_day, as_of),
    )


def _failed(source: FeedSource, answer: Answer, reason: str, seconds: float) -> SourceCheck:
    return SourceCheck(
        source.id,
        source.url,
        answer.final_url,
        ok=False,
        http_status=answer.status,
        reason=reason,
        version="",
        title="",
        lang="",
        entries=0,
        newest=None,
        per_day=None,
        seconds=seconds,
        advice=explain_reason(reason),
    )


def _entries_a_day(items: Sequence[FeedItem]) -> float | None:
    dates = sorted(item.published_at for item in items if item.published_at)
    if len(dates) < 3 or dates[-1] == dates[0]:
        return None
    return round((len(dates) - 1) / ((dates[-1] - dates[0]) / timedelta(days=1)), 2)


def _advise(
    source: FeedSource,
    answer: Answer,
    items: Sequence[FeedItem],
    newest: datetime | None,
    per_day: float | None,
    as_of: datetime,
) -> str:
    advice: list[str] = []
    if not items:
        advice.append("no entries at the moment: quiet, or the wrong feed of this site")
    if answer.permanent_url:
        advice.append(f"moved for good to {answer.permanent_url}: write this into the sources file")
    if newest is not None and source.lag_hours is not None and as_of - newest > timedelta(hours=source.lag_hours):
        age = (as_of - newest) // timedelta(hours=1)
        advice.append(f"newest entry is {age} hours old, expected at most {source.lag_hours:g}")
    if per_day is not None and source.expect_per_day is not None:
        low, high = source.expect_per_day
        if not low <= per_day <= high:
            advice.append(f"{per_day:g} entries a day, expected {low:g} to {high:g}: adjust `expect` or find out why")
    return "; ".join(advice)
