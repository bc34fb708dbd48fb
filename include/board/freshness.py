"""How old the published data are, and whether they are older than the schedule lets them be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.board.reading import Reader
from include.board.wording import as_moment
from include.pipeline.failures import read_failure
from include.settings import Settings

_GRACE = timedelta(hours=3)  # a run takes its time, and may be tried again


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the foot of every page says, and the banner where `late`."""

    as_of: datetime | None
    generation: int
    run_id: str
    late: bool
    age: str
    schedule: str
    failed_step: str  # of the last run, where it failed


def read_freshness(reader: Reader, settings: Settings, now: datetime) -> Freshness:
    """Judge the published generation at a moment."""
    latest: dict[str, Any] = reader.once("generation", lambda r: r.row("SELECT * FROM store.generation") or {})
    as_of = as_moment(latest.get("as_of"))
    failure = read_failure(settings)
    return Freshness(
        as_of=as_of,
        generation=latest.get("number", 0),
        run_id=latest.get("run_id", ""),
        late=as_of is not None and now > next_due(settings.schedule, as_of) + _GRACE,
        age=describe_age(now - as_of) if as_of else "",
        schedule=settings.schedule,
        failed_step=failure["step"] if failure else "",
    )


def next_due(schedule: str, after: datetime) -> datetime:
    """When a cron schedule fires next; a day later where it is none that we know."""
    from croniter import croniter

    try:
        due: datetime = croniter(schedule, after).get_next(datetime)
    except (ValueError, KeyError, AttributeError):
        return after + timedelta(days=1)
    return due


def describe_age(age: timedelta) -> str:
    """An age as people say it."""
    hours = max(0, int(age.total_seconds() // 3600))
    if hours < 48:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{hours // 24} days"
