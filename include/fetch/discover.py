"""Find the feeds of a page: the address itself, its link tags, then the usual places."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html

from include.errors import ConfigError
from include.fetch.address import resolve_link
from include.fetch.archive import Archive
from include.fetch.client import Answer, WebClient, open_client
from include.fetch.feed import read_answer
from include.fetch.identity import clean_link
from include.fetch.limits import FEED
from include.fetch.network import NetworkHooks
from include.fetch.parsing import FeedParser
from include.fetch.reasons import explain_reason
from include.jsontext import mend_surrogates
from include.knowledge.feeds import FeedSource, check_feed_url
from include.knowledge.opml import make_id, normalise_lang
from include.settings import Settings

COMMON_PATHS = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.json",
    "/feeds/posts/default",
)
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/xml"}
)
_MAX_LINKS = 10  # tried of one page; comment feeds come last on every site that has them


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that answers and parses."""

    url: str
    title: str
    version: str
    lang: str  # what it says of itself, "" where it says nothing
    entries: int


def find_feeds(
    url: str,
    *,
    as_of: datetime,
    settings: Settings,
    archive: Archive,
    hooks: NetworkHooks | None = None,
    pauses: Mapping[str, float] | None = None,
) -> tuple[FoundFeed, ...]:
    """Return the feeds of the page at `url`, the best first; the address itself where it is a feed.

    A host in `pauses` is not asked.

    Raises ConfigError where the address cannot be had or nothing is found, saying what was tried.
    """
    check_feed_url(url)
    client = open_client(archive, as_of=as_of, settings=settings, hooks=hooks, pauses=pauses)
    return asyncio.run(_find(url, as_of, client, archive))


def propose_source(found: FoundFeed, existing: Sequence[FeedSource], *, name: str = "", lang: str = "") -> FeedSource:
    """Return a source entry for a feed, with an id that none of `existing` has.

    Raises ConfigError where the address is in the list already.
    """
    for source in existing:
        if source.url == found.url:
            raise ConfigError(f"{found.url}: already in the list as {source.id!r}")
    title = mend_surrogates(name).strip() or found.title or (urlsplit(found.url).hostname or "feed")
    return FeedSource(
        id=make_id(title, {source.id for source in existing}),
        name=title,
        url=found.url,
        lang=lang or normalise_lang(found.lang, "und"),
        country="XX",
        kind="press",
    )


async def _find(url: str, as_of: datetime, client: WebClient, archive: Archive) -> tuple[FoundFeed, ...]:
    async with FeedParser() as parser, client:
        search = _Search(client, archive, parser, as_of)
        answer = await client.get(url, FEED)
        if answer.reason or answer.exchange is None:
            raise ConfigError(f"{url}: {explain_reason(answer.reason)}")
        itself = await search.read(answer)
        if itself is not None:
            return (itself,)
        page = archive.read(answer.exchange.path, answer.exchange.offset).body
        linked = list_linked_feeds(page, answer.final_url)
        found = await search.ask(linked[:_MAX_LINKS])
        if not found:
            usual = [resolve_link(answer.final_url, path) for path in COMMON_PATHS]
            found = await search.ask(usual, stop_at_first=True)
    if not found:
        tried = ", ".join([*linked[:_MAX_LINKS], *COMMON_PATHS])
        raise ConfigError(f"{url}: no feed found; tried the page's link tags and {tried}")
    return tuple(found)


def list_linked_feeds(page: bytes, url: str) -> list[str]:
    """Addresses of the feeds that a page's link tags name, in its order, comment feeds last."""
    try:
        root = lxml_html.document_fromstring(page, base_url=url)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    bases = root.xpath("//base/@href")
    base = resolve_link(url, str(bases[0])) if bases else url
    found: dict[str, None] = {}
    for link in root.iter("link", "a"):
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        relations = (link.get("rel") or "").lower().split()
        if kind in _FEED_TYPES and ("alternate" in relations or link.tag == "a"):
            address = clean_link(resolve_link(base, link.get("href") or ""))
            if address:
                found[address] = None
    return sorted(found, key=lambda address: "comment" in address)


@dataclass(frozen=True, slots=True)
class _Search:
    client: WebClient
    archive: Archive
    parser: FeedParser
    as_of: datetime

    async def ask(self, urls: Sequence[str], *, stop_at_first: bool = False) -> list[FoundFeed]:
        found: dict[str, FoundFeed] = {}
        for url in urls:
            answer = await self.client.get(url, FEED)
            feed = None if answer.reason else await self.read(answer)
            if feed is not None:
                found.setdefault(feed.url, feed)
                if stop_at_first:
                    break
        return list(found.values())

    async def read(self, answer: Answer) -> FoundFeed | None:
        feed = await read_answer(answer, self.archive, self.parser, "", as_of=self.as_of)
        if not feed.version:
            return None
        return FoundFeed(answer.final_url, feed.title, feed.version, feed.lang, len(feed.batch.items))
