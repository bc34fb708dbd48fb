"""The index beside each WARC file: one JSON line a response. It can always be made again from the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from include.fetch.storage import ArchiveStorage
from include.fetch.warc import decode_record, find_members


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the index knows of one response, or of one request that nothing came back for."""

    url: str
    at: datetime
    status: int | None
    path: str
    offset: int
    error: str = ""


def day_of(moment: datetime) -> str:
    """Folder of a moment's files, `YYYY/MM/DD` in UTC."""
    return moment.astimezone(UTC).strftime("%Y/%m/%d")


def index_name(name: str) -> str:
    """Name of the index that belongs to a WARC file."""
    return name.removesuffix(".warc.gz") + ".index.jsonl"


def publish_index(storage: ArchiveStorage, name: str, entries: list[IndexEntry]) -> None:
    """Write the index of the WARC file `name` beside it."""
    draft = storage.drafts / index_name(name.rpartition("/")[2])
    draft.write_text("".join(f"{_to_json(entry)}\n" for entry in entries), encoding="utf-8")
    storage.publish(draft, index_name(name))


def read_index(storage: ArchiveStorage, name: str) -> Iterator[IndexEntry]:
    """Yield what a WARC file holds, from its index, or from the file where the index is missing."""
    try:
        with storage.open(index_name(name)) as file:
            lines = file.read().decode("utf-8").splitlines()
    except FileNotFoundError:  # killed between the two moves, or the index was thrown away
        with storage.open(name) as file:
            yield from scan_file(file, name)
        return
    for line in lines:
        yield _from_json(line, name)


def scan_file(file: BinaryIO, name: str) -> Iterator[IndexEntry]:
    """Yield what a WARC file holds by reading it through; a record that is damaged is left out."""
    file.seek(0)
    for offset, _ in list(find_members(file)):
        try:
            response = decode_record(file, name, offset)
        except (EOFError, ValueError):
            continue
        if response is not None:
            yield IndexEntry(response.url, response.fetched_at, response.status, name, offset, response.error)


def _to_json(entry: IndexEntry) -> str:
    record = {
        "url": entry.url,
        "at": entry.at.astimezone(UTC).isoformat(),
        "status": entry.status,
        "offset": entry.offset,
        "error": entry.error,
    }
    return json.dumps(record, ensure_ascii=False)


def _from_json(line: str, name: str) -> IndexEntry:
    record = json.loads(line)
    at = datetime.fromisoformat(record["at"])
    return IndexEntry(record["url"], at, record["status"], name, record["offset"], record["error"])
