"""The headline of a page, without the site's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from include.extract import jsonld
from include.extract.head import Head
from include.extract.markup import strip_markup

_SEPARATOR = re.compile(
    r"\s+[-–—―|·•:»«‹›~/⋆*]+\s+|\s*[|｜ㅣ¦]\s*|\s+::\s+|_{1,3}|-{2,3}|\s*[—―]\s*|(?<=\S)-(?=\S+[ㅣ|])"
)
# Vowel signs count as parts of letters: without them most Hindi and Thai words would be alike.
_NO_LETTER = re.compile(
    r"[^\w\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0e30-\u0e4e"
    r"\u1000-\u109f]+|_+"
)
_MAX_SUFFIX_CHARS = 60
_MAX_TITLE_CHARS = 400
_MAX_SECTION_CHARS = 25
_MIN_TITLE_CHARS = 4
_SECOND_LEVEL = frozenset(
    {"co", "com", "org", "net", "gov", "ac", "or", "ne", "go", "gob", "edu", "www", "news", "m", "amp"}
)


def fold(text: str) -> str:
    """Letters, digits and vowel signs of any script, case and width folded: what two spellings of a name share."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def site_names(head: Head, url: str) -> tuple[str, ...]:
    """Every name that the page gives its site, folded, the longest first: metas, publisher, labels of the host."""
    names = [*head.all("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher")]
    names += [value.lstrip("@") for value in head.all("twitter:site", "al:ios:app_name", "al:android:app_name")]
    for node in head.nodes:
        if jsonld.is_article(node):
            names.append(jsonld.first_text(jsonld.resolve(node.get("publisher"), head.nodes)))
        elif {"WebSite", "Organization", "NewsMediaOrganization"} & set(jsonld.types_of(node)):
            names += [jsonld.first_text(node.get("name")), jsonld.first_text(node.get("alternateName"))]
    host = urlsplit(url).hostname or ""
    labels = host.split(".")
    names += [host, host.removeprefix("www."), ".".join(labels[-2:])]
    names += [label for label in labels[:-1] if label not in _SECOND_LEVEL]
    return tuple(sorted({fold(name) for name in names if len(fold(name)) >= 2}, key=lambda name: (-len(name), name)))


def strip_site_name(title: str, sites: Iterable[str], others: Iterable[str] = ()) -> str:
    """Remove the site's name from either end of a title, with the section before it where another candidate ends there.

    `sites` are folded names, `others` the page's other candidates for the headline: `A | Politics | Metro` becomes
    `A` where one of them says `A`, else `A | Politics`.
    """
    known, folded_others = tuple(sites), {fold(other) for other in others}
    separators = list(_SEPARATOR.finditer(title))
    for match in separators:
        if fold(title[: match.start()]) in folded_others and _is_suffix(title[match.end() :], known):
            return title[: match.start()].strip()
    for match in reversed(separators):
        if _is_site(title[match.end() :], known) and len(title[: match.start()].strip()) >= _MIN_TITLE_CHARS:
            return strip_site_name(title[: match.start()].strip(), known, others)
    if separators:
        match = separators[0]
        if _is_site(title[: match.start()], known) and len(title[match.end() :].strip()) >= _MIN_TITLE_CHARS:
            return title[match.end() :].strip()
    return title.strip()


def choose_title(head: Head, article: jsonld.Node, sites: tuple[str, ...], feed_title: str) -> tuple[str, str]:
    """Return (headline, where it was taken from).

    Order: the article's JSON-LD headline, og:title, the only h1, twitter:title, the h1 that the feed or the title
    element repeats, the title element, the feed.
    """
    headline = jsonld.first_text(article.get("headline")) or jsonld.first_text(article.get("name"))
    single_heading = head.headings[0] if len(head.headings) == 1 else ""
    candidates = [
        ("json-ld", headline),
        ("og:title", head.first("og:title")),
        ("h1", single_heading),
        ("twitter:title", head.first("twitter:title")),
        ("h1", _repeated_heading(head, feed_title)),
        ("meta", head.first("title", "dc.title", "parsely-title", "sailthru.title", "headline")),
        ("title", head.title),
        ("feed", feed_title),
    ]
    candidates = [(source, " ".join(strip_markup(text).split())[:_MAX_TITLE_CHARS]) for source, text in candidates]
    for source, candidate in candidates:
        others = [text for _, text in candidates if text and text != candidate]
        title = strip_site_name(candidate, sites, [*others, *head.headings])
        if len(title) >= 2 and fold(title) not in sites:
            return _restore_cut(title, others, sites), source
    return "", ""


def _repeated_heading(head: Head, feed_title: str) -> str:
    wanted = fold(head.title) + " " + fold(feed_title)
    return next((text for text in head.headings if len(fold(text)) > 10 and fold(text) in wanted), "")


def _restore_cut(title: str, others: list[str], sites: tuple[str, ...]) -> str:
    """A headline that was cut for search engines, from the candidate that goes on where it stops."""
    if not title.endswith(("…", "...")):
        return title
    start = fold(title)
    for other in others:
        whole = strip_site_name(other, sites)
        if len(start) > 10 and fold(whole).startswith(start) and len(fold(whole)) > len(start):
            return whole
    return title


def _is_site(part: str, sites: tuple[str, ...]) -> bool:
    """A known name, or one with a word or two around it (`Metro News`, `news.ORF.at`, `한국일보`)."""
    folded = fold(part)
    if not folded or len(part) > _MAX_SUFFIX_CHARS:
        return False
    return any(
        folded == site or (len(site) >= 4 and site in folded and len(folded) <= len(site) + 12) for site in sites
    ) or (len(folded) >= 5 and any(site.startswith(folded) or site.endswith(folded) for site in sites))


def _is_suffix(part: str, sites: tuple[str, ...]) -> bool:
    """What may follow the whole headline: the site's name, or a section such as `Politik`."""
    return _is_site(part, sites) or (len(part) <= _MAX_SECTION_CHARS and len(part.split()) <= 3)
