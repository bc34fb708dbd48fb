"""Dates as people write them: `2 มี.ค. 2569, 09:30 น.`, `Publié le 2 mars 2026 à 23h05`, `الإثنين ٢ آذار ٢٠٢٦`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any

from include.extract.moment import Moment
from include.extract.phrases import match_any
from include.knowledge.bylines import load_bylines

# Locales of the Unicode CLDR whose months are known; no month of one is another month of another.
_LOCALES = (
    "en", "pt", "es", "fr", "de", "it", "nl", "pl", "tr", "vi", "id", "ru", "uk", "ar", "ar_SY", "ar_DZ", "ar_MA",
    "hi", "th", "cs", "nb", "sv", "da", "ms", "fi", "hu", "ro", "el", "bg", "sk", "fa", "ur", "bn", "ta",
)  # fmt: skip
# Abbreviations that mean one zone wherever news use them; IST and CST mean several.
_ZONES = {
    "wib": 7, "wita": 8, "wit": 9, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "msk": 3, "мск": 3, "cet": 1, "cest": 2,
    "mez": 1, "mesz": 2, "gmt": 0, "utc": 0, "bst": 1, "est": -5, "edt": -4, "pst": -8, "pdt": -7, "brt": -3,
    "eat": 3, "wat": 1, "sast": 2, "trt": 3, "aest": 10, "aedt": 11, "nzdt": 13, "nzst": 12, "pkt": 5,
}  # fmt: skip
_HAMZA = str.maketrans("أإآ", "ااا")
_ERAS = (("令和", 2018), ("平成", 1988), ("中華民國", 1911), ("民國", 1911), ("民国", 1911))
_BUDDHIST = range(2400, 2700)  # 543 years ahead
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_JOIN = r"(?:[\s.,/\-–]|\b(?:de|del|of|năm)\b|พ\.ศ\.|ค\.ศ\.)*"
_CLOCK = (
    r"(?P<{0}half>오전|오후|上午|下午|午前|午後|晚上)?\s*(?P<{0}h>\d{{1,2}})\s?[:.h時时시]\s?(?P<{0}mi>\d{{2}})"
    r"(?::\d{{2}})?(?!\d)\s*(?P<{0}ap>[ap]\.?m\b\.?|ص|م(?!\w))?"
)
_AFTER = r"(?:[^\w]{0,4}(?:à|at|às|a las|alle|um|om|о|в|klo|kl\.?|pukul|o godz\.?|saat|lúc|เวลา)?[^\w]{0,3}"
_ZONE = re.compile(
    rf"\s*(?:uhr|น\.?|год\.?|ч\.?)?[\s(]*(?:(?:gmt|utc)\s*(?P<sign>[+-])\s*(?P<zh>\d{{1,2}})(?::?(?P<zm>\d\d))?|(?P<zone>{'|'.join(_ZONES)})(?!\w))"
)
_AFTERNOON = ("오후", "下午", "午後", "晚上")


@dataclass(frozen=True, slots=True)
class Written:
    """One date of a text: where it stands, and whether the words around it say that it is the last change's."""

    moment: Moment
    start: int
    end: int
    updated: bool


def read_written(text: str, *, month_first: bool | None = False, short_years: bool = False) -> list[Written]:
    """Every complete date of a short text, in order.

    `month_first` says how `03/02/2026` is read; None where the page's language leaves it open: then only a date
    with a day above 12 is read. With `short_years`, `02.03.26` is one too, its day first.
    """
    plain = _normalise(text)
    found: list[Written] = []
    position = 0
    while (match := _pattern().search(plain, position)) is not None:
        position = match.end()
        day = _day_of(match, month_first) if short_years or match["d7"] is None else None
        if day is None:
            continue
        moment, end = _with_clock(match, plain, day)
        before = plain[found[-1].end if found else 0 : match.start()]
        found.append(Written(moment, match.start(), end, _labels().search(before[-40:]) is not None))
        position = max(position, end)
    return found


def says_updated(text: str) -> bool:
    """True where the words say that a time is the last change's (`Güncelleme`, `updated`)."""
    return _labels().search(_normalise(text)) is not None


def without_dates(text: str) -> str:
    """The text without its dates, clock times and the words that stand around them."""
    plain = _normalise(text)
    for match in reversed(list(_pattern().finditer(plain))):
        plain = plain[: match.start()] + " " + plain[match.end() :]
    return _noise().sub(" ", plain)


def _normalise(text: str) -> str:
    """One character for each: digits of any script as ASCII, width and case folded where that keeps the length."""
    return "".join(_plain(char) for char in text)


@cache
def _plain(char: str) -> str:
    if char.isdigit() and unicodedata.decimal(char, None) is not None:
        return str(unicodedata.decimal(char))
    folded = unicodedata.normalize("NFKC", char).casefold()
    return (folded if len(folded) == 1 else char).translate(_HAMZA)


@cache
def _months() -> dict[str, int]:
    from babel import Locale

    months: dict[str, int] = {}
    for code in _LOCALES:
        for widths in Locale.parse(code).months.values():
            for form in ("wide", "abbreviated"):
                for number, name in widths[form].items():
                    months[_normalise(name).strip(". ")] = number
    return months


@cache
def _pattern() -> re.Pattern[str]:
    """A date: named month after or before the day, year first, era, day or month first."""
    names = "|".join(re.escape(name) for name in sorted(_months(), key=lambda name: (-len(name), name)))
    month = rf"(?<![^\W\d_])(?P<{{0}}>{names})(?![^\W\d_])"
    second = rf"(?:\s?/\s?(?:{names})(?![^\W\d_]))?"  # `آذار/مارس`: the month's two names in Arabic
    thai = "|".join(re.escape(name) for name in sorted(_months(), key=len, reverse=True) if _THAI.match(name))
    clock = rf"(?:{_CLOCK.format('b')}\W{{1,4}})?"
    eras = "|".join(era for era, _ in _ERAS)
    return re.compile(
        rf"{clock}(?:"
        rf"(?<!\d)(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|ª)?{_JOIN}{month.format('m1')}{second}{_JOIN}(?P<y1>\d{{4}})(?!\d)"
        rf"|(?<!\d)(?P<d6>\d{{1,2}}){_JOIN}(?P<m6>{thai}){_JOIN}(?P<y6>\d\d)(?![\d:.])"
        rf"|{month.format('m2')}\.?\s*(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(?P<y2>\d{{4}})(?!\d)"
        r"|(?<!\d)(?P<y3>(?:19|20)\d\d)\s*[-/.年년]\s*(?P<m3>\d{1,2})\s*[-/.月월]\s*(?P<d3>\d{1,2})(?!\d)[日일.]?"
        rf"|(?P<era>{eras})\s*(?P<y4>\d{{1,3}}|元)年\s*(?P<m4>\d{{1,2}})月\s*(?P<d4>\d{{1,2}})日"
        r"|(?<![\d/.])(?P<d5>\d{1,2})\s?[./-]\s?(?P<m5>\d{1,2})\s?[./-]\s?(?P<y5>\d{4})(?![\d/])"
        r"|(?<![\d/.])(?P<d7>\d\d)(?P<sep>[./])(?P<m7>\d\d)(?P=sep)(?P<y7>\d\d)(?![\d/.])"
        r")"
    )


@cache
def _clock_after() -> re.Pattern[str]:
    return re.compile(_AFTER + _CLOCK.format("a") + ")")


@cache
def _labels() -> re.Pattern[str]:
    return re.compile(match_any(load_bylines().updated))


@cache
def _noise() -> re.Pattern[str]:
    """Words that stand around a date, clock times, names of weekdays and zones."""
    from babel import Locale

    known = load_bylines()
    days = {
        _normalise(name).strip(".")
        for code in _LOCALES
        for widths in Locale.parse(code).days.values()
        for form in ("wide", "abbreviated")
        for name in widths[form].values()
    }
    words = match_any([*known.updated, *known.published, *days, *_ZONES, "uhr", "น.", "à", "at", "às", "ist", "et"])
    return re.compile(rf"{_CLOCK.format('n')}|{words}|(?:gmt|utc)\s*[+-]\s*\d+(?::\d\d)?")


def _day_of(match: re.Match[str], month_first: bool | None) -> datetime | None:
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    try:
        if "m1" in parts:
            return _build(parts["y1"], _months()[parts["m1"]], parts["d1"])
        if "m2" in parts:
            return _build(parts["y2"], _months()[parts["m2"]], parts["d2"])
        if "y3" in parts:
            return _build(parts["y3"], parts["m3"], parts["d3"])
        if "m6" in parts:  # `2 มี.ค. 69`: of the Buddhist era, without its century
            return _build(2500 + int(parts["y6"]), _months()[parts["m6"]], parts["d6"])
        if "era" in parts:
            year = (1 if parts["y4"] == "元" else int(parts["y4"])) + dict(_ERAS)[parts["era"]]
            return _build(year, parts["m4"], parts["d4"])
        if "d7" in parts:
            return _build(2000 + int(parts["y7"]), parts["m7"], parts["d7"])
        first, second = int(parts["d5"]), int(parts["m5"])
        if month_first is None and first <= 12 and second <= 12 and first != second:
            return None
        swapped = second > 12 or (month_first is True and first <= 12)
        return _build(parts["y5"], *((first, second) if swapped else (second, first)))
    except ValueError:
        return None


def _build(year: Any, month: Any, day: Any) -> datetime:
    number = int(year)
    return datetime(number - 543 if number in _BUDDHIST else number, int(month), int(day), tzinfo=UTC)


def _with_clock(match: re.Match[str], text: str, day: datetime) -> tuple[Moment, int]:
    """The day with the clock time that stands before or behind it, and where both end."""
    after = _clock_after().match(text, match.end())
    parts = (after or match).groupdict()
    prefix = "a" if after else "b"
    end = after.end() if after else match.end()
    if parts.get(f"{prefix}h") is None:
        return Moment(day, has_offset=False, has_time=False), end
    hour, minute = int(parts[f"{prefix}h"]), int(parts[f"{prefix}mi"])
    half = parts[f"{prefix}half"] or parts[f"{prefix}ap"] or ""
    if half:
        hour = hour % 12 + (12 if half in _AFTERNOON or half[0] in "pм" or half == "م" else 0)
    if hour > 23 or minute > 59:
        return Moment(day, has_offset=False, has_time=False), match.end()
    zone, zone_end = _read_zone(text, end) if after else (None, end)
    value = day.replace(hour=hour, minute=minute, tzinfo=zone or UTC)
    return Moment(value, has_offset=zone is not None), zone_end


def _read_zone(text: str, position: int) -> tuple[tzinfo | None, int]:
    match = _ZONE.match(text, position)
    if match is None:
        return None, position
    if match["zone"]:
        return timezone(timedelta(hours=_ZONES[match["zone"]])), match.end()
    minutes = int(match["zh"]) * 60 + int(match["zm"] or 0)
    if minutes > 14 * 60:
        return None, position
    return timezone(timedelta(minutes=-minutes if match["sign"] == "-" else minutes)), match.end()
