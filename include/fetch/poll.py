"""Poll the feeds that are due and tell what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
    enabled = [source for source in sources if source.enabled]

    async def poll_all() -> list[Polled]:
        client = open_client(archive, as_of=as_of, settings=settings, replay=replay, hooks=hooks)
        async with FeedParser(expected=len(enabled)) as parser, client:
            poller = FeedPoller(client, archive, parser, as_of=as_of, replay=replay, force=force)
            for source in enabled:
                if source.delay is not None:
                    client.set_delay(source.url, source.delay)
            return await _poll_each(poller, enabled, states, on_progress)

    results = asyncio.run(poll_all())
    return PollResult(
        items=tuple(item for result in results for item in result.items),
        states={result.state.source_id: result.state for result in results},
        outcomes=tuple(result.outcome for result in results),
    )


async def _poll_each(
    poller: FeedPoller,
    sources: Sequence[FeedSource],
    states: Mapping[str, FeedState],
    on_progress: PollProgress | None,
) -> list[Polled]:
    done = 0

    async def poll_one(source: FeedSource) -> Polled:
        nonlocal done
        polled = await poller.poll(source, states.get(source.id))
        done += 1
        if on_progress is not None:
            on_progress(done, len(sources), polled.outcome)
        return polled

    return await asyncio.gather(*map(poll_one, sources))
