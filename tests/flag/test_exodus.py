"""Exodus: found where it is, and nowhere else."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.flag.exodus import WINDOW_DAYS, exit_day, find_exodus, list_exits, tail_probability
from include.records import Event, ExodusWindow
from tests.flag.build import event

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
START = date(2024, 10, 1)


def leaves(person: str, organisation: str, day: date | str, **fields: object) -> Event:
    return event(
        person, organisation, **{"date": str(day), "reported": None, "event_id": f"e-{person}-{organisation}", **fields}
    )


def history(quiet: int = 20, seed: int = 7) -> list[Event]:
    """15 months: organisations that lose one every two months, and OpenAI, which loses eight in three weeks."""
    dice = random.Random(seed)
    events = []
    for number in range(quiet):
        day = START + timedelta(days=dice.randrange(60))
        while day < AS_OF.date():
            events.append(leaves(f"P{number} {day}", f"Quiet {number}", day))
            day += timedelta(days=40 + dice.randrange(40))
    for number in range(4):
        events.append(leaves(f"Early {number}", "OpenAI", START + timedelta(days=20 + 90 * number)))
    events += [
        leaves(f"Late {number}", "OpenAI", date(2025, 11, 1) + timedelta(days=3 * number)) for number in range(8)
    ]
    return events


def alarms(windows: Iterable[ExodusWindow]) -> set[str]:
    return {window.organisation for window in windows if window.significant}


def test_the_exodus_is_found_and_no_quiet_organisation_is() -> None:
    windows = find_exodus(list_exits(history()), as_of=AS_OF)
    assert alarms(windows) == {"OpenAI"}
    peak = max((w for w in windows if w.organisation == "OpenAI"), key=lambda w: w.observed)
    assert (peak.observed, peak.window_end) == (8, "2025-11-22")
    assert peak.expected < 1
    assert peak.people[0] == "Late 0"
    assert len(peak.event_ids) == 8


def test_every_window_of_history_is_judged() -> None:
    events = history()
    windows = find_exodus(list_exits(events), as_of=AS_OF)
    days = {(event.from_org, exit_day(event)) for event in events}
    assert {(w.organisation, date.fromisoformat(w.window_end)) for w in windows} == days
    assert all(
        (date.fromisoformat(w.window_end) - date.fromisoformat(w.window_start)).days == WINDOW_DAYS - 1 for w in windows
    )


def test_what_is_not_yet_does_not_count() -> None:
    assert find_exodus(list_exits(history()), as_of=datetime(2025, 10, 1, tzinfo=UTC)) == find_exodus(
        list_exits(e for e in history() if exit_day(e) <= date(2025, 10, 1)), as_of=AS_OF
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"reason_stated": "laid-off"},
        {"status": "rumoured"},
        {"status": "denied"},
        {"kind": "leave"},
        {"date": None, "date_precision": "none", "focus": "background"},
    ],
)
def test_layoffs_rumours_leaves_and_undated_history_do_not_count(changes: dict[str, object]) -> None:
    events = [leaves(f"Late {n}", "OpenAI", date(2025, 11, 1) + timedelta(days=n), **changes) for n in range(8)]
    assert alarms(find_exodus(list_exits(events), as_of=AS_OF)) == set()


def test_layoffs_and_undated_history_are_listed_apart() -> None:
    events = [
        leaves("Left", "OpenAI", date(2025, 11, 3)),
        *(leaves(f"Cut {n}", "OpenAI", date(2025, 11, 5), reason_stated="laid-off") for n in range(6)),
        event("Once", "OpenAI", focus="background", reported="2025-11-04"),
        event("Long ago", "OpenAI", focus="background", reported="2025-03-04"),
        leaves("Dead", "OpenAI", date(2025, 11, 4), reason_stated="died"),
    ]
    first, last = find_exodus(list_exits(events), as_of=AS_OF)
    assert (first.window_end, first.people, first.laid_off, first.undated) == ("2025-11-03", ("Left",), (), ())
    assert (last.window_end, last.observed, last.people) == ("2025-11-05", 1, ("Left",))
    assert last.laid_off == tuple(f"Cut {n}" for n in range(6))
    assert last.undated == ("Once",)
    assert len(last.apart_event_ids) == 7
    assert not {"e-Left-OpenAI"} & set(last.apart_event_ids)


def test_two_people_are_no_exodus_and_one_person_counts_once() -> None:
    two = [leaves(f"P{n}", "OpenAI", date(2025, 11, 1 + n)) for n in range(2)]
    assert alarms(find_exodus(list_exits(two), as_of=AS_OF)) == set()
    same = [leaves("P", "OpenAI", date(2025, 11, 1 + n), event_id=f"e-{n}") for n in range(5)]
    assert max(w.observed for w in find_exodus(list_exits(same), as_of=AS_OF)) == 1


def test_an_organisation_that_always_loses_many_is_not_alarming() -> None:
    day, events = START, []
    while day < AS_OF.date():
        events += [leaves(f"P {day} {n}", "OpenAI", day) for n in range(2)]
        day += timedelta(days=10)
    assert alarms(w for w in find_exodus(list_exits(events), as_of=AS_OF) if w.window_end > "2025-06-01") == set()


def test_a_monitor_that_began_last_month_expects_less_surely() -> None:
    events = [leaves(f"P{n}", "OpenAI", date(2025, 12, 1 + n)) for n in range(4)]
    long, short = (
        find_exodus(list_exits(events), as_of=AS_OF, observed_since=since) for since in (None, date(2025, 11, 1))
    )
    assert short[-1].p_value > long[-1].p_value
    assert short[-1].expected > long[-1].expected


def test_figures_of_the_reference() -> None:
    assert tail_probability(2, 0, 12) == pytest.approx(0.002, abs=5e-5)
    assert tail_probability(7, 4, 12) == pytest.approx(1.5e-6, rel=0.05)


@pytest.fixture(scope="module")
def nbinom() -> Any:
    """The distribution itself; a second of import for one test, which no other process of a test run has to wait."""
    from scipy.stats import nbinom

    return nbinom


@given(st.integers(0, 60), st.integers(0, 200), st.floats(0.1, 12.5))
def test_the_tail_is_that_of_the_negative_binomial(nbinom: Any, observed: int, baseline: int, months: float) -> None:
    shape, rate = 0.5 + baseline, 1.0 + months
    expected = nbinom.sf(observed - 1, shape, rate / (rate + 1)) if observed else 1.0
    assert tail_probability(observed, baseline, months) == pytest.approx(expected, rel=1e-6, abs=1e-300)


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"date": "2025-05-03"}, date(2025, 5, 3)),
        ({"date": "2025-05"}, date(2025, 5, 15)),
        ({"date": "2025-05", "reported": "2025-05-20"}, date(2025, 5, 20)),
        ({"date": "2025"}, None),
        ({"date": "2025", "reported": "2025-05-20"}, date(2025, 5, 20)),
        ({"reported": "2025-05-20"}, date(2025, 5, 20)),
        ({"reported": "2025-05-20", "focus": "background"}, None),
        ({}, None),
    ],
)
def test_the_day_that_counts(fields: dict[str, object], day: date | None) -> None:
    assert exit_day(event("Ana Roe", "OpenAI", **{"reported": None, **fields})) == day
