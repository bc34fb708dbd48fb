"""Read an article out of the state that a page hands to its scripts as JSON: lists of blocks, one a paragraph.

Arc's `content_elements`, Next.js with Portable Text, Contentful, ProseMirror or Editor.js, and what is built alike:
they differ in names and agree in that a list holds the paragraphs as objects with text in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from include.extract.markup import strip_markup
from include.jsontext import mend_escapes

_MAX_CHARS = 2_000_000  # of one script
_MAX_VALUES = 200_000  # looked at in one page's states
_MAX_DEPTH = 40
_MAX_OBJECTS = 20  # of one script that are assigned to names
_MIN_PARAGRAPHS = 2
_MIN_CHARS = 250
_ASSIGNED = re.compile(r"(?:^|[\s;,])[\w.$\[\]\"']{1,80}\s*=\s*(?=[{\[])")
_TEXT_KEYS = ("text", "content", "value", "html", "children", "data", "model", "paragraph", "copy", "blocks", "attrs")
_KIND_KEYS = ("type", "_type", "nodeType", "__typename", "blockType", "kind", "name")
# A block that is no prose: `image`, `interstitial_link`, `embedded-entry-block`, `RelatedLinksBlock`.
_NO_PROSE = re.compile(
    r"image|photo|gallery|video|audio|embed|iframe|interstitial|related|promo|newsletter|advert|\bads?\b|social|tweet|oembed"
    r"|divider|raw_html|correction|recirc|button|table|caption",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？।؟…][\"'”’»」』)]*\s*$")
_BYLINE_KEYS = ("authors", "author", "byline", "bylines", "credits", "contributors", "by", "writers")


@dataclass(frozen=True, slots=True)
class Story:
    """What a state says of the article: its paragraphs, and the names of its authors as they stand there."""

    paragraphs: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


def find_story(scripts: Iterable[str]) -> Story:
    """The longest list of paragraphs in the JSON of inline scripts; an empty Story where there is none.

    Time is bounded: no more than 200,000 values are looked at.
    """
    budget = [_MAX_VALUES]
    best, best_score = Story(), _MIN_CHARS
    for script in scripts:
        for state in _read_states(script[:_MAX_CHARS]):
            for paragraphs, owner in _lists_of(state, None, 0, budget):
                score = sum(map(len, paragraphs))
                if score > best_score:
                    best, best_score = Story(tuple(paragraphs), tuple(_authors_of(owner))), score
    return best


def _read_states(script: str) -> Iterator[Any]:
    """The JSON values of a script: it is one, or assigns some (`window.__STATE__ = {...};`)."""
    text = mend_escapes(script.strip(), half="")
    decoder = json.JSONDecoder(strict=False)
    assigned = [0] if text[:1] in ("{", "[") else [match.end() for match in _ASSIGNED.finditer(text)]
    done = 0
    for start in assigned[:_MAX_OBJECTS]:
        if start < done:
            continue
        try:
            value, done = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        yield value


def _lists_of(value: Any, owner: Any, depth: int, budget: list[int]) -> Iterator[tuple[list[str], Any]]:
    """(paragraphs, the object that holds them) of every list that reads like an article."""
    budget[0] -= 1
    if depth > _MAX_DEPTH or budget[0] <= 0:
        return
    if isinstance(value, list):
        paragraphs = [text for item in value if (text := _paragraph(item))]
        prose = [text for text in paragraphs if _SENTENCE_END.search(text)]
        if len(prose) >= _MIN_PARAGRAPHS and 2 * len(prose) >= len(paragraphs):
            yield paragraphs, owner
        for item in value:
            yield from _lists_of(item, owner, depth + 1, budget)
    elif isinstance(value, dict):
        for inner in value.values():
            if isinstance(inner, (list, dict)):
                yield from _lists_of(inner, value if _names_authors(value) else owner, depth + 1, budget)


def _paragraph(block: Any) -> str:
    """The text of one block; "" for one that is no prose or is another article (it has an address of its own)."""
    if isinstance(block, str):
        return " ".join(strip_markup(block).split()) if len(block) > 60 else ""
    if not isinstance(block, dict) or "url" in block or "slug" in block or "href" in block:
        return ""
    if any(_NO_PROSE.search(block[key]) for key in _KIND_KEYS if isinstance(block.get(key), str)):
        return ""
    return " ".join(strip_markup(_text_of(block, 0)).split())


def _text_of(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return value
    if depth > 8:
        return ""
    if isinstance(value, list):
        return "".join(_text_of(item, depth + 1) for item in value if isinstance(item, dict))
    if isinstance(value, dict):
        for key in _TEXT_KEYS:
            inner = value.get(key)
            if isinstance(inner, (str, list, dict)) and (text := _text_of(inner, depth + 1)).strip():
                return text
    return ""


def _names_authors(owner: dict[str, Any]) -> bool:
    return any(key in owner for key in _BYLINE_KEYS)


def _authors_of(owner: Any) -> list[str]:
    found: list[str] = []
    for key in _BYLINE_KEYS if isinstance(owner, dict) else ():
        if not found:
            found = [name for name in _names_in(owner.get(key), 0) if 1 < len(name) <= 80]
    return list(dict.fromkeys(found))


def _names_in(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str) and depth < 2:
        yield value
    elif isinstance(value, list) and depth < 5:
        for item in value[:20]:
            yield from _names_in(item, depth + 1) if not isinstance(item, str) else (item,)
    elif isinstance(value, dict) and depth < 5:
        name = value.get("name") or value.get("fullName") or value.get("displayName") or value.get("title")
        if isinstance(name, str):
            yield name
        else:
            for key in ("by", "authors", "items", "edges", "node"):
                yield from _names_in(value.get(key), depth + 1)
