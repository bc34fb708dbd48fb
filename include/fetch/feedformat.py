"""Bytes of a feed to its entries: RSS, Atom and RDF by feedparser, JSON Feed and news sitemaps by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import feedparser

from include.fetch.entries import RawEntry, RawFeed
from include.fetch.feedtext import find_encoding, mend_ampersands
from include.fetch.limits import MAX_ENTRIES
from include.fetch.plaintext import MAX_MARKUP
from include.fetch.sitemap import read_news_sitemap
from include.jsontext import parse_json

# Two thirds of feedparser's time go into these; links are resolved and markup is removed by us.
feedparser.SANITIZE_HTML = 0
feedparser.RESOLVE_RELATIVE_URIS = 0
feedparser.api.PREFERRED_XML_PARSERS = ["include.fetch.sax_expat"]

_HEAD_BYTES = 65_536
_ROOT = re.compile(rb"<(?:\w{1,20}:)?(?:rss|feed|rdf|channel|urlset)[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|body)[\s>]", re.IGNORECASE)
_ENTRY_START = re.compile(rb"<(?:[A-Za-z0-9_]{1,20}:)?(?:item|entry|url)[\s>]")
_ENTRY_END = re.compile(rb"</(?:[A-Za-z0-9_]{1,20}:)?(?:item|entry|url)\s*>")
_PERIODS = {"hourly": 3_600.0, "daily": 86_400.0, "weekly": 604_800.0, "monthly": 2_592_000.0, "yearly": 31_536_000.0}


def read_feed(body: bytes, *, content_type: str) -> RawFeed:
    """Parse a feed of any format; version "" where the bytes are none. Never raises for what a server sends."""
    head = body[:2_000].lstrip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n")
    if head[:1] == b"{" and (feed_of_json := _read_json(body)).version:
        return feed_of_json
    start = body[:_HEAD_BYTES].replace(b"\0", b"")  # NULs: UTF-16
    has_root = _ROOT.search(start) is not None
    if not has_root and (_HTML.search(start) or not _ENTRY_START.search(body)):
        return RawFeed("")
    body, surplus = cut_entries(body, MAX_ENTRIES)
    dropped = (("too-many-entries", surplus),) if surplus else ()
    if b"<urlset" in head and (sitemap := read_news_sitemap(body, dropped)).version:
        return sitemap
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content_type = "application/xml"  # a byte order mark knows better than a server's default
    elif encoding := find_encoding(body, content_type):
        content_type = f"application/xml; charset={encoding}"
    # Without content-location: feedparser would resolve guids against it, and a feed that moves to https would
    # have other guids.
    headers = {"content-type": content_type or "application/xml"}
    # BytesIO and never bytes: feedparser opens what looks like a file name, and a body may be "/etc/passwd".
    try:
        parsed = feedparser.parse(BytesIO(mend_ampersands(body)), response_headers=headers)
    except Exception as error:  # noqa: BLE001 - a parser of hostile input that raised: the feed is unreadable
        return RawFeed("", dropped=((f"parser-{type(error).__name__}", 1),))
    feed = parsed.get("feed", {})
    version = parsed.get("version") or ("" if has_root else _name_headless(parsed.entries))
    return RawFeed(
        version=version,
        title=_text(feed.get("title")),
        lang=_text(feed.get("language") or feed.get("lang")),
        link=_text(feed.get("link")),
        entries=tuple(_read_entry(entry, version) for entry in parsed.entries[:MAX_ENTRIES]),
        refresh_s=_refresh(feed),
        dropped=dropped,
    )


def _name_headless(entries: Sequence[Mapping[str, Any]]) -> str:
    """What a feed is called whose beginning is damaged, but whose entries can be read."""
    return "headless" if any(entry.get("title") and entry.get("link") for entry in entries) else ""


def cut_entries(body: bytes, most: int) -> tuple[bytes, int]:
    """Leave out all entries after the first `most`, so that what remains is still well-formed; return how many."""
    starts = [found.start() for found in _ENTRY_START.finditer(body)]
    if len(starts) <= most:
        return body, 0
    last_end = 0
    for found in _ENTRY_END.finditer(body, starts[most]):
        last_end = found.end()
    return body[: starts[most]] + body[last_end or len(body) :], len(starts) - most


def _read_entry(entry: Mapping[str, Any], version: str) -> RawEntry:
    contents = [_text(part.get("value")) for part in entry.get("content", []) if isinstance(part, Mapping)]
    summary = max([_text(entry.get("summary")), *contents], key=len)
    published, updated = _text(entry.get("published")), _text(entry.get("updated") if "updated" in entry else "")
    if not published and not version.startswith("atom"):
        published = updated  # RSS 1.0 has only dc:date, which feedparser calls updated
    authors = [_text(author.get("name")) for author in entry.get("authors", []) if isinstance(author, Mapping)]
    return RawEntry(
        guid=_text(entry.get("id")),
        link=_text(entry.get("feedburner_origlink") or entry.get("link")),
        title=_text(entry.get("title")),
        summary=summary,
        authors=tuple(name for name in authors or [_text(entry.get("author"))] if name),
        published=published,
        updated=updated,
        lang=_text(entry.get("language") or (entry.get("title_detail") or {}).get("language")),
    )


def _refresh(feed: Mapping[str, Any]) -> float:
    ttl = _text(feed.get("ttl"))
    seconds = float(ttl) * 60 if re.fullmatch(r"\d{1,6}", ttl) else 0.0
    period = _PERIODS.get(_text(feed.get("sy_updateperiod")).strip().lower(), 0.0)
    frequency = _text(feed.get("sy_updatefrequency")).strip()
    if period and re.fullmatch(r"[1-9]\d{0,4}", frequency):
        period /= int(frequency)
    return max(seconds, period)


def _read_json(body: bytes) -> RawFeed:
    try:
        feed = parse_json(body.decode("utf-8-sig", "replace"), half="")
    except ValueError:
        return RawFeed("")
    version = feed.get("version") if isinstance(feed, dict) else None
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(version, str) or "jsonfeed.org/version" not in version or not isinstance(items, list):
        return RawFeed("")
    lang, cut = _text(feed.get("language")), max(0, len(items) - MAX_ENTRIES)
    return RawFeed(
        version="json" + version.rpartition("/")[2].replace(".", ""),
        title=_text(feed.get("title")),
        lang=lang,
        link=_text(feed.get("home_page_url")),
        entries=tuple(_read_json_item(item) for item in items[:MAX_ENTRIES] if isinstance(item, dict)),
        dropped=(("too-many-entries", cut),) if cut else (),
    )


def _read_json_item(item: Mapping[str, Any]) -> RawEntry:
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = (_text(author.get("name")) for author in authors or [] if isinstance(author, Mapping))
    bodies = [_text(item.get(key)) for key in ("content_html", "content_text", "summary")]
    guid = item.get("id")
    return RawEntry(
        guid=_text(str(guid)) if isinstance(guid, (str, int, float)) else "",
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        summary=max(bodies, key=len),
        authors=tuple(name for name in names if name),
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        lang=_text(item.get("language")),
    )


def _text(value: object) -> str:
    return value[:MAX_MARKUP] if isinstance(value, str) else ""
