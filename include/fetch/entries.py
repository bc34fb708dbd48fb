"""What every feed format comes to before it is judged: entries in the feed's own words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry, unjudged."""

    guid: str = ""
    link: str = ""
    title: str = ""  # markup
    summary: str = ""  # markup; the longer one of summary and content
    authors: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A feed as its format tells it."""

    version: str  # "rss20", "atom10", "json11", "news-sitemap" ...; "" is no feed
    title: str = ""
    lang: str = ""
    link: str = ""  # base of relative links
    entries: tuple[RawEntry, ...] = ()
    refresh_s: float = 0.0  # how often it wants to be asked: ttl or sy:updatePeriod, 0 where it does not say
    dropped: tuple[tuple[str, int], ...] = field(default=())  # entries cut off before parsing
