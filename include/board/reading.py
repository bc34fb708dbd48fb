"""The published file as the pages see it: the generation of this moment, read-only, with what was computed from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from include.errors import ConfigError

if TYPE_CHECKING:
    import duckdb

_MEMORY = "1GB"  # of one server process; a page needs a few megabytes
_T = TypeVar("_T")
Row = dict[str, Any]


class NothingPublished(ConfigError):
    """There is no published file yet."""


@dataclass(eq=False)
class _Snapshot:
    """One generation of the file, open, and what pages computed from it."""

    identity: tuple[int, int, int]
    connection: duckdb.DuckDBPyConnection
    computed: dict[str, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)


@dataclass(frozen=True, slots=True)
class Reader:
    """What one request reads with."""

    cursor: duckdb.DuckDBPyConnection
    snapshot: _Snapshot

    def rows(self, sql: str, parameters: Any = None) -> list[Row]:
        """Rows as dictionaries; times are aware, in UTC."""
        result = self.cursor.execute(sql, parameters) if parameters else self.cursor.execute(sql)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, map(_plain, values), strict=True)) for values in result.fetchall()]

    def row(self, sql: str, parameters: Any = None) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Any = None) -> Any:
        """The first cell, or None."""
        found = self.row(sql, parameters)
        return next(iter(found.values())) if found else None

    def once(self, name: str, compute: Callable[[Reader], _T]) -> _T:
        """What `compute` gives, kept until another generation is published."""
        with self.snapshot.lock:
            if name not in self.snapshot.computed:
                self.snapshot.computed[name] = compute(self)
            return cast(_T, self.snapshot.computed[name])


class PublishedFile:
    """The published file of an installation.

    Every request asks the file system which file is published at this moment. The connection to it is shared by
    requests until another one is there: opening costs thirty times what a page reads. Nothing is ever written to it.
    """

    def __init__(self, path: Path, articles_root: Path) -> None:
        self.path = path
        self._articles_root = articles_root
        self._lock = threading.Lock()
        self._snapshot: _Snapshot | None = None

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A reader of the generation that is published now.

        Raises NothingPublished, or ConfigError for a file that is not ours.
        """
        snapshot = self._current()
        cursor = snapshot.connection.cursor()
        try:
            cursor.execute("USE departures")
            yield Reader(cursor, snapshot)
        finally:
            cursor.close()

    def _current(self) -> _Snapshot:
        from include.warehouse.generations import open_read_only

        with self._lock:
            try:
                found = self.path.stat()
            except (FileNotFoundError, NotADirectoryError):
                self._snapshot = None
                raise NothingPublished(f"{self.path}: nothing has been published yet") from None
            identity = (found.st_ino, found.st_mtime_ns, found.st_size)
            if self._snapshot is None or self._snapshot.identity != identity:
                self._snapshot = None  # requests that still read the old generation hold it
                con = open_read_only(self.path, articles_root=self._articles_root, memory_limit=_MEMORY)
                self._snapshot = _Snapshot(identity, con)
            return self._snapshot


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def day_text(value: date | datetime | None) -> str:
    """A day as people write it: 14 Nov 2026."""
    return f"{value:%d %b %Y}" if value else ""
