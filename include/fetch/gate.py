"""Politeness: how many requests a host gets at a time, and how far their starts are apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class HostClosed(Exception):
    """The host asked for a longer pause than a run waits: `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Host:
    def __init__(self, delay: float, connections: int) -> None:
        self.delay = delay
        self.next_start = 0.0
        self.closed_for: float | None = None
        self.connections = asyncio.Semaphore(connections)
        self.order = asyncio.Lock()


class Turn:
    """One request's turn on its host."""

    def __init__(self, host: str, state: _Host) -> None:
        self.host = host
        self._state = state
        self._is_next_waiting = True

    def note_sent(self) -> None:
        """Count the delay from now: the request has only now left, after looking up the name and connecting."""
        self.count_delay()
        self.let_next()

    def count_delay(self) -> None:
        """Nothing starts on this host for its delay, from now."""
        self._state.next_start = max(self._state.next_start, asyncio.get_running_loop().time() + self._state.delay)

    def let_next(self) -> None:
        """Let the next request wait for its start."""
        if self._is_next_waiting:  # a request that is repeated on another connection leaves twice
            self._is_next_waiting = False
            self._state.order.release()


class HostGate:
    """Lets requests start: at most `per_host` at a time on one host, `delay` seconds apart, `total` in all.

    Times are those of the running event loop, in seconds.
    """

    def __init__(self, *, delay: float, per_host: int, total: int) -> None:
        self._delay = delay
        self._per_host = per_host
        self._total = asyncio.Semaphore(total)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[Turn]:
        """Wait for this host's next start; the body of the `async with` is the request. Raises HostClosed.

        The next one of the host waits until this one has left, or failed to: two that wait for their connections would
        else leave together, however long ago the first began.
        """
        state = self._state(host)
        async with state.connections:
            await state.order.acquire()
            turn = Turn(host, state)
            try:
                await self._wait(state)
                await self._total.acquire()
                try:
                    turn.count_delay()  # of a request that never leaves, too
                    yield turn
                finally:
                    self._total.release()
            finally:
                turn.let_next()

    def slow_down(self, host: str, delay: float) -> None:
        """Never start requests on this host closer together than `delay` seconds."""
        state = self._state(host)
        state.delay = max(state.delay, delay)

    def set_delay(self, host: str, delay: float) -> None:
        """Use this delay for a host instead of the general one."""
        self._state(host).delay = delay

    def pause(self, host: str, seconds: float) -> None:
        """Start nothing on this host for so long."""
        state = self._state(host)
        state.next_start = max(state.next_start, asyncio.get_running_loop().time() + seconds)

    def close(self, host: str, seconds: float) -> None:
        """Start nothing on this host any more: it asked for a pause of so many seconds."""
        self._state(host).closed_for = seconds

    def delay_of(self, host: str) -> float:
        """Seconds between two starts on this host."""
        return self._state(host).delay

    async def _wait(self, state: _Host) -> None:
        loop = asyncio.get_running_loop()
        while (left := state.next_start - loop.time()) > 0 and state.closed_for is None:
            await asyncio.sleep(left)
        if state.closed_for is not None:
            raise HostClosed(state.closed_for)

    def _state(self, host: str) -> _Host:
        if host not in self._hosts:
            self._hosts[host] = _Host(self._delay, self._per_host)
        return self._hosts[host]
