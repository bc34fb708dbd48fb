"""Names that an article has in other cases alone are shown in the nominative."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.detect.moves import find_moves
from include.detect.nominative import list_organisation_under, list_under
from include.errors import ConfigError
from include.knowledge.declension import load_declensions
from include.knowledge.languages import load_pack
from include.records import Document


@pytest.mark.parametrize(
    ("lang", "written", "listed"),
    [
        ("pl", "Rafała Borowskiego", "Rafał Borowski"),
        ("pl", "Markowi Wilczkowi", "Marek Wilczek"),
        ("pl", "Katarzynie Zielińskiej", "Katarzyna Zielińska"),
        ("pl", "Agnieszką Dudą", "Agnieszka Duda"),
        ("pl", "Annę Kubiak-Nowicką", "Anna Kubiak-Nowicka"),
        ("pl", "Pawłem Gołąbkiem", "Paweł Gołąbek"),
        ("ru", "Сергея Кузнецова", "Сергей Кузнецов"),
        ("ru", "Павлу Достоевскому", "Павел Достоевский"),
        ("ru", "Ольгой Ивановной Петровой", "Ольга Ивановна Петрова"),
        ("ru", "Игоря Кравца", "Игорь Кравец"),
        ("ru", "Наталье Шевченко", "Наталья Шевченко"),
        ("ru", "Льва Черных", "Лев Черных"),
        ("uk", "Дмитра Коваленка", "Дмитро Коваленко"),
        ("uk", "Сергієві Бойчуку", "Сергій Бойчук"),
        ("uk", "Тетяною Гнатівською", "Тетяна Гнатівська"),
        ("uk", "Ользі Мороз", "Ольга Мороз"),
        ("uk", "Андрієм Кравцем", "Андрій Кравець"),
    ],
)
def test_a_declined_name_is_listed_in_the_nominative(lang: str, written: str, listed: str) -> None:
    assert list_under(load_pack(lang), written, [written]) == listed


@pytest.mark.parametrize(
    ("lang", "name"),
    [
        ("pl", "Aleksandra Wójcik"),  # a woman's name, and a form of a man's
        ("pl", "Robert Suchy"),
        ("pl", "Kuba Sapieha"),
        ("pl", "Enzo Rossi"),
        ("pl", "Grzesiek"),
        ("ru", "Арсений Луговой"),
        ("ru", "Никита Дуда"),
        ("ru", "Юлия Коваль"),
        ("uk", "Данило Галицький"),
        ("uk", "Любов Панченко"),
        ("en", "Paula Moore"),  # English names take no endings
    ],
)
def test_a_nominative_stays_as_it_is(lang: str, name: str) -> None:
    assert list_under(load_pack(lang), name, [name]) == name


def test_a_chain_of_surnames_takes_no_longer_than_its_length() -> None:
    chain = "-".join(["Nowickiego"] * 60)  # every part has several readings: together more than there are atoms
    assert list_under(load_pack("pl"), f"Adama {chain}", []) == "Adam " + "-".join(["Nowicki"] * 60)


def test_a_given_name_is_known_with_any_apostrophe() -> None:
    assert list_under(load_pack("uk"), "В’ячеслава Гнатенка", []) == "В’ячеслав Гнатенко"


def test_what_the_article_has_besides_decides_between_readings() -> None:
    pack = load_pack("ru")
    assert list_under(pack, "Александра Гончарова", ["Александра Гончарова"]) == "Александра Гончарова"
    told_of_a_man = ["Александра Гончарова", "Гончаровым", "Гончаров"]
    assert list_under(pack, "Александра Гончарова", told_of_a_man) == "Александр Гончаров"


def test_a_departure_shows_the_nominative_and_keeps_the_forms_of_the_text() -> None:
    text = "Rada nadzorcza Orlenu odwołała Tadeusza Wierzbickiego. Wierzbicki kierował spółką od 2021 roku."
    [move] = [m for m in find_moves(Document("x", "pl", "", text, "2026-03-05")) if m.kind == "departure"]
    assert move.person == "Tadeusz Wierzbicki"
    assert "Tadeusza Wierzbickiego" in move.person_aliases


@pytest.mark.parametrize(
    ("lang", "forms", "listed"),
    [
        ("ru", ["Заречьбанка", "Заречьбанк"], "Заречьбанк"),
        ("pl", ["Zakładów Tarczyn", "Zakłady Tarczyn", "Tarczyn"], "Zakłady Tarczyn"),
        ("uk", ["Заріччябанк", "ЗБ"], "Заріччябанк"),
        ("ar", ["للبنك الأهلي", "البنك"], "البنك الأهلي"),
        ("en", ["Kestrel Forges", "Kestrel Forge"], "Kestrel Forges"),
    ],
)  # fmt: skip
def test_an_organisation_is_listed_without_the_ending_of_a_case(lang: str, forms: list[str], listed: str) -> None:
    assert list_organisation_under(load_pack(lang), forms) == listed


def test_a_known_person_is_recognised_in_another_case() -> None:
    text = "Firma Thinking Machines Lab pozyskała z OpenAI Johna Schulmana, poinformowano we wtorek."
    assert "John Schulman" in {m.person for m in find_moves(Document("x", "pl", "", text, "2026-03-05"))}


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ('["m C: Ca Cowi Ca Cem"]', "GEN DAT ACC INS LOC"),
        ('["n C: Ca Cowi Ca Cem Cie"]', "GEN DAT ACC INS LOC"),
        ('["m C: a Cowi Ca Cem Cie"]', "must begin with C"),
        ('["f a: y ie ę ą ie", "f a: y ie ę ą ie"]', "stands twice"),
    ],
)
def test_a_wrong_row_is_named_with_file_and_line(tmp_path: Path, rows: str, complaint: str) -> None:
    path = tmp_path / "declension.yaml"
    path.write_text(f"languages:\n  xx:\n    given: {rows}\n    middle: []\n    surname: []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint) as error:
        load_declensions(path)
    assert f"{path}:3: xx.given" in str(error.value)
