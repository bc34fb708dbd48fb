"""The text of a page to a tree that can be worked with, whatever the page does to the parser."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from include.errors import QuarantineRecord

_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SELF_CLOSED_ROOT = re.compile(r"(<html[^<>]*?)\s*/>", re.IGNORECASE)
_DOCTYPE_WITH_TAG = re.compile(r"^\s*<\s*!\s*doctype[^>]*/[^<>]*>", re.IGNORECASE)  # libxml2 loses the body after it
_MAX_DEPTH = 220  # a news page has 40; libraries that walk a tree recursively give up at a few hundred


def parse_tree(text: str) -> Any:
    """The lxml tree of a page, without comments.

    A page nested deeper than the parser's usual 256 elements keeps its words and loses the nesting below the 220th.
    Raises QuarantineRecord `too-deep` where even the patient parser gives up (2,048), `not-html` where there is no
    element.
    """
    text = _NOT_XML.sub("", text)
    start = _SELF_CLOSED_ROOT.sub(r"\1>", _DOCTYPE_WITH_TAG.sub("", text[:4_096]), count=1)
    source = (start + text[4_096:]).encode("utf-8", "replace")
    tree, too_deep = _parse(source, patient=False)
    if too_deep:
        tree, too_deep = _parse(source, patient=True)
        if too_deep:
            raise QuarantineRecord("too-deep", "the page nests more than 2,048 elements")
        for element in etree.XPath(f"//*[count(ancestor::*) = {_MAX_DEPTH}]")(tree):
            etree.strip_tags(element, "*")
    return tree


def spaced_text(element: Any) -> str:
    """The element's text with a space between its parts: `<b>Kaynak: DHA</b><b>Giriş: 2 Mart</b>` are two words."""
    return " ".join(" ".join(element.itertext()).split())


def _parse(source: bytes, *, patient: bool) -> tuple[Any, bool]:
    """(tree, whether the parser gave up on the nesting)."""
    parser = HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
        huge_tree=patient,
    )
    try:
        tree = document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise QuarantineRecord("not-html", f"the parser found no HTML in the answer ({error})") from error
    return tree, any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
