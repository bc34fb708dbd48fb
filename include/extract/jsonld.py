"""Read a page's JSON-LD tolerantly, in linear time, whatever its state."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from include.jsontext import mend_escapes

MAX_BLOCK_CHARS = 1_000_000  # of one script; the largest real one seen was a live blog's 900,000
MAX_NODES = 2_000
MAX_DEPTH = 12
_OPENERS, _CLOSERS = ("<!--", "<![CDATA[", "/*<![CDATA[*/", "//<![CDATA["), ("-->", "]]>", "/*]]>*/", "//", ";")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_ARTICLE_TYPE = re.compile(r"Article$|Posting$|^Report$|^Review$|^LiveBlogPosting$|^NewsStory$|^Reportage")
_SALVAGED_KEYS = (
    "headline", "alternativeHeadline", "author", "creator", "datePublished", "dateModified", "dateCreated",
    "isAccessibleForFree", "publisher", "inLanguage", "keywords", "mainEntityOfPage", "articleBody",
)  # fmt: skip
_SALVAGED = re.compile(rf'"({"|".join(_SALVAGED_KEYS)})"\s*:\s*')
# A string may hold bare quotes: it ends where the next key or the end of the object follows.
_STRING = re.compile(r'"(.*?)"\s*(?=,\s*"[\w@]+"\s*:|[}\]])', re.DOTALL)
_SALVAGED_CHARS = 20_000
_MAX_SALVAGED = 60

Node = dict[str, Any]


def read_nodes(scripts: Iterable[str]) -> list[Node]:
    """Every JSON object of the scripts that stands for a thing, in document order, references resolved lazily.

    Lists, `@graph` and nested main entities are opened; the members of an `ItemList` are not, because they are
    other articles. A broken script gives one node with what could be read of it.
    """
    nodes: list[Node] = []
    for script in scripts:
        for value in _parse(script[:MAX_BLOCK_CHARS]):
            nodes.extend(_open(value, 0))
            if len(nodes) > MAX_NODES:
                return nodes[:MAX_NODES]
    return nodes


def is_article(node: Node) -> bool:
    """True where `@type` is an article, a posting, a report or a review of schema.org."""
    return any(_ARTICLE_TYPE.search(kind) for kind in types_of(node))


def types_of(node: Node) -> list[str]:
    """The local names of the node's `@type`."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return [str(kind).rstrip("/").rsplit("/", 1)[-1] for kind in listed if kind]


def resolve(value: Any, nodes: Iterable[Node]) -> Any:
    """Replace `{"@id": x}` by the node of that id where the page has one: how WordPress plugins name authors."""
    if isinstance(value, list):
        return [resolve(item, nodes) for item in value[:50]]
    if isinstance(value, dict) and "@id" in value and "name" not in value:
        return next((node for node in nodes if node.get("@id") == value["@id"] and node.get("name")), value)
    return value


def first_text(value: Any) -> str:
    """The first string in a value: a plain one, the first of a list, or the `name`, `@value`, `@id` of an object."""
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, list):
        return next((text for item in value[:20] if (text := first_text(item))), "")
    if isinstance(value, dict):
        return next((text for key in ("name", "@value", "@id", "url") if (text := first_text(value.get(key)))), "")
    return ""


def unescape(text: str) -> str:
    """Undo HTML entities, which many publishers leave in JSON, sometimes twice; trim."""
    return " ".join(unescape_entities(text).split())


def unescape_entities(text: str) -> str:
    """Undo HTML entities, twice where they were escaped twice."""
    return html.unescape(html.unescape(text)) if "&" in text else text


def _parse(script: str) -> list[Any]:
    text = mend_escapes(_unwrap(script), half="")
    if not text:
        return []
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return [json.loads(candidate, strict=False)]
        except (ValueError, RecursionError):
            continue
    if text.startswith(("{&quot;", "[{&quot;", "{ &quot;")):
        return _parse(html.unescape(text))
    return [*_concatenated(text), _salvage(text)]


def _unwrap(script: str) -> str:
    text = script.strip()
    for opener in _OPENERS:
        text = text.removeprefix(opener).lstrip()
    for closer in _CLOSERS:
        text = text.removesuffix(closer).rstrip()
    return text


def _concatenated(text: str) -> list[Any]:
    """Whole objects at the start of a text that goes on: `{...}{...}` or `{...},{...}`."""
    decoder, position = json.JSONDecoder(strict=False), 0
    values: list[Any] = []
    while len(values) < 50 and position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return values


def _salvage(text: str) -> Node:
    """First readable value of each known key of a broken script: quotes inside a headline, a cut end."""
    decoder, node = json.JSONDecoder(strict=False), Node({"@type": "Article", "salvaged": True})
    for count, match in enumerate(_SALVAGED.finditer(text)):
        if count >= _MAX_SALVAGED:
            break
        key = match[1]
        if key in node:
            continue
        following = text[match.end() : match.end() + _SALVAGED_CHARS]
        string = _STRING.match(following)
        try:
            node[key] = string[1] if string else decoder.raw_decode(following)[0]
        except (ValueError, RecursionError):
            continue
    return node


def _open(value: Any, depth: int) -> Iterator[Node]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value[:MAX_NODES]:
            yield from _open(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        if "ItemList" in types_of(value) or "itemListElement" in value:
            return
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "@included"):
            if key != "hasPart" or not is_article(value):
                yield from _open(value.get(key), depth + 1)
