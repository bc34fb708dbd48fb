"""Was anything published of late? The operator is told once when it was not for longer than twice the schedule."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from include.errors import ConfigError
from include.pipeline.run import StepReport
from include.pipeline.staging import write_lines
from include.settings import Settings

_TOLD = "late.json"


def read_interval(schedule: str, now: datetime) -> timedelta:
    """The time between the last two runs that a cron expression asked for. Raises ConfigError."""
    from croniter import croniter

    try:
        due = croniter(schedule, now)
        last = due.get_prev(datetime)
        interval: timedelta = last - due.get_prev(datetime)
    except (ValueError, KeyError, AttributeError):  # what croniter raises on a text that is no cron
        raise ConfigError(
            f"DEPARTURES_SCHEDULE={schedule!r}: a cron expression is expected, such as '0 6 * * *'"
        ) from None
    return interval


def find_lateness(settings: Settings, now: datetime) -> str:
    """One line where the last publication is older than twice the schedule; "" where it is not, or there is none."""
    published = settings.published_path
    if not published.exists():
        return ""
    at = datetime.fromtimestamp(published.stat().st_mtime, UTC)
    limit = 2 * read_interval(settings.schedule, now)
    if now - at <= limit:
        return ""
    return (
        f"nothing was published since {at:%Y-%m-%d %H:%M} UTC, and DEPARTURES_SCHEDULE ({settings.schedule}) asks for "
        "it twice as often at least; is news_departures paused, or are its runs red?"
    )


def watch_freshness(settings: Settings, now: datetime) -> StepReport:
    """Tell the operator that nothing is published, once for each publication that is not followed by another."""
    from include.publish.alerts import notify_operator

    line = find_lateness(settings, now)
    told = settings.home / _TOLD
    if not line:
        told.unlink(missing_ok=True)
        return StepReport("freshness", "published in time", {"late": 0, "told": 0})
    since = str(settings.published_path.stat().st_mtime_ns)
    known = told.is_file() and json.loads(told.read_text(encoding="utf-8")).get("since") == since
    taken = 0
    if settings.alert_urls and not known:
        taken = notify_operator(settings.alert_urls, "Departure Board: nothing was published", line, now)
    if taken:  # where no channel took it, the next look tries again
        write_lines(told, [json.dumps({"since": since, "line": line, "at": now.isoformat()})])
    return StepReport("freshness", line, {"late": 1, "told": taken}, (line,))
