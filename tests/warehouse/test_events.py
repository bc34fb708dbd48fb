from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb

from include.records import ExodusWindow, StatusChange
from include.warehouse.events import (
    find_event_ids,
    read_due_events,
    read_events,
    read_events_of,
    read_flags,
    read_people_of,
    resolve_event_ids,
    write_events,
)
from tests.warehouse.build import T0, Home, article, event, flag, move, only_move, rows

Con = duckdb.DuckDBPyConnection
DAY = timedelta(days=1)


def store_articles(home: Home, con: Con, *names: str) -> list[str]:
    """Load one article a name; the ids of their moves."""
    articles = [article(name) for name in names]
    home.load(con, articles)
    return [only_move(a) for a in articles]


def history(con: Con) -> list[tuple[object, ...]]:
    return rows(
        con, "SELECT version, status, known_from, known_to, cause FROM event_history ORDER BY event_id, version"
    )


def test_an_event_comes_back_as_it_was_written(home: Home, con: Con) -> None:
    moves = store_articles(home, con, "alpha", "beta")
    change = StatusChange("announced", T0 - DAY, moves[0], "first report")
    whole = event(
        "x", moves, history=(change,), languages=("en", "zh-Hant"), role_family="chief", acting=True,
        reason_stated="resigned", successor="Grace Hopper", destination_kind="rival", group_event_ids=("e1",),
        confidence=0.75, review="approved", to_org_id="o-x", to_org="奥特曼", effective_on="2026-12",
    )  # fmt: skip
    report = write_events(con, [whole], {whole.event_id: flag(whole)}, None, run_id="r1", as_of=T0)
    assert report.created == (whole.event_id,)
    assert read_events(con, [whole.event_id]) == [whole]
    assert read_flags(con, [whole.event_id]) == {whole.event_id: flag(whole)}
    assert rows(con, "SELECT event_id, person, score, flagged FROM notable_departures") == [
        (whole.event_id, "Ada Lovelace", 70.0, True)
    ]
    assert rows(con, "SELECT feature, value, points, move_id FROM reasons") == [
        ("seniority", "Chief Scientist", 70.0, moves[0])
    ]
    assert rows(con, 'SELECT quote, field, start, "end", stance FROM evidence ORDER BY move_id')[0] == (
        "Ada Lovelace leaves Babbage Labs.", "text", 0, 33, "supports",
    )  # fmt: skip
    assert rows(con, "SELECT status, move_id, cause FROM status_changes") == [("announced", moves[0], "first report")]


def test_writing_the_same_again_changes_nothing(home: Home, con: Con) -> None:
    moves = store_articles(home, con, "alpha", "beta")
    one = event("x", moves)
    write_events(con, [one], {}, None, run_id="r1", as_of=T0)
    report = write_events(con, [replace(one, move_ids=moves[::-1])], {}, None, run_id="r2", as_of=T0 + DAY)
    assert (report.created, report.changed, report.merged) == ((), (), ())
    assert history(con) == [(1, "announced", T0.replace(tzinfo=None), None, "first report")]


def test_a_change_is_a_new_version_and_nothing_is_overwritten(home: Home, con: Con) -> None:
    moves = store_articles(home, con, "alpha")
    one = event("x", moves, status="rumoured")
    write_events(con, [one], {}, None, run_id="r1", as_of=T0)
    confirmed = replace(one, status="announced", to_org="Analytical Society", origins=2)
    assert write_events(con, [confirmed], {}, None, run_id="r2", as_of=T0 + DAY).changed == (one.event_id,)
    assert history(con) == [
        (1, "rumoured", T0.replace(tzinfo=None), (T0 + DAY).replace(tzinfo=None), "first report"),
        (2, "announced", (T0 + DAY).replace(tzinfo=None), None, "to_org, status, origins"),
    ]
    as_of = "SELECT status, to_org FROM events_as_of(?)"
    assert rows(con, as_of, [T0 - DAY]) == []
    assert rows(con, as_of, [T0.replace(tzinfo=None)]) == [("rumoured", None)]
    assert rows(con, as_of, [(T0 + DAY).replace(tzinfo=None)]) == [("announced", "Analytical Society")]


def test_a_new_score_alone_is_a_version_too(home: Home, con: Con) -> None:
    one = event("x", store_articles(home, con, "alpha"))
    write_events(con, [one], {one.event_id: flag(one, 40)}, None, run_id="r1", as_of=T0)
    write_events(con, [one], {one.event_id: flag(one, 60)}, None, run_id="r2", as_of=T0 + DAY)
    assert rows(con, "SELECT score, flagged, cause FROM event_history ORDER BY version") == [
        (40.0, False, "first report"),
        (60.0, True, "score, flagged, terms"),
    ]


def test_a_step_that_runs_again_replaces_what_it_wrote(home: Home, con: Con) -> None:
    one = event("x", store_articles(home, con, "alpha"), status="rumoured")
    write_events(con, [one], {}, None, run_id="r1", as_of=T0)
    later = {"run_id": "r2", "as_of": T0 + DAY}
    write_events(con, [replace(one, status="denied")], {}, None, **later)  # type: ignore[arg-type]
    write_events(con, [replace(one, status="announced")], {}, None, **later)  # type: ignore[arg-type]
    assert [(version, status, cause) for version, status, _, _, cause in history(con)] == [
        (1, "rumoured", "first report"),
        (2, "announced", "status"),
    ]
    write_events(con, [one], {}, None, **later)  # type: ignore[arg-type]
    assert [row[:2] for row in history(con)] == [(1, "rumoured")]
    assert rows(con, "SELECT known_to, closed_by FROM store.event_versions") == [(None, None)]


def test_known_time_never_runs_backwards(home: Home, con: Con) -> None:
    one = event("x", store_articles(home, con, "alpha"))
    write_events(con, [one], {}, None, run_id="r1", as_of=T0)
    write_events(con, [replace(one, status="denied")], {}, None, run_id="backfill", as_of=T0 - 30 * DAY)
    at = T0.replace(tzinfo=None)
    assert [(start, end) for _, _, start, end, _ in history(con)] == [(at, at), (at, None)]
    assert rows(con, "SELECT status FROM events_as_of(?)", [at]) == [("denied",)]


def test_an_event_that_went_into_another_leaves_its_id(home: Home, con: Con) -> None:
    moves = store_articles(home, con, "alpha", "beta")
    first, second = event("x", moves[:1]), event("y", moves[1:])
    write_events(con, [first, second], {}, None, run_id="r1", as_of=T0)
    gone = replace(second, merged_into=first.event_id, move_ids=())
    one = replace(first, move_ids=tuple(moves))
    report = write_events(con, [one, gone], {}, None, run_id="r2", as_of=T0 + DAY)
    assert (report.changed, report.merged) == ((first.event_id,), (second.event_id,))
    assert rows(con, "SELECT event_id FROM events") == [(first.event_id,)]
    assert rows(con, "SELECT DISTINCT event_id FROM evidence") == [(first.event_id,)]
    assert resolve_event_ids(con, [second.event_id, "unknown"]) == {
        second.event_id: first.event_id,
        "unknown": "unknown",
    }
    assert [found.event_id for found in read_events(con, [second.event_id])] == [first.event_id]
    assert len(rows(con, "SELECT * FROM event_history WHERE event_id = ?", [second.event_id])) == 1
    write_events(con, [first, second], {}, None, run_id="r3", as_of=T0 + 2 * DAY)  # a person splits them again
    assert resolve_event_ids(con, [second.event_id]) == {second.event_id: second.event_id}
    assert rows(con, "SELECT version, cause FROM event_history WHERE event_id = ? ORDER BY 1", [second.event_id]) == [
        (1, "first report"),
        (2, "restored"),
    ]


def test_moves_that_an_event_no_longer_has_are_free(home: Home, con: Con) -> None:
    moves = store_articles(home, con, "alpha", "beta")
    one = event("x", moves)
    write_events(con, [one], {}, None, run_id="r1", as_of=T0)
    write_events(con, [replace(one, move_ids=(moves[0],))], {}, None, run_id="r2", as_of=T0 + DAY)
    assert rows(con, "SELECT event_id FROM moves ORDER BY move_id = ?", [moves[1]]) == [(one.event_id,), (None,)]


def test_a_taken_down_event_is_in_no_view(home: Home, con: Con) -> None:
    one = event("x", store_articles(home, con, "alpha"), review="taken-down")
    write_events(con, [one], {one.event_id: flag(one)}, None, run_id="r1", as_of=T0)
    for view in ("events", "departures", "notable_departures", "event_history", "reasons", "status_changes"):
        assert rows(con, f"SELECT * FROM {view}") == []
    assert rows(con, "SELECT * FROM events_as_of('2027-01-01')") == []


def test_what_merging_and_scoring_read(home: Home, con: Con) -> None:
    moves = store_articles(home, con, "alpha", "beta")
    ours = event("x", moves[:1], status="announced", effective_on="2026-11-20")
    later = event("y", moves[1:], person_id="p-later", from_org_id="o-other", effective_on="2026-12-24")
    rejected = event("z", [], review="rejected")
    arrival = event("w", [], kind="arrival", status="reported")
    write_events(con, [ours, later, rejected, arrival], {}, None, run_id="r1", as_of=T0)
    assert {found.event_id for found in read_events_of(con, [ours.person_id])} == {ours.event_id}
    assert read_people_of(con, [later.event_id, "e-none"]) == {"p-later"}
    assert find_event_ids(con, [rejected.event_id, "e-none"]) == {rejected.event_id}
    assert read_due_events(con, T0) == [ours.event_id]
    assert read_due_events(con, T0 + 60 * DAY) == sorted([ours.event_id, later.event_id])


def test_evidence_that_denies_is_told_apart(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one], {one.article_id: [move(one, status="denied")]})
    denied = event("x", [only_move(one)], status="denied")
    write_events(con, [denied], {}, None, run_id="r1", as_of=T0)
    assert rows(con, "SELECT stance FROM evidence") == [("denies",)]


def test_exodus_windows_are_replaced(home: Home, con: Con) -> None:
    window = ExodusWindow(
        "o-babbage", "Babbage Labs", "2026-10-22", "2026-11-21", 4, 0.5, 0.001, 0.01, True, ("Ada",), ("e1",),
        laid_off=("Bob",), apart_event_ids=("e2",),
    )  # fmt: skip
    write_events(con, [], {}, [window], run_id="r1", as_of=T0)
    write_events(con, [], {}, [replace(window, observed=5)], run_id="r1", as_of=T0)
    assert rows(con, "SELECT organisation, window_end::VARCHAR, observed, people, laid_off, undated FROM exodus") == [
        ("Babbage Labs", "2026-11-21", 5, ["Ada"], ["Bob"], [])
    ]
    write_events(con, [], {}, None, run_id="r2", as_of=T0)
    assert len(rows(con, "FROM exodus")) == 1
    later = replace(window, window_start="2026-10-24", window_end="2026-11-23")
    write_events(con, [], {}, [later], run_id="r2", as_of=T0, windows_since=date(2026, 11, 22))
    assert rows(con, "SELECT window_end::VARCHAR, run_id FROM exodus ORDER BY ALL") == [
        ("2026-11-21", "r1"), ("2026-11-23", "r2"),
    ]  # fmt: skip
    write_events(con, [], {}, [], run_id="r3", as_of=T0, windows_since=date(2026, 11, 22))
    assert rows(con, "SELECT run_id FROM exodus") == [("r1",)]


def test_talent_flow_counts_people_by_quarter_and_leaves_rumours_out(home: Home, con: Con) -> None:
    to = {"to_org_id": "o-y", "to_org": "Y"}
    events = [
        event("a", [], effective_on="2026-09-30", **to),
        event("b", [], effective_on="2026-10", announced_on="2026-09-01", **to),
        event("c", [], effective_on="2026", announced_on="2026-11-02", **to),
        event("d", [], status="rumoured", **to),
        event("e", [], status="denied", **to),
        event("f", [], review="rejected", **to),
        event("g", [], person_id="p-b", kind="arrival", effective_on="2026-10-01", **to),
        event("h", [], person_id="p-a", kind="arrival", effective_on="2026-12-01", **to),  # is already counted as a
        event("i", [], focus="background", effective_on="2026-09-02", **to),
        event("j", [], focus="background", announced_on=None, **to),  # recalled without a day
    ]
    write_events(con, events, {}, None, run_id="r1", as_of=T0)
    flow = rows(con, "SELECT quarter, from_org, to_org, people FROM talent_flow ORDER BY quarter")
    assert flow == [("2026-Q3", "Babbage Labs", "Y", 2), ("2026-Q4", "Babbage Labs", "Y", 2)]
    balance = rows(
        con, "SELECT quarter, organisation, came, went, net FROM talent_balance ORDER BY quarter, organisation"
    )
    assert balance == [
        ("2026-Q3", "Babbage Labs", 0, 2, -2),
        ("2026-Q3", "Y", 2, 0, 2),
        ("2026-Q4", "Babbage Labs", 0, 2, -2),
        ("2026-Q4", "Y", 2, 0, 2),
    ]
