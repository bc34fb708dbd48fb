"""Times as the page shows them, where its metadata do not give them."""

from __future__ import annotations

import re
from typing import Any

from include.extract.beside import Beside
from include.extract.moment import Moment
from include.extract.tree import spaced_text
from include.extract.written import read_written, says_updated

_MAX_FOUND = 12
_MAX_LINE_CHARS = 120
_REACH = 40  # elements after the headline among which a date is looked for
_FRAMES = 3  # around the headline
_DATED = ("time", "p", "span", "div", "li", "small", "em", "strong", "b", "td", "a", "i", "h2", "address", "abbr")
_DIGITS = re.compile(r"\d")
_UPDATED_NAME = re.compile(r"updat|modif|g[uü]ncel|actuali", re.IGNORECASE)


def read_times(tree: Any) -> list[str]:
    """`datetime` of the first `<time>` elements, those marked as published first."""
    times = [element for element in tree.iter("time") if element.get("datetime")][:_MAX_FOUND]
    marked = [
        element
        for element in times
        if "publish" in " ".join(element.attrib.values()).lower() or element.get("pubdate") is not None
    ]
    classic = [element.get("title") for element in tree.iter("abbr") if "published" in element.get("class", "")]
    return [*classic[:1], *(element.get("datetime") for element in [*marked, *times])]


def read_shown_dates(tree: Any, *, month_first: bool | None) -> tuple[list[Moment], list[Moment]]:
    """(dates of publication, dates of the last change) that stand around the headline, in order.

    Above the headline only what shares a frame with it is believed: the top of a page often shows today's date.
    """
    beside = Beside(tree)
    headline = beside.headline
    frames = set(list(headline.iterancestors())[:_FRAMES]) if headline is not None else set()
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
        framed = any(node in frames and node.tag not in ("body", "html") for node in element.iterancestors())
        text = spaced_text(element)
        if len(text) <= _MAX_LINE_CHARS and (reached or headline is None or framed):
            marked = any(_UPDATED_NAME.search(node.get("class") or "") for node in (element, element.getparent()))
            near.append(f"updated {text}" if marked and not says_updated(text) else text)
    found = [written for text in near for written in read_written(text, month_first=month_first)]
    return [entry.moment for entry in found if not entry.updated], [entry.moment for entry in found if entry.updated]


def _own_text(element: Any) -> str:
    return "".join([element.text or "", *((child.text or "") + (child.tail or "") for child in element)])
