"""How long a server asks to be left alone, and how long its answer is fresh."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DAY = 86_400.0  # seconds; whatever a server says, it is asked again after a day


def parse_retry_after(headers: Mapping[str, str], as_of: datetime) -> float | None:
    """Seconds of a Retry-After header, in either form, 0 to a day; None where there is none that can be read.

    A date is taken relative to the server's own Date, because `as_of` may not be the wall clock.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return min(float(value), DAY)
    return _seconds_until(value, headers, as_of)


def parse_freshness(headers: Mapping[str, str], as_of: datetime) -> float:
    """Seconds that the answer is fresh, by Cache-Control max-age or Expires; 0 to a day, 0 where nothing is said."""
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return 0.0
    found = re.search(r"\bmax-age\s*=\s*\"?(\d{1,9})", control)
    if found:
        return min(float(found[1]), DAY)
    return _seconds_until(headers.get("expires", ""), headers, as_of) or 0.0


def parse_date_header(headers: Mapping[str, str]) -> datetime | None:
    """When the server says that it answered; None where it does not, or not readably."""
    return _http_date(headers.get("date", ""))


def _seconds_until(value: str, headers: Mapping[str, str], as_of: datetime) -> float | None:
    moment = _http_date(value)
    if moment is None:
        return None
    base = parse_date_header(headers) or as_of
    return min(max((moment - base).total_seconds(), 0.0), DAY)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
