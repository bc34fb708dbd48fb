"""The only code that opens sockets: one polite, bounded, archived GET."""

from __future__ import annotations

import resource
import ssl
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace, TracebackType
from typing import BinaryIO, cast

import aiohttp
from aiohttp.abc import AbstractResolver

from include.fetch import address, warc
from include.fetch.archive import Archive
from include.fetch.decode import BadEncoding, open_decoder
from include.fetch.exchange import Exchange, read_exchange
from include.fetch.gate import HostClosed, HostGate, Turn
from include.fetch.limits import Patience, Purpose
from include.fetch.pauses import BUSY, read_pauses
from include.fetch.reasons import HOST_CLOSED
from include.fetch.resolver import PooledResolver
from include.fetch.retry_after import parse_retry_after
from include.settings import Settings

_SPOOL_BYTES = 256_000  # a body above this goes through a temporary file: 256 at a time must fit into memory
_OPEN_FILES = 16_384
_PAUSE_AFTER_429 = 30.0  # seconds, where the server does not say how long
_NOT_TEXT = ("audio/", "video/", "image/", "font/", "application/pdf", "application/zip", "application/octet-stream")


@dataclass(frozen=True, slots=True)
class NetworkHooks:
    """What tests and benchmarks put in the place of the internet's own."""

    resolver: AbstractResolver | None = None  # closed by whoever made it
    ssl_context: ssl.SSLContext | None = None
    patience: Patience = Patience()


class LiveTransport:
    """Asks the network, politely, within limits, and archives every answer before anybody reads it."""

    def __init__(
        self,
        archive: Archive,
        *,
        as_of: datetime,
        settings: Settings,
        hooks: NetworkHooks | None = None,
        pauses: Mapping[str, float] | None = None,
    ) -> None:
        self._archive, self._as_of, self._settings = archive, as_of, settings
        self._pauses = pauses
        self._hooks = hooks or NetworkHooks()
        self._patience = self._hooks.patience
        self._allow = address.parse_allow_hosts(settings.allow_hosts)
        self.gate = HostGate(
            delay=settings.host_delay,
            per_host=self._patience.connections_per_host,
            total=self._patience.connections,
        )
        self._session: aiohttp.ClientSession | None = None
        self._own_resolver = PooledResolver() if self._hooks.resolver is None else None

    async def __aenter__(self) -> LiveTransport:
        _raise_file_limit()
        connector = aiohttp.TCPConnector(
            limit=0,  # the gate counts
            ttl_dns_cache=300,
            resolver=self._hooks.resolver or self._own_resolver,
            ssl=self._hooks.ssl_context or True,
            socket_factory=address.socket_factory(self._allow),
        )
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(self._note_sent)
        self._session = aiohttp.ClientSession(
            trace_configs=[trace],
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(
                total=self._patience.total, sock_connect=self._patience.connect, sock_read=self._patience.silence
            ),
            headers={"User-Agent": self._settings.user_agent, "Accept-Encoding": "gzip, deflate, br"},
        )
        self._archive.recover()
        pauses = self._pauses
        if pauses is None:
            pauses = read_pauses(self._archive, self._as_of, longer_than=self._patience.retry_after)
        for host, seconds in pauses.items():
            if seconds > self._patience.retry_after:
                self.gate.close(host, seconds)
            else:
                self.gate.pause(host, seconds)
        return self

    async def _note_sent(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, sent: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        context.trace_request_ctx.note_sent()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
        if self._own_resolver is not None:
            await self._own_resolver.close()
        if error is None:
            self._archive.finish()
        else:
            self._archive.abandon()

    def slow_down(self, host: str, delay: float) -> None:
        """Start requests on this host at least so many seconds apart."""
        self.gate.slow_down(host, delay)

    def set_delay(self, host: str, delay: float) -> None:
        """Use this delay for a host instead of the setting."""
        self.gate.set_delay(host, delay)

    def delay_of(self, host: str) -> float:
        """Seconds between two starts on this host."""
        return self.gate.delay_of(host)

    async def exchange(self, url: str, purpose: Purpose, headers: Mapping[str, str]) -> Exchange:
        """Return what became of the request; a short Retry-After is waited for once."""
        recovered = self._archive.find_recovered(url, at=self._as_of)
        if recovered is not None and recovered.status is not None and recovered.status < 429:
            return read_exchange(self._archive, recovered.path, recovered.offset)
        host = address.host_of(url)
        try:
            for attempt in (1, 2):
                async with self.gate.turn(host) as turn:
                    result = await self._request(url, purpose, headers, turn)
                if not self._must_pause(host, result, attempt):
                    break
        except HostClosed as closed:
            result = self._fail(url, HOST_CLOSED, {"retry-after": f"{closed.seconds:.0f}"})
        return result

    def _must_pause(self, host: str, result: Exchange, attempt: int) -> bool:
        """After 429 and 503: pause the host and say whether the request is worth repeating."""
        asked = parse_retry_after(result.headers, self._as_of) if result.status in BUSY else None
        if result.status == 429 and asked is None:
            asked = _PAUSE_AFTER_429
        if asked is None:
            return False
        if attempt > 1 or asked > self._patience.retry_after:
            self.gate.close(host, asked)
            return False
        self.gate.pause(host, asked)
        return True

    async def _request(self, url: str, purpose: Purpose, headers: Mapping[str, str], turn: Turn) -> Exchange:
        parts = address.split_web_url(url)
        if parts is None or self._session is None:
            return self._fail(url, "bad-url")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address.current_target.set((parts.hostname or "", port))
        total = self._patience.robots_total if not purpose.ask_robots else self._patience.total
        timeout = aiohttp.ClientTimeout(
            total=total, sock_connect=self._patience.connect, sock_read=self._patience.silence
        )
        try:
            async with self._session.get(
                url,
                headers={"Accept": purpose.accept, **headers},
                allow_redirects=False,
                timeout=timeout,
                trace_request_ctx=turn,
            ) as response:
                return await self._receive(url, response, purpose)
        except Exception as error:  # of any kind: five hundred feeds must not end over one strange answer
            return self._fail(url, _name_error(error))

    async def _receive(self, url: str, response: aiohttp.ClientResponse, purpose: Purpose) -> Exchange:
        raw = [(name.decode("latin-1"), warc.ascii_value(value)) for name, value in response.raw_headers]
        headers = warc.fold_headers(raw)
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as spool:
            body = cast(BinaryIO, spool)
            if purpose.only_text and headers.get("content-type", "").lower().startswith(_NOT_TEXT):
                truncated = "unspecified"
                response.close()
            else:
                truncated = await _receive_body(response, body, purpose, headers.get("content-encoding", ""))
            path, offset = self._archive.append(
                url, status=response.status, headers=raw, body=body, fetched_at=self._as_of, truncated=truncated
            )
        return Exchange(url, response.status, headers, path, offset, self._as_of, truncated)

    def _fail(self, url: str, error: str, headers: Mapping[str, str] | None = None) -> Exchange:
        path, offset = self._archive.append_failure(url, error, fetched_at=self._as_of, headers=headers)
        return Exchange(url, None, dict(headers or {}), path, offset, self._as_of, error=error)


def _raise_file_limit() -> None:
    """Idle connections to a thousand hosts need more files than the 1,024 that most systems begin with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _receive_body(response: aiohttp.ClientResponse, body: BinaryIO, purpose: Purpose, encoding: str) -> str:
    """Copy the body as it comes, counting it as it would be decoded; return why it ends early, or ""."""
    raw_bytes = decoded_bytes = 0
    decoder = None
    with suppress(BadEncoding):
        decoder = open_decoder(encoding)
    try:
        async for chunk in response.content.iter_any():
            raw_bytes += len(chunk)
            body.write(chunk[: purpose.max_raw_bytes - raw_bytes + len(chunk)])
            if decoder is not None:
                try:
                    for piece in decoder.feed(chunk):
                        decoded_bytes += len(piece)
                        if decoded_bytes > purpose.max_decoded_bytes:
                            break
                except BadEncoding:
                    decoder = None  # some servers label a plain body; the raw cap still holds
            if raw_bytes > purpose.max_raw_bytes or decoded_bytes > purpose.max_decoded_bytes:
                response.close()
                return "length"
    except TimeoutError:
        response.close()
        return "time"
    except (aiohttp.ClientError, OSError):
        response.close()
        return "disconnect"
    return ""


def _name_error(error: Exception) -> str:
    """A stable short code for what went wrong."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, address.AddressBlocked):
            return "blocked-address"
        cause = cause.__cause__ or getattr(cause, "os_error", None)
    names: tuple[tuple[type[BaseException], str], ...] = (
        (TimeoutError, "timeout"),
        (aiohttp.ClientConnectorDNSError, "dns"),
        (aiohttp.ClientSSLError, "tls"),
        (aiohttp.ServerFingerprintMismatch, "tls"),
        (aiohttp.InvalidURL, "bad-url"),
        (aiohttp.ClientConnectorError, "refused"),
        (aiohttp.ClientResponseError, "bad-http"),
        (aiohttp.ClientPayloadError, "bad-http"),
        (OSError, "disconnected"),
        (aiohttp.ClientError, "disconnected"),
        (ValueError, "bad-url"),
    )
    return next((name for kind, name in names if isinstance(error, kind)), "bad-http")
