"""An exodus is a statistical statement: more people left within 30 days than the organisation's own year explains.

The people who left in the twelve months before set the expectation. With a Gamma prior on the monthly rate the count
of a window is negative binomial; Benjamini-Hochberg holds the share of false alarms over organisations.
"""

from __future__ import annotations

import calendar
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from include.records import Event, ExodusWindow

WINDOW_DAYS = 30
BASELINE_DAYS = 365
PRIOR_SHAPE, PRIOR_RATE = 0.5, 1.0  # half a departure a month, held weakly
FALSE_DISCOVERY_RATE = 0.01
MINIMUM_PEOPLE = 3
_LAID_OFF = "laid-off"  # a decision of the organisation, counted apart
_NO_EXIT = "died"
_COUNTED = ("announced", "effective", "reported")


@dataclass(frozen=True, slots=True)
class _Exit:
    day: date
    person_id: str
    person: str
    event_id: str


@dataclass(frozen=True, slots=True)
class _Exits:
    """Who left one organisation, each list by day."""

    name: str
    counted: list[_Exit] = field(default_factory=list)
    laid_off: list[_Exit] = field(default_factory=list)
    undated: list[_Exit] = field(default_factory=list)  # by the day of the first report


def find_exodus(
    departures: Iterable[Event],
    *,
    as_of: datetime,
    observed_since: date | None = None,
) -> list[ExodusWindow]:
    """Judge every window of history that ends with a departure or a layoff.

    Counted are distinct people whose departure is dated, or was news when it was first reported; rumours and denials
    are not, layoffs and undated history are listed apart. `observed_since` is the first day that the monitor saw: a
    shorter baseline then expects less surely. Windows of all organisations that end on one day are judged together.
    """
    exits = _sort_exits(departures, as_of.date())
    windows: dict[date, list[ExodusWindow]] = defaultdict(list)
    for organisation_id, found in sorted(exits.items()):
        for end in sorted({entry.day for entry in (*found.counted, *found.laid_off)}):
            windows[end].append(_judge(organisation_id, found, end, observed_since))
    result: list[ExodusWindow] = []
    for end in sorted(windows):
        active = sum(1 for found in exits.values() if _is_active(found.counted, end))
        result += adjust_p_values(windows[end], tests=active)
    return result


def exit_day(event: Event) -> date | None:
    """The day that a departure counts for: the stated one; for a month the report within it, else its middle;
    without a date the day of the first report if it was news then. None for undated history."""
    reported = event.first_reported_at.date() if event.first_reported_at else None
    if event.date_precision == "day" and event.date:
        return date.fromisoformat(event.date)
    if event.date_precision == "month" and event.date:
        year, month = map(int, event.date.split("-"))
        if reported and (reported.year, reported.month) == (year, month):
            return reported
        return date(year, month, calendar.monthrange(year, month)[1] // 2)
    if event.focus == "main" and reported and (not event.date or event.date == str(reported.year)):
        return reported
    return None


def tail_probability(observed: int, baseline: int, baseline_months: float, window_months: float = 1.0) -> float:
    """P(at least `observed` in a window | `baseline` departures in `baseline_months`), months of 30 days.

    Gamma(PRIOR_SHAPE + baseline, PRIOR_RATE + baseline_months) mixed Poisson, which is negative binomial.
    """
    if observed <= 0:
        return 1.0
    shape, rate = PRIOR_SHAPE + baseline, PRIOR_RATE + baseline_months
    stay = rate / (rate + window_months)
    term = stay**shape
    below = 0.0
    for count in range(observed):
        below += term
        term *= (shape + count) / (count + 1) * (1.0 - stay)
    if below < 1.0 - 1e-9:
        return 1.0 - below
    return _sum_tail(observed, shape, stay)


def adjust_p_values(windows: Sequence[ExodusWindow], *, tests: int) -> list[ExodusWindow]:
    """Benjamini-Hochberg over the windows of one day; `tests` counts the organisations without a departure too."""
    ordered = sorted(windows, key=lambda window: window.p_value)
    count = max(tests, len(ordered))
    lowest = 1.0
    q_values: dict[str, float] = {}
    for rank in range(len(ordered), 0, -1):
        window = ordered[rank - 1]
        lowest = min(lowest, window.p_value * count / rank)
        q_values[window.organisation_id] = lowest
    return [
        replace(
            window,
            q_value=q_values[window.organisation_id],
            significant=q_values[window.organisation_id] <= FALSE_DISCOVERY_RATE and window.observed >= MINIMUM_PEOPLE,
        )
        for window in windows
    ]


def _sort_exits(departures: Iterable[Event], today: date) -> dict[str, _Exits]:
    exits: dict[str, _Exits] = {}
    for event in departures:
        if event.from_org_id is None or not _is_exit(event):
            continue
        found = exits.setdefault(event.from_org_id, _Exits(event.from_org or event.from_org_id))
        day = exit_day(event)
        among = found.undated if day is None else found.laid_off if event.reason_stated == _LAID_OFF else found.counted
        if day is None and event.first_reported_at:
            day = event.first_reported_at.date()
        if day is not None and day <= today:
            among.append(_Exit(day, event.person_id, event.person, event.event_id))
    for found in exits.values():
        for entries in (found.counted, found.laid_off, found.undated):
            entries.sort(key=lambda entry: (entry.day, entry.person_id))
    return exits


def _is_exit(event: Event) -> bool:
    return (
        event.kind == "departure"
        and event.status in _COUNTED
        and event.merged_into is None
        and event.reason_stated != _NO_EXIT
    )


def _judge(organisation_id: str, exits: _Exits, end: date, observed_since: date | None) -> ExodusWindow:
    start = end - timedelta(days=WINDOW_DAYS - 1)
    base_start = start - timedelta(days=BASELINE_DAYS)
    if observed_since is not None:
        base_start = min(max(base_start, observed_since), start)
    people, laid_off, undated = (
        _first_of_each(_between(entries, start, end)) for entries in (exits.counted, exits.laid_off, exits.undated)
    )
    before = {entry.person_id for entry in _between(exits.counted, base_start, start - timedelta(days=1))}
    months = (start - base_start).days / WINDOW_DAYS
    expected = (PRIOR_SHAPE + len(before)) / (PRIOR_RATE + months)
    return ExodusWindow(
        organisation_id=organisation_id,
        organisation=exits.name,
        window_start=start.isoformat(),
        window_end=end.isoformat(),
        observed=len(people),
        expected=round(expected, 4),
        p_value=tail_probability(len(people), len(before), months),
        q_value=1.0,
        significant=False,
        people=tuple(entry.person for entry in people),
        event_ids=tuple(entry.event_id for entry in people),
        laid_off=tuple(entry.person for entry in laid_off),
        undated=tuple(entry.person for entry in undated),
        apart_event_ids=tuple(entry.event_id for entry in (*laid_off, *undated)),
    )


def _first_of_each(exits: Sequence[_Exit]) -> list[_Exit]:
    """The first exit of each person, by day."""
    first = {entry.person_id: entry for entry in reversed(exits)}
    return sorted(first.values(), key=lambda entry: (entry.day, entry.person_id))


def _is_active(exits: Sequence[_Exit], end: date) -> bool:
    return bool(_between(exits, end - timedelta(days=BASELINE_DAYS + WINDOW_DAYS), end))


def _between(exits: Sequence[_Exit], start: date, end: date) -> Sequence[_Exit]:
    days = [entry.day for entry in exits]
    return exits[bisect_left(days, start) : bisect_right(days, end)]


def _sum_tail(observed: int, shape: float, stay: float) -> float:
    """The far tail summed from its own end, where 1 - P(below) would be lost to rounding."""
    log_term = (
        math.lgamma(shape + observed)
        - math.lgamma(shape)
        - math.lgamma(observed + 1)
        + shape * math.log(stay)
        + observed * math.log1p(-stay)
    )
    term, total, count = math.exp(log_term), 0.0, observed
    while term > total * 1e-12 and count < observed + 10_000:
        total += term
        term *= (shape + count) / (count + 1) * (1.0 - stay)
        count += 1
    return total
