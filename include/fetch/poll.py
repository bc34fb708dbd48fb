"""Poll the feeds that are due and tell what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from include.fetch.archive import Archive
from include.fetch.client import open_client
from include.fetch.feed import FeedPoller, Polled
from include.fetch.network import NetworkHooks
from include.fetch.parsing import FeedParser
from include.knowledge.feeds import FeedSource
from include.records import FeedItem, FeedOutcome, FeedState
from include.settings import Settings

PollProgress = Callable[[int, int, FeedOutcome], None]  # done, total, the outcome just reached


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a poll of all feeds gave."""

    items: tuple[FeedItem, ...]  # new and edited entries, feeds in the order of the source list
    states: dict[str, FeedState]  # by source id, of every enabled source
    outcomes: tuple[FeedOutcome, ...]  # one an enabled source


def poll_feeds(
    sources: Sequence[FeedSource],
    states: Mapping[str, FeedState],
    *,
    as_of: datetime,
    settings: Settings,
    archive: Archive,
    replay: bool = False,
    force: bool = False,
    on_progress: PollProgress | None = None,
    hooks: NetworkHooks | None = None,
) -> PollResult:
    """Poll every enabled source that is due at `as_of` and return what is new and the states after it.

    `force` polls those that are not due too, because a person asked, unless the server asked for a pause.
    `replay` takes the answers from the archive, due or not, and keeps states that are newer than `as_of`.
    What goes wrong with a feed is its outcome, never an exception. Raises ConfigError for settings only.
    """
    polling = poll_feeds_async(
        sources,
        states,
        as_of=as_of,
        settings=settings,
        archive=archive,
        replay=replay,
        force=force,
        on_progress=on_progress,
        hooks=hooks,
    )
    return asyncio.run(polling)


async def poll_feeds_async(
    sources: Sequence[FeedSource],
    states: Mapping[str, FeedState],
    *,
    as_of: datetime,
    settings: Settings,
    archive: Archive,
    replay: bool = False,
    force: bool = False,
    on_progress: PollProgress | None = None,
    hooks: NetworkHooks | None = None,
) -> PollResult:
    """`poll_feeds` for callers that have an event loop already."""
    enabled = [source for source in sources if source.enabled]
    done = 0

    async def poll_one(source: FeedSource) -> Polled:
        nonlocal done
        polled = await poller.poll(source, states.get(source.id))
        done += 1
        if on_progress is not None:
            on_progress(done, len(enabled), polled.outcome)
        return polled

    client = open_client(archive, as_of=as_of, settings=settings, replay=replay, hooks=hooks)
    async with FeedParser(expected=len(enabled)) as parser, client:
        poller = FeedPoller(client, archive, parser, as_of=as_of, replay=replay, force=force)
        for source in enabled:
            if source.delay is not None:
                client.set_delay(source.url, source.delay)
        results = await asyncio.gather(*map(poll_one, enabled))
    return PollResult(
        items=tuple(item for result in results for item in result.items),
        states={result.state.source_id: result.state for result in results},
        outcomes=tuple(result.outcome for result in results),
    )


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
