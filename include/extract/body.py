"""The text of an article: trafilatura's, with what measurably helps before and after it."""

from __future__ import annotations

from typing import Any

from include.errors import QuarantineRecord
from include.extract import jsonld
from include.extract.titles import fold

_MIN_BODY_CHARS = 25


def parse_tree(text: str) -> Any:
    """The lxml tree of a page. Raises QuarantineRecord `not-html` where the parser finds no element."""
    from trafilatura.utils import load_html

    tree = load_html(text)
    if tree is None:
        raise QuarantineRecord("not-html", "the parser found no HTML in the answer")
    return tree


def extract_body(tree: Any, *, url: str, title: str, article: jsonld.Node) -> tuple[str, str]:
    """Return (text, where it was taken from): `html`, `json-ld`, or ("", "") where the page shows none."""
    from trafilatura import bare_extraction

    document = bare_extraction(tree, url=url, include_comments=False)
    text = drop_headline(document.text if document else "", title)
    stated = _article_body(article)
    if len(stated) > 2 * len(text):
        return stated, "json-ld"
    return (text, "html") if len(text) >= _MIN_BODY_CHARS else ("", "")


def drop_headline(text: str, title: str) -> str:
    """The text without a first line that repeats the headline."""
    first, _, rest = text.partition("\n")
    return rest.lstrip("\n") if rest and fold(first) == fold(title) else text


def _article_body(article: jsonld.Node) -> str:
    value = article.get("articleBody")
    if not isinstance(value, str):
        return ""
    return "\n".join(line for raw in value.splitlines() if (line := jsonld.unescape(raw)))
