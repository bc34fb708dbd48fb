"""From the bytes of a feed to its items."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.fetch.feedformat import cut_entries, read_feed
from include.fetch.identity import canonicalise, clean_link, identify, item_id
from include.fetch.items import ItemBatch, make_items
from include.fetch.news import REMEMBERED, find_news
from include.fetch.plaintext import clean_title, plain_text
from include.pipeline.codec import dump_lines
from include.records import FeedItem
from tests.fetch.web import make_entry, make_rss
from tests.shared import require_shared, shared_dir

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://news.example.org/feed.xml"


def read(body: bytes, content_type: str = "") -> ItemBatch:
    return make_items(read_feed(body, content_type=content_type), source_id="s", url=URL, as_of=AS_OF)


def only(body: bytes) -> FeedItem:
    [item] = read(body).items
    return item


SHARED_FEEDS = sorted((shared_dir() / "feeds").glob("*.gz"))


@pytest.mark.parametrize("path", SHARED_FEEDS or [Path("absent")], ids=lambda path: path.name[:16])
def test_other_peoples_feeds_lose_nothing(path: Path) -> None:
    require_shared("feeds")
    body = gzip.decompress(path.read_bytes())
    plain = feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    batch = read(body)
    assert len(batch.items) >= len(plain.entries) > 0
    assert len({item.item_id for item in batch.items}) == len(batch.items)
    for item in batch.items:
        assert item.title or item.summary or item.url
        assert "\0" not in item.title + item.summary
        assert item.published_at is None or item.published_at.tzinfo is not None


def test_there_are_other_peoples_feeds() -> None:
    assert len(list(require_shared("feeds").glob("*.gz"))) == 42


def test_rss() -> None:
    item = only(
        make_rss(
            "<title>A &amp;amp; B &lt;b&gt;leaves&lt;/b&gt;</title><guid>g7</guid>"
            "<link>/story?utm_source=rss&amp;id=7</link>"
            "<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate><author>x@example.org (Ann Other)</author>"
            "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description>",
            extra="<link>https://news.example.org/</link><language>en-GB</language>",
        )
    )
    assert item.title == "A & B leaves"
    assert item.url == "https://news.example.org/story?utm_source=rss&id=7"
    assert item.canonical_url == "https://news.example.org/story?id=7"
    assert item.summary == "One.\nTwo."
    assert (item.guid, item.lang, item.seen_at) == ("g7", "en-GB", AS_OF)
    assert item.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert item.authors == ("Ann Other",)


def test_the_longer_of_summary_and_content_is_taken() -> None:
    content = '<c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/">The whole long text.</c:encoded>'
    item = only(make_rss(f"<guid>1</guid><title>T</title><description>Short.</description>{content}"))
    assert item.summary == "The whole long text."


def test_atom_has_a_published_date_only_where_it_says_so() -> None:
    feed = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://base.example.org/x/">
      <title>F</title><id>f</id><updated>2026-11-20T08:00:00Z</updated>
      <entry><id>urn:1</id><title type="html">Eins</title><link href="eins.html"/><updated>2026-11-20T08:00:00Z</updated></entry>
    </feed>"""  # noqa: E501
    item = only(feed.encode())
    assert (item.published_at, item.updated_at) == (None, datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert (item.url, item.lang) == ("https://base.example.org/x/eins.html", "de")


def test_rdf_dates_are_publishing_dates() -> None:
    feed = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel rdf:about="https://x.example.org/"><title>C</title></channel>
      <item rdf:about="https://x.example.org/1"><title>T</title><link>https://x.example.org/1</link>
      <dc:date>2026-11-20T17:00:00+09:00</dc:date></item></rdf:RDF>"""
    assert only(feed.encode()).published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "language": "fr",
        "home_page_url": "https://j.example.org/",
        "items": [
            {
                "id": "1",
                "url": "/un",
                "title": "Un",
                "content_html": "<p>Texte</p>",
                "date_published": "2026-11-20T08:00:00Z",
                "date_modified": "2026-11-20T09:00:00Z",
                "authors": [{"name": "Anne"}],
            }
        ],
    }
    item = only(json.dumps(feed).encode())
    assert (item.url, item.title, item.summary) == ("https://j.example.org/un", "Un", "Texte")
    assert (item.lang, item.authors) == ("fr", ("Anne",))
    assert item.updated_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_half_a_character_in_json_is_dropped() -> None:
    entry = {"id": "1\ud83d", "url": "https://j.example.org/un\ud83d", "title": "Un\ud83d"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "language": "fr\ud83d", "items": [entry]}
    item = only(json.dumps(feed).encode())
    assert (item.guid, item.url, item.title, item.lang) == ("1", "https://j.example.org/un", "Un", "fr")


def test_news_sitemap() -> None:
    sitemap = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
      xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
      <url><loc>https://x.example.org/1</loc><news:news><news:publication><news:name>X</news:name>
      <news:language>es</news:language></news:publication><news:publication_date>2026-11-20T08:00:00Z</news:publication_date>
      <news:title>Uno</news:title></news:news></url><url><loc>https://x.example.org/about</loc></url></urlset>"""
    item = only(sitemap.encode())
    assert (item.url, item.title, item.lang) == ("https://x.example.org/1", "Uno", "es")
    assert item.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert read_feed(sitemap.replace("news:news", "news:old").encode(), content_type="").version == ""


def test_every_kind_of_identity() -> None:
    assert identify("g", "u", "t", guid_is_shared=False) == "guid:g"
    assert identify("g", "u", "t", guid_is_shared=True) == "guid:g\nurl:u"
    assert identify(None, "u", "t", guid_is_shared=False) == "url:u"
    assert identify(None, "", " T  t ", guid_is_shared=False) == "title:t t"
    assert identify(None, "", "", guid_is_shared=False) is None


def test_an_identity_outlives_edits_and_moves() -> None:
    before = only(make_rss(make_entry(1)))
    edited = make_entry(1).replace("Headline", "Corrected").replace("Summary", "More").replace("/article/", "/moved/")
    after = only(make_rss(edited))
    assert (after.item_id, before.item_id) == (before.item_id, item_id("s", "guid:guid-1"))
    assert after.revision != before.revision
    elsewhere = make_items(
        read_feed(make_rss(make_entry(1)), content_type=""), source_id="s", url="http://moved.example.org/", as_of=AS_OF
    )
    assert elsewhere.items[0].item_id == before.item_id


def test_guids_that_collide_are_told_apart_by_address() -> None:
    batch = read(
        make_rss(*(f"<title>T{n}</title><link>https://x.example.org/{n}</link><guid>same</guid>" for n in range(3)))
    )
    assert len({item.item_id for item in batch.items}) == 3


def test_the_same_entry_twice_is_one() -> None:
    batch = read(make_rss(make_entry(1), make_entry(1)))
    assert (len(batch.items), dict(batch.dropped)) == (1, {"double": 1})


def test_what_was_wrong_is_counted() -> None:
    batch = read(
        make_rss(
            "<title>A</title><link>javascript:alert(1)</link>",
            "<title>B</title><guid>b</guid><pubDate>06/07/2026</pubDate>",
            "<description>C</description>",
            "<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate>",
        )
    )
    assert [item.url for item in batch.items] == ["", "", ""]
    assert dict(batch.dropped) == {"bad-date": 1, "bad-link": 1, "no-identity": 1}


def test_entries_are_cut_without_breaking_the_feed() -> None:
    cut, dropped = cut_entries(make_rss(*map(make_entry, range(300))), 200)
    parsed = feedparser.parse(BytesIO(cut))
    assert (dropped, len(parsed.entries), parsed.bozo) == (100, 200, False)
    assert parsed.entries[0].title == "Headline 0"
    assert cut_entries(cut, 200) == (cut, 0)


@given(st.binary(max_size=3_000))
def test_any_bytes_are_a_feed_or_none(body: bytes) -> None:
    for prefix in (
        b"",
        b"<rss version='2.0'><channel><item>",
        b'{"version": "https://jsonfeed.org/version/1", "items": [',
        b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"9" * 5_000 + b"}",
    ):
        read(prefix + body)


@given(st.text(max_size=300))
def test_plain_text_takes_anything(markup: str) -> None:
    text = plain_text(f"<div>{markup}")
    assert "\0" not in text
    assert text == "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    assert "\n" not in clean_title(markup)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("AT&amp;T", "AT&T"),
        ("1 < 2", "1 < 2"),
        ("<p>a<br>b</p>c", "a\nb\nc"),
        ("<style>p{}</style>x<!-- y -->z", "xz"),
        ("a\0b\x07c", "abc"),
        ("<b>" * 50_000 + "deep", "deep"),
    ],
)
def test_plain_text(markup: str, expected: str) -> None:
    assert plain_text(markup) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Example.ORG:443/a/../b?x=1#frag", "https://example.org/a/../b?x=1"),
        ("https://example.org/#!/story/5", "https://example.org/#!/story/5"),
        ("http://аррӏе.com/news", "http://xn--80ak6aa92e.com/news"),
        ("http://[2606:4700::1]:8080/x", "http://[2606:4700::1]:8080/x"),
        ("javascript:alert(1)", ""),
        ("http://exa mple.org/", ""),
        ("http://user@example.org/", ""),
    ],
)
def test_clean_link(url: str, expected: str) -> None:
    assert clean_link(url) == expected


@pytest.mark.parametrize(
    "variant",
    [
        "https://example.org/story?id=7&utm_source=rss&utm_medium=feed",
        "https://example.org/story?id=7&fbclid=abc#comments",
        "https://EXAMPLE.org/story?CMP=share_btn&id=7",
        "https://example.org/story/amp?id=7",
        "https://example.org:443/story?id=7",
    ],
)
def test_all_ways_to_an_article_have_one_address(variant: str) -> None:
    assert canonicalise(variant) == "https://example.org/story?id=7"


@given(st.text(max_size=60))
def test_a_canonical_address_is_its_own(path: str) -> None:
    once = canonicalise(f"https://example.org/{path}")
    assert canonicalise(once) == once


def test_memory_of_entries_is_bounded_and_newest_first() -> None:
    item = only(make_rss(make_entry(1)))
    items = [replace(item, item_id=f"id-{number}") for number in range(3_000)]
    first = find_news(items[:1_000], ())
    second = find_news(items[500:1_500], first.recent_ids)
    assert (first.new, second.new, second.overlap_lost) == (1_000, 500, False)
    third = find_news(items[1_500:], second.recent_ids)
    assert (third.new, third.overlap_lost) == (1_500, True)
    assert len(third.recent_ids) == REMEMBERED
    assert third.recent_ids[0] == f"id-1500:{item.revision}"


def test_half_an_emoji_in_a_json_feed_can_be_staged() -> None:
    cut = r"\ud83d"
    body = f"""{{"version": "https://jsonfeed.org/version/1.1", "title": "News {cut}", "items": [
        {{"id": "one {cut}", "url": "https://x.example/1", "title": "Roe leaves {cut}",
          "content_text": "She left. {cut}", "authors": [{{"name": "Ann Poe {cut}"}}]}}]}}"""
    feed = read_feed(body.encode(), content_type="application/feed+json")
    assert feed.title.strip() == "News"
    (item,) = make_items(feed, source_id="x", url="https://x.example/feed", as_of=AS_OF).items
    (line,) = dump_lines([item])
    assert line.encode() and item.title.startswith("Roe leaves")
