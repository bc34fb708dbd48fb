"""The text of an article: trafilatura's, with what measurably helps before and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from include.errors import QuarantineRecord
from include.extract import jsonld
from include.extract.lines import drop_boilerplate, drop_lead
from include.extract.prune import prune_tree
from include.extract.standfirst import find_standfirst

_MIN_BODY_CHARS = 25


@dataclass(frozen=True, slots=True)
class Body:
    """An article's text, where it was taken from (`html`, `json-ld`, "" for none) and what was dropped how often."""

    text: str
    source: str
    dropped: tuple[tuple[str, int], ...] = ()


def parse_tree(text: str) -> Any:
    """The lxml tree of a page. Raises QuarantineRecord `not-html` where the parser finds no element."""
    from trafilatura.utils import load_html

    tree = load_html(text)
    if tree is None:
        raise QuarantineRecord("not-html", "the parser found no HTML in the answer")
    return tree


def extract_body(
    tree: Any, *, url: str, titles: Iterable[str], descriptions: list[str], authors: Iterable[str], article: jsonld.Node
) -> Body:
    """Read the article's text from the page's tree, which is changed.

    `titles` are the page's candidates for the headline, repeated above the text on most pages; `descriptions` its
    summaries, one of which is often the standfirst.
    """
    from trafilatura import bare_extraction

    prune_tree(tree)
    document = bare_extraction(tree, url=url, include_comments=False)
    extracted = (document.text if document else "") or ""
    standfirst = find_standfirst(tree, descriptions, extracted)
    lines = [line for line in extracted.split("\n") if line.strip()]
    lines = drop_lead(lines, titles, standfirst)
    lines, dropped = drop_boilerplate(lines, authors)
    if standfirst:
        lines.insert(0, standfirst)
        dropped["standfirst-restored"] += 1
    text = "\n".join(lines)
    stated = _article_body(article)
    if len(stated) > 2 * len(text):
        return Body(stated, "json-ld")
    if len(text) < _MIN_BODY_CHARS:
        return Body("", "")
    return Body(text, "html", tuple(sorted(Counter(dropped).items())))


def _article_body(article: jsonld.Node) -> str:
    value = article.get("articleBody")
    if not isinstance(value, str):
        return ""
    return "\n".join(line for raw in value.splitlines() if (line := jsonld.unescape(raw)))
