"""The standfirst: the sentence under the headline, which belongs to the article and extractors tend to lose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from include.extract.measure import fold, width

_BLOCKS = frozenset(
    {"p", "div", "section", "article", "ul", "ol", "li", "table", "h1", "h2", "h3", "h4", "figure", "header", "main"}
)
_CARRIERS = ("h1", "p", "h2", "h3", "h4", "div", "span", "strong", "em", "section", "li")
_TEXT = etree.XPath("normalize-space()")
_BESIDE = frozenset({"figure", "figcaption", "nav", "aside", "footer", "form"})
_MIN_CHARS = 25
_LOOK_AHEAD = 25
_SENTENCE_WIDTH = 80
_SHARED = 0.55
_PREFIX = 50  # folded characters: a description is often cut


_MAX_CHARS = 700
_STANDFIRST_NAMES = re.compile(
    r"stand-?first|sub-?(?:title|head(?:line|ing)?)|(?:^|[\s_-])(?:lead|lede|dek|deck|intro|excerpt|summary|chapo|chapeau|entradilla"
    r"|bajada|copete|sottotitolo|sommario|occhiello|linha-?fina|gravata|ingress|perex|vorspann|abstract|epigraph|anons|sapo)"
    r"(?:$|[\s_-])|teaser-?text|article[-_]*desc|story-?intro",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?。！？।؟…][\"'”’»」』)]*$")


def find_standfirst(tree: Any, descriptions: Iterable[str], body: str) -> str:
    """The sentence under the headline, where `body` does not have it; else "".

    It is the visible text that the page also gives as its description, or the first text after the headline
    that is marked as one or is set apart as a sentence of its own. A description that is not visible is written
    for search engines and not returned.
    """
    folded_body = fold(body)
    texts = list(_leaf_texts(tree))
    for description in descriptions:
        wanted = fold(description)
        if len(wanted) < _MIN_CHARS or wanted[:_PREFIX] in folded_body:
            continue
        for _, text in texts:
            if len(text) < _MIN_CHARS or fold(text[: 3 * _PREFIX])[:_PREFIX] != wanted[:_PREFIX]:
                continue
            folded = fold(text)
            if len(folded) >= len(wanted) * 0.6 and folded not in folded_body:
                return text
    return _after_headline(texts, folded_body)


def _after_headline(texts: list[tuple[Any, str]], folded_body: str) -> str:
    """The first text between the headline and the body that is marked as a standfirst or is a sentence."""
    start = next((index for index, (element, _) in enumerate(texts) if element.tag == "h1"), None)
    if start is None or not folded_body:
        return ""
    opening = folded_body[:_PREFIX]
    for element, text in texts[start + 1 : start + 1 + _LOOK_AHEAD]:
        folded = fold(text)
        if len(folded) < _MIN_CHARS or _is_beside(element):
            continue
        if folded[:_PREFIX] == opening or folded in folded_body or len(text) > _MAX_CHARS:
            return ""
        marks = " ".join(node.get("class", "") for node in (element, element.getparent()) if node is not None)
        sentence = _SENTENCE.search(text) is not None or (element.tag == "h2" and width(text) >= _SENTENCE_WIDTH)
        if _STANDFIRST_NAMES.search(marks) or (sentence and _is_about(folded, folded_body)):
            return text
    return ""


def _is_about(folded: str, folded_body: str) -> bool:
    """True where a good part of a text's four-letter stretches come up in the body: it speaks of the same thing.

    A note that a page puts under every headline ("Have you found a mistake?") does not.
    """
    size = 2 if width(folded) > 1.5 * len(folded) else 4
    stretches = {folded[index : index + size] for index in range(len(folded) - size + 1)}
    return len(folded) >= _MIN_CHARS * size / 4 and sum(part in folded_body for part in stretches) >= _SHARED * len(
        stretches
    )


def _is_beside(element: Any) -> bool:
    """True for what stands in a caption, a menu, a button or a list item."""
    near = [element, element.getparent()]
    return any(node is not None and node.tag in ("li", "a", "button") for node in near) or any(
        node.tag in _BESIDE for node in (element, *element.iterancestors())
    )


def _leaf_texts(tree: Any) -> Iterator[tuple[Any, str]]:
    """Elements without blocks inside, in document order, with their text."""
    for element in tree.iter(*_CARRIERS):
        if any(child.tag in _BLOCKS for child in element):
            continue
        text = _TEXT(element)
        if text and len(text) <= 1_500:
            yield element, text
