"""Odd feeds give what their publisher meant, and never fewer entries than plain feedparser finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser
import pytest
import yaml

from include.fetch.feedformat import read_feed
from include.fetch.feedtext import find_encoding, mend_ampersands
from include.fetch.items import make_items
from include.records import FeedItem

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://news.example.org/sub/feed.xml"


@dataclass(frozen=True)
class OddFeed:
    """A feed of `odd_feeds.yaml`, which says what the fields are."""

    name: str
    body: bytes
    items: list[dict[str, Any]]
    content_type: str


def load_feeds() -> list[OddFeed]:
    stored = yaml.safe_load(Path(__file__).with_name("odd_feeds.yaml").read_text(encoding="utf-8"))
    return [
        OddFeed(
            entry["name"],
            entry["body"].encode(entry.get("encoding", "utf-8")),
            entry["items"],
            entry.get("content_type", ""),
        )
        for entry in stored
    ]


ODD_FEEDS = load_feeds()


def read_items(odd: OddFeed) -> tuple[FeedItem, ...]:
    feed = read_feed(odd.body, content_type=odd.content_type)
    return make_items(feed, source_id="s", url=URL, as_of=AS_OF).items


def describe(item: FeedItem) -> dict[str, str | None]:
    return {
        "title": item.title,
        "url": item.url,
        "canonical": item.canonical_url,
        "date": item.published_at.isoformat() if item.published_at else None,
        "author": "|".join(item.authors),
        "summary": item.summary,
        "lang": item.lang,
    }


@pytest.mark.parametrize("odd", ODD_FEEDS, ids=lambda odd: odd.name)
def test_what_the_publisher_meant(odd: OddFeed) -> None:
    items = read_items(odd)
    assert len(items) == len(odd.items)
    for item, expected in zip(items, odd.items, strict=True):
        found = describe(item)
        wanted = {**expected, **({"summary": found["summary"]} if expected.get("summary", "?") in item.summary else {})}
        assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize("odd", [odd for odd in ODD_FEEDS if b"jsonfeed" not in odd.body], ids=lambda odd: odd.name)
def test_no_fewer_than_plain_feedparser(odd: OddFeed) -> None:
    plain = feedparser.parse(BytesIO(odd.body)).entries
    assert len(read_items(odd)) >= len({entry.get("id") or entry.get("link") or entry.get("title") for entry in plain})


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        (b"AT&T &amp; &#8217; &#x2019; a&b;", b"AT&amp;T &amp; &#8217; &#x2019; a&b;"),
        (b"<![CDATA[a & b &eacute;]]> &eacute;", b"<![CDATA[a & b &eacute;]]> &#233;"),
        (b"<![CDATA[a & b", b"<![CDATA[a & b"),
        (b'<!DOCTYPE rss [<!ENTITY x "y">]>&x; & z', b'<!DOCTYPE rss [<!ENTITY x "y">]>&x; & z'),
        (b"&" * 5, b"&amp;" * 5),
    ],
)
def test_ampersands_are_mended_outside_of_cdata(body: bytes, mended: bytes) -> None:
    assert mend_ampersands(body) == mended


@pytest.mark.parametrize("stated", ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>'])
def test_an_encoding_that_is_not_stated_is_found_by_its_script(stated: str) -> None:
    text = f"{stated}<rss><item><title>Генеральный директор уходит из компании</title></item></rss>"
    assert find_encoding(text.encode("cp1251"), "application/rss+xml") == "cp1251"
    assert find_encoding(text.encode(), "application/rss+xml") == ""
    assert find_encoding(text.encode("cp1251"), "text/xml; charset=windows-1251") == ""
    assert find_encoding(f"{stated}<rss><title>José García dimite</title></rss>".encode("latin-1"), "") == ""
