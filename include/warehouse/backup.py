"""Backup and restore: one tar file with everything that cannot be fetched again."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from include.errors import ConfigError
from include.outfile import check_output, open_output
from include.warehouse.arrow import fetch_row
from include.warehouse.files import copy_file, disk_errors, explain_damage, file_lock, sync_path
from include.warehouse.generations import attach_read_only, open_read_only, read_generation

PUBLISHED = "published/departures.duckdb"
_FOLDERS = ("articles", "inbox", "alerts", "parked")
_FILES = ("feeds.yaml", "watchlist.yaml", "departures.toml")


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds, or what a restore put in place."""

    generation: int
    articles: int
    files: int


def write_backup(home: Path, target: Path, *, with_archive: bool = False) -> BackupReport:
    """Write the published file, the article texts, the inbox, the log of alerts, parked batches and the settings
    of a home into one tar file.

    Runs may go on meanwhile: the published file is taken as of one moment, and every text that it names is older than
    it. `with_archive` adds the fetched pages, if they are in the home. The target is whole or as it was; it may be a
    pipe. Raises ConfigError where nothing is published, the disk is full, or the target is a folder, stands in none
    or would take the place of what is backed up.
    """
    published = home / PUBLISHED
    if target.is_dir():
        raise ConfigError(f"{target}: is a folder; name a file, for example {target / 'departures.tar'}")
    folders = (*_FOLDERS, *(("archive",) if with_archive else ()))
    if any(target.resolve().is_relative_to((home / folder).resolve()) for folder in ("published", *folders)):
        raise ConfigError(f"{target}: lies within what is backed up; name a file elsewhere")
    check_output(target, *(home / name for name in _FILES))
    with (
        disk_errors(target.parent),
        _snapshot(published) as copy,
        open_output(target) as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        report = _check_home(copy, home / "articles")
        tar.add(copy, PUBLISHED)
        names = [path for folder in folders for path in sorted((home / folder).rglob("*")) if path.is_file()]
        names += [home / name for name in _FILES if (home / name).is_file()]
        for path in names:
            if not path.name.endswith(".tmp"):
                tar.add(path, path.relative_to(home).as_posix())
        count = len(tar.getmembers())
    return BackupReport(report.generation, report.articles, count)


def restore_backup(source: Path, home: Path) -> BackupReport:
    """Put a backup in place. What was published is kept beside it as `departures.duckdb.before-restore`.

    The backup is unpacked and checked first: a damaged one changes nothing. Texts, inbox and archive are added to what
    is there. A run under way loses its race and starts again from the restored file. Raises ConfigError.
    """
    if not source.is_file():
        raise ConfigError(f"{source}: no such file; name a backup that `departures backup` wrote")
    published = home / PUBLISHED
    with disk_errors(home):
        published.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as folder:
            unpacked = Path(folder)
            _unpack(source, unpacked)
            report = _check_home(unpacked / PUBLISHED, unpacked / "articles")
            files = [path for path in unpacked.rglob("*") if path.is_file()]
            for path in files:
                name = path.relative_to(unpacked)
                if name.as_posix() != PUBLISHED:
                    (home / name).parent.mkdir(parents=True, exist_ok=True)
                    path.replace(home / name)
            sync_path(unpacked / PUBLISHED)
            with file_lock(published.parent / ".publish.lock"):
                if published.exists():
                    published.replace(published.with_name(f"{published.name}.before-restore"))
                (unpacked / PUBLISHED).replace(published)
                sync_path(published.parent)
    return BackupReport(report.generation, report.articles, len(files))


@contextmanager
def _snapshot(published: Path) -> Iterator[Path]:
    """A copy of the published file of one moment, beside it."""
    if not published.exists():
        raise ConfigError(f"{published}: nothing has been published yet, so there is nothing to back up")
    copy = published.with_name(f".backup-{os.getpid()}.duckdb")
    try:
        copy_file(published, copy)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                _extract(tar, member, folder)
    except (tarfile.TarError, EOFError, shutil.ReadError) as error:
        raise ConfigError(f"{source}: not a whole backup ({error}); take another one") from None
    if not (folder / PUBLISHED).is_file():
        raise ConfigError(f"{source}: holds no {PUBLISHED}; name a backup that `departures backup` wrote")


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """What `extractall(filter="data")` would do: Debian 12's Python 3.11.2 does not know it."""
    target = folder / member.name
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or ".." in target.parts or not target.is_relative_to(folder):
        raise tarfile.TarError(f"{member.name} is not a file below a home")
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("wb") as written:
        shutil.copyfileobj(content, written)
    os.utime(target, (member.mtime, member.mtime))


def _check_home(published: Path, articles_root: Path) -> BackupReport:
    """Read a published file and make sure that every text it names is there."""
    generation = read_generation(published)
    attach_read_only(departures=published).close()
    con = open_read_only(published, articles_root=articles_root)
    try:
        total, missing = fetch_row(con, "SELECT count(*), count(*) FILTER (text IS NULL) FROM articles")
    except duckdb.Error as error:
        raise ConfigError(f"{articles_root}: not a whole backup ({explain_damage(error, published)})") from None
    finally:
        con.close()
    if missing:
        raise ConfigError(f"{articles_root}: {missing} of {total} articles have no text there; the backup is not whole")
    return BackupReport(generation.number, int(total), 0)
