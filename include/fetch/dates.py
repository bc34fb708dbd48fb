"""Dates of feeds, read strictly: a moment that is certain, or None. Never a guessed month, never the future."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # no news site is older; epoch zero and year 1 are server mistakes
FUTURE = timedelta(days=1)  # time zones and embargoes; more is a mistake

# Year first, in any of the ways it is written: 2026-11-21T08:00:00+09:00, 2016/6/29, 2026年11月21日, 2026. 11. 21.
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})\s*[-/.年년]\s*(?P<month>\d{1,2})\s*[-/.月월]\s*(?P<day>\d{1,2})\s*[.日일]?(?P<rest>.*)", re.DOTALL
)
# Dots mean day first wherever they are used: 21.11.2026. Slashes do not: 06/07/2026 stays unread, 21/11/2026 does not.
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?P<rest>.*)", re.DOTALL)
_SLASHED = re.compile(r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})(?P<rest>.*)", re.DOTALL)
_WEEKDAY = re.compile(r"^[^\W\d_]{1,12}\d?\.?,? +(?=\d)")  # of any language, before a date in figures: `T6, 20/11/2026`
_NAMED_OFFSET = re.compile(r"\b(?:GMT|UTC) ?(?=[+-]\d)", re.IGNORECASE)  # `09:00 GMT+0530`
_TIME = re.compile(
    r"[\sT,]*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[A-Z]{2,5}|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY_MONTH = rf"(?P<day>\d{{1,2}}) (?P<month>{_NAME})"
_MONTH_DAY = rf"(?P<month2>{_NAME}) (?P<day2>\d{{1,2}})"
_ENGLISH_DAY = re.compile(rf"(?:\w+,? )?(?:{_DAY_MONTH}|{_MONTH_DAY}),? (?P<year>\d{{4}})", re.IGNORECASE)
_EPOCH = re.compile(r"\d{10}|\d{13}")

# Zones that mean one thing only, in hours. IST and BST are left out; CST is RFC 822's.
_ZONES = {
    "Z": 0.0, "UT": 0.0, "UTC": 0.0, "GMT": 0.0, "WET": 0.0, "WEST": 1.0, "CET": 1.0, "CEST": 2.0, "MEZ": 1.0,
    "MESZ": 2.0, "EET": 2.0, "EEST": 3.0, "MSK": 3.0, "TRT": 3.0, "WIB": 7.0, "ICT": 7.0, "HKT": 8.0, "SGT": 8.0,
    "JST": 9.0, "KST": 9.0, "AEST": 10.0, "AEDT": 11.0, "NZST": 12.0, "NZDT": 13.0, "BRT": -3.0, "EST": -5.0,
    "EDT": -4.0, "CST": -6.0, "CDT": -5.0, "MST": -7.0, "MDT": -6.0, "PST": -8.0, "PDT": -7.0,
}  # fmt: skip


def parse_feed_date(text: str, *, as_of: datetime) -> datetime | None:
    """Return the moment that `text` states, with its offset, or None where it is unclear, implausible or in the future.

    A time without zone is taken as UTC and a day without time as its midnight: the day is what feeds are read for.
    """
    text = _NAMED_OFFSET.sub("", " ".join(text.split()))
    if not text or len(text) > 80:
        return None
    try:
        moment = _read_epoch(text) or _read_numeric(text) or _read_english_day(text) or _read_rfc822(text)
        if moment is None or not EARLIEST <= moment <= as_of + FUTURE:
            return None
    except (ValueError, OverflowError):
        return None
    return moment


def _read_epoch(text: str) -> datetime | None:
    if not _EPOCH.fullmatch(text):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC)


def _read_numeric(text: str) -> datetime | None:
    text = _WEEKDAY.sub("", text)
    found = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text) or _SLASHED.fullmatch(text)
    if found is None:
        return None
    if "first" in found.groupdict():
        month, number = sorted((int(found["first"]), int(found["second"])))
        if number <= 12:
            return None
    else:
        month, number = int(found["month"]), int(found["day"])
    day = datetime(_gregorian(int(found["year"])), month, number, tzinfo=UTC)
    rest = found["rest"].lstrip(" ,T").rstrip()
    if not rest:
        return day
    time = _TIME.fullmatch(rest)
    if time is None:
        return day  # the day is certain, what follows it is not
    hour = int(time["hour"])
    moment = day.replace(
        hour=hour % 24 if hour == 24 else hour,
        minute=int(time["minute"]),
        second=min(int(time["second"] or 0), 59),  # a leap second
        microsecond=int((time["fraction"] or "0").ljust(6, "0")[:6]),
    )
    return (moment + timedelta(days=hour // 24)).replace(tzinfo=_offset(time["zone"] or "Z"))


def _read_english_day(text: str) -> datetime | None:
    found = _ENGLISH_DAY.fullmatch(text)
    if found is None:
        return None
    month = (found["month"] or found["month2"])[:3].lower()
    return datetime(
        _gregorian(int(found["year"])), _MONTHS.index(month) + 1, int(found["day"] or found["day2"]), tzinfo=UTC
    )


def _read_rfc822(text: str) -> datetime | None:
    """RFC 822 with English month names; another language's month is no month here ("lun, 01 ene 2024")."""
    parsed = parsedate_tz(text)
    if parsed is None or not re.search(rf"\b({'|'.join(_MONTHS)})", text, re.IGNORECASE):
        return None
    year, month, day, hour, minute, second = parsed[:6]
    half = re.search(r"\b([ap])\.?m\b", text, re.IGNORECASE)
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half[1].lower() == "p" else 0)
    offset = parsed[9]
    named = re.search(r"\b([A-Za-z]{1,5})$", text)
    if named and named[1].upper() in _ZONES:
        offset = int(_ZONES[named[1].upper()] * 3600)
    base = datetime(_gregorian(year), month, day, hour % 24, minute, min(second, 59), tzinfo=UTC) + timedelta(
        days=hour // 24
    )
    return base.replace(tzinfo=timezone(timedelta(seconds=offset))) if offset else base


def _gregorian(year: int) -> int:
    """The year, where it is of the Buddhist era, as Thai sites count: 2569 is 2026."""
    return year - 543 if 2400 <= year < 2700 else year


def _offset(zone: str) -> timezone:
    """Raises ValueError for an offset of a day or more."""
    name = zone.upper()
    hours = _ZONES.get(name, 0.0)
    if name[0] not in "+-":
        return timezone(timedelta(hours=hours)) if hours else UTC
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if name[0] == "-" else offset) if offset else UTC
