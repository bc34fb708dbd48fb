"""Author and time as the page shows them, where its metadata do not say them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lxml import etree

_MAX_FOUND = 12
_MAX_BYLINE_CHARS = 120
_ATTRIBUTES = ("itemprop", "rel", "class", "data-testid", "id")
_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:authors?|byline|by-line|autor(?:es|in)?|auteurs?|writers?|reporter|contributor)(?:$|[\s_-])", re.I
)
_AUTHOR_CAMEL = re.compile(r"(?:[Aa]uthor|[Bb]yline)(?:Name|Link|$)")
_COMMENT = re.compile(r"comment|reply|disqus|related|recommend|most-?read|sidebar", re.IGNORECASE)
_MARKED = etree.XPath("//*[@class or @itemprop or @rel or @id or @data-testid]")
_CARRIERS = frozenset({"a", "span", "p", "div", "address", "strong", "li", "meta", "em", "cite"})
_TEXT = etree.XPath("normalize-space()")
_LABELS = (
    "责编|责任编辑|責任編輯|编辑|編輯|作者|记者|記者|撰文|文|글|작성자|автор|autor|author|by|por|par|von|di|oleh"
    "|tác giả|بقلم|كتب"
)
_LABEL = re.compile(rf"[(（【\[]?(?:{_LABELS})", re.IGNORECASE)
# The whole text of an element: a label and names after it.
_LABELLED = re.compile(rf"^[(（【\[]?\s*(?:{_LABELS})\s*[:：/／|｜]\s*(\S.{{1,60}}?)\s*[)）】\]]?$", re.IGNORECASE)
_SIGNATURE_TAGS = ("strong", "b", "em", "i")


def read_bylines(tree: Any) -> list[str]:
    """Texts of the elements marked as author: microdata first, then `rel=author`, then classes, then labels, then
    a signature that ends the article."""
    found: dict[str, list[Any]] = {attribute: [] for attribute in _ATTRIBUTES}
    for element in _MARKED(tree):
        if element.tag not in _CARRIERS:
            continue
        for attribute in _ATTRIBUTES:
            value = element.get(attribute)
            if value and len(found[attribute]) < _MAX_FOUND and _names_author(value):
                text = _TEXT(element) or (element.get("content") or "").strip()
                if 1 < len(text) <= _MAX_BYLINE_CHARS and not _is_comment(element):
                    found[attribute].append((element, text))
    marked = next((texts for candidates in found.values() if (texts := _together(candidates))), [])
    return marked or _labelled(tree) or _signature(tree)


def _labelled(tree: Any) -> list[str]:
    """What follows a label in a text of its own: `（责编：牛镛、岳弘彬）`, `By: Jane Roe`."""
    for element in tree.iter("p", "span", "div", "li", "em", "strong"):
        if len(element) <= 3 and _LABEL.match((element.text or "").lstrip()):
            match = _LABELLED.match(_TEXT(element))
            if match and not _is_comment(element):
                return [match[1]]
    return []


def _together(marked: list[tuple[Any, str]]) -> list[str]:
    """The first marked text and those that stand with it, one element an author."""
    if not marked:
        return []
    first = marked[0][0]
    frames = [
        node
        for node in (first.getparent(), getattr(first.getparent(), "getparent", lambda: None)())
        if node is not None
    ]
    return [
        text
        for element, text in marked
        if element is first or any(node in frames for node in list(element.iterancestors())[:2])
    ]


def read_times(tree: Any) -> list[str]:
    """`datetime` of the first `<time>` elements, those marked as published first."""
    times = [element for element in tree.iter("time") if element.get("datetime")][:_MAX_FOUND]
    marked = [
        element
        for element in times
        if "publish" in " ".join(element.attrib.values()).lower() or element.get("pubdate") is not None
    ]
    return [element.get("datetime") for element in [*marked, *times]]


def _signature(tree: Any) -> list[str]:
    """A last paragraph that is one emphasised name, as Vietnamese newspapers sign."""
    paragraphs = [element for element in tree.iter("p") if element.get("style") and "right" in element.get("style")]
    for element in reversed(paragraphs[-3:]):
        text = _TEXT(element)
        if 3 < len(text) <= 60 and next(element.iter(*_SIGNATURE_TAGS), None) is not None:
            return [text]
    return []


@lru_cache(maxsize=20_000)
def _names_author(attribute: str) -> bool:
    return _AUTHOR.search(attribute) is not None or _AUTHOR_CAMEL.search(attribute) is not None


def _is_comment(element: Any) -> bool:
    return any(
        _COMMENT.search(f"{node.get('class', '')} {node.get('id', '')}") for node in (element, *element.iterancestors())
    )
