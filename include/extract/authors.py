"""Who wrote a page: people first, the organisation only where nobody else is named."""

from __future__ import annotations

import re
from typing import Any

from include.extract import jsonld
from include.extract.head import Head
from include.extract.titles import fold

_META_NAMES = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dc:creator", "dcterms.creator", "byl",
    "citation_author", "authors", "cxenseparse:author", "og:article:author", "og:author", "article:author_name", "creator",
    "dcsext.author", "vr:author", "mediator_author", "dable:author",
)  # fmt: skip
_MAX_AUTHORS = 30
_MAX_NAME_CHARS = 70
_NOT_A_NAME = re.compile(
    r"https?:|www\.|//|@\w+\.|^@|[<>{}\[\]=]|^\W*$|^\d+$|^(?:admin|administrator|null|none|undefined|unknown)$", re.I
)
_BY = re.compile(
    r"^(?:written by|reported by|story by|words by|by|von|por|par|di|da|door|av|af|de|przez|autor(?:ka|zy|es|en|in)?|author|yazan"
    r"|автор|текст|testo(?: di)?|texto(?: de)?|text|oleh|tác giả|作者|記者|记者|文|撰文|글|إعداد|بقلم|كتب|लेखक)\s*[:：/／|]?\s+"
    r"|^(?:作者|記者|记者|文|撰文|責任編輯|责任编辑|编辑|編輯)\s*[:：/／]\s*",
    re.IGNORECASE,
)
_ROLE_TAIL = re.compile(r"\s*(?:기자|특파원|논설위원|記者|记者|編集委員|報導|报道)$|\s*[(（\[][^)）\]]{0,60}[)）\]]$")
_AND = re.compile(
    r"\s+(?:and|und|et|y|e|en|og|och|ja|i|и|та|ve|dan|và|with|mit)\s+|\s*[;；、|•]\s*|\s+[&/]\s+|\s+-\s+(?=[A-Z][a-z]+ [A-Z])|，"
)
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|phd|ph\.d|md|m\.d|dds|esq|rn|dr|mba|jd|cfa)\.?$", re.IGNORECASE)
_ROLE_PART = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|journalist|columnist|staff|contributor|redakteur(?:in)?|korrespondent(?:in)?"
    r"|periodista|redactor|jornalista|rédact|journaliste|giornalista|redactie|bureau chief)\b",
    re.IGNORECASE,
)

Candidates = list[tuple[str, bool]]  # (name, whether the page calls it an organisation)


def choose_authors(
    head: Head, article: jsonld.Node, bylines: list[str], sites: tuple[str, ...]
) -> tuple[tuple[str, ...], str]:
    """Return (names, where they were taken from).

    JSON-LD, then meta tags, then the visible byline; the first of them that names somebody besides the site
    itself. An organisation (an agency, the publisher) is returned only where no source names a person.
    """
    sources: list[tuple[str, Candidates]] = [
        ("json-ld", _from_article(article, head.nodes)),
        ("meta", [(name, False) for value in head.all(*_META_NAMES) for name in split_names(value)]),
        ("meta", [(name, False) for name in split_names(_yoast_author(head))]),
        ("byline", [(name, False) for value in bylines for name in split_names(value)]),
    ]
    fallback: tuple[tuple[str, ...], str] = ((), "")
    for source, candidates in sources:
        people = [name for name, organisation in candidates if not organisation and fold(name) not in sites]
        if people:
            return _unique(people), source
        if candidates and not fallback[0]:
            fallback = _unique([name for name, _ in candidates]), source
    return fallback


def split_names(value: str) -> list[str]:
    """The names in one byline: `By A and B` is two, `Last, First` is one, `A, B and C` is three, a URL is none."""
    text = " ".join(value.split())
    if not text or _NOT_A_NAME.search(text):
        return []
    text = _BY.sub("", text, count=1)
    parts: list[str] = []
    for part in _AND.split(text):
        parts.extend(_split_commas(part))
    names = [_trim(part) for part in parts]
    return [name for name in names if _is_name(name)]


def _split_commas(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 2 and all(" " not in part for part in parts):
        return [", ".join(parts)]
    merged: list[str] = []
    for part in parts:
        if merged and _SUFFIX.match(part):
            merged[-1] += ", " + part
        elif merged and _ROLE_PART.search(part):
            continue
        else:
            merged.append(part)
    return merged


def _trim(name: str) -> str:
    return _ROLE_TAIL.sub("", _BY.sub("", name.strip(" \t-–—|,.:·"), count=1)).strip(" -–—|,:·")


def _is_name(name: str) -> bool:
    return 1 < len(name) <= _MAX_NAME_CHARS and not _NOT_A_NAME.search(name) and any(char.isalpha() for char in name)


def _from_article(article: jsonld.Node, nodes: list[jsonld.Node]) -> Candidates:
    found: Candidates = []
    value = article.get("author") or article.get("creator")
    for entry in _as_list(jsonld.resolve(value, nodes))[:_MAX_AUTHORS]:
        if isinstance(entry, str):
            found += [(name, False) for name in split_names(jsonld.unescape(entry))]
        elif isinstance(entry, dict):
            organisation = any("Organization" in kind for kind in jsonld.types_of(entry))
            for name in _as_list(entry.get("name"))[:_MAX_AUTHORS]:
                text = jsonld.first_text(name)
                names = [text] if organisation and text else split_names(text)
                found += [(part, organisation) for part in names]
    return found


def _yoast_author(head: Head) -> str:
    """`twitter:label1` "Written by" with `twitter:data1`: how a widespread WordPress plugin names the author."""
    label = head.first("twitter:label1").casefold()
    return (
        head.first("twitter:data1")
        if re.search(r"writ|verfass|escrit|écrit|scritto|geschreven|автор|yazan|napisa|作者|執筆", label)
        else ""
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _unique(names: list[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(fold(name), name)
    return tuple(seen.values())[:_MAX_AUTHORS]
