"""What one request may cost, and for which purpose it is made."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000
MAX_REDIRECTS = 10
MAX_ENTRIES = 2_000  # of one feed; feedparser needs 1.6 s for these, 40 s for 50,000


@dataclass(frozen=True, slots=True)
class Purpose:
    """A kind of request: its byte caps, what it accepts and whether robots.txt is asked first."""

    name: str
    max_raw_bytes: int  # of the body as it comes over the wire
    max_decoded_bytes: int  # of the body after gzip, deflate or brotli
    accept: str
    ask_robots: bool = True
    only_text: bool = False  # stop after the headers of audio, video, images, archives and PDF


FEED = Purpose(
    "feed",
    10 * MEGABYTE,
    10 * MEGABYTE,
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1",
)
PAGE = Purpose(
    "page", 5 * MEGABYTE, 5 * MEGABYTE, "text/html, application/xhtml+xml, */*;q=0.1", only_text=True
)  # trafilatura is quadratic in places: above 5 MB a page costs tens of seconds
ROBOTS = Purpose("robots", 500 * 1024, 500 * 1024, "text/plain, */*;q=0.1", ask_robots=False)  # RFC 9309, 2.5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds, and how much is done at once."""

    total: float = 30.0  # of one request from connect to last byte
    connect: float = 10.0
    silence: float = 15.0  # between two reads
    robots_total: float = 15.0
    retry_after: float = 30.0  # the longest Retry-After that is waited for within a run
    host_budget: float = 3600.0  # of one host's pages within a run
    connections_per_host: int = 2
    connections: int = 256
