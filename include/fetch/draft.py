"""The WARC file that is being written, and what killed writers left behind."""

from __future__ import annotations

import fcntl
import os
import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from include.fetch.index import IndexEntry, day_of, publish_index, scan_file
from include.fetch.storage import ArchiveStorage
from include.fetch.warc import encode_info, find_members

RECOVERED_SUFFIX = "-recovered.warc.gz"
_SOFTWARE = "DepartureBoard"


@dataclass(slots=True)
class Draft:
    """One file in the making. Its lock tells other processes that the writer lives."""

    name: str  # where it will be below the archive root
    path: Path
    file: BinaryIO
    at: datetime
    size: int = 0
    entries: list[IndexEntry] = field(default_factory=list)

    @classmethod
    def create(cls, storage: ArchiveStorage, at: datetime) -> Draft:
        """Open a file for the responses of one run, named after its time and its number among that time's."""
        storage.drafts.mkdir(parents=True, exist_ok=True)
        day, stamp = day_of(at), at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        earlier = [found for name in storage.list_files(day) if (found := re.search(rf"/{stamp}-(\d+)-", name))]
        number = max((int(found[1]) for found in earlier), default=0) + 1
        base = f"{stamp}-{number:04d}-{uuid.uuid4().hex[:8]}.warc.gz"
        path = storage.drafts / base
        unlocked = path.with_suffix(".new")  # not yet seen by recover_drafts, which takes what is not locked
        file = unlocked.open("wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        unlocked.rename(path)
        draft = cls(f"{day}/{base}", path, file, at)
        draft.size = file.write(encode_info(base, written_at=at, software=_SOFTWARE))
        return draft

    def write(self, member: bytes, entry: IndexEntry) -> tuple[str, int]:
        """Append one record and return its (path, offset). It survives a kill of this process from here on."""
        offset = self.size
        self.file.write(member)
        self.file.flush()
        self.size += len(member)
        self.entries.append(replace(entry, path=self.name, offset=offset))
        return self.name, offset

    def publish(self, storage: ArchiveStorage) -> None:
        """Move the file and its index to their place."""
        os.fsync(self.file.fileno())
        storage.publish(self.path, self.name)
        publish_index(storage, self.name, self.entries)
        self.file.close()


def recover_drafts(storage: ArchiveStorage) -> int:
    """Publish the drafts that no living process holds, without their torn end; return how many."""
    return sum(_recover(path, storage) for path in sorted(storage.drafts.glob("*.warc.gz")))


def _recover(path: Path, storage: ArchiveStorage) -> bool:
    try:
        file = path.open("r+b")
    except FileNotFoundError:  # another process was faster
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        members = list(find_members(file))
        file.truncate(sum(members[-1]) if members else 0)
        entries = list(scan_file(file, path.name))
        if not entries or not path.exists():  # empty, or another process was faster
            path.unlink(missing_ok=True)
            return False
        name = f"{day_of(entries[0].at)}/{path.name.removesuffix('.warc.gz')}{RECOVERED_SUFFIX}"
        storage.publish(path, name)
        publish_index(storage, name, [replace(entry, path=name) for entry in entries])
    return True
