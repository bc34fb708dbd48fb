"""The bundled newsroom over HTTP: every page, every feed, and what they must hold together."""

from __future__ import annotations

import http.client
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import feedparser
import pytest

from include.errors import ConfigError, QuarantineRecord
from include.extract.article import article_from_summary, extract_article
from include.knowledge.feeds import load_feeds
from include.newsroom.__main__ import main
from include.newsroom.content import Article, Content, load_content
from include.newsroom.server import Newsroom, serve
from include.records import FeedItem

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
SEED_STORIES = ("radford", "murati", "bubeck", "wei-chung", "sutskever")


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with serve() as running:
        yield running


def get(newsroom: Newsroom, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(newsroom.base_url).netloc, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def as_item(article: Article, newsroom: Newsroom, lang: str) -> FeedItem:
    url = newsroom.base_url + article.path
    return FeedItem(
        article.slug, article.outlet, None, url, url, article.title, article.summary, (article.author,),
        article.published, None, lang, AS_OF,
    )  # fmt: skip


def test_the_source_list_is_an_ordinary_one(newsroom: Newsroom, content: Content) -> None:
    sources = load_feeds(newsroom.feeds_path)
    assert [source.id for source in sources] == [outlet.id for outlet in content.outlets]
    assert all(source.url.startswith(newsroom.base_url) for source in sources)
    assert len(sources) >= 10


def test_every_feed_lists_its_articles(newsroom: Newsroom, content: Content) -> None:
    formats: Counter[str] = Counter()
    for outlet in content.outlets:
        status, headers, body = get(newsroom, outlet.feed_path)
        if outlet.fault == "dead":
            assert status == 500
            continue
        feed = feedparser.parse(body, response_headers=headers)
        assert (status, bool(feed.bozo)) == (200, outlet.fault == "broken-xml")
        listed = [entry.link for entry in feed.entries if "link" in entry]
        assert listed == [newsroom.base_url + article.path for article in content.articles_of(outlet)]
        assert len(listed) >= 3
        formats[feed.version] += 1
    assert formats.keys() == {"rss20", "atom10", "rss10"}


def test_one_entry_has_neither_link_nor_date(newsroom: Newsroom, content: Content) -> None:
    (outlet,) = (outlet for outlet in content.outlets if outlet.fault == "broken-entry")
    feed = feedparser.parse(get(newsroom, outlet.feed_path)[2])
    (broken,) = (entry for entry in feed.entries if "link" not in entry)
    assert broken.published and broken.published_parsed is None


def test_a_reader_who_has_the_feed_gets_304(newsroom: Newsroom, content: Content) -> None:
    for outlet in content.outlets:
        _, headers, _ = get(newsroom, outlet.feed_path)
        assert ("etag" in headers) == outlet.validators
        if outlet.validators:
            status, _, body = get(newsroom, outlet.feed_path, If_None_Match=headers["etag"])
            assert (status, body) == (304, b"")
            assert get(newsroom, outlet.feed_path, If_None_Match='"another"')[0] == 200
    assert any(outlet.validators for outlet in content.outlets)


def test_front_pages_and_what_is_not_there(newsroom: Newsroom, content: Content) -> None:
    for path in ["/", *(f"/{outlet.id}/" for outlet in content.outlets)]:
        status, headers, _ = get(newsroom, path)
        assert status == 200 and headers["content-type"].startswith("text/html"), path
    assert get(newsroom, "/nothing.html")[0] == 404


def test_every_page_is_read(newsroom: Newsroom, content: Content) -> None:
    langs = {outlet.id: outlet.lang for outlet in content.outlets}
    for article in content.articles:
        status, headers, body = get(newsroom, article.path)
        assert status == 200
        item = as_item(article, newsroom, langs[article.outlet])
        if article.page == "client-rendered":
            with pytest.raises(QuarantineRecord) as refused:
                extract_article(body, url=item.url, item=item, fetched_at=AS_OF, headers=headers)
            assert refused.value.reason == "client-rendered"
            assert article_from_summary(item, fetched_at=AS_OF).lang == item.lang
            continue
        read = extract_article(body, url=item.url, item=item, fetched_at=AS_OF, headers=headers)
        assert (read.title, read.lang) == (article.title, item.lang), article.path
        wanted = article.paragraphs[:1] if article.page == "paywalled" else article.paragraphs
        for paragraph in wanted:
            assert paragraph in read.text, article.path
        assert read.paywalled == (article.page == "paywalled")
        assert read.published_at == article.published


def test_robots_keep_out_of_the_members_pages(newsroom: Newsroom, content: Content) -> None:
    from protego import Protego

    rules = Protego.parse(get(newsroom, "/robots.txt")[2].decode())
    for article in content.articles:
        allowed = rules.can_fetch(newsroom.base_url + article.path, "DepartureBoard")
        assert allowed == (article.page != "forbidden"), article.path


def test_the_collection_is_wide_enough(content: Content) -> None:
    langs = {outlet.id: outlet.lang for outlet in content.outlets}
    assert len(content.articles) >= 44
    assert len({langs[article.outlet] for article in content.articles}) >= 12
    assert sum(not article.story for article in content.articles) >= 14
    kinds = {article.page for article in content.articles}
    assert kinds == {"", "no-metadata", "broken-jsonld", "paywalled", "client-rendered", "forbidden"}


def test_each_seed_story_is_told_in_three_languages(content: Content) -> None:
    langs = {outlet.id: outlet.lang for outlet in content.outlets}
    told = defaultdict(set)
    for article in content.articles:
        told[article.story].add(langs[article.outlet])
    for story in SEED_STORIES:
        assert len(told[story]) >= 3, story


def test_a_taken_port_is_said_in_one_line(newsroom: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    port = urlsplit(newsroom.base_url).port
    with pytest.raises(ConfigError, match=f"port {port}"), serve(port=port or 0):
        pass
    assert main(["--port", str(port)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
