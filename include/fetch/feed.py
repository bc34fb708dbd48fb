"""One feed: ask it, judge the answer, and work out its next state."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from include.fetch.archive import Archive
from include.fetch.client import Answer, WebClient
from include.fetch.limits import FEED
from include.fetch.news import find_news
from include.fetch.parsing import FeedParser, Job, Reading
from include.fetch.reasons import HOST_CLOSED
from include.fetch.retry_after import parse_freshness, parse_retry_after
from include.fetch.schedule import (
    adapt_interval,
    after_failure,
    after_pause,
    after_poll,
    is_due,
    note_redirect,
    wants_full,
)
from include.knowledge.feeds import FeedSource
from include.records import FeedItem, FeedOutcome, FeedState

# A feed that is cut off in the middle or labelled as a download still has entries at its top.
_USABLE_ENDINGS = frozenset({"", "too-large", "disconnected", "timeout"})
_ASKED_FOR_A_PAUSE = frozenset({"http-429", "http-503"})


@dataclass(frozen=True, slots=True)
class Polled:
    """What one feed gave."""

    state: FeedState
    outcome: FeedOutcome
    items: tuple[FeedItem, ...] = ()  # new and edited


class FeedPoller:
    """Polls one feed after the other, or many at once; knows nothing from one to the next."""

    def __init__(
        self, client: WebClient, archive: Archive, parser: FeedParser, *, as_of: datetime, replay: bool, force: bool
    ) -> None:
        self._client, self._archive, self._parser = client, archive, parser
        self._as_of, self._replay, self._force = as_of, replay, force

    async def poll(self, source: FeedSource, stored: FeedState | None) -> Polled:
        """Poll one feed if it is due."""
        state = state_of(source, stored)
        # A replay of a time that was polled before wants its entries again, but the schedule as it is now.
        is_past = self._replay and state.last_polled_at is not None and state.last_polled_at >= self._as_of
        polled = await self._poll_if_due(state_of(source, None) if is_past else state)
        items = tuple(item for item in polled.items if is_wanted(source, item))
        return replace(polled, items=items, state=state if is_past else polled.state)

    async def _poll_if_due(self, state: FeedState) -> Polled:
        if state.gone:
            return Polled(state, self._outcome(state, "gone", http_status=410, error="http-410"))
        forced = self._force and not (state.failures and state.last_error in _ASKED_FOR_A_PAUSE)
        if not (self._replay or forced or is_due(state, self._as_of)):
            return Polled(state, self._outcome(state, "not-due"))
        clock = asyncio.get_running_loop().time
        started = clock()
        polled = await self._ask(state)
        seconds = 0.0 if self._replay else round(clock() - started, 3)
        return replace(polled, outcome=replace(polled.outcome, seconds=seconds))

    async def _ask(self, state: FeedState) -> Polled:
        validators = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
        headers = {name: value for name, value in validators.items() if value}
        if wants_full(state, self._as_of):
            headers = {}
        answer = await self._client.get(state.url, FEED, headers)
        if answer.status == 304 and headers:
            return self._not_modified(note_redirect(state, answer.permanent_url), answer)
        if answer.status == 410 and answer.final_url in (state.url, answer.permanent_url):
            gone = replace(state, gone=True, last_polled_at=self._as_of, last_error="http-410")
            return Polled(gone, self._outcome(gone, "gone", http_status=410, error="http-410"))
        if answer.status == 304:
            return self._failed(state, answer, "http-304")  # we did not say that we have anything
        if answer.status is None or answer.reason not in _USABLE_ENDINGS:
            return self._failed(state, answer, answer.reason)
        reading = await read_answer(
            answer, self._archive, self._parser, state.source_id, as_of=self._as_of, known_hash=state.body_hash
        )
        if reading.is_known:
            return self._not_modified(self._succeed(state, answer, reading), answer)
        if not reading.version:
            return self._failed(state, answer, reading.error or answer.reason or "not-a-feed")
        return self._take(self._succeed(state, answer, reading), answer, reading)

    def _succeed(self, state: FeedState, answer: Answer, reading: Reading) -> FeedState:
        return replace(
            note_redirect(state, answer.permanent_url),
            # Of a body that was cut off nothing is kept: a 304 to its ETag would hide the missing rest.
            etag=None if answer.reason else answer.headers.get("etag") or None,
            last_modified=None if answer.reason else answer.headers.get("last-modified") or None,
            body_hash=None if answer.reason else reading.body_hash,
            last_full_at=self._as_of,
            last_success_at=self._as_of,
            failures=0.0,
            last_error="",
        )

    def _take(self, state: FeedState, answer: Answer, reading: Reading) -> Polled:
        items = reading.batch.items
        news = find_news(items, state.recent_ids)
        share = news.new / len(items) if items and state.recent_ids else None
        asked = max(reading.refresh_s, parse_freshness(answer.headers, self._as_of))
        interval = adapt_interval(state.interval_s, share_new=share, asked=asked)
        state = replace(
            after_poll(state, as_of=self._as_of, interval=interval),
            recent_ids=news.recent_ids,
            last_item_at=_newest(items, state.last_item_at) or (self._as_of if news.new else None),
        )
        outcome = self._outcome(state, "new" if news.items else "empty", http_status=answer.status)
        dropped = dict(reading.batch.dropped) | ({"volatile": news.volatile} if news.volatile else {})
        outcome = replace(
            outcome,
            items=len(items),
            new_items=news.new,
            overlap_lost=news.overlap_lost,
            error=answer.reason,  # entries were read all the same, but the publisher should know
            dropped=tuple(sorted(dropped.items())),
        )
        return Polled(state, outcome, news.items)

    def _not_modified(self, state: FeedState, answer: Answer) -> Polled:
        asked = parse_freshness(answer.headers, self._as_of)
        interval = adapt_interval(state.interval_s, share_new=0.0, asked=asked)
        state = after_poll(state, as_of=self._as_of, interval=interval)
        return Polled(state, self._outcome(state, "not-modified", http_status=answer.status))

    def _failed(self, state: FeedState, answer: Answer, reason: str) -> Polled:
        retry_after = parse_retry_after(answer.headers, self._as_of)
        if reason == HOST_CLOSED:
            waiting = after_pause(state, as_of=self._as_of, left=retry_after)
            return Polled(waiting, self._outcome(waiting, "not-due", error=reason))
        state = after_failure(state, reason, as_of=self._as_of, retry_after=retry_after)
        return Polled(state, self._outcome(state, "failed", http_status=answer.status, error=reason))

    def _outcome(
        self,
        state: FeedState,
        outcome: Literal["new", "empty", "not-modified", "failed", "gone", "not-due"],
        *,
        http_status: int | None = None,
        error: str = "",
    ) -> FeedOutcome:
        return FeedOutcome(
            source_id=state.source_id,
            polled_at=self._as_of,
            outcome=outcome,
            http_status=http_status,
            items=0,
            new_items=0,
            overlap_lost=False,
            error=error,
            seconds=0.0,
        )


async def read_answer(
    answer: Answer,
    archive: Archive,
    parser: FeedParser,
    source_id: str,
    *,
    as_of: datetime,
    known_hash: str | None = None,
) -> Reading:
    """Parse the archived body of an answer; an empty Reading where there is none."""
    exchange = answer.exchange
    if exchange is None or exchange.status is None:
        return Reading()
    job = Job(answer.final_url, answer.headers.get("content-type", ""), source_id, as_of, known_hash)
    return await parser.read(job, lambda: archive.read(exchange.path, exchange.offset).body)


def state_of(source: FeedSource, stored: FeedState | None) -> FeedState:
    """The stored state, or a new one where there is none or the source has got another address."""
    if stored is None or stored.source_url not in ("", source.url):
        return FeedState(source_id=source.id, url=source.url, source_url=source.url)
    return replace(stored, source_url=source.url)


def is_wanted(source: FeedSource, item: FeedItem) -> bool:
    """Does the entry match the source's pattern? Item 5.02 is one filing in twenty of the 8-K feed."""
    return not source.match or re.search(source.match, f"{item.title}\n{item.summary}", re.IGNORECASE) is not None


def _newest(items: Sequence[FeedItem], before: datetime | None) -> datetime | None:
    dates = [item.published_at for item in items if item.published_at is not None]
    return max([*dates, *([before] if before else [])], default=None)
