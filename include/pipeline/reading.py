"""What one page, one feed entry or one imported record says: its article and moves.

These functions run in a process of their own (`extract.workers`), which is killed when it hangs. They take and give
values that can be pickled and touch neither archive nor network: what reads foreign bytes has nothing to reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from include.errors import QuarantineRecord
from include.extract.article import article_from_import, article_from_summary, extract_article
from include.fetch.warc import ArchivedResponse
from include.records import UNSUPPORTED, Article, Document, FeedItem, Move, Page, Quarantined

if TYPE_CHECKING:
    from include.detect.gaps import Gap

_SAMPLE = b"<html><title>Sample</title><article><h1>Sample</h1>" + 9 * b"<p>This is an article about it.</p>"


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with its moves, and why moves could not be looked for, if they could not."""

    article: Article
    moves: tuple[Move, ...] = ()
    refused: Quarantined | None = None
    gap: Gap = "untold"  # what the rules leave open


def load_models() -> None:
    """Load what every article needs, once in a process: a second or more that no page is to be charged with."""
    from include.detect.moves import load_shared

    moment = datetime(2000, 1, 1, tzinfo=UTC)
    extract_article(_SAMPLE, url="https://sample.example/", item=None, fetched_at=moment)
    read_import({"id": "sample", "title": "A sample", "text": "This is a sample.", "lang": "en"}, moment)
    load_shared()


def read_entry(page: Page, response: ArchivedResponse | str | None) -> Reading:
    """Read a page, or without a response the feed's own words. Raises QuarantineRecord."""
    return read_summary(page.item, page.fetched_at) if response is None else read_page(page, response)


def read_page(page: Page, response: ArchivedResponse | str) -> Reading:
    """Read a page from its archived response, or from the reason why the archive does not have it.

    Raises QuarantineRecord where there is no article in it.
    """
    if isinstance(response, str):
        raise QuarantineRecord("archive", response)
    article = extract_article(
        response.body,
        url=page.final_url or page.item.url,
        item=page.item,
        fetched_at=page.fetched_at,
        headers=dict(response.headers),
    )
    return read_moves(replace(article, archive_path=page.archive_path, archive_offset=page.archive_offset))


def read_summary(item: FeedItem, fetched_at: datetime) -> Reading:
    """Read the feed's own words, where the page is not to be had."""
    return read_moves(article_from_summary(item, fetched_at=fetched_at))


def read_import(record: Mapping[str, Any], as_of: datetime) -> Reading:
    """Read an article from elsewhere."""
    return read_moves(article_from_import(record, as_of=as_of))


def read_moves(article: Article) -> Reading:
    """Look for moves; an article on which the detector fails is kept without moves, and says so."""
    if article.lang == UNSUPPORTED:
        return Reading(article)
    from include.detect.gaps import find_gap
    from include.detect.moves import analyse_document

    try:
        analysis = analyse_document(document_of(article))
        return Reading(article, tuple(analysis.moves), gap=find_gap(analysis))
    except QuarantineRecord as error:
        return Reading(article, refused=_refuse(article, error.reason, str(error)))
    except Exception as error:  # one article's words must not cost the article, whatever the detector trips over
        return Reading(article, refused=_refuse(article, "detector-error", f"{type(error).__name__}: {error}"))


def document_of(article: Article) -> Document:
    """What the detector reads of an article."""
    published = article.published_at.date().isoformat() if article.published_at else None
    return Document(article.article_id, article.lang, article.title, article.text, published)


def _refuse(article: Article, reason: str, detail: str) -> Quarantined:
    return Quarantined(article.article_id, "read", "article", reason, detail, "", article.source_id)
