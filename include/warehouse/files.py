"""Files on disk: copied, locked, forced to disk, and what is wrong with one said in a line for a person."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from include.errors import ConfigError

_FICLONE = 0x40049409  # ioctl of Linux: share the blocks of another file (btrfs, xfs)
_HEADER_BYTES = 3 * 4096  # DuckDB: one file header, two database headers
_PARQUET = re.compile(r"['\"]([^'\"]+\.parquet)['\"]")
REMEDY = "restore a backup with `departures restore`, or move the file away to start afresh"


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn a full disk or a folder that cannot be written to into one line for a person."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        remedy = _explain_disk(error)
        if remedy is None:
            raise
        raise ConfigError(f"{folder}: {remedy}; nothing that was published has changed") from error


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an advisory lock on a file; it goes with the process, so that a kill cannot leave it behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(stream, fcntl.LOCK_UN)


def _explain_disk(error: OSError | duckdb.Error) -> str | None:
    text = str(error)
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or "No space left on device" in text or "Disk quota exceeded" in text:
        return "the disk is full; free some space and run again"
    if number in (errno.EROFS, errno.EACCES, errno.EPERM) or "Read-only file system" in text:
        return "cannot be written to; check its permissions and how it is mounted"
    return None


def check_whole(con: duckdb.DuckDBPyConnection, path: Path, *, written_by_us: bool = True) -> None:
    """Raise ConfigError where the file is shorter than its header says: DuckDB notices when it reads there.

    A file that another program wrote to may lack the free blocks at its end; `written_by_us` says that none did.
    """
    expected, found = expected_bytes(con, with_free=written_by_us), path.stat().st_size
    if found < expected:
        raise ConfigError(f"cut short ({found} of {expected} bytes); {REMEDY}")


def expected_bytes(con: duckdb.DuckDBPyConnection, *, with_free: bool = True) -> int:
    ((block_size, blocks, free),) = con.execute(
        "SELECT block_size, total_blocks, free_blocks FROM pragma_database_size() "
        "WHERE database_name = current_database()"
    ).fetchall()
    return _HEADER_BYTES + int(block_size) * (int(blocks) - (0 if with_free else int(free))) if blocks else 0


def copy_file(source: Path, target: Path) -> None:
    """Copy to the disk, by sharing blocks where the file system can, else byte by byte.

    The source may be replaced meanwhile.
    """
    with source.open("rb") as reading, target.open("wb") as writing:
        try:
            fcntl.ioctl(writing.fileno(), _FICLONE, reading.fileno())
        except OSError:
            shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())  # the first checkpoint of the copy would wait for these bytes, and be called slow


def sync_path(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def explain_damage(error: duckdb.Error, path: Path) -> str:
    """What is wrong with a file and what to do, in one line."""
    text = " ".join(str(error).split())
    if "Could not set lock" in text or "lock on file" in text:
        return "open for writing in another program; close it there, or open it there with `duckdb -readonly`"
    parquet = _PARQUET.search(text)
    if parquet:
        return f"{parquet[1]}: damaged or cut short; restore a backup with `departures restore`"
    version = _storage_version(path)
    if version is None:
        return f"not a DuckDB file; {REMEDY}"
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh.duckdb"
        duckdb.connect(str(fresh)).close()
        ours = _storage_version(fresh)
    if ours is not None and version > ours:
        return f"made by a newer DuckDB (storage version {version}; {duckdb.__version__} reads {ours}); upgrade it"
    return f"damaged or cut short ({text[:160]}); {REMEDY}"


def _storage_version(path: Path) -> int | None:
    """The storage version in the header of a DuckDB file; None where it is none."""
    with path.open("rb") as stream:
        header = stream.read(20)
    return int.from_bytes(header[12:20], "little") if header[8:12] == b"DUCK" else None


def quote_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
