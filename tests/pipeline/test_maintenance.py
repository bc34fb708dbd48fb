"""What runs leave behind, and what the weekly look at the sources says."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.pipeline.failures import clear_failure, read_failure, report_failure
from include.pipeline.health import review_sources
from include.pipeline.housekeeping import clear_leftovers
from include.records import FeedOutcome, FeedState
from include.settings import Settings
from include.warehouse.feeds import write_outcomes
from include.warehouse.generations import create_work_copy, open_work, publish_work_copy
from tests.pipeline.site import AS_OF


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
