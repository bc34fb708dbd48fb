"""What was hinted at before or is told again later is one story; what happened twice is two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from include.records import Event, StoredMove
from tests.resolve.build import events_of, one, told


def dates(moves: list[StoredMove]) -> list[tuple[str, str | None, int]]:
    """(kind, date, articles) of every event."""
    return sorted(((event.kind, event.date, event.articles) for event in events_of(moves)), key=str)


def steps(event: Event) -> list[tuple[str, str]]:
    return [(change.status, change.at.date().isoformat()) for change in event.history]


def test_a_rumour_that_came_true_months_later_is_one_story() -> None:
    event = one(
        [
            told("departure", "Ilya Sutskever", "OpenAI", status="rumoured", published="2023-12-08"),
            told("departure", "Ilya Sutskever", "OpenAI", date="2024-05-14", published="2024-05-14"),
            told("departure", "Ilya Sutskever", "OpenAI", published="2024-05-15"),
        ]
    )
    assert steps(event) == [("rumoured", "2023-12-08"), ("announced", "2024-05-14"), ("effective", "2024-05-15")]
    assert (event.date, event.announced_on) == ("2024-05-14", "2024-05-14")
    # For whoever reads the newest first it is news of May.
    assert event.first_reported_at == datetime(2024, 5, 14, tzinfo=UTC)


def test_a_rumour_of_the_same_weeks_was_the_first_report() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", status="reported", published="2025-05-01"),
            told("departure", "Ana Roe", "Foo", date="2025-05-14", published="2025-05-14"),
        ]
    )
    assert event.first_reported_at == datetime(2025, 5, 1, tzinfo=UTC)


def test_a_rumour_is_never_effective_because_its_date_has_passed() -> None:
    event = one([told("departure", "Ana Roe", "Foo", status="rumoured", date="2024-02-01", published="2024-01-20")])
    assert (event.status, event.date) == ("rumoured", "2024-02-01")
    assert (event.effective_on, event.announced_on) == (None, None)


def test_the_date_of_a_rumour_makes_no_announcement_effective() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", status="rumoured", date="2025-06-01", published="2025-05-10"),
            told("departure", "Ana Roe", "Foo", published="2025-05-14"),
        ]
    )
    assert (event.status, event.date, event.effective_on) == ("announced", "2025-06-01", None)


def test_a_denial_reaches_the_rumour_however_late_and_the_confirmation_both() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", status="rumoured", published="2025-01-10"),
        told("departure", "Ana Roe", "Foo", status="denied", published="2025-04-10"),
    ]
    assert steps(one(moves)) == [("rumoured", "2025-01-10"), ("denied", "2025-04-10")]
    moves.append(told("departure", "Ana Roe", "Foo", date="2025-08-01", published="2025-08-02"))
    event = one(moves)
    assert [change.cause for change in event.history][2:] == ["confirmed after a denial", "its date has passed"]


def test_who_has_long_left_denies_something_else() -> None:
    left = told("departure", "Oliver Blume", "Porsche", date="2026-01-01", published="2025-10-20")
    denied = told("departure", "Oliver Blume", "Volkswagen", status="denied", published="2026-09-15")
    assert sorted(event.status for event in events_of([left, denied])) == ["announced", "denied"]
    answered = told("departure", "Oliver Blume", "Porsche", status="denied", published="2025-12-15")
    assert len(events_of([left, answered])) == 1


def test_two_rumours_far_apart_are_two() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", status="rumoured", published="2025-01-10"),
        told("departure", "Ana Roe", "Foo", status="rumoured", published="2025-08-10"),
    ]
    assert len(events_of(moves)) == 2


def test_an_old_departure_told_as_news_again_is_no_second_one() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", date="2024-05-14", published="2024-05-14"),
        told("departure", "Ana Roe", "Foo", published="2024-09-05"),
        told("departure", "Ana Roe", "Foo", "Bar", status="reported", published="2024-10-05"),
    ]
    assert dates(moves) == [("departure", "2024-05-14", 3)]


def test_a_date_of_something_else_in_the_article_makes_no_second_departure() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", date="2024-05-14", published="2024-05-14"),
        told("departure", "Ana Roe", "Foo", date="2023-12", published="2024-05-15"),
        told("departure", "Ana Roe", "Foo", date="2023-11", published="2024-05-15"),
    ]
    assert dates(moves) == [("departure", "2024-05-14", 3)]
    undated = [told("departure", "Ana Roe", "Foo", published="2024-05-14"), *moves[1:]]
    assert dates(undated) == [("departure", None, 3)]
    assert dates(moves[1:2]) == [("departure", "2023-12", 1)]


def test_who_came_back_in_between_left_twice() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", date="2023-11-17", published="2023-11-17"),
        told("return", "Ana Roe", None, "Foo", date="2023-11-22", published="2023-11-22"),
        told("departure", "Ana Roe", "Foo", published="2024-03-01"),
    ]
    assert len(events_of(moves)) == 3
    rejoined = [*moves[:1], told("arrival", "Ana Roe", None, "Foo", published="2024-01-15"), moves[2]]
    assert len(events_of(rejoined)) == 3


def test_who_is_said_to_leave_again_a_year_later_left_twice() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", date="2023-05-14", published="2023-05-14"),
        told("departure", "Ana Roe", "Foo", published="2024-09-05"),
    ]
    assert len(events_of(moves)) == 2


def test_two_days_far_apart_stay_two_departures() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", date="2024-05-14", published="2024-05-14"),
        told("departure", "Ana Roe", "Foo", date="2024-09-02", published="2024-09-02"),
    ]
    assert len(events_of(moves)) == 2


def test_who_goes_before_the_day_that_was_announced_leaves_once() -> None:
    plan = told("departure", "Ana Roe", "Foo", date="2026-01", published="2024-10-12")
    early = told("departure", "Ana Roe", "Foo", date="2024-12-01", published="2024-12-02")
    assert dates([plan, early]) == [("departure", "2024-12-01", 2)]
    copies = [replace(plan, move_id=f"copy-{n}", article_id=f"copy-{n}", origin=f"origin-{n}") for n in range(3)]
    assert dates([plan, *copies, early]) == [("departure", "2024-12-01", 5)]
    hint = told("departure", "Ana Roe", "Foo", status="rumoured", date="2024-09-24", published="2024-09-24")
    assert dates([hint, plan, early]) == [("departure", "2024-12-01", 3)]
    gone = told("departure", "Ana Roe", "Foo", date="2026-01", published="2026-02-03")
    assert len(events_of([plan, gone, early])) == 2


def test_the_day_of_the_announcement_overtakes_nothing() -> None:
    plan = told("departure", "Ana Roe", "Foo", date="2024-12-31", published="2024-10-11")
    said = told("departure", "Ana Roe", "Foo", date="2024-10-10", published="2024-10-12")
    assert dates([plan, said]) == [("departure", "2024-12-31", 2)]


def test_a_memory_that_says_neither_where_nor_exactly_when_is_of_what_is_known() -> None:
    moves = [
        told("departure", "Ilya Sutskever", "OpenAI", date="2024-05-14", published="2024-05-14"),
        told("departure", "Ilya Sutskever", date="2023-11", focus="background", published="2024-09-01"),
        told("departure", "Ilya Sutskever", focus="background", published="2024-03-01"),
    ]
    assert dates(moves) == [("departure", "2024-05-14", 3)]
    old = told("departure", "Ilya Sutskever", date="2009", focus="background", published="2024-09-01")
    assert len(events_of([moves[0], old])) == 2


def test_retiring_next_year_is_what_was_announced() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", date="2025-12-01", published="2025-12-01"),
        told("departure", "Ana Roe", "Foo", date="2026", published=None),
        told("departure", "Ana Roe", "Foo", date="2026", published="2025-12-02"),
    ]
    assert dates(moves) == [("departure", "2025-12-01", 3)]
    assert len(events_of([*moves, told("departure", "Ana Roe", "Foo", date="2028", published="2028-06-01")])) == 2


def test_a_rumour_of_joining_is_the_joining_that_followed() -> None:
    moves = [
        told("arrival", "Ana Roe", None, "Bar", status="rumoured", published="2025-01-10"),
        told("departure", "Ana Roe", "Foo", "Bar", date="2025-05-01", published="2025-05-01"),
    ]
    event = one(moves)
    assert (event.kind, event.from_org, event.to_org) == ("departure", "Foo", "Bar")


def test_promotions_within_a_house_are_not_one_another() -> None:
    moves = [
        told("appointment", "Ana Roe", None, "Foo", role_to="CTO", published="2025-01-10"),
        told("appointment", "Ana Roe", None, "Foo", role_to="CEO", published="2025-08-10"),
    ]
    assert len(events_of(moves)) == 2


def test_who_has_left_is_not_said_to_leave_again_by_a_wrong_date() -> None:
    news = told("departure", "Ilya Sutskever", "OpenAI", date="2024-05-14", published="2024-05-14")
    wrong = told("departure", "Ilya Sutskever", "OpenAI", focus="background", date="2024-12", published="2024-12-20")
    assert one([news, wrong]).date == "2024-05-14"
    before = told("departure", "Ilya Sutskever", "OpenAI", focus="background", date="2023-11", published="2024-12-20")
    assert [date for _, date, _ in dates([news, before])] == ["2023-11", "2024-05-14"]
    back = told("return", "Ilya Sutskever", None, "OpenAI", date="2024-09-01", published="2024-09-01")
    assert len(dates([news, back, wrong])) == 3


def test_a_year_that_is_told_beside_the_news_makes_no_departure_of_its_own() -> None:
    news = told("departure", "Ana Roe", "Foo", date="2024-10-12", published="2024-10-12")
    year = told("departure", "Ana Roe", "Foo", focus="background", date="2022", published="2024-10-11")
    assert one([news, year]).date == "2024-10-12"
    late = told("departure", "Ana Roe", "Foo", focus="background", date="2022", published="2025-03-01")
    assert len(dates([news, late])) == 2


def test_a_leave_that_somebody_calls_a_departure_is_one_leave_where_the_person_came_back() -> None:
    leave = told("leave", "Greg Brockman", "OpenAI", date="2024-08-05", published="2024-08-06")
    left = told("departure", "Greg Brockman", "OpenAI", date="2024-08", published="2024-11-13")
    back = told("return", "Greg Brockman", None, "OpenAI", date="2024-11-13", published="2024-11-13")
    assert [kind for kind, _, _ in dates([leave, left, back])] == ["leave", "return"]
    assert [kind for kind, _, _ in dates([leave, left])] == ["departure", "leave"]


def test_two_destinations_in_one_language_months_apart_are_two() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", "Bar", published="2025-01-09", status="reported"),
        told("departure", "Ana Roe", "Foo", "Lumen", published="2025-04-05", date="2025-04-05"),
    ]
    assert len(events_of(moves)) == 2
