"""How things are called on the pages: statuses, languages, features of a score, times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from include.knowledge.languages import language_names

STATUS_GLYPHS = {
    "announced": "✓", "reported": "●", "effective": "■", "rumoured": "▲", "denied": "✕", "retracted": "–",
}  # fmt: skip
FIELD_WORDS = {
    "kind": "kind", "person": "person", "from_org": "organisation left", "to_org": "organisation joined",
    "role_from": "post left", "role_to": "post taken", "status": "status", "date": "date", "focus": "focus",
    "successor": "successor", "reason_stated": "reason stated", "acting": "acting",
    "destination_kind": "kind of destination",
}  # fmt: skip
# Terms of a score as a line on the board says them; `{}` is the term's value, or the part of it that matters.
_TERMS = {
    "watchlist": "{} is watched", "watchlist destination": "joins {}, watched", "watchlist person": "watched person",
    "watchlist post": "watched post", "seniority": "{}", "founder": "founder", "origins": "{} origins",
    "known works": "known for {}", "destination": "to {}", "organisation kind": "{}",
}  # fmt: skip
_LEVELS = {
    "prominence": {"1": "widely known", "2": "well known", "3": "known"},
    "organisation": {"1": "top organisation", "2": "known organisation", "3": "lesser organisation"},
}
_DESTINATIONS = {"rival": "a rival", "own-company": "a company of their own"}
_SHORT = 200
_ISO_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_CODE = re.compile(r"`([^`]+)`")


def clip(text: object, length: int = _SHORT) -> str:
    """A text of at most so many characters; a longer one ends in an ellipsis."""
    full = "" if text is None else str(text)
    return full if len(full) <= length else full[: length - 1].rstrip() + "…"


def safe_url(url: object) -> str:
    """The address if a reader can follow it, else "": only http and https, with a host, are followed."""
    text = str(url or "")
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname and len(text) < 2000 else ""


def host_of(url: object) -> str:
    """The host of an address, for people."""
    return urlsplit(safe_url(url)).hostname or ""


def when(value: Any) -> Markup:
    """A moment as `<time>`, to the minute, in UTC."""
    moment = as_moment(value)
    if moment is None:
        return Markup("not known")
    return Markup('<time datetime="{}">{} UTC</time>').format(moment.isoformat(), f"{moment:%d %b %Y %H:%M}")


def day(value: Any) -> Markup:
    """A moment or a day as `<time>`, to the day; an ISO day, month or year as people write it."""
    if isinstance(value, str):
        written = _write_day(value)
        return Markup('<time datetime="{}">{}</time>').format(value, written) if written else escape(value)
    if value is None:
        return Markup("undated")
    return Markup('<time datetime="{0:%Y-%m-%d}">{0:%d %b %Y}</time>').format(value)


def _write_day(text: str) -> str:
    """`2024-12-19` as 19 Dec 2024, `2024-12` as Dec 2024; "" for what is no ISO day."""
    found = _ISO_DAY.fullmatch(text)
    if not found:
        return ""
    year, month, number = found.groups()
    try:
        first = date(int(year), int(month or 1), int(number or 1))
    except ValueError:
        return ""
    return f"{first:%d %b %Y}" if number else f"{first:%b %Y}" if month else year


def as_moment(value: Any) -> datetime | None:
    """A time of the database, a file or an address as an aware datetime; None for what is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        try:
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:  # 9999-12-31T23:59-23:59
            return None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None


def signed(number: float | None) -> str:
    """Points with their sign and a real minus: +26, −4."""
    return f"{float(number or 0):+g}".replace("-", "−")


def score_of(row: Mapping[str, Any]) -> str:
    """The score of an event in a list; none for what is withdrawn, or is history and only recalled."""
    return "–" if row["status"] in ("denied", "retracted") or row["score"] < 0 else f"{row['score']:.0f}"


def plural(count: int, word: str, many: str = "") -> str:
    """1 article, 2 articles."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"


def language(code: str) -> str:
    """The English name of a language, or its code."""
    return language_names().get(code, code)


def describe_term(feature: str, value: str) -> str:
    """One summand of a score in a few words: `top organisation`, `OpenAI is watched`, `8 others left OpenAI`."""
    if feature in _LEVELS:
        return _LEVELS[feature].get(value[-1:], value)
    if feature == "languages":
        return plural(value.count(",") + 1, "language")
    value = _DESTINATIONS.get(value, value) if feature == "destination" else value
    value = value.replace("-", " ") if feature == "seniority" else value
    return _TERMS.get(feature, "{}").format(value)


def name_languages(codes: Iterable[str], most: int = 3) -> str:
    """The languages by name, or how many where they are more than `most`."""
    names = [language(code) for code in codes]
    return ", ".join(names) if len(names) <= most else f"{len(names)} languages"


def percent(share: float) -> str:
    """A probability in whole percent, never rounded to a certainty it is not."""
    return "over 99 %" if share > 0.99 else f"{share * 100:.0f} %"


def hours(number: float | None) -> str:
    """Hours up to two days, days from then on."""
    if number is None:
        return ""
    return f"{number:.1f} h" if number < 48 else f"{number / 24:,.0f} days"


def once_in(probability: float) -> str:
    """A small probability as people say it: once in 4,000."""
    return f"once in {1 / probability:,.0f}" if 0 < probability < 0.5 else f"{probability:.2g}"


def with_code(text: str) -> Markup:
    """A text of ours in which commands stand between backticks, as HTML."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def sentence(text: str) -> str:
    """A text with a capital first letter."""
    return text[:1].upper() + text[1:]


def highlight(quote: str, names: Iterable[str | None], length: int = 600, people: Iterable[str | None] = ()) -> Markup:
    """A quote with every stated name marked, of people also a part of the name; everything in it is text."""
    text = clip(quote, length)
    parts = [part for name in people if name for part in name[:_SHORT].split() if len(part) > 3]
    marked: list[tuple[int, int]] = []
    for name in sorted({n for n in (*names, *people, *parts) if n and len(n) > 1}, key=len, reverse=True):
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if all(end <= start or at >= stop for start, stop in marked):
                marked.append((at, end))
            at = text.find(name, end)
    result, last = Markup(), 0
    for start, stop in sorted(marked):
        result += escape(text[last:start]) + Markup("<mark>{}</mark>").format(text[start:stop])
        last = stop
    return result + escape(text[last:])


def describe_route(row: Mapping[str, Any]) -> str:
    """What happened in words, for titles and lists: `OpenAI → Microsoft`."""
    left, joined, kind = row.get("from_org"), row.get("to_org"), row.get("kind")
    if kind == "departure":
        return f"{left or 'not stated'} → {joined or 'not stated'}"
    if kind in ("arrival", "appointment"):
        return f"{'joins' if kind == 'arrival' else 'appointed at'} {joined or 'not stated'}"
    return f"{'on leave from' if kind == 'leave' else 'back at'} {left or joined or 'not stated'}"
