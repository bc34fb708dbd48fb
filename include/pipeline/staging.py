"""What steps hand to one another: whole files below `staging/<run_id>/`, moved into place when complete.

A folder of this machine or, for workers on several machines, an object store by fsspec URL. A reader sees a whole
file or none; a step that is killed leaves at most a temporary file that the next attempt writes over.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from include.objectstore import ObjectStore, is_remote
from include.pipeline.codec import dump_lines, load_lines

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Staging:
    """The staging folder of one run. `root` is a folder or an fsspec URL such as `s3://bucket/staging`."""

    root: str
    run_id: str

    def write_records(self, name: str, records: Iterable[Any]) -> int:
        """Write one JSON line a record into `name`, whole or not at all; return how many."""
        return self._write_lines(name, dump_lines(records))

    def read_records(self, kind: type[Record], name: str) -> list[Record]:
        """The records of one file; raises FileNotFoundError where the step before has not run."""
        return list(load_lines(kind, self._read_lines(name)))

    def read_all(self, kind: type[Record], folder: str) -> list[Record]:
        """The records of every file in a folder, in order of file names; none where the folder is absent."""
        return [record for name in self.list_files(folder) for record in self.read_records(kind, f"{folder}/{name}")]

    def write_json(self, name: str, value: Any) -> None:
        """Write a small JSON document, whole or not at all."""
        self._write_lines(name, [json.dumps(value, ensure_ascii=False)])

    def read_json(self, name: str) -> Any:
        """The inverse of write_json; raises FileNotFoundError."""
        return json.loads("".join(self._read_lines(name)))

    def exists(self, name: str) -> bool:
        """Whether this file is there, whole."""
        return self._path(name).is_file() if self._local else self._store().exists(f"{self.run_id}/{name}")

    def list_files(self, folder: str) -> list[str]:
        """Names of the whole files of a folder, sorted."""
        if not self._local:
            return self._store().list_names(f"{self.run_id}/{folder}")
        path = self._path(folder)
        names = [entry.name for entry in path.iterdir() if entry.is_file()] if path.is_dir() else []
        return sorted(name for name in names if not name.startswith("."))

    def remove(self) -> None:
        """Remove the run's folder with all that is in it."""
        if self._local:
            shutil.rmtree(self._path(""), ignore_errors=True)
        else:
            self._store().remove(self.run_id)

    @property
    def _local(self) -> bool:
        return not is_remote(self.root)

    def _path(self, name: str) -> Path:
        return Path(self.root) / self.run_id / name

    def _store(self) -> ObjectStore:
        return ObjectStore(self.root)

    def _write_lines(self, name: str, lines: Iterable[str]) -> int:
        if self._local:
            return write_lines(self._path(name), lines)
        with tempfile.TemporaryDirectory(prefix="departures-staging-") as folder:
            finished = Path(folder) / "lines"
            count = write_lines(finished, lines)
            self._store().upload(finished, f"{self.run_id}/{name}")
        return count

    def _read_lines(self, name: str) -> Iterator[str]:
        if self._local:
            with self._path(name).open(encoding="utf-8") as stream:
                yield from stream
        else:
            # Not str.splitlines: it also splits at U+2028, which JSON text may hold.
            yield from StringIO(self._store().read(f"{self.run_id}/{name}").decode("utf-8"))


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write a text file through a temporary name beside it, so that `path` is whole or as it was; return the lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    count = 0
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            for line in lines:
                stream.write(line + "\n")
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return count
