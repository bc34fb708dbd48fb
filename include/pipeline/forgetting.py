"""Entries that are to come again with the next poll."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from include.fetch.reasons import TEMPORARY_REASONS
from include.fetch.schedule import forget_items
from include.records import FeedItem, FeedState, Page


def forget_temporary(states: Mapping[str, FeedState], pages: Iterable[Page]) -> dict[str, FeedState]:
    """The states as they are to be kept: an entry whose page failed in a way that may pass comes again."""
    return forget_entries(states, (page.item for page in pages if page.reason in TEMPORARY_REASONS))


def forget_entries(states: Mapping[str, FeedState], items: Iterable[FeedItem]) -> dict[str, FeedState]:
    """The states of the feeds as if these entries had not been seen."""
    again: dict[str, list[str]] = defaultdict(list)
    for item in items:
        again[item.source_id].append(item.item_id)
    return {name: forget_items(state, again[name]) if name in again else state for name, state in states.items()}
