"""Organisations, people and name parts that we know: loading, checking, and exact lookup in every script.

The alias file decides who is who: a name that stands in it is that person or organisation, whatever else it resembles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from include.errors import ConfigError
from include.knowledge.compiled import compiled_path, read_compiled, write_compiled
from include.knowledge.gazetteerfiles import Names, Organisation, Person, read_names, read_organisations, read_people
from include.knowledge.namekeys import name_key, organisation_key

__all__ = ["Gazetteer", "Names", "Organisation", "Person", "build_gazetteer", "load_gazetteer", "load_names"]

FOLDER = Path(__file__).parent
_FILES = ("organisations.yaml", "people.yaml")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """What we know of organisations and people. Lookups are exact after `name_key`."""

    organisations: tuple[Organisation, ...] = ()
    people: tuple[Person, ...] = ()
    organisation_by_id: Mapping[str, Organisation] = field(default_factory=dict)
    person_by_id: Mapping[str, Person] = field(default_factory=dict)
    organisation_by_key: Mapping[str, str] = field(default_factory=dict)
    person_by_key: Mapping[str, str] = field(default_factory=dict)
    people_by_short_key: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find_organisation(self, name: str) -> Organisation | None:
        """The organisation that has this alias, legal forms aside, or None."""
        found = self.organisation_by_key.get(name_key(name)) or self.organisation_by_key.get(organisation_key(name))
        return self.organisation_by_id[found] if found else None

    def find_person(self, name: str) -> Person | None:
        """The person who has this full alias, or None. Short forms do not decide."""
        found = self.person_by_key.get(name_key(name))
        return self.person_by_id[found] if found else None

    def find_people_by_short_form(self, name: str) -> tuple[Person, ...]:
        """Everybody whom this short form may mean."""
        return tuple(self.person_by_id[found] for found in self.people_by_short_key.get(name_key(name), ()))

    def root_of(self, organisation_id: str) -> str:
        """The topmost parent of an organisation; the id itself where it has none or is not known."""
        known = self.organisation_by_id.get(organisation_id)
        while known is not None and known.parent:
            organisation_id, known = known.parent, self.organisation_by_id.get(known.parent)
        return organisation_id


@cache
def load_gazetteer(folder: Path = FOLDER) -> Gazetteer:
    """Load `organisations.yaml` and `people.yaml` of a folder, checked. Raises ConfigError with file and line."""
    compiled = compiled_path(folder, _FILES)
    kept = read_compiled(compiled)
    if kept is not None:
        return _assemble(**kept)
    organisations = read_organisations(folder / _FILES[0])
    people = read_people(folder / _FILES[1], {organisation.id for organisation in organisations})
    gazetteer = build_gazetteer(organisations, people)
    write_compiled(
        compiled,
        {"organisations": organisations, "people": people},
        {
            "organisation_by_key": gazetteer.organisation_by_key,
            "person_by_key": gazetteer.person_by_key,
            "people_by_short_key": gazetteer.people_by_short_key,
        },
    )
    return gazetteer


@cache
def load_names(script: str, folder: Path = FOLDER / "names") -> Names:
    """Load the name parts of one script (`latin`, `han` ...). Raises ConfigError with file and line."""
    path = folder / f"{script}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.yaml"))) or "none"
        raise ConfigError(f"{path}: no names of script {script!r}; known are {known}")
    return read_names(path)


def build_gazetteer(organisations: Iterable[Organisation], people: Iterable[Person]) -> Gazetteer:
    """Index organisations and people for lookup."""
    organisations, people = tuple(organisations), tuple(people)
    by_key: dict[str, str] = {}
    for organisation in organisations:
        for alias in (organisation.name, *organisation.aliases):
            by_key.setdefault(name_key(alias), organisation.id)
    for organisation in organisations:
        for alias in (organisation.name, *organisation.aliases):
            by_key.setdefault(organisation_key(alias), organisation.id)
    person_by_key: dict[str, str] = {}
    short: dict[str, list[str]] = {}
    for person in people:
        for alias in (person.name, person.native, *person.aliases):
            if alias:
                person_by_key.setdefault(name_key(alias), person.id)
        for alias in person.short:
            short.setdefault(name_key(alias), []).append(person.id)
    return _assemble(organisations, people, by_key, person_by_key, short)


def _assemble(
    organisations: Iterable[Organisation],
    people: Iterable[Person],
    organisation_by_key: Mapping[str, str],
    person_by_key: Mapping[str, str],
    people_by_short_key: Mapping[str, Iterable[str]],
) -> Gazetteer:
    organisations, people = tuple(organisations), tuple(people)
    return Gazetteer(
        organisations=organisations,
        people=people,
        organisation_by_id={o.id: o for o in organisations},
        person_by_id={p.id: p for p in people},
        organisation_by_key=organisation_by_key,
        person_by_key=person_by_key,
        people_by_short_key={key: tuple(dict.fromkeys(ids)) for key, ids in people_by_short_key.items()},
    )
