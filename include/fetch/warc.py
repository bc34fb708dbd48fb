"""Responses as WARC 1.1 records, one gzip member each, and back."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from include.fetch.decode import decode_body

MAX_READ_BYTES = 10_000_000  # of a decoded body: the most that any purpose allows
_PRINTABLE = "".join(map(chr, range(32, 127)))
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """A response as it was fetched, or why there was none."""

    url: str
    status: int | None  # None: nothing came back, see `error`
    headers: dict[str, str]  # names in small letters
    body: bytes  # decoded: without Content-Encoding
    fetched_at: datetime
    path: str  # WARC file below the archive root
    offset: int  # of the record in it, in bytes
    truncated: str = ""  # "", or why the body ends early: length, time, disconnect, unspecified
    error: str = ""  # reason code where nothing came back: timeout, dns, tls ...


def encode_response(
    url: str,
    status: int,
    headers: Headers,
    body: BinaryIO,
    length: int,
    *,
    fetched_at: datetime,
    truncated: str,
    compress_level: int,
) -> bytes:
    """Make the gzip member of a response record. `body` is as it came, Content-Encoding and all."""
    # The chunks of chunked encoding are gone by now, so that its header would be a lie.
    kept = [
        (
            "X-Archive-Orig-Transfer-Encoding" if name.lower() == "transfer-encoding" else name,
            ascii_value(value.encode()),
        )
        for name, value in headers
    ]
    http = StatusAndHeaders(_status_line(status), kept, protocol="HTTP/1.1")
    fields = {"WARC-Date": _format_date(fetched_at)}
    if truncated:
        fields["WARC-Truncated"] = truncated
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=body, length=length, http_headers=http, warc_headers_dict=fields
        )
    )
    return _gzip_member(buffer.getbuffer(), compress_level)


def encode_failure(url: str, fields: Mapping[str, str], *, fetched_at: datetime) -> bytes:
    """Make the gzip member of a metadata record: nothing came back, for the reason in the field `error`."""
    text = "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    headers = {"WARC-Date": _format_date(fetched_at)}
    writer.write_record(
        writer.create_warc_record(url, "metadata", payload=BytesIO(text), length=len(text), warc_headers_dict=headers)
    )
    return _gzip_member(buffer.getbuffer(), 1)


def encode_info(name: str, *, written_at: datetime, software: str) -> bytes:
    """Make the gzip member that opens a file."""
    text = f"software: {software}\r\nformat: WARC File Format 1.1\r\nrobots: obey\r\n".encode()
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    fields = {"WARC-Date": _format_date(written_at), "WARC-Filename": name}
    writer.write_record(
        writer.create_warc_record("", "warcinfo", payload=BytesIO(text), length=len(text), warc_headers_dict=fields)
    )
    return _gzip_member(buffer.getbuffer(), 1)


def decode_record(file: BinaryIO, path: str, offset: int) -> ArchivedResponse | None:
    """Read the record at `offset`; None where it is neither a response nor a failure. Raises EOFError, ValueError."""
    file.seek(offset)
    try:
        record = next(iter(ArchiveIterator(file)), None)
    except ArchiveLoadFailed as error:
        raise ValueError(f"{path}: no WARC record at byte {offset}: {error}") from error
    if record is None:
        raise EOFError(f"{path}: no WARC record at byte {offset}")
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    at = _parse_date(record.rec_headers.get_header("WARC-Date") or "")
    if record.rec_type == "metadata":
        lines = record.content_stream().read().decode().splitlines()
        fields = {name: value for name, _, value in (line.partition(": ") for line in lines)}
        reason = fields.pop("error", "unknown")
        return ArchivedResponse(url, None, fields, b"", at, path, offset, error=reason)
    if record.rec_type != "response":
        return None
    if record.http_headers is None:
        raise ValueError(f"{path}: the record at byte {offset} has no HTTP answer in it")
    headers = fold_headers(record.http_headers.headers)
    body = decode_body(record.raw_stream.read(), headers.get("content-encoding", ""), MAX_READ_BYTES)
    return ArchivedResponse(
        url,
        int(record.http_headers.get_statuscode()),
        headers,
        body,
        at,
        path,
        offset,
        truncated=record.rec_headers.get_header("WARC-Truncated") or "",
    )


def fold_headers(headers: Headers) -> dict[str, str]:
    """Names in small letters; a header that stands several times is joined with commas, as HTTP allows."""
    folded: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        folded[key] = f"{folded[key]}, {value}" if key in folded else value
    return folded


def ascii_value(value: bytes) -> str:
    """A header's value in ASCII, all else percent-encoded: warcio cannot write some values that are not."""
    return quote(value, safe=_PRINTABLE)


def find_members(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield (offset, length) of every complete gzip member; the torn end of a killed writer's file is left out."""
    offset, buffer, inner = 0, b"", zlib.decompressobj(16 + zlib.MAX_WBITS)
    length = 0
    while True:
        if not buffer:
            buffer = file.read(1 << 18)
            if not buffer:
                return
        try:
            inner.decompress(buffer)
        except zlib.error:
            return
        if inner.eof:
            length += len(buffer) - len(inner.unused_data)
            yield offset, length
            offset, length = offset + length, 0
            buffer, inner = inner.unused_data, zlib.decompressobj(16 + zlib.MAX_WBITS)
        else:
            length += len(buffer)
            buffer = b""


def _gzip_member(data: memoryview, level: int) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _format_date(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _parse_date(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
