"""The text of an article: trafilatura's, with what measurably helps before and after it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from include.extract import jsonld
from include.extract.hydration import find_markup, is_client_rendered
from include.extract.lines import drop_boilerplate, drop_lead, drop_repeats
from include.extract.markup import strip_markup
from include.extract.measure import width
from include.extract.prune import drop_programs, prune_tree
from include.extract.standfirst import find_standfirst
from include.extract.state import find_story
from include.extract.tree import parse_tree

_BLOCK_END = re.compile(r"</p>|<br\s*/?>|</div>|</h[1-6]>|</li>", re.IGNORECASE)
_MIN_BODY_CHARS = 25
_MAX_BODY_CHARS = 500_000  # a book; the longest articles have a fifth of it
_SHORT_BODY = 250  # below this it is worth looking twice, in a script of letters
_MIN_DENSE_BODY = 100  # characters of Chinese, Japanese or Korean: a report of four sentences
_DENSE = 1.5  # share of width to length above which a headline is in such a script


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
    paywalled: bool


def extract_body(tree: Any, source: str, context: Context) -> Body:
    """Read the article's text from the page's tree, which is changed.

    Where the page shows next to nothing: once more from its `source` without pruning, then from the data that its
    scripts would fill it with, then from JSON-LD. An empty Body tells whether the page was meant to be filled
    by its scripts (`client-rendered`) or has no text (`no-text`).
    """
    client_rendered = False
    prune_tree(tree)
    body = _read(tree, context, "html")
    if len(body.text) < _SHORT_BODY:
        whole = parse_tree(source)
        client_rendered = is_client_rendered(whole, context.scripts)
        drop_programs(whole)
        again = _read(whole, context, "html")
        embedded = [_read_markup(markup, context) for markup in _embedded(context.scripts)]
        body = max(
            (body, again, *embedded),
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


def _embedded(scripts: tuple[str, ...]) -> Iterator[str]:
    """Markup of what may be the article in the data that the page hands to its scripts."""
    yield find_markup(scripts)
    yield "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in find_story(scripts).paragraphs)


def _read_markup(markup: str, context: Context) -> Body:
    if not markup:
        return Body("", "script")
    return _read(parse_tree(f"<html><body><article>{markup}</article></body></html>"), context, "script")


def _read(tree: Any, context: Context, source: str) -> Body:
    from trafilatura import bare_extraction

    dense = any(width(title) > _DENSE * len(title) for title in context.titles)
    config = _config(_MIN_DENSE_BODY if dense else _SHORT_BODY)
    document = bare_extraction(tree, url=context.url, include_comments=False, config=config)
    extracted = (document.text if document else "") or ""  # type: ignore[union-attr]
    standfirst = find_standfirst(tree, context.descriptions, extracted)
    lines = [line for line in extracted.split("\n") if line.strip()]
    lines = drop_lead(lines, context.titles, standfirst)
    lines, dropped = drop_boilerplate(lines, context.authors, paywalled=context.paywalled)
    lines, repeats = drop_repeats(lines)
    if repeats:
        dropped["repeats"] = repeats
    if standfirst and lines:
        lines.insert(0, standfirst)
        dropped["standfirst-restored"] += 1
    return Body("\n".join(lines), source, tuple(sorted(dropped.items())))


@cache
def _config(min_chars: int) -> Any:
    """trafilatura's settings; a text shorter than `min_chars` makes it take everything on the page for the article."""
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(min_chars))
    return config


def _article_body(article: jsonld.Node) -> str:
    value = article.get("articleBody")
    if not isinstance(value, str):
        return ""
    text = strip_markup(_BLOCK_END.sub("\n", jsonld.unescape_entities(value)))
    return "\n".join(line for raw in text.splitlines() if (line := " ".join(raw.split())))
