"""A home with the newsroom's articles, run through the real chain once a session, and the board on it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from include.board.access import Access, Viewer
from include.board.app import create_app
from include.newsroom.content import load_content
from include.pipeline.chain import run_chain
from include.pipeline.imports import stage_articles
from include.pipeline.run import RunOptions, start_run
from include.settings import Settings
from tests.installation import build_once

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
REVIEWER, READER = Viewer("Ada Reviewer", True), Viewer("Rita Reader", False)


def settings_of(home: Path, **changes: object) -> Settings:
    made = Settings.from_env({"DEPARTURES_HOME": str(home)})
    return replace(made, **changes)  # type: ignore[arg-type]


def run_on(home: Path, articles: list[dict[str, object]], run_id: str = "first", as_of: datetime = AS_OF) -> None:
    """One whole run on articles from elsewhere."""
    path = home / f"{run_id}.jsonl"
    home.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in articles), encoding="utf-8")
    run = start_run(settings_of(home), run_id=run_id, as_of=as_of, options=RunOptions(origin="import"))
    stage_articles(run, path)
    for _ in run_chain(run):
        pass


def newsroom_articles() -> list[dict[str, object]]:
    content = load_content()
    languages = {outlet.id: outlet.lang for outlet in content.outlets}
    return [
        {
            "id": f"{article.outlet}-{article.slug}",
            "title": article.title,
            "text": "\n\n".join(article.paragraphs),
            "url": f"https://{article.outlet}.example{article.path}",
            "lang": languages[article.outlet],
            "published": article.published.isoformat(),
            "source": article.outlet,
        }
        for article in content.articles
    ]


@pytest.fixture(scope="session")
def newsroom_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read it; whoever decides something takes a copy."""
    return build_once(tmp_path_factory, "newsroom-home", lambda home: run_on(home, newsroom_articles()))


@pytest.fixture
def home(newsroom_home: Path, tmp_path: Path) -> Path:
    """A copy of that home which a test may change."""
    target = tmp_path / "home"
    for name in ("published", "articles"):
        shutil.copytree(newsroom_home / name, target / name)
    return target


def make_unsure(home: Path, people: list[str]) -> None:
    """Let the departures of these people, and nobody else's, have been read with little confidence."""
    import duckdb

    with duckdb.connect(str(home / "published" / "departures.duckdb")) as con:
        unsure = "known_to IS NULL AND kind = 'departure' AND focus = 'main' AND list_contains(?, person)"
        con.execute("UPDATE store.event_versions SET confidence = 0.9 WHERE known_to IS NULL")
        con.execute(f"UPDATE store.event_versions SET confidence = 0.6 WHERE {unsure}", [people])


def client_of(home: Path, viewer: Viewer = READER, now: datetime = NOW) -> TestClient:
    """The board of a home as one viewer."""
    access = Access(lambda: viewer, b"secret of the tests", framed=False)
    app = create_app(settings_of(home), access, lambda: now)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture(scope="session")
def reader_client(newsroom_home: Path) -> Iterator[TestClient]:
    with client_of(newsroom_home) as client:
        yield client


Ask = Callable[[str], list[dict[str, object]]]


@pytest.fixture(scope="session")
def ask(newsroom_home: Path) -> Ask:
    """Rows of the published newsroom."""
    from include.board.reading import PublishedFile

    published = PublishedFile(newsroom_home / "published" / "departures.duckdb", newsroom_home / "articles")

    def rows(sql: str) -> list[dict[str, object]]:
        with published.read() as reader:
            return reader.rows(sql)

    return rows
