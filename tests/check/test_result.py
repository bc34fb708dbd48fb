"""Bad rows of every kind among events and flags: held, warned of, or the end of the run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
import pytest

from include.check.report import QualityReport
from include.check.suites import audit_result
from include.records import Event, Term
from include.warehouse.events import write_events
from include.warehouse.quarantine import apply_report
from include.warehouse.runs import write_run
from tests.warehouse.build import T0, Home, article, event, flag, only_move, rows

Con = duckdb.DuckDBPyConnection
DAY = timedelta(days=1)


def audit(con: Con) -> QualityReport:
    return audit_result(con, "r1", as_of=T0)


def unmet(report: QualityReport) -> dict[str, str]:
    """Expectation -> severity of what was not met."""
    return {result.expectation: result.severity for result in report.results if not result.success}


def stored_moves(home: Home, con: Con, *names: str) -> list[str]:
    articles = [article(name) for name in names]
    home.load(con, articles)
    return [only_move(each) for each in articles]


def write(con: Con, *events: Event, flagged: bool = True) -> None:
    flags = {each.event_id: flag(each) for each in events} if flagged else {}
    write_events(con, events, flags, None, run_id="r1", as_of=T0)


def test_good_events_meet_everything(home: Home, con: Con) -> None:
    one, two = stored_moves(home, con, "alpha", "beta")
    write(con, event("x", [one]), event("y", [two], person="Grace Hopper"))
    report = audit(con)
    assert unmet(report) == {} and report.quarantined == ()
    assert {result.suite for result in report.results} == {"events", "flags", "totals"}
    assert all(result.advice for result in report.results)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"person": "Babbage-LABS"}, "person-is-organisation"),
        ({"to_org": "Ada  Lovelace", "to_org_id": "o-ada"}, "person-is-organisation"),
        ({"announced_on": "2026-11-20", "effective_on": "2026-05-01"}, "announced-after-effective"),
    ],
)
def test_a_bad_event_is_held_and_what_was_believed_before_stands(
    changes: dict[str, Any], reason: str, home: Home, con: Con
) -> None:
    (one,) = stored_moves(home, con, "alpha")
    good = event("x", [one])
    write_events(con, [good], {good.event_id: flag(good)}, None, run_id="r0", as_of=T0 - DAY)
    write(con, event("x", [one], **changes), flagged=False)
    report = audit(con)
    assert [(row.record_id, row.stage, row.kind, row.reason) for row in report.quarantined] == [
        (good.event_id, "audit", "event", reason)
    ]
    assert not report.stopped
    apply_report(con, report.results, report.quarantined, run_id="r1", as_of=T0)
    assert rows(con, "SELECT person, to_org, effective_on, flagged FROM events") == [("Ada Lovelace", None, None, True)]


@pytest.mark.parametrize("effective", ["2026-06-01", "2026-05", "2026-12-31", None])
def test_filings_may_name_the_last_day_half_a_year_later(effective: str | None, home: Home, con: Con) -> None:
    (one,) = stored_moves(home, con, "alpha")
    write(con, event("x", [one], announced_on="2026-11-20", effective_on=effective))
    assert unmet(audit(con)) == {}


def test_a_second_departure_without_a_return_is_warned_of(home: Home, con: Con) -> None:
    first, second, back = stored_moves(home, con, "alpha", "beta", "gamma")
    leaving = event("x", [first], person_id="p-ada", announced_on="2024-02-20", effective_on="2024-03-01")
    again = event("y", [second], person_id="p-ada", effective_on="2026-11-20")
    write(con, leaving, again)
    report = audit(con)
    assert unmet(report) == {"nobody leaves twice without returning": "warn"}
    assert report.quarantined == ()  # either may be the right one: a person decides
    (warning,) = report.warnings
    assert warning.failed_rows == 2 and "review merge" in warning.advice
    returned = event(
        "z", [back], kind="return", person_id="p-ada", from_org_id=None, from_org=None, to_org_id="o-babbage",
        to_org="Babbage Labs", announced_on="2025-05-20", effective_on="2025-06-01",
    )  # fmt: skip
    write(con, returned)
    assert unmet(audit(con)) == {}


def test_a_denied_second_departure_is_none(home: Home, con: Con) -> None:
    first, second = stored_moves(home, con, "alpha", "beta")
    write(con, event("x", [first], person_id="p-ada"), event("y", [second], person_id="p-ada", status="denied"))
    assert unmet(audit(con)) == {}


def spoil_unknown_move(con: Con, one: str, two: str) -> None:
    write(con, event("x", ["0" * 16]))
    con.execute("DELETE FROM store.move_links")


def spoil_shared_move(con: Con, one: str, two: str) -> None:
    write(con, event("x", [one]))
    con.execute("UPDATE store.event_versions SET move_ids = [?, ?]", [one, two])
    write(con, event("y", [two], person="Grace Hopper"))


def spoil_double_version(con: Con, one: str, two: str) -> None:
    write(con, event("x", [one]))
    con.execute("INSERT INTO store.event_versions BY NAME SELECT * REPLACE (9 AS version) FROM store.event_versions")


def spoil_origins(con: Con, one: str, two: str) -> None:
    write(con, event("x", [one], origins=0))


@pytest.mark.parametrize(
    ("spoil", "expectation"),
    [
        (spoil_unknown_move, "every event has its evidence"),
        (spoil_shared_move, "no move is in two events"),
        (spoil_double_version, "ids are unique"),
        (spoil_origins, "reported by someone"),
    ],
)
def test_a_broken_rule_of_the_warehouse_stops(spoil: Any, expectation: str, home: Home, con: Con) -> None:
    spoil(con, *stored_moves(home, con, "alpha", "beta"))
    report = audit(con)
    assert unmet(report)[expectation] == "stop" and report.stopped


def test_a_score_that_its_terms_do_not_explain_stops(home: Home, con: Con) -> None:
    (one,) = stored_moves(home, con, "alpha")
    made = event("x", [one])
    wrong = flag(made, terms=(Term("seniority", "Chief Scientist", 60.0, one),))
    write_events(con, [made], {made.event_id: wrong}, None, run_id="r1", as_of=T0)
    assert unmet(audit(con)) == {"the terms add up to the score": "stop"}


@pytest.mark.parametrize(
    ("changes", "expectation"),
    [
        ({"move_ids": ()}, "what is flagged can be proved"),
        ({"review": "rejected"}, "what a person rejected is not flagged"),
    ],
)
def test_a_flag_that_must_not_be_stops(changes: dict[str, Any], expectation: str, home: Home, con: Con) -> None:
    (one,) = stored_moves(home, con, "alpha")
    write(con, event("x", [one], **changes))
    assert unmet(audit(con))[expectation] == "stop"


def test_orphans_of_earlier_runs_are_warned_of(home: Home, con: Con) -> None:
    """They were published long ago: refusing every run from now on would help nobody."""
    one, _ = stored_moves(home, con, "alpha", "beta")
    write_events(con, [event("x", [one])], {}, None, run_id="r0", as_of=T0 - DAY)
    assert unmet(audit(con)) == {}
    con.execute("DELETE FROM store.articles WHERE source_id = 'beta'")
    assert unmet(audit(con)) == {"no move is without its article": "warn"}
    con.execute("DELETE FROM store.event_versions")
    report = audit(con)
    assert unmet(report) == {"no move is without its article": "warn", "no link leads nowhere": "warn"}
    assert {warning.failed_rows for warning in report.warnings} == {1}


def test_orphans_are_found_where_only_the_run_can_have_made_some(home: Home, con: Con) -> None:
    """After a run without orphans, and where no article has gone since, the moves of the run alone are looked at."""
    home.load(con, [article("alpha"), article("beta")], run_id="r0", as_of=T0 - DAY)
    apply_report(con, audit_result(con, "r0", as_of=T0 - DAY).results, [], run_id="r0", as_of=T0 - DAY)
    write_run(con, "r0", as_of=T0 - DAY, detector="test/1", counts={})
    stored_moves(home, con, "gamma", "delta")
    assert unmet(audit(con)) == {}
    con.execute("UPDATE store.moves SET article_id = 'gone' WHERE move_id = ?", [only_move(article("delta"))])
    assert unmet(audit(con)) == {"no move is without its article": "warn"}
    con.execute("DELETE FROM store.moves WHERE article_id = 'gone'")
    assert unmet(audit(con)) == {}
    con.execute("DELETE FROM store.articles WHERE source_id = 'alpha'")  # of the run before
    assert unmet(audit(con)) == {"no move is without its article": "warn"}


def test_articles_that_are_fewer_than_before_stop(home: Home, con: Con) -> None:
    home.load(con, [article("alpha"), article("beta")])
    write_run(con, "r0", as_of=T0 - DAY, detector="test/1", counts={})
    con.execute("DELETE FROM store.articles WHERE source_id = 'beta'")
    con.execute("DELETE FROM store.moves")
    assert unmet(audit(con)) == {"no articles were lost": "stop"}


@pytest.mark.parametrize(("flagged", "met"), [(20, True), (40, False)])
def test_a_board_of_everything_is_warned_of(flagged: int, met: bool, home: Home, con: Con) -> None:
    moves = stored_moves(home, con, *(f"desk-{n}" for n in range(50)))
    events = [event(f"e{n}", [move], person=f"Person {n}") for n, move in enumerate(moves)]
    flags = {e.event_id: flag(e, 70.0 if n < flagged else 10.0) for n, e in enumerate(events)}
    write_events(con, events, flags, None, run_id="r1", as_of=T0)
    assert unmet(audit(con)) == ({} if met else {"flags are few": "warn"})
