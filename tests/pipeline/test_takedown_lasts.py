"""The archive keeps what others published; reading it again does not bring back who was taken down."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from include.pipeline.chain import run_acceptance, run_chain, run_reprocessing
from include.pipeline.reviewing import Author, plan_person_takedown
from include.pipeline.run import RunOptions, open_run, start_run
from include.resolve.decisions import write_decision
from include.settings import Settings
from include.warehouse.generations import open_read_only
from tests.pipeline.site import AS_OF, LEAVING, make_settings, serve_site
from tests.pipeline.spoiling import publish_pages
from tests.published import query

PERSON, OTHER = "Jane Roe", "John Doe"
STAYING = {"John Doe", "Ann Poe"}


def run_steps(settings: Settings, run_id: str, days: int, **options: object) -> None:
    run = start_run(
        settings,
        run_id=run_id,
        as_of=AS_OF + timedelta(days=days),
        options=RunOptions(force=True, **options),  # type: ignore[arg-type]
    )
    for _ in run_chain(run):
        pass


def find_name(settings: Settings, name: str) -> list[str]:
    """Tables, views and text files that hold a name."""
    holding = []
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    with con:
        relations = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() UNION "
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        for schema, relation in sorted(relations):
            said = f'SELECT 1 FROM "{schema}"."{relation}" t WHERE contains(to_json(t)::VARCHAR, ?)'
            if con.execute(said, [name]).fetchone():
                holding.append(f"{schema}.{relation}")
    for path in sorted(Path(settings.articles_root).rglob("*.parquet")):
        if duckdb.execute(f"SELECT 1 FROM '{path}' t WHERE contains(to_json(t)::VARCHAR, ?)", [name]).fetchone():
            holding.append(path.name)
    return holding


@pytest.fixture(scope="module")
def taken_down(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home that read three departures and a page that names two of the three; then one was taken down."""
    with serve_site() as site:
        publish_pages(site)
        beside = [text.replace(PERSON, OTHER) for text in LEAVING]
        beside.append(f"{PERSON}, who had been chief scientist, left the company on the day before, as Roe had said.")
        site.put_page("/doe.html", f"{OTHER} leaves Acme Robotics, like {PERSON}", beside)
        settings = make_settings(tmp_path_factory.mktemp("homes") / "home", site, ["/news.xml"])
        run_steps(settings, "one", 0)
        assert len(find_name(settings, PERSON)) > 5
        ((person_id,),) = query(settings, f"SELECT DISTINCT person_id FROM events WHERE person = '{PERSON}'")
        con = open_read_only(settings.published_path, articles_root=settings.articles_root)
        with con:
            decision = plan_person_takedown(con, person_id, [PERSON], Author("ana", AS_OF, "she asked"))
        write_decision(settings.inbox, decision)
        run_steps(settings, "two", 1)
        yield settings


@pytest.fixture
def home(taken_down: Settings, tmp_path: Path) -> Settings:
    """A copy of that home."""
    shutil.copytree(taken_down.home, tmp_path / "home")
    return Settings.from_env({}, home=tmp_path / "home")


def reprocess(settings: Settings) -> None:
    run = start_run(settings, run_id="again", as_of=AS_OF + timedelta(days=2), options=RunOptions(origin="archive"))
    for _ in run_reprocessing(run):
        pass
    for _ in run_acceptance(open_run(settings, "again")):
        pass


def replay(settings: Settings) -> None:
    run_steps(settings, "backfill", 0, replay=True)


def rebuild(settings: Settings) -> None:
    """What is left after a lost disk: the archive and the decisions of people."""
    shutil.rmtree(settings.published_path.parent)
    shutil.rmtree(settings.articles_root)
    for name in ("staging", "work", "digests", "exports"):
        shutil.rmtree(settings.home / name, ignore_errors=True)
    run_steps(settings, "rebuilt", 0, replay=True)


@pytest.mark.parametrize("read_again", [reprocess, replay, rebuild])
def test_reading_the_archive_again_brings_nobody_back(home: Settings, read_again: Callable[[Settings], None]) -> None:
    read_again(home)
    assert find_name(home, "Roe") == []
    assert {person for (person,) in query(home, "SELECT person FROM events WHERE person <> ''")} >= STAYING
    assert {person for (person,) in query(home, "SELECT DISTINCT person FROM moves")} == STAYING
    assert query(home, f"SELECT status FROM events WHERE person = '{OTHER}'") == [("effective",)]
    assert query(home, "SELECT count(*) FROM quarantine") == [(0,)]
    ((title, text),) = query(home, f"SELECT title, text FROM articles WHERE title LIKE '{OTHER}%'")
    assert title == f"{OTHER} leaves Acme Robotics, like ████████" and "████████, who had been" in text
    quotes = [quote for (quote,) in query(home, f"SELECT quote FROM moves WHERE person = '{OTHER}'")]
    assert quotes and all(quote in (title, text) or quote in text for quote in quotes)
