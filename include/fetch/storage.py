"""Where archive files live: a folder, or an fsspec URL. Finished files appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast


class ArchiveStorage:
    """The few file operations that the archive needs. Names are relative, with slashes.

    Files are written in `drafts`, a local folder, and published from there. For an object store the drafts are in
    the machine's temporary folder: a store has no appending, and an upload is visible only when it is complete.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = str(root)
        self._fs: Any = None
        if "://" in self.root:
            import fsspec  # only installations with an object store pay for the import

            self._fs, self._base = fsspec.core.url_to_fs(self.root)
            # By user too: nobody may write into the folder of another.
            key = hashlib.sha256(f"{os.getuid()} {self.root}".encode()).hexdigest()[:16]
            self.drafts = Path(tempfile.gettempdir()) / f"departures-archive-{key}"
        else:
            self._folder = Path(self.root)
            self.drafts = self._folder / ".drafts"

    def publish(self, draft: Path, name: str) -> None:
        """Move a finished draft to its place, whole."""
        if self._fs is None:
            target = self._folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(target)
            _sync_folder(target.parent)
        else:
            self._fs.makedirs(f"{self._base}/{name}".rpartition("/")[0], exist_ok=True)
            self._fs.put_file(str(draft), f"{self._base}/{name}")
            draft.unlink()

    def open(self, name: str) -> BinaryIO:
        """Open a published file for reading. Raises FileNotFoundError."""
        if self._fs is None:
            return (self._folder / name).open("rb")
        return cast(BinaryIO, self._fs.open(f"{self._base}/{name}", "rb"))

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

    def _children(self, name: str) -> Iterator[str]:
        if self._fs is None:
            folder = self._folder / name
            if folder.is_dir():
                yield from (entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
            return
        try:
            paths = self._fs.ls(f"{self._base}/{name}".rstrip("/"), detail=False, refresh=True)
        except FileNotFoundError:
            return
        yield from (path.rstrip("/").rpartition("/")[2] for path in paths)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
