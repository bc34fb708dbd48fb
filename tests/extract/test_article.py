"""Articles from pages, summaries and imports carry the same fields and stable ids."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.errors import ConfigError
from include.extract.article import article_from_import, article_from_summary, extract_article
from include.extract.lines import drop_boilerplate
from tests.extract.samples import FETCHED_AT, HEAD, ITEM, PARAGRAPH, URL

RECORD = {"id": "a-1", "title": "Boss goes", "text": "She is leaving the company, according to Reuters."}


def test_a_page_becomes_an_article() -> None:
    html = (HEAD + PARAGRAPH * 3).encode()
    article = extract_article(html, url=URL + "?utm_source=x", item=ITEM, fetched_at=FETCHED_AT, headers={})
    assert article.title == "Jane Roe leaves Fernlight"
    assert article.canonical_url == URL
    assert article.source_id == "example-times"
    assert article.authors == ("Pat Doe",)  # the page names nobody, the feed does
    assert article.published_at == ITEM.published_at
    assert dict(article.field_sources)["published_at"] == "feed"
    assert article.completeness == "full"
    assert len(article.minhash) == 512
    again = extract_article(html, url=URL, item=ITEM, fetched_at=datetime(2027, 1, 1, tzinfo=UTC), headers={})
    assert (again.article_id, again.content_hash, again.minhash) == (
        article.article_id,
        article.content_hash,
        article.minhash,
    )


def test_a_paywalled_opening_is_a_summary() -> None:
    html = f'{HEAD}<script type="application/ld+json">{{"@type":"NewsArticle","isAccessibleForFree":false}}</script>'
    article = extract_article((html + PARAGRAPH).encode(), url=URL, item=None, fetched_at=FETCHED_AT, headers={})
    assert article.paywalled
    assert article.completeness == "summary"


def test_the_charset_of_the_header_is_used() -> None:
    html = "<html><head><title>Отставка директора</title></head><body>" + "<p>Директор покидает компанию. </p>" * 20
    headers = {"Content-Type": "text/html; charset=windows-1251"}
    article = extract_article(html.encode("cp1251"), url=URL, item=None, fetched_at=FETCHED_AT, headers=headers)
    assert article.title == "Отставка директора"
    assert article.lang == "ru"


def test_a_summary_stands_in_for_a_page() -> None:
    article = article_from_summary(ITEM, fetched_at=FETCHED_AT)
    assert article.completeness == "summary"
    assert article.text == ITEM.summary
    assert article.lang == "en"
    assert (
        article.article_id
        == extract_article(
            (HEAD + PARAGRAPH * 3).encode(), url=URL, item=ITEM, fetched_at=FETCHED_AT, headers={}
        ).article_id
    )
    without_link = article_from_summary(replace(ITEM, url="", canonical_url=""), fetched_at=FETCHED_AT)
    assert without_link.article_id != article.article_id


KOREAN = (
    "<p>제인 로 최고기술책임자가 이달 말 회사를 떠난다고 회사가 밝혔다. 후임은 아직 정해지지 않았다고 한다.</p>" * 6
)
ENGLISH = PARAGRAPH * 3
LATE = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # half past seven on 2 March in Seoul


@pytest.mark.parametrize(
    ("stated", "body", "feed", "day", "moment"),
    [
        ("2026-03-02T07:30:00+09:00", KOREAN, None, "2026-03-02", LATE),
        ("2026-03-01T22:30:00Z", KOREAN, None, "2026-03-02", LATE),
        ("2026-03-02T07:30:00", KOREAN, LATE, "2026-03-02", LATE),
        ("2026-03-02", KOREAN, LATE, "2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("", KOREAN, LATE, "2026-03-02", LATE),
        ("2026-03-01T22:30:00Z", ENGLISH, None, "2026-03-01", LATE),
        ("2026-03-01T17:30:00-05:00", ENGLISH, None, "2026-03-01", LATE),
        ("2026-03-01T14:30:00", ENGLISH, LATE, "2026-03-01", LATE),
        ("2026-03-01T22:37:11", ENGLISH, LATE, "2026-03-01", datetime(2026, 3, 1, 22, 37, 11, tzinfo=UTC)),
    ],
)
def test_the_day_of_publication_is_that_of_the_place(
    stated: str, body: str, feed: datetime | None, day: str, moment: datetime
) -> None:
    html = f'<html><head><meta property="article:published_time" content="{stated}"></head><body>{body}'
    item = replace(ITEM, published_at=feed)
    article = extract_article(html.encode(), url=URL, item=item, fetched_at=FETCHED_AT, headers={})
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == day
    assert article.published_at == moment


def test_a_summary_has_the_day_of_its_place() -> None:
    item = replace(
        ITEM, title="제인 로 퇴사", summary="펀라이트를 떠난다고 회사가 밝혔다.", published_at=LATE, lang="ko"
    )
    article = article_from_summary(item, fetched_at=FETCHED_AT)
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2026-03-02"


def test_an_import_keeps_its_reference() -> None:
    article = article_from_import(
        {**RECORD, "published": "2026-03-02T23:30:00-05:00", "source": "desk", "lang": "en"}, as_of=FETCHED_AT
    )
    assert article.source_ref == "a-1"
    assert article.source_id == "desk"
    assert article.published_at == datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
    assert article.origin == "Reuters"
    assert article_from_import({**RECORD, "source": "other"}, as_of=FETCHED_AT).article_id != article.article_id


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"title": None}, "'title' is missing"),
        ({"id": ""}, "'id' is empty"),
        ({"text": 5}, "'text' is int"),
        ({"published": "soon"}, "'published' is 'soon'"),
        ({"lang": "xx"}, "'lang' is 'xx'"),
        ({"title": " ", "text": ""}, "both empty"),
    ],
)
def test_a_bad_import_is_named_by_its_field(change: dict[str, object], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        article_from_import({**RECORD, **change}, as_of=FETCHED_AT)


def test_closing_prompts_go_from_the_end_upwards() -> None:
    told = ["Roe goes in March, she said.", "Her successor is not known yet."]
    closing = ["Got a story? Get in touch with our news team.", "For more stories like this, check our news page."]
    more = [f"MORE : Story {number} about somebody else" for number in range(4)]
    kept, dropped = drop_boilerplate([*told, *closing, *more], ())
    assert kept == told
    assert dropped == {"prompt": 2, "read-more": 4}
