"""When something happened, as intervals of days: what the text states, and what the day of publication implies."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from include.records import StoredMove

WINDOW_DAYS = 21  # measured best on simulated events (0, 7, 21, 45 days tried)
DAY_SLACK = 2  # time zones, and "on Tuesday" for Monday night
NEWS_BEFORE, NEWS_AFTER = 45, 3  # an undated main report tells of the last weeks, or of what comes within days
Precision = Literal["day", "month", "year", "none"]
PRECISIONS: tuple[Precision, ...] = ("day", "month", "year", "none")


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def gap(self, other: Interval) -> int:
        """Days between two intervals; 0 where they touch."""
        return max(0, (other.start - self.end).days, (self.start - other.end).days)


def precision_of(text: str | None) -> Precision:
    """How precise an ISO date is: `2026-11-21` day, `2026-11` month, `2026` year."""
    return PRECISIONS[3 - text.count("-") - 1] if text else "none"


def stated_interval(text: str | None, slack: int = DAY_SLACK) -> Interval | None:
    """The days that a stated date covers; None for none or for one that is no date."""
    if not text:
        return None
    parts = [int(part) for part in text.split("-")]
    try:
        if len(parts) == 1:
            return Interval(date(parts[0], 1, 1), date(parts[0], 12, 31))
        if len(parts) == 2:
            year, month = parts
            return Interval(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        day = date.fromisoformat(text)
    except (ValueError, calendar.IllegalMonthError):
        return None
    return Interval(day - timedelta(slack), day + timedelta(slack))


@dataclass(frozen=True, slots=True)
class MoveTime:
    """The time of one move: what is stated, and around its publication if it is told as news."""

    stated: Interval | None
    told: Interval | None  # None for what is recalled in passing, and where the day of publication is not known
    published: date | None
    precision: Precision

    @property
    def is_ahead(self) -> bool:
        """Whether the stated date lies after the publication: announced now, effective then."""
        return bool(self.stated and self.published and self.stated.start + timedelta(DAY_SLACK) > self.published)

    @property
    def is_doubtful(self) -> bool:
        """Whether it is told as news and yet dated long before: the date may be that of something else in the text.

        "Sutskever, who had voted against Altman in November, is leaving" was read as a departure of November.
        """
        return bool(
            self.told and self.stated and self.published and self.stated.end + timedelta(NEWS_BEFORE) < self.published
        )


def overtakes(fact: MoveTime, plan: MoveTime) -> bool:
    """Whether somebody left before the day for which it had been announced: then that day says nothing any more.

    Tavares was to go in January 2026, as Stellantis said in October 2024, and went in December. What is dated within
    three weeks of the announcement may be its own day.
    """
    if not (plan.is_ahead and plan.stated and plan.published and fact.stated) or fact.is_ahead:
        return False
    since, until = plan.published + timedelta(WINDOW_DAYS), plan.stated.start - timedelta(WINDOW_DAYS)
    return since < fact.stated.start and fact.stated.end < until


def time_of(stored: StoredMove) -> MoveTime:
    """Read the time of a stored move."""
    published = stored.published_at.date() if stored.published_at else None
    stated = stated_interval(stored.move.date)
    told = None
    if published and stored.move.focus == "main":
        told = Interval(published - timedelta(0 if stated else NEWS_BEFORE), published + timedelta(NEWS_AFTER))
    return MoveTime(stated, told, published, precision_of(stored.move.date) if stated else "none")


def time_gap(left: MoveTime, right: MoveTime) -> int | None:
    """Days between two moves if they can be one event in time, else None.

    Stated dates decide. They may differ where one of them is the day of the announcement and the other the day on
    which it takes effect, or where one is doubtful: then the reports themselves are near each other. What is recalled
    without a date can be anything before it was told.
    """
    if left.stated and right.stated:
        gap = left.stated.gap(right.stated)
        if gap <= WINDOW_DAYS:
            return gap
        if left.told and right.told and (left.is_ahead or right.is_ahead):
            told = min(left.told.gap(right.told), _cross_gap(left, right))
            return told if told <= WINDOW_DAYS else None
        if left.told and right.told and (left.is_doubtful or right.is_doubtful):
            told = left.told.gap(right.told)
            # Whatever agrees with the date is nearer.
            return WINDOW_DAYS + 1 + told if told <= WINDOW_DAYS else None
        return None
    gaps = [a.gap(b) for a in _anchors(left) for b in _anchors(right)]
    if gaps:
        return min(gaps) if min(gaps) <= WINDOW_DAYS else None
    return _recalled_gap(left, right)


def _cross_gap(left: MoveTime, right: MoveTime) -> int:
    gaps = [
        ahead.stated.gap(other.told)
        for ahead, other in ((left, right), (right, left))
        if ahead.is_ahead and ahead.stated and other.told
    ]
    return min(gaps, default=WINDOW_DAYS + 1)


def _anchors(time: MoveTime) -> list[Interval]:
    return [interval for interval in (time.stated, time.told) if interval]


def _recalled_gap(left: MoveTime, right: MoveTime) -> int | None:
    """One of the two has no anchor: it is recalled, without a date. It must have happened before it was told."""
    anchored = _anchors(left) or _anchors(right)
    recalled = right if _anchors(left) else left
    if not anchored or recalled.published is None:
        return 0
    start = min(interval.start for interval in anchored)
    behind = (recalled.published - start).days + NEWS_AFTER
    return max(0, behind) if behind >= 0 else None
