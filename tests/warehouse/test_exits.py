from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.flag.exodus import exit_day, list_exits
from include.records import Quarantined, StatusChange
from include.warehouse.events import write_events
from include.warehouse.exits import count_exits_before, find_exits_after, read_judged_exits, replace_exits
from include.warehouse.quarantine import apply_report
from tests.warehouse.build import T0, Home, event, flag, rows

Con = duckdb.DuckDBPyConnection
DAY = timedelta(days=1)
DATES = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
LEFT = ("announced", "effective", "reported")


@pytest.fixture(scope="module")
def day_of(tmp_path_factory: pytest.TempPathFactory) -> Con:
    """A connection that has the macro exit_day."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.begin("r1")
    return duckdb.connect(str(home.work_path("r1")), read_only=True)


@given(
    stated=st.none() | st.dates(date(2020, 1, 1), date(2027, 12, 31)),
    precision=st.sampled_from(sorted(DATES)),
    focus=st.sampled_from(["main", "background"]),
    reported=st.none() | st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
)
def test_the_database_dates_an_exit_as_the_program_does(
    day_of: Con, stated: date | None, precision: str, focus: str, reported: datetime | None
) -> None:
    text = stated.strftime(DATES[precision]) if stated else None
    one = event("x", date=text, date_precision=precision if stated else "none", focus=focus, first_reported_at=reported)
    stored = reported.replace(tzinfo=None) if reported else None
    found = rows(day_of, "SELECT exit_day($1, $2, $3, $4::TIMESTAMP)", [text, one.date_precision, one.focus, stored])
    assert found == [(exit_day(one),)]


def test_exits_are_those_of_the_departures_that_are_believed(con: Con) -> None:
    ours, theirs = event("x"), event("y", status="rumoured")
    assert replace_exits(con, [], list_exits([ours, theirs])) == [
        (None, one) for one in sorted(list_exits([ours, theirs]), key=lambda one: one.event_id)
    ]
    assert replace_exits(con, [ours.event_id], list_exits([ours])) == []
    (before,) = list_exits([ours])
    (after,) = list_exits([replace(ours, date="2026-11-02")])
    assert replace_exits(con, [ours.event_id, theirs.event_id], [after]) == sorted(
        [(before, after), (list_exits([theirs])[0], None)], key=lambda pair: pair[0].event_id
    )
    assert rows(con, "SELECT event_id, day FROM store.exits") == [(ours.event_id, date(2026, 11, 2))]
    unbelieved = [replace(ours, review="rejected"), replace(ours, kind="arrival"), replace(ours, merged_into="e")]
    assert list_exits(unbelieved) == []


def test_who_left_before_and_after_is_looked_for_in_one_organisation(con: Con) -> None:
    days = {"a": "2026-10-21", "b": "2026-10-22", "c": "2026-11-20", "d": "2026-11-20", "e": "2026-11-21"}
    events = {name: event(name, date=day, person_id=f"p-{name}") for name, day in days.items()}
    events["d"] = replace(events["d"], from_org_id="o-other")
    events["again"] = event("again", date="2026-11-01", person_id="p-c")
    events["rumour"] = event("rumour", date="2026-11-01", status="rumoured")
    names = {one.event_id: name for name, one in events.items()}
    replace_exits(con, [], list_exits(events.values()))
    found = find_exits_after(con, [("o-babbage", date(2026, 10, 22))], days=30)
    assert {names[key] for key in found} == {"b", "c", "again", "rumour"}
    counts = count_exits_before(con, list(names), days=30, statuses=LEFT)
    assert {names[key]: count for key, count in counts.items()} == {
        "b": 1, "c": 1, "again": 2, "rumour": 3, "e": 1,
    }  # fmt: skip
    judged = read_judged_exits(con, since=date(2026, 11, 21), until=date(2026, 11, 30), reach=20)
    assert {names[one.event_id] for one in judged} == {"c", "e", "again", "rumour"}


def test_an_event_that_the_audit_holds_gives_its_exit_back(home: Home) -> None:
    change = StatusChange("announced", T0, None, "first report")
    before = event("x", date="2026-11-10", history=(change,))
    with home.run("r1") as con:
        write_events(con, [before], {before.event_id: flag(before)}, None, run_id="r1", as_of=T0)
        replace_exits(con, [], list_exits([before]))
    with home.run("r2", T0 + DAY) as con:
        after, fresh = replace(before, date="2026-11-20"), event("y", date="2026-11-15")
        con.execute(
            "INSERT INTO store.exodus BY NAME SELECT 'o' AS organisation_id, 'O' AS organisation, d AS window_start, "
            "d AS window_end, 1 AS observed, 1 AS expected, 1 AS p_value, 1 AS q_value, FALSE AS significant, "
            "[] AS people, [] AS event_ids, 'r1' AS run_id FROM (VALUES (DATE '2026-11-09'), ('2026-11-10')) t(d)"
        )
        write_events(con, [after, fresh], {}, None, run_id="r2", as_of=T0 + DAY)
        replace_exits(con, [before.event_id], list_exits([after, fresh]))
        held = [Quarantined(one.event_id, "audit", "event", "bad", "") for one in (after, fresh)]
        apply_report(con, [], held, run_id="r2", as_of=T0 + DAY)
        assert rows(con, "SELECT event_id, day, observed_since FROM store.exits") == [
            (before.event_id, date(2026, 11, 10), T0.date())
        ]
        assert rows(con, "SELECT window_end, stale FROM store.exodus ORDER BY ALL") == [
            (date(2026, 11, 9), False), (date(2026, 11, 10), True),
        ]  # fmt: skip
