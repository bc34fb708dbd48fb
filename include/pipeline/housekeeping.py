"""What finished, failed and killed runs leave: removed when nobody needs it any more."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from include.objectstore import is_remote
from include.pipeline.reprocess import list_candidates
from include.pipeline.run import StepReport
from include.settings import Settings

KEEP_STAGING = timedelta(days=14)  # a red task is cleared and run again within two weeks, or never
KEEP_WORK = timedelta(days=1)  # a run takes hours at most; a work copy that nobody touched for a day is a killed run's

KEEP_ANSWERS = timedelta(days=90)  # of a language model: they quote articles, and none is read again that late


def clear_leftovers(settings: Settings, now: datetime) -> StepReport:
    """Remove staging folders and work copies that nobody has touched for long. Parked batches and the archive stay,
    and so does a reprocessing that waits for a person.

    Staging on an object store is left to the store's own lifecycle rules.
    """
    waiting = {candidate.run_id for candidate in list_candidates(settings) if candidate.state == "waiting"}
    staging = [] if is_remote(settings.staging_root) else _list_old(Path(settings.staging_root), now - KEEP_STAGING)
    work = _list_old(settings.home / "work", now - KEEP_WORK)
    staging = [path for path in staging if path.name not in waiting]
    work = [path for path in work if path.name.removesuffix(".wal").removesuffix(".duckdb") not in waiting]
    answers = [path for path in (settings.home / "llm").rglob("*") if path.is_file()]
    answers = [path for path in answers if _last_written(path) < (now - KEEP_ANSWERS).timestamp()]
    freed = sum(_measure(path) for path in (*staging, *work, *answers))
    for path in (*staging, *work, *answers):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    sentence = f"{len(staging)} staging folders and {len(work)} work files removed, {freed / 1e6:.0f} MB freed"
    if answers:
        sentence += f", {len(answers)} old answers of a language model too"
    return StepReport("housekeeping", sentence, {"staging": len(staging), "work": len(work), "bytes": freed})


def _list_old(folder: Path, limit: datetime) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _last_written(path) < limit.timestamp())


def _last_written(path: Path) -> float:
    return max(entry.stat().st_mtime for entry in (path, *path.rglob("*")))


def _measure(path: Path) -> int:
    return sum(entry.stat().st_size for entry in (path, *path.rglob("*")) if entry.is_file())
