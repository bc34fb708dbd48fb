"""When a page was published and changed: read strictly, with the offset that the page gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from include.extract import jsonld
from include.extract.byline import read_times
from include.extract.head import Head
from include.extract.hydration import find_published

_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "og:published_time", "publishdate",
    "publish-date", "pubdate", "publish_date", "published_time", "parsely-pub-date", "sailthru.date",
    "dcterms.created", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date",
    "cxenseparse:recs:publishtime", "article.published", "published", "date", "article_date_original",
    "originalpublicationdate", "vr:published_time", "ptime", "citation_publication_date", "rnews:datepublished",
    "shareaholic:article_published_time", "published-date", "buildtime", "time", "regdate",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified", "lastmod",
    "revised", "article:modified", "og:article:modified_time",
)  # fmt: skip
_ISO = re.compile(
    r"(?P<y>(?:19|20)\d\d)[-/.](?P<mo>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"(?:[T ,]+(?P<h>\d{1,2}):(?P<mi>\d\d)(?::(?P<s>\d\d))?(?:[.,](?P<f>\d{1,9}))?"
    r"\s*(?P<z>Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?"
    r"(?!\d)",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"^(?P<y>(?:19|20)\d\d)(?P<mo>\d\d)(?P<d>\d\d)(?:T?(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)?)?(?P<z>Z)?$"
)
_CJK = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*[年년]\s*(?P<mo>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]?"
    r"(?:\D{0,6}(?P<h>\d{1,2})\s*[:：时時시]\s*(?P<mi>\d{1,2}))?"
)
_EPOCH = re.compile(r"^(1[0-9]{9})(\d{3})?$")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_FUTURE = timedelta(days=1)  # clocks and zones differ; more is a mistake of the page


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a page gives it. `value` is aware where `has_offset`, else the page's unzoned time taken as UTC."""

    value: datetime
    has_offset: bool
    has_time: bool = True

    @property
    def utc(self) -> datetime:
        """The moment in UTC."""
        return self.value.astimezone(UTC)

    def isoformat(self) -> str:
        """ISO 8601 with offset where the page gives one, without where not; the day alone where there is no time."""
        if not self.has_time:
            return self.value.date().isoformat()
        return (self.value if self.has_offset else self.value.replace(tzinfo=None)).isoformat()


def parse_moment(text: str) -> Moment | None:
    """Read ISO 8601 and its usual distortions, RFC 2822, epoch seconds and milliseconds, CJK dates.

    None for anything else, `05/06/2025` included: nobody can tell its day from its month.
    """
    text = text.strip()
    epoch = _EPOCH.match(text)
    if epoch:
        return Moment(datetime.fromtimestamp(int(epoch[1]), UTC), has_offset=True)
    match = _COMPACT.match(text) or _ISO.search(text[:80]) or _CJK.search(text[:80])
    if match:
        return _build(match.groupdict())
    try:
        value = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # OverflowError: an offset of twenty digits
        return None
    return Moment(value if value.tzinfo else value.replace(tzinfo=UTC), has_offset=value.tzinfo is not None)


def choose_dates(
    head: Head,
    article: jsonld.Node,
    tree: Any,
    *,
    url: str,
    fetched_at: datetime,
    feed_date: datetime | None,
) -> tuple[Moment | None, str, Moment | None]:
    """Return (published, where it was taken from, modified).

    JSON-LD, then meta tags and microdata, then `<time>`, then scripts, the URL and the words. A date after the
    fetch is passed over. The feed decides where the page says nothing, or says a later day than the feed had
    already seen.
    """
    candidates = [
        ("json-ld", jsonld.first_text([article.get("datePublished"), article.get("dateCreated")])),
        *(("meta", value) for value in head.all(*_PUBLISHED_METAS)),
        *(("time", value) for value in read_times(tree)),
    ]
    found = _read_all(candidates, fetched_at)
    if not found:
        found = _read_all(_last_resorts(head, tree, url, fetched_at), fetched_at)
    modified = _plausible(jsonld.first_text(article.get("dateModified")) or head.first(*_MODIFIED_METAS), fetched_at)
    feed = Moment(feed_date, has_offset=True) if feed_date else None
    if not found:
        return feed, "feed" if feed else "", modified
    source, chosen = found[0]
    if feed and chosen.utc - feed.utc > timedelta(days=1, hours=12):
        return feed, "feed", modified or chosen
    return _with_offset(chosen, [moment for _, moment in found]), source, modified


def _read_all(candidates: Iterable[tuple[str, str]], fetched_at: datetime) -> list[tuple[str, Moment]]:
    return [(source, moment) for source, text in candidates if (moment := _plausible(text, fetched_at))]


def _last_resorts(head: Head, tree: Any, url: str, fetched_at: datetime) -> Iterator[tuple[str, str]]:
    """Where a page without dated metadata may still say its day: its scripts, its address, its words."""
    yield from (("script", value) for value in find_published(head.scripts))
    in_url = _URL_DATE.search(url)
    if in_url:
        yield "url", "-".join(in_url.groups())
        return
    from htmldate import find_date

    yield "text", find_date(tree, original_date=True, max_date=fetched_at.strftime("%Y-%m-%d")) or ""


def _with_offset(chosen: Moment, others: list[Moment]) -> Moment:
    """The same moment as another source gives it with more detail: a time, or an offset."""
    if chosen.has_offset:
        return chosen
    for other in others:
        same_clock = other.value.replace(tzinfo=None, second=0, microsecond=0) == chosen.value.replace(
            tzinfo=None, second=0, microsecond=0
        )
        if other.has_offset and (same_clock or (not chosen.has_time and other.value.date() == chosen.value.date())):
            return other
    return chosen


def _plausible(text: str, fetched_at: datetime) -> Moment | None:
    moment = parse_moment(text) if text else None
    return moment if moment and _OLDEST <= moment.utc <= fetched_at + _FUTURE else None


def _build(parts: dict[str, Any]) -> Moment | None:
    zone, has_time = parts.get("z"), parts.get("h") is not None
    fraction = (parts.get("f") or "0")[:6].ljust(6, "0")
    try:
        day = int(parts["y"]), int(parts["mo"]), int(parts["d"])
        clock = int(parts.get("h") or 0) % 24, int(parts.get("mi") or 0), int(parts.get("s") or 0), int(fraction)
        value = datetime(*day, *clock, tzinfo=_zone(zone))
    except ValueError:
        return None
    return Moment(value, has_offset=bool(zone), has_time=has_time)


def _zone(text: str | None) -> Any:
    if not text or text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    return datetime.strptime(text.replace(":", "").ljust(5, "0"), "%z").tzinfo
