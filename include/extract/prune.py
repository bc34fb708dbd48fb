"""Remove from a page's tree what would be taken for the article: scripts, lists of links to other articles."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from include.extract.lines import is_tail_heading, width

_DROPPED = ("script", "style", "template", "svg", "iframe", "object", "canvas", "dialog")
# Parts of class names and ids, between word boundaries or separators, of what is beside the article on any site.
_ASIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:fact-?box|fakta-?boks|info-?box|infobox|author-?(?:bio|info|box|description|profile)|about-?(?:the-?)?author"
    r"|newsletter|table-?of-?contents|toc|read-?(?:also|next)|also-?read|related|recirc|recommend(?:ed|ations?)?"
    r"|most-?(?:read|popular|viewed)|ranking|popular|trending|outbrain|taboola|share-?(?:bar|buttons?|tools|links)|cookie"
    r"|subscribe|sign-?up|caption|photo-?(?:credit|caption)|image-?(?:credit|caption)|img-?caption|debug)(?:$|[\s_-])",
    re.IGNORECASE,
)
_FRAMES = frozenset({"html", "body", "main", "article", "head", "meta", "link"})
_ASIDE_SHARE = 0.3  # of the page's words; a class such as `has-related` on the whole article is no reason
_LINK_SHARE = 0.6
_TEASER_WIDTH = 25  # a headline is wider; names and tags are not
_MAX_SHARE = 0.5  # of the page's words: what holds more is not a box beside the article


def prune_tree(tree: Any) -> None:
    """Change the tree in place. Nothing that holds half of the page's words is removed."""
    for element in list(tree.iter(*_DROPPED)):
        _drop(element)
    _drop_asides(tree)
    for element in list(tree.iter("ul", "ol")):
        if _is_link_list(element):
            _drop_heading_of(element)
            _drop(element)
    for element in list(tree.iter("p")):
        if _is_link_line(element):
            _drop(element)
    for element in list(tree.iter("section", "div", "aside")):
        if _is_card_row(element):
            _drop(element)
    _drop_boxes(tree)


def _drop_asides(tree: Any) -> None:
    """Boxes whose class or id says what they are."""
    named = [
        element
        for element in tree.iter(etree.Element)
        if element.tag not in _FRAMES and _ASIDE_NAMES.search(f"{element.get('class', '')} {element.get('id', '')}")
    ]
    if not named:
        return
    body = tree.find("body")
    page = max(1, len(_text_of(tree if body is None else body)))
    for element in named:
        if len(_text_of(element)) < _ASIDE_SHARE * page and element.find(".//h1") is None:
            _drop(element)


def _drop_heading_of(element: Any) -> None:
    """The short line right above a list, which says what is in it."""
    before = element.getprevious()
    if before is not None and before.tag in ("h2", "h3", "h4", "h5", "h6", "p", "strong", "div"):
        text = _text_of(before)
        if text and width(text) <= 60 and text[-1] not in ".。!?":
            _drop(before)


def _drop_boxes(tree: Any) -> None:
    """Boxes under a heading such as "More from us", with what they hold."""
    page = None
    for element in list(tree.iter("h2", "h3", "h4", "h5", "h6", "strong", "p", "span", "div", "header")):
        if len(element) > 2 or element.getparent() is None:
            continue
        text = " ".join("".join(element.itertext()).split())
        if not text or not is_tail_heading(text):
            continue
        box = element
        while box.getparent() is not None and _text_of(box.getparent()) == text:
            box = box.getparent()
        page = page or max(1, len(_text_of(tree)))
        parent = box.getparent()
        if parent is None or parent.tag in ("body", "article", "main", "html"):
            continue
        whole = _text_of(parent)
        if len(whole) < page * _MAX_SHARE and _link_text(parent) > 0.25 * len(whole) and not _has_prose(parent):
            _drop(parent)


def _has_prose(element: Any) -> bool:
    """True where a paragraph without a link is as long as one of an article."""
    return any(width(_text_of(p)) > 400 and _link_text(p) == 0 for p in element.iter("p"))


def _is_card_row(element: Any) -> bool:
    """Several children alike, each with a linked heading: teasers of other articles."""
    children = [child for child in element if isinstance(child.tag, str)]
    if len(children) < 2 or len({(child.tag, child.get("class")) for child in children}) > 2:
        return False
    return all(_is_card(child) for child in children)


def _is_card(element: Any) -> bool:
    heading = next(element.iter("h2", "h3", "h4", "h5"), None)
    if heading is None or width(_text_of(element)) > 500:
        return False
    return heading.find(".//a") is not None or any(parent.tag == "a" for parent in heading.iterancestors())


def _is_link_list(element: Any) -> bool:
    items = [child for child in element if child.tag == "li"]
    if not items:
        return False
    texts = [_text_of(item) for item in items]
    total = sum(len(text) for text in texts)
    if total == 0 or sum(width(text) for text in texts) / len(items) < _TEASER_WIDTH:
        return False
    return _link_text(element) >= _LINK_SHARE * total


def _is_link_line(element: Any) -> bool:
    """A paragraph that is one link and no sentence."""
    if element.find(".//a") is None:
        return False
    text = _text_of(element)
    return width(text) >= _TEASER_WIDTH and _link_text(element) >= 0.9 * len(text) and text[-1:] not in ".。!?"


def _text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _link_text(element: Any) -> int:
    return sum(len(_text_of(link)) for link in element.iter("a"))


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
