"""The chain on a small site: what it stores, that a repetition changes nothing, and that nothing breaks it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from include.errors import AuditStopped, BaseMoved, ConfigError
from include.pipeline.chain import run_chain
from include.pipeline.parking import list_parked
from include.pipeline.run import RunContext, RunOptions, StepReport, start_run
from include.settings import Settings
from tests.pipeline.site import AS_OF, LEAVING, NO_MOVE, Site, fill_site, make_settings, serve_site
from tests.published import count_rows, query

FEEDS = ["/news.xml", "/dead.xml"]
COMPARED = {
    "articles": "SELECT * EXCLUDE (run_id) FROM articles ORDER BY ALL",
    "moves": "SELECT * EXCLUDE (run_id) FROM moves ORDER BY ALL",
    "events": "SELECT * EXCLUDE (run_id) FROM event_history ORDER BY ALL",
    "quarantine": "SELECT record_id, stage, reason, quarantined_at, released_at FROM quarantine ORDER BY ALL",
    "feeds": "SELECT * FROM store.feed_states ORDER BY ALL",
    "polls": "SELECT * EXCLUDE (run_id, seconds) FROM store.feed_polls ORDER BY ALL",
}
STORED = ("articles", "moves", "events", "event_history", "evidence", "quarantine", "source_health")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path, dict[str, StepReport]]]:
    """A site, a home after one run over it, and what the steps of that run reported."""
    with serve_site() as site:
        fill_site(site)
        home = tmp_path_factory.mktemp("first") / "home"
        yield site, home, run_once(make_settings(home, site, FEEDS), "one")


@pytest.fixture
def site(first: tuple[Site, Path, dict[str, StepReport]]) -> Site:
    site = first[0]
    site.answers.clear()
    site.headers.clear()
    fill_site(site)
    return site


@pytest.fixture
def settings(site: Site, tmp_path: Path) -> Settings:
    """An installation that has never run."""
    return make_settings(tmp_path / "home", site, FEEDS)


@pytest.fixture
def settings_after_one(first: tuple[Site, Path, dict[str, StepReport]], site: Site, tmp_path: Path) -> Settings:
    """An installation after its first run."""
    shutil.copytree(first[1], tmp_path / "after")
    return make_settings(tmp_path / "after", site, FEEDS)


def run_once(settings: Settings, run_id: str, *, hours: int = 0, **options: Any) -> dict[str, StepReport]:
    run = start_run(
        settings, run_id=run_id, as_of=AS_OF + timedelta(hours=hours), options=RunOptions(force=True, **options)
    )
    return {report.step: report for report in run_chain(run)}


def test_from_feed_to_event(settings_after_one: Settings, first: tuple[Site, Path, dict[str, StepReport]]) -> None:
    settings, reports = settings_after_one, first[2]
    assert list(reports) == ["poll", "fetch", "read", "load", "check", "merge", "flag", "audit", "publish", "alert"]
    assert query(settings, "SELECT kind, person, from_org FROM events") == [("departure", "Jane Roe", "Acme Robotics")]
    ((quote, title, text),) = query(
        settings, "SELECT e.quote, a.title, a.text FROM evidence e JOIN articles a USING (article_id)"
    )
    assert quote in title or quote in text
    assert sorted(query(settings, "SELECT title, completeness FROM articles")) == [
        ("A new model from Acme Robotics", "full"),
        ("A page that is not there any more", "summary"),
        ("Jane Roe leaves Acme Robotics", "full"),
    ]


def test_a_dead_feed_and_a_missing_page_are_counted_and_shown(
    settings_after_one: Settings, first: tuple[Site, Path, dict[str, StepReport]]
) -> None:
    settings, reports = settings_after_one, first[2]
    assert reports["poll"].counts["failed"] == 1
    assert "dead-xml (http-404)" in reports["poll"].sentence
    assert query(settings, "SELECT stage, kind, reason FROM quarantine") == [("fetch", "page", "http-404")]
    assert query(settings, "SELECT source_id, last_error FROM source_health WHERE failures > 0") == [
        ("dead-xml", "http-404")
    ]


def test_a_second_run_adds_nothing(settings_after_one: Settings) -> None:
    settings = settings_after_one
    before = count_rows(settings, STORED)
    reports = run_once(settings, "two", hours=24)
    assert count_rows(settings, STORED) == before
    assert reports["flag"].counts["created"] == reports["flag"].counts["changed"] == 0
    assert query(settings, "SELECT generation FROM runs ORDER BY 1") == [(1,), (2,)]


def test_every_step_may_run_twice(settings: Settings, settings_after_one: Settings) -> None:
    """Airflow retries a task whose worker died after the work was done."""
    from include.pipeline.audit import audit_run
    from include.pipeline.check import check_run
    from include.pipeline.fetch import fetch_shard
    from include.pipeline.flag import flag_run
    from include.pipeline.load import load_run
    from include.pipeline.merge import merge_run
    from include.pipeline.poll import poll_sources
    from include.pipeline.publish import publish_run
    from include.pipeline.read import read_shard

    def fetch(run: RunContext) -> StepReport:
        return fetch_shard(run, "hosts-1")

    def read(run: RunContext) -> StepReport:
        return read_shard(run, "hosts-1")

    run = start_run(settings, run_id="one", as_of=AS_OF, options=RunOptions(force=True))
    for step in (poll_sources, fetch, read, load_run, check_run, merge_run, flag_run, audit_run, publish_run):
        assert step(run).counts == step(run).counts
    for view in ("articles", "moves", "events", "event_history", "evidence"):
        sql = f"SELECT * EXCLUDE (archive_path, archive_offset) FROM {view} ORDER BY ALL" if view == "articles" else ""
        sql = sql or f"SELECT * FROM {view} ORDER BY ALL"
        assert query(settings, sql) == query(settings_after_one, sql)


def test_a_page_that_failed_for_a_while_is_tried_again(site: Site, settings: Settings) -> None:
    whole = site.answers["/leaving.html"]
    site.answers["/leaving.html"] = (503, "text/plain", b"later")
    run_once(settings, "one")
    assert query(settings, "SELECT reason FROM quarantine WHERE released_at IS NULL ORDER BY 1") == [
        ("http-404",),
        ("http-503",),
    ]
    site.answers["/leaving.html"] = whole
    run_once(settings, "two", hours=24)
    assert query(settings, "SELECT completeness FROM articles WHERE title LIKE 'Jane%'") == [("full",)]
    assert query(settings, "SELECT reason FROM quarantine WHERE released_at IS NULL") == [("http-404",)]
    assert len(query(settings, "SELECT * FROM events")) == 1


def test_an_article_waits_while_its_host_wants_to_be_left_alone(site: Site, settings: Settings) -> None:
    whole = site.answers["/leaving.html"]
    site.answers["/leaving.html"] = (429, "text/plain", b"later")
    site.headers["/leaving.html"] = {"Retry-After": "7200"}
    run_once(settings, "one")
    site.answers["/leaving.html"] = whole
    asked = len(site.requests)
    run_once(settings, "two", hours=1)
    assert len(site.requests) == asked
    assert count_rows(settings, STORED)["articles"] == 3
    assert query(settings, "SELECT completeness FROM articles WHERE title LIKE 'Jane%'") == [("summary",)]
    run_once(settings, "three", hours=3)
    assert query(settings, "SELECT completeness, count(*) FROM articles GROUP BY ALL ORDER BY 1") == [
        ("full", 2),
        ("summary", 1),
    ]
    waiting = "SELECT * FROM quarantine WHERE released_at IS NULL AND detail LIKE '%leaving.html%'"
    assert query(settings, waiting) == []
    assert len(query(settings, "SELECT * FROM events")) == 1


def test_what_a_limit_leaves_out_comes_with_the_next_run(settings: Settings) -> None:
    reports = run_once(settings, "one", limit=1)
    assert reports["poll"].counts == {"feeds": 2, "failed": 1, "items": 1, "left_out": 2}
    assert count_rows(settings, STORED)["articles"] == 1
    run_once(settings, "two", hours=24)
    assert count_rows(settings, STORED)["articles"] == 3


def test_a_past_interval_replayed_gives_the_same_rows(site: Site, settings_after_one: Settings, tmp_path: Path) -> None:
    """In the home that knows what came later nothing changes; from the archive alone, interval by interval, the same
    home comes about again."""
    settings = settings_after_one
    site.put_page("/gone.html", "A page that is there again", [text.replace("model", "robot") for text in NO_MOVE])
    site.put_feed("/news.xml", [("/leaving.html", "Jane Roe leaves Acme Robotics"), ("/gone.html", "It is back")])
    run_once(settings, "two", hours=24)
    site.answers.clear()  # from here on nothing is to be had but the archive
    before = {view: query(settings, sql) for view, sql in COMPARED.items()}
    assert run_once(settings, "backfill", hours=0, replay=True)["load"].counts["articles"] == 0
    assert {view: query(settings, sql) for view, sql in COMPARED.items()} == before
    fresh = make_settings(tmp_path / "fresh", site, FEEDS)
    shutil.copytree(settings.home / "archive", fresh.home / "archive")
    for number in range(2):
        run_once(fresh, f"again-{number}", hours=24 * number, replay=True)
    assert {view: query(fresh, sql) for view, sql in COMPARED.items()} == before


def test_a_run_that_lost_the_race_repeats_on_the_new_base(site: Site, settings: Settings) -> None:
    """The other run publishes between our audit and our publication."""
    chain = run_chain(start_run(settings, run_id="slow", as_of=AS_OF, options=RunOptions(force=True)))
    for report in chain:
        if report.step == "audit":
            break
    site.put_page("/late.html", "John Doe quits Initech", [text.replace("Jane Roe", "John Doe") for text in LEAVING])
    site.put_feed("/news.xml", [("/late.html", "John Doe quits Initech")])
    run_once(settings, "quick")
    published = {report.step: report for report in chain}["publish"]
    assert published.counts["attempts"] == 2
    assert published.counts["generation"] == 2
    assert count_rows(settings, STORED)["articles"] == 4
    assert query(settings, "SELECT run_id FROM runs ORDER BY generation") == [("quick",), ("slow",)]


def test_a_run_that_always_loses_gives_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*_: object) -> None:
        raise BaseMoved("generation 7 was published meanwhile")

    monkeypatch.setattr("include.pipeline.publish.publish_work_copy", lose)
    monkeypatch.setattr("include.pipeline.publish.ATTEMPTS", 2)
    with pytest.raises(BaseMoved):
        run_once(settings, "one")
    assert not settings.published_path.exists()


def test_a_refused_batch_is_parked_and_the_next_run_goes_on(site: Site, settings_after_one: Settings) -> None:
    """A site that decodes its own texts wrongly and publishes the question marks."""
    settings = settings_after_one
    before = count_rows(settings, STORED)
    entries = [(f"/broken-{number}.html", f"Notice {number} of the day") for number in range(12)]
    for number, (path, title) in enumerate(entries):
        site.put_page(path, title, [text.replace("e", "\ufffd") + f" {number}" for text in LEAVING])
    site.put_feed("/news.xml", entries)
    with pytest.raises(AuditStopped) as error:
        run_once(settings, "bad", hours=1)
    assert "readable" in str(error.value) and "parked" in str(error.value) and "\n" not in str(error.value)
    assert count_rows(settings, STORED) == before
    assert [run_id for run_id, _ in list_parked(settings.home)] == ["bad"]
    assert list((settings.home / "work").iterdir()) == []
    site.put_page("/late.html", "John Doe quits Initech", [text.replace("Jane Roe", "John Doe") for text in LEAVING])
    site.put_feed("/news.xml", [*entries, ("/late.html", "John Doe quits Initech")])
    reports = run_once(settings, "next", hours=2)
    assert reports["poll"].counts["items"] == 1
    assert count_rows(settings, STORED)["articles"] == before["articles"] + 1


def test_a_published_file_that_is_none_of_ours_is_left_alone(settings: Settings) -> None:
    settings.published_path.parent.mkdir(parents=True)
    settings.published_path.write_bytes(b"not a database" * 1000)
    with pytest.raises(ConfigError) as error:
        run_once(settings, "one")
    assert str(settings.published_path) in str(error.value)
    assert settings.published_path.read_bytes() == b"not a database" * 1000
    assert not list((settings.home / "work").glob("*"))
