"""Whether two names can be one organisation's."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import ConfigError
from include.knowledge.organisationwords import load_organisation_words, read_words
from include.resolve.places import Agreement, compare_names
from tests.resolve.build import events_of, one, told


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Banque de l'Atlas", "Atlas Bank"),
        ("Bulgarian Energy Bank", "Болгарська енергетична банк"),
        ("Royal Opera of Ghent", "Koninklijke Opera Gent Royal Opera of Ghent"),
        ("Nordwind", "Nordwind Holding"),
        ("Tirana Shipping Line", "TSL"),
        ("Universidad Nacional de Cuyo", "UNC"),
        ("Ministerio de Educación", "Kenya's Ministry of Education"),
        ("Мосметалл", "Mosmetall"),
        ("국민은행", "Kookmin Bank"),
        ("泰国国际航空", "Thai Airways"),
        ("Національний банк України", "National Bank of Ukraine"),
        ("グーグル・ディープマインド", "DeepMind"),
        ("بي إم دبليو", "BMW"),
    ],
)
def test_names_of_one_organisation(left: str, right: str) -> None:
    assert compare_names(left, right) is Agreement.SAME
    assert compare_names(right, left) is Agreement.SAME


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Atlas Bank", "Atlas Football Club"),
        ("Atlas Bank", "Banco de Chile"),
        ("Ministerio de Educación", "Ministry of Health"),
        ("Nordwind", "Südwind"),
        ("서울대학교", "Seoul Bank"),
        ("National Bank of Poland", "Національний банк України"),
    ],
)
def test_names_of_two_organisations(left: str, right: str) -> None:
    assert compare_names(left, right) is not Agreement.SAME
    assert compare_names(left, right) is compare_names(right, left)


def test_a_kind_that_differs_is_a_contradiction_in_any_script() -> None:
    assert compare_names("서울대학교", "Seoul Bank") is Agreement.APART
    assert compare_names("神鹰航空", "Condor Airlines") is Agreement.OPEN
    assert compare_names("Shell Energy", "Shell Chemicals") is Agreement.OPEN


def test_words_are_read_in_any_language() -> None:
    words = read_words("Болгарський національний банк")
    assert (words.kinds, words.attributes, words.own) == ({"bank"}, {"national", "in-bg"}, ())


def test_a_word_with_two_meanings_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(
        "kinds:\n  bank: [banco]\n  club: [banco]\nattributes: {}\nunits: []\nstopwords: []\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"words\.yaml:3: 'banco' stands under bank and club"):
        load_organisation_words(path)


def test_one_name_at_two_kinds_of_places_is_two_people() -> None:
    moves = [told("departure", "Park Ji-hoon", "Seoul Bank"), told("departure", "박지훈", "서울대학교", lang="ko")]
    assert len(events_of(moves)) == 2


def test_what_names_leave_open_is_one_within_days_and_two_later() -> None:
    first = told("departure", "Somchai Wattanakul", "Condor Airlines", published="2025-05-15")
    near, far = (
        told("departure", "สมชาย วัฒนกุล", "神鹰航空", published=day, lang="th") for day in ("2025-05-16", "2025-07-01")
    )
    assert one([first, near]).articles == 2
    assert len(events_of([first, far])) == 2
