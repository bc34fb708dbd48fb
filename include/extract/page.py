"""Everything that one HTML page says, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from include.extract import jsonld, urls
from include.extract.authors import choose_authors
from include.extract.body import Context, extract_body
from include.extract.clean import clean_text
from include.extract.dates import choose_dates
from include.extract.decode import decode_html
from include.extract.head import Head, read_head
from include.extract.language import identify_language
from include.extract.measure import fold
from include.extract.moment import Moment
from include.extract.titles import choose_title, site_names, title_tails
from include.extract.tree import parse_tree
from include.records import FeedItem

_MAX_KEYWORDS = 30


@dataclass(frozen=True, slots=True)
class PageContent:
    """The fields of a page after choosing and cleaning; `published` keeps the offset that the page gives."""

    url: str
    canonical_url: str
    title: str
    text: str
    authors: tuple[str, ...]
    published: Moment | None
    modified: Moment | None
    lang: str
    site_name: str
    keywords: tuple[str, ...]
    paywalled: bool
    reason: str  # "" or why there is no text: client-rendered, no-text, too-long
    field_sources: tuple[tuple[str, str], ...]
    cleaning: tuple[tuple[str, int], ...]


def read_page(
    html: bytes,
    *,
    url: str,
    fetched_at: datetime,
    headers: Mapping[str, str] | None = None,
    item: FeedItem | None = None,
) -> PageContent:
    """Read one page. Its `text` is "" where it shows none, and `reason` says why.

    Raises QuarantineRecord where the answer is no HTML that can be read: `too-large`, `empty-page`, `not-html`,
    `too-many-elements`.
    """
    source = decode_html(html, headers or {})
    tree = parse_tree(source)
    head = read_head(tree)
    article = choose_article(head, url)
    sites = site_names(head, url)
    title, title_source = choose_title(head, article, sites, item.title if item else "", url)
    authors, author_source = choose_authors(head, article, tree, (*sites, *title_tails(head)))
    published, date_source, modified = choose_dates(
        head, article, tree, url=url, fetched_at=fetched_at, feed_date=item.published_at if item else None
    )
    body = extract_body(tree, source, _describe(head, article, url=url, title=title, authors=authors))
    text, clean_title = clean_text(body.text), clean_text(title)
    hints = (item.lang if item else None, jsonld.first_text(article.get("inLanguage")), head.html_lang)
    sources = (
        ("title", title_source),
        ("authors", author_source),
        ("published_at", date_source),
        ("text", body.source),
    )
    return PageContent(
        url=url,
        canonical_url=urls.choose_canonical(head.canonical or head.first("og:url"), url),
        title=" ".join(clean_title.text.split()),
        text=text.text,
        authors=authors,
        published=published,
        modified=modified,
        lang=identify_language(f"{clean_title.text}\n{text.text}", hints=tuple(hint for hint in hints if hint)),
        site_name=choose_site_name(head, article),
        keywords=read_keywords(head, article),
        paywalled=is_paywalled(head, article) or any(name == "paywall" for name, _ in body.dropped),
        reason=body.reason,
        field_sources=tuple((field, origin) for field, origin in sources if origin),
        cleaning=(*body.dropped, *text.changes),
    )


def load_models() -> None:
    """Import the libraries and load the models that reading a page needs, which takes seconds once."""
    import trafilatura  # noqa: F401

    identify_language("loads the model of the identifier", hints=())


def _describe(head: Head, article: jsonld.Node, *, url: str, title: str, authors: tuple[str, ...]) -> Context:
    stated = jsonld.first_text(article.get("description"))
    return Context(
        url=url,
        titles=(title, *head.headings, head.first("og:title")),
        descriptions=tuple(filter(None, [stated, *head.all("og:description", "description", "twitter:description")])),
        authors=authors,
        article=article,
        scripts=tuple(head.scripts),
        paywalled=is_paywalled(head, article),
    )


def choose_article(head: Head, url: str) -> jsonld.Node:
    """The JSON-LD node of this article; an empty one where the page has none.

    A page may describe other articles too: the one whose address is the page's wins, then the first with a
    headline.
    """
    wanted = {urls.canonical_url(address) for address in (url, head.canonical, head.first("og:url")) if address}
    articles = [node for node in head.nodes if jsonld.is_article(node)]
    for node in articles:
        addresses = [jsonld.first_text(node.get(key)) for key in ("url", "mainEntityOfPage", "@id")]
        if any(urls.canonical_url(address) in wanted for address in addresses if address.startswith("http")):
            return node
    return next((node for node in articles if node.get("headline")), articles[0] if articles else {})


def choose_site_name(head: Head, article: jsonld.Node) -> str:
    """The site's name as the page writes it."""
    publisher = jsonld.first_text(jsonld.resolve(article.get("publisher"), head.nodes))
    return head.first("og:site_name", "application-name") or ("" if publisher.startswith("http") else publisher)


def read_keywords(head: Head, article: jsonld.Node) -> tuple[str, ...]:
    """Keywords of JSON-LD and meta tags, without repeats."""
    stated = article.get("keywords")
    values = stated if isinstance(stated, list) else [stated]
    texts = [jsonld.first_text(value) for value in values] + head.all("news_keywords", "article:tag", "keywords")
    words = [word.strip() for text in texts for word in text.replace("、", ",").replace(";", ",").split(",")]
    return tuple({fold(word): word for word in reversed(words) if word and len(word) <= 60}.values())[::-1][
        :_MAX_KEYWORDS
    ]


def is_paywalled(head: Head, article: jsonld.Node) -> bool:
    """True where the page says that it is not free to read."""
    free = str(article.get("isAccessibleForFree", "")).rsplit("/", 1)[-1].strip().lower()
    tier = head.first("article:content_tier", "og:article:content_tier").lower()
    return free in ("false", "no", "0") or tier in ("locked", "metered")
