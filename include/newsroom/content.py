"""The newsroom's outlets and articles, read from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

from include.errors import ConfigError

HERE = Path(__file__).parent
OUTLETS_FILE = HERE / "outlets.yaml"
ARTICLES_FOLDER = HERE / "articles"

Fault = Literal["", "dead", "broken-entry", "broken-xml"]
PageKind = Literal["", "no-metadata", "broken-jsonld", "paywalled", "client-rendered", "forbidden"]
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Outlet:
    """One news site with one feed. The fields are explained in `outlets.yaml`."""

    id: str
    name: str
    lang: str
    country: str
    kind: str
    format: Literal["rss", "atom", "rdf"]
    template: str
    encoding: str = "utf-8"
    validators: bool = False
    fault: Fault = ""

    @property
    def feed_path(self) -> str:
        """Where its feed is, from the root of the site."""
        return f"/{self.id}/feed.xml"


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its outlet wrote it."""

    outlet: str  # id of the outlet
    slug: str
    published: datetime
    author: str
    story: str  # what it tells: the same for every article about the same; "" for news without a move
    title: str
    summary: str
    text: str  # paragraphs, parted by empty lines
    page: PageKind = ""  # what is special about its page

    @property
    def path(self) -> str:
        """Where its page is, from the root of the site."""
        section = "members/" if self.page == "forbidden" else ""
        return f"/{self.outlet}/{section}{self.published:%Y/%m}/{self.slug}.html"

    @property
    def paragraphs(self) -> list[str]:
        """The text, a paragraph an item, each on one line."""
        return [" ".join(part.split()) for part in self.text.strip().split("\n\n")]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that the newsroom publishes."""

    outlets: tuple[Outlet, ...]
    articles: tuple[Article, ...]  # newest first
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by language: what stands around an article

    def articles_of(self, outlet: Outlet) -> list[Article]:
        """The articles of one outlet, newest first."""
        return [article for article in self.articles if article.outlet == outlet.id]


def load_content(outlets_file: Path = OUTLETS_FILE, articles_folder: Path = ARTICLES_FOLDER) -> Content:
    """Read all outlets and articles. Raises ConfigError with the file and what is wrong in it."""
    document = _read_yaml(outlets_file)
    outlets = tuple(_build(Outlet, outlets_file, entry) for entry in document["outlets"])
    articles = [
        _build(Article, path, {**entry, "published": _read_time(path, entry.get("published"))})
        for path in sorted(articles_folder.glob("*.yaml"))
        for entry in _read_yaml(path)["articles"]
    ]
    known = {outlet.id for outlet in outlets}
    seen: set[str] = set()
    for article in articles:
        if article.outlet not in known:
            raise ConfigError(f"{articles_folder}: {article.slug}: no outlet {article.outlet!r} in {outlets_file.name}")
        if article.path in seen:
            raise ConfigError(f"{articles_folder}: {article.path} stands twice; choose another slug")
        seen.add(article.path)
    articles.sort(key=lambda article: (article.published, article.path), reverse=True)
    return Content(outlets, tuple(articles), document["words"])


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: a mapping is expected")
    return document


def _build(kind: type[_Record], path: Path, entry: Mapping[str, Any]) -> _Record:
    known = {item.name: item.default is MISSING for item in fields(kind)}  # type: ignore[arg-type]
    unknown = entry.keys() - known.keys()
    missing = {name for name, required in known.items() if required} - entry.keys()
    if unknown or missing:
        name = entry.get("slug") or entry.get("id") or "an entry"
        wrong = [f"unknown key {key!r}" for key in sorted(unknown)] + [f"no {key}" for key in sorted(missing)]
        raise ConfigError(f"{path}: {name}: {', '.join(wrong)}")
    return kind(**entry)


def _read_time(path: Path, value: Any) -> datetime:
    """YAML reads a time with an offset as UTC; the pages give it in UTC too."""
    if not isinstance(value, datetime):
        raise ConfigError(f"{path}: published {value!r}: a time such as 2024-05-15T08:30:00+08:00 is expected")
    return value.astimezone(UTC)
