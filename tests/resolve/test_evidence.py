"""What speaks for one person and for two, taken together."""

from __future__ import annotations

from typing import Any

import pytest

from include.resolve.evidence import ENOUGH, weigh
from include.resolve.mentions import read_mention
from tests.resolve.build import GAZETTEER, events_of, one, told


def weighed(left: dict[str, Any], right: dict[str, Any]) -> float:
    moves = [told("departure", **fields) for fields in (left, right)]
    mentions = [read_mention(move, GAZETTEER) for move in moves]
    return weigh(*mentions, moves[0].move.person, moves[1].move.person)


def test_a_weak_likeness_is_enough_where_place_and_day_agree() -> None:
    near = weighed(
        {"person": "Lam Pui-yee", "source": "OpenAI"}, {"person": "林佩仪", "source": "OpenAI", "lang": "zh-Hans"}
    )
    far = weighed({"person": "Lam Pui-yee", "source": "Foo"}, {"person": "林佩仪", "source": "Bar", "lang": "zh-Hans"})
    assert near >= ENOUGH > far


def test_a_rare_name_is_enough_where_nothing_is_known_of_the_places() -> None:
    places = {"source": "Nordwind"}, {"source": "северсталь", "lang": "ru"}
    rare = weighed({"person": "Rafael Quintanilha", **places[0]}, {"person": "Рафаэл Кинтанилья", **places[1]})
    common = weighed({"person": "Li Wei", **places[0]}, {"person": "Ли Вэй", **places[1]})
    assert rare >= ENOUGH > common


@pytest.mark.parametrize(
    ("more", "than"),
    [
        ({"date": "2025-05-15"}, {"date": "2025-09-15"}),
        ({"role_from": "chief executive"}, {"role_from": "head of research"}),
        ({"date": None, "published": "2025-05-16"}, {"date": None, "published": "2025-07-20"}),
        ({"source": "Foo"}, {"source": "Bar"}),
    ],
)
def test_each_thing_that_agrees_adds_to_it(more: dict[str, Any], than: dict[str, Any]) -> None:
    known = {"person": "Ana Roe", "source": "Foo", "date": "2025-05-15", "role_from": "chief executive"}
    assert weighed(known, {**known, **more}) > weighed(known, {**known, **than})


def test_an_everyday_name_elsewhere_is_somebody_else() -> None:
    moves = [
        told("departure", "Nguyễn Văn Hùng", "Foo", lang="vi"),
        told("appointment", "Nguyễn Văn Hùng", None, "Bar", published="2025-05-16", lang="vi"),
    ]
    assert len(events_of(moves)) == 2
    assert (
        one([told("departure", "Ana Quintanilha", "Foo"), told("arrival", "Ana Quintanilha", None, "Bar")]).to_org
        == "Bar"
    )


def test_a_rare_surname_alone_is_whoever_is_told_of_elsewhere() -> None:
    moves = [
        told("departure", "Валерій Залужний", "Збройні сили України", lang="uk", status="rumoured"),
        told("departure", "Залужный", "ВСУ", lang="ru", status="denied", published="2025-05-16"),
    ]
    assert one(moves).status == "denied"


def test_who_came_back_did_not_leave_for_another_place() -> None:
    moves = [
        told("departure", "Ana Quintanilha", "Foo", date="2025-05-15"),
        told("arrival", "Ana Quintanilha", "Foo", "Bar", published="2025-05-18", date="2025-05-18"),
        told("return", "Ana Quintanilha", None, "Foo", published="2025-05-20"),
    ]
    assert sorted((event.kind, event.from_org, event.to_org) for event in events_of(moves)) == [
        ("arrival", "Foo", "Bar"), ("departure", "Foo", None), ("return", None, "Foo"),
    ]  # fmt: skip


def test_a_return_that_some_call_an_appointment_is_one() -> None:
    moves = [
        told("return", "Ana Roe", None, "Foo"),
        told("appointment", "Ana Roe", None, "Foo", published="2025-05-16"),
    ]
    assert one(moves).kind == "return"


def test_up_in_one_house_is_one_appointment_whoever_names_it_twice() -> None:
    moves = [told("appointment", "Ana Roe", "Foo", "Foo"), told("appointment", "Ana Roe", None, "Foo")]
    assert one(moves).kind == "appointment"


def test_a_year_that_is_recalled_joins_no_two_stories() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", published="2024-01-26", date="2024-01-26"),
        told("departure", "Ana Roe", "Foo", published="2024-01-26"),
        told("departure", "Ana Roe", "Foo", published="2024-10-09", date="2024", focus="background"),
        told("appointment", "Ana Roe", "Foo", "Bar", published="2024-10-09", date="2024-10-09"),
        told("appointment", "Ana Roe", None, "Bar", published="2024-10-09"),
    ]
    assert sorted(event.articles for event in events_of(moves)) == [2, 3]
