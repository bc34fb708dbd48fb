"""A news site on loopback whose every answer a test can set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from xml.sax.saxutils import escape

import yaml

from include.settings import Settings

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
LEAVING = [
    "Jane Roe, chief scientist of Acme Robotics, is leaving the company to join OpenAI, Acme said on Thursday.",
    "She had led the research team since 2019, and thanked her colleagues in a letter that went to all of them.",
    "The company did not name a successor, and its shares lost two percent of their value in the hours after the news.",
]
NO_MOVE = [
    "Acme Robotics presented a new model on Friday, which is faster than the one before it, the company said.",
    "It will be sold from March on in twelve countries, at a price that has not been made known by the company yet.",
    "Customers who have the old one can exchange it, if they have kept the receipt and the box in which it came.",
]


@dataclass
class Site:
    """Answers by path; anything else is a 404."""

    host: str
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)  # by path, besides the usual ones

    @property
    def base_url(self) -> str:
        return f"http://{self.host}"

    def put_page(self, path: str, title: str, paragraphs: list[str], lang: str = "en") -> None:
        body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
        html = (
            f'<!doctype html><html lang="{lang}"><head><title>{escape(title)}</title>'
            f'<meta property="og:title" content="{escape(title)}">'
            '<meta property="article:published_time" content="2026-11-20T09:00:00Z"></head>'
            f"<body><main><article><h1>{escape(title)}</h1>{body}</article></main></body></html>"
        )
        self.answers[path] = (200, "text/html; charset=utf-8", html.encode())

    def put_feed(self, path: str, entries: list[tuple[str, str]]) -> None:
        """`entries` are (path, title)."""
        items = "".join(
            f"<item><guid>{self.base_url}{page}</guid><link>{self.base_url}{page}</link><title>{escape(title)}</title>"
            f"<description>{escape(title)}</description><pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate></item>"
            for page, title in entries
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>'
        self.answers[path] = (200, "application/rss+xml", text.encode())


def fill_site(site: Site) -> None:
    site.put_page("/leaving.html", "Jane Roe leaves Acme Robotics", LEAVING)
    site.put_page("/model.html", "A new model from Acme Robotics", NO_MOVE)
    site.put_feed(
        "/news.xml",
        [
            ("/leaving.html", "Jane Roe leaves Acme Robotics"),
            ("/model.html", "A new model from Acme Robotics"),
            ("/gone.html", "A page that is not there any more"),
        ],
    )


@contextmanager
def serve_site() -> Iterator[Site]:
    """A site on a free port of loopback while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.requests.append(self.path)
            status, kind, body = site.answers.get(self.path, (404, "text/plain", b"not here"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in site.headers.get(self.path, {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def make_settings(home: Path, host: str | Site, feeds: list[str], **environment: str) -> Settings:
    """Settings for a home that reads the site's feeds; writes its feeds.yaml."""
    home.mkdir(parents=True, exist_ok=True)
    site = Site(host) if isinstance(host, str) else host
    write_sources(home / "feeds.yaml", site, feeds)
    return Settings.from_env(
        {"DEPARTURES_ALLOW_HOSTS": site.host, "DEPARTURES_HOST_DELAY": "0", "DEPARTURES_WORKERS": "1", **environment},
        home=home,
    )


def write_sources(path: Path, site: Site, feeds: list[str]) -> None:
    """A feeds.yaml with these paths of the site."""
    entries = [
        {
            "id": feed.strip("/").replace(".", "-"),
            "name": feed,
            "url": site.base_url + feed,
            "lang": "en",
            "country": "US",
            "kind": "press",
        }
        for feed in feeds
    ]
    path.write_text(yaml.safe_dump({"feeds": entries}), encoding="utf-8")
