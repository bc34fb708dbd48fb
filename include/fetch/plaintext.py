"""Markup of titles and summaries as plain text."""

from __future__ import annotations

import html
import re

from lxml import etree
from lxml import html as lxml_html

MAX_MARKUP = 300_000  # characters of one entry; more is an archive of a site, not an entry
_BLOCKS = frozenset(
    {"p", "div", "br", "hr", "li", "ul", "ol", "tr", "table", "blockquote", "section", "article", "figure"}
    | {"figcaption", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_SILENT = frozenset({"script", "style", "noscript", "template"})
# Control characters, among them the NUL that databases refuse, and lone surrogates.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean_title(markup: str) -> str:
    """One line of plain text."""
    return " ".join(plain_text(markup).split())


def plain_text(markup: str) -> str:
    """Text without tags, blocks on lines of their own, entities resolved. Never raises."""
    markup = _CONTROL.sub("", markup[:MAX_MARKUP])
    if "<" not in markup:
        return _tidy(html.unescape(markup))
    try:
        root = lxml_html.fragment_fromstring(markup, create_parent="div")
        text = _tidy("".join(_pieces(root)))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        text = ""
    return text or _tidy(html.unescape(re.sub(r"<[^<>]*>", " ", markup)))  # lxml drops what nests 256 deep


def _pieces(root: etree._Element) -> list[str]:
    """Text in document order, without recursion: hostile entries nest deeper than Python's stack."""
    pieces: list[str] = []
    silent_depth = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        name = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            silent_depth += name in _SILENT
            if name in _BLOCKS:
                pieces.append("\n")
            if not silent_depth:
                pieces.append(node.text or "")
        else:
            silent_depth -= name in _SILENT
            if name in _BLOCKS:
                pieces.append("\n")
            if not silent_depth and node is not root:
                pieces.append(node.tail or "")
    return pieces


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in _CONTROL.sub("", text).splitlines())
    return "\n".join(line for line in lines if line)
