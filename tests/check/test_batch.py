"""Bad rows of every kind, injected into a batch: each is held for its reason, and a batch full of them is stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from include.check.report import QualityReport
from include.check.suites import check_batch
from include.errors import AuditStopped
from include.knowledge.feeds import FeedSource
from include.records import Article, Evidence, FeedOutcome, Move
from include.warehouse.feeds import write_outcomes
from include.warehouse.quarantine import apply_report, release_records
from tests.warehouse.build import T0, Home, article, move, rows

Con = duckdb.DuckDBPyConnection
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def check(con: Con, *, run_id: str = "r1", sources: tuple[FeedSource, ...] = ()) -> QualityReport:
    return check_batch(con, run_id, sources=sources, as_of=T0)


def reasons(report: QualityReport) -> set[tuple[str, str]]:
    return {(row.record_id, row.reason) for row in report.quarantined}


def unmet(report: QualityReport) -> dict[tuple[str, str], str]:
    """(suite, expectation) -> severity of what was not met."""
    return {(r.suite, r.expectation): r.severity for r in report.results if not r.success}


def test_a_good_batch_meets_everything(home: Home, con: Con) -> None:
    home.load(con, [article("alpha"), article("beta", text="Nothing moved.", published_at=None)])
    report = check(con)
    assert unmet(report) == {} and report.quarantined == ()
    assert {result.suite for result in report.results} == {"articles", "moves", "sources", "languages"}
    assert all(result.advice for result in report.results)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"title": "", "text": ""}, "no-words"),
        ({"url": "javascript:alert(1)"}, "bad-url"),
        ({"url": "ftp://alpha.example/story"}, "bad-url"),
        ({"text": "Ada Love\ufffdlace le\ufffdaves Ba\ufffdbbage"}, "unreadable-text"),
        ({"text": "PK\x00\x03 not a text at all"}, "unreadable-text"),
        ({"published_at": T0 + 27 * HOUR}, "future-date"),
        ({"published_at": T0.replace(year=1970)}, "impossible-date"),
    ],
)
def test_a_bad_article_is_held_for_its_reason(bad: dict[str, Any], reason: str, home: Home, con: Con) -> None:
    wrong = replace(article("alpha"), **bad)
    home.load(con, [wrong, article("beta")], {})
    report = check(con)
    assert reasons(report) == {(wrong.article_id, reason)}
    assert set(unmet(report).values()) == {"warn"} and not report.stopped
    apply_report(con, report.results, report.quarantined, run_id="r1", as_of=T0)
    assert rows(con, "SELECT record_id, stage, kind, reason, source_id FROM quarantine") == [
        (wrong.article_id, "check", "article", reason, "alpha")
    ]
    assert rows(con, "SELECT source_id FROM articles") == [("beta",)]
    assert unmet(check(con)) == {}  # what is left is good


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda m: {"evidence": shifted(m)}, "evidence-mismatch"),
        (lambda m: {"person": "BABBAGE labs"}, "person-is-organisation"),
        (lambda m: {"person": "https://x.example"}, "person-is-no-name"),
        (lambda m: {"person": "1815"}, "person-is-no-name"),
        (lambda m: {"from_org": None}, "no-organisation"),
        (lambda m: {"to_org": "Babbage-Labs"}, "same-organisation"),
        (lambda m: {"date": "next week"}, "bad-date"),
        (lambda m: {"date": "2026-13"}, "bad-date"),
        (lambda m: {"date": "1852-11-27"}, "impossible-date"),
        (lambda m: {"date": "2031"}, "impossible-date"),
    ],
)
def test_a_bad_move_is_held_for_its_reason(
    spoil: Callable[[Move], dict[str, Any]], reason: str, home: Home, con: Con
) -> None:
    one, two = article("alpha"), article("beta")
    wrong = move(one, **spoil(move(one)))
    home.load(con, [one, two], {one.article_id: [wrong], two.article_id: [move(two)]})
    report = check(con)
    (held,) = report.quarantined
    assert (held.kind, held.reason, held.source_id) == ("move", reason, "alpha")
    assert not report.stopped
    apply_report(con, report.results, report.quarantined, run_id="r1", as_of=T0)
    assert rows(con, "SELECT person, article_id FROM moves") == [("Ada Lovelace", two.article_id)]
    assert rows(con, "SELECT count(*) FROM articles") == [(2,)]


def shifted(of: Move) -> Evidence:
    """Evidence whose quote stands one character further on."""
    return replace(of.evidence, start=of.evidence.start + 1, end=of.evidence.end + 1)


def test_many_bad_rows_stop_the_batch_and_few_do_not(home: Home, con: Con) -> None:
    """More than half of at least five: the batch itself is not to be trusted."""
    good = [article(f"good-{n}", text=f"Nothing moved at desk {n}.") for n in range(4)]
    bad = [replace(article(f"bad-{n}"), published_at=T0 + 5 * DAY, content_hash=f"b{n}") for n in range(5)]
    home.load(con, [*good, *bad[:4]], {})
    assert not check(con).stopped
    home.load(con, [bad[4]], {})
    report = check(con)
    assert unmet(report)[("articles", "nothing is published in the future")] == "stop"
    with pytest.raises(AuditStopped) as stopped:
        report.raise_if_stopped()
    line = str(stopped.value)
    assert "nothing is published in the future" in line and "5 of 9 rows" in line and "\n" not in line
    assert "embargoed" in line  # what to do


def test_what_a_person_released_is_not_held_for_that_reason_again(home: Home, con: Con) -> None:
    wrong = replace(article("alpha"), published_at=T0 + 5 * DAY, title="")
    home.load(con, [wrong], {})
    report = check(con)
    apply_report(con, report.results, report.quarantined, run_id="r1", as_of=T0)
    release_records(con, [wrong.article_id], by="ada", run_id="r1", as_of=T0)
    again = check(con)
    assert again.quarantined == () and unmet(again) == {}
    con.execute("UPDATE store.articles SET url = 'nonsense' WHERE article_id = ?", [wrong.article_id])
    assert reasons(check(con)) == {(wrong.article_id, "bad-url")}


def test_a_text_that_is_not_on_disk_stops(home: Home, con: Con) -> None:
    home.load(con, [article("alpha")])
    for path in home.articles_root.glob("*/*.parquet"):
        path.unlink()
    report = check(con)
    assert unmet(report)[("articles", "the text is on disk")] == "stop"
    with pytest.raises(AuditStopped, match="check the disk"):
        report.raise_if_stopped()


def test_a_text_that_is_there_twice_stops(home: Home, con: Con) -> None:
    """A file of texts that somebody copied within the folder doubles every row of it."""
    home.load(con, [article("alpha")])
    (path,) = home.articles_root.glob("*/*.parquet")
    shutil.copy(path, path.with_name("copy-of-" + path.name))
    found = unmet(check(con))
    assert found[("articles", "ids are unique")] == found[("moves", "ids are unique")] == "stop"


def test_a_move_without_its_article_stops(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    con.execute("DELETE FROM store.articles")
    assert unmet(check(con)) == {("moves", "every move has its article"): "stop"}


def source(name: str, **changes: Any) -> FeedSource:
    made: dict[str, Any] = {
        "id": name, "name": name, "url": f"https://{name}.example/rss", "lang": "en", "country": "US", "kind": "press",
    }  # fmt: skip
    return FeedSource(**{**made, **changes})


def poll(con: Con, *names: str, run_id: str = "r1", days_ago: float = 0, new: int = 6, lost: bool = False) -> None:
    """The polls of a run: each of these feeds brought so many new entries."""
    outcomes = [FeedOutcome(name, T0 - days_ago * DAY, "new", 200, 20, new, lost, "", 0.1) for name in names]
    write_outcomes(con, outcomes, {}, run_id)


def warned(report: QualityReport) -> dict[str, set[str]]:
    """Which sources miss which expectation."""
    found: dict[str, set[str]] = {}
    for result in report.results:
        if result.suite == "sources" and not result.success:
            assert result.severity == "warn" and result.failed_rows == 1
            found.setdefault(result.expectation, set()).add(result.subject)
    return found


@pytest.mark.parametrize(("entries", "met"), [(0, False), (12, True), (400, False)])
def test_volume_is_held_against_the_contract(entries: int, met: bool, home: Home, con: Con) -> None:
    """What the first poll found says nothing of the pace: three days later are counted."""
    home.load(con, [])
    poll(con, "agreed", "free", run_id="r0", days_ago=3, new=999)
    poll(con, "agreed", "free", new=entries)
    sources = (source("agreed", expect_per_day=(1.0, 20.0)), source("free"))
    assert warned(check(con, sources=sources)) == ({} if met else {"as many entries as agreed": {"agreed"}})


def test_a_source_that_went_stale_lags(home: Home, con: Con) -> None:
    home.load(
        con,
        [
            article("stale", published_at=T0 - 49 * HOUR),
            article("fresh", published_at=T0 - 47 * HOUR, text="Nothing moved today."),
        ],
    )
    poll(con, "stale", "fresh")
    sources = (source("stale", lag_hours=48), source("fresh", lag_hours=48))
    assert warned(check(con, sources=sources)) == {"as fresh as agreed": {"stale"}}


def test_missed_entries_are_named_with_their_source(home: Home, con: Con) -> None:
    home.load(con, [])
    poll(con, "quick", lost=True)
    poll(con, "slow", run_id="r0", days_ago=0.5, lost=True)  # of an earlier run
    report = check(con, sources=(source("quick"), source("slow")))
    assert warned(report) == {"no entries were missed": {"quick"}}
    (result,) = report.warnings
    assert "poll more often" in result.advice


def test_a_source_without_texts_without_dates_or_in_another_language_is_named(home: Home, con: Con) -> None:
    def stories(name: str, count: int = 6, **changes: Any) -> list[Article]:
        made = [article(f"{name}-{n}", text=f"Story {n} of {name}.") for n in range(count)]
        return [replace(a, source_id=name, **changes) for a in made]

    batch = [
        *stories("paywalled", completeness="summary"),
        *stories("dateless", published_at=None),
        *stories("foreign", lang="pt"),
        *stories("two-of-them", count=2, published_at=None, lang="pt", completeness="summary"),  # too few to tell
        *stories("well"),
    ]
    home.load(con, batch, {})
    names = ("paywalled", "dateless", "foreign", "two-of-them", "well")
    poll(con, *names)
    assert warned(check(con, sources=tuple(map(source, names)))) == {
        "articles have text": {"paywalled"},
        "articles have a date": {"dateless"},
        "articles are in the language of the feed": {"foreign"},
    }


@pytest.mark.parametrize(("share", "met"), [(0.3, True), (0.5, False)])
def test_a_mix_of_languages_that_drifts_is_said(share: float, met: bool, home: Home, con: Con) -> None:
    before = [article(f"old-{n}", text=f"Old story {n}.") for n in range(200)]
    now = [article(f"new-{n}", text=f"New {n}.", lang="pt" if n < 60 * share else "en") for n in range(60)]
    home.load(con, before, {}, run_id="r0", as_of=T0 - DAY)
    home.load(con, now, {}, run_id="r1")
    expected = {} if met else {("languages", "the mix of languages is as before"): "warn"}
    assert unmet(check(con)) == expected


def test_the_mix_says_nothing_of_a_small_batch(home: Home, con: Con) -> None:
    home.load(con, [article(f"old-{n}", text=f"Old story {n}.") for n in range(200)], {}, run_id="r0", as_of=T0 - DAY)
    home.load(con, [article(f"new-{n}", text=f"New {n}.", lang="pt") for n in range(20)], {}, run_id="r1")
    assert unmet(check(con)) == {}


def test_what_no_table_can_hold_is_refused_by_the_load_and_nothing_else_suffers(home: Home, con: Con) -> None:
    nameless = replace(article("alpha"), source_id="")
    orphan = move(article("beta"))
    home.load(con, [nameless, article("gamma")], {"0" * 16: [orphan]})
    held = rows(con, "SELECT kind, reason, detail FROM quarantine ORDER BY ALL")
    assert held == [
        ("article", "malformed", "an article needs an id and a source"),
        ("move", "orphan", "its article is not in the batch"),
    ]
    assert unmet(check(con)) == {}
