"""What stands above the board: how many left of late, who is losing people, and what came since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from include.board.filters import Filters, where
from include.board.memory import EVENTS
from include.board.organisations import read_alarms
from include.board.reading import Reader, Row

_PERIODS = ((7, "in 7 days"), (30, "in 30 days"), (365, "in a year"))
_ALARM_LASTS = timedelta(days=365)
_MOST_ALARMS = 3


@dataclass(frozen=True, slots=True)
class Pulse:
    """Counts of flagged departures, and the latest exoduses."""

    periods: list[tuple[str, int, date]]  # (label, flagged departures first reported since, the day)
    alarms: list[Row]


def read_pulse(reader: Reader, as_of: datetime) -> Pulse:
    """The figures of a generation; counted once."""
    return reader.once("pulse", lambda r: _count(r, as_of))


def count_since(reader: Reader, moment: datetime) -> int:
    """Flagged departures that we know since a moment."""
    condition, parameters = where(Filters())
    sql = f"SELECT count(*) FROM {EVENTS} WHERE {condition} AND first_known_at > ?"
    return int(reader.value(sql, [*parameters, moment.replace(tzinfo=None)]))


def _count(reader: Reader, as_of: datetime) -> Pulse:
    condition, parameters = where(Filters())
    sql = f"SELECT count(*) FROM {EVENTS} WHERE {condition} AND first_reported_at >= ?"
    periods = []
    for days, label in _PERIODS:
        since = as_of.date() - timedelta(days=days)
        periods.append((label, int(reader.value(sql, [*parameters, since])), since))
    recent = [row for row in read_alarms(reader).values() if row["window_end"] >= as_of.date() - _ALARM_LASTS]
    recent.sort(key=lambda row: row["window_end"], reverse=True)
    return Pulse(periods, recent[:_MOST_ALARMS])
