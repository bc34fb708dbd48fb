from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import duckdb

from include.records import FeedOutcome, FeedState
from include.warehouse.feeds import read_states, write_outcomes
from include.warehouse.runs import AppliedDecision, write_decisions, write_run
from tests.warehouse.build import T0, Home, article, rows

Con = duckdb.DuckDBPyConnection
STATE = FeedState(
    source_id="alpha", url="https://alpha.example/rss", etag='"1"', last_polled_at=T0, last_success_at=T0,
    next_due_at=T0 + timedelta(hours=6), failures=0.5, last_error="late", recent_ids=("a:1", "b:2"),
    source_url="https://alpha.example/rss",
)  # fmt: skip
OUTCOME = FeedOutcome("alpha", T0, "new", 200, 20, 3, True, "", 0.4, (("no-link", 2),))


def test_states_come_back_and_outcomes_show_in_source_health(home: Home, con: Con) -> None:
    write_outcomes(con, [OUTCOME], {"alpha": STATE}, "r1")
    write_outcomes(con, [OUTCOME], {"alpha": STATE}, "r1")
    assert read_states(con) == {"alpha": STATE}
    home.load(con, [article("alpha")])
    assert rows(
        con,
        "SELECT source_id, failures, last_error, polls_30d, failed_30d, new_items_30d, overlap_lost_30d, articles_30d, "
        "lag_hours_30d FROM source_health",
    ) == [("alpha", 0.5, "late", 1, 0, 3, 1, 1, 3.0)]
    assert rows(con, "SELECT dropped FROM store.feed_polls") == [({"no-link": 2},)]


def test_an_older_state_does_not_replace_a_newer_one(con: Con) -> None:
    write_outcomes(con, [], {"alpha": STATE}, "r1")
    older = replace(STATE, last_polled_at=T0 - timedelta(days=9), etag="old")
    write_outcomes(con, [], {"alpha": older}, "replay")
    assert read_states(con) == {"alpha": STATE}
    newer = replace(STATE, last_polled_at=T0 + timedelta(days=1), etag=None)
    write_outcomes(con, [], {"alpha": newer}, "r2")
    assert read_states(con) == {"alpha": newer}


def test_a_run_is_recorded_once_with_its_totals(home: Home, con: Con) -> None:
    home.load(con, [article("alpha"), article("beta")])
    write_run(con, "r1", as_of=T0, detector="rules/1", counts={"articles": 1})
    write_run(con, "r1", as_of=T0, detector="rules/1", counts={"articles": 2})
    assert rows(con, "FROM runs") == [
        ("r1", T0.replace(tzinfo=None), 1, "rules/1", {"articles": 2, "articles_total": 2, "moves_total": 2})
    ]


def test_decisions_are_logged_once(con: Con) -> None:
    decision = AppliedDecision("d1", "set", "e1", "ada", "wrong date", T0, {"field": "date", "value": "2026-11"})
    write_decisions(con, [decision], "r1")
    write_decisions(con, [decision], "r2")
    assert rows(con, "SELECT decision_id, author, payload->>'field', run_id FROM store.decisions") == [
        ("d1", "ada", "date", "r1")
    ]
