"""Dates that a text states, resolved against the day it was published.

Nothing is invented: a weekday without a publication day, or "in November" without a year to hang it on, gives None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from include.detect.ago import Ago

if TYPE_CHECKING:
    from include.detect.reading import Reading


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date expression and what it means, as an ISO string at its own precision."""

    start: int
    end: int
    iso: str
    form: str = "numeric"  # numeric, month, weekday, relative, year
    borrowed: str = ""  # "day" or "year": hung on a date or year that stands elsewhere in the text
    guess: str = ""  # of a month without a year: "near" where it is nearest, "said" ("last May"); see `other_years`


_NUMERIC = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)|(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4})(?!\d)"
)
_SHORT = re.compile(r"(?<![\d/.,])(\d{1,2})([/.])(\d{1,2})(?![\d/%]|[.,]\d)")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?<![\d.,$€£¥])((?:19|20|25)\d\d)(?![\d%]|[.,]\d)")
_DAY_BEFORE = re.compile(r"(?<![\d.,:$€£])(\d{1,2})(?:st|nd|rd|th|er|º|ª|°|\.|-го|-го|-е)?(?: de| of|,)? ?$")
_DAY_AFTER = re.compile(r"^[ ,.]{0,2}(\d{1,2})(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)")
_YEAR_AFTER = re.compile(r"^[\s,.]{0,3}(?:de |del |of |года? |р\. |พ\.ศ\. ?|năm |tahun )?((?:19|20|25)\d\d)(?!\d)")
_CJK = re.compile(
    r"(?:((?<!\d)\d{2}|\d{4}) ?[年년] ?|(今年|本年|올해|올|금년|去年|昨年|지난해|작년|明年|来年|來年|내년) ?)?"
    r"(\d{1,2}) ?[月월](?:份)? ?(?:(\d{1,2}) ?[日号號일])?"
    r"|(\d{4}) ?[年년]|(?<![\d月월] )(?<![\d月월])(\d{1,2}) ?[日号號일](?![本報报間间])"
)
_SHIFT = {
    "今年": 0,
    "本年": 0,
    "올해": 0,
    "올": 0,
    "금년": 0,
    "去年": -1,
    "昨年": -1,
    "지난해": -1,
    "작년": -1,
    "明年": 1,
    "来年": 1,
    "來年": 1,
    "내년": 1,
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the dates of a text are counted from: its day of publication, or what it names itself in place of it."""

    published: date | None
    latest_day: date | None = None  # the latest full date of the text
    latest_year: int | None = None  # the latest year that it names with a month
    latest_named: int | None = None  # the latest year that it names at all


def find_anchor(reading: Reading, published: date | None) -> Anchor:
    """The day of publication; where it is not known, the latest date and the latest year of a month in the text.

    A bare year is that of a career ("joined in 2016"): "this 15 November", hung on it, was eight years too early.
    """
    if published:
        return Anchor(published)
    if reading.stated is None:
        found = find_dates(reading, 0, len(reading.text.fold), Anchor(None))
        reading.stated = [mention.iso for mention in found]
    stated = reading.stated
    days = [iso for iso in stated if len(iso) == 10]
    return Anchor(
        None,
        latest_day=date.fromisoformat(max(days)) if days else None,
        latest_year=max((int(iso[:4]) for iso in stated if len(iso) > 4), default=None),
        latest_named=max((int(iso[:4]) for iso in stated), default=None),
    )


def find_dates(reading: Reading, start: int, end: int, anchor: Anchor) -> list[DateMention]:
    """Every date of a span of the normal text, in order, resolved; expressions without an answer are left out."""
    found = list(_candidates(reading, start, end, anchor.published))
    found += _borrowing(reading, start, end, anchor, {(mention.start, mention.end) for mention in found})
    found += _from_ago(reading, start, end, anchor.published)
    found.sort(key=lambda d: (d.start, -(d.end - d.start), d.iso != "", -len(d.iso)))
    kept: list[DateMention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return [mention for mention in _join_years(reading, kept) if mention.iso]


def find_agos(reading: Reading, start: int, end: int) -> list[Ago]:
    """Every "five years ago" of a span of the normal text."""
    return [ago for ago in _all_agos(reading, start, end) if not ago.cancelled]


def _all_agos(reading: Reading, start: int, end: int) -> list[Ago]:
    if reading.agos is None:
        pattern = reading.lexicon.ago
        reading.agos = pattern.find(reading.text.fold) if pattern else []
    return [ago for ago in reading.agos if start <= ago.start and ago.end <= end]


def _from_ago(reading: Reading, start: int, end: int, published: date | None) -> Iterator[DateMention]:
    """What is said as "five years ago", counted from publication.

    Without an answer it is in the way of what it is made of: 3日前 is no 3rd of a month, "3 năm trước" no last year.
    """
    for ago in _all_agos(reading, start, end):
        iso = ago.resolve(published) if published else None
        yield DateMention(ago.start, ago.end, iso or "", "relative")


_JOINED = 6  # letters at most between a month and the year that is said of it: "in May of last year"
_PARTING = re.compile(r"[,.;:!?()\d،。、，；：]")


def _join_years(reading: Reading, mentions: list[DateMention]) -> list[DateMention]:
    """Months with the year said beside them: "in May last year" is one date, and not this year's May."""
    joined: list[DateMention] = []
    for mention in mentions:
        last = joined[-1] if joined else None
        if last and {bool(last.guess), bool(mention.guess)} == {True, False}:
            month, year = (last, mention) if last.guess else (mention, last)
            gap = reading.text.fold[last.end : mention.start]
            is_year = year.form == "relative" and len(year.iso) in (0, 4)
            if is_year and len(gap.strip()) <= _JOINED and not _PARTING.search(gap):
                iso = year.iso and year.iso + month.iso[4:]
                joined[-1] = replace(month, start=last.start, end=mention.end, iso=iso, guess="")
                continue
        joined.append(mention)
    return joined


_CARRIED = 300  # letters at most between a month and the year that it may be of


_BEFORE = 300  # letters before a span, in which its months without a year may have one


def find_possible_dates(reading: Reading, start: int, end: int, anchor: Anchor) -> list[DateMention]:
    """Every date of a span, months without a year in every year that they may be of."""
    found = find_dates(reading, max(0, start - _BEFORE), end, anchor)
    return [mention for mention in (*found, *other_years(found, anchor.published)) if mention.start >= start]


def other_years(mentions: Iterable[DateMention], published: date | None) -> Iterator[DateMention]:
    """What months without a year may mean besides the nearest: another year on its other side, or one named before.

    Published in December, "in May" is what was or what will be, and after "in March 2023" it may be of 2023.
    """
    named: DateMention | None = None
    for mention in mentions:
        if mention.guess == "near" and published:
            year, month = int(mention.iso[:4]), int(mention.iso[5:7])
            other = year - 1 if (year, month) > (published.year, published.month) else year + 1
            years = {other: "other"} if (year, month) != (published.year, published.month) else {}
            if named and mention.start - named.end <= _CARRIED and int(named.iso[:4]) != year:
                years[int(named.iso[:4])] = "carried"
            for found, guess in years.items():
                iso = f"{found:04d}{mention.iso[4:]}"
                if len(iso) == 7 or _day(*map(int, iso.split("-"))):
                    yield replace(mention, iso=iso, guess=guess)
        elif not mention.guess:
            named = mention


def _borrowing(
    reading: Reading, start: int, end: int, anchor: Anchor, whole: set[tuple[int, int]]
) -> Iterator[DateMention]:
    """Days and months without a year, hung on what the text names elsewhere: "on Wednesday" and a post's date."""
    if anchor.latest_day:
        for mention in _candidates(reading, start, end, anchor.latest_day):
            if (mention.start, mention.end) not in whole:
                yield replace(mention, borrowed="day")
    elif anchor.latest_year:
        for mention in _candidates(reading, start, end, date(anchor.latest_year, 7, 1)):
            if mention.form == "month" and (mention.start, mention.end) not in whole:
                yield replace(mention, borrowed="year")


def _candidates(reading: Reading, start: int, end: int, published: date | None) -> Iterator[DateMention]:
    fold, dates = reading.text.fold, reading.lexicon.pack.dates
    span = fold[start:end]
    digits = bool(_DIGIT.search(span))
    for match in _NUMERIC.finditer(span) if digits else ():
        iso = _numeric(match, dates["order"], dates["era"])
        if iso:
            yield DateMention(start + match.start(), start + match.end(), iso)
    if digits and published:
        yield from _short(fold, start, span, published, dates)
    if digits and reading.lexicon.pack.script in ("han", "kana", "hangul"):
        for match in _CJK.finditer(span):
            iso = _cjk(match, published)
            if iso:
                form = "month" if match.group(3) or match.group(6) else "year"
                guess = "near" if match.group(3) and not (match.group(1) or match.group(2)) else ""
                yield DateMention(start + match.start(), start + match.end(), iso, form, guess=guess)
    yield from _worded(reading, start, end, published)
    for match in _YEAR.finditer(span) if digits else ():
        year = _reduce(int(match.group(1)), dates["era"])
        if 1950 <= year <= 2100:
            yield DateMention(start + match.start(), start + match.end(), f"{year:04d}", "year")


def _numeric(match: re.Match[str], order: str, era: int) -> str | None:
    if match.group(1):
        year, month, day = int(match.group(1)), int(match.group(2)), int(match.group(3))
    else:
        first, second, year = int(match.group(4)), int(match.group(5)), int(match.group(6))
        month, day = (first, second) if order == "mdy" else (second, first)
        if month > 12 >= day:
            month, day = day, month
    return _day(_reduce(year, era), month, day)


def _short(
    fold: str, start: int, span: str, published: date, dates: Mapping[str, Any]
) -> Iterator[DateMention]:  # fmt: skip
    """Days without a year: "Jumat (30/1)", "ngày 9/5"; elsewhere 9/5 may be a score, a share or a model."""
    for match in _SHORT.finditer(span):
        first, last = start + match.start(), start + match.end()
        bracketed = fold[first - 1 : first] == "(" and fold[last : last + 1] == ")"
        before = fold[max(0, first - 12) : first].rstrip().rpartition(" ")[2]
        if not bracketed and not (match.group(2) == "/" and before in dates["day_before"]):
            continue
        numbers = int(match.group(1)), int(match.group(3))
        day, month = numbers if dates["order"] == "dmy" else numbers[::-1]
        iso = _day(_nearest_year(published, month), month, day) if 1 <= month <= 12 else None
        if iso:
            yield DateMention(first, last, iso, "month", guess="near")


def _reduce(year: int, era: int) -> int:
    return year - era if era and year > 2400 else year


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _cjk(match: re.Match[str], published: date | None) -> str | None:
    year_text, shift, month_text, day_text, year_only, day_only = match.groups()
    if year_only:
        return year_only if 1950 <= int(year_only) <= 2100 else None
    if day_only:
        if not published:
            return None
        return _near_day(published, int(day_only))
    month = int(month_text)
    if not 1 <= month <= 12:
        return None
    year = (
        int(year_text) % 2000 + 2000
        if year_text and len(year_text) == 2
        else int(year_text)
        if year_text
        else published.year + _SHIFT[shift]
        if shift and published
        else None
    )
    if year is None:
        if not published:
            return None
        year = _nearest_year(published, month)
    return _day(year, month, int(day_text)) if day_text else f"{year:04d}-{month:02d}"


def _near_day(published: date, day: int) -> str | None:
    """A bare day of the month: the latest one not after publication plus a week."""
    for back in range(3):
        month = (published.month - back - 1) % 12 + 1
        year = published.year + (published.month - back - 1) // 12
        iso = _day(year, month, day)
        if iso and date.fromisoformat(iso) <= published + timedelta(days=7):
            return iso
    return None


def _nearest_year(published: date, month: int) -> int:
    """A month without a year: the one nearest to publication, at most seven months ahead."""
    ahead = (month - published.month) % 12
    return (
        published.year + (1 if published.month + ahead > 12 else 0)
        if ahead <= 5
        else published.year - (1 if month > published.month else 0)
    )


def _worded(reading: Reading, start: int, end: int, published: date | None) -> Iterator[DateMention]:
    fold, lexicon = reading.text.fold, reading.lexicon
    for hit in reading.hits_in(start, end, "date:months", "date:weekdays", "date:relative"):
        if hit.entry.category == "date:months":
            mention = _month(
                fold, hit.start, hit.end, int(hit.entry.value), start, end, published, lexicon.pack.dates, reading
            )
        elif hit.entry.category == "date:weekdays":
            iso = _weekday(reading, hit.start, hit.end, int(hit.entry.value), published)
            mention = DateMention(hit.start, hit.end, iso, "weekday") if iso else None
        else:
            iso = _relative(str(hit.entry.value), published)
            mention = DateMention(hit.start, hit.end, iso, "relative") if iso else None
        if mention:
            yield mention


def _month(
    fold: str,
    at: int,
    stop: int,
    month: int,
    start: int,
    end: int,
    published: date | None,
    dates: dict[str, object],
    reading: Reading,
) -> DateMention | None:
    before = fold[max(start, at - 12) : at]
    after = fold[stop : min(end, stop + 24)]
    first, last, day = at, stop, None
    match = _DAY_BEFORE.search(before)
    if match and 1 <= int(match.group(1)) <= 31:
        day, first = int(match.group(1)), at - len(before) + match.start()
    year_match, guess = _YEAR_AFTER.match(after), ""
    if day is None and not year_match:
        day_match = _DAY_AFTER.match(after)
        if day_match and 1 <= int(day_match.group(1)) <= 31:
            day, last = int(day_match.group(1)), stop + day_match.end()
            year_match = _YEAR_AFTER.match(fold[last : min(end, last + 12)])
    if year_match:
        era = dates["era"]
        year = _reduce(int(year_match.group(1)), era if isinstance(era, int) else 0)
        last = last + year_match.end() if day is not None and last != stop else stop + year_match.end()
    elif published:
        year, guess = _nearest_year(published, month), "near"
        if _beside(reading, first, last, "date:last"):
            year, guess = (published.year if month < published.month else published.year - 1), "said"
        elif _beside(reading, first, last, "date:next"):
            year, guess = (published.year if month > published.month else published.year + 1), "said"
    else:
        return None
    iso = _day(year, month, day) if day is not None else f"{year:04d}-{month:02d}"
    return DateMention(first, last, iso, "month", guess=guess) if iso else None


def _beside(reading: Reading, start: int, end: int, category: str) -> bool:
    hits = reading.hits_in(max(0, start - 18), end + 18, category)
    fold = reading.text.fold
    return any(not fold[h.end : start].strip() if h.end <= start else not fold[end : h.start].strip() for h in hits)


def _weekday(reading: Reading, start: int, end: int, weekday: int, published: date | None) -> str | None:
    if not published:
        return None
    if _beside(reading, start, end, "date:next"):
        ahead = (weekday - published.isoweekday()) % 7 or 7
        return (published + timedelta(days=ahead)).isoformat()
    back = (published.isoweekday() - weekday) % 7
    if back == 0 and _beside(reading, start, end, "date:last"):
        back = 7
    return (published - timedelta(days=back)).isoformat()


def _relative(name: str, published: date | None) -> str | None:
    if not published:
        return None
    if name in ("today", "yesterday", "tomorrow"):
        shift = {"today": 0, "yesterday": -1, "tomorrow": 1}[name]
        return (published + timedelta(days=shift)).isoformat()
    if name in ("last_year", "this_year", "next_year"):
        return f"{published.year + {'last_year': -1, 'this_year': 0, 'next_year': 1}[name]:04d}"
    if name == "year_end":
        return f"{published.year:04d}-12"
    if name.endswith("_month"):
        index = published.year * 12 + published.month - 1 + {"last_month": -1, "this_month": 0, "next_month": 1}[name]
        return f"{index // 12:04d}-{index % 12 + 1:02d}"
    day = published + timedelta(days={"last_week": -7, "this_week": 0, "next_week": 7}[name])
    return day.isoformat()[:7]
