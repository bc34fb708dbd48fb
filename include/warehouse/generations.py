"""Generations of the published file: copied, worked on, and swapped in whole. The published one is never written to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from include.errors import BaseMoved, ConfigError
from include.warehouse.arrow import count_rows, fetch_row, read_time, store_time
from include.warehouse.files import (
    REMEDY,
    check_whole,
    copy_file,
    disk_errors,
    expected_bytes,
    explain_damage,
    file_lock,
    quote_text,
    sync_path,
)
from include.warehouse.migrations import list_migrations, migrate, read_version
from include.warehouse.texts import prepare_root
from include.warehouse.views import create_views


@dataclass(frozen=True, slots=True)
class Generation:
    """Which publication a file is. `number` 0 and `run_id` "" stand for nothing published yet."""

    number: int
    run_id: str
    as_of: datetime | None = field(default=None, compare=False)  # the latest time that any run up to it took for now


def create_work_copy(published: Path, work: Path, *, run_id: str, as_of: datetime, articles_root: Path) -> Generation:
    """Copy the published file to `work`, migrate the copy, and return the generation it started from.

    Where nothing is published the work copy is a new, empty warehouse. An earlier work copy of the same name is
    replaced: a step that begins here can be killed and run again. Raises ConfigError where the published file is not
    one of ours, is cut short, or was made by a newer program; it is left as it is.
    """
    partial = work.with_name(f".{work.name}.{os.getpid()}.tmp")
    with disk_errors(work.parent):
        work.parent.mkdir(parents=True, exist_ok=True)
        remove_work_copy(work)
        for path in work.parent.glob(f".{work.name}.*.tmp*"):  # of an attempt that was killed
            path.unlink(missing_ok=True)
        prepare_root(articles_root)
        try:
            if published.exists():
                copy_file(published, partial)
            base = _prepare_copy(partial, published, run_id, as_of, articles_root)
            partial.replace(work)
        finally:
            remove_work_copy(partial)
    return base


def publish_work_copy(work: Path, published: Path, base: Generation) -> Generation:
    """Move a finished work copy over the published file and return its generation.

    Compare-and-swap: under a short file lock the published generation must still be `base`, else BaseMoved is raised
    and nothing changes. The work copy is checkpointed first, so that it is one file. Open readers keep the
    generation that they have opened. Where this very work was published already (the step was killed after the swap
    and runs again, perhaps after other runs), it says so and does nothing.
    """
    if not work.exists():
        return _find_publication(published, work, base)
    with open_work(work) as con:
        con.execute("CHECKPOINT")
        made = _read_generation(con)
        expected = expected_bytes(con)
    # DuckDB leaves free blocks at the end unwritten; with them there, a file that was cut short is told by its length.
    if work.stat().st_size < expected:
        os.truncate(work, expected)
    with disk_errors(published.parent):
        published.parent.mkdir(parents=True, exist_ok=True)
        ready = _bring_beside(work, published)
        try:
            with file_lock(published.parent / ".publish.lock"):
                _swap(ready, published, base)
        finally:
            if ready != work:
                ready.unlink(missing_ok=True)
        remove_work_copy(work)
    return made


def read_generation(published: Path) -> Generation:
    """The generation of the published file; number 0 where there is none. Raises ConfigError as create_work_copy."""
    if not published.exists():
        return Generation(0, "")
    con = attach_read_only(departures=published)
    try:
        return _read_generation(con)
    finally:
        con.close()


def open_read_only(
    published: Path, *, articles_root: Path | None = None, memory_limit: str = ""
) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the file as it is published at this moment, closed to the world outside.

    The file is attached to a connection of its own: `duckdb.connect(path)` would return the generation that any other
    connection of this process still has open. External access is off but for the article Parquet (default: the folder
    `articles` of the same home). Raises ConfigError where nothing is published or the file is not ours.
    """
    if not published.exists():
        raise ConfigError(f"{published}: nothing has been published yet; run `departures run` first")
    root = (articles_root or published.parent.parent / "articles").resolve()
    before = published.stat()
    con = attach_read_only(departures=published)
    try:
        if published.stat().st_ino == before.st_ino:  # else another generation was published meanwhile
            _check_published(con, published)
        if memory_limit:
            con.execute("SET memory_limit = ?", [memory_limit])
            con.execute("SET temp_directory = ''")
        con.execute("SET VARIABLE articles_root = ?", [str(root)])
        con.execute("SET allowed_directories = [" + quote_text(f"{root}/") + "]")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
    except BaseException:
        con.close()
        raise
    return con


def _check_published(con: duckdb.DuckDBPyConnection, published: Path) -> None:
    """Say that a file was cut short, rather than let a query find out that answers are missing."""
    try:
        check_whole(con, published, written_by_us=False)
    except ConfigError as error:
        raise ConfigError(f"{published}: {error}") from None


@contextmanager
def open_work(work: Path, *, memory_limit: str = "", threads: int = 0) -> Iterator[duckdb.DuckDBPyConnection]:
    """The work copy, open for writing while the block lasts. One process at a time.

    Raises ConfigError where the disk is full or the folder cannot be written to.
    """
    config: dict[str, str | bool | int | float | list[str]] = {}
    if memory_limit:
        config["memory_limit"] = memory_limit
    if threads:
        config["threads"] = threads
    with disk_errors(work.parent):
        con = duckdb.connect(str(work), config=config)
        try:
            yield con
        finally:
            con.close()


def remove_work_copy(work: Path) -> None:
    """Remove a work copy and what DuckDB keeps beside it."""
    for path in (work, Path(f"{work}.wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(f"{work}.tmp", ignore_errors=True)


def _prepare_copy(partial: Path, published: Path, run_id: str, as_of: datetime, articles_root: Path) -> Generation:
    copied = partial.exists()
    try:
        with open_work(partial) as con:
            check_whole(con, partial)
            if copied and read_version(con) == 0:
                raise ConfigError(f"an empty DuckDB file; {REMEDY}")
            migrate(con)
            base = _read_generation(con)
            con.execute(
                "UPDATE store.generation SET number = ?, run_id = ?, as_of = greatest(as_of, ?::TIMESTAMP)",
                [base.number + 1, run_id, store_time(as_of)],
            )
            create_views(con, articles_root)
            con.execute("CHECKPOINT")
    except ConfigError as error:
        raise ConfigError(f"{published}: {error}") from None
    except duckdb.Error as error:
        raise ConfigError(f"{published}: {explain_damage(error, published)}") from None
    return base


def attach_read_only(**files: Path) -> duckdb.DuckDBPyConnection:
    """A connection of its own with each file attached read-only under the name of its argument.

    Raises ConfigError where a file is missing, not ours, or of a newer program.
    """
    con = duckdb.connect(":memory:")
    try:
        for name, path in files.items():
            _attach_one(con, name, path)
    except BaseException:
        con.close()
        raise
    return con


def _attach_one(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    try:
        con.execute(f"ATTACH {quote_text(str(path))} AS {name} (READ_ONLY)")
        con.execute(f"USE {name}")
        version, known = read_version(con), len(list_migrations())
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    except duckdb.Error as error:
        if not path.exists():
            raise ConfigError(f"{path}: no such file; check the path") from None
        raise ConfigError(f"{path}: {explain_damage(error, path)}") from None
    if version > known:
        raise ConfigError(
            f"{path}: schema version {version}, and this program knows versions up to {known}; upgrade it"
        )
    if version == 0:
        raise ConfigError(f"{path}: an empty DuckDB file; {REMEDY}")


def _read_generation(con: duckdb.DuckDBPyConnection) -> Generation:
    number, run_id, as_of = fetch_row(con, "SELECT number, run_id, as_of FROM store.generation")
    return Generation(int(number), str(run_id), read_time(as_of))


def _find_publication(published: Path, work: Path, base: Generation) -> Generation:
    """The generation that a work copy which is gone has become."""
    current = read_generation(published)
    if current.number == base.number + 1 and current.run_id == work.stem:
        return current
    if current.number > base.number:
        con = attach_read_only(departures=published)
        try:
            number = count_rows(
                con, "SELECT coalesce(max(generation), 0) FROM store.runs WHERE run_id = ?", [work.stem]
            )
        finally:
            con.close()
        if number > base.number:
            return Generation(number, work.stem)
    raise ConfigError(f"{work}: no such work copy; run the steps from load again")


def _bring_beside(work: Path, published: Path) -> Path:
    """The finished file on the disk of the published one, where one rename can swap it in."""
    sync_path(work)
    ready = published.with_name(f".{published.name}.{os.getpid()}.tmp")
    try:
        # Two mounts of one disk, such as two volumes of one machine, have the same device number, and still a rename
        # between them fails; so does a link.
        os.link(work, ready)
        ready.unlink()
        return work
    except OSError:
        copy_file(work, ready)
        sync_path(ready)
        return ready


def _swap(ready: Path, published: Path, base: Generation) -> None:
    current = read_generation(published)
    if current != base:
        raise BaseMoved(
            f"{published}: generation {current.number} of run {current.run_id!r} was published meanwhile, "
            f"this run started from generation {base.number}; load to audit must run again on the new base"
        )
    _set_aside_foreign_wal(published, current)
    ready.replace(published)
    sync_path(published.parent)


def _set_aside_foreign_wal(published: Path, current: Generation) -> None:
    """Someone opened the published file for writing and left a log: keep it, but away from the next generation."""
    log = Path(f"{published}.wal")
    if log.exists():
        log.replace(published.with_name(f"{published.name}.wal.of-generation-{current.number}"))
