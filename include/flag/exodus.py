"""An exodus is a statistical statement: more people left within 30 days than the organisation's own year explains.

The people who left in the twelve months before set the expectation. With a Gamma prior on the monthly rate the count
of a window is negative binomial; Benjamini-Hochberg holds the share of false alarms over organisations.
"""

from __future__ import annotations

import calendar
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from include.records import Event, Exit, ExodusWindow

WINDOW_DAYS = 30
BASELINE_DAYS = 365
PRIOR_SHAPE, PRIOR_RATE = 0.5, 1.0  # half a departure a month, held weakly
FALSE_DISCOVERY_RATE = 0.01
MINIMUM_PEOPLE = 3
REACH_DAYS = BASELINE_DAYS + WINDOW_DAYS  # before the end of a window, for all that bears on it
COUNTED = ("announced", "effective", "reported")  # of a rumour or a denial nobody has left
_LAID_OFF = "laid-off"  # a decision of the organisation, counted apart
_NO_EXIT = "died"
APART = (_LAID_OFF, _NO_EXIT)


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
    departures: Iterable[Exit],
    *,
    as_of: datetime,
    observed_since: date | None = None,
    since: date | None = None,
    active: Mapping[date, int] | None = None,
) -> list[ExodusWindow]:
    """Judge every window of history that ends with a departure or a layoff, on `since` or later.

    Counted are distinct people whose departure is dated, or was news when it was first reported; rumours and denials
    are not, layoffs and undated history are listed apart. `observed_since` is the first day that the monitor saw: a
    shorter baseline then expects less surely. Windows of all organisations that end on one day are judged together.
    `active` says, by day, how many organisations somebody left in the REACH_DAYS up to it; without it those given are
    all that there are.
    """
    exits = _sort_exits(departures, as_of.date())
    windows: dict[date, list[ExodusWindow]] = defaultdict(list)
    for organisation_id, found in sorted(exits.items()):
        for end in sorted({entry.day for entry in (*found.counted, *found.laid_off)}):
            if since is None or end >= since:
                windows[end].append(_judge(organisation_id, found, end, observed_since))
    result: list[ExodusWindow] = []
    for end in sorted(windows):
        if active is None:
            tests = sum(1 for found in exits.values() if _is_active(found.counted, end))
        else:
            tests = active.get(end, 0)
        result += adjust_p_values(windows[end], tests=tests)
    return result


def list_exits(events: Iterable[Event]) -> list[Exit]:
    """What is counted of those of the events that are departures and are believed."""
    return [
        _make_exit(event)
        for event in events
        if event.kind == "departure" and event.merged_into is None and event.review not in ("rejected", "taken-down")
    ]


def _make_exit(event: Event) -> Exit:
    # The history tells of rumours too, which first_reported_at leaves out where they were months ahead of the news.
    first = event.history[0].at.date() if event.focus == "main" and event.history else None
    return Exit(
        event_id=event.event_id,
        organisation_id=event.from_org_id,
        organisation=event.from_org,
        person_id=event.person_id,
        person=event.person,
        status=event.status,
        reason_stated=event.reason_stated,
        day=exit_day(event),
        reported_on=event.first_reported_at.date() if event.first_reported_at else None,
        observed_since=first,
    )


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


def _sort_exits(departures: Iterable[Exit], today: date) -> dict[str, _Exits]:
    exits: dict[str, _Exits] = {}
    for one in departures:
        if one.organisation_id is None or one.status not in COUNTED or one.reason_stated == _NO_EXIT:
            continue
        found = exits.setdefault(one.organisation_id, _Exits(one.organisation or one.organisation_id))
        among = (
            found.undated if one.day is None else found.laid_off if one.reason_stated == _LAID_OFF else found.counted
        )
        day = one.day or one.reported_on
        if day is not None and day <= today:
            among.append(_Exit(day, one.person_id, one.person, one.event_id))
    for found in exits.values():
        for entries in (found.counted, found.laid_off, found.undated):
            entries.sort(key=lambda entry: (entry.day, entry.person_id))
    return exits


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
    return bool(_between(exits, end - timedelta(days=REACH_DAYS), end))


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
