"""robots.txt by RFC 9309."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.fetch.robots import RobotsBook, RobotsFile, product_token, read_robots

URL = "https://example.org/news/1"


def refusal(text: str, url: str = URL, agent: str = "DepartureBoard") -> str:
    return read_robots(200, text.encode()).refusal(url, agent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("User-agent: *\nDisallow: /", "robots"),
        ("User-agent: *\nDisallow:", ""),
        ("User-agent: *\nDisallow: /news\nAllow: /news/1", ""),
        ("User-agent: Other\nDisallow: /", ""),
        ("User-agent: *\nAllow: /\nUser-agent: departureboard\nDisallow: /", "robots"),
        ("User-agent: *\nDisallow: /\nUser-agent: DepartureBoard\nAllow: /", ""),
        ("\ufeffUser-agent: *\nDisallow: /", "robots"),
        ("User-agent: *\r\nDisallow: /*/1$\r\n", "robots"),
        ("<html>404</html>", ""),
    ],
)
def test_rules(text: str, expected: str) -> None:
    assert refusal(text) == expected


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (404, "", ""),
        (401, "", ""),
        (403, "", ""),
        (429, "", "robots-unreachable"),
        (500, "", "robots-unreachable"),
        (503, "", "robots-unreachable"),
        (None, "timeout", "robots-unreachable"),
        (None, "dns", "dns"),
        (None, "blocked-address", "blocked-address"),
    ],
)
def test_no_file(status: int | None, error: str, expected: str) -> None:
    assert read_robots(status, b"User-agent: *\nDisallow:", error).refusal(URL, "DepartureBoard") == expected


def test_crawl_delay_is_that_of_our_group() -> None:
    file = read_robots(200, b"User-agent: *\nCrawl-delay: 3\n\nUser-agent: DepartureBoard\nCrawl-delay: 10\n")
    assert (file.delay("DepartureBoard"), file.delay("Other")) == (10.0, 3.0)
    assert RobotsFile().delay("DepartureBoard") == 0.0


@given(st.binary(max_size=2_000), st.text(max_size=30))
def test_anything_can_stand_there(body: bytes, path: str) -> None:
    assert read_robots(200, body).refusal(f"https://example.org/{path}", "DepartureBoard") in ("", "robots")


def test_the_name_is_that_of_the_user_agent() -> None:
    assert product_token("DepartureBoard/0.1 (mail@example.org)") == "DepartureBoard"
    assert product_token("My Monitor") == "My"
    assert product_token("") == "*"


def test_each_host_is_asked_once_however_many_ask() -> None:
    asked: list[str] = []

    async def fetch(url: str) -> RobotsFile:
        asked.append(url)
        await asyncio.sleep(0.01)
        return read_robots(200, b"User-agent: *\nCrawl-delay: 7\nDisallow: /secret")

    async def ask() -> list[str]:
        book = RobotsBook(fetch, user_agent="X/1", slow_down=lambda host, delay: slowed.append((host, delay)))
        urls = [URL, "https://example.org/secret", "https://example.org:8443/", "http://example.org/"]
        return await asyncio.gather(*(book.refusal(url) for url in urls * 3))

    slowed: list[tuple[str, float]] = []
    assert asyncio.run(ask()) == ["", "robots", "", ""] * 3
    assert sorted(asked) == [
        "http://example.org/robots.txt",
        "https://example.org/robots.txt",
        "https://example.org:8443/robots.txt",
    ]
    assert slowed == [("example.org", 7.0)] * 3
