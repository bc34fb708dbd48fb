"""Intervals, pauses and hints as pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.fetch.retry_after import DAY, parse_freshness, parse_retry_after
from include.fetch.schedule import (
    LONGEST,
    REDIRECTS_UNTIL_MOVED,
    SHORTEST,
    adapt_interval,
    after_failure,
    after_poll,
    is_due,
    note_redirect,
    wants_full,
    weigh_failure,
)
from include.records import FeedState

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
STATE = FeedState("a", "http://a.test/feed")
seconds = st.floats(0, 1e7)


@given(interval=seconds, share=st.none() | st.floats(0, 1), asked=seconds)
def test_an_interval_is_ten_minutes_to_a_day(interval: float, share: float | None, asked: float) -> None:
    adapted = adapt_interval(interval, share_new=share, asked=asked)
    assert SHORTEST <= adapted <= LONGEST
    assert adapted >= min(asked, LONGEST)


@given(interval=st.floats(SHORTEST, LONGEST), low=st.floats(0, 1), high=st.floats(0, 1))
def test_more_news_never_means_a_longer_interval(interval: float, low: float, high: float) -> None:
    low, high = sorted((low, high))
    slow, quick = (adapt_interval(interval, share_new=share, asked=0) for share in (low, high))
    assert quick <= slow


@given(
    reasons=st.lists(
        st.sampled_from(["dns", "timeout", "http-500", "http-404", "tls", "robots"]), min_size=1, max_size=60
    )
)
def test_failures_never_pause_for_more_than_a_day(reasons: list[str]) -> None:
    state = STATE
    for reason in reasons:
        state = after_failure(state, reason, as_of=AS_OF, retry_after=None)
        assert state.next_due_at is not None
        assert timedelta(minutes=9) <= state.next_due_at - AS_OF <= timedelta(days=1)
    assert state.failures == sum(map(weigh_failure, reasons))
    assert is_due(state, AS_OF + timedelta(days=1))


@given(retry_after=st.floats(0, DAY), source_id=st.text(max_size=10))
def test_retry_after_is_never_undercut(retry_after: float, source_id: str) -> None:
    state = after_failure(replace(STATE, source_id=source_id), "http-429", as_of=AS_OF, retry_after=retry_after)
    assert state.next_due_at is not None
    assert state.next_due_at - AS_OF >= timedelta(seconds=retry_after)
    assert state.next_due_at - AS_OF <= timedelta(seconds=max(DAY * 1.1, 0))


def test_a_failure_drops_the_validators() -> None:
    state = after_failure(replace(STATE, etag="x", last_modified="y"), "timeout", as_of=AS_OF, retry_after=None)
    assert (state.etag, state.last_modified) == (None, None)
    assert wants_full(state, AS_OF)


def test_a_new_feed_is_due_and_a_gone_one_never() -> None:
    assert is_due(STATE, AS_OF)
    assert not is_due(replace(STATE, gone=True), AS_OF + timedelta(days=999))


def test_due_a_tenth_early() -> None:
    state = after_poll(STATE, as_of=AS_OF, interval=36_000)
    assert not is_due(state, AS_OF + timedelta(hours=8.9))
    assert is_due(state, AS_OF + timedelta(hours=9))


def test_a_state_of_the_future_says_nothing_about_now() -> None:
    state = after_poll(STATE, as_of=AS_OF, interval=36_000)
    assert is_due(state, AS_OF - timedelta(days=30))
    assert not is_due(state, AS_OF)


def test_another_target_starts_the_count_again() -> None:
    state = note_redirect(note_redirect(STATE, "http://b.test/"), "http://c.test/")
    assert (state.redirect_target, state.redirect_count) == ("http://c.test/", 1)
    for _ in range(REDIRECTS_UNTIL_MOVED - 1):
        state = note_redirect(state, "http://c.test/")
    assert (state.url, state.redirect_target, state.redirect_count) == ("http://c.test/", None, 0)
    assert note_redirect(replace(STATE, redirect_target="x", redirect_count=2), "").redirect_count == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("999999999", DAY),
        ("Sat, 21 Nov 2026 12:05:00 GMT", 300.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2099 11:00:00 GMT", DAY),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Sat, 99 Nov 2026 99:00:00 GMT", None),
    ],
)
def test_retry_after(value: str, expected: float | None) -> None:
    assert parse_retry_after({"retry-after": value}, AS_OF) == expected


@given(st.text(max_size=40))
def test_retry_after_takes_anything(value: str) -> None:
    parsed = parse_retry_after({"retry-after": value, "date": value}, AS_OF)
    assert parsed is None or 0 <= parsed <= DAY


def test_a_date_counts_from_the_servers_own_clock() -> None:
    base = AS_OF - timedelta(days=400)
    headers = {"date": format_datetime(base), "retry-after": format_datetime(base + timedelta(minutes=7))}
    assert parse_retry_after(headers, AS_OF) == 420


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache-control": "public, max-age=600"}, 600.0),
        ({"cache-control": 'MAX-AGE="60"'}, 60.0),
        ({"cache-control": "max-age=31536000"}, DAY),
        ({"cache-control": "no-cache, max-age=600"}, 0.0),
        ({"expires": "Sat, 21 Nov 2026 13:00:00 GMT"}, 3600.0),
        ({"expires": "0"}, 0.0),
        ({}, 0.0),
    ],
)
def test_freshness(headers: dict[str, str], expected: float) -> None:
    assert parse_freshness(headers, AS_OF) == expected
