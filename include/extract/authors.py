"""Who wrote a page: people first, the organisation only where nobody else is named."""

from __future__ import annotations

import re
from typing import Any

from include.extract import jsonld
from include.extract.byline import read_bylines
from include.extract.head import Head
from include.extract.hydration import is_client_rendered
from include.extract.measure import fold
from include.extract.names import is_desk, is_person, split_names
from include.extract.state import find_story
from include.extract.titles import stated_site_names

_META_NAMES = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dc:creator", "dcterms.creator",
    "byl", "citation_author", "authors", "cxenseparse:author", "og:article:author", "og:author", "creator",
    "article:author_name", "dcsext.author", "vr:author", "mediator_author", "dable:author", "content_author",
    "dtk:author", "article.author", "article-author", "news_author",
)  # fmt: skip
_WRITTEN_BY = re.compile(r"writ|verfass|escrit|écrit|scritto|geschreven|автор|yazan|napisa|作者|執筆|ditulis|viết|작성")
_CREDIT = re.compile(r"[:/©]")  # `Bild: SN/APA/KEYSTONE/CYRIL ZINGARO`
_MAX_AUTHORS = 30


def choose_authors(head: Head, article: jsonld.Node, tree: Any, sites: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return (names, where they were taken from).

    JSON-LD, then meta tags, then the visible byline: the first that names somebody besides the site itself. Where
    JSON-LD names the site alone, a later source must name a person to be believed. The site's own name is
    returned where the page states it as author and nobody else.
    """
    named = _from_article(article, head.nodes, sites)
    stated = _unique([name for name, _ in named])
    others = _unique([name for name, own in named if not own])
    if others:
        return others, "json-ld"
    metas = [name for value in head.all(*_META_NAMES) for name in _split_unless_site(value, sites)]
    metas += split_names(_plugin_author(head))
    others = _without(metas, sites)
    people = tuple(name for name in others if is_person(name))
    if people or (others and not stated and not all(map(is_desk, others))):
        return people or others, "meta"
    visible = _unique([name for value in read_bylines(tree) for name in _shown_people(value)])
    # A person may have given the site its name (`Jane Roe's Notes` on janeroe.blog): only a stated name is the site's.
    stated_sites = stated_site_names(head)
    people = tuple(name for name in visible if fold(name) not in stated_sites and not _is_own_desk(name, sites))
    if people:
        return people, "byline"
    named_in_state = [name for text in _state_authors(head, tree) for name in split_names(text) if is_person(name)]
    if named_in_state:
        return _unique(named_in_state), "script"
    if stated:
        return stated, "json-ld"
    if others:
        return others, "meta"
    return _unique(metas), "meta" if metas else ""


def _from_article(article: jsonld.Node, nodes: list[jsonld.Node], sites: tuple[str, ...]) -> list[tuple[str, bool]]:
    """(name, whether it is the site's own) of each author that JSON-LD states."""
    names: list[tuple[str, bool]] = []
    for entry in _flatten(jsonld.resolve(article.get("author") or article.get("creator"), nodes)):
        if isinstance(entry, str):
            names += [(name, fold(name) in sites) for name in _split_unless_site(jsonld.unescape(entry), sites)]
        elif isinstance(entry, dict):
            organisation = any("Organization" in kind for kind in jsonld.types_of(entry))
            for text in filter(None, map(jsonld.first_text, _flatten(entry.get("name")))):
                if organisation:
                    names.append((text, _is_publisher(text, sites)))
                else:
                    names += [(name, fold(name) in sites) for name in _split_unless_site(text, sites)]
    return names


def _is_publisher(name: str, sites: tuple[str, ...]) -> bool:
    """`Ví Dụ` where the publisher is `Báo Ví Dụ`."""
    folded = fold(name)
    return folded in sites or any(_is_part(folded, site) or _is_part(site, folded) for site in sites)


def _split_unless_site(value: str, sites: tuple[str, ...]) -> list[str]:
    """`Le Figaro et AFP` stays whole: a site that signs together with an agency is one signature."""
    names = split_names(value)
    return [value] if len(names) > 1 and any(fold(name) in sites for name in names) and len(value) < 60 else names


def _state_authors(head: Head, tree: Any) -> tuple[str, ...]:
    """Authors in the state of a page that its scripts are to fill."""
    return find_story(head.scripts).authors if is_client_rendered(tree, head.scripts) else ()


def _shown_people(value: str) -> list[str]:
    """The people in a byline that a reader sees, in capitals too (`ANNA POE`)."""
    return [name for name in split_names(value) if not _CREDIT.search(name) and is_person(name.title())]


def _is_own_desk(name: str, sites: tuple[str, ...]) -> bool:
    """A department of the site: `MDR THÜRINGEN` on mdr.de."""
    return name.isupper() and any(fold(word) in sites for word in name.split())


def _without(names: list[str], sites: tuple[str, ...]) -> tuple[str, ...]:
    """The names that are not the site's, nor a part of it (`Ví Dụ` of `Báo Ví Dụ`)."""
    return _unique(
        [name for name in names if not any(fold(name) == site or _is_part(fold(name), site) for site in sites)]
    )


def _is_part(name: str, site: str) -> bool:
    return len(name) >= 4 and len(name) * 2 > len(site) and name in site


def _plugin_author(head: Head) -> str:
    """`twitter:label1` "Written by" with `twitter:data1`: how a widespread WordPress plugin names the author."""
    return head.first("twitter:data1") if _WRITTEN_BY.search(head.first("twitter:label1").casefold()) else ""


def _flatten(value: Any) -> list[Any]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [inner for item in items[:_MAX_AUTHORS] for inner in (item if isinstance(item, list) else [item])]


def _unique(names: list[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(fold(name), name)
    return tuple(seen.values())[:_MAX_AUTHORS]
