"""A person's output file: whole or as it was, never what it is made from, and never in the place of a device."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from include.errors import ConfigError

_DEVICES = ("/dev/", "/proc/")  # /dev/stdout, and /dev/fd/63, which a shell makes of >(gzip)


def check_output(path: Path, *inputs: Path, name: str = "") -> None:
    """Raise ConfigError where `path` is a folder, stands in none, is a database, or one of the files that are read.

    `name` is the option that gave it. Called before the work begins, which may take hours.
    """
    said = f"{name} {path}".strip()
    if path.is_dir():
        raise ConfigError(f"{said}: is a folder; name a file")
    if not path.absolute().parent.is_dir():
        raise ConfigError(f"{said}: the folder {path.parent} does not exist; make it or name another")
    if _is_database(path):
        raise ConfigError(f"{said}: is a DuckDB database, and would be lost; name another file")
    if any(_is_same(path, read) for read in inputs):
        raise ConfigError(f"{said}: is what is read here, and would be lost; name another file")


_MAGIC = slice(8, 12)  # where a DuckDB file says what it is, behind a checksum


def _is_database(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(_MAGIC.stop)[_MAGIC] == b"DUCK"


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes are at `path` when the block ends well, and nowhere else; a link is followed.

    What goes to a device or a pipe is written as it comes, since nothing can be moved into its place.
    """
    if _is_device(path):
        with path.open("ab") as stream:  # appended: /dev/stdout may be a file with lines of before
            yield stream
        return
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def write_output(path: Path, lines: Iterable[str]) -> int:
    """Write lines of text, each with its end; return how many."""
    count = 0
    with open_output(path) as stream:
        for line in lines:
            stream.write(line.encode() + b"\n")
            count += 1
    return count


def _is_device(path: Path) -> bool:
    return str(path.absolute()).startswith(_DEVICES) or (path.exists() and not path.is_file())


def _is_same(left: Path, right: Path) -> bool:
    try:
        return left.is_file() and left.samefile(right)  # of a terminal, one may read and write
    except OSError:  # the other is not there
        return False
