"""Bad pages give a result or a row with the reason, in a time that grows with their size and no faster."""

from __future__ import annotations

import pytest

from include.errors import QuarantineRecord
from include.extract.article import extract_article
from include.extract.page import load_models
from include.extract.workers import Task, run_isolated
from include.pipeline.codec import dump_lines
from include.records import Quarantined
from tests.extract.samples import FETCHED_AT, HEAD, PARAGRAPH, URL

REFUSED = {
    "empty-page": b"  \n ",
    "too-large": b"<html>" + b"x" * 5_000_000,
    "too-many-elements": (HEAD + "<span></span>" * 80_000).encode(),
    "too-deep": (HEAD + "<div>" * 5_000 + PARAGRAPH).encode(),
    "too-long": (HEAD + f"<p>{'word ' * 120_000}</p>").encode(),
    "client-rendered": b"<html><head><title>x</title></head><body><div id='root'></div></body></html>",
    "no-text": b"<html><head><title>x</title></head><body><form></form></body></html>",
}
NOT_HTML = {
    "pdf": b"%PDF-1.7 ...",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gzip": b"\x1f\x8b\x08\x00",
    "rss": b"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title></channel></rss>",
    "sitemap": b"<?xml version='1.0'?><urlset><url><loc>https://x.test/</loc></url></urlset>",
    "json": b'{"html": "<html><p>x</p></html>"}',
    "text": b"just some words",
    "binary": bytes(range(1, 256)) * 20,
}
LINEAR = {
    "broken-jsonld": '<script type="application/ld+json">{"author":['
    + '{"@type":"Person","name":"A B"},' * 40_000
    + "</script>",
    "nested-jsonld": '<script type="application/ld+json">' + "[" * 400_000 + "</script>",
    "jsonld-of-types": '<script type="application/ld+json">' + '"@type":["x",' * 100_000 + "</script>",
    "jsonld-of-quotes": '<script type="application/ld+json">{"headline": ' + '"' * 500_000 + "</script>",
    "script-of-escapes": "<script>var x='" + '\\"' * 500_000 + "</script>",
    "long-title": "<h1>" + "a - " * 100_000 + "</h1>",
    "spaces": "<p>" + " " * 1_000_000 + "</p>",
    "combining": "<p>a" + "\u0301" * 100_000 + "</p>",
    "class-name": f"<div class='{'author-' * 100_000}'>x</div>",
    "joiners": "<p>" + "a\u200d" * 100_000 + "</p>",
    "entities": "<p>" + "&amp;amp;" * 100_000 + "</p>",
    "comments": "<!-- x -->" * 50_000,
    "comment-authors": f"<div class='comments'>{'<p class=author>A B 2 May 2026</p>' * 10_000}</div><h1>T</h1>",
    "dates-everywhere": "<span>12.12.2026 12:12</span> " * 10_000 + "<h1>T</h1>",
    "bylines-everywhere": "<h1>T</h1>" + "<a href='/author/x'>By </a>" * 10_000,
    "state-of-lists": f"<div id=root></div><script>x={'[{' * 200_000}</script>",
    "cdata": "<![CDATA[" * 50_000,
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refused_with_its_reason(reason: str) -> None:
    with pytest.raises(QuarantineRecord) as refused:
        extract_article(REFUSED[reason], url=URL, item=None, fetched_at=FETCHED_AT, headers={})
    assert refused.value.reason == reason
    assert str(refused.value) != reason


@pytest.mark.parametrize("kind", NOT_HTML)
def test_what_is_no_html_is_called_so(kind: str) -> None:
    with pytest.raises(QuarantineRecord) as refused:
        extract_article(NOT_HTML[kind], url=URL, item=None, fetched_at=FETCHED_AT, headers={})
    assert refused.value.reason in ("not-html", "no-text")


def test_quadratic_traps_are_read_within_the_limit() -> None:
    tasks = [Task(name, ((HEAD + trap + PARAGRAPH * 3).encode(),)) for name, trap in LINEAR.items()]
    for task, result in zip(tasks, run_isolated(read_length, tasks, workers=2, prepare=load_models), strict=True):
        assert not isinstance(result, Quarantined), f"{task.record_id}: {result}"
        assert result > 300, task.record_id


def read_length(html: bytes) -> int:
    """Length of the text of a page; runs in a worker."""
    return len(extract_article(html, url=URL, item=None, fetched_at=FETCHED_AT, headers={}).text)


def test_deep_pages_keep_their_words() -> None:
    html = HEAD + "<div>" * 1_000 + PARAGRAPH * 3 + "</div>" * 1_000
    article = extract_article(html.encode(), url=URL, item=None, fetched_at=FETCHED_AT, headers={})
    assert article.text.count("Jane Roe is leaving") >= 4


def test_half_an_emoji_in_the_scripts_of_a_page_can_be_staged() -> None:
    cut = r"\ud83d"
    node = f"""{{"@type": "NewsArticle", "headline": "Roe leaves {cut}", "author": [{{"name": "Ann Poe {cut}"}}],
        "publisher": {{"name": "The Times {cut}"}}, "keywords": ["moves {cut}"], "datePublished": "2026-11-20"}}"""
    state = (
        f"""window.__STATE__ = {{"authors": ["Ann Poe {cut}"], "body": ["{"A sentence of the story. " * 5}{cut}."]}};"""
    )
    for script in (node, node + node, node[:-1]):
        html = f"{HEAD}<script type='application/ld+json'>{script}</script><script>{state}</script>{PARAGRAPH * 3}"
        article = extract_article(html.encode(), url=URL, item=None, fetched_at=FETCHED_AT, headers={})
        (line,) = dump_lines([article])
        assert line.encode() and "Ann Poe" in article.authors[0]


def test_broken_bytes_do_not_lose_the_page() -> None:
    html = (HEAD + "<meta charset='utf-8'>" + PARAGRAPH * 3).encode() + b"\xff\xfe\x80"
    article = extract_article(html, url=URL, item=None, fetched_at=FETCHED_AT, headers={})
    assert "Jane Roe is leaving" in article.text
