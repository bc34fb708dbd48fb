"""reprocess: what the rules of today make of a range of the archive, beside what is published, until a person decides.

`reprocess/<run_id>/` in the home keeps the difference for good: `diff.jsonl`, an event a line, and `summary.json`. The
candidate itself is the work copy of its run; accepting it publishes it, as any other run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from include.detect.moves import DETECTOR_VERSION
from include.errors import ConfigError
from include.pipeline.base import read_base
from include.pipeline.publish import publish_run, rebuild_work
from include.pipeline.run import Progress, RunContext, StepReport, clean_run_id, no_progress
from include.pipeline.staging import write_lines
from include.settings import Settings
from include.warehouse.difference import EventDiff, diff_events
from include.warehouse.generations import read_generation, remove_work_copy

_SUMMARY, _DIFF = "summary.json", "diff.jsonl"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reprocessing, what it would change, and what became of it."""

    run_id: str
    as_of: str
    since: str
    until: str
    detector: str
    state: Literal["waiting", "accepted", "dropped"]
    gained: int
    lost: int
    changed: int
    unchanged: int

    @property
    def sentence(self) -> str:
        """What it would change, for a person."""
        return f"{self.gained} events gained, {self.lost} lost, {self.changed} changed, {self.unchanged} as published"


def compare_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Keep what the candidate believes and the published file does not. Its work copy stays until somebody decides."""
    on_progress("Comparing events", 0, 0)
    published = run.settings.published_path
    while read_generation(published) != read_base(run):  # what another run has published is no difference of ours
        rebuild_work(run, on_progress)
    diff = diff_events(published, run.work_path)
    candidate = Candidate(
        run_id=run.run_id,
        as_of=run.as_of.isoformat(),
        since=run.options.since,
        until=run.options.until,
        detector=DETECTOR_VERSION,
        state="waiting",
        gained=len(diff.gained),
        lost=len(diff.lost),
        changed=len(diff.changed),
        unchanged=diff.unchanged,
    )
    folder = _folder(run.settings, run.run_id)
    write_lines(folder / _DIFF, (json.dumps(row, ensure_ascii=False) for row in _list_changes(diff)))
    _write(run.settings, candidate)
    return run.report(
        "compare",
        f"{candidate.sentence}; `departures reprocess accept` or `departures reprocess drop`",
        gained=candidate.gained,
        lost=candidate.lost,
        changed=candidate.changed,
        unchanged=candidate.unchanged,
    )


def accept_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Publish the candidate; where others have published since, its articles are loaded anew on what they made.

    Raises ConfigError where it does not wait for a decision.
    """
    candidate = read_candidate(run.settings, run.run_id)
    if candidate.state == "dropped":
        raise ConfigError(f"{run.run_id}: was dropped; run `departures reprocess` again")
    report = publish_run(run, on_progress)
    _write(run.settings, replace(candidate, state="accepted"))
    return report


def drop_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Remove the candidate; its difference stays. Raises ConfigError where it was accepted before."""
    candidate = read_candidate(run.settings, run.run_id)
    if candidate.state == "accepted":
        raise ConfigError(f"{run.run_id}: is published; `departures restore` brings a backup back")
    on_progress("Removing the candidate", 0, 0)
    _write(run.settings, replace(candidate, state="dropped"))
    remove_work_copy(run.work_path)
    run.staging.remove()
    return StepReport("drop", f"{run.run_id} is dropped; what is published stays as it is")


def list_candidates(settings: Settings) -> list[Candidate]:
    """Every reprocessing of this home, the latest last."""
    paths = (settings.home / "reprocess").glob(f"*/{_SUMMARY}")
    found = [Candidate(**json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return sorted(found, key=lambda candidate: (candidate.as_of, candidate.run_id))


def find_waiting(settings: Settings, run_id: str = "") -> Candidate:
    """The reprocessing of this id, or the one that waits for a decision. Raises ConfigError."""
    if run_id:
        return read_candidate(settings, run_id)
    waiting = [candidate for candidate in list_candidates(settings) if candidate.state == "waiting"]
    if len(waiting) == 1:
        return waiting[0]
    if not waiting:
        raise ConfigError("no reprocessing waits for a decision; `departures reprocess` makes one")
    raise ConfigError(f"{len(waiting)} reprocessings wait; name one of {', '.join(c.run_id for c in waiting)}")


def read_candidate(settings: Settings, run_id: str) -> Candidate:
    """The reprocessing of this id. Raises ConfigError where there is none."""
    path = _folder(settings, run_id) / _SUMMARY
    if not path.is_file():
        known = ", ".join(candidate.run_id for candidate in list_candidates(settings)[-5:]) or "none"
        raise ConfigError(f"{run_id}: no such reprocessing; the last ones are: {known}")
    return Candidate(**json.loads(path.read_text(encoding="utf-8")))


def read_changes(settings: Settings, run_id: str) -> Iterator[dict[str, Any]]:
    """The lines of `diff.jsonl`: `change` (gained, lost or changed), `event_id`, `before`, `after`, `columns` that
    differ, and `evidence`."""
    with (_folder(settings, run_id) / _DIFF).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def describe_changes(settings: Settings, run_id: str, *, limit: int = 20) -> str:
    """What a reprocessing would change, as Markdown: up to `limit` events of each kind, each with its sentence."""
    candidate = read_candidate(settings, clean_run_id(run_id))
    lines = [f"{candidate.sentence}."]
    for kind, group in groupby(read_changes(settings, candidate.run_id), key=lambda change: str(change["change"])):
        members = list(group)
        lines += ["", f"**{kind}: {len(members)}**", ""]
        for change in members[:limit]:
            quotes = [f"“{evidence['quote']}”" for evidence in change["evidence"][:1]]
            lines.append(f"- {' '.join([describe_change(change), *quotes])}")
        if len(members) > limit:
            lines.append(f"- and {len(members) - limit} more")
    return "\n".join(lines)


def describe_change(change: Mapping[str, Any]) -> str:
    """One event that differs, in a line."""
    shown = change["after"] or change["before"]
    line = f"{shown['kind']}: {shown['person']}, {shown['from_org'] or '?'} → {shown['to_org'] or '?'}"
    if shown["date"]:
        line += f", {shown['date']}"
    line += f" [{shown['status']}{', flagged' if shown['flagged'] else ''}]"
    differences = [f"{name}: {change['before'][name]} → {change['after'][name]}" for name in change["columns"]]
    return f"{line} ({'; '.join(differences)})" if differences else line


def _list_changes(diff: EventDiff) -> Iterable[dict[str, Any]]:
    for kind, changes in (("gained", diff.gained), ("lost", diff.lost), ("changed", diff.changed)):
        for change in changes:
            yield {"change": kind, **asdict(change)}


def _write(settings: Settings, candidate: Candidate) -> None:
    write_lines(_folder(settings, candidate.run_id) / _SUMMARY, [json.dumps(asdict(candidate), ensure_ascii=False)])


def _folder(settings: Settings, run_id: str) -> Path:
    return settings.home / "reprocess" / run_id
