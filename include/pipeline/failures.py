"""What the operator is told when a run has failed for good, and where `departures doctor` finds it."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from include.pipeline.staging import write_lines
from include.settings import Settings

log = logging.getLogger("departures")
_NAME = "last_failure.json"


def report_failure(settings: Settings, *, run_id: str, step: str, cause: str, at: datetime, logged: bool = True) -> str:
    """Log one line, keep it in the home, send it to the alert addresses; return it.

    Raises neither for the network nor for the disk.
    """
    from include.publish.alerts import notify_operator

    cause = " ".join(cause.split())[:500]
    line = f"{step} of run {run_id} failed: {cause}"
    section = f"{step}-is-red" if logged else "when-something-is-red"  # the command knows only what it had finished
    remedy = f"What was published before stands. What to do: docs/operations.md#{section}"
    if logged:
        log.error("%s. %s", line, remedy)
    kept = json.dumps({"line": line, "step": step, "run_id": run_id, "at": at.isoformat()})
    with suppress(OSError):  # a full disk is one of the failures to tell of
        write_lines(failure_path(settings), [kept])
    if settings.alert_urls:
        notify_operator(settings.alert_urls, f"Departure Board: {step} failed", f"{line}\n{remedy}")
    return line


def clear_failure(settings: Settings) -> None:
    """A run was published: what failed before is over."""
    failure_path(settings).unlink(missing_ok=True)


def read_failure(settings: Settings) -> dict[str, Any] | None:
    """The last failure since the last publication, with `line`, `step`, `run_id` and `at`; None where there is none."""
    path = failure_path(settings)
    if not path.is_file():
        return None
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return stored


def failure_path(settings: Settings) -> Path:
    """Where the last failure is kept."""
    return settings.home / _NAME
