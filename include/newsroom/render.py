"""Pages and feeds of the newsroom as bytes."""

from __future__ import annotations

import json
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from include.newsroom.content import Article, Content, Outlet

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(enabled_extensions=("html.j2", "xml.j2")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["rfc822"] = format_datetime
RELATED = 3
PREVIEW_PARAGRAPHS = 1  # what a reader without a subscription gets


def render_article(article: Article, outlet: Outlet, content: Content, base_url: str) -> bytes:
    """The page of an article, in the encoding of its outlet."""
    related = [other for other in content.articles_of(outlet) if other is not article][:RELATED]
    metadata = json.dumps(describe_article(article, outlet, base_url), ensure_ascii=False, indent=1)
    if article.page == "broken-jsonld":
        metadata = metadata.replace('"headline"', 'headline"', 1)
    paragraphs = article.paragraphs[:PREVIEW_PARAGRAPHS] if article.page == "paywalled" else article.paragraphs
    name = "shell" if article.page == "client-rendered" else outlet.template
    return _render(
        f"{name}.html.j2",
        outlet,
        content,
        base_url,
        article=article,
        paragraphs=paragraphs,
        related=related,
        # "</" would end the script element
        metadata="" if article.page == "no-metadata" else metadata.replace("</", "<\\/"),
    )


def render_front(outlet: Outlet, content: Content, base_url: str) -> bytes:
    """The front page of an outlet: its headlines."""
    return _render("front.html.j2", outlet, content, base_url, articles=content.articles_of(outlet))


def render_home(content: Content, base_url: str) -> bytes:
    """The page at the root: all outlets with their feeds."""
    return _TEMPLATES.get_template("home.html.j2").render(outlets=content.outlets, base_url=base_url).encode()


def render_feed(outlet: Outlet, content: Content, base_url: str) -> bytes:
    """The feed of an outlet, with its fault if it has one."""
    articles = content.articles_of(outlet)
    template = _TEMPLATES.get_template(f"{outlet.format}.xml.j2")
    return template.render(outlet=outlet, articles=articles, base_url=base_url, fault=outlet.fault).encode()


def render_robots(content: Content) -> bytes:
    """robots.txt: what members read is not for robots."""
    forbidden = [f"Disallow: /{outlet.id}/members/" for outlet in content.outlets]
    return "\n".join(["User-agent: *", *forbidden, ""]).encode()


def describe_article(article: Article, outlet: Outlet, base_url: str) -> dict[str, Any]:
    """schema.org's NewsArticle for an article."""
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": base_url + article.path,
        "headline": article.title,
        "description": article.summary,
        "inLanguage": outlet.lang,
        "datePublished": article.published.isoformat(),
        "dateModified": article.published.isoformat(),
        "author": [{"@type": "Person", "name": article.author}],
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name, "url": f"{base_url}/{outlet.id}/"},
        "isAccessibleForFree": article.page != "paywalled",
    }


def _render(name: str, outlet: Outlet, content: Content, base_url: str, **values: Any) -> bytes:
    words = content.words[outlet.lang]
    page = _TEMPLATES.get_template(name).render(outlet=outlet, words=words, base_url=base_url, **values)
    return page.encode(outlet.encoding)
