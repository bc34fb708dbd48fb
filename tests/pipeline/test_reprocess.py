"""The archive read with other rules: what changes is shown first, and published only when a person says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from include.errors import ConfigError
from include.pipeline.chain import run_acceptance, run_chain, run_reprocessing
from include.pipeline.housekeeping import clear_leftovers
from include.pipeline.imports import stage_articles
from include.pipeline.reprocess import accept_run, drop_run, find_waiting, list_candidates, read_changes
from include.pipeline.run import RunContext, RunOptions, StepReport, open_run, start_run
from include.settings import Settings
from include.warehouse.generations import read_generation
from tests.pipeline.site import AS_OF, LEAVING, Site, make_settings, serve_site
from tests.pipeline.spoiling import SPOILED_FEEDS, publish_pages, spoil_moves
from tests.pipeline.test_chain import query, run_once

DAY = timedelta(days=1)
BELIEVED = (
    "SELECT kind, person, from_org, to_org, role_from, status, date, move_ids FROM store.event_versions "
    "WHERE known_to IS NULL AND status <> 'retracted' ORDER BY ALL"
)
SAID = "SELECT * EXCLUDE (known_at, run_id, detector) FROM store.moves ORDER BY ALL"


def run_steps(run: RunContext, spoil: Callable[[RunContext], None] | None = None) -> None:
    """A whole run; `spoil` changes what was read before it is loaded."""
    for report in run_chain(run):
        if report.step == "read" and spoil:
            spoil(run)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path, Path]]:
    """The site; a home whose one run read it with the rules of today; one whose run read it with earlier ones."""
    with serve_site() as site:
        publish_pages(site)
        paths = [tmp_path_factory.mktemp("homes") / name for name in ("today", "earlier")]
        for path, spoil in zip(paths, (None, spoil_moves), strict=True):
            run = start_run(
                make_settings(path, site, SPOILED_FEEDS), run_id="one", as_of=AS_OF, options=RunOptions(force=True)
            )
            run_steps(run, spoil)
        yield site, *paths


@pytest.fixture
def today(homes: tuple[Site, Path, Path]) -> Settings:
    return Settings.from_env({}, home=homes[1])


@pytest.fixture
def earlier(homes: tuple[Site, Path, Path], tmp_path: Path) -> Settings:
    """A home of its own that was read with earlier rules."""
    shutil.copytree(homes[2], tmp_path / "home")
    publish_pages(homes[0])
    return make_settings(tmp_path / "home", homes[0], SPOILED_FEEDS)


def reprocess(settings: Settings, run_id: str = "again", *, days: int = 1, **options: Any) -> dict[str, StepReport]:
    run = start_run(settings, run_id=run_id, as_of=AS_OF + days * DAY, options=RunOptions(origin="archive", **options))
    return {report.step: report for report in run_reprocessing(run)}


def test_the_difference_is_shown_and_published_when_accepted(today: Settings, earlier: Settings) -> None:
    before = query(earlier, BELIEVED)
    assert before != query(today, BELIEVED)
    reports = reprocess(earlier)
    assert query(earlier, BELIEVED) == before and read_generation(earlier.published_path).number == 1
    assert reports["compare"].counts == {"gained": 1, "lost": 1, "changed": 1, "unchanged": 1}
    assert find_waiting(earlier).run_id == "again"
    assert clear_leftovers(earlier, AS_OF + 400 * DAY).counts["work"] == 0  # it waits, however long
    changes = {change["change"]: change for change in read_changes(earlier, "again")}
    assert changes["gained"]["after"]["person"] == "Ann Poe" and "Ann Poe" in changes["gained"]["evidence"][0]["quote"]
    assert changes["lost"]["before"]["person"] == "Priscilla Wentworth" and changes["lost"]["evidence"]
    assert changes["changed"]["after"]["to_org"] == "OpenAI" and "to_org" in changes["changed"]["columns"]
    (published, alerted) = run_acceptance(open_run(earlier, "again"))
    assert published.counts["generation"] == 2 and alerted.step == "alert"
    assert query(earlier, BELIEVED) == query(today, BELIEVED)
    assert query(earlier, SAID) == query(today, SAID)
    assert [candidate.state for candidate in list_candidates(earlier)] == ["accepted"]
    assert accept_run(open_run(earlier, "again")).counts["generation"] == 2  # once more changes nothing
    with pytest.raises(ConfigError, match="is published"):
        drop_run(open_run(earlier, "again"))


def test_what_others_published_meanwhile_stays(homes: tuple[Site, Path, Path], earlier: Settings) -> None:
    reprocess(earlier)
    homes[0].put_page("/late.html", "Sue Coe quits Initech", [text.replace("Jane Roe", "Sue Coe") for text in LEAVING])
    homes[0].put_feed("/news.xml", [("/late.html", "Sue Coe quits Initech")])
    run_once(earlier, "two", hours=30)
    report = accept_run(open_run(earlier, "again"))
    assert (report.counts["generation"], report.counts["attempts"]) == (3, 2)
    people = {person for (person,) in query(earlier, "SELECT person FROM events WHERE status <> 'retracted'")}
    assert people == {"Jane Roe", "John Doe", "Ann Poe", "Sue Coe"}


def test_the_same_rules_change_nothing_and_a_drop_leaves_nothing_but_that(today: Settings, tmp_path: Path) -> None:
    shutil.copytree(today.home, tmp_path / "home")
    settings = Settings.from_env({}, home=tmp_path / "home")
    published = settings.published_path.read_bytes()
    reports = reprocess(settings)
    assert reports["load"].counts["unchanged"] == 4
    assert reports["compare"].counts == {"gained": 0, "lost": 0, "changed": 0, "unchanged": 3}
    drop_run(open_run(settings, "again"))
    assert settings.published_path.read_bytes() == published
    assert list((settings.home / "work").iterdir()) == [] and not (settings.home / "staging" / "again").exists()
    assert find_waiting(settings, "again").state == "dropped"
    with pytest.raises(ConfigError, match="no reprocessing waits"):
        find_waiting(settings)


def test_imported_articles_are_read_from_their_stored_words(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path / "home")
    articles = tmp_path / "articles.jsonl"
    articles.write_text(
        '{"id": "a", "title": "Jane Roe leaves Acme", "text": "' + " ".join(LEAVING) + '", "lang": "en"}'
    )
    run = start_run(settings, run_id="one", as_of=AS_OF, options=RunOptions(origin="import"))
    stage_articles(run, articles)
    forget = lambda run: run.staging.write_records("moves/import.jsonl", [])  # noqa: E731
    run_steps(run, forget)
    assert query(settings, BELIEVED) == []
    for wrong, words in (
        ({"until": "2026-11-01"}, "nothing was fetched or imported"),
        ({"since": "soon"}, "--since 'soon': not an ISO date"),
        ({"since": "2026-11-21", "until": "2026-11-20"}, "lies before --since"),
    ):
        with pytest.raises(ConfigError, match=words):
            reprocess(settings, "wrong", **wrong)
    assert reprocess(settings, since="2026-11-21", until="2026-11-21")["compare"].counts["gained"] == 1
    accept_run(open_run(settings, "again"))
    assert [row[1] for row in query(settings, BELIEVED)] == ["Jane Roe"]


def test_without_anything_published_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing is published to compare with"):
        reprocess(Settings.from_env({}, home=tmp_path))
