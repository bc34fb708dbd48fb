"""A consent wall or an error that is answered with status 200 does not replace what the feed says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.errors import QuarantineRecord
from include.extract.article import extract_article
from include.extract.walls import is_front_page, is_wall
from tests.extract.samples import FETCHED_AT, HEAD, ITEM, PARAGRAPH, URL

ENGLISH = (
    "Olivia Hart resigns as chief executive of Orchid Pharma",
    "Olivia Hart, who led Orchid Pharma for nine years, will step down on Friday; the board looks for a successor.",
)
GERMAN = (
    "Vorstandschefin Olivia Hart verlässt Orchid Pharma",
    "Nach neun Jahren an der Spitze legt Olivia Hart ihr Amt am Freitag nieder. Ein Nachfolger wird gesucht.",
)
JAPANESE = ("蘭製薬の春田社長が辞任", "蘭製薬は月曜日、春田恵社長が金曜日付で辞任すると発表した。後任は未定という。")
THAI = ("ซีอีโอบริษัทออร์คิดฟาร์มาลาออก", "บริษัทออร์คิดฟาร์มาประกาศว่าโอลิเวีย ฮาร์ตจะพ้นจากตำแหน่งในวันศุกร์นี้หลังทำงานมาเก้าปี")
RUSSIAN = (
    "Глава «Орхидеи» Ольга Лебедева уходит в отставку",
    "Ольга Лебедева, девять лет руководившая «Орхидеей», покинет пост в пятницу. Совет директоров ищет преемника.",
)
CONSENT = (
    "We and our 842 partners store and access personal data, like cookies, on your device. By choosing Accept all you "
    "consent to this use. You can change your privacy settings at any time. "
)
# entry, title of the page, its paragraphs
WALLS = {
    "consent": (
        ENGLISH,
        "We value your privacy",
        [CONSENT * 3, "Personalised ads are shown to you with your consent."],
    ),
    "consent-under-the-headline": (ENGLISH, ENGLISH[0], [CONSENT * 4]),
    "consent-de": (
        GERMAN,
        "Ihre Privatsphäre ist uns wichtig",
        [
            "Wir und unsere Partner verarbeiten personenbezogene Daten und setzen Cookies ein. Mit einem Klick auf "
            "Alle akzeptieren geben Sie Ihre Einwilligung. " * 2
        ],
    ),
    "consent-ja": (
        JAPANESE,
        "プライバシーに関するお知らせ",
        ["当サイトではクッキーを使用しています。すべて許可を選ぶと、個人データの利用に同意したことになります。" * 4],
    ),
    "missing": (ENGLISH, "Page not found", ["The page you are looking for may have moved. Try our search or go home."]),
    "missing-elsewhere": (
        ENGLISH,
        "Example Times",
        ["Oops! That page can’t be found.", "It may have been moved. Here are the latest stories of the day instead."],
    ),
    "missing-ru": (
        RUSSIAN,
        "Страница не найдена",
        ["Возможно, она была удалена или адрес набран с ошибкой. На главную."],
    ),
    "missing-th": (THAI, "ไม่พบหน้าที่คุณต้องการ", ["ขออภัย หน้านี้อาจถูกลบหรือย้ายไปแล้ว กรุณากลับไปที่หน้าแรกแล้วลองอีกครั้ง"]),
    "robots": (
        ENGLISH,
        "Just a moment...",
        ["Checking your browser before accessing the site.", "This security check takes a few seconds, please wait."],
    ),
}
ARTICLES = {
    "another-headline": (
        ("Out: the boss", ""),
        "Olivia Hart resigns as chief executive of Orchid Pharma",
        [ENGLISH[1] * 4],
    ),
    "translated-feed": (ENGLISH, JAPANESE[0], [JAPANESE[1] * 4]),
    "about-cookies": (
        ("Browser maker drops cookies after consent ruling", "The browser maker ends cookies that follow its readers."),
        "Browser maker drops cookies after consent ruling",
        [
            "The browser maker will end cookies and change its privacy settings, it said, after a ruling on consent. "
            * 4
        ],
    ),
    "about-a-missing-page": (
        ("Page not found: minister deletes her biography", "The biography of the minister is no longer available."),
        "Page not found: minister deletes her biography",
        ["Whoever looks for the biography of the minister reads Page not found since Monday, when she had it deleted. "]
        * 4,
    ),
    "a-line-on-cookies": (
        ("Hart geht", ""),
        "Vorstandschefin verlässt Orchid Pharma",
        [GERMAN[1] * 3, "Wir verwenden Cookies. Mehr in der Datenschutzerklärung."],
    ),
}


@pytest.mark.parametrize("kind", WALLS)
def test_a_wall_is_no_article(kind: str) -> None:
    (headline, summary), title, paragraphs = WALLS[kind]
    item = replace(ITEM, title=headline, summary=summary)
    with pytest.raises(QuarantineRecord) as refused:
        extract_article(make_page(title, paragraphs), url=URL, item=item, fetched_at=FETCHED_AT)
    assert refused.value.reason == "wall"
    assert headline[:20] in str(refused.value)


@pytest.mark.parametrize("kind", ARTICLES)
def test_an_article_that_is_unlike_its_entry_is_kept(kind: str) -> None:
    (headline, summary), title, paragraphs = ARTICLES[kind]
    item = replace(ITEM, title=headline, summary=summary)
    article = extract_article(make_page(title, paragraphs), url=URL, item=item, fetched_at=FETCHED_AT)
    assert (article.title, article.completeness) == (title, "full")


def test_the_address_of_a_wall_is_told_from_that_of_the_entry() -> None:
    item = replace(ITEM, title=GERMAN[0], summary=GERMAN[1])
    page = (HEAD + PARAGRAPH * 3).encode()
    with pytest.raises(QuarantineRecord, match="stands in the place of"):
        extract_article(page, url="https://consent.example-times.test/collect", item=item, fetched_at=FETCHED_AT)
    assert extract_article(page, url=URL, item=item, fetched_at=FETCHED_AT).completeness == "full"
    wordless = replace(item, title="", summary=" ")  # nothing could stand in for the page
    assert extract_article(make_page("Page not found", [PARAGRAPH]), url=URL, item=wordless, fetched_at=FETCHED_AT)
    asked = replace(item, url="https://example-times.test/error/1")
    assert extract_article(page, url=asked.url, item=asked, fetched_at=FETCHED_AT).completeness == "full"


def make_page(title: str, paragraphs: list[str]) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("url", "entry_url", "is_front"),
    [
        ("https://news.example/", "https://news.example/2026/harbour", True),
        ("https://www.news.example", "http://news.example/2026/harbour", True),
        ("https://news.example/en/", "https://news.example/2026/harbour", True),
        ("https://news.example/index.html", "https://news.example/2026/harbour", True),
        ("https://news.example/", "https://news.example/", False),
        ("https://news.example/?p=123", "https://news.example/2026/harbour", False),
        ("https://letter.example/", "https://short.example/abc", False),
        ("https://news.example/2026/harbour-fees", "https://news.example/2026/harbour", False),
    ],
)
def test_a_front_page_in_the_place_of_an_article_is_none(url: str, entry_url: str, is_front: bool) -> None:
    assert is_front_page(url, entry_url) is is_front
    assert is_wall(ENGLISH[0], ENGLISH[1], url=url, entry=ENGLISH, entry_url=entry_url) is is_front
