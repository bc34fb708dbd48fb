"""Who is who: anchors, names across scripts, namesakes, short forms, stable ids."""

from __future__ import annotations

import pytest

from include.resolve.book import EntityBook
from include.resolve.entities import resolve_entities
from include.resolve.mentions import block_keys
from tests.resolve.build import GAZETTEER, decide, told


def people_of(moves, **options) -> list[str]:  # type: ignore[no-untyped-def]
    book = resolve_entities(moves, options.pop("known", EntityBook()), GAZETTEER, options.pop("decisions", ()))
    return [book.links[move.move_id].person_id for move in moves]


def are_one(*moves, **options) -> bool:  # type: ignore[no-untyped-def]
    return len(set(people_of(list(moves), **options))) == 1


@pytest.mark.parametrize("name", ["Ilya Sutskever", "伊利亚·苏茨克维", "伊利亞·蘇茨克維", "Илья Суцкевер"])
def test_the_alias_file_decides_in_every_script(name: str) -> None:
    assert people_of([told("departure", name, "OpenAI")]) == ["ilya-sutskever"]


def test_a_short_form_needs_the_organisation_beside_it() -> None:
    assert people_of([told("departure", "Sutskever", "OpenAI")]) == ["ilya-sutskever"]
    assert people_of([told("departure", "Wei", "Foo")]) != ["jason-wei"]


def test_two_known_people_are_never_joined() -> None:
    moves = [
        told("departure", "Ilya Sutskever", "OpenAI", article="x"),
        told("departure", "Jason Wei", "OpenAI", article="x"),
    ]
    assert people_of(moves) == ["ilya-sutskever", "jason-wei"]


def test_unknown_names_join_across_scripts_at_one_organisation() -> None:
    assert are_one(
        told("departure", "Marta Kowalczyk", "OpenAI"),
        told("departure", "Марта Ковальчик", "OpenAI"),
        told("departure", "マルタ・コワルチク", "OpenAI"),
    )


def test_likeness_without_an_organisation_in_common_is_not_enough() -> None:
    assert not are_one(told("departure", "Marta Kowalczyk", "OpenAI"), told("departure", "Марта Ковальчик", "Foo"))


def test_likeness_far_apart_in_time_is_not_enough() -> None:
    assert not are_one(
        told("departure", "Marta Kowalczyk", "OpenAI", published="2025-01-01"),
        told("departure", "Марта Ковальчик", "OpenAI", published="2025-09-01"),
    )


def test_namesakes_who_leave_two_places_in_one_week_are_two_people() -> None:
    assert not are_one(told("departure", "Wei Chen", "Foo"), told("departure", "Wei Chen", "Bar"))


def test_one_name_from_here_to_there_is_one_person() -> None:
    assert are_one(
        told("departure", "Gabriela Fontes", "Foo", published="2025-05-13"),
        told("arrival", "Gabriela Fontes", None, "Bar", published="2025-05-20"),
    )


def test_a_career_told_in_one_article_is_one_person() -> None:
    assert are_one(
        told("departure", "Jane Roe", "Foo", article="x"),
        told("departure", "Jane Roe", "Bar", article="x", focus="background", date="2016"),
    )


def test_a_chain_of_employers_holds_a_name_together() -> None:
    assert are_one(
        told("departure", "Jane Roe", "Foo", "Bar", published="2020-01-01"),
        told("departure", "Jane Roe", "Bar", "MIT", published="2023-01-01"),
        told("departure", "Jane Roe", "MIT", published="2025-01-01"),
    )


def test_a_surname_joins_the_full_name_of_its_article() -> None:
    assert are_one(
        told("departure", "Priya Venkataraman", "Foo", article="x"),
        told("arrival", "Venkataraman", None, "Bar", article="x"),
    )


def test_a_misspelt_surname_joins_the_full_name_of_its_article_only() -> None:
    full = told("departure", "Jakub Pachocki", "Foo", article="x")
    assert are_one(full, told("appointment", "Pachoki", None, "Foo", article="x"))
    assert not are_one(full, told("appointment", "Pachoki", None, "Foo", article="y"))


def test_a_surname_that_fits_two_people_waits_for_a_person() -> None:
    moves = [
        told("departure", "Amir Rahimi", "Foo"),
        told("departure", "Leila Rahimi", "Foo"),
        told("departure", "Rahimi", "Foo"),
    ]
    book = resolve_entities(moves, EntityBook(), GAZETTEER)
    assert len({link.person_id for link in book.links.values()}) == 3
    assert {proposal.why for proposal in book.proposals} == {"a surname that fits several people"}


def test_like_names_in_one_script_are_not_joined_through_a_third_form() -> None:
    moves = [
        told("departure", "李军", "Foo"),
        told("departure", "李静", "Foo", person_aliases=("李静", "Li Jing")),
        told("departure", "Li Jing", "Foo"),
    ]
    first, second, third = people_of(moves)
    assert second == third != first


def test_names_told_together_are_one_person_whatever_they_look_like() -> None:
    assert are_one(
        told("departure", "Emily Sandoval", "Foo", person_aliases=("Emily Sandoval", "Emily Rourke")),
        told("departure", "Emily Rourke", "Foo"),
    )


def test_an_id_once_given_stays_when_more_is_known() -> None:
    first = told("departure", "Bubeck", "Foo", known="2025-05-01")
    book = resolve_entities([first], EntityBook(), GAZETTEER)
    later = told("departure", "Sebastien Bubeck", "Foo", known="2025-05-16")
    after = resolve_entities([first, later], book, GAZETTEER)
    assert after.links[first.move_id].person_id == book.links[first.move_id].person_id
    assert after.links[later.move_id].person_id == book.links[first.move_id].person_id
    assert after.entities[after.links[later.move_id].person_id].name == "Sebastien Bubeck"


def test_when_two_people_turn_out_to_be_one_the_older_id_survives() -> None:
    left = told("departure", "Jane Roe", "Foo", published="2020-01-01")
    right = told("departure", "Jane Roe", "Bar", published="2023-01-01")
    book = resolve_entities([left, right], EntityBook(), GAZETTEER)
    old, new = book.links[left.move_id].person_id, book.links[right.move_id].person_id
    assert old != new
    link = told("departure", "Jane Roe", "Foo", "Bar", published="2020-01-05", known="2024-01-01")
    after = resolve_entities([left, right, link], book, GAZETTEER)
    assert {link.person_id for link in after.links.values()} == {old}
    assert after.survivor(new) == old


def test_people_declared_one_are_one_and_can_be_parted_again() -> None:
    left, right = told("departure", "Jane Roe", "Foo"), told("departure", "Juana Rossi", "Bar")
    book = resolve_entities([left, right], EntityBook(), GAZETTEER)
    kept, gone = book.links[left.move_id].person_id, book.links[right.move_id].person_id
    joined = decide("merge-entities", kept, other=gone)
    merged = resolve_entities([left, right], book, GAZETTEER, [joined])
    assert {link.person_id for link in merged.links.values()} == {kept}
    again = resolve_entities([left, right, told("departure", "Juana Rossi", "Bar")], merged, GAZETTEER, [joined])
    assert {link.person_id for link in again.links.values()} == {kept}
    undone = resolve_entities([left, right], again, GAZETTEER, [])
    assert undone.links[left.move_id].person_id == kept
    assert undone.links[right.move_id].person_id != kept


def test_mentions_taken_out_of_a_person_are_another_person() -> None:
    left, right = told("departure", "Wei Chen", "Foo", published="2024-01-01"), told("departure", "Wei Chen", "Foo")
    book = resolve_entities([left, right], EntityBook(), GAZETTEER)
    person = book.links[left.move_id].person_id
    apart = decide("split-entity", person, article_ids=(right.article_id,))
    after = resolve_entities([left, right], book, GAZETTEER, [apart])
    assert after.links[left.move_id].person_id == person
    assert after.links[right.move_id].person_id != person
    assert resolve_entities([left, right], after, GAZETTEER, [apart]).links == after.links


def test_units_and_legal_forms_and_unknown_organisations() -> None:
    move = told("departure", "Jane Roe", "FAIR", "Kavya Biotech, Inc.")
    book = resolve_entities([move, told("departure", "Jane Roe", None, "Kavya Biotech")], EntityBook(), GAZETTEER)
    link = book.links[move.move_id]
    assert link.from_org_id == "meta-ai"
    assert book.root_of(link.from_org_id) == "meta"
    assert len({link.to_org_id for link in book.links.values()}) == 1


def test_mentions_of_one_person_share_a_block_key() -> None:
    pairs = [
        (told("departure", "Jason Wei", "OpenAI"), told("departure", "Wei Jason", "Bar")),
        (told("departure", "Kim Do-yun", "OpenAI"), told("departure", "キム・ドユン", "OpenAI")),
        (told("departure", "Bubeck", "Google Brain"), told("departure", "Sébastien Bubeck", "Google")),
        (told("departure", "Chandrika Bose", "Kavya Biotech"), told("departure", "चंद्रिका बोस", "Kavya Biotech")),
        (told("departure", "Ilya Sutskever", None), told("departure", "伊利亚·苏茨克维", "Foo")),
    ]
    for left, right in pairs:
        keys = [{key.key for key in block_keys(move, GAZETTEER)} for move in (left, right)]
        assert keys[0] & keys[1], (left.move.person, right.move.person)
