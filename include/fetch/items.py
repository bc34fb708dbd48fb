"""Entries in the feed's own words to FeedItems: identity, strict dates, clean text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from include.fetch.address import resolve_link
from include.fetch.dates import parse_feed_date
from include.fetch.entries import RawEntry, RawFeed
from include.fetch.identity import canonicalise, clean_link, identify, item_id, revise
from include.fetch.plaintext import clean_title, plain_text
from include.records import FeedItem

MAX_SUMMARY = 100_000  # characters
_MAX_TITLE = 1_000
_MAX_GUID = 2_000


@dataclass(frozen=True, slots=True)
class ItemBatch:
    """The usable entries of a feed, in its order, and how many were not, by reason."""

    items: tuple[FeedItem, ...]
    dropped: tuple[tuple[str, int], ...]


def make_items(feed: RawFeed, *, source_id: str, url: str, as_of: datetime) -> ItemBatch:
    """Judge every entry of a feed fetched from `url`. Entries that nothing tells apart are taken once."""
    guids: dict[str, set[str]] = {}
    for entry in feed.entries:
        guids.setdefault(entry.guid, set()).add(entry.link)
    items: dict[str, FeedItem] = {}
    dropped: Counter[str] = Counter(dict(feed.dropped))
    for entry in feed.entries:
        shared = len(guids[entry.guid]) > 1
        item = _make_item(entry, feed, shared, source_id=source_id, url=url, as_of=as_of)
        if item is None:
            dropped["no-identity"] += 1
        elif item.item_id in items:
            dropped["double"] += 1
        else:
            dropped["bad-link"] += not item.url and entry.link not in ("", entry.guid)
            dropped["bad-date"] += item.published_at is None and bool(entry.published)
            items[item.item_id] = item
    return ItemBatch(tuple(items.values()), tuple(sorted((+dropped).items())))


def _make_item(
    entry: RawEntry, feed: RawFeed, guid_is_shared: bool, *, source_id: str, url: str, as_of: datetime
) -> FeedItem | None:
    base = resolve_link(url, feed.link) if feed.link else url
    # A guid is a link by default, and feedparser takes it for one: `<guid>4711</guid>` is none, `/2026/a` is.
    is_guid = entry.link in ("", entry.guid) and not entry.guid.startswith("/")
    link = clean_link(entry.guid if is_guid else resolve_link(base, entry.link))
    canonical = canonicalise(link)
    title = clean_title(entry.title)[:_MAX_TITLE]
    guid = entry.guid.strip()[:_MAX_GUID] or None
    summary = plain_text(entry.summary)[:MAX_SUMMARY]
    identity = identify(guid, canonical, title or summary[:200], guid_is_shared=guid_is_shared)
    if identity is None:
        return None
    return FeedItem(
        item_id=item_id(source_id, identity),
        source_id=source_id,
        guid=guid,
        url=link,
        canonical_url=canonical,
        title=title,
        summary=summary,
        authors=tuple(dict.fromkeys(filter(None, map(clean_title, entry.authors))))[:20],
        published_at=_read_published(entry, feed, as_of),
        updated_at=parse_feed_date(entry.updated, as_of=as_of),
        lang=(entry.lang or feed.lang).strip()[:35] or None,
        seen_at=as_of,
        revision=revise(title, summary, entry.updated.strip()),
    )


def _read_published(entry: RawEntry, feed: RawFeed, as_of: datetime) -> datetime | None:
    """The stated time; in RSS, where that cannot be read (`20 Kas 2026`), dc:date, which feedparser calls updated."""
    published = parse_feed_date(entry.published, as_of=as_of)
    if published is None and entry.published and not feed.version.startswith(("atom", "json")):
        return parse_feed_date(entry.updated, as_of=as_of)
    return published
