"""The newsroom over HTTP on loopback: a small multilingual news site with feeds."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import yaml

from include.errors import ConfigError
from include.newsroom.content import Content, load_content
from include.newsroom.render import render_article, render_feed, render_front, render_home, render_robots

HOST = "127.0.0.1"
FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A newsroom that is being served."""

    base_url: str  # without a slash at the end
    feeds_path: Path  # the source list, for `departures run --sources`


@dataclass(frozen=True, slots=True)
class Resource:
    """What one path answers."""

    body: bytes
    content_type: str
    status: HTTPStatus = HTTPStatus.OK
    etag: str = ""  # "" is a resource without validators


@contextmanager
def serve(port: int = 0, host: str = HOST) -> Iterator[Newsroom]:
    """Serve the newsroom while the block lasts; port 0 takes a free one. Raises ConfigError where the port is taken.

    `host` is another address of loopback, such as 127.0.0.7, where several newsrooms are to be several sites.
    """
    content = load_content()
    try:
        server = _Server((host, port), _Handler)
    except OSError as error:
        raise ConfigError(
            f"port {port} cannot be used ({error.strerror}); stop what has it or choose another"
        ) from error
    base_url = f"http://{host}:{server.server_address[1]}"
    server.resources = build_site(content, base_url)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="newsroom", daemon=True)
    with server, tempfile.TemporaryDirectory(prefix="newsroom-") as folder:
        feeds_path = write_feeds(Path(folder) / "feeds.yaml", content, base_url)
        thread.start()
        try:
            yield Newsroom(base_url, feeds_path)
        finally:
            server.shutdown()
            thread.join()


def build_site(content: Content, base_url: str) -> dict[str, Resource]:
    """Everything that the site answers, by path."""
    site = {
        "/": Resource(render_home(content, base_url), "text/html; charset=utf-8"),
        "/robots.txt": Resource(render_robots(content), "text/plain; charset=utf-8"),
    }
    outlets = {outlet.id: outlet for outlet in content.outlets}
    for outlet in content.outlets:
        html = f"text/html; charset={outlet.encoding}"
        site[f"/{outlet.id}/"] = Resource(render_front(outlet, content, base_url), html)
        site[outlet.feed_path] = _feed(render_feed(outlet, content, base_url), outlet.format, outlet.validators)
        if outlet.fault == "dead":
            failure = b"<html><body><h1>Internal Server Error</h1></body></html>"
            site[outlet.feed_path] = Resource(failure, "text/html", HTTPStatus.INTERNAL_SERVER_ERROR)
    for article in content.articles:
        outlet = outlets[article.outlet]
        page = render_article(article, outlet, content, base_url)
        site[article.path] = Resource(page, f"text/html; charset={outlet.encoding}")
    return site


def write_feeds(path: Path, content: Content, base_url: str) -> Path:
    """Write the source list for a newsroom at `base_url`; returns its path."""
    feeds = [
        {
            "id": outlet.id,
            "name": outlet.name,
            "url": base_url + outlet.feed_path,
            "lang": outlet.lang,
            "country": outlet.country,
            "kind": outlet.kind,
        }
        for outlet in content.outlets
    ]
    path.write_text(yaml.safe_dump({"feeds": feeds}, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def _feed(body: bytes, kind: str, validators: bool) -> Resource:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"' if validators else ""
    return Resource(body, f"{FEED_TYPES[kind]}; charset=utf-8", etag=etag)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    resources: dict[str, Resource]  # by path


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "Newsroom"
    disable_nagle_algorithm = True  # head and body are two writes: the second would wait for the reader's ACK, 40 ms

    def do_GET(self) -> None:
        """Answer a path with its page or feed, 304 where the reader has it already, 404 where there is none."""
        resource = self.server.resources.get(urlsplit(self.path).path)
        if resource is None:
            resource = Resource(b"<html><body><h1>Not found</h1></body></html>", "text/html", HTTPStatus.NOT_FOUND)
        fresh = bool(resource.etag) and self.headers.get("If-None-Match") == resource.etag
        self.send_response(HTTPStatus.NOT_MODIFIED if fresh else resource.status)
        if resource.etag:
            self.send_header("ETag", resource.etag)
        if not fresh:
            self.send_header("Content-Type", resource.content_type)
            self.send_header("Content-Length", str(len(resource.body)))
        self.end_headers()
        if not fresh and self.command != "HEAD":
            self.wfile.write(resource.body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a reader of the demo wants to see the pipeline's words."""
