"""Authors as the page shows them, where its metadata do not name them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lxml import etree

from include.extract.beside import Beside
from include.extract.names import (
    find_field,
    is_labelled,
    is_outlet,
    is_person,
    names_only_editors,
    names_writers,
    split_names,
)

_MAX_FOUND = 12
_MAX_BYLINE_CHARS = 120
_MAX_LABELLED_CHARS = 80
_REACH = 40  # elements after the headline among which a byline that nothing marks is looked for
_ATTRIBUTES = ("class", "data-testid", "id")
_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:authors?|byline|by-line|autor(?:es|in)?|auteurs?|writers?|reporter|contributor|fn)(?:$|[\s_-])",
    re.IGNORECASE,
)
_AUTHOR_CAMEL = re.compile(r"(?:[Aa]uthor|[Bb]yline)(?:Name|Link|$)")
_MARKED = etree.XPath("//h1|//*[@class or @itemprop or @rel or @id or @data-testid or @href]")
_LEAVES = ("p", "span", "div", "li", "em", "strong")
_CARRIERS = frozenset({"a", "span", "p", "div", "address", "strong", "li", "meta", "em", "cite"})
_TEXT = etree.XPath("normalize-space()")
# The page of an author: `/autor/marta-gil`, `/authors/1`, `/by/jane-roe`.
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:es|in|en|i)?|auteurs?|redakteure?|reporters?|journalists?|journalistes?|contributors?|columnists?"
    r"|penulis|tac-gia|yazar(?:lar)?|avtor|avtory|by)/[^/?#]"
)
_END = re.compile(r"\s*[|•·]\s|\s*[-–—,]?\s+\d")  # `By Jane Roe | Mar 2`, `di Maria Rossi 02 Marzo`
_SIGNATURE_TAGS = ("strong", "b", "em", "i")


def read_bylines(tree: Any) -> list[str]:
    """Texts of the elements marked as author: microdata first, then `rel=author`, then links to a page of an
    author, then classes, then a text that begins like a byline, then a signature that ends the article."""
    found: dict[str, list[Any]] = {attribute: [] for attribute in ("itemprop", "rel", "href", *_ATTRIBUTES)}
    beside = Beside(tree)
    below_headline = beside.headline is None
    for element in _MARKED(tree):
        if element.tag == "h1":
            below_headline = True
        if element.tag not in _CARRIERS:
            continue
        for attribute in found:
            value = element.get(attribute)
            if not value or len(found[attribute]) >= _MAX_FOUND:
                continue
            named = below_headline and _AUTHOR_PAGE.search(value) if attribute == "href" else _names_author(value)
            if named:
                text = _TEXT(element) or (element.get("content") or "").strip()
                if 1 < len(text) <= _MAX_BYLINE_CHARS and not beside.holds(element):
                    found[attribute].append((element, _cut(text)))
    marked = next((texts for candidates in found.values() if (texts := _together(candidates))), [])
    return marked or _unmarked(tree, beside) or _signature(tree)


def _cut(text: str) -> str:
    """Up to the date or the next field behind the names."""
    end = _END.search(text)
    return text[: end.start()] if end and end.start() > 1 else text


def _unmarked(tree: Any, beside: Beside) -> list[str]:
    """The first text below the headline that begins like a byline and names people: `（责编：牛镛、岳弘彬）`,
    `Por Beatriz Nunes, e1 — São Paulo`. With a colon it may stand anywhere. Who only edited counts where no writer is
    named."""
    below = 0 if beside.headline is None else None
    editors: list[str] = []
    for element in tree.iter("h1", *_LEAVES):
        if element.tag == "h1":
            below = 0
            continue
        if below is not None:
            below += 1
        near = below is not None and below <= _REACH
        bare = _read_line(element, near)
        if not bare or beside.holds(element) or not _all_people(split_names(bare)):
            continue
        if not names_only_editors(bare):
            return [bare]
        editors = editors or [bare]
    return editors


def _read_line(element: Any, near: bool) -> str:
    """What of an element's text names writers; "" where nothing does."""
    if len(element) > 3:
        return ""
    start = (element.text or "").lstrip(" \n\t(（【[")[:40]
    if names_writers(start + " x x"):
        text = _cut(_TEXT(element))
        bare = text.strip("(（【[)）】]") if text[:1] in "(（【[" else text
        return bare if 3 < len(text) <= _MAX_LABELLED_CHARS and (near or is_labelled(bare)) else ""
    text = _TEXT(element) if near and (element.text or "").strip() else ""
    return find_field(text) if len(text) <= _MAX_BYLINE_CHARS else ""


def _all_people(names: list[str]) -> bool:
    """Whether they are people, agencies beside them apart: `Door Jan de Vries en ANP`."""
    others = [name for name in names if not is_person(name)]
    return len(others) < len(names) and all(map(is_outlet, others))


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
