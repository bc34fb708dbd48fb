"""What a page says about itself outside its body: meta tags, links, JSON-LD, headings. One pass over the tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from include.extract import jsonld
from include.extract.tree import spaced_text

_MAX_VALUE = 2_000
_MAX_HEADINGS = 20
_MIN_SCRIPT = 300
_HOME = re.compile(r"(?:https?:)?(?://[^/?#]+)?/?")


@dataclass(slots=True)
class Head:
    """Raw statements of a page, unjudged. Meta names are lower-case; values in document order."""

    metas: dict[str, list[str]] = field(default_factory=dict)
    title: str = ""
    headings: list[str] = field(default_factory=list)  # h1
    site_headings: list[str] = field(default_factory=list)  # h1 that lead to the front page: the site's name
    canonical: str = ""
    html_lang: str = ""
    nodes: list[jsonld.Node] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)  # inline ones that are long enough to hold an article

    def first(self, *names: str) -> str:
        """The first value that is not empty among these meta names, in the order given."""
        return next((value for name in names for value in self.metas.get(name, ()) if value), "")

    def all(self, *names: str) -> list[str]:
        """Every value of these meta names, without repeats."""
        return list(dict.fromkeys(value for name in names for value in self.metas.get(name, ()) if value))


def read_head(tree: Any) -> Head:
    """Collect metas, title, first-level headings, canonical link, languages and JSON-LD of an lxml tree."""
    head = Head(html_lang=(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip())
    scripts = []
    for element in tree.iter("meta", "title", "link", "h1", "script"):
        tag = element.tag
        if tag == "meta":
            _read_meta(head, element)
        elif tag == "link":
            if (element.get("rel") or "").lower() == "canonical" and not head.canonical:
                head.canonical = (element.get("href") or "").strip()
        elif tag == "script":
            if not element.text:
                continue
            if "ld+json" in (element.get("type") or "").lower():
                scripts.append(element.text)
            elif len(element.text) >= _MIN_SCRIPT:
                head.scripts.append(element.text)
        elif tag == "h1":
            listed = head.site_headings if _leads_home(element) else head.headings
            if len(listed) < _MAX_HEADINGS:
                listed.append(spaced_text(element)[:_MAX_VALUE])
        elif not head.title and element.getparent() is not None and element.getparent().tag != "svg":
            head.title = " ".join((element.text or "").split())[:_MAX_VALUE]
    head.headings = [text for text in head.headings if text]
    head.nodes = jsonld.read_nodes(scripts)
    return head


def _leads_home(heading: Any) -> bool:
    """True for a heading that is one link to the front page, as blogs set their name."""
    link = heading.find(".//a")
    return link is not None and _HOME.fullmatch((link.get("href") or "").strip()) is not None


def _read_meta(head: Head, element: Any) -> None:
    value = jsonld.unescape((element.get("content") or "")[:_MAX_VALUE])
    if not value:
        return
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        name = (element.get(attribute) or "").strip().lower()
        if name:
            head.metas.setdefault(name, []).append(value)
