"""What is fuzzed: every reader of foreign bytes, with honest examples to start from and the errors it may raise."""

from __future__ import annotations

import gzip
import json
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import yaml

from include.errors import ConfigError, QuarantineRecord
from tests.conftest import ROOT
from tests.shared import shared_dir

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
URL = "https://example-times.test/business/jane-roe"
_SMALL = 60_000  # bytes: a larger example makes each attempt slow and finds nothing more


@dataclass(frozen=True, slots=True)
class Target:
    """One reader. `read` gives nothing back: it fails by an error other than `refuses`, or by taking too long."""

    name: str
    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    refuses: tuple[type[Exception], ...] = ()
    seconds: float = 2.0  # for one input of this size; a page of the web is given 10


def read_feed(data: bytes) -> None:
    """A feed as it comes, to entries."""
    from include.fetch.feedformat import read_feed as read
    from include.fetch.items import make_items

    kind, _, body = data.partition(b"\n")
    feed = read(body, content_type=kind.decode("latin-1"))
    batch = make_items(feed, source_id="fuzz", url=URL, as_of=NOW)
    assert all(item.published_at is None or item.published_at.tzinfo for item in batch.items)


def read_page(data: bytes) -> None:
    """A page to an article, and its sentences to moves; every quote has to stand in the article."""
    from include.extract.article import extract_article
    from include.pipeline.reading import read_moves

    reading = read_moves(extract_article(data, url=URL, item=None, fetched_at=NOW))
    assert reading.refused is None, reading.refused
    for move in reading.moves:
        evidence = move.evidence
        assert getattr(reading.article, evidence.field)[evidence.start : evidence.end] == evidence.quote


def read_jsonld(data: bytes) -> None:
    """Scripts of structured data."""
    from include.extract.hydration import find_markup, find_published
    from include.extract.jsonld import first_text, is_article, read_nodes, resolve

    scripts = data.decode("utf-8", "replace").split("\0")
    nodes = read_nodes(scripts)
    for node in nodes:
        is_article(node)
        for value in node.values():
            first_text(resolve(value, nodes))
    find_markup(scripts)
    find_published(scripts)


def read_warc(data: bytes) -> None:
    """A file of the archive: scanned, and read at each place where a record may begin."""
    from include.fetch.index import scan_file
    from include.fetch.warc import decode_record, find_members

    offsets = [offset for offset, _ in find_members(BytesIO(data))]
    for offset in (*offsets, 1):
        try:
            decode_record(BytesIO(data), "fuzz.warc.gz", offset)
        except (EOFError, ValueError):
            continue
    list(scan_file(BytesIO(data), "fuzz.warc.gz"))


def read_dates(data: bytes) -> None:
    """Dates of feeds, of pages and of running text."""
    from include.extract.dates import parse_moment
    from include.fetch.dates import parse_feed_date
    from include.fetch.retry_after import parse_freshness, parse_retry_after

    text = data.decode("utf-8", "replace")
    found = parse_feed_date(text, as_of=NOW)
    assert found is None or found.tzinfo is not None
    parse_moment(text)
    parse_retry_after({"retry-after": text, "date": text}, NOW)
    parse_freshness({"cache-control": f"max-age={text}", "expires": text, "date": text}, NOW)


def read_text(data: bytes) -> None:
    """Words of any language to moves; the first line says the language."""
    from include.detect.moves import find_moves
    from include.extract.language import identify_language
    from include.records import LANGUAGES, Document

    first, _, rest = data.decode("utf-8", "replace").partition("\n")
    title, _, text = rest.partition("\n")
    identify_language(rest)
    document = Document("fuzz", first if first in LANGUAGES else "en", title, text, date(2026, 11, 20).isoformat())
    for move in find_moves(document):
        assert getattr(document, move.evidence.field)[move.evidence.start : move.evidence.end] == move.evidence.quote


def read_robots(data: bytes) -> None:
    """robots.txt, and what it allows."""
    from include.fetch.robots import read_robots as read

    read(200, data)


def read_pack(data: bytes) -> None:
    """A language pack that somebody proposes."""
    from include.knowledge.languages import read_pack as read

    _read_file("xx.yaml", data, read)


def read_sources(data: bytes) -> None:
    """A source list or OPML that somebody hands on."""
    from include.knowledge.feeds import load_feeds
    from include.knowledge.opml import import_opml

    opml = data.lstrip()[:1] == b"<"
    _read_file("feeds.opml" if opml else "feeds.yaml", data, import_opml if opml else load_feeds)


def read_decision(data: bytes) -> None:
    """A file that somebody put into the inbox."""
    from include.resolve.decisions import read_inbox

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "decision.json").write_bytes(data)
        read_inbox(Path(folder), on_refused=len)


def _read_file(name: str, data: bytes, read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        read(path)


def feed_seeds() -> list[bytes]:
    """A feed of each format of the newsroom's, and real ones where they are on this machine."""
    from include.newsroom.server import serve

    found = [b"application/feed+json\n" + _JSON_FEED, b"application/xml\n" + _SITEMAP]
    with serve(port=0) as newsroom:
        for source in yaml.safe_load(Path(newsroom.feeds_path).read_text(encoding="utf-8"))["feeds"]:
            # One of the newsroom's feeds is out of order.
            with suppress(urllib.error.HTTPError), urllib.request.urlopen(source["url"], timeout=20) as answer:
                found.append(answer.headers["Content-Type"].encode() + b"\n" + answer.read())
    for path in sorted((shared_dir() / "feeds").glob("*.gz"))[:40]:
        found.append(b"application/xml\n" + gzip.decompress(path.read_bytes()))
    return [seed for seed in found if len(seed) < _SMALL]


def page_seeds() -> list[bytes]:
    """The recorded pages: each has one trap of real ones."""
    return [path.read_bytes() for path in sorted((ROOT / "tests" / "recorded" / "pages").glob("*.html"))]


def jsonld_seeds() -> list[bytes]:
    """The scripts of the recorded pages, those of one page together."""
    import re

    scripts = re.compile(rb"<script[^>]*json[^>]*>(.*?)</script>", re.DOTALL)
    return [b"\0".join(found) for page in page_seeds() if (found := scripts.findall(page))]


def warc_seeds() -> list[bytes]:
    """A file of each kind of record."""
    from include.fetch.archive import Archive

    with tempfile.TemporaryDirectory() as folder:
        with Archive(folder) as archive:
            for number, page in enumerate(page_seeds()[:3]):
                zipped = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
                body = gzip.compress(page[:3_000])
                archive.append(f"{URL}/{number}", status=200, headers=zipped, body=body, fetched_at=NOW)
            archive.append(URL, status=304, headers=[("ETag", '"x"')], body=b"", fetched_at=NOW)
            archive.append_failure(f"{URL}/gone", "timeout", fetched_at=NOW)
        return [path.read_bytes() for path in Path(folder).rglob("*.warc.gz")]


def date_seeds() -> list[bytes]:
    """Dates as feeds, pages and servers write them."""
    return [text.encode() for text in _DATES]


def text_seeds() -> list[bytes]:
    """The project's own annotated articles, some of each language."""
    found = []
    for path in sorted((ROOT / "tests" / "corpus").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines()[:6]:
            article = json.loads(line)
            found.append(f"{path.stem}\n{article['title']}\n{article['text']}".encode())
    return found


def pack_seeds() -> list[bytes]:
    """Every language pack, under a name of its own."""
    packs = sorted((ROOT / "include" / "knowledge" / "languages").glob("*.yaml"))
    return [path.read_bytes().replace(f"code: {path.stem}".encode(), b"code: xx", 1) for path in packs]


def source_seeds() -> list[bytes]:
    """A source list in both forms."""
    from include.knowledge.feeds import PACKAGED_FEEDS, load_feeds, save_feeds
    from include.knowledge.opml import export_opml

    sources = load_feeds(PACKAGED_FEEDS)
    with tempfile.TemporaryDirectory() as folder:
        save_feeds(Path(folder) / "feeds.yaml", sources[:8])
        listed = (Path(folder) / "feeds.yaml").read_bytes()
    return [listed, export_opml(sources[:8]).encode()]


def decision_seeds() -> list[bytes]:
    """A decision of each kind."""
    common = {"author": "editor", "at": "2026-11-21T06:00:00+00:00", "reason": "checked by telephone"}
    kinds: Iterator[dict[str, object]] = iter(
        (
            {"kind": "approve", "subject": "0123456789abcdef"},
            {"kind": "reject", "subject": "0123456789abcdef"},
            {"kind": "merge", "subject": "0123456789abcdef", "other": "fedcba9876543210"},
            {"kind": "correct", "subject": "0123456789abcdef", "fields": {"to_org": "Acme", "date": "2026-11"}},
            {"kind": "takedown", "subject": "0123456789abcdef", "names": ["0" * 64]},
        )
    )
    return [json.dumps({"decision_id": f"d{number}", **kind, **common}).encode() for number, kind in enumerate(kinds)]


TARGETS = {
    target.name: target
    for target in (
        Target("feed", read_feed, feed_seeds),
        Target("page", read_page, page_seeds, (QuarantineRecord,), seconds=10.0),
        Target("jsonld", read_jsonld, jsonld_seeds),
        Target("warc", read_warc, warc_seeds, (EOFError, ValueError)),
        Target("dates", read_dates, date_seeds, seconds=0.5),
        Target("text", read_text, text_seeds, (QuarantineRecord,), seconds=10.0),
        Target("robots", read_robots, lambda: [_ROBOTS]),
        Target("pack", read_pack, pack_seeds, (ConfigError,), seconds=5.0),
        Target("sources", read_sources, source_seeds, (ConfigError,)),
        Target("decision", read_decision, decision_seeds),
    )
}

_ROBOTS = (
    b"User-agent: *\nDisallow: /private\nAllow: /private/*.html$\nCrawl-delay: 2.5\nSitemap: https://x.test/s.xml\n"
)
_JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Feed",
        "items": [
            {
                "id": "1",
                "url": URL,
                "title": "Jane Roe leaves",
                "content_html": "<p>She goes.</p>",
                "date_published": "2026-11-20T09:00:00Z",
                "authors": [{"name": "Pat Doe"}],
            }
        ],
    }
).encode()
_SITEMAP = (
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/'
    b'sitemap-news/0.9"><url><loc>https://example-times.test/a</loc><news:news><news:publication_date>2026-11-20'
    b"</news:publication_date><news:title>Jane Roe leaves</news:title></news:news></url></urlset>"
)
_DATES = (
    "Fri, 20 Nov 2026 09:00:00 GMT", "Fri, 20 Nov 26 09:00 +0100", "2026-11-20T09:00:00.123Z", "20261120T090000+0530",
    "2026-11-20", "20.11.2026 09:00", "20/11/2026", "Nov 20, 2026, 9:00 PM EST", "November 20th, 2026", "1795165200",
    "1795165200000", "20 ноября 2026", "2026年11月20日 9時", "20 novembre 2026", "الجمعة 20 نوفمبر 2026",
    "๒๐ พ.ย. ๒๕๖๙", "Fri, 31 Feb 2026 25:61:61 +9999", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "3600", "-1",
)  # fmt: skip
