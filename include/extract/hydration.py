"""Read an article out of the data that a client-rendered page hands to its scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from include.jsontext import parse_json

MAX_SCRIPT_CHARS = 2_000_000
_MIN_MARKUP_CHARS = 300
_MAX_STRINGS = 400
# Every string literal, closed or not, is consumed whole: no quote is tried twice, so time is linear.
_STRING = re.compile(r'"((?:[^"\\\n]++|\\.)*+)("?)', re.DOTALL)
_PARAGRAPHS = re.compile(r"<(?:p|br|div)\b[^<>]*>", re.IGNORECASE)
_PROGRAM = re.compile(r"function\s*\(|=>|\bvar\s|\breturn\b|<script|<html", re.IGNORECASE)
_PUBLISHED = re.compile(
    r'\\?"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publicationDate|publishTime|publish_time'
    r"|firstPublished(?:At|Date)?|first_publish_date|displayDate|display_date|publishDt|pubDate|pubdate|deployDt"
    r'|articlePublishDt)\\?"\s*:\s*\\?"([^"\\]{8,40})'
)
_FRAME_CHARS = 1_000
_UNSEEN = frozenset({"script", "style", "template", "noscript"})
_ROOTS = frozenset(
    {"root", "app", "__next", "__nuxt", "react-root", "main-app", "application", "svelte", "fusion-app", "gatsby"}
)


def find_markup(scripts: Iterable[str]) -> str:
    """The longest piece of article markup among the strings of inline scripts; "" where there is none.

    Strings may be escaped twice: JSON inside a string of JSON.
    """
    best, best_score = "", 0
    for script in scripts:
        for text in _long_strings(script[:MAX_SCRIPT_CHARS], depth=0):
            tags = len(_PARAGRAPHS.findall(text))
            if tags >= 2 and len(text) > best_score and not _PROGRAM.search(text[:5_000]):
                best, best_score = text, len(text)
    return best


def find_published(scripts: Iterable[str]) -> list[str]:
    """Values of the usual keys for a publication time in inline scripts, in order."""
    return [match[1] for script in scripts for match in list(_PUBLISHED.finditer(script[:MAX_SCRIPT_CHARS]))[:5]]


def is_client_rendered(tree: Any, scripts: Sequence[str]) -> bool:
    """True for a page that is a frame to be filled by its scripts: little text, and code or an empty root element."""
    body = tree.find("body")
    if body is None:
        return False
    if _shows_more(body, _FRAME_CHARS):
        return False
    rooted = any((element.get("id") or "").lower() in _ROOTS for element in body.iter("div", "main"))
    return rooted or sum(map(len, scripts)) > 10_000 or next(body.iter("noscript"), None) is not None


def _shows_more(body: Any, chars: int) -> bool:
    """True where the body shows more characters than that, outside of what no reader sees."""
    seen = 0
    for element in body.iter():
        text = "" if element.tag in _UNSEEN else (element.text or "").strip()
        seen += len(text) + len((element.tail or "").strip())
        if seen > chars:
            return True
    return False


def _long_strings(script: str, depth: int) -> Iterator[str]:
    found = 0
    for match in _STRING.finditer(script):
        if len(match[1]) < _MIN_MARKUP_CHARS or not match[2]:
            continue
        found += 1
        if found > _MAX_STRINGS:
            return
        try:
            text = parse_json(f'"{match[1]}"', strict=False, half="")
        except ValueError:
            continue
        if depth < 2 and text[:1] in "{[" or '\\"' in text[:500]:
            yield from _long_strings(text, depth + 1)
        else:
            yield text
