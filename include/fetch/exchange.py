"""One request, one archived answer: what every way to get it has in common, and the way through the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Protocol

from include.fetch.archive import Archive
from include.fetch.limits import Purpose
from include.settings import Settings


@dataclass(frozen=True, slots=True)
class Exchange:
    """What became of one request. The body is in the archive at (path, offset)."""

    url: str
    status: int | None  # None: nothing came back
    headers: dict[str, str] = field(default_factory=dict)  # names in small letters
    path: str = ""
    offset: int = 0
    fetched_at: datetime | None = None
    truncated: str = ""  # why the body ends early: length, time, disconnect, unspecified
    error: str = ""  # why nothing came back: timeout, dns, refused, tls, blocked-address, bad-http, disconnected ...


class Transport(Protocol):
    """Gets one answer to one GET, redirects not followed. Never raises for what the web does."""

    async def exchange(self, url: str, purpose: Purpose, headers: Mapping[str, str]) -> Exchange:
        """Return what became of the request."""
        ...

    def slow_down(self, host: str, delay: float) -> None:
        """Start requests on this host at least so many seconds apart."""
        ...

    def set_delay(self, host: str, delay: float) -> None:
        """Use this delay for a host instead of the setting."""
        ...

    def delay_of(self, host: str) -> float:
        """Seconds between two starts on this host."""
        ...

    async def __aenter__(self) -> Transport: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class ReplayTransport:
    """Answers from the archive: the newest response at or before `as_of`."""

    def __init__(self, archive: Archive, *, as_of: datetime, settings: Settings) -> None:
        self._archive, self._as_of, self._delay = archive, as_of, settings.host_delay
        self._delays: dict[str, float] = {}

    async def exchange(self, url: str, purpose: Purpose, headers: Mapping[str, str]) -> Exchange:
        """Return the archived answer; error "not-archived" where there is none."""
        entry = self._archive.find(url, not_after=self._as_of, conditional=bool(headers))
        if entry is None:
            return Exchange(url, None, error="not-archived")
        return read_exchange(self._archive, entry.path, entry.offset)

    def slow_down(self, host: str, delay: float) -> None:
        """Remember the delay: how many pages of a host fit into a run depends on it."""
        self._delays[host] = max(self.delay_of(host), delay)

    def set_delay(self, host: str, delay: float) -> None:
        """Use this delay for a host instead of the setting."""
        self._delays[host] = delay

    def delay_of(self, host: str) -> float:
        """Seconds between two starts on this host in the run that is replayed."""
        return self._delays.get(host, self._delay)

    async def __aenter__(self) -> ReplayTransport:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def read_exchange(archive: Archive, path: str, offset: int) -> Exchange:
    """Return an archived exchange as if it had just happened."""
    found = archive.read(path, offset)
    return Exchange(
        found.url, found.status, found.headers, path, offset, found.fetched_at, found.truncated, found.error
    )
