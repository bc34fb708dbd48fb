"""Titles, authors, dates, JSON-LD and addresses: single rules, one example each."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from include.extract import jsonld
from include.extract.authors import choose_authors
from include.extract.dates import choose_dates, parse_moment
from include.extract.head import read_head
from include.extract.measure import fold
from include.extract.names import is_person, split_names
from include.extract.page import read_page
from include.extract.titles import strip_site_name
from include.extract.tree import parse_tree
from include.extract.urls import canonical_url, choose_canonical
from tests.extract.samples import FETCHED_AT, HEAD, PARAGRAPH, URL


@pytest.mark.parametrize(
    ("title", "sites", "expected"),
    [
        ("Boss goes | Example Times", ["exampletimes"], "Boss goes"),
        ("Boss goes - Politik - Beispiel.de", ["beispielde"], "Boss goes - Politik"),
        ("社長が辞任｜例日新聞", ["例日新聞"], "社長が辞任"),
        ("사장 사임-경제ㅣ예시일보", ["예시일보"], "사장 사임-경제"),
        ("总裁离职_科技_示例网", ["示例网"], "总裁离职_科技"),
        ("사장 사임 :: 예시일보", ["예시일보"], "사장 사임"),
        ("总裁离职_示例网(example.com)", ["示例网"], "总裁离职"),
        ("Exemplo | Diretora sai", ["exemplo"], "Diretora sai"),
        ("Boss goes - and stays", ["exampletimes"], "Boss goes - and stays"),
        ("Fox hires CNN veteran", ["cnn", "fox"], "Fox hires CNN veteran"),
        ("社長が辞任：例日新聞", ["例日新聞"], "社長が辞任"),
        ("Example Times: Boss goes", ["exampletimes"], "Boss goes"),
        ("Fernlight: Roe goes", ["fernlight"], "Fernlight: Roe goes"),
    ],
)
def test_site_names_leave_titles(title: str, sites: list[str], expected: str) -> None:
    assert strip_site_name(title, sites) == expected


def test_a_section_goes_where_another_candidate_ends_before_it() -> None:
    assert strip_site_name("Boss goes - Politik - SZ.de", ["szde"], ["Boss goes"]) == "Boss goes"


def test_fold_keeps_vowel_signs() -> None:
    assert fold("कमल") != fold("कमाल")


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Jane Roe and John Doe", ["Jane Roe", "John Doe"]),
        ("Roe, Jane", ["Roe, Jane"]),
        ("Jane Roe, John Doe and Ann Lee", ["Jane Roe", "John Doe", "Ann Lee"]),
        ("Jane Roe, Senior Correspondent", ["Jane Roe"]),
        ("John Doe, Jr., Jane Roe", ["John Doe, Jr.", "Jane Roe"]),
        ("Von Mia Berg und Jan Kohl", ["Mia Berg", "Jan Kohl"]),
        ("牛镛、岳弘彬", ["牛镛", "岳弘彬"]),
        ("신현주 기자", ["신현주"]),
        ("記者陳怡君／綜合報導", ["陳怡君"]),
        ("記者 陳怡君 / 台北報導", ["陳怡君"]),
        ("（中央社記者陳怡君台北2日電）", ["陳怡君"]),
        ("记者 陈明 北京报道", ["陈明"]),
        ("김민수 기자 minsu@news.example", ["김민수"]),
        ("김민수(minsu@news.example)", ["김민수"]),
        ("이서연·박지훈 기자", ["이서연", "박지훈"]),
        ("김민수 기자, 이영희 기자", ["김민수", "이영희"]),
        ("예시뉴스 김민수 기자", ["김민수"]),
        ("文・山田太郎", ["山田太郎"]),
        ("経済部　山田太郎", ["山田太郎"]),
        ("<a href='/x'>Anna Poe</a>", ["Anna Poe"]),
        ("القاهرة - أحمد محمود", ["أحمد محمود"]),
        ("Nguyễn An - Trần Bình", ["Nguyễn An", "Trần Bình"]),
        ("ワシントン支局 山田 太郎", ["山田 太郎"]),
        ("長谷部 誠", ["長谷部 誠"]),
        ("取材・文＝山田太郎", ["山田太郎"]),
        ("東京＝山田太郎", ["山田太郎"]),
        ("Jane Poe, Senior Correspondent, jane@news.example", ["Jane Poe"]),
        ("Por Maria da Silva, e1 — São Paulo", ["Maria da Silva"]),
        ("Por: María López / Corresponsal", ["María López"]),
        ("Leonardo di Marco", ["Leonardo di Marco"]),
        ("Par Jeanne Dupont (avec AFP)", ["Jeanne Dupont"]),
        ("Door Jan de Vries en ANP", ["Jan de Vries", "ANP"]),
        ("Jan Kowalski, PAP", ["Jan Kowalski", "PAP"]),
        ("Ayşe Yılmaz - Ankara", ["Ayşe Yılmaz"]),
        ("Suharyono", ["Suharyono"]),
        ("김서준,박하은", ["김서준", "박하은"]),
        ("김서준 기자 박하은 특파원", ["김서준", "박하은"]),
        ("서울=홍길동 기자", ["홍길동"]),
        ("记者 李思远 实习生 王若楠", ["李思远", "王若楠"]),
        ("例示日報 記者陳大明／台北即時報導", ["陳大明"]),
        ("كتب- أحمد محمود ومنى عبد الله:", ["أحمد محمود", "منى عبد الله"]),
        ("بقلم: محمد وليد حسن", ["محمد وليد حسن"]),
        ("โดย สมชาย ใจดี", ["สมชาย ใจดี"]),
        ("Edited by राहुल कुमार", ["राहुल कुमार"]),
        ("Written by Asha Menon, Edited by Ravi Iyer", ["Asha Menon"]),
        ("Reporter: Budi Santoso | Editor: Siti Aminah", ["Budi Santoso"]),
        ("Bài và ảnh: Nguyễn Văn An", ["Nguyễn Văn An"]),
        ("Oprac.: Anna Kowalska", ["Anna Kowalska"]),
        ("Anna Poe in Stockholm and John Doe in London", ["Anna Poe", "John Doe"]),
        ("Por Beatriz Nunes e Caio Prado, e1 — São Paulo", ["Beatriz Nunes", "Caio Prado"]),
        ("Claire Morel (Bruxelles, correspondante) et Hugo Blanc", ["Claire Morel", "Hugo Blanc"]),
        ("Giulia Ferri, inviata a Stoccolma", ["Giulia Ferri"]),
        ("Lena Vogt, Hamburg", ["Lena Vogt"]),
        ("Lena Vogt, Reuters", ["Lena Vogt", "Reuters"]),
        ("Da Silva", ["Da Silva"]),
        ("di Mario Rossi", ["Mario Rossi"]),
        ("https://www.facebook.com/example", []),
        ("admin", []),
    ],
)
def test_bylines_are_split(byline: str, names: list[str]) -> None:
    assert split_names(byline) == names


@pytest.mark.parametrize(
    "name",
    [
        "Jane Roe",
        "Ludwig van Beethoven",
        "陳怡君",
        "김서연",
        "ليلى حداد",
        "José da Silva",
        "Jean d'Ormesson",
        "A.R. Rahman",
    ],
)
def test_people_are_people(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name", ["Redacción", "Example News", "3 min", "日本経済新聞社", "Reuters Staff", "जागरण संवाददाता"]
)
def test_desks_are_not_people(name: str) -> None:
    assert not is_person(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:30:00+01:00", "2026-03-02T09:30:00+01:00"),
        ("2026-03-02T09:30:00.000Z", "2026-03-02T09:30:00+00:00"),
        ("2026-03-02 09:30:00+0800", "2026-03-02T09:30:00+08:00"),
        ("2026-03-02 09:30", "2026-03-02T09:30:00"),
        ("2026/3/2", "2026-03-02"),
        ("20260302", "2026-03-02"),
        ("2026年3月2日 18:05", "2026-03-02T18:05:00"),
        ("Mon, 02 Mar 2026 09:30:00 +0100", "2026-03-02T09:30:00+01:00"),
        ("Mon Mar 02 2026 23:15:00 GMT-0300 (Brasília)", "2026-03-02T23:15:00-03:00"),
        ("1772440200", "2026-03-02T08:30:00+00:00"),
        ("1772440200000", "2026-03-02T08:30:00+00:00"),
        ("2569-03-02T09:30:00+07:00", "2026-03-02T09:30:00+07:00"),
    ],
)
def test_moments_are_read_with_their_offset(text: str, expected: str) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert moment.isoformat() == expected


@pytest.mark.parametrize("text", ["", "yesterday", "03/02/2026", "2026-13-45", "lun, 01 ene"])
def test_what_cannot_be_read_for_certain_is_no_date(text: str) -> None:
    assert parse_moment(text) is None


def _dates(html: str, feed: datetime | None) -> tuple[str | None, str]:
    tree = parse_tree(html)
    head = read_head(tree)
    article = next((node for node in head.nodes if jsonld.is_article(node)), {})
    at = datetime(2026, 11, 21, tzinfo=UTC)
    moment, source, _ = choose_dates(head, article, tree, url="https://x.test/a", fetched_at=at, feed_date=feed)
    return moment.utc.date().isoformat() if moment else None, source


def test_a_redated_page_keeps_the_day_of_the_feed() -> None:
    page = "<html><head><meta property='article:published_time' content='2026-11-20T08:00:00Z'></head><body>x</body>"
    assert _dates(page, datetime(2025, 4, 1, tzinfo=UTC)) == ("2025-04-01", "feed")
    assert _dates(page, datetime(2026, 11, 20, 6, tzinfo=UTC)) == ("2026-11-20", "meta")


TODAY = "<time datetime='2026-11-21'></time>"
MASTHEAD = f"<header>{TODAY}</header>"


@pytest.mark.parametrize(
    "body",
    [
        f"{MASTHEAD}<main><article><h1>A</h1><time datetime='2026-03-02'></time></article></main>",
        f"{MASTHEAD}<article><time datetime='2026-03-02'></time><h1>A</h1></article><aside>{TODAY}</aside>",
        "<h1>A</h1><time datetime='2026-03-05'></time><time class='published' datetime='2026-03-02'></time>",
        "<h1>A</h1><time class='updated' datetime='2026-03-05'></time><time datetime='2026-03-02'></time>",
        f"<h1>A</h1><div class='related'>{TODAY}</div><p><time datetime='2026-03-02'></time></p>",
    ],
)
def test_the_time_of_the_article_is_told_from_others(body: str) -> None:
    assert _dates(f"<html><body>{body}</body></html>", None) == ("2026-03-02", "time")


def test_a_date_in_the_future_is_passed_over() -> None:
    page = "<html><head><meta name='date' content='2031-01-01'></head><body><time datetime='2026-03-02'></time></body>"
    assert _dates(page, None) == ("2026-03-02", "time")


def test_jsonld_is_read_in_any_state() -> None:
    whole = {"@type": "NewsArticle", "headline": "A", "author": {"name": "Jane Roe"}}
    text = json.dumps(whole)
    for broken in (f"<!-- {text} -->", f"{text};", text[:-1] + ",}", text + text, text.replace('"A"', '"A "b" c"')):
        nodes = jsonld.read_nodes([broken])
        article = next(node for node in nodes if node.get("author"))
        assert jsonld.first_text(article["author"]) == "Jane Roe", broken
        assert article["headline"] in ("A", 'A "b" c')


def test_members_of_an_item_list_are_other_articles() -> None:
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "headline": "Other"}]}
    assert not any(jsonld.is_article(node) for node in jsonld.read_nodes([json.dumps(listed)]))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.test/a?utm_source=b&id=5#top", "https://x.test/a?id=5"),
        ("https://x.test/a/amp/", "https://x.test/a"),
        ("https://x.test:443/a", "https://x.test/a"),
        ("HTTPS://X.test/A", "https://x.test/A"),
        ("ftp://x.test/a", ""),
        ("mailto:a@x.test", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_addresses_are_made_one(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "stated", ["//[bad", "http://[::1", "http://[bad]/x", "http://a.example]/x", "http://\u2100/x"]
)
def test_an_address_that_cannot_be_read_costs_no_page(stated: str) -> None:
    assert choose_canonical(stated, URL) == URL
    html = f'{HEAD}<link rel="canonical" href="{stated}"><meta property="og:url" content="{stated}">{PARAGRAPH * 3}'
    page = read_page(html.encode(), url=URL, fetched_at=FETCHED_AT)
    assert (page.title, page.canonical_url) == ("Jane Roe leaves Fernlight", URL)
    page = read_page(html.encode(), url=stated, fetched_at=FETCHED_AT)
    assert (page.title, page.canonical_url) == ("Jane Roe leaves Fernlight", "")


def test_half_a_character_is_dropped() -> None:
    stated = r'{"@type": "NewsArticle", "author": "Pat Doe\ud83d", "keywords": ["steel\ud83d", "\ud83d\ude80"]}'
    html = f'{HEAD}<script type="application/ld+json">{stated}</script>{PARAGRAPH * 3}'
    page = read_page(html.encode(), url=URL, fetched_at=FETCHED_AT)
    assert (page.authors, page.keywords) == (("Pat Doe",), ("steel", "🚀"))


def test_a_canonical_link_to_the_front_page_is_not_believed() -> None:
    assert choose_canonical("https://x.test/", "https://x.test/news/1") == "https://x.test/news/1"
    assert choose_canonical("/news/1", "https://x.test/news/1?x=1") == "https://x.test/news/1"


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["2026-03-02 09:30 例報／ 記者陳怡君／台北即時報導"], ("陳怡君",)),
        (["来源：例社 作者：李雷 发布时间：2026年03月02日 08:15"], ("李雷",)),
        (["（责任编辑：王芳）", "记者 陈明 北京报道"], ("陈明",)),
        (["승인 2026.03.02 14:22", "이서연·박지훈 기자"], ("이서연", "박지훈")),
        (["02/03/2026 - 09:30", "Por Maria da Silva, e1 — São Paulo"], ("Maria da Silva",)),
        (["2 mars 2026", "Par Jeanne Dupont (avec AFP)"], ("Jeanne Dupont",)),
        (["ma 2 maart 2026", "Door Jan de Vries en ANP"], ("Jan de Vries",)),
    ],
)
def test_bylines_that_nothing_marks(lines: list[str], authors: tuple[str, ...]) -> None:
    shown = "".join(f"<div>{line}</div>" for line in lines)
    page = f"<html><body><article><h1>Roe goes</h1>{shown}<p>She goes in March.</p></article></body></html>"
    tree = parse_tree(page)
    assert choose_authors(read_head(tree), {}, tree, ()) == (authors, "byline")


@pytest.mark.parametrize(
    ("lang", "stated"),
    [
        ("tr", '"2 Mart 2026 09:30"'),
        ("de", '"02.03.2026"'),
        ("th", '"2569-03-02T09:30:00+07:00"'),
        ("en", "1772443800000"),
    ],
)
def test_a_field_for_machines_that_says_it_as_people_write(lang: str, stated: str) -> None:
    article = f'{{"@type": "NewsArticle", "headline": "Roe goes", "datePublished": {stated}}}'
    page = f'<html lang="{lang}"><script type="application/ld+json">{article}</script><h1>Roe goes</h1></html>'
    published, source = _dates(page, None)
    assert published is not None and published.startswith("2026-03-02") and source == "json-ld"
