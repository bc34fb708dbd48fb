"""The generation that a run's work copy was made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from include.pipeline.run import RunContext

if TYPE_CHECKING:
    from include.warehouse.generations import Generation

_BASE = "base.json"


def keep_base(run: RunContext, base: Generation) -> None:
    """Note it in the run's staging."""
    as_of = base.as_of.isoformat() if base.as_of else None
    run.staging.write_json(_BASE, {"number": base.number, "run_id": base.run_id, "as_of": as_of})


def read_base(run: RunContext) -> Generation:
    """What `keep_base` noted."""
    from include.warehouse.generations import Generation

    stored = run.staging.read_json(_BASE)
    as_of = datetime.fromisoformat(stored["as_of"]) if stored["as_of"] else None
    return Generation(stored["number"], stored["run_id"], as_of)


def at_warehouse_time(run: RunContext) -> RunContext:
    """The run with the time that its work copy is at, for what is said about knowledge.

    That is `as_of`, or the time of the generation it started from where a past interval is replayed: what is found now
    was not known then, and an event that has taken effect since does not become a future one again.
    """
    base = read_base(run)
    return replace(run, as_of=max(run.as_of, base.as_of)) if base.as_of else run
