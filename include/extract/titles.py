"""The headline of a page, without the site's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from include.extract import jsonld
from include.extract.head import Head
from include.extract.markup import strip_markup
from include.extract.measure import fold, fold_address, width
from include.extract.phrases import WIDE
from include.extract.urls import split_address

_SEPARATOR = re.compile(
    r"\s+[-–—―|·•:»«‹›~/⋆*]+\s+|\s*[|｜ㅣ¦]\s*|\s+::\s+|_{1,3}|-{2,3}|\s*[—―]\s*|(?<=\S)-(?=\S+[ㅣ|])"
)
# A colon separates a site's name only where the name is known: headlines have colons of their own.
_COLON = re.compile(r"\s*(?<!:)[:：](?!:)\s*")
_ADDRESS = re.compile(r"\s*[(（][\w-]+(?:\.[\w-]+)+[)）]$")  # `示例网(example.com)`
_PAGE_NUMBER = re.compile(r"\W*(?:[^\W\d]+\s+(?:\d+|all)|第\s*\d+\s*\w{1,3})\W*", re.IGNORECASE)
_MAX_SUFFIX_CHARS = 60
_MAX_TITLE_CHARS = 400
_MAX_SECTION_CHARS = 25
_MIN_TITLE_CHARS = 4
_HEADLINE_WIDTH = 20  # what is as wide and stands in two places of a page is its headline, not a section
_SECOND_LEVEL = frozenset(
    {"co", "com", "org", "net", "gov", "ac", "or", "ne", "go", "gob", "edu", "www", "news", "m", "amp"}
)


def site_names(head: Head, url: str) -> tuple[str, ...]:
    """Every name of the site, folded, the longest first: those that the page states, and the labels of the host."""
    host, _ = split_address(url)
    labels = host.split(".")
    names = {fold(name) for name in (host, host.removeprefix("www."), ".".join(labels[-2:]))}
    names |= {fold(label) for label in labels[:-1] if label not in _SECOND_LEVEL}
    known = {name for name in names | stated_site_names(head) if len(name) >= 2}
    return tuple(sorted(known, key=lambda name: (-len(name), name)))


def stated_site_names(head: Head) -> frozenset[str]:
    """The names that the page gives its site, folded: metas, publisher, a heading that leads to the front page."""
    names = [*head.all("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher")]
    names += [value.lstrip("@") for value in head.all("twitter:site", "al:ios:app_name", "al:android:app_name")]
    for node in head.nodes:
        if jsonld.is_article(node):
            names.append(jsonld.first_text(jsonld.resolve(node.get("publisher"), head.nodes)))
        elif {"WebSite", "Organization", "NewsMediaOrganization"} & set(jsonld.types_of(node)):
            names += [jsonld.first_text(node.get("name")), jsonld.first_text(node.get("alternateName"))]
    return frozenset(map(fold, [*names, *head.site_headings]))


def title_tails(head: Head) -> tuple[str, ...]:
    """What follows the headline in the title element, folded: sections and names of the site (`财经_例子网`)."""
    headlines = {fold(text) for text in (*head.headings, head.first("og:title"), head.first("twitter:title"))}
    for match in _SEPARATOR.finditer(head.title):
        start = head.title[: match.start()]
        if width(start) >= _HEADLINE_WIDTH and fold(start) in headlines:
            return tuple(filter(None, map(fold, _SEPARATOR.split(head.title[match.end() :]))))
    return ()


def strip_site_name(
    title: str, sites: Iterable[str], others: Iterable[str] = (), sections: Collection[str] = ()
) -> str:
    """Remove the site's name from either end of a title, with the section before it where that is known for one.

    `sites` are folded names, `others` the page's other candidates for the headline, `sections` folded parts of its
    address: `A | Politics | Metro` becomes `A` where one of the others says `A` or `/politics/` is in the address,
    else `A | Politics`.
    """
    known, folded_others = tuple(sites), {fold(other) for other in others}
    separators = list(_SEPARATOR.finditer(title))
    for match in separators:
        start, rest = title[: match.start()], title[match.end() :]
        if fold(start) in folded_others and (_is_suffix(rest, known) or _is_longer(start, rest)):
            return start.strip()
    for match in reversed([*separators, *_COLON.finditer(title)]):
        start = title[: match.start()].strip()
        if len(start) >= _MIN_TITLE_CHARS and _ends_with_site(match, known):
            return _strip_section(strip_site_name(start, known, others, sections), sections)
    for match in [*separators[:1], *_COLON.finditer(title)][:2]:
        rest = title[match.end() :].strip()
        colon = _COLON.fullmatch(match[0]) is not None
        start = title[: match.start()].strip()
        # `Fernlight: Jane Roe leaves` on Fernlight's own site is a headline; `Jane Roe's Notes: Leaving` is none.
        if colon and " " not in start and not WIDE.search(start):
            continue
        if len(rest) >= _MIN_TITLE_CHARS and _is_site(start, known, exactly=colon):
            return rest
    return title.strip()


def choose_title(
    head: Head, article: jsonld.Node, sites: tuple[str, ...], feed_title: str, url: str
) -> tuple[str, str]:
    """Return (headline, where it was taken from).

    Order: the article's JSON-LD headline, og:title, the only h1, twitter:title, the h1 that the feed or the title
    element repeats, the title element, the feed. What is the name of the page's file (`fern-20260302` of a filing)
    is no headline.
    """
    steps = [fold_address(step) for step in split_address(url)[1].split("/") if step]
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
        title = strip_site_name(candidate, sites, [*others, *head.headings], steps)
        title = _strip_page_number(title, head.headings)
        if len(title) >= 2 and fold(title) not in sites and not (" " not in title and _names_file(title, steps)):
            return _restore_cut(title, others, sites), source
    return feed_title.strip(), "feed" if feed_title.strip() else ""


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


def _strip_page_number(title: str, headings: list[str]) -> str:
    """The heading where the title is the heading and the number of a page (`... Halaman all`, `... Page 2`)."""
    for heading in headings:
        rest = title.removeprefix(heading)
        if width(heading) >= _HEADLINE_WIDTH and rest != title and _PAGE_NUMBER.fullmatch(rest):
            return heading
    return title


def _strip_section(title: str, sections: Collection[str]) -> str:
    last = list(_SEPARATOR.finditer(title))[-1:]
    for match in last:
        if fold_address(title[match.end() :]) in sections:
            return title[: match.start()].strip()
    return title


def _names_file(title: str, steps: list[str]) -> bool:
    return bool(steps) and any(char.isdigit() for char in title) and steps[-1].startswith(fold(title))


def _is_longer(start: str, rest: str) -> bool:
    """What two places of the page agree on is the headline, if what follows is no longer than a site's name."""
    return width(start) >= max(_HEADLINE_WIDTH, 1.5 * width(rest)) and len(rest) <= _MAX_SUFFIX_CHARS


def _ends_with_site(match: re.Match[str], sites: tuple[str, ...]) -> bool:
    colon = _COLON.fullmatch(match[0]) is not None and match[0].strip() == match[0].rstrip()
    return _is_site(match.string[match.end() :], sites, exactly=colon)


def _is_site(part: str, sites: tuple[str, ...], *, exactly: bool = False) -> bool:
    """A known name, or one with a word or two around it (`Metro News`, `news.ORF.at`, `한국일보`)."""
    folded = fold(_ADDRESS.sub("", part))
    if not folded or len(part) > _MAX_SUFFIX_CHARS:
        return False
    if exactly:
        return folded in sites
    return any(
        folded == site or (len(site) >= 4 and site in folded and len(folded) <= len(site) + 12) for site in sites
    ) or (len(folded) >= 5 and any(site.startswith(folded) or site.endswith(folded) for site in sites))


def _is_suffix(part: str, sites: tuple[str, ...]) -> bool:
    """What may follow the whole headline: the site's name, or a section such as `Politik`."""
    return _is_site(part, sites) or (len(part) <= _MAX_SECTION_CHARS and len(part.split()) <= 3)
