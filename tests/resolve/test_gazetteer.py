"""The gazetteer: exact look-up in every script, and files that are refused with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.knowledge.gazetteer import FOLDER, load_gazetteer, load_names
from include.resolve.book import EntityBook
from include.resolve.entities import resolve_entities
from tests.resolve.build import told

ORGANISATIONS = """organisations:
- id: google
  name: Google
  kind: bigtech
  tier: 1
  aliases: [谷歌, Гугл]
- id: deepmind
  name: DeepMind
  kind: lab
  parent: google
  rivals: [google]
"""
PEOPLE = """people:
- id: ana
  name: Ana Roe
  aliases: [安娜·罗]
  short: [Roe]
  known_for: [deepmind]
"""


def write(folder: Path, organisations: str = ORGANISATIONS, people: str = PEOPLE) -> Path:
    (folder / "organisations.yaml").write_text(organisations, encoding="utf-8")
    (folder / "people.yaml").write_text(people, encoding="utf-8")
    return folder


def test_names_are_found_in_every_script(tmp_path: Path) -> None:
    gazetteer = load_gazetteer(write(tmp_path))
    assert {gazetteer.find_organisation(name).id for name in ("Google Inc.", "谷歌", "ГУГЛ")} == {"google"}  # type: ignore[union-attr]
    assert gazetteer.find_organisation("Goggle") is None
    assert gazetteer.find_person("安娜罗").id == "ana"  # type: ignore[union-attr]
    assert gazetteer.find_person("Roe") is None
    assert [person.id for person in gazetteer.find_people_by_short_form("ROE")] == ["ana"]
    assert gazetteer.root_of("deepmind") == "google"
    assert gazetteer.root_of("nobody") == "nobody"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  tier: 1\n", "  tier: 4\n", ":5: tier must be 1, 2 or 3, found 4"),
        ("kind: bigtech", "kind: shop", ":4: kind 'shop'; known are lab"),
        ("parent: google", "parent: alphabet", ":10: parent 'alphabet' is not an id"),
        ("  tier: 1\n", "  parent: deepmind\n", "parents go in a circle: google -> deepmind -> google"),
        ("name: DeepMind", "name: 谷歌", ":7: alias '谷歌' of 'deepmind' belongs already to 'google' (line 2)"),
        ("id: deepmind", "id: google", ":7: id 'google' stands already in line 2"),
        ("rivals: [google]", "rivals: [yahoo]", ":11: rivals 'yahoo' is not an id"),
        ("aliases: [谷歌, Гугл]", "aliases: [谷歌, 3]", ":6: aliases must be a list of texts"),
        ("name: Google", "nam: Google", ":3: unknown key 'nam'"),
        ("kind: lab", "kind: lab\n  kind: lab", ":10: key 'kind' stands twice"),
    ],
)
def test_a_wrong_organisation_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert ORGANISATIONS.count(old) == 1
    folder = write(tmp_path, ORGANISATIONS.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_gazetteer(folder)
    assert str(caught.value).startswith(str(folder / "organisations.yaml"))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("known_for: [deepmind]", "known_for: [mind]", ":6: 'mind' is no id in organisations.yaml"),
        ("name: Ana Roe", "name: 7", ":3: name must be text, found 7"),
        ("short: [Roe]", "prominence: high", ":5: prominence must be 1, 2 or 3"),
        ("  short: [Roe]\n", "- id: eva\n  name: 安娜·罗\n", ":5: alias '安娜·罗' of 'eva' belongs already to 'ana'"),
    ],
)
def test_a_wrong_person_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = write(tmp_path, people=PEOPLE.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_gazetteer(folder)
    assert str(caught.value).startswith(str(folder / "people.yaml"))
    assert said in str(caught.value)


def test_the_compiled_form_is_used_and_a_changed_file_is_read_again(tmp_path: Path) -> None:
    first = load_gazetteer(write(tmp_path))
    (compiled,) = (tmp_path / "__pycache__").glob("gazetteer-*.json")
    load_gazetteer.cache_clear()
    assert load_gazetteer(tmp_path) == first
    write(tmp_path, people=PEOPLE.replace("Ana Roe", "Ana Poe"))
    load_gazetteer.cache_clear()
    assert load_gazetteer(tmp_path).find_person("Ana Poe") is not None
    assert not compiled.exists()


def test_a_compiled_form_that_is_broken_is_made_anew(tmp_path: Path) -> None:
    first = load_gazetteer(write(tmp_path))
    (compiled,) = (tmp_path / "__pycache__").glob("gazetteer-*.json")
    compiled.write_text('{"organisations": [', encoding="utf-8")
    load_gazetteer.cache_clear()
    assert load_gazetteer(tmp_path) == first


def test_a_folder_that_cannot_be_written_to_is_read(tmp_path: Path) -> None:
    (write(tmp_path) / "__pycache__").touch()  # a file in the way stops root too, whom no permission stops
    assert load_gazetteer(tmp_path).find_person("Ana Roe") is not None


def test_the_shipped_files_pass_their_checks(tmp_path: Path) -> None:
    for name in ("organisations.yaml", "people.yaml"):
        shutil.copy(FOLDER / name, tmp_path / name)
    gazetteer = load_gazetteer(tmp_path)
    assert len(gazetteer.organisations) > 1000
    assert len(gazetteer.people) > 1000


@pytest.mark.parametrize("script", sorted(path.stem for path in (FOLDER / "names").glob("*.yaml")))
def test_the_shipped_name_parts_load(script: str) -> None:
    names = load_names(script)
    assert names.script == script
    assert names.given or names.surnames or names.transliteration


def test_name_parts_of_a_script_that_nobody_wrote_are_refused() -> None:
    with pytest.raises(ConfigError, match="no names of script 'klingon'; known are arabic"):
        load_names("klingon")


SEED_PEOPLE = {
    "alec-radford": [("Alec Radford", "OpenAI"), ("Radford", "OpenAI")],
    "ilya-sutskever": [("Ilya Sutskever", "OpenAI"), ("Sutskever", "OpenAI")],
    "mira-murati": [("Mira Murati", "OpenAI"), ("Murati", "OpenAI")],
    "bob-mcgrew": [("Bob McGrew", "OpenAI")],
    "john-schulman": [("John Schulman", "OpenAI")],
    "sebastien-bubeck": [("Sebastien Bubeck", "Microsoft"), ("Bubeck", "Microsoft"), ("Sébastien Bubeck", "OpenAI")],
    "jason-wei": [("Jason Wei", "OpenAI"), ("Wei", "OpenAI"), ("Jason Wei", "Meta")],
    "hyung-won-chung": [("Hyung Won Chung", "OpenAI"), ("Chung", "OpenAI")],
    "greg-brockman": [("Greg Brockman", "OpenAI"), ("Brockman", "OpenAI")],
    "sam-altman": [("Sam Altman", "OpenAI"), ("阿爾特曼", "OpenAI"), ("阿尔特曼", "OpenAI")],
    "jakub-pachocki": [("Jakub Pachocki", "OpenAI"), ("Pachocki", "OpenAI")],
    "lilian-weng": [("Lilian Weng", "OpenAI")],
    "barret-zoph": [("Barret Zoph", "OpenAI")],
    "luke-metz": [("Luke Metz", "OpenAI")],
    "miles-brundage": [("Miles Brundage", "OpenAI")],
    "peter-deng": [("Peter Deng", "OpenAI")],
}


@pytest.mark.parametrize("person", sorted(SEED_PEOPLE))
def test_the_people_of_the_seeds_are_one_each(person: str) -> None:
    moves = [
        told("departure", name, place, published=f"2024-{month:02d}-15")
        for month, (name, place) in enumerate(SEED_PEOPLE[person], 1)
    ]
    book = resolve_entities(moves, EntityBook(), load_gazetteer())
    assert {link.person_id for link in book.links.values()} == {person}
