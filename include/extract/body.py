"""The text of an article: trafilatura's, with what measurably helps before and after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from include.extract import jsonld
from include.extract.hydration import find_markup, is_client_rendered
from include.extract.lines import drop_boilerplate, drop_lead, drop_repeats
from include.extract.markup import strip_markup
from include.extract.prune import drop_programs, prune_tree
from include.extract.standfirst import find_standfirst
from include.extract.tree import parse_tree

_BLOCK_END = re.compile(r"</p>|<br\s*/?>|</div>|</h[1-6]>|</li>", re.IGNORECASE)
_MIN_BODY_CHARS = 25
_MAX_BODY_CHARS = 500_000  # a book; the longest articles have a fifth of it
_SHORT_BODY = 250  # below this it is worth looking twice


@dataclass(frozen=True, slots=True)
class Body:
    """An article's text, where it was taken from (`html`, `script`, `json-ld`, "" for none), what was dropped."""

    text: str
    source: str
    dropped: tuple[tuple[str, int], ...] = ()
    reason: str = ""  # why there is no text


@dataclass(frozen=True, slots=True)
class Context:
    """What the page's metadata say that helps to tell its text from what stands around it."""

    url: str
    titles: tuple[str, ...]  # candidates for the headline, repeated above the text on most pages
    descriptions: tuple[str, ...]  # summaries, one of which is often the standfirst
    authors: tuple[str, ...]
    article: jsonld.Node
    scripts: tuple[str, ...]  # inline


def extract_body(tree: Any, html: str, context: Context) -> Body:
    """Read the article's text from the page's tree, which is changed.

    Where the page shows next to nothing: once more from `html` without pruning, then from the data that its
    scripts would fill it with, then from JSON-LD. An empty Body tells whether the page was meant to be filled
    by its scripts (`client-rendered`) or has no text (`no-text`).
    """
    client_rendered = False
    prune_tree(tree)
    body = _read(tree, context, "html")
    if len(body.text) < _SHORT_BODY:
        whole = parse_tree(html)
        client_rendered = is_client_rendered(whole, context.scripts)
        drop_programs(whole)
        again = _read(whole, context, "html")
        markup = find_markup(context.scripts)
        embedded = _read(parse_tree(f"<html><body><article>{markup}</article></body></html>"), context, "script")
        body = max(
            (body, again, embedded),
            key=lambda candidate: len(candidate.text) if candidate is body else len(candidate.text) / 2,
        )
    stated = _article_body(context.article)
    if len(stated) > 2 * len(body.text):
        return Body(stated, "json-ld")
    if len(body.text) < _MIN_BODY_CHARS:
        return Body("", "", reason="client-rendered" if client_rendered else "no-text")
    if len(body.text) > _MAX_BODY_CHARS:
        return Body("", "", reason="too-long")
    return body


def _read(tree: Any, context: Context, source: str) -> Body:
    from trafilatura import bare_extraction

    document = bare_extraction(tree, url=context.url, include_comments=False)
    extracted = (document.text if document else "") or ""  # type: ignore[union-attr]
    standfirst = find_standfirst(tree, context.descriptions, extracted)
    lines = [line for line in extracted.split("\n") if line.strip()]
    lines = drop_lead(lines, context.titles, standfirst)
    lines, dropped = drop_boilerplate(lines, context.authors)
    lines, repeats = drop_repeats(lines)
    if repeats:
        dropped["repeats"] = repeats
    if standfirst and lines:
        lines.insert(0, standfirst)
        dropped["standfirst-restored"] += 1
    return Body("\n".join(lines), source, tuple(sorted(dropped.items())))


def _article_body(article: jsonld.Node) -> str:
    value = article.get("articleBody")
    if not isinstance(value, str):
        return ""
    text = strip_markup(_BLOCK_END.sub("\n", jsonld.unescape_entities(value)))
    return "\n".join(line for raw in text.splitlines() if (line := " ".join(raw.split())))
