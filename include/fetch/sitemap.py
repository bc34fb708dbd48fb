"""News sitemaps: what sites without a feed publish for search engines."""

from __future__ import annotations

from io import BytesIO

from lxml import etree

from include.fetch.entries import RawEntry, RawFeed

_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def read_news_sitemap(body: bytes, dropped: tuple[tuple[str, int], ...]) -> RawFeed:
    """Read a sitemap whose entries carry news tags; version "" where none does or the XML is broken."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.parse(BytesIO(body), parser).getroot()
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return RawFeed("", dropped=dropped)
    namespace = root.tag.rpartition("}")[0] + "}" if str(root.tag).startswith("{") else ""
    urls = [url for url in root.iter(f"{namespace}url") if url.find(f"{_NEWS}news") is not None]
    entries = tuple(_read_entry(url, namespace) for url in urls)
    return RawFeed("news-sitemap" if entries else "", entries=entries, dropped=dropped)


def _read_entry(url: etree._Element, namespace: str) -> RawEntry:
    def text(path: str) -> str:
        return (url.findtext(path) or "").strip()

    news = f"{_NEWS}news/{_NEWS}"
    return RawEntry(
        link=text(f"{namespace}loc"),
        title=text(f"{news}title"),
        published=text(f"{news}publication_date"),
        updated=text(f"{namespace}lastmod"),
        lang=text(f"{news}publication/{_NEWS}language"),
    )
