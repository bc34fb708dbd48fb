"""Author and time as the page shows them, where its metadata do not say them."""

from __future__ import annotations

from typing import Any

_MAX_FOUND = 10
_MAX_BYLINE_CHARS = 160
_AUTHOR_ATTRIBUTES = ("itemprop", "rel", "class", "data-testid")
_AUTHOR_WORDS = frozenset({"author", "byline", "authors"})


def read_bylines(tree: Any) -> list[str]:
    """Texts of the elements marked as author: microdata first, then `rel=author`, then classes."""
    found: dict[str, list[str]] = {attribute: [] for attribute in _AUTHOR_ATTRIBUTES}
    for element in tree.iter("a", "span", "p", "div", "address", "strong", "li", "meta"):
        for attribute in _AUTHOR_ATTRIBUTES:
            value = element.get(attribute)
            if value and _AUTHOR_WORDS & set(
                value.lower().replace("__", " ").replace("_", " ").replace("-", " ").split()
            ):
                text = " ".join(" ".join(element.itertext()).split()) or (element.get("content") or "")
                if 1 < len(text) <= _MAX_BYLINE_CHARS and len(found[attribute]) < _MAX_FOUND:
                    found[attribute].append(text)
    return next((texts[:3] for texts in found.values() if texts), [])


def read_times(tree: Any) -> list[str]:
    """`datetime` of the first `<time>` elements, those marked as published first."""
    times = [element for element in tree.iter("time") if element.get("datetime")][:_MAX_FOUND]
    marked = [
        element
        for element in times
        if "publish" in str(dict(element.attrib)).lower() or element.get("pubdate") is not None
    ]
    return [element.get("datetime") for element in [*marked, *times]]
