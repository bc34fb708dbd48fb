"""The archive: every response as it was fetched, in WARC files, one or more a run.

A file is written as a draft, one gzip member a response, flushed each time; when it is full or the run ends it is
moved to `YYYY/MM/DD/`, with an index beside it. What a killed process left as a draft is moved there by the next
one, without the torn last record, and marked `recovered`: its responses need not be fetched again.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from include.fetch.draft import RECOVERED_SUFFIX, Draft, recover_drafts
from include.fetch.index import IndexEntry, day_of, read_index
from include.fetch.storage import ArchiveStorage
from include.fetch.warc import (
    ArchivedResponse,
    Headers,
    decode_record,
    encode_failure,
    encode_response,
    fold_headers,
)

FILE_BYTES = 64_000_000  # a file is finished when it is larger: what a scan or an upload takes at a time


class Archive:
    """Append responses, read them by (path, offset), find them by address and time.

    `root` is a folder or an fsspec URL. One object is used by one process; any number of processes may write
    into the same root.
    """

    def __init__(self, root: str | Path, *, file_bytes: int = FILE_BYTES) -> None:
        self.storage = ArchiveStorage(root)
        self._file_bytes = file_bytes
        self._draft: Draft | None = None
        self._days: list[str] | None = None
        self._index: dict[str, dict[str, list[IndexEntry]]] = {}

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        else:
            self.abandon()

    def append(
        self,
        url: str,
        *,
        status: int,
        headers: Headers,
        body: bytes | BinaryIO,
        fetched_at: datetime,
        truncated: str = "",
    ) -> tuple[str, int]:
        """Write one response, its body as it came over the wire, and return where it is: (path, offset)."""
        stream = BytesIO(body) if isinstance(body, bytes) else body
        length = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        member = encode_response(
            url,
            status,
            headers,
            stream,
            length,
            fetched_at=fetched_at,
            truncated=truncated,
            compress_level=0 if "content-encoding" in fold_headers(headers) else 4,  # never twice
        )
        return self._write(member, IndexEntry(url, fetched_at, status, "", 0))

    def append_failure(
        self, url: str, error: str, *, fetched_at: datetime, headers: Mapping[str, str] | None = None
    ) -> tuple[str, int]:
        """Write down that nothing came back, and what we know instead, so that a replay knows it too."""
        member = encode_failure(url, {"error": error, **(headers or {})}, fetched_at=fetched_at)
        return self._write(member, IndexEntry(url, fetched_at, None, "", 0, error))

    def finish(self) -> None:
        """Move what was written to its place. To be called at the end of every run; may be called again."""
        if self._draft is not None:
            draft, self._draft = self._draft, None
            draft.publish(self.storage)
            self._forget_index()

    def abandon(self) -> None:
        """Stop writing without publishing, as a kill does: the next run recovers what was written."""
        if self._draft is not None:
            self._draft.file.close()
            self._draft = None

    def recover(self) -> int:
        """Publish what killed processes left behind; return how many files."""
        count = recover_drafts(self.storage)
        self._forget_index()
        return count

    def read(self, path: str, offset: int) -> ArchivedResponse:
        """Read one response. Raises FileNotFoundError, EOFError or ValueError where there is none."""
        with self._open(path) as file:
            response = decode_record(file, path, offset)
        if response is None:
            raise ValueError(f"{path}: the record at byte {offset} is no response")
        return response

    def find(
        self, url: str, *, not_after: datetime, not_before: datetime | None = None, conditional: bool = True
    ) -> IndexEntry | None:
        """Return the newest entry for an address at or before `not_after`.

        A 304 counts only where `conditional`: it answers one who has the body already.
        """
        for day in reversed(self._list_days()):
            if not_before is not None and day < day_of(not_before):
                return None
            for entry in reversed(self._index_of(day).get(url, [])) if day <= day_of(not_after) else ():
                if not_before is not None and entry.at < not_before:
                    return None
                if entry.at <= not_after and (conditional or entry.status != 304):
                    return entry
        return None

    def find_recovered(self, url: str, *, at: datetime) -> IndexEntry | None:
        """Return what a killed run of the same `at` had already fetched of an address."""
        for entry in reversed(self._index_of(day_of(at)).get(url, [])):
            if entry.at == at and entry.path.endswith(RECOVERED_SUFFIX):
                return entry
        return None

    def list_between(self, since: datetime, until: datetime, *, statuses: Collection[int]) -> Iterator[IndexEntry]:
        """Yield the responses of these statuses from `since` to `until`, both included, in no order."""
        for day in self._list_days():
            if day_of(since) <= day <= day_of(until):
                for entries in self._index_of(day).values():
                    yield from (entry for entry in entries if entry.status in statuses and since <= entry.at <= until)

    def list_entries(self, *, since: date | None = None, until: date | None = None) -> Iterator[IndexEntry]:
        """Yield the index entry of every request, oldest file first, of the days from `since` to `until`."""
        for day in self.storage.list_days():
            number = date(*map(int, day.split("/")))
            if (since is None or number >= since) and (until is None or number <= until):
                for name in self._list_warcs(day):
                    yield from read_index(self.storage, name)

    def _write(self, member: bytes, entry: IndexEntry) -> tuple[str, int]:
        if self._draft is not None and (self._draft.size >= self._file_bytes or self._draft.at != entry.at):
            self.finish()
        if self._draft is None:
            self._draft = Draft.create(self.storage, entry.at)
        return self._draft.write(member, entry)

    def _open(self, path: str) -> BinaryIO:
        draft = self._draft
        if draft is not None and path == draft.name:
            with suppress(FileNotFoundError):  # finished a moment ago: feeds are read in a thread
                return draft.path.open("rb")
        return self.storage.open(path)

    def _list_days(self) -> list[str]:
        if self._days is None:
            self._days = self.storage.list_days()
        return self._days

    def _list_warcs(self, day: str) -> list[str]:
        return [name for name in self.storage.list_files(day) if name.endswith(".warc.gz")]

    def _index_of(self, day: str) -> dict[str, list[IndexEntry]]:
        if day not in self._index:
            index: dict[str, list[IndexEntry]] = {}
            for name in self._list_warcs(day):
                for entry in read_index(self.storage, name):
                    index.setdefault(entry.url, []).append(entry)
            for entries in index.values():
                entries.sort(key=lambda entry: entry.at)  # stable: of equal times the one written last is last
            self._index[day] = index
        return self._index[day]

    def _forget_index(self) -> None:
        self._days = None
        self._index.clear()
