"""One address to its final answer: robots asked, redirects followed hop by hop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType

from include.fetch.address import host_of, resolve_link, split_web_url
from include.fetch.archive import Archive
from include.fetch.exchange import Exchange, ReplayTransport, Transport, read_exchange
from include.fetch.limits import MAX_REDIRECTS, ROBOTS, Purpose
from include.fetch.network import LiveTransport, NetworkHooks
from include.fetch.robots import RobotsBook, RobotsFile, read_robots
from include.settings import Settings

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ROBOTS_AGE = timedelta(days=1)  # RFC 9309, 2.4


@dataclass(frozen=True, slots=True)
class Answer:
    """Where an address led and what was there."""

    final_url: str
    exchange: Exchange | None  # None: nobody was asked
    reason: str = ""  # "" for a whole 2xx or 304, else why not: robots, http-403, timeout, too-large ...
    permanent_url: str = ""  # where a chain of 301 and 308 led, "" where the first hop was none

    @property
    def status(self) -> int | None:
        """HTTP status of the last answer."""
        return self.exchange.status if self.exchange else None

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the last answer, names in small letters."""
        return self.exchange.headers if self.exchange else {}


class WebClient:
    """Gets addresses for a purpose, live or replayed; an `async with` block is one run."""

    def __init__(self, transport: Transport, archive: Archive, *, as_of: datetime, user_agent: str) -> None:
        self._transport, self._archive, self._as_of = transport, archive, as_of
        self._robots = RobotsBook(self._fetch_robots, user_agent=user_agent, slow_down=transport.slow_down)

    async def __aenter__(self) -> WebClient:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def refusal(self, url: str) -> str:
        """Return "" where robots.txt lets this address be fetched, else the reason code."""
        return "bad-url" if split_web_url(url) is None else await self._robots.refusal(url)

    def set_delay(self, url: str, delay: float) -> None:
        """Use this delay, in seconds, for the host of `url` instead of the setting."""
        self._transport.set_delay(host_of(url), delay)

    def delay_of(self, host: str) -> float:
        """Seconds between two starts on this host: the setting, or the crawl-delay where that is longer."""
        return self._transport.delay_of(host)

    async def get(self, url: str, purpose: Purpose, headers: Mapping[str, str] | None = None) -> Answer:
        """Return where the address led. Never raises for what the web does."""
        seen: set[str] = set()
        permanent, chain_is_permanent = "", True
        exchange: Exchange | None = None
        while True:
            if split_web_url(url) is None:
                return Answer(url, exchange, "bad-url")
            if url in seen or len(seen) > MAX_REDIRECTS:
                return Answer(url, exchange, "redirect-loop" if url in seen else "too-many-redirects")
            seen.add(url)
            refusal = await self._robots.refusal(url) if purpose.ask_robots else ""
            if refusal:
                return Answer(url, exchange, refusal, permanent)
            exchange = await self._transport.exchange(url, purpose, headers or {})
            location = exchange.headers.get("location", "")
            if exchange.status not in _REDIRECTS or not location:
                return Answer(url, exchange, judge_exchange(exchange), permanent)
            url = resolve_link(url, location)
            chain_is_permanent = chain_is_permanent and exchange.status in (301, 308)
            permanent = url if chain_is_permanent else permanent

    async def _fetch_robots(self, url: str) -> RobotsFile:
        entry = self._archive.find(url, not_after=self._as_of, not_before=self._as_of - _ROBOTS_AGE)
        if entry is not None and entry.status is not None and (entry.status < 300 or 400 <= entry.status < 429):
            exchange: Exchange | None = read_exchange(self._archive, entry.path, entry.offset)
        else:
            exchange = (await self.get(url, ROBOTS)).exchange
        if exchange is None or exchange.status is None:
            return read_robots(None, b"", exchange.error if exchange else "bad-url")
        status = 404 if exchange.status in _REDIRECTS else exchange.status  # endless redirects: as if not there
        return read_robots(status, self._archive.read(exchange.path, exchange.offset).body)


def open_client(
    archive: Archive,
    *,
    as_of: datetime,
    settings: Settings,
    replay: bool = False,
    hooks: NetworkHooks | None = None,
    pauses: Mapping[str, float] | None = None,
) -> WebClient:
    """Make the client of one run: on the network, or on the archive where `replay`.

    `pauses` are seconds for which hosts are still to be left alone, where another archive than `archive` knows them.
    """
    transport: Transport = (
        ReplayTransport(archive, as_of=as_of, settings=settings)
        if replay
        else LiveTransport(archive, as_of=as_of, settings=settings, hooks=hooks, pauses=pauses)
    )
    return WebClient(transport, archive, as_of=as_of, user_agent=settings.user_agent)


def judge_exchange(exchange: Exchange) -> str:
    """Return "" for a whole success or a 304, else the reason code."""
    if exchange.error:
        return exchange.error
    status = exchange.status or 0
    if status == 304:
        return ""
    if not 200 <= status < 300:
        return "paywall" if status == 402 else f"http-{status}"
    endings = {"length": "too-large", "time": "timeout", "disconnect": "disconnected", "unspecified": "not-text"}
    return endings.get(exchange.truncated, "")
