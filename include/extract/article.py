"""From a page, a feed's entry or an imported record to an Article."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from include.errors import ConfigError, QuarantineRecord
from include.extract import urls
from include.extract.clean import CleanText, clean_text
from include.extract.dates import parse_moment
from include.extract.fingerprint import content_hash, sign_text
from include.extract.language import identify_language
from include.extract.names import split_names
from include.extract.origins import find_origin
from include.extract.page import read_page
from include.extract.walls import is_wall
from include.knowledge.identification import load_identification
from include.records import LANGUAGES, UNSUPPORTED, Article, FeedItem

_IMPORT_FIELDS = {
    "id": True,
    "title": True,
    "text": True,
    "url": False,
    "lang": False,
    "published": False,
    "source": False,
}
_TEASER_CHARS = 800  # a paywalled page with less than this shows its opening only
_ENTRY_CHARS = 1_000  # some feeds have the whole article for a summary
IMPORT_SOURCE = "import"
NO_TEXT = {
    "client-rendered": "the page is filled by its scripts, which are not run; its text was not examined",
    "no-text": "the page was read and holds no article text",
    "too-long": "the text is longer than any article",
}


def extract_article(
    html: bytes, *, url: str, item: FeedItem | None, fetched_at: datetime, headers: Mapping[str, str] | None = None
) -> Article:
    """Read a fetched page into an Article.

    `url` is where the answer came from, `item` the feed's entry that led there. Raises QuarantineRecord with one
    of `too-large`, `empty-page`, `not-html`, `too-many-elements`, `client-rendered`, `no-text`, `wall`.
    """
    page = read_page(html, url=url, fetched_at=fetched_at, headers=headers, item=item)
    if not page.text:
        raise QuarantineRecord(page.reason, NO_TEXT[page.reason])
    if item and is_wall(
        page.title, page.text, url=url, entry=(item.title, item.summary[:_ENTRY_CHARS]), entry_url=item.url
    ):
        raise QuarantineRecord("wall", f"{url}: {page.title[:80]!r} stands in the place of {item.title[:80]!r}")
    identity = page.canonical_url or (item.item_id if item else url)
    return _sign(
        Article(
            article_id=_make_id(identity),
            source_id=item.source_id if item else "",
            source_ref="",
            url=url,
            canonical_url=page.canonical_url,
            lang=page.lang,
            title=page.title,
            text=page.text,
            authors=page.authors or (_feed_authors(item) if item else ()),
            published_at=place_moment(page.published.value, page.lang) if page.published else None,
            modified_at=place_moment(page.modified.value, page.lang) if page.modified else None,
            fetched_at=fetched_at,
            completeness="summary" if page.paywalled and len(page.text) < _TEASER_CHARS else "full",
            site_name=page.site_name,
            keywords=page.keywords,
            paywalled=page.paywalled,
            field_sources=page.field_sources,
            cleaning=page.cleaning,
        )
    )


def article_from_summary(item: FeedItem, *, fetched_at: datetime) -> Article:
    """The feed's own words as an Article, for an entry whose page is not to be had."""
    title, text = clean_text(item.title), clean_text(item.summary)
    canonical = item.canonical_url or urls.canonical_url(item.url)
    lang = identify_language(f"{title.text}\n{text.text}", hints=(item.lang,) if item.lang else ())
    return _sign(
        Article(
            article_id=_make_id(canonical or item.item_id),
            source_id=item.source_id,
            source_ref="",
            url=item.url,
            canonical_url=canonical,
            lang=lang,
            title=" ".join(title.text.split()),
            text=text.text,
            authors=_feed_authors(item),
            published_at=place_moment(item.published_at, lang) if item.published_at else None,
            modified_at=place_moment(item.updated_at, lang) if item.updated_at else None,
            fetched_at=fetched_at,
            completeness="summary",
            field_sources=(("title", "feed"), ("authors", "feed"), ("published_at", "feed"), ("text", "feed")),
            cleaning=_count(title, text),
        )
    )


def article_from_import(record: Mapping[str, Any], *, as_of: datetime) -> Article:
    """An article from elsewhere: `id`, `title`, `text`, optional `url`, `lang`, `published`, `source`.

    Raises ConfigError that names the field and what is expected; the caller adds file and line.
    """
    values = {name: _import_field(record, name, required) for name, required in _IMPORT_FIELDS.items()}
    if not values["title"].strip() and not values["text"].strip():
        raise ConfigError("fields 'title' and 'text' are both empty; one of them must have words")
    lang = values["lang"]
    if lang and lang not in LANGUAGES and lang != UNSUPPORTED:
        raise ConfigError(f"field 'lang' is {lang!r}; one of {', '.join(LANGUAGES)} is expected, or leave it out")
    published = parse_moment(values["published"]) if values["published"] else None
    if values["published"] and not published:
        raise ConfigError(
            f"field 'published' is {values['published']!r}; "
            "a date such as 2026-11-21 or 2026-11-21T08:30:00Z is expected"
        )
    title, text = clean_text(values["title"]), clean_text(values["text"])
    canonical = urls.canonical_url(values["url"])
    lang = lang or identify_language(f"{title.text}\n{text.text}")
    source = values["source"] or IMPORT_SOURCE
    return _sign(
        Article(
            article_id=_make_id(canonical or f"{source}\n{values['id']}"),
            source_id=source,
            source_ref=values["id"],
            url=values["url"],
            canonical_url=canonical,
            lang=lang,
            title=" ".join(title.text.split()),
            text=text.text,
            authors=(),
            published_at=place_moment(published.value, lang) if published else None,
            modified_at=None,
            fetched_at=as_of,
            completeness="full",
            field_sources=(("title", "import"), ("text", "import"), ("published_at", "import")),
            cleaning=_count(title, text),
        )
    )


def _feed_authors(item: FeedItem) -> tuple[str, ...]:
    """One name each: feeds put `Jane Poe, John Doe` into one element."""
    return tuple(dict.fromkeys(name for author in item.authors for name in split_names(author)))


def place_moment(moment: datetime, lang: str) -> datetime:
    """The same moment where it was written: one that is given in UTC, in the zone of a language that has one alone.

    The day is what counts: `2026-03-01T22:30Z` of a Korean page is the morning of 2 March, and "today" in its text.
    """
    zone = load_identification().zones.get(lang)
    return moment.astimezone(zone) if zone and not moment.utcoffset() else moment


def _import_field(record: Mapping[str, Any], name: str, required: bool) -> str:
    value = record.get(name)
    if value is None:
        if required:
            raise ConfigError(f"field {name!r} is missing; an article needs id, title and text")
        return ""
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ConfigError(f"field {name!r} is {type(value).__name__}; text is expected")
    if name == "id" and not value.strip():
        raise ConfigError("field 'id' is empty; a name that is unique in the file is expected")
    return value


def _sign(article: Article) -> Article:
    return replace(
        article,
        origin=find_origin(article.text, article.lang, article.authors),
        content_hash=content_hash(article.title, article.text),
        minhash=sign_text(article.text),
    )


def _make_id(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _count(*parts: CleanText) -> tuple[tuple[str, int], ...]:
    totals: dict[str, int] = {}
    for part in parts:
        for name, times in part.changes:
            totals[name] = totals.get(name, 0) + times
    return tuple(sorted(totals.items()))
