"""When a feed is polled next. Pure: states and outcomes in, states out.

An interval shrinks while most entries of a poll are new and grows while none is, from ten minutes to a day. What
the publisher asks for (ttl, sy:updatePeriod, Cache-Control, Expires) is its lower bound. Failures make the pause
longer, up to a day and never beyond: a feed that is down for a month is noticed within a day of its return.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from include.fetch.retry_after import DAY
from include.records import FeedState

SHORTEST = 600.0  # seconds
LONGEST = DAY
FULL_EVERY = timedelta(hours=20)  # some servers answer 304 wrongly, so the whole body is asked for once a day
REDIRECTS_UNTIL_MOVED = 3
# A poll may come a tenth of the interval early. Otherwise a daily run that starts five seconds earlier than
# yesterday's would skip every feed with an interval of a day.
_SLACK = 0.9
_SHARE_SOUGHT = 1 / 3  # of a poll's entries that are new: enough overlap to be sure that none was lost
_HALF_FAILURES = frozenset({"http-404", "http-429", "robots-unreachable"})


def is_due(state: FeedState, as_of: datetime) -> bool:
    """Is this feed to be polled at `as_of`? A state from after `as_of` says nothing about that time."""
    if state.gone:
        return False
    if state.next_due_at is None or (state.last_polled_at is not None and state.last_polled_at > as_of):
        return True
    return state.next_due_at <= as_of


def wants_full(state: FeedState, as_of: datetime) -> bool:
    """Is the body to be asked for whatever the validators say?"""
    return state.failures > 0 or state.last_full_at is None or abs(as_of - state.last_full_at) >= FULL_EVERY


def adapt_interval(interval: float, *, share_new: float | None, asked: float) -> float:
    """Next interval in seconds, from the share of entries that were new and what the publisher asks for.

    `share_new` is None at a first poll: then everything is new and nothing is known.
    """
    if share_new is None:
        factor = 1.0
    elif share_new == 0:
        factor = 1.5
    else:
        factor = min(max(_SHARE_SOUGHT / share_new, 0.5), 1.5)
    return min(max(interval * factor, asked, SHORTEST), LONGEST)


def after_poll(state: FeedState, *, as_of: datetime, interval: float) -> FeedState:
    """State after an answer that could be used."""
    return replace(
        state,
        interval_s=interval,
        last_polled_at=as_of,
        next_due_at=as_of + timedelta(seconds=interval * _SLACK),
    )


def after_failure(state: FeedState, reason: str, *, as_of: datetime, retry_after: float | None) -> FeedState:
    """State after a poll that gave nothing: the pause grows with the failures, and Retry-After is kept exactly."""
    failures = state.failures + weigh_failure(reason)
    pause = min(max(state.interval_s, SHORTEST) * (1 + failures), LONGEST) * _SLACK
    if retry_after is not None:
        pause = max(pause, retry_after * (1 + _jitter(state.source_id)))
    return replace(
        state,
        failures=failures,
        last_error=reason,
        last_polled_at=as_of,
        next_due_at=as_of + timedelta(seconds=pause),
        etag=None,
        last_modified=None,
    )


def after_pause(state: FeedState, *, as_of: datetime, left: float | None) -> FeedState:
    """State of a feed that was not asked, because its host wants to be left alone for `left` more seconds.

    That is no failure of the feed: all that is known of it stays.
    """
    pause = max(left or 0.0, SHORTEST) * (1 + _jitter(state.source_id))
    return replace(state, next_due_at=as_of + timedelta(seconds=pause))


def weigh_failure(reason: str) -> float:
    """How much a failure counts: a name server a quarter, a busy or mislaid server a half, all else one."""
    if reason == "dns":
        return 0.25
    return 0.5 if reason in _HALF_FAILURES or reason.startswith("http-5") else 1.0


def note_redirect(state: FeedState, permanent_url: str) -> FeedState:
    """Count identical permanent redirects of a good feed; after several the feed is polled at its new place."""
    if not permanent_url or permanent_url == state.url:
        return replace(state, redirect_target=None, redirect_count=0)
    count = state.redirect_count + 1 if state.redirect_target == permanent_url else 1
    if count >= REDIRECTS_UNTIL_MOVED:
        return replace(state, url=permanent_url, redirect_target=None, redirect_count=0)
    return replace(state, redirect_target=permanent_url, redirect_count=count)


def _jitter(source_id: str) -> float:
    """0 to 0.1, always the same for a source: feeds of one host shall not come back all at once."""
    return hashlib.sha256(source_id.encode()).digest()[0] / 2550


def forget_items(state: FeedState, item_ids: Iterable[str]) -> FeedState:
    """Return the state as if these entries had not been seen, so that the next poll reports them again.

    For entries whose page failed in a way that may pass (timeout, 5xx): they are tried again for as long as the
    feed lists them. Only their revision is forgotten: that they were there still shows that no other was missed.
    """
    forgotten = set(item_ids)
    names = (known.partition(":")[0] for known in state.recent_ids)
    recent = tuple(f"{n}:" if n in forgotten else known for n, known in zip(names, state.recent_ids, strict=True))
    if recent == state.recent_ids:
        return state
    return replace(state, recent_ids=recent, etag=None, last_modified=None, body_hash=None)
