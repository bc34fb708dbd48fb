"""Moves to events: what is one story and what is two, and the fields that a reader sees."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.resolve.build import events_of, one, told


def test_five_tellings_of_one_departure_are_one_event() -> None:
    event = one(
        [
            told("departure", "Ilya Sutskever", "OpenAI", date="2024-05-14", published="2024-05-15", lang="en"),
            told("departure", "伊利亚·苏茨克维", "OpenAI", published="2024-05-15", lang="zh-Hans"),
            told("departure", "Илья Суцкевер", "OpenAI", published="2024-05-16", lang="ru"),
            told("departure", "Sutskever", "Open AI", date="2024-05", published="2024-05-17", lang="pt"),
            told("departure", "Ilya Sutskever", "OpenAI", focus="background", published="2025-12-20", lang="id"),
        ]
    )
    assert (event.person_id, event.person, event.from_org) == ("ilya-sutskever", "Ilya Sutskever", "OpenAI")
    assert (event.date, event.date_precision, event.focus) == ("2024-05-14", "day", "main")
    assert (event.articles, event.origins) == (5, 5)
    assert event.languages == ("en", "id", "pt", "ru", "zh-Hans")
    assert event.first_reported_at == datetime(2024, 5, 15, tzinfo=UTC)


def test_copies_of_one_origin_count_once() -> None:
    moves = [told("departure", "Ana Roe", "Foo", origin="the-information") for _ in range(4)]
    assert (one(moves).origins, one(moves).articles) == (1, 4)


def test_leaving_and_joining_within_the_window_are_one_story() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", published="2025-05-13"),
            told("arrival", "Ana Roe", None, "Bar", published="2025-05-20", role_to="head of research"),
        ]
    )
    assert (event.kind, event.from_org, event.to_org, event.role_to) == ("departure", "Foo", "Bar", "head of research")


def test_a_seat_on_a_board_is_not_what_somebody_left_for() -> None:
    events = events_of(
        [
            told("departure", "Ana Roe", "Foo", published="2025-05-13"),
            told("appointment", "Ana Roe", None, "Bar", published="2025-05-20", role_to="board member"),
        ]
    )
    assert {(event.kind, event.from_org, event.to_org) for event in events} == {
        ("departure", "Foo", None),
        ("appointment", None, "Bar"),
    }


def test_ousted_and_reinstated_are_two_events() -> None:
    events = events_of(
        [
            told("departure", "Ana Roe", "Foo", date="2023-11-17", published="2023-11-17"),
            told("return", "Ana Roe", None, "Foo", date="2023-11-22", published="2023-11-22"),
            told("departure", "Ana Roe", "Foo", date="2023-11", focus="background", published="2024-05-15"),
            told("return", "Ana Roe", "Foo", "Foo", date="2023-11", focus="background", published="2024-05-15"),
        ]
    )
    assert sorted((event.kind, event.date, event.articles) for event in events) == [
        ("departure", "2023-11-17", 2),
        ("return", "2023-11-22", 2),
    ]


def test_leave_is_no_departure() -> None:
    events = events_of([told("leave", "Ana Roe", "Foo"), told("departure", "Ana Roe", "Foo", published="2025-05-20")])
    assert sorted(event.kind for event in events) == ["departure", "leave"]


def test_from_here_to_there_and_back_are_two_departures() -> None:
    events = events_of(
        [
            told("departure", "Ana Roe", "Foo", "Bar", published="2025-05-10"),
            told("departure", "Ana Roe", "Bar", "Foo", published="2025-05-20"),
            told("arrival", "Ana Roe", None, "Foo", published="2025-05-21"),
        ]
    )
    assert sorted((event.from_org, event.to_org, event.articles) for event in events) == [
        ("Bar", "Foo", 2),
        ("Foo", "Bar", 1),
    ]


def test_leaving_one_place_twice_is_two_departures_and_memories_join_the_right_one() -> None:
    events = events_of(
        [
            told("departure", "Ana Roe", "Foo", date="2023-06-12", published="2023-06-12"),
            told("departure", "Ana Roe", "Foo", date="2025-10-07", published="2025-10-07"),
            told("departure", "Ana Roe", "Foo", date="2023", focus="background", published="2025-10-08"),
            told("departure", "Ana Roe", "Foo", focus="background", published="2024-02-01"),
        ]
    )
    assert sorted((event.date, event.articles) for event in events) == [("2023-06-12", 3), ("2025-10-07", 1)]


def test_a_memory_without_its_event_is_history() -> None:
    event = one([told("departure", "Ana Roe", "Foo", date="2018", focus="background")])
    assert (event.focus, event.date, event.date_precision) == ("background", "2018", "year")


def test_announced_in_july_for_december_is_one_event() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", date="2025-12-31", published="2025-07-10"),
            told("departure", "Ana Roe", "Foo", date="2025-07-10", published="2025-07-10"),
            told("departure", "Ana Roe", "Foo", published="2025-07-11"),
            told("departure", "Ana Roe", "Foo", date="2025-12-31", published="2025-12-30"),
        ],
        as_of=datetime(2025, 9, 1, tzinfo=UTC),
    )
    assert (event.announced_on, event.effective_on, event.status) == ("2025-07-10", "2025-12-31", "announced")


def test_units_of_one_parent_are_one_place() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Google Brain", "OpenAI"),
            told("departure", "Ana Roe", "Google", "OpenAI", published="2025-05-16"),
            told("departure", "Ana Roe", "谷歌", published="2025-05-16"),
        ]
    )
    assert (event.from_org, event.to_org) == ("Google", "OpenAI")


def test_a_move_between_units_of_one_parent_is_no_departure() -> None:
    event = one([told("departure", "Ana Roe", "Google Brain", "Google DeepMind", role_to="director")])
    assert (event.kind, event.from_org, event.to_org) == ("appointment", "Google Brain", "Google DeepMind")


def test_two_destinations_of_one_departure_stay_one_event_and_the_better_supported_is_shown() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", "Bar"),
            told("departure", "Ana Roe", "Foo", "MIT", published="2025-05-16"),
            told("departure", "Ana Roe", "Foo", "MIT", published="2025-05-17"),
        ]
    )
    assert event.to_org == "MIT"


def test_who_went_together_knows_of_each_other() -> None:
    events = events_of(
        [
            told("departure", "Ana Roe", "OpenAI", "Meta", article="x"),
            told("departure", "Ben Poe", "OpenAI", "Meta", article="x"),
            told("departure", "Cem Yol", "OpenAI", None, article="x", focus="background"),
        ]
    )
    groups = {event.person: event.group_event_ids for event in events}
    ids = {event.person: event.event_id for event in events}
    assert groups["Ana Roe"] == (ids["Ben Poe"],)
    assert groups["Ben Poe"] == (ids["Ana Roe"],)
    assert groups["Cem Yol"] == ()


def test_the_record_holds_roles_reason_successor_and_destination() -> None:
    event = one(
        [
            told(
                "departure", "Ana Roe", "OpenAI", "Meta AI",
                role_from="co-founder and chief scientist", reason_stated="poached", successor="Ben Poe", acting=True,
            ),
            told("departure", "Ana Roe", "OpenAI", "Meta AI", role_from="首席科学家", lang="zh-Hans"),
        ]
    )  # fmt: skip
    assert (event.role_family, event.reason_stated, event.successor) == ("founder", "poached", "Ben Poe")
    assert (event.destination_kind, event.acting) == ("rival", True)


def test_destinations_are_named() -> None:
    kinds = {
        "academia": told("departure", "Ana Roe", "OpenAI", "MIT"),
        "government": told("departure", "Ana Roe", "OpenAI", "Treasury"),
        "own-company": told("departure", "Ana Roe", "OpenAI", "Roe Labs", role_to="founder"),
        "retirement": told("departure", "Ana Roe", "OpenAI", reason_stated="retired"),
        "other": told("departure", "Ana Roe", "OpenAI", "Corner Shop"),
        None: told("departure", "Ana Roe", "OpenAI"),
    }
    assert {kind: one([move]).destination_kind for kind, move in kinds.items()} == {kind: kind for kind in kinds}


def test_an_appointment_inside_is_not_the_departure_that_follows() -> None:
    events = events_of(
        [
            told(
                "appointment", "Ana Roe", None, "Foo", role_to="interim CEO", date="2023-11-17", published="2023-11-17"
            ),
            told("departure", "Ana Roe", "Foo", date="2023-11-22", published="2023-11-22"),
        ]
    )
    assert sorted(event.kind for event in events) == ["appointment", "departure"]


def test_a_denied_rumour_does_not_choose_the_destination() -> None:
    event = one(
        [
            told("departure", "Ana Roe", "Foo", "Bar", status="denied"),
            told("departure", "Ana Roe", "Foo", "MIT", status="announced", published="2025-05-20"),
        ]
    )
    assert event.to_org == "MIT"
