"""Names, certificates, memory: what lies below HTTP."""

from __future__ import annotations

import ssl
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from include.errors import ConfigError
from include.fetch.archive import Archive
from include.fetch.discover import find_feeds, list_linked_feeds, propose_source
from include.fetch.network import NetworkHooks
from include.fetch.poll import poll_feeds
from include.fetch.probe import SourceCheck, check_sources
from include.fetch.reasons import explain_reason
from include.knowledge.feeds import FeedSource
from include.records import FeedOutcome
from tests.fetch.web import (
    GOOD_FEED,
    HURRIED,
    ROOT,
    LoopbackResolver,
    Request,
    Web,
    make_entry,
    make_hooks,
    make_rss,
    make_settings,
    serve_in_child,
)

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)


async def serve_feed(request: Request) -> None:
    if request.path == "/robots.txt":
        await request.answer(b"", "404 Not Found")
    else:
        await request.answer(GOOD_FEED, kind="application/rss+xml")


def make_source(url: str, name: str = "a") -> FeedSource:
    return FeedSource(name, name, url, "en", "US", "press")


def poll(home: Path, urls: list[str], ports: list[int], hooks: NetworkHooks) -> list[FeedOutcome]:
    settings = make_settings(home, *ports)
    sources = [make_source(url, f"s{number}") for number, url in enumerate(urls)]
    with Archive(settings.archive_root) as archive:
        result = poll_feeds(sources, {}, as_of=AS_OF, settings=settings, archive=archive, hooks=hooks)
    return list(result.outcomes)


# Certificates


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[dict[str, Web]]:
    """Servers with a good certificate and three bad ones, and one that does not speak TLS."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    certificates = {
        "good": authority.issue_cert("good.test"),
        "other-name": authority.issue_cert("somebody-else.test"),
        "expired": authority.issue_cert("expired.test", not_before=yesterday - timedelta(days=9), not_after=yesterday),
        "own-authority": trustme.CA().issue_cert("own-authority.test"),
    }
    with ExitStack() as stack:
        servers = {}
        for name, certificate in certificates.items():
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            certificate.configure_cert(context)
            servers[name] = stack.enter_context(Web(serve_feed, tls=context))
        servers["plain"] = stack.enter_context(Web(serve_feed))
        yield servers


def test_certificates_are_checked(tmp_path: Path, secure: dict[str, Web], authority: trustme.CA) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    urls = [f"https://{name}.test:{web.port}/feed" for name, web in secure.items()]
    outcomes = poll(tmp_path, urls, [web.port for web in secure.values()], make_hooks(HURRIED, tls=context))
    found = {name: (outcome.outcome, outcome.error) for name, outcome in zip(secure, outcomes, strict=True)}
    assert found.pop("good") == ("new", "")
    assert found.pop("plain") == ("failed", "robots-unreachable")  # it waits for the rest of our "request"
    assert set(found.values()) == {("failed", "tls")}


# Names


def test_names_that_do_not_resolve_or_hang(tmp_path: Path) -> None:
    with Web(serve_feed) as web:
        hooks = NetworkHooks(LoopbackResolver(missing=("missing.test",), hanging=("hanging.test",)), patience=HURRIED)
        urls = [web.url(host, "/feed") for host in ("missing.test", "hanging.test", "good.test")]
        outcomes = poll(tmp_path, [*urls, "http://127.0.0.1:1/feed", "http://closed.test:1/"], [web.port, 1], hooks)
    assert [outcome.error for outcome in outcomes] == ["dns", "robots-unreachable", "", "refused", "refused"]


def test_a_name_that_changes_its_address_gets_nowhere(tmp_path: Path) -> None:
    """DNS rebinding: the first look-up gives an allowed address, the next an internal one."""
    with Web(serve_feed) as web, Web(serve_feed) as internal:
        others = {"rebinding.test": ["127.0.0.1", "127.0.0.2"], "both.test": ["127.0.0.2"]}
        settings = make_settings(tmp_path, web.port)
        hooks = NetworkHooks(LoopbackResolver(others=others), patience=HURRIED)
        urls = [internal.url("rebinding.test", "/feed"), internal.url("both.test", "/feed")]
        sources = [make_source(url, f"s{number}") for number, url in enumerate(urls)]
        with Archive(settings.archive_root) as archive:
            result = poll_feeds(sources, {}, as_of=AS_OF, settings=settings, archive=archive, hooks=hooks)
        assert {outcome.error for outcome in result.outcomes} == {"blocked-address"}
        assert internal.log == []


def test_hosts_that_hang_hold_up_nobody(tmp_path: Path) -> None:
    """Twenty hosts that never answer, and twenty that do: the good ones are all through before the first gives up."""
    order: list[str] = []

    async def handler(request: Request) -> None:
        if request.host.startswith("hanging"):
            await request.web.forever()
        await serve_feed(request)

    with Web(handler) as web:
        settings = make_settings(tmp_path, web.port)
        sources = [make_source(web.url(f"hanging-{n}.test", "/feed"), f"hanging-{n}") for n in range(20)]
        sources += [make_source(web.url(f"good-{n}.test", "/feed"), f"good-{n}") for n in range(20)]
        with Archive(settings.archive_root) as archive:
            poll_feeds(
                sources,
                {},
                as_of=AS_OF,
                settings=settings,
                archive=archive,
                hooks=make_hooks(replace(HURRIED, silence=4.0, robots_total=4.0)),
                on_progress=lambda done, total, outcome: order.append(outcome.source_id),
            )
    assert [name.partition("-")[0] for name in order] == ["good"] * 20 + ["hanging"] * 20


# Memory


GREEDY = """
    import resource, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from include.fetch.archive import Archive
    from include.fetch.poll import poll_feeds
    from include.fetch.pages import fetch_pages
    from include.knowledge.feeds import FeedSource
    from include.records import FeedItem
    from tests.fetch.web import HURRIED, make_hooks, make_settings
    import include.fetch.parsing

    as_of = datetime(2026, 11, 21, 12, tzinfo=UTC)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    port = int(sys.argv[2])
    names = ("gzip-bomb", "deflate-bomb", "brotli-bomb", "bomb-in-a-bomb", "hundred-megabytes", "chunked-without-end",
             "robots-ten-megabytes", "robots-bomb", "headers-without-end", "fifty-thousand-entries")
    urls = [f"http://{name}.test:{port}/feed" for name in names]
    settings = make_settings(Path(sys.argv[1]), port)
    with Archive(settings.archive_root) as archive:
        sources = [FeedSource(f"s{n}", "n", url, "en", "US", "press") for n, url in enumerate(urls)]
        poll_feeds(sources, {}, as_of=as_of, settings=settings, archive=archive, hooks=make_hooks(HURRIED))
        items = [FeedItem(url, "s", url, url, url, "", "", (), None, None, "en", as_of) for url in urls]
        fetch_pages(items, as_of=as_of, settings=settings, archive=archive, hooks=make_hooks(HURRIED))
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_nothing_costs_more_than_its_cap_in_memory(tmp_path: Path) -> None:
    """Ten hosts at once that would like to fill the memory: four gigabytes unpacked, and two streams without end."""
    with serve_in_child("tests.fetch.hostile", "1") as port:
        result = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(GREEDY), str(tmp_path), str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    assert int(result.stdout) < 150  # megabytes more than before; the caps are 10 MB a feed and 5 MB a page


# sources check, sources add


def test_check_says_what_answers_and_what_to_do(tmp_path: Path) -> None:
    async def handler(request: Request) -> None:
        if request.path == "/moved":
            await request.answer(b"", "301 Moved", headers={"Location": "/feed"})
        elif request.path == "/page":
            await request.answer(b"<html>No feed</html>", kind="text/html")
        elif request.path == "/quiet":
            await request.answer(make_rss(), kind="application/rss+xml")
        elif request.path == "/gone":
            await request.answer(b"", "410 Gone")
        else:
            await serve_feed(request)

    seen: list[tuple[int, int, str]] = []
    with Web(handler) as web:
        paths = ("feed", "moved", "page", "quiet", "gone")
        sources = [make_source(web.url("h.test", f"/{path}"), path) for path in paths]
        sources.append(FeedSource("late", "L", web.url("h.test", "/feed"), "en", "US", "press", 1.0, (0, 2), 1.0))
        settings = make_settings(tmp_path, web.port)
        with Archive(settings.archive_root) as archive:
            checks = check_sources(
                sources,
                as_of=AS_OF,
                settings=settings,
                archive=archive,
                hooks=make_hooks(),
                on_progress=lambda done, total, check: seen.append((done, total, check.source_id)),
            )
    found = {check.source_id: check for check in checks}
    assert [check.source_id for check in checks] == [*paths, "late"]
    assert sorted(number for number, _, _ in seen) == [1, 2, 3, 4, 5, 6]
    assert {name for name, check in found.items() if check.ok} == {"feed", "moved", "quiet", "late"}
    assert (found["feed"].version, found["feed"].entries, found["feed"].advice) == ("rss20", 5, "")
    assert found["moved"].advice.startswith("moved for good to http://h.test")
    assert found["page"].reason == "not-a-feed"
    assert "no entries at the moment" in found["quiet"].advice
    assert found["gone"].advice == explain_reason("http-410")
    assert "hours old, expected at most 1" in found["late"].advice
    assert "entries a day, expected 0 to 2" in found["late"].advice
    assert isinstance(checks[0], SourceCheck)


LINKED = b"""<html><head><base href="/sub/"><link rel="alternate" type="application/rss+xml" href="comments/feed">
<link rel="alternate" type="application/atom+xml" href="atom.xml"><link rel="stylesheet" href="x.css"></head></html>"""


def test_a_pages_link_tags_are_found() -> None:
    assert list_linked_feeds(LINKED, "https://x.test/page") == [
        "https://x.test/sub/atom.xml",
        "https://x.test/sub/comments/feed",
    ]
    assert list_linked_feeds(b"", "https://x.test/") == []


def find(home: Path, web: Web, path: str) -> list[str]:
    settings = make_settings(home, web.port)
    with Archive(settings.archive_root) as archive:
        found = find_feeds(web.url("h.test", path), as_of=AS_OF, settings=settings, archive=archive, hooks=make_hooks())
    return [feed.url.removeprefix(web.url("h.test", "")) for feed in found]


def test_feeds_are_found_by_address_link_and_usual_place(tmp_path: Path) -> None:
    def site(pages: dict[str, bytes]) -> Web:
        async def handler(request: Request) -> None:
            body = pages.get(request.path)
            await request.answer(body or b"", "200 OK" if body else "404 Not Found", kind="text/html")

        return Web(handler)

    feed = make_rss(make_entry(1))
    with site({"/": LINKED, "/sub/atom.xml": feed, "/sub/comments/feed": feed, "/rss.xml": feed}) as web:
        assert find(tmp_path, web, "/") == ["/sub/atom.xml", "/sub/comments/feed"]
        assert find(tmp_path, web, "/rss.xml") == ["/rss.xml"]
    with site({"/": b"<html>plain</html>", "/rss.xml": feed, "/feed.json": feed}) as web:
        assert find(tmp_path, web, "/") == ["/rss.xml"]
    with site({"/": b"<html>plain</html>"}) as web, pytest.raises(ConfigError, match="no feed found; tried"):
        find(tmp_path, web, "/")
    with site({}) as web, pytest.raises(ConfigError, match="there is nothing at this address"):
        find(tmp_path, web, "/")
    with pytest.raises(ConfigError, match="an http or https address"):
        find(tmp_path, web, "\\")


def test_a_found_feed_becomes_a_source(tmp_path: Path) -> None:
    async def handler(request: Request) -> None:
        body = make_rss(make_entry(1), extra="<language>pt-BR</language>").replace(
            b"<title>T<", b"<title>Not\xc3\xadcias<"
        )
        await (request.answer(b"", "404 Not Found") if "robots" in request.path else request.answer(body))

    with Web(handler) as web:
        settings = make_settings(tmp_path, web.port)
        with Archive(settings.archive_root) as archive:
            [found] = find_feeds(web.url("h.test"), as_of=AS_OF, settings=settings, archive=archive, hooks=make_hooks())
    first = propose_source(found, [])
    assert (first.id, first.name, first.lang, first.url) == ("noticias", "Notícias", "pt", found.url)
    second = propose_source(found, [make_source("https://other.test/", "noticias")], name="Notícias", lang="en")
    assert (second.id, second.lang) == ("noticias-2", "en")
    with pytest.raises(ConfigError, match="already in the list as 'noticias'"):
        propose_source(found, [first])
