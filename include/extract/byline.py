"""Author and time as the page shows them, where its metadata do not say them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lxml import etree

from include.extract.moment import Moment
from include.extract.names import is_labelled, is_person, names_writers, split_names
from include.extract.tree import spaced_text
from include.extract.written import read_written, says_updated

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
_COMMENT = re.compile(r"comment|reply|disqus|related|recommend|most-?read|sidebar", re.IGNORECASE)
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
_DATED = ("time", "p", "span", "div", "li", "small", "em", "strong", "b", "td", "a", "i", "h2", "address", "abbr")
_DIGITS = re.compile(r"\d")
_UPDATED_NAME = re.compile(r"updat|modif|g[uü]ncel|actuali", re.IGNORECASE)
_FRAMES = 3
_SIGNATURE_TAGS = ("strong", "b", "em", "i")


def read_bylines(tree: Any) -> list[str]:
    """Texts of the elements marked as author: microdata first, then `rel=author`, then links to a page of an
    author, then classes, then a text that begins like a byline, then a signature that ends the article."""
    found: dict[str, list[Any]] = {attribute: [] for attribute in ("itemprop", "rel", "href", *_ATTRIBUTES)}
    below_headline = next(tree.iter("h1"), None) is None
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
                if 1 < len(text) <= _MAX_BYLINE_CHARS and not _is_comment(element):
                    found[attribute].append((element, _cut(text)))
    marked = next((texts for candidates in found.values() if (texts := _together(candidates))), [])
    return marked or _unmarked(tree) or _signature(tree)


def _cut(text: str) -> str:
    """Up to the date or the next field behind the names."""
    end = _END.search(text)
    return text[: end.start()] if end and end.start() > 1 else text


def _unmarked(tree: Any) -> list[str]:
    """The first text below the headline that begins like a byline and names people: `（责编：牛镛、岳弘彬）`,
    `Por Beatriz Nunes, e1 — São Paulo`. With a colon it may stand anywhere."""
    below = None if next(tree.iter("h1"), None) is not None else 0
    for element in tree.iter("h1", *_LEAVES):
        if element.tag == "h1":
            below = 0
            continue
        if below is not None:
            below += 1
        if len(element) > 3 or not names_writers((element.text or "").lstrip(" \n\t(（【[")[:40] + " x x"):
            continue
        text = _cut(_TEXT(element))
        bare = text.strip("(（【[)）】]")
        near = below is not None and below <= _REACH
        if 3 < len(text) <= _MAX_LABELLED_CHARS and (near or is_labelled(bare)) and not _is_comment(element):
            names = split_names(bare)
            if names and all(map(is_person, names)):
                return [bare]
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
    classic = [element.get("title") for element in tree.iter("abbr") if "published" in element.get("class", "")]
    return [*classic[:1], *(element.get("datetime") for element in [*marked, *times])]


def read_shown_dates(tree: Any, *, month_first: bool | None) -> tuple[list[Moment], list[Moment]]:
    """(dates of publication, dates of the last change) that stand around the headline, in order.

    Above the headline only what shares a frame with it is believed: the top of a page often shows today's date.
    """
    headline = next(tree.iter("h1"), None)
    frames = list(headline.iterancestors())[:_FRAMES] if headline is not None else []
    near: list[str] = []
    reached = 0
    for element in tree.iter("h1", *_DATED):
        if element is headline:
            reached = 1
            continue
        reached += reached > 0
        if reached > _REACH or (headline is None and len(near) >= _REACH):
            break
        if len(element) > 3 or not _DIGITS.search(_own_text(element)) or _is_comment(element):
            continue
        framed = any(node in frames and node.tag not in ("body", "html") for node in element.iterancestors())
        text = spaced_text(element)
        if len(text) <= _MAX_BYLINE_CHARS and (reached or headline is None or framed):
            marked = any(_UPDATED_NAME.search(node.get("class") or "") for node in (element, element.getparent()))
            near.append(f"updated {text}" if marked and not says_updated(text) else text)
    found = [written for text in near for written in read_written(text, month_first=month_first)]
    return [entry.moment for entry in found if not entry.updated], [entry.moment for entry in found if entry.updated]


def _own_text(element: Any) -> str:
    return "".join([element.text or "", *((child.text or "") + (child.tail or "") for child in element)])


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
    """True for what stands in the comments, in a list of other articles or beside the article.

    A frame of the headline is no such place, whatever it is called: `sidebar-1` is the main column of a large site.
    """
    return any(
        _COMMENT.search(f"{node.get('class', '')} {node.get('id', '')}") and next(node.iter("h1"), None) is None
        for node in (element, *element.iterancestors())
    )
