"""Undo Content-Encoding piece by piece, never holding more than was asked for."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

_STEP = 65_536


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says, or the encoding is unknown."""


class Decoder(Protocol):
    """Undoes one encoding. `feed` yields pieces of at most a few hundred kilobytes."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next encoded bytes and yield what they decode to."""
        ...


class _Identity:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data


class _Zlib:
    """gzip (several members too) and deflate, with or without the zlib header that many servers leave out."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inner = zlib.decompressobj(window)
        self._started = False
        self._held = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._started:
            data = self._held + data
            self._held = data if len(data) < 2 else b""  # the zlib header, if there is one, is judged as a whole
            data = data if len(data) >= 2 else b""
        while data:
            try:
                piece = self._inner.decompress(data, _STEP)
            except zlib.error as error:
                if self._window != zlib.MAX_WBITS or self._started:
                    raise BadEncoding(str(error)) from error
                self._window = -zlib.MAX_WBITS
                self._inner = zlib.decompressobj(self._window)
                continue
            self._started = True
            if piece:
                yield piece
            data = self._inner.unconsumed_tail
            if self._inner.eof:
                data = self._inner.unused_data.lstrip(b"\0")
                if data and self._window < 16:  # only gzip has further members
                    return
                self._inner = zlib.decompressobj(self._window)


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._inner.process(data, output_buffer_limit=_STEP)
            while piece or not self._inner.can_accept_more_data():
                yield piece
                piece = self._inner.process(b"", output_buffer_limit=_STEP)
        except brotli.error as error:
            raise BadEncoding(str(error)) from error


class _Chain:
    def __init__(self, first: Decoder, second: Decoder) -> None:
        self._first, self._second = first, second

    def feed(self, data: bytes) -> Iterator[bytes]:
        for piece in self._first.feed(data):
            yield from self._second.feed(piece)


def open_decoder(content_encoding: str) -> Decoder:
    """Return the decoder for a Content-Encoding header. Raises BadEncoding for one that was never asked for."""
    names = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    if len(names) > 2:  # stacked encodings are only ever met as bombs
        raise BadEncoding(f"{len(names)} encodings on top of each other")
    decoder: Decoder = _Identity()
    for name in names:
        decoder = _Chain(_open_one(name), decoder) if len(names) > 1 else _open_one(name)
    return decoder


def decode_body(body: bytes, content_encoding: str, cap: int) -> bytes:
    """Decode a whole body up to `cap` bytes; what was decoded before an error or the cap is returned."""
    result = bytearray()
    try:
        for piece in open_decoder(content_encoding).feed(body):
            result += piece
            if len(result) >= cap:
                break
    except BadEncoding:
        if not result:
            return body[:cap]  # "Content-Encoding: gzip" on a plain body is a common server mistake
    return bytes(result[:cap])


def _open_one(name: str) -> Decoder:
    if name in ("gzip", "x-gzip"):
        return _Zlib(16 + zlib.MAX_WBITS)
    if name == "deflate":
        return _Zlib(zlib.MAX_WBITS)
    if name == "br":
        return _Brotli()
    if name in ("identity", "utf-8", "none"):
        return _Identity()
    raise BadEncoding(f"unknown encoding {name!r}")
