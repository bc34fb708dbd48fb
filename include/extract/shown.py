"""Times as the page shows them, where its metadata do not give them."""

from __future__ import annotations

import re
from typing import Any

from include.extract.beside import Beside
from include.extract.moment import Moment
from include.extract.tree import spaced_text
from include.extract.written import read_written, says_updated

_MAX_FOUND = 60
_MAX_LINE_CHARS = 120
_REACH = 40  # elements after the headline among which a date is looked for
_FRAMES = 3  # around the headline
_DATED = ("time", "p", "span", "div", "li", "small", "em", "strong", "b", "td", "a", "i", "h2", "address", "abbr")
_DIGITS = re.compile(r"\d")
_UPDATED_NAME = re.compile(r"updat|modif|g[uü]ncel|actuali", re.IGNORECASE)


def read_times(tree: Any) -> list[str]:
    """`datetime` of `<time>` elements: those marked as published, those around the headline, those below it, others
    (of the last change, of other articles).

    A time above the headline and apart from it is mostly today's, in the head of the site.
    """
    beside = Beside(tree)
    headline = beside.headline
    frames = _frames_of(headline)
    ranked: list[tuple[int, str]] = []
    below = headline is None
    for element in tree.iter("h1", "time"):
        if element is headline:
            below = True
        value = element.get("datetime") if element.tag == "time" else None
        if value is None or len(ranked) >= _MAX_FOUND:
            continue
        marks = " ".join(element.attrib.values()).lower()
        if "publish" in marks or element.get("pubdate") is not None:
            rank = 0
        elif beside.holds(element) or _UPDATED_NAME.search(marks):
            rank = 3
        else:
            rank = 1 if any(node in frames for node in element.iterancestors()) else 2 if below else 3
        ranked.append((rank, value))
    classic = [element.get("title") or "" for element in tree.iter("abbr") if "published" in element.get("class", "")]
    return [*classic[:1], *(value for _, value in sorted(ranked, key=lambda entry: entry[0]))]


def _frames_of(headline: Any) -> set[Any]:
    """The elements around the headline, without those that hold the whole page."""
    if headline is None:
        return set()
    return {node for node in list(headline.iterancestors())[:_FRAMES] if node.tag not in ("body", "html")}


def read_shown_dates(tree: Any, *, month_first: bool | None, short_years: bool) -> tuple[list[Moment], list[Moment]]:
    """(dates of publication, dates of the last change) that stand around the headline, in order.

    Above the headline only what shares a frame with it is believed: the top of a page often shows today's date.
    """
    beside = Beside(tree)
    headline = beside.headline
    frames = _frames_of(headline)
    near: list[str] = []
    reached = 0
    for element in tree.iter("h1", *_DATED):
        if element is headline:
            reached = 1
            continue
        reached += reached > 0
        if reached > _REACH or (headline is None and len(near) >= _REACH):
            break
        if len(element) > 3 or not _DIGITS.search(_own_text(element)) or beside.holds(element):
            continue
        framed = any(node in frames for node in element.iterancestors())
        text = spaced_text(element)
        if len(text) <= _MAX_LINE_CHARS and (reached or headline is None or framed):
            marked = any(_UPDATED_NAME.search(node.get("class") or "") for node in (element, element.getparent()))
            near.append(f"updated {text}" if marked and not says_updated(text) else text)
    found = [
        written for text in near for written in read_written(text, month_first=month_first, short_years=short_years)
    ]
    return [entry.moment for entry in found if not entry.updated], [entry.moment for entry in found if entry.updated]


def _own_text(element: Any) -> str:
    return "".join([element.text or "", *((child.text or "") + (child.tail or "") for child in element)])
