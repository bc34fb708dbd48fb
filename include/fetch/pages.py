"""Fetch the pages of entries, many hosts at once and each host slowly."""

from __future__ import annotations

import asyncio
import html
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from include.fetch.address import host_of, resolve_link
from include.fetch.archive import Archive
from include.fetch.client import Answer, WebClient, open_client
from include.fetch.limits import PAGE, Patience
from include.fetch.network import NetworkHooks
from include.knowledge.feeds import FeedSource
from include.records import FeedItem, Page
from include.settings import Settings

PageProgress = Callable[[int, int], None]  # addresses done, addresses in all


def fetch_pages(
    items: Sequence[FeedItem],
    *,
    as_of: datetime,
    settings: Settings,
    archive: Archive,
    sources: Sequence[FeedSource] = (),
    replay: bool = False,
    on_progress: PageProgress | None = None,
    hooks: NetworkHooks | None = None,
) -> list[Page]:
    """Fetch the page of every entry into the archive; the result has one Page an item, in the same order.

    An address that several entries share is fetched once. A page that cannot be had is a Page of completeness
    "summary" with the reason, never an exception. Of `sources` their `delay` and `follow` are used. `replay` takes
    the pages from the archive.
    """
    patterns = {source.id: source.follow for source in sources}
    urls: dict[str, str] = {}  # address and the link to follow from there
    for item in items:
        if item.url:
            urls.setdefault(item.url, patterns.get(item.source_id, ""))
    patience = hooks.patience if hooks else Patience()

    async def fetch_all() -> dict[str, Answer]:
        async with open_client(archive, as_of=as_of, settings=settings, replay=replay, hooks=hooks) as client:
            for source in sources:
                if source.delay is not None:
                    client.set_delay(source.url, source.delay)
            return await _fetch_each(client, archive, urls, patience, on_progress)

    answers = asyncio.run(fetch_all())
    return [_make_page(item, answers.get(item.url), as_of) for item in items]


async def _fetch_each(
    client: WebClient, archive: Archive, urls: Mapping[str, str], patience: Patience, on_progress: PageProgress | None
) -> dict[str, Answer]:
    """The answers of all addresses; hosts side by side, the addresses of one in their order."""
    queues: dict[str, deque[tuple[int, str]]] = {}
    for url in urls:
        queue = queues.setdefault(host_of(url), deque())
        queue.append((len(queue), url))
    answers: dict[str, Answer] = {}

    async def drain(host: str, queue: deque[tuple[int, str]]) -> None:
        while queue:
            number, url = queue.popleft()
            answer = await _fetch_one(client, host, number, url, patience.host_budget)
            answers[url] = await _follow_link(client, archive, answer, urls[url]) if urls[url] else answer
            if on_progress is not None:
                on_progress(len(answers), len(urls))

    # As many tasks as connections, not as pages: memory does not grow with the number of pages.
    workers = [drain(host, queue) for host, queue in queues.items() for _ in range(patience.connections_per_host)]
    await asyncio.gather(*workers)
    return answers


async def _fetch_one(client: WebClient, host: str, number: int, url: str, budget: float) -> Answer:
    refusal = await client.refusal(url)
    if refusal:
        return Answer(url, None, refusal)
    if number * client.delay_of(host) > budget:  # its turn would come in an hour or, with some crawl-delays, a month
        return Answer(url, None, "host-budget")
    return await client.get(url, PAGE)


async def _follow_link(client: WebClient, archive: Archive, answer: Answer, pattern: str) -> Answer:
    """Return the page behind the first matching link, or the answer itself where there is none to be had."""
    if answer.reason or answer.exchange is None:
        return answer
    archived = await asyncio.to_thread(archive.read, answer.exchange.path, answer.exchange.offset)
    found = re.search(pattern, archived.body.decode("utf-8", "replace"))
    if found is None:
        return answer
    link = html.unescape(found[1] if found.re.groups else found[0])
    linked = await client.get(resolve_link(answer.final_url, link), PAGE)
    return answer if linked.reason else linked


def _make_page(item: FeedItem, answer: Answer | None, as_of: datetime) -> Page:
    if answer is None:
        answer = Answer("", None, "no-link")
    exchange = answer.exchange
    return Page(
        item=item,
        final_url=answer.final_url,
        http_status=answer.status,
        fetched_at=(exchange.fetched_at if exchange else None) or as_of,
        archive_path=exchange.path or None if exchange else None,
        archive_offset=exchange.offset if exchange and exchange.path else None,
        content_type=answer.headers.get("content-type", ""),
        completeness="summary" if answer.reason else "full",
        reason=answer.reason,
    )
