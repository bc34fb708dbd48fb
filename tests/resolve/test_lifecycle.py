"""The life of a status: rumour, report, announcement, denial, effect."""

from __future__ import annotations

from datetime import UTC, datetime

from include.records import Event
from tests.resolve.build import one, resolve, told


def statuses(event: Event) -> list[str]:
    return [change.status for change in event.history]


def test_rumour_report_announcement() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", status="announced", published="2025-05-03"),
        told("departure", "Ana Roe", "Foo", status="rumoured", published="2025-05-01"),
        told("departure", "Ana Roe", "Foo", status="reported", published="2025-05-02"),
        told("departure", "Ana Roe", "Foo", status="rumoured", published="2025-05-04"),
    ]
    event = one(moves)
    assert statuses(event) == ["rumoured", "reported", "announced"]
    assert [change.move_id for change in event.history] == [moves[1].move_id, moves[2].move_id, moves[0].move_id]


def test_a_denial_is_a_step_and_deletes_nothing() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", status="rumoured", published="2025-05-01"),
            told("departure", "Ana Roe", "Foo", status="denied", published="2025-05-02"),
            told("departure", "Ana Roe", "Foo", status="rumoured", published="2025-05-03"),
        ]
    )
    assert (event.status, event.articles) == ("denied", 3)
    assert statuses(event) == ["rumoured", "denied"]


def test_a_later_confirmation_of_a_denied_move_is_named_as_such() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", status="rumoured", published="2025-05-01"),
            told("departure", "Ana Roe", "Foo", status="denied", published="2025-05-02"),
            told("departure", "Ana Roe", "Foo", status="announced", published="2025-05-10"),
        ]
    )
    assert statuses(event) == ["rumoured", "denied", "announced"]
    assert event.history[-1].cause == "confirmed after a denial"


def test_on_one_day_a_denial_answers_what_was_said() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", status="denied", move_id="a"),
            told("departure", "Ana Roe", "Foo", status="reported", move_id="b"),
        ]
    )
    assert statuses(event) == ["reported", "denied"]


def test_the_press_cannot_deny_what_the_organisation_announced() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", status="announced", published="2025-05-01", source_kind="lab"),
            told("departure", "Ana Roe", "Foo", status="denied", published="2025-05-02"),
        ]
    )
    assert event.status == "announced"


def test_a_denial_that_arrives_late_but_is_older_changes_nothing() -> None:
    later = told("departure", "Ana Roe", "Foo", status="announced", published="2025-05-10", known="2025-05-10")
    denial = told("departure", "Ana Roe", "Foo", status="denied", published="2025-05-02", known="2025-06-01")
    assert one([later, denial]).status == "announced"


def test_announced_becomes_effective_when_its_date_has_passed() -> None:
    moves = [told("departure", "Ana Roe", "Foo", date="2025-11-15", published="2025-11-08")]
    before, _ = resolve(moves, as_of=datetime(2025, 11, 15, 12, tzinfo=UTC))
    assert before[0].status == "announced"
    after, _ = resolve(moves, previous=before, as_of=datetime(2025, 11, 16, tzinfo=UTC))
    assert (after[0].status, after[0].event_id) == ("effective", before[0].event_id)
    assert after[0].history[-1].at == datetime(2025, 11, 16, tzinfo=UTC)


def test_a_month_is_over_when_it_is_over() -> None:
    moves = [told("departure", "Ana Roe", "Foo", date="2025-11", published="2025-11-08")]
    assert one(moves, as_of=datetime(2025, 11, 30, 23, tzinfo=UTC)).status == "announced"
    assert one(moves, as_of=datetime(2025, 12, 1, tzinfo=UTC)).status == "effective"


def test_a_report_does_not_become_effective_by_the_calendar() -> None:
    moves = [told("departure", "Ana Roe", "Foo", status="reported", date="2025-11-15", published="2025-11-08")]
    assert one(moves).status == "reported"
