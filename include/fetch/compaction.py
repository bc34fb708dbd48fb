"""Fewer, larger archive files: those of a day that has passed are joined into one.

WARC files are chains of gzip members, so that a joined file is its parts one after the other, and a record's offset
moves by what stands before it. The parts stay for a while beside it, for runs that have staged pages of them. An
archive on an object store is left as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from include.fetch.index import IndexEntry, index_name, publish_index, read_index
from include.fetch.storage import ArchiveStorage

PARTS_GRACE = timedelta(days=2)  # a run takes hours at most, and its tasks may be cleared on the day after
_ENDING = "-joined.warc.gz"
_PARTS = ".parts.json"


@dataclass(frozen=True, slots=True)
class JoinedFile:
    """A file that was joined: where it is, when that was, and how many bytes stand before each of its parts."""

    name: str
    joined_at: datetime
    shifts: dict[str, int]


def join_days(root: str | Path, *, before: date, now: datetime) -> int:
    """Join the files of each day before `before` that has more than one; return how many parts were joined.

    Killed at any line and called again, it does the same again. The warehouse must follow: see `list_moved`.
    """
    storage = ArchiveStorage(root)
    joined = 0
    for day in storage.list_days():
        parts = sorted(set(_list_warcs(storage, day)) - _known_parts(storage, day))
        if date(*map(int, day.split("/"))) < before and len(parts) > 1:
            _join(storage, day, parts, now)
            joined += len(parts)
    return joined


def list_joined(root: str | Path) -> list[JoinedFile]:
    """Every joined file, oldest first."""
    storage = ArchiveStorage(root)
    return [found for day in storage.list_days() for found in _list_joined(storage, day)]


def list_moved(root: str | Path) -> dict[str, tuple[str, int]]:
    """Every file that was ever joined: where it is now, and how many bytes stand before it there."""
    moved = {part: (found.name, shift) for found in list_joined(root) for part, shift in found.shifts.items()}
    for part, (name, shift) in moved.items():
        while name in moved:  # joined once more, with what a replay has added to the day
            name, more = moved[name]
            shift += more
        moved[part] = (name, shift)
    return moved


def remove_parts(root: str | Path, *, now: datetime, grace: timedelta = PARTS_GRACE) -> int:
    """Delete what was joined at least `grace` ago; return how many files. The joined file has all of it."""
    folder, removed = Path(root), 0
    for found in list_joined(root):
        if now - found.joined_at < grace:
            continue
        for name in found.shifts:
            removed += (folder / name).exists()
            (folder / name).unlink(missing_ok=True)
            (folder / index_name(name)).unlink(missing_ok=True)
    return removed


def _join(storage: ArchiveStorage, day: str, parts: list[str], now: datetime) -> None:
    stamp = parts[0].rpartition("/")[2].partition("-")[0]
    base = f"{stamp}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:8]}{_ENDING}"
    name = f"{day}/{base}"
    storage.drafts.mkdir(parents=True, exist_ok=True)
    draft = storage.drafts / f"{base}.joining"  # no name that `recover_drafts` would take
    shifts: dict[str, int] = {}
    entries: list[IndexEntry] = []
    with draft.open("wb") as joined:
        for part in parts:
            shifts[part] = joined.tell()
            entries += [
                replace(entry, path=name, offset=entry.offset + shifts[part]) for entry in read_index(storage, part)
            ]
            with storage.open(part) as reading:
                shutil.copyfileobj(reading, joined, 1 << 20)
        joined.flush()
        os.fsync(joined.fileno())
    note = storage.drafts / f"{base}{_PARTS}"
    note.write_text(json.dumps({"joined_at": now.astimezone(UTC).isoformat(), "shifts": shifts}), encoding="utf-8")
    storage.publish(note, f"{name}{_PARTS}")
    publish_index(storage, name, entries)
    storage.publish(draft, name)


def _list_warcs(storage: ArchiveStorage, day: str) -> list[str]:
    return [name for name in storage.list_files(day) if name.endswith(".warc.gz")]


def _known_parts(storage: ArchiveStorage, day: str) -> set[str]:
    return {part for found in _list_joined(storage, day) for part in found.shifts}


def _list_joined(storage: ArchiveStorage, day: str) -> Iterator[JoinedFile]:
    """The joined files of a day, also those that have been joined once more. A note without its file is of a call
    that was killed, and its parts are all there is."""
    names = set(storage.list_files(day))
    notes = {name.removesuffix(_PARTS): _read_note(storage, name) for name in sorted(names) if name.endswith(_PARTS)}
    whole = {name for name in notes if name in names}
    while more := {part for name in whole for part in notes[name].shifts if part in notes} - whole:
        whole |= more
    yield from (notes[name] for name in sorted(whole))


def _read_note(storage: ArchiveStorage, name: str) -> JoinedFile:
    with storage.open(name) as file:
        note = json.load(file)
    return JoinedFile(name.removesuffix(_PARTS), datetime.fromisoformat(note["joined_at"]), note["shifts"])
