"""When a page was published and changed: read strictly, with the offset that the page gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from include.extract import jsonld
from include.extract.head import Head
from include.extract.hydration import find_published
from include.extract.moment import Moment
from include.extract.shown import read_shown_dates, read_times
from include.extract.written import read_written

_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "og:published_time", "publishdate",
    "publish-date", "pubdate", "publish_date", "published_time", "parsely-pub-date", "sailthru.date",
    "dcterms.created", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date",
    "cxenseparse:recs:publishtime", "article.published", "published", "date", "article_date_original",
    "originalpublicationdate", "vr:published_time", "ptime", "citation_publication_date", "rnews:datepublished",
    "shareaholic:article_published_time", "published-date", "buildtime", "time", "regdate", "content_publisheddate",
    "dtk:publishdate", "date.issued", "article.created", "pub_date", "publication_date",
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
# `Mon Mar 02 2026 23:15:00 GMT-0300 (BRT)`: how a browser writes a date.
_SCRIPT_DATE = re.compile(r"^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")
_EPOCH = re.compile(r"^(1[0-9]{9})(\d{3})?$")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_YEAR_FIRST = frozenset({"ja", "ko", "zh", "hu", "lt", "mn", "fa", "sv"})
_BUDDHIST_YEAR = re.compile(r"^2[45]\d\d(?=[-/]\d)")
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_SAME_MOMENT = 90  # seconds between what a page and its feed give for one publication
_FUTURE = timedelta(days=1)  # clocks and zones differ; more is a mistake of the page


def parse_moment(text: str) -> Moment | None:
    """Read ISO 8601 and its usual distortions, RFC 2822, epoch seconds and milliseconds, CJK dates.

    None for anything else, `05/06/2025` included: nobody can tell its day from its month.
    """
    text = _BUDDHIST_YEAR.sub(lambda match: str(int(match[0]) - 543), text.strip())  # of Thai sites, in ISO 8601 too
    epoch = _EPOCH.match(text)
    if epoch:
        return Moment(datetime.fromtimestamp(int(epoch[1]), UTC), has_offset=True)
    match = _COMPACT.match(text) or _ISO.search(text[:80]) or _CJK.search(text[:80])
    if match:
        return _build(match.groupdict())
    try:
        value = parsedate_to_datetime(_SCRIPT_DATE.sub(r"\2 \1 \3 \4 \5", text))
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
        ("json-ld", jsonld.first_text([_text(article.get("datePublished")), _text(article.get("dateCreated"))])),
        *(("meta", value) for value in head.all(*_PUBLISHED_METAS)),
        *(("time", value) for value in read_times(tree)),
    ]
    found = _read_all(candidates, fetched_at, head)
    modified = _plausible(
        jsonld.first_text(_text(article.get("dateModified"))) or head.first(*_MODIFIED_METAS), fetched_at, head
    )
    if found and not found[0][1].has_offset:
        found += [("text", moment) for moment in _shown(head, tree, fetched_at)[0]]
    if not found:
        found = _read_all(
            [*(("script", value) for value in find_published(head.scripts)), *_in_url(url)], fetched_at, head
        )
        if not found or not found[0][1].has_time:
            shown, changed = _shown(head, tree, fetched_at)
            found += [("text", moment) for moment in shown or changed]
            modified = modified or next(iter(changed), None)
        if not found:
            found = _read_all([("text", _guess(tree, fetched_at))], fetched_at, head)
    feed = Moment(feed_date, has_offset=True) if feed_date else None
    if not found:
        return feed, "feed" if feed else "", modified
    source, chosen = found[0]
    if feed and chosen.utc - feed.utc > timedelta(days=1, hours=12):
        return feed, "feed", modified or chosen
    placed = _with_offset(chosen, [moment for _, moment in found])
    return (_with_zone_of(placed, feed) if feed else placed), source, modified


def _text(value: Any) -> Any:
    """A value of JSON-LD, a number of seconds or milliseconds as text."""
    return str(int(value)) if isinstance(value, (int, float)) and 1e9 <= value < 1e13 else value


def _with_zone_of(chosen: Moment, feed: Moment) -> Moment:
    """A clock time without zone in the zone in which it is the feed's moment: zones are quarters of an hour apart."""
    if chosen.has_offset or not chosen.has_time:
        return chosen
    ahead = (chosen.utc - feed.utc).total_seconds()
    quarters = round(ahead / 900)
    if abs(ahead - quarters * 900) > _SAME_MOMENT or not -48 <= quarters <= 56:
        return chosen
    zone = timezone(timedelta(minutes=15 * quarters)) if quarters else UTC
    return Moment(chosen.value.replace(tzinfo=zone), has_offset=True)


def _read_all(candidates: Iterable[tuple[str, str]], fetched_at: datetime, head: Head) -> list[tuple[str, Moment]]:
    return [(source, moment) for source, text in candidates if (moment := _plausible(text, fetched_at, head))]


def _in_url(url: str) -> list[tuple[str, str]]:
    match = _URL_DATE.search(url)
    return [("url", "-".join(match.groups()))] if match else []


def _shown(head: Head, tree: Any, fetched_at: datetime) -> tuple[list[Moment], list[Moment]]:
    """Plausible dates around the headline: (of publication, of the last change)."""
    published, changed = read_shown_dates(tree, month_first=_puts_month_first(head), short_years=_has_short_years(head))
    return (
        [moment for moment in published if _is_plausible(moment, fetched_at)],
        [moment for moment in changed if _is_plausible(moment, fetched_at)],
    )


def _puts_month_first(head: Head) -> bool | None:
    """How the page reads `03/02/2026`: not to be told of English, which many templates claim to be written in."""
    return None if _language(head) == "en" else False


def _has_short_years(head: Head) -> bool:
    """Whether `02.03.26` is the second of March: not where the year stands first, nor where nobody can tell."""
    return _language(head) not in _YEAR_FIRST | {"en"}


def _language(head: Head) -> str:
    return (head.html_lang or head.first("og:locale", "content-language") or "en").lower()[:2]


def _guess(tree: Any, fetched_at: datetime) -> str:
    """What htmldate finds in the page's markup; its search in running text takes any year for a date."""
    from htmldate import find_date

    return find_date(tree, original_date=True, extensive_search=False, max_date=fetched_at.strftime("%Y-%m-%d")) or ""


def _with_offset(chosen: Moment, others: list[Moment]) -> Moment:
    """The same moment as another source gives it with more detail: a time, or an offset."""
    if chosen.has_offset:
        return chosen
    if not chosen.has_time:
        same_day = [other for other in others if other.has_time and other.value.date() == chosen.value.date()]
        chosen = next(iter(same_day), chosen)
    for other in others:
        same_clock = other.value.replace(tzinfo=None, second=0, microsecond=0) == chosen.value.replace(
            tzinfo=None, second=0, microsecond=0
        )
        if other.has_offset and (same_clock or (not chosen.has_time and other.value.date() == chosen.value.date())):
            return other
    return chosen


def _plausible(text: str, fetched_at: datetime, head: Head) -> Moment | None:
    moment = (parse_moment(text) or _as_written(text, head)) if text else None
    return moment if moment and _is_plausible(moment, fetched_at) else None


def _as_written(text: str, head: Head) -> Moment | None:
    """What a field that is meant for machines says as people write: `2 Mart 2026 09:30`, `02.03.2026`."""
    written = read_written(text[:80], month_first=_puts_month_first(head)) if len(text) <= 80 else []
    return written[0].moment if len(written) == 1 else None


def _is_plausible(moment: Moment, fetched_at: datetime) -> bool:
    return _OLDEST <= moment.utc <= fetched_at + _FUTURE


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
