"""Remove from a page's tree what would be taken for the article: scripts, boxes, lists of other articles."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lxml import etree

from include.extract.lines import is_tail_heading
from include.extract.measure import width
from include.extract.tree import spaced_text
from include.extract.written import read_written

_DROPPED = ("script", "style", "template", "svg", "iframe", "object", "canvas", "dialog")
# Parts of class names and ids, between word boundaries or separators, of what is beside the article on any site.
_ASIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:fact-?box|fakta-?boks|info-?box|author-?(?:bio|info|box|description|profile)|about-?(?:the-?)?author"
    r"|newsletter|table-?of-?contents|toc|read-?(?:also|next)|also-?read|related|recirc|recommend(?:ed|ations?)?"
    r"|most-?(?:read|popular|viewed)|ranking|popular|trending|outbrain|taboola|share-?(?:bar|buttons?|tools|links)|cookie"
    r"|subscribe|sign-?up|caption|photo-?(?:credit|caption)|image-?(?:credit|caption)|img-?caption|debug)(?:$|[\s_-])",
    re.IGNORECASE,
)
# Where a page says who wrote it and when, which is read before this.
_META_NAMES = re.compile(
    r"(?:^|[\s_-])(?:publish(?:ed)?(?:-?(?:date|time|on))?|post-?(?:date|meta|time|info)|entry-?(?:meta|date)|time-?stamp|byline"
    r"|(?:article|news|story|page)[-_]*(?:meta|date|info|time|byline)|pub-?date|date-?(?:time|published|source)?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_META_CHARS, _META_PARTS = 160, 12
_FRAMES = frozenset({"html", "body", "main", "article", "head", "meta", "link"})
_ASIDE_SHARE = 0.3  # of the page's words; a class such as `has-related` on the whole article is no reason
_BOX_SHARE = 0.5  # of the page's words: what holds more is not a box beside the article
_BOX_LINK_SHARE = 0.25
_LIST_LINK_SHARE = 0.6  # `Archaeology: <a>What the finds say</a>`
_LINE_LINK_SHARE = 0.9
_TEASER_WIDTH = 25  # a headline is wider; names and tags are not
_LAYOUT_CHARS, _LAYOUT_SHARE = 400, 0.3  # no cell of figures is so long
_CARD_WIDTH = 500
_PROSE_WIDTH = 400

_NAMED = etree.XPath("//*[@class or @id]")
_STYLED = etree.XPath("//*[@hidden or contains(@style, 'none')]")
_HEADINGS = etree.XPath(
    "//*[self::h2 or self::h3 or self::h4 or self::h5 or self::h6 or self::strong or self::p or self::span or self::div"
    " or self::header][count(*) <= 2]"
)
_LINKED_PARAGRAPHS = etree.XPath("//p[.//a]")
_TEXT = etree.XPath("normalize-space()")
_LINKS = etree.XPath(".//a")


def prune_tree(tree: Any) -> None:
    """Change the tree in place. Nothing that holds half of the page's words is removed."""
    drop_programs(tree)
    body = tree.find("body")
    page_chars = max(1, len(_TEXT(tree if body is None else body)))
    _unwrap_layout(tree, page_chars)
    _drop_hidden(tree, page_chars)
    _drop_named(tree, page_chars)
    for element in list(tree.iter("ul", "ol")):
        if _is_link_list(element):
            _drop_heading_of(element)
            _drop(element)
    for element in _LINKED_PARAGRAPHS(tree):
        if _is_link_line(element):
            _drop(element)
    for element in list(tree.iter("section", "div", "aside")):
        if _is_card_row(element):
            _drop(element)
    _drop_boxes(tree, page_chars)


def drop_programs(tree: Any) -> None:
    """Remove scripts, styles and what else is not to be read."""
    for element in list(tree.iter(*_DROPPED)):
        _drop(element)


def _unwrap_layout(tree: Any, page_chars: int) -> None:
    """Turn tables that lay out a page into plain blocks: those with a cell that holds a good part of its words."""
    for table in list(tree.iter("table")):
        cells = [cell for cell in table.iter("td", "th") if next(cell.iter("table"), None) is None]
        longest = max((len(_TEXT(cell)) for cell in cells), default=0)
        if longest > _LAYOUT_CHARS and longest > _LAYOUT_SHARE * page_chars:
            for element in table.iter("table", "tbody", "tr", "td", "th"):
                element.tag = "div"


def _drop_named(tree: Any, page_chars: int) -> None:
    """Boxes whose class or id says that they are beside the article, lines whose class says who wrote it and when.

    Such a line runs together when its tags go, and then looks like a sentence.
    """
    for element in _NAMED(tree):
        name = element.get("class") or ""
        kind = _kind_of(name) or (_kind_of(element.get("id")) if element.get("id") else "")
        if not kind or element.tag in _FRAMES:
            continue
        if kind == "meta":
            text = spaced_text(element) if len(element) <= _META_PARTS else ""
            if 0 < len(text) <= _META_CHARS and element.find(".//h1") is None and read_written(text):
                _drop(element)
        elif len(_TEXT(element)) < _ASIDE_SHARE * page_chars and element.find(".//h1") is None:
            _drop(element)


@lru_cache(maxsize=20_000)
def _kind_of(name: str) -> str:
    """What a class or an id says: `aside`, `meta` or nothing."""
    return "aside" if _ASIDE_NAMES.search(name) else "meta" if _META_NAMES.search(name) else ""


def _drop_hidden(tree: Any, page_chars: int) -> None:
    """What no reader sees; a page may hide its article until a script has run, so not what holds much of it."""
    for element in _STYLED(tree):
        hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
        if hidden and element.tag not in _FRAMES and len(_TEXT(element)) < _ASIDE_SHARE * page_chars:
            _drop(element)


def _drop_heading_of(element: Any) -> None:
    """The short line right above a list, which says what is in it."""
    before = element.getprevious()
    if before is not None and before.tag in ("h2", "h3", "h4", "h5", "h6", "p", "strong", "div"):
        text = _TEXT(before)
        if text and width(text) <= 60 and text[-1] not in ".。!?":
            _drop(before)


def _drop_boxes(tree: Any, page_chars: int) -> None:
    """Boxes under a heading such as "More from us", with what they hold."""
    for element in _HEADINGS(tree):
        if not _opens_like_heading(element):
            continue
        text = _TEXT(element)
        if not is_tail_heading(text):
            continue
        heading = element
        while heading.getparent() is not None and _TEXT(heading.getparent()) == text:
            heading = heading.getparent()
        box = heading.getparent()
        if box is None or box.tag in _FRAMES:
            continue
        chars = len(_TEXT(box))
        if chars < page_chars * _BOX_SHARE and _link_chars(box) > _BOX_LINK_SHARE * chars and not _has_prose(box):
            _drop(box)


def _opens_like_heading(element: Any) -> bool:
    """A cheap first look: the text up to the first or second tag is as short as a heading's."""
    text = (element.text or "").strip() or ((element[0].text or "").strip() if len(element) > 0 else "")
    return bool(text) and len(text) <= 60 and is_tail_heading(text)


def _has_prose(element: Any) -> bool:
    """True where a paragraph without a link is as long as one of an article."""
    return any(width(_TEXT(paragraph)) > _PROSE_WIDTH and not _LINKS(paragraph) for paragraph in element.iter("p"))


def _is_card_row(element: Any) -> bool:
    """Several children alike, each with a linked heading: teasers of other articles."""
    children = [child for child in element if isinstance(child.tag, str)]
    if len(children) < 2 or len({(child.tag, child.get("class")) for child in children}) > 2:
        return False
    return all(_is_card(child) for child in children)


def _is_card(element: Any) -> bool:
    heading = next(element.iter("h2", "h3", "h4", "h5"), None)
    if heading is None or width(_TEXT(element)) > _CARD_WIDTH:
        return False
    return heading.find(".//a") is not None or next(heading.iterancestors("a"), None) is not None


def _is_link_list(element: Any) -> bool:
    items = [_TEXT(child) for child in element if child.tag == "li"]
    total = sum(map(len, items))
    if total == 0 or sum(map(width, items)) / len(items) < _TEASER_WIDTH:
        return False
    return _link_chars(element) >= _LIST_LINK_SHARE * total


def _is_link_line(element: Any) -> bool:
    """A paragraph that is one link and no sentence."""
    text = _TEXT(element)
    long_enough = width(text) >= _TEASER_WIDTH and text[-1:] not in ".。!?"
    return long_enough and _link_chars(element) >= _LINE_LINK_SHARE * len(text)


def _link_chars(element: Any) -> int:
    return sum(len(_TEXT(link)) for link in _LINKS(element))


def _drop(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)
