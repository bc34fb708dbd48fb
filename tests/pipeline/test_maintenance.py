"""What runs leave behind, and what the weekly look at the sources says."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.fetch.archive import Archive
from include.pipeline.chain import run_reprocessing
from include.pipeline.failures import clear_failure, read_failure, report_failure
from include.pipeline.health import review_sources
from include.pipeline.housekeeping import clear_leftovers
from include.pipeline.maintenance import maintain_warehouse
from include.pipeline.publish import publish_run
from include.pipeline.reprocess import accept_run
from include.pipeline.run import RunOptions, StepReport, open_run, start_run
from include.records import Article, Entity, FeedOutcome, FeedState
from include.settings import Settings
from include.warehouse.entities import write_book
from include.warehouse.feeds import write_outcomes
from include.warehouse.generations import create_work_copy, open_work, publish_work_copy
from include.warehouse.runs import AppliedDecision, write_decisions
from tests.pipeline.site import AS_OF, fill_site, make_settings, serve_site
from tests.pipeline.test_chain import query, run_once


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({}, home=tmp_path)


def write_aged(path: Path, days: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("content")
    moment = (AS_OF - timedelta(days=days)).timestamp()
    for entry in (path, path.parent):
        os.utime(entry, (moment, moment))


def test_only_what_is_old_and_a_leftover_goes(settings: Settings) -> None:
    write_aged(settings.home / "staging" / "old" / "run.json", 15)
    write_aged(settings.home / "staging" / "new" / "run.json", 13)
    write_aged(settings.home / "work" / "killed.duckdb", 2)
    write_aged(settings.home / "work" / "running.duckdb", 0.1)
    write_aged(settings.home / "parked" / "refused" / "why.json", 400)
    write_aged(settings.home / "archive" / "old.warc.gz", 400)
    assert clear_leftovers(settings, AS_OF).counts == {"staging": 1, "work": 1, "bytes": 14}
    left = sorted(str(path.relative_to(settings.home)) for path in settings.home.rglob("*") if path.is_file())
    assert left == [
        "archive/old.warc.gz",
        "parked/refused/why.json",
        "staging/new/run.json",
        "work/running.duckdb",
    ]
    assert clear_leftovers(settings, AS_OF).counts["bytes"] == 0


def test_an_empty_home_is_clean(settings: Settings) -> None:
    assert clear_leftovers(settings, AS_OF).counts == {"staging": 0, "work": 0, "bytes": 0}


def publish_unwell_sources(settings: Settings) -> None:
    """Publish what is known of four sources: one is well, one dead, one gone, one too fast for the schedule."""

    def state(name: str, **values: object) -> FeedState:
        return FeedState(name, f"https://{name}.example/rss", last_polled_at=AS_OF, **values)  # type: ignore[arg-type]

    def outcome(name: str, lost: bool = False) -> FeedOutcome:
        return FeedOutcome(name, AS_OF, "new", 200, 5, 5, lost, "", 0.1)

    base = create_work_copy(
        settings.published_path,
        settings.home / "work" / "r.duckdb",
        run_id="r",
        as_of=AS_OF,
        articles_root=settings.articles_root,
    )
    with open_work(settings.home / "work" / "r.duckdb") as con:
        dead, gone = state("dead", failures=4.0, last_error="dns"), state("gone", gone=True)
        states = {found.source_id: found for found in (state("well"), dead, gone, state("fast"))}
        write_outcomes(con, [outcome("well"), outcome("fast", lost=True)], states, "r")
    publish_work_copy(settings.home / "work" / "r.duckdb", settings.published_path, base)


def test_sources_that_are_unwell_are_named(settings: Settings) -> None:
    publish_unwell_sources(settings)
    report = review_sources(settings)
    assert report.sentence == "1 of 4 sources are well"
    assert report.warnings == (
        "dead does not answer (dns): the host name does not resolve; check the spelling, or whether the site has moved",
        "fast lost entries between polls (1 in 30 days); poll more often (DEPARTURES_SCHEDULE)",
        "gone says that it is gone for good; disable it in feeds.yaml",
    )


def test_nothing_published_is_said(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="nothing has been published yet"):
        review_sources(settings)


def test_a_failure_is_kept_until_the_next_publication(settings: Settings) -> None:
    line = report_failure(settings, run_id="r", step="check", cause="too many\nbad rows", at=AS_OF)
    stored = read_failure(settings)
    assert line == "check of run r failed: too many bad rows"
    assert stored is not None and stored["line"] == line and stored["step"] == "check"
    clear_failure(settings)
    assert read_failure(settings) is None


def test_upkeep_joins_forgets_and_keeps_every_article_readable(tmp_path: Path) -> None:
    """A month of three polls on a day, then a month without news."""
    with serve_site() as site:
        fill_site(site)
        settings = make_settings(tmp_path / "home", site, ["/news.xml", "/dead.xml"])
        run_once(settings, "one")
        for hours in (1, 2):
            with Archive(settings.archive_root) as archive:
                archive.append("https://x.example/", status=200, headers=[], body=b"x", fetched_at=later(hours=hours))
        published = settings.published_path.read_bytes()
    texts = "SELECT article_id, title, text FROM articles ORDER BY ALL"
    before = query(settings, texts)
    assert upkeep(settings, "same-day", hours=3).counts["joined"] == 0
    assert settings.published_path.read_bytes() == published  # nothing was to be done, nothing is published
    counts = upkeep(settings, "later", hours=24 * 40).counts
    assert (counts["joined"], counts["relocated"], counts["parts"]) == (4, 2, 0)
    assert query(settings, texts) == before
    settings = replace(settings, retention="released_quarantine=7, quarantine=30, articles_without_moves=30")
    counts = upkeep(settings, "much-later", hours=24 * 50).counts
    assert (counts["quarantine"], counts["articles_without_moves"], counts["parts"]) == (1, 2, 4)
    with Archive(settings.archive_root) as archive:
        for path, offset, words in query(settings, "SELECT archive_path, archive_offset, left(text, 20) FROM articles"):
            assert words.encode() in archive.read(path, offset).body
    run_once(settings, "after", hours=24 * 51, replay=True)  # fewer articles than before is no reason to stop now
    with pytest.raises(ConfigError, match="DEPARTURES_RETENTION: 'quarantine=soon'; layer=days"):
        upkeep(replace(settings, retention="quarantine=soon"), "wrong", hours=24 * 60)


def test_upkeep_leaves_what_a_waiting_reprocessing_will_publish(tmp_path: Path) -> None:
    with serve_site() as site:
        fill_site(site)
        settings = make_settings(tmp_path / "home", site, ["/news.xml"])
        run_once(settings, "one")

    run = start_run(settings, run_id="again", as_of=later(hours=1), options=RunOptions(origin="archive"))
    for report in run_reprocessing(run):
        if report.step == "read":  # read with other rules: the words themselves have changed
            shard = "articles/archive-00001.jsonl"
            articles = run.staging.read_records(Article, shard)
            changed = [replace(a, text=a.text + " More.", content_hash=f"more{n}") for n, a in enumerate(articles)]
            run.staging.write_records(shard, changed)

    for days in (1, 30, 60):
        upkeep(settings, f"day-{days}", hours=24 * days)
    accept_run(open_run(settings, "again"))
    assert query(settings, "SELECT DISTINCT text LIKE '% More.' FROM articles WHERE completeness = 'full'") == [(True,)]


def test_after_a_takedown_the_words_are_gone_from_the_file(tmp_path: Path) -> None:
    """What was deleted stays readable in a DuckDB file until something else is written over it."""
    settings = Settings.from_env({}, home=tmp_path)
    run = start_run(settings, run_id="one", as_of=AS_OF, options=RunOptions(origin="import"))
    base = create_work_copy(
        settings.published_path, run.work_path, run_id="one", as_of=AS_OF, articles_root=settings.articles_root
    )
    run.staging.write_json("base.json", {"number": base.number, "run_id": base.run_id, "as_of": None})
    with open_work(run.work_path) as con:
        write_book(con, [Entity("p-1", "person", "Priscilla Wentworth")], {}, run_id="one", as_of=AS_OF)
        con.execute("CHECKPOINT")
        con.execute("DELETE FROM store.entities")
        taken = AppliedDecision("d", "takedown", "p-1", "ada", "asked for it", AS_OF, {})
        write_decisions(con, [taken], "one")
    assert b"Priscilla Wentworth" in run.work_path.read_bytes()
    publish_run(run)
    assert b"Priscilla Wentworth" not in settings.published_path.read_bytes()


def upkeep(settings: Settings, run_id: str, *, hours: int) -> StepReport:
    return maintain_warehouse(start_run(settings, run_id=run_id, as_of=later(hours=hours)))


def later(*, hours: int) -> datetime:
    return AS_OF + timedelta(hours=hours)
