"""Where archive files live: a folder, or an fsspec URL. Finished files appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from include.objectstore import ObjectStore, is_remote


class ArchiveStorage:
    """The few file operations that the archive needs. Names are relative, with slashes.

    Files are written in `drafts`, a local folder, and published from there. For an object store the drafts are in
    the machine's temporary folder: a store has no appending, and an upload is visible only when it is complete.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = str(root)
        self._folder = Path(self.root)
        self._store: ObjectStore | None = None
        if is_remote(self.root):
            self._store = ObjectStore(self.root)
            # By user too: nobody may write into the folder of another.
            key = hashlib.sha256(f"{os.getuid()} {self.root}".encode()).hexdigest()[:16]
            self.drafts = Path(tempfile.gettempdir()) / f"departures-archive-{key}"
        else:
            self.drafts = self._folder / ".drafts"

    def publish(self, draft: Path, name: str) -> None:
        """Move a finished draft to its place, whole. Where the store fails, the draft stays for `recover_drafts`."""
        if self._store is not None:
            self._store.upload(draft, name)
            draft.unlink()
            return
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(target)
        _sync_folder(target.parent)

    def open(self, name: str) -> BinaryIO:
        """Open a published file for reading. Raises FileNotFoundError."""
        return self._store.open(name) if self._store is not None else (self._folder / name).open("rb")

    def list_days(self) -> list[str]:
        """Names of the day folders, `YYYY/MM/DD`, oldest first."""
        days = [
            f"{year}/{month}/{day}"
            for year in self._children("")
            if len(year) == 4 and year.isdigit()
            for month in self._children(year)
            for day in self._children(f"{year}/{month}")
        ]
        return sorted(days)

    def list_files(self, day: str) -> list[str]:
        """Names of the files of a day, in the order in which they were written."""
        return [f"{day}/{name}" for name in sorted(self._children(day))]

    def _children(self, name: str) -> Iterable[str]:
        if self._store is not None:
            return self._store.list_names(name)
        folder = self._folder / name
        return [entry.name for entry in os.scandir(folder) if entry.name[0] != "."] if folder.is_dir() else []


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
