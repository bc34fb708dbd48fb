"""maintain: what is kept no longer goes, small files of past days become one, and room is given back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

from include.detect.moves import DETECTOR_VERSION
from include.errors import BaseMoved, ConfigError
from include.fetch.compaction import join_days, list_moved, remove_parts
from include.pipeline.housekeeping import clear_leftovers
from include.pipeline.reprocess import list_candidates
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.settings import Settings
from include.warehouse.compaction import compact_texts, has_holes, remove_orphan_texts, rewrite_work_copy
from include.warehouse.generations import create_work_copy, open_work, publish_work_copy, remove_work_copy
from include.warehouse.retention import RetentionPolicy, apply_retention, relocate_archive
from include.warehouse.runs import write_run

ATTEMPTS = 5  # each one lost against a run that published meanwhile


def maintain_home(run: RunContext, on_progress: Progress = no_progress) -> Iterator[StepReport]:
    """All of the upkeep, in order."""
    yield clear_leftovers(run.settings, run.as_of)
    yield maintain_warehouse(run, on_progress)


def maintain_warehouse(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Apply retention, join small files of past days and months, give room back; publish that as any other run.

    Nothing is published where nothing is to be done. What others still read (older texts, parts of joined archive
    files) goes at a later call. Raises ConfigError for a wrong retention, and BaseMoved after too many lost races.
    """
    settings, policy = run.settings, read_policy(run.settings.retention)
    if not settings.published_path.exists():
        return run.report("maintain", "nothing is published yet")
    local = "://" not in settings.archive_root
    on_progress("Joining archive files", 0, 0)
    joined = (
        join_days(settings.archive_root, before=run.as_of.date() - timedelta(days=1), now=run.as_of) if local else 0
    )
    on_progress("Maintaining the warehouse", 0, 0)
    counts = _publish_maintained(run, policy, local)
    orphans = remove_orphan_texts(
        settings.published_path, settings.articles_root, now=run.as_of, candidates=_list_waiting(settings)
    )
    parts = remove_parts(settings.archive_root, now=run.as_of) if local else 0
    removed = sum(count for name, count in counts.items() if name not in ("texts", "relocated", "saved"))
    sentence = (
        f"{removed} rows kept no longer, {joined} archive files and {counts['texts']} text files joined, "
        f"{len(orphans) + parts} old files removed, {counts['saved'] / 1e6:.0f} MB given back"
    )
    counts |= {"joined": joined, "orphans": len(orphans), "parts": parts}
    return run.report("maintain", sentence, **counts)  # type: ignore[arg-type]  # the names are none of its own


def _list_waiting(settings: Settings) -> list[Path]:
    """The work copies of reprocessings that wait for a person."""
    waiting = [candidate.run_id for candidate in list_candidates(settings) if candidate.state == "waiting"]
    paths = [settings.home / "work" / f"{run_id}.duckdb" for run_id in waiting]
    return [path for path in paths if path.exists()]


def read_policy(text: str) -> RetentionPolicy:
    """What DEPARTURES_RETENTION says over the defaults: `quarantine=90, articles_without_moves=730`, days or `forever`.

    Raises ConfigError.
    """
    layers = [field.name for field in fields(RetentionPolicy)]
    changes: dict[str, int | None] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        found = re.fullmatch(r"(\w+)\s*=\s*(\d+|forever)", entry)
        if not found or found[1] not in layers:
            raise ConfigError(
                f"DEPARTURES_RETENTION: {entry!r}; layer=days or layer=forever is expected, "
                f"layers are {', '.join(layers)}"
            )
        changes[found[1]] = None if found[2] == "forever" else int(found[2])
    return replace(RetentionPolicy(), **changes)


def _publish_maintained(run: RunContext, policy: RetentionPolicy, local: bool) -> dict[str, int]:
    """Work on a copy and swap it in; return what was done, by layer."""
    settings = run.settings
    moved = list_moved(settings.archive_root) if local else {}
    for attempt in range(1, ATTEMPTS + 1):
        base = create_work_copy(
            settings.published_path,
            run.work_path,
            run_id=run.run_id,
            as_of=run.as_of,
            articles_root=settings.articles_root,
        )
        try:
            with open_work(run.work_path) as con:
                counts = apply_retention(con, policy, as_of=run.as_of)
                counts["relocated"] = relocate_archive(con, moved) if moved else 0
                counts["texts"] = compact_texts(con, settings.articles_root, before=run.as_of.date())
                write_run(con, run.run_id, as_of=run.as_of, detector=DETECTOR_VERSION, counts=counts)
                con.execute("CHECKPOINT")
                holes = has_holes(con)
            counts["saved"] = 0
            if holes:
                before, after = rewrite_work_copy(run.work_path, settings.articles_root)
                counts["saved"] = before - after
            if any(counts.values()):
                publish_work_copy(run.work_path, settings.published_path, base)
            return counts
        except BaseMoved:
            if attempt == ATTEMPTS:
                raise
        finally:
            remove_work_copy(run.work_path)
    raise AssertionError("the loop returns or raises")
