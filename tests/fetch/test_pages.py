"""Fetching pages: slowly a host, quickly the web, and again after a kill."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.fetch.archive import Archive
from include.fetch.gate import HostGate, Turn
from include.fetch.limits import Patience
from include.fetch.pages import fetch_pages
from include.fetch.reasons import TEMPORARY_REASONS, explain_reason
from include.knowledge.feeds import FeedSource
from include.records import FeedItem, Page
from tests.fetch.web import PATIENT, ROOT, Request, Web, make_hooks, make_settings

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAGE = b"<html><p>Words.</p></html>"


def make_item(url: str, name: str = "a") -> FeedItem:
    return FeedItem(name, "s", name, url, url, f"Title {name}", "Summary", (), None, None, "en", AS_OF)


async def serve_pages(request: Request) -> None:
    """Ordinary pages, with a robots.txt that asks host `slow.test` to be left a second between requests."""
    if request.path == "/robots.txt" and request.host == "slow.test":
        await request.answer(b"User-agent: *\nCrawl-delay: 0.5\n", kind="text/plain")
    elif request.path == "/robots.txt":
        await request.answer(b"", "404 Not Found")
    elif request.path.startswith("/moved"):
        await request.answer(b"", "302 Found", headers={"Location": request.url("other.test", "/arrived")})
    else:
        await request.answer(PAGE, kind="text/html")


def fetch(
    items: list[FeedItem],
    home: Path,
    port: int,
    *,
    delay: float = 0.0,
    patience: Patience = PATIENT,
    replay: bool = False,
) -> list[Page]:
    settings = make_settings(home, port, delay=delay)
    with Archive(settings.archive_root) as archive:
        return fetch_pages(
            items, as_of=AS_OF, settings=settings, archive=archive, replay=replay, hooks=make_hooks(patience)
        )


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """When each request left, by host. A server that is busy notes one late and the next in time."""
    moments: dict[str, list[float]] = defaultdict(list)

    def note(turn: Turn) -> None:
        moments[turn.host].append(time.monotonic())
        really(turn)

    really = Turn.note_sent
    monkeypatch.setattr(Turn, "note_sent", note)
    return moments


def gaps(moments: list[float]) -> list[float]:
    return [after - before for before, after in zip(moments, moments[1:], strict=False)]


def test_one_page_an_item_in_order(tmp_path: Path) -> None:
    with Web(serve_pages) as web:
        urls = [web.url(f"h{number % 3}.test", f"/{number}") for number in range(9)]
        pages = fetch([make_item(url, str(number)) for number, url in enumerate(urls)], tmp_path, web.port)
    assert [page.item.url for page in pages] == urls
    assert {(page.http_status, page.completeness, page.reason) for page in pages} == {(200, "full", "")}
    archive = Archive(tmp_path / "archive")
    assert {archive.read(page.archive_path or "", page.archive_offset or 0).body for page in pages} == {PAGE}


def test_starts_on_one_host_are_apart_and_hosts_do_not_wait_for_each_other(
    tmp_path: Path, sent: dict[str, list[float]]
) -> None:
    hosts = [f"h{number}.test" for number in range(20)]
    with Web(serve_pages) as web:
        items = [make_item(web.url(host, f"/{n}"), f"{host}-{n}") for n in range(4) for host in hosts]
        fetch(items, tmp_path, web.port, delay=0.3)
    assert Counter(host for host, _, _ in web.log) == dict.fromkeys(hosts, 5)  # robots.txt and four pages
    assert {host: len(moments) for host, moments in sent.items()} == dict.fromkeys(hosts, 5)
    assert all(min(gaps(moments)) >= 0.3 for moments in sent.values())
    # All have begun before any has got half its pages: one after the other, the last would begin after all others.
    assert max(moments[0] for moments in sent.values()) < min(moments[2] for moments in sent.values())


def test_a_request_that_leaves_late_puts_the_next_one_off() -> None:
    """Looking up a name and connecting may take longer than the delay; the two must not leave together then."""

    async def start_two() -> tuple[float, float]:
        gate, now = HostGate(delay=0.1, per_host=2, total=9), asyncio.get_running_loop().time

        async def start_second() -> float:
            async with gate.turn("h.test"):
                return now()

        async with gate.turn("h.test") as first:
            second = asyncio.create_task(start_second())
            await asyncio.sleep(0.3)
            left = now()
            first.note_sent()
            return left, await second

    left, second = asyncio.run(start_two())
    assert second - left >= 0.1


def test_at_most_two_connections_a_host(tmp_path: Path) -> None:
    current: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def handler(request: Request) -> None:
        current[request.host] += 1
        most[request.host] = max(most[request.host], current[request.host])
        await asyncio.sleep(0.02)
        current[request.host] -= 1
        await serve_pages(request)

    with Web(handler) as web:
        fetch([make_item(web.url(f"h{n % 2}.test", f"/{n}"), str(n)) for n in range(40)], tmp_path, web.port)
    assert most == {"h0.test": 2, "h1.test": 2}


def test_crawl_delay_is_obeyed(tmp_path: Path, sent: dict[str, list[float]]) -> None:
    with Web(serve_pages) as web:
        fetch([make_item(web.url("slow.test", f"/{n}"), str(n)) for n in range(3)], tmp_path, web.port)
    robots, *pages = sent["slow.test"]
    assert len(pages) == len(web.log) - 1 == 3
    assert min(gaps(pages)) >= 0.5


def test_a_slow_host_gets_no_more_than_its_budget(tmp_path: Path) -> None:
    patience = replace(PATIENT, host_budget=1.2)
    with Web(serve_pages) as web:
        items = [make_item(web.url("slow.test", f"/{n}"), str(n)) for n in range(50)]
        pages = fetch(items, tmp_path, web.port, patience=patience)
        again = fetch(items, tmp_path, web.port, patience=patience, replay=True)
    assert [page.reason for page in pages] == [""] * 3 + ["host-budget"] * 47
    assert again == pages


def test_an_address_that_several_items_share_is_fetched_once(tmp_path: Path) -> None:
    with Web(serve_pages) as web:
        items = [make_item(web.url("h.test", "/same"), str(number)) for number in range(5)]
        pages = fetch(items, tmp_path, web.port)
        assert web.hits["h.test", "/same"] == 1
    assert [page.item.item_id for page in pages] == list("01234")
    assert len({(page.archive_path, page.archive_offset) for page in pages}) == 1


def test_items_without_link_keep_the_feeds_words(tmp_path: Path) -> None:
    [page] = fetch([make_item("")], tmp_path, 1)
    assert (page.completeness, page.reason, page.archive_path) == ("summary", "no-link", None)


def test_a_redirect_is_followed_to_its_end(tmp_path: Path) -> None:
    with Web(serve_pages) as web:
        [page] = fetch([make_item(web.url("h.test", "/moved"))], tmp_path, web.port)
        assert page.final_url == web.url("other.test", "/arrived")
        assert ("other.test", "/robots.txt") in web.hits  # every host on the way is asked
    assert page.completeness == "full"


def test_a_download_is_not_downloaded(tmp_path: Path) -> None:
    async def handler(request: Request) -> None:
        if request.path == "/robots.txt":
            await request.answer(b"", "404 Not Found")
        else:
            await request.answer(b"%PDF" + b"x" * 4_000_000, kind="application/pdf")

    with Web(handler) as web:
        [page] = fetch([make_item(web.url("h.test", "/report"))], tmp_path, web.port)
    assert (page.completeness, page.reason, page.content_type) == ("summary", "not-text", "application/pdf")
    assert sum(file.stat().st_size for file in tmp_path.rglob("*.warc.gz")) < 10_000


def test_robots_is_asked_once_a_day(tmp_path: Path) -> None:
    with Web(serve_pages) as web:
        for number in range(3):
            fetch([make_item(web.url("h.test", f"/{number}"))], tmp_path, web.port)
        assert web.hits["h.test", "/robots.txt"] == 1


def test_an_honest_user_agent_and_no_cookies(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    async def handler(request: Request) -> None:
        seen.append(request.headers)
        await request.answer(PAGE, kind="text/html", headers={"Set-Cookie": "id=1"})

    with Web(handler) as web:
        fetch([make_item(web.url("h.test", f"/{n}"), str(n)) for n in range(3)], tmp_path, web.port)
    assert {headers["user-agent"] for headers in seen} == {"TestBoard/1.0 (test@example.org)"}
    assert not any("cookie" in headers for headers in seen)


def test_a_proxy_of_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def proxy(request: Request) -> None:
        await request.answer(b"from the proxy", kind="text/html")

    with Web(serve_pages) as web, Web(proxy) as wrong:
        monkeypatch.setenv("http_proxy", wrong.url("127.0.0.1"))
        [page] = fetch([make_item(web.url("h.test", "/1"))], tmp_path, web.port)
        assert wrong.log == []
    assert page.completeness == "full"


INDEX = b"""<html><a href="/about.htm">About</a>
<a href="/ix?doc=/Archives/edgar/data/1/2/filing.htm">8-K</a>
<a href="/Archives/edgar/data/1/2/press.htm">99.1</a></html>"""


def test_a_link_on_the_page_is_followed_where_the_source_says_so(tmp_path: Path) -> None:
    async def handler(request: Request) -> None:
        if request.path.endswith("-index.htm"):
            await request.answer(INDEX, kind="text/html")
        else:
            await serve_pages(request)

    with Web(handler) as web:
        pattern = r'href="(?:/ix\?doc=)?(/Archives/edgar/data/[^"]+\.htm)"'
        source = FeedSource("s", "S", web.url("h.test", "/feed"), "en", "US", "filing", follow=pattern)
        items = [make_item(web.url("h.test", path), path) for path in ("/1-index.htm", "/plain")]
        settings = make_settings(tmp_path, web.port)
        pages = {}
        for replay in (False, True):
            with Archive(settings.archive_root) as archive:
                pages[replay] = fetch_pages(
                    items,
                    as_of=AS_OF,
                    settings=settings,
                    archive=archive,
                    sources=[source],
                    replay=replay,
                    hooks=make_hooks(),
                )
        assert [page.final_url for page in pages[False]] == [
            web.url("h.test", "/Archives/edgar/data/1/2/filing.htm"),
            web.url("h.test", "/plain"),
        ]
    assert pages[True] == pages[False]


def test_replay_gives_the_same_pages(tmp_path: Path) -> None:
    async def handler(request: Request) -> None:
        if request.path == "/refused":
            await request.answer(b"", "403 Forbidden")
        elif request.path == "/broken":
            request.writer.close()
        else:
            await serve_pages(request)

    with Web(handler) as web:
        paths = ["/1", "/refused", "/broken", "/moved", "/2"]
        items = [make_item(web.url("h.test", path), path) for path in paths]
        items += [make_item("http://127.0.0.1:1/", "blocked"), make_item("http://none.test/", "none")]
        live = fetch(items, tmp_path, web.port)
        asked = len(web.log)
        assert fetch(items, tmp_path, web.port, replay=True) == live
        assert len(web.log) == asked
    assert [page.reason for page in live][:5] == ["", "http-403", "disconnected", "", ""]


CLIENT = """
    import json, sys
    from datetime import UTC, datetime
    from include.fetch.archive import Archive
    from include.fetch.pages import fetch_pages
    from include.records import FeedItem
    from tests.fetch.web import make_hooks, make_settings

    as_of = datetime(2026, 11, 21, 12, tzinfo=UTC)
    urls = [f"http://h{n % 4}.test:{sys.argv[2]}/{n}" for n in range(40)]
    items = [FeedItem(url, "s", url, url, url, "", "", (), None, None, "en", as_of) for url in urls]
    settings = make_settings(sys.argv[1], int(sys.argv[2]))
    with Archive(settings.archive_root) as archive:
        pages = fetch_pages(items, as_of=as_of, settings=settings, archive=archive, hooks=make_hooks())
    print(json.dumps([[page.item.url, page.completeness] for page in pages]))
"""


def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    async def handler(request: Request) -> None:
        await asyncio.sleep(0.05)
        await serve_pages(request)

    with Web(handler) as web:
        command = [sys.executable, "-c", textwrap.dedent(CLIENT), str(tmp_path), str(web.port)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as client:
            while sum(path != "/robots.txt" for _, path, _ in web.log) < 20:
                assert client.poll() is None
                time.sleep(0.01)
            client.send_signal(signal.SIGKILL)
        killed = dict(web.hits)
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        pages = json.loads(result.stdout)
        assert pages == [[web.url(f"h{number % 4}.test", f"/{number}"), "full"] for number in range(40)]
        again = [key for key, count in web.hits.items() if count > 1]
    assert len(again) <= 8  # what was under way, two connections a host, is asked again; nothing else
    assert len(killed) >= 20
    urls = [entry.url for entry in Archive(tmp_path / "archive").list_entries()]
    assert len(urls) == len(set(urls))


def test_every_temporary_reason_is_explained() -> None:
    for reason in TEMPORARY_REASONS:
        assert explain_reason(reason) != reason
