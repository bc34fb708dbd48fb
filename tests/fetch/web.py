"""A small web on loopback for tests: raw sockets, any host name, every byte under the test's control."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from aiohttp.abc import AbstractResolver, ResolveResult

from include.fetch.limits import Patience
from include.fetch.network import NetworkHooks
from include.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
# Where nobody is silent on purpose, no time-out may end a request: on a busy machine every answer comes late.
PATIENT = Patience(retry_after=1.5)
HURRIED = Patience(total=8.0, connect=4.0, silence=4.0, robots_total=4.0, retry_after=1.5)  # for servers that hang


@dataclass(slots=True)
class Request:
    """One request and the means to answer it, well or badly."""

    method: str
    path: str
    headers: dict[str, str]
    writer: asyncio.StreamWriter
    hits: int  # how often this host and path were asked before
    web: Web

    @property
    def host(self) -> str:
        """Host name without port."""
        return self.headers.get("host", "").rpartition(":")[0] or self.headers.get("host", "")

    async def send(self, data: bytes) -> None:
        """Send raw bytes."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(
        self, body: bytes = b"", status: str = "200 OK", headers: Mapping[str, str] | None = None, kind: str = ""
    ) -> None:
        """Send a correct response."""
        fields = {"Content-Length": str(len(body)), "Connection": "close"}
        if kind:
            fields["Content-Type"] = kind
        fields.update(headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        await self.send(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)

    def url(self, host: str, path: str = "/") -> str:
        """Address of another host of this web."""
        return f"http://{host}:{self.web.port}{path}"


Handler = Callable[[Request], Awaitable[None]]


@dataclass(slots=True)
class Web:
    """Serves in a thread of its own; `handler` decides by host and path. Use as a context manager."""

    handler: Handler
    tls: ssl.SSLContext | None = None
    port: int = 0
    log: list[tuple[str, str, float]] = field(default_factory=list)  # host, path, loop time of every request
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _server: asyncio.Server | None = None

    def __enter__(self) -> Web:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listener.getsockname()[1]
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, sock=listener, ssl=self.tls))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        if self._thread is not None:
            self._thread.join()
        self._loop.close()

    def url(self, host: str, path: str = "/") -> str:
        """Address of a host of this web."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    async def forever(self) -> None:
        """Never answer."""
        await asyncio.sleep(3600)

    def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_soon(self._loop.stop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                request = self._read_head(head, writer)
                await self.handler(request)
                if b"keep-alive" not in head.lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def _read_head(self, head: bytes, writer: asyncio.StreamWriter) -> Request:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
        request = Request(method, path, headers, writer, 0, self)
        request.hits = self.hits[request.host, path]
        self.hits[request.host, path] += 1
        self.log.append((request.host, path, self._loop.time()))
        return request


class LoopbackResolver(AbstractResolver):
    """Every name is 127.0.0.1, except those that are said to be missing or to hang."""

    def __init__(
        self,
        *,
        missing: tuple[str, ...] = (),
        hanging: tuple[str, ...] = (),
        others: dict[str, list[str]] | None = None,
    ) -> None:
        self._missing, self._hanging, self._others = missing, hanging, others or {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return loopback, or the next of the addresses given for this name."""
        if host in self._missing:
            raise OSError(f"{host}: no such host")
        if host in self._hanging:
            await asyncio.sleep(3600)
        addresses = self._others.get(host, ["127.0.0.1"])
        address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
        ]

    async def close(self) -> None:
        """Nothing is held."""


@contextmanager
def serve_in_child(module: str, *arguments: str) -> Iterator[int]:
    """Run a server module in a process of its own, so that it takes no turns of the client's; yield its port."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdin is not None and child.stdout is not None
        try:
            yield int(child.stdout.readline())
        finally:
            child.stdin.close()


def make_settings(home: Path, *ports: int, delay: float = 0.0) -> Settings:
    """Settings that allow loopback at these ports and nothing else."""
    return Settings.from_env(
        {
            "DEPARTURES_HOME": str(home),
            "DEPARTURES_ALLOW_HOSTS": ",".join(f"127.0.0.1:{port}" for port in ports),
            "DEPARTURES_HOST_DELAY": str(delay),
            "DEPARTURES_USER_AGENT": "TestBoard/1.0 (test@example.org)",
        }
    )


def make_hooks(patience: Patience = PATIENT, tls: ssl.SSLContext | None = None, **names: object) -> NetworkHooks:
    """Hooks that lead every name to loopback."""
    return NetworkHooks(resolver=LoopbackResolver(**names), ssl_context=tls, patience=patience)  # type: ignore[arg-type]


def make_rss(*entries: str, encoding: str = "utf-8", extra: str = "") -> bytes:
    """An RSS 2.0 feed of these entries (each the inside of an <item>)."""
    items = "".join(f"<item>{entry}</item>" for entry in entries)
    channel = f'<rss version="2.0"><channel><title>T</title>{extra}{items}</channel></rss>'
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{channel}'.encode(encoding)


def make_entry(number: int, *, words: str = "") -> str:
    """The inside of an ordinary <item>."""
    return (
        f"<title>Headline {number}</title><link>/article/{number}</link><guid>guid-{number}</guid>"
        f"<pubDate>Fri, 20 Nov 2026 08:{number % 60:02d}:00 GMT</pubDate>"
        f"<description>Summary {number} {words}</description>"
    )


GOOD_FEED = make_rss(*(make_entry(number) for number in range(5)))
