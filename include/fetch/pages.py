"""Fetch the pages of entries, many hosts at once and each host slowly."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from include.fetch.address import host_of
from include.fetch.archive import Archive
from include.fetch.client import Answer, WebClient, open_client
from include.fetch.limits import PAGE, Patience
from include.fetch.network import NetworkHooks
from include.records import FeedItem, Page
from include.settings import Settings

PageProgress = Callable[[int, int], None]  # addresses done, addresses in all
# What may pass: the entry is worth another try at the next poll.
TEMPORARY_REASONS = frozenset(
    {"timeout", "dns", "refused", "disconnected", "robots-unreachable", "host-closed", "host-budget", "http-408"}
    | {"http-425", "http-429", "http-500", "http-502", "http-503", "http-504"}
)


def fetch_pages(
    items: Sequence[FeedItem],
    *,
    as_of: datetime,
    settings: Settings,
    archive: Archive,
    replay: bool = False,
    on_progress: PageProgress | None = None,
    hooks: NetworkHooks | None = None,
) -> list[Page]:
    """Fetch the page of every entry into the archive; the result has one Page an item, in the same order.

    An address that several entries share is fetched once. A page that cannot be had is a Page of completeness
    "summary" with the reason, never an exception. `replay` takes the pages from the archive.
    """
    fetching = fetch_pages_async(
        items, as_of=as_of, settings=settings, archive=archive, replay=replay, on_progress=on_progress, hooks=hooks
    )
    return asyncio.run(fetching)


async def fetch_pages_async(
    items: Sequence[FeedItem],
    *,
    as_of: datetime,
    settings: Settings,
    archive: Archive,
    replay: bool = False,
    on_progress: PageProgress | None = None,
    hooks: NetworkHooks | None = None,
) -> list[Page]:
    """`fetch_pages` for callers that have an event loop already."""
    urls = dict.fromkeys(item.url for item in items if item.url)
    patience = hooks.patience if hooks else Patience()
    queues: dict[str, deque[tuple[int, str]]] = {}
    for url in urls:
        queue = queues.setdefault(host_of(url), deque())
        queue.append((len(queue), url))
    answers: dict[str, Answer] = {}

    async def drain(host: str, queue: deque[tuple[int, str]]) -> None:
        while queue:
            number, url = queue.popleft()
            answers[url] = await _fetch_one(client, host, number, url, patience.host_budget)
            if on_progress is not None:
                on_progress(len(answers), len(urls))

    async with open_client(archive, as_of=as_of, settings=settings, replay=replay, hooks=hooks) as client:
        # As many tasks as connections, not as pages: memory does not grow with the number of pages.
        workers = [drain(host, queue) for host, queue in queues.items() for _ in range(patience.connections_per_host)]
        await asyncio.gather(*workers)
    return [_make_page(item, answers.get(item.url), as_of) for item in items]


async def _fetch_one(client: WebClient, host: str, number: int, url: str, budget: float) -> Answer:
    refusal = await client.refusal(url)
    if refusal:
        return Answer(url, None, refusal)
    if number * client.delay_of(host) > budget:  # its turn would come in an hour or, with some crawl-delays, a month
        return Answer(url, None, "host-budget")
    return await client.get(url, PAGE)


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
