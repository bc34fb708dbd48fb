"""robots.txt (RFC 9309): asked once a host and run, obeyed for feeds and pages, with crawl-delay."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from include.fetch.address import host_of

_NO_HOST = frozenset({"dns", "refused", "tls", "blocked-address", "bad-url", "host-closed", "not-archived"})


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """What a host's robots.txt came to: rules, everything allowed, or why nobody can tell."""

    rules: Protego | None = None
    unreachable: str = ""  # reason code

    def refusal(self, url: str, agent: str) -> str:
        """Return "" where the address may be fetched, else "robots" or why the file cannot be had."""
        if self.unreachable:
            return self.unreachable
        if self.rules is None or self.rules.can_fetch(url, agent):
            return ""
        return "robots"

    def delay(self, agent: str) -> float:
        """Seconds between requests that the host asks for; 0 where it does not."""
        return float(self.rules.crawl_delay(agent) or 0.0) if self.rules else 0.0


def read_robots(status: int | None, body: bytes, error: str = "") -> RobotsFile:
    """Judge a robots.txt answer: 2xx is read, 4xx allows all, 429, 5xx and no answer mean wait (RFC 9309, 2.3.1).

    A host that cannot be reached at all keeps its own `error`, which says more than that of its robots.txt.
    """
    if error in _NO_HOST:
        return RobotsFile(unreachable=error)
    if status is not None and 200 <= status < 300:
        return RobotsFile(Protego.parse(body.decode("utf-8", "replace").lstrip("\ufeff").replace("\0", "")))
    if status is not None and 400 <= status < 500 and status != 429:
        return RobotsFile()
    return RobotsFile(unreachable="robots-unreachable")


def product_token(user_agent: str) -> str:
    """The name that robots.txt files address: the User-Agent up to the first slash or space."""
    return user_agent.replace("/", " ").split(" ")[0] or "*"


class RobotsBook:
    """The robots.txt files of a run, each fetched once, whoever asks first."""

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[RobotsFile]],
        *,
        user_agent: str,
        slow_down: Callable[[str, float], None],
    ) -> None:
        self._fetch = fetch
        self._agent = product_token(user_agent)
        self._slow_down = slow_down
        self._files: dict[str, asyncio.Task[RobotsFile]] = {}

    async def refusal(self, url: str) -> str:
        """Return "" where the address may be fetched, else why not. The host's crawl-delay is put in force."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        if origin not in self._files:
            self._files[origin] = asyncio.ensure_future(self._load(origin))
        return (await self._files[origin]).refusal(url, self._agent)

    async def _load(self, origin: str) -> RobotsFile:
        file = await self._fetch(f"{origin}/robots.txt")
        delay = file.delay(self._agent)
        if delay > 0:
            self._slow_down(host_of(origin), delay)
        return file
