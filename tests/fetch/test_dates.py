"""A certain moment or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.fetch.dates import EARLIEST, FUTURE, parse_feed_date

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
moments = st.datetimes(datetime(1995, 1, 3), datetime(2026, 11, 20), timezones=st.just(UTC))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sat, 21 Nov 2026 08:00:00 GMT", at(2026, 11, 21, 8)),
        ("Sat, 21 Nov 2026 08:00:00 +0900", at(2026, 11, 20, 23)),
        ("Sat, 21 Nov 2026 08:00 EST", at(2026, 11, 21, 13)),
        ("Sat, 21 Nov 2026 08:00:00 MSK", at(2026, 11, 21, 5)),
        ("Fri, 20 Nov 2026 24:00:00 GMT", at(2026, 11, 21)),
        ("Sat Nov 21 08:00:00 UTC 2026", at(2026, 11, 21, 8)),
        ("November 20, 2026 10:30 pm", at(2026, 11, 20, 22, 30)),
        ("November 20, 2026 12:30 AM", at(2026, 11, 20, 0, 30)),
        ("Nov 20, 2026", at(2026, 11, 20)),
        ("20 November 2026", at(2026, 11, 20)),
        ("2026-11-21T08:00:00Z", at(2026, 11, 21, 8)),
        ("2026-11-21T08:00:00.123456789+09:00", datetime(2026, 11, 20, 23, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-21 08:00:00", at(2026, 11, 21, 8)),
        ("2026-11-21 01:00:00 PST", at(2026, 11, 21, 9)),
        ("2026-11-20T24:00:00Z", at(2026, 11, 21)),
        ("2026-11-20T23:59:60Z", at(2026, 11, 20, 23, 59, 59)),
        ("2016/6/29", at(2016, 6, 29)),
        ("2026年11月21日 10:00", at(2026, 11, 21, 10)),
        ("2026년 11월 21일", at(2026, 11, 21)),
        ("2026. 11. 21. 오후 3:00", at(2026, 11, 21)),
        ("21.11.2026 10:00", at(2026, 11, 21, 10)),
        ("Fri., 20.11.2026", at(2026, 11, 20)),
        ("T6, 20/11/2026 09:00", at(2026, 11, 20, 9)),
        ("11/20/2026", at(2026, 11, 20)),
        ("Fri, 20 Nov 2026 09:00:00 GMT+0530", at(2026, 11, 20, 3, 30)),
        ("2026-11-20 09:00 UTC+09:00", at(2026, 11, 20)),
        ("Fri, 20 Nov 2569 09:00:00 +0700", at(2026, 11, 20, 2)),
        ("2569-11-20T09:00:00+07:00", at(2026, 11, 20, 2)),
        ("1763712000", at(2025, 11, 21, 8)),
        ("1763712000000", at(2025, 11, 21, 8)),
    ],
)
def test_reads(text: str, expected: datetime) -> None:
    assert parse_feed_date(text, as_of=AS_OF) == expected


@pytest.mark.parametrize(
    "text",
    ["Sat, 21 Nov 2026 08:00:00 +0900", "2026-11-21T08:00:00+09:00", "2026-11-21 08:00 JST", "21.11.2026 01:00 +0530"],
)
def test_the_day_is_that_of_the_place(text: str) -> None:
    moment = parse_feed_date(text, as_of=AS_OF)
    assert moment is not None
    assert moment.date().isoformat() == "2026-11-21"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "24:00",
        "2026",
        "2026-11",
        "06/07/2026",  # June or July
        "31/13/2026",
        "lun, 01 ene 2024 10:00:00",  # a month that is not English
        "2026-13-01",
        "Mon, 30 Feb 2026 00:00:00 GMT",
        "0000-00-00 00:00:00",
        "1704-01-01",
        "1970-01-01T00:00:00Z",
        "0",
        "2031-01-01",  # the future
        "2026-11-21T99:00:00Z",
        "99999999999999999999",
        "x" * 10_000,
    ],
)
def test_refuses(text: str) -> None:
    assert parse_feed_date(text, as_of=AS_OF) is None


@given(moments)
def test_standard_forms_are_read_exactly(moment: datetime) -> None:
    assert parse_feed_date(moment.isoformat(), as_of=AS_OF) == moment
    whole = moment.replace(microsecond=0)
    assert parse_feed_date(format_datetime(whole), as_of=AS_OF) == whole


@given(st.text(max_size=60) | st.from_regex(r"[0-9A-Za-z :/.,+-]{1,40}", fullmatch=True))
def test_whatever_stands_there_the_result_is_plausible(text: str) -> None:
    moment = parse_feed_date(text, as_of=AS_OF)
    assert moment is None or EARLIEST <= moment <= AS_OF + FUTURE


def test_tomorrow_is_allowed_and_the_day_after_is_not() -> None:
    assert parse_feed_date((AS_OF + timedelta(hours=23)).isoformat(), as_of=AS_OF) is not None
    assert parse_feed_date((AS_OF + timedelta(hours=25)).isoformat(), as_of=AS_OF) is None
