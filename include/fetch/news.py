"""Which entries of a poll are new or edited, and whether some were missed in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from include.records import FeedItem

REMEMBERED = 2_000  # entries a feed
_VOLATILE_FROM = 5  # known entries; of fewer, all may really have been edited


@dataclass(frozen=True, slots=True)
class News:
    """A poll against what was known before."""

    items: tuple[FeedItem, ...]  # new, edited and those to be reported again, in the feed's order
    new: int
    volatile: int  # entries whose text differs at every poll: not edits
    overlap_lost: bool  # nothing of the previous poll is left: entries may have come and gone unseen
    recent_ids: tuple[str, ...]  # "item_id:revision", newest first; no revision: to be reported again


def find_news(items: Sequence[FeedItem], recent_ids: Sequence[str]) -> News:
    """Compare the entries of a poll with those remembered.

    Where more than half of the known entries have changed, the publisher counts comments or rotates teasers in
    them; taking these for edits would fetch every page again at every poll.
    """
    known = dict(entry.partition(":")[::2] for entry in recent_ids)
    old = [item for item in items if item.item_id in known]
    again = {item.item_id for item in old if not known[item.item_id]}
    edited = {item.item_id for item in old if known[item.item_id] != item.revision} - again
    volatile = len(edited) if len(old) >= _VOLATILE_FROM and len(edited) * 2 > len(old) else 0
    if volatile:
        edited = set()
    wanted = again | edited
    news = tuple(item for item in items if item.item_id not in known or item.item_id in wanted)
    current = {item.item_id: item.revision for item in items}
    remembered = {**current, **{name: revision for name, revision in known.items() if name not in current}}
    return News(
        items=news,
        new=len(items) - len(old),
        volatile=volatile,
        overlap_lost=bool(known and items and not old),
        recent_ids=tuple(f"{name}:{revision}" for name, revision in remembered.items())[:REMEMBERED],
    )
