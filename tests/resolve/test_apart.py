"""What speaks against one person, whatever else agrees."""

from __future__ import annotations

from itertools import combinations

import pytest

from include.resolve.apart import are_apart, names_differ
from include.resolve.names import without_abbreviated
from tests.resolve.build import events_of, told

TWO_PEOPLE = [
    ("Олександр Ковальчук", "Андрей Ковальчук"),
    ("Klaus-Dieter Oberhauser", "Karl Oberhauser"),
    ("Carlos Ibáñez Rueda", "Carlos Ibáñez Soto"),
    ("Nguyễn Văn Hùng", "Nguyễn Văn Hải"),
    ("John R. Mitchell", "John T. Mitchell"),
    ("박정훈", "박지훈"),
    ("أحمد المنصوري", "خالد المنصوري"),
    ("Коваленко Олег", "Ірина Коваленко"),
]
MAYBE_ONE = [
    ("Олександр Ковальчук", "Александр Ковальчук"),
    ("Сергей Сергеевич Иванов", "Сергій Іванов"),
    ("Yevhen Shevchenko", "Evgeny Shevchenko"),
    ("Anna Kowalska", "Anna Reuter"),
    ("Park Jung-hoon", "Park Jeong-hun"),
    ("Seun Adebayo", "Oluwaseun Adebayo"),
    ("J. Mitchell", "Robert Mitchell"),
    ("José Luis Fernández", "José Fernández Ortega"),
    ("Ravindra Chaudhary", "Ravinder Choudhary"),
    ("李军", "李静"),
]


@pytest.mark.parametrize("names", TWO_PEOPLE, ids="|".join)
def test_other_given_names_are_two_people(names: tuple[str, str]) -> None:
    assert names_differ(*names)
    assert names_differ(*names[::-1])


@pytest.mark.parametrize("names", MAYBE_ONE, ids="|".join)
def test_spellings_and_what_one_leaves_out_say_nothing(names: tuple[str, str]) -> None:
    assert not names_differ(*names)
    assert not names_differ(*names[::-1])


def test_other_fathers_are_two_people_whatever_else_is_equal() -> None:
    one = ("Олександр Коваленко", "Олександр Іванович Коваленко")
    assert are_apart(one, ("Олександр Коваленко", "Олександр Петрович Коваленко"))
    assert not are_apart(one, ("Коваленко Александр Иванович",))


def test_an_initial_says_less_than_the_name_beside_it() -> None:
    assert without_abbreviated(("Андрій Ковальчук", "А. Ковальчук")) == ("Андрій Ковальчук",)
    assert without_abbreviated(("John Mitchell", "John R. Mitchell")) == ("John Mitchell", "John R. Mitchell")


def people(*moves: tuple[str, tuple[str, ...], str, str]) -> list[list[str]]:
    """Organisations left, by person, of moves told as (person, aliases, organisation, language) within three days."""
    found: dict[str, list[str]] = {}
    told_moves = [
        told("departure", name, place, lang=lang, person_aliases=aliases, published=f"2025-05-{15 + number % 3}")
        for number, (name, aliases, place, lang) in enumerate(moves)
    ]
    places = {move.move_id: move.move.from_org for move in told_moves}
    for event in events_of(told_moves):
        found.setdefault(event.person_id, []).extend(places[move_id] or "" for move_id in event.move_ids)
    return sorted(sorted(names) for names in found.values())


def test_an_initial_bridges_no_two_names() -> None:
    brothers = ("Олександр Ковальчук", ("О. Ковальчук",), "Дніпросталь", "uk"), (
        "Андрій Ковальчук", ("А. Ковальчук",), "Дніпросталь", "uk",
    )  # fmt: skip
    others = ("Александр Ковальчук", (), "Днепросталь", "ru"), ("Andrij Kowalczuk", (), "Dniprostal", "pl")
    assert people(*brothers, *others) == [["Dniprostal", "Дніпросталь"], ["Днепросталь", "Дніпросталь"]]


def test_namesakes_whom_one_language_tells_of_at_two_places() -> None:
    assert people(
        ("박정훈", (), "삼성SDI", "ko"),
        ("Park Jung-hoon", (), "Samsung SDI", "en"),
        ("박정훈", (), "LG디스플레이", "ko"),
        ("Park Jeong-hun", (), "LG Display", "en"),
    ) == [["LG Display", "LG디스플레이"], ["Samsung SDI", "삼성SDI"]]


@pytest.mark.parametrize(
    ("name", "lang", "places"), [("佐藤健一", "ja", ("任天堂", "ソフトバンク")), ("이준호", "ko", ("KT", "카카오"))]
)
def test_one_language_tells_of_two_places_in_two_scripts(name: str, lang: str, places: tuple[str, str]) -> None:
    assert len(people(*((name, (), place, lang) for place in places))) == 2


def test_who_has_two_given_names_in_one_article_has_both_everywhere() -> None:
    moves = [
        ("José María Larrañaga", ("Chema Larrañaga",), "Iberdrola", "es"),
        ("Chema Larrañaga", (), "Iberdrola", "es"),
        ("José María Larrañaga", (), "Iberdrola", "es"),
    ]
    for left, right in combinations(moves, 2):
        assert len(people(moves[0], left, right)) == 1
