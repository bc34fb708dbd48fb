"""A hostile web: every way in which a server was seen, or can be imagined, to misbehave.

One host name a behaviour, so that none can hide behind another. Each states what is to become of it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache

import brotli

from tests.fetch.web import GOOD_FEED, Handler, Request, Web, make_entry, make_rss

RSS = "application/rss+xml"
HTML = "text/html; charset=utf-8"
PAGE = b"<!doctype html><html><head><title>Page</title></head><body><p>Words of the article.</p></body></html>"
SECRET = "secret of an internal server"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a host does with `/feed`, and what a poll or a page fetch has to make of it."""

    name: str
    handler: Handler
    outcome: str  # of a poll: new, empty, failed, gone
    error: str  # reason code of the poll, or two with a bar where it is a matter of packets
    page_reason: str | None  # reason of fetching it as a page, where that is tried too
    items: int | None
    robots: Handler | None = None


BEHAVIOURS: dict[str, Behaviour] = {}


def behaves(
    outcome: str, error: str = "", *, page: str | None = None, items: int | None = None, robots: Handler | None = None
) -> Callable[[Handler], Handler]:
    """Register a handler under its own name; `page` is the reason that a page fetch ends with."""

    def register(handler: Handler) -> Handler:
        name = handler.__name__.replace("_", "-")
        BEHAVIOURS[name] = Behaviour(name, handler, outcome, error, page, items, robots)
        return handler

    return register


async def serve_hostile(request: Request) -> None:
    """The handler of the hostile web: `<behaviour>.test`; any other host is good."""
    behaviour = BEHAVIOURS.get(request.host.partition(".")[0])
    if request.path == "/robots.txt":
        await (behaviour.robots if behaviour and behaviour.robots else _no_robots)(request)
    elif behaviour is not None:
        await behaviour.handler(request)
    elif request.path == "/feed":
        await request.answer(GOOD_FEED, kind=RSS)
    else:
        await request.answer(PAGE, kind=HTML)


async def _no_robots(request: Request) -> None:
    await request.answer(b"", "404 Not Found")


async def _forever() -> None:
    await asyncio.sleep(3600)


def _deflate(data: bytes, window: int, flush: int = zlib.Z_FINISH) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, window)
    return compressor.compress(data) + compressor.flush(flush)


@cache
def make_bomb(kind: str) -> bytes:
    """A gigabyte of zeros as gzip (a thousand members), deflate (the same block a thousand times) or brotli."""
    megabyte = b"\0" * 1_000_000
    if kind == "gzip":
        return gzip.compress(megabyte) * 1_000
    if kind == "deflate":
        first = _deflate(megabyte, 15, zlib.Z_FULL_FLUSH)
        return first[:2] + first[2:] * 1_000
    compressor = brotli.Compressor(quality=1)
    return b"".join(compressor.process(megabyte) for _ in range(1_000)) + compressor.finish()


# Time


@behaves("failed", "timeout", page="timeout")
async def hang_before_headers(request: Request) -> None:
    await _forever()


@behaves("failed", "timeout", page="timeout")
async def hang_during_headers(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/x")
    await _forever()


@behaves("new", "timeout", page="timeout")
async def hang_in_the_body(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + GOOD_FEED[:-100])
    await _forever()


@behaves("failed", "timeout", page="timeout")
async def one_byte_a_second(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for byte in GOOD_FEED:
        await request.send(bytes([byte]))
        await asyncio.sleep(0.9)


@behaves("failed", "timeout", page="timeout")
async def headers_a_byte_a_second(request: Request) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello":
        await request.send(bytes([byte]))
        await asyncio.sleep(0.9)


@behaves("failed", "timeout", page="timeout")
async def endless_continue(request: Request) -> None:
    while True:
        await request.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.01)


# Connections and HTTP


@behaves("failed", "disconnected", page="disconnected")
async def close_before_headers(request: Request) -> None:
    request.writer.close()


@behaves("failed", "disconnected", page="disconnected")
async def reset_before_headers(request: Request) -> None:
    request.writer.transport.abort()


@behaves("new", "disconnected", page="disconnected")
async def content_length_too_long(request: Request) -> None:
    await request.answer(GOOD_FEED, kind=RSS, headers={"Content-Length": str(len(GOOD_FEED) + 999)})


@behaves("failed", "bad-http", page="bad-http")
async def content_length_too_short(request: Request) -> None:
    await request.answer(GOOD_FEED, kind=RSS, headers={"Content-Length": str(len(GOOD_FEED) - 30)})


@behaves("failed", "bad-http", page="bad-http")
async def content_length_negative(request: Request) -> None:
    await request.answer(GOOD_FEED, headers={"Content-Length": "-1"})


@behaves("failed", "bad-http", page="bad-http")
async def content_length_twice(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello")


@behaves("failed", "timeout|bad-http", page="timeout|bad-http")  # in a packet of its own aiohttp tells nobody
async def chunked_garbage(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    await asyncio.sleep(0.1)
    await request.send(b"ZZZ\r\n\xff\xfe garbage")


@behaves("failed", "too-large", page="too-large")
async def chunked_without_end(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await request.send(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


@behaves("failed", "bad-http", page="bad-http")
async def header_of_a_megabyte(request: Request) -> None:
    await request.answer(GOOD_FEED, headers={"X-Long": "x" * 1_000_000})


@behaves("failed", "bad-http", page="bad-http")
async def ten_thousand_headers(request: Request) -> None:
    await request.answer(GOOD_FEED, headers={f"X-{number}": "x" for number in range(10_000)})


@behaves("failed", "bad-http", page="bad-http")
async def headers_without_end(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await request.send(b"X-More: " + b"x" * 1_000 + b"\r\n")


@behaves("failed", "bad-http", page="bad-http")
async def not_http(request: Request) -> None:
    await request.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


@behaves("failed", "not-a-feed", page="")
async def empty_body(request: Request) -> None:
    await request.answer(b"", kind=RSS)


@behaves("failed", "not-a-feed", page="")
async def no_content(request: Request) -> None:
    await request.send(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


@behaves("new", "", page="", items=5)
async def bytes_after_the_response(request: Request) -> None:
    await request.answer(GOOD_FEED, headers={"Connection": "keep-alive"}, kind=RSS)
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")


@behaves("new", "", page="", items=5)
async def a_thousand_cookies_in_a_header(request: Request) -> None:
    await request.answer(GOOD_FEED, headers={"Set-Cookie": "a=" + "x" * 4_000}, kind=RSS)


@behaves("failed", "http-304", page="")
async def not_modified_for_everybody(request: Request) -> None:
    await request.send(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")


@behaves("failed", "http-999", page="http-999")
async def status_nobody_knows(request: Request) -> None:
    await request.answer(b"no", "999 Request Denied")


# Size and encodings


@behaves("failed", "too-large", page="too-large")
async def gzip_bomb(request: Request) -> None:
    await request.answer(make_bomb("gzip"), headers={"Content-Encoding": "gzip"}, kind=RSS)


@behaves("failed", "too-large", page="too-large")
async def deflate_bomb(request: Request) -> None:
    await request.answer(make_bomb("deflate"), headers={"Content-Encoding": "deflate"}, kind=RSS)


@behaves("failed", "too-large", page="too-large")
async def brotli_bomb(request: Request) -> None:
    await request.answer(make_bomb("br"), headers={"Content-Encoding": "br"}, kind=RSS)


@behaves("failed", "too-large", page="too-large")
async def bomb_in_a_bomb(request: Request) -> None:
    body = gzip.compress(make_bomb("gzip"))
    await request.answer(body, headers={"Content-Encoding": "gzip, gzip"}, kind=RSS)


@behaves("failed", "not-a-feed", page="")
async def five_encodings(request: Request) -> None:
    body = GOOD_FEED
    for _ in range(5):
        body = gzip.compress(body)
    await request.answer(body, headers={"Content-Encoding": "gzip, gzip, gzip, gzip, gzip"}, kind=RSS)


@behaves("failed", "not-a-feed", page="")
async def encoding_nobody_asked_for(request: Request) -> None:
    await request.answer(b"\x28\xb5\x2f\xfd" + b"\0" * 50, headers={"Content-Encoding": "zstd"}, kind=RSS)


@behaves("new", "", page="", items=5)
async def plain_body_labelled_gzip(request: Request) -> None:
    await request.answer(GOOD_FEED, headers={"Content-Encoding": "gzip"}, kind=RSS)


@behaves("new", "", page="", items=5)
async def raw_deflate(request: Request) -> None:
    body = _deflate(GOOD_FEED, -15)
    await request.answer(body, headers={"Content-Encoding": "deflate"}, kind=RSS)


@behaves("new", "", page="")
async def gzip_cut_off(request: Request) -> None:
    await request.answer(gzip.compress(GOOD_FEED)[:-40], headers={"Content-Encoding": "gzip"}, kind=RSS)


@behaves("new", "", page="", items=5)
async def gzip_with_garbage_behind(request: Request) -> None:
    await request.answer(gzip.compress(GOOD_FEED) + b"garbage", headers={"Content-Encoding": "gzip"}, kind=RSS)


@behaves("failed", "too-large", page="too-large")
async def hundred_megabytes(request: Request) -> None:
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000000\r\n\r\n")
    for _ in range(100):
        await request.send(b"x" * 1_000_000)


# Redirects


async def _redirect(request: Request, target: str, status: str = "302 Found") -> None:
    await request.answer(b"", status, headers={"Location": target})


@behaves("failed", "redirect-loop", page="redirect-loop")
async def redirect_to_itself(request: Request) -> None:
    await _redirect(request, request.path)


@behaves("failed", "redirect-loop", page="redirect-loop")
async def redirect_back_and_forth(request: Request) -> None:
    await _redirect(request, "/b" if request.path == "/feed" else "/feed")


@behaves("failed", "too-many-redirects", page="too-many-redirects")
async def redirect_without_end(request: Request) -> None:
    await _redirect(request, f"/{request.hits}-{len(request.path)}-{'x' * len(request.path)}")


@behaves("failed", "http-302", page="http-302")
async def redirect_to_nowhere(request: Request) -> None:
    await request.answer(b"", "302 Found")


@behaves("failed", "bad-url", page="bad-url")
async def redirect_to_a_file(request: Request) -> None:
    await _redirect(request, "file:///etc/passwd")


@behaves("failed", "bad-url", page="bad-url")
async def redirect_to_a_script(request: Request) -> None:
    await _redirect(request, "javascript:alert(1)")


@behaves("failed", "bad-url", page="bad-url")
async def redirect_with_a_password(request: Request) -> None:
    await _redirect(request, f"http://user:password@good.test:{request.web.port}/feed")


@behaves("failed", "bad-url", page="bad-url")
async def redirect_to_a_broken_address(request: Request) -> None:
    await _redirect(request, "http://[::1/feed")


def _internal(spelling: str) -> Handler:
    async def handler(request: Request) -> None:
        await _redirect(request, f"http://{spelling}:{INTERNAL_PORT[0]}/feed")

    return handler


INTERNAL_PORT = [0]  # of a server on loopback that the settings do not name
for _name, _spelling, _reason in (
    ("internal_literal", "127.0.0.1", "blocked-address"),
    ("internal_other_loopback", "127.8.8.8", "blocked-address"),
    ("internal_decimal", "2130706433", "bad-url"),
    ("internal_octal", "0177.0.0.1", "bad-url"),
    ("internal_hex", "0x7f.0.0.1", "blocked-address"),
    ("internal_short", "127.1", "bad-url"),
    ("internal_zero", "0.0.0.0", "blocked-address"),
    ("internal_ipv6", "[::1]", "blocked-address"),
    ("internal_ipv6_mapped", "[::ffff:127.0.0.1]", "blocked-address"),
    ("internal_ipv6_nat64", "[64:ff9b::7f00:1]", "blocked-address"),
    ("internal_ipv6_6to4", "[2002:7f00:1::]", "blocked-address"),
    ("internal_metadata", "169.254.169.254", "blocked-address"),
    ("internal_carrier_nat", "100.64.0.1", "blocked-address"),
    ("internal_private", "10.0.0.1", "blocked-address"),
    ("internal_name", "internal-name.test", "blocked-address"),
):
    _handler = _internal(_spelling)
    _handler.__name__ = _name
    behaves("failed", _reason, page=_reason)(_handler)


# Statuses


@behaves("failed", "http-401", page="http-401")
async def status_401(request: Request) -> None:
    await request.answer(b"", "401 Unauthorized", headers={"WWW-Authenticate": "Basic"})


@behaves("failed", "paywall", page="paywall")
async def status_402(request: Request) -> None:
    await request.answer(b"", "402 Payment Required")


@behaves("failed", "http-403", page="http-403")
async def status_403(request: Request) -> None:
    await request.answer(PAGE, "403 Forbidden")


@behaves("failed", "http-404", page="http-404")
async def status_404(request: Request) -> None:
    await request.answer(GOOD_FEED, "404 Not Found", kind=RSS)


@behaves("gone", "http-410", page="http-410")
async def status_410(request: Request) -> None:
    await request.answer(b"", "410 Gone")


@behaves("failed", "http-500", page="http-500")
async def status_500(request: Request) -> None:
    await request.answer(b"", "500 Internal Server Error")


@behaves("failed", "http-503", page="http-503")
async def status_503_for_an_hour(request: Request) -> None:
    await request.answer(b"", "503 Service Unavailable", headers={"Retry-After": "3600"})


@behaves("new", "", page="", items=5)
async def status_429_for_a_second(request: Request) -> None:
    if request.hits == 0:
        await request.answer(b"", "429 Too Many Requests", headers={"Retry-After": "1"})
    else:
        await request.answer(GOOD_FEED, kind=RSS)


@behaves("failed", "http-429", page="http-429")
async def status_429_until_a_date(request: Request) -> None:
    now = 1_795_000_000
    dates = {"Date": formatdate(now, usegmt=True), "Retry-After": formatdate(now + 7200, usegmt=True)}
    await request.answer(b"", "429 Too Many Requests", headers=dates)


@behaves("failed", "http-429", page="http-429")
async def status_429_without_a_time(request: Request) -> None:
    await request.answer(b"", "429 Too Many Requests")


@behaves("failed", "http-429", page="http-429")
async def status_429_with_nonsense(request: Request) -> None:
    await request.answer(b"", "429 Too Many Requests", headers={"Retry-After": "-5 or so"})


# robots.txt


async def _good(request: Request) -> None:
    await request.answer(GOOD_FEED, kind=RSS)


def _with_robots(name: str, robots: Handler, outcome: str, error: str, items: int | None = None) -> None:
    async def handler(request: Request) -> None:
        await _good(request)

    handler.__name__ = name
    behaves(outcome, error, page=error, items=items, robots=robots)(handler)


async def _robots_forbid(request: Request) -> None:
    await request.answer(b"User-agent: *\nDisallow: /\n", kind="text/plain")


async def _robots_forbid_us(request: Request) -> None:
    await request.answer(b"User-agent: *\nAllow: /\n\nUser-agent: TestBoard\nDisallow: /feed\n", kind="text/plain")


async def _robots_hang(request: Request) -> None:
    await _forever()


async def _robots_500(request: Request) -> None:
    await request.answer(b"", "500 Internal Server Error")


async def _robots_403(request: Request) -> None:
    await request.answer(b"", "403 Forbidden")


async def _robots_html(request: Request) -> None:
    await request.answer(PAGE, kind=HTML)


async def _robots_binary(request: Request) -> None:
    await request.answer(bytes(range(256)) * 4_000, kind="text/plain")


async def _robots_loop(request: Request) -> None:
    await _redirect(request, "/robots.txt")


async def _robots_ten_megabytes(request: Request) -> None:
    await request.answer(b"User-agent: *\nDisallow: /private\n" + b"# comment\n" * 1_000_000, kind="text/plain")


async def _robots_bomb(request: Request) -> None:
    await request.answer(make_bomb("gzip"), headers={"Content-Encoding": "gzip"}, kind="text/plain")


_with_robots("robots_forbid", _robots_forbid, "failed", "robots")
_with_robots("robots_forbid_us", _robots_forbid_us, "failed", "robots")
_with_robots("robots_hang", _robots_hang, "failed", "robots-unreachable")
_with_robots("robots_500", _robots_500, "failed", "robots-unreachable")
_with_robots("robots_403", _robots_403, "new", "", 5)
_with_robots("robots_html", _robots_html, "new", "", 5)
_with_robots("robots_binary", _robots_binary, "new", "", 5)
_with_robots("robots_loop", _robots_loop, "new", "", 5)
_with_robots("robots_ten_megabytes", _robots_ten_megabytes, "new", "", 5)
_with_robots("robots_bomb", _robots_bomb, "new", "", 5)


# What stands in the feed


def _feed(name: str, body: Callable[[], bytes], outcome: str, error: str, items: int | None, kind: str = RSS) -> None:
    make = cache(body)

    async def handler(request: Request) -> None:
        await request.answer(make(), kind=kind)

    handler.__name__ = name
    behaves(outcome, error, items=items)(handler)


def _with_doctype(entities: str, title: str) -> bytes:
    feed = f'<rss version="2.0"><channel><title>{title}</title></channel></rss>'
    return f'<?xml version="1.0"?><!DOCTYPE r [{entities}]>{feed}'.encode()


def _billion_laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _with_doctype(f'<!ENTITY l0 "lol">{levels}', "&l9;")


def _quadratic() -> bytes:
    return _with_doctype(f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 20_000)


def _external_entity() -> bytes:
    text = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return text.encode() + make_rss("<title>&a;</title><link>http://good.test/x</link>").partition(b"?>")[2]


def _many_entries() -> bytes:
    return make_rss(*(make_entry(number) for number in range(50_000)))


def _no_link_id_date() -> bytes:
    return make_rss("<title>Only a title</title>", "<description>only words</description>", "", make_entry(1))


WRONG_DATES = (
    "lun, 01 ene 2024 10:00:00", "2026-13-45", "Mon, 30 Feb 2026 10:00:00 GMT", "06/07/2026", "0000-00-00 00:00:00",
    "yesterday", "Sat, 21 Nov 2099 10:00:00 GMT", "1970-01-01T00:00:00Z", "2026", "&#0;", "99999999999999999999",
)  # fmt: skip


def _wrong_dates() -> bytes:
    return make_rss(
        *(f"<title>D {n}</title><guid>d{n}</guid><pubDate>{date}</pubDate>" for n, date in enumerate(WRONG_DATES))
    )


def _colliding_guids() -> bytes:
    return make_rss(*(f"<title>G {n}</title><link>http://good.test/{n}</link><guid>same</guid>" for n in range(4)))


def _bad_links() -> bytes:
    links = ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "http://[::1", "ftp://x.test/", "//", " ")
    return make_rss(*(f"<title>L {n}</title><link>{link}</link>" for n, link in enumerate(links)))


def _homograph() -> bytes:
    return make_rss("<title>H</title><link>http://аррӏе.com/news</link>")


def _nested_xml() -> bytes:
    return make_rss("<title>N</title><guid>n</guid><description>" + "<b>" * 20_000 + "</description>", make_entry(1))


def _utf_16() -> bytes:
    return GOOD_FEED.decode().replace("utf-8", "utf-16").encode("utf-16")


def _nul_bytes() -> bytes:
    return GOOD_FEED.replace(b"Headline", b"Head\0line")


def _relabel(title: str, encoding: str, label: str) -> bytes:
    body = make_rss(f"<title>{title}</title><guid>1</guid>", encoding=encoding)
    return body.replace(f' encoding="{encoding}"'.encode(), label.encode())


def _json_of_wrong_types() -> bytes:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": 5,
        "items": [{"id": 7, "title": "t"}, "x", None, {"url": []}],
    }
    return json.dumps(feed).encode()


_feed("billion_laughs", _billion_laughs, "empty", "", 0)
_feed("quadratic_entities", _quadratic, "empty", "", 0)
_feed("external_entity", _external_entity, "new", "", 1)
_feed("fifty_thousand_entries", _many_entries, "new", "", 2_000)
_feed("entries_without_link_id_or_date", _no_link_id_date, "new", "", 3)
_feed("dates_in_wrong_forms", _wrong_dates, "new", "", len(WRONG_DATES))
_feed("guids_that_collide", _colliding_guids, "new", "", 4)
_feed("links_that_are_none", _bad_links, "new", "", 7)
_feed("homograph_host", _homograph, "new", "", 1)
_feed("nested_twenty_thousand_deep", _nested_xml, "new", "", None)
_feed("nul_bytes", _nul_bytes, "new", "", 5)
_feed("html_for_xml", lambda: PAGE, "failed", "not-a-feed", None, HTML)
_feed("a_file_name_as_body", lambda: b"/etc/passwd", "failed", "not-a-feed", None)
_feed("an_address_as_body", lambda: b"http://internal-name.test/feed", "failed", "not-a-feed", None)
_feed("utf_16", _utf_16, "new", "", 5)
_feed("utf_16_labelled_utf_8", _utf_16, "new", "", 5, "text/xml; charset=utf-8")
_feed("cp1251_labelled_utf_8", lambda: _relabel("Новость", "cp1251", ' encoding="utf-8"'), "new", "", 1)
_feed("latin_1_without_label", lambda: _relabel("Départ", "latin-1", ""), "new", "", 1)
_feed("charset_nobody_knows", lambda: GOOD_FEED, "new", "", 5, "text/xml; charset=klingon")
_feed("shift_jis", lambda: make_rss("<title>退任</title><guid>1</guid>", encoding="shift_jis"), "new", "", 1)
_feed("feed_labelled_as_html", lambda: GOOD_FEED, "new", "", 5, HTML)
_feed("feed_labelled_as_image", lambda: GOOD_FEED, "new", "", 5, "image/png")
_feed("white_space_before_xml", lambda: b"\xef\xbb\xbf\r\n  " + GOOD_FEED, "new", "", 5)
_feed("no_entries", lambda: make_rss(), "empty", "", 0)
_feed("json_of_wrong_types", _json_of_wrong_types, "new", "", 1, "application/json")
_feed("json_nested_deep", lambda: b'{"a":' * 200_000, "failed", "not-a-feed", None, "application/json")
_feed("random_bytes", lambda: bytes(range(256)) * 1_000, "failed", "not-a-feed", None)


def main() -> None:
    """Serve until standard input closes: `python -m tests.fetch.hostile INTERNAL_PORT` prints its own port."""
    INTERNAL_PORT[0] = int(sys.argv[1])
    for kind in ("gzip", "deflate", "br"):
        make_bomb(kind)
    with Web(serve_hostile) as web:
        print(web.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
