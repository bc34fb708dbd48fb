"""Organisations, people and name parts that we know: loading, checking, and exact lookup in every script.

The alias file decides who is who: a name that stands in it is that person or organisation, whatever else it resembles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from include.errors import ConfigError
from include.knowledge.namekeys import name_key, organisation_key
from include.knowledge.yamlfile import LocatedDict, check_keys, read_yaml

FOLDER = Path(__file__).parent
ORGANISATION_KINDS = frozenset(
    [
        "lab",
        "bigtech",
        "chip",
        "startup",
        "company",
        "university",
        "institute",
        "fund",
        "bank",
        "government",
        "media",
        "club",
        "nonprofit",
    ]
)
_ORGANISATION_OPTIONAL = ("tier", "parent", "aliases", "rivals", "ambiguous", "hq_word")
_PERSON_OPTIONAL = ("aliases", "short", "known_for", "works", "prominence", "native")
_NAME_PARTS = ("given", "surnames", "particles", "honorifics")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation. `tier` 1 (everybody knows it) to 3.

    `ambiguous` aliases are also ordinary words, or short for something else; `hq_word`: the name is a building or place
    that stands for the institution.
    """

    id: str
    name: str
    kind: str
    tier: int = 3
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    hq_word: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `short` forms (a surname alone) need an organisation beside them to decide."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    known_for: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    prominence: int = 3
    native: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Parts of personal names in one script."""

    script: str
    given: frozenset[str] = frozenset()
    surnames: frozenset[str] = frozenset()
    particles: frozenset[str] = frozenset()
    honorifics: frozenset[str] = frozenset()
    transliteration: frozenset[str] = frozenset()  # characters that foreign names are written with


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
    return build_gazetteer(
        _read_organisations(folder / "organisations.yaml"),
        _read_people(folder / "people.yaml"),
    )


@cache
def load_names(script: str, folder: Path = FOLDER / "names") -> Names:
    """Load the name parts of one script (`latin`, `han` ...). Raises ConfigError with file and line."""
    path = folder / f"{script}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.yaml"))) or "none"
        raise ConfigError(f"{path}: no names of script {script!r}; known are {known}")
    entry = check_keys(path, read_yaml(path), (), (*_NAME_PARTS, "transliteration"))
    parts = {key: frozenset(_texts(path, entry, key)) for key in entry if key != "transliteration"}
    return Names(script, transliteration=frozenset("".join(_texts(path, entry, "transliteration"))), **parts)


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
    return Gazetteer(
        organisations=organisations,
        people=people,
        organisation_by_id={o.id: o for o in organisations},
        person_by_id={p.id: p for p in people},
        organisation_by_key=by_key,
        person_by_key=person_by_key,
        people_by_short_key={key: tuple(dict.fromkeys(ids)) for key, ids in short.items()},
    )


def _read_organisations(path: Path) -> list[Organisation]:
    entries = _entries(path, "organisations", ("id", "name", "kind"), _ORGANISATION_OPTIONAL)
    for entry in entries:
        if entry["kind"] not in ORGANISATION_KINDS:
            kinds = ", ".join(sorted(ORGANISATION_KINDS))
            raise ConfigError(f"{path}:{_line(entry, 'kind')}: kind {entry['kind']!r}; known are {kinds}")
    found = [
        Organisation(
            id=entry["id"],
            name=entry["name"],
            kind=entry["kind"],
            tier=_level(path, entry, "tier"),
            parent=entry.get("parent"),
            aliases=_texts(path, entry, "aliases"),
            rivals=_texts(path, entry, "rivals"),
            ambiguous=_texts(path, entry, "ambiguous"),
            hq_word=entry.get("hq_word") is True,
        )
        for entry in entries
    ]
    _check_aliases(path, [(e, (o.name, *o.aliases)) for e, o in zip(entries, found, strict=True)])
    ids = {organisation.id for organisation in found}
    for entry, organisation in zip(entries, found, strict=True):
        for key in ("parent", "rivals"):
            for other in [organisation.parent] if key == "parent" else organisation.rivals:
                if other is not None and other not in ids:
                    raise ConfigError(f"{path}:{_line(entry, key)}: {key} {other!r} is not an id of this file")
    _check_cycles(path, entries, {o.id: o.parent for o in found})
    return found


def _read_people(path: Path) -> list[Person]:
    entries = _entries(path, "people", ("id", "name"), _PERSON_OPTIONAL)
    found = [
        Person(
            id=entry["id"],
            name=entry["name"],
            aliases=_texts(path, entry, "aliases"),
            short=_texts(path, entry, "short"),
            known_for=_texts(path, entry, "known_for"),
            works=_texts(path, entry, "works"),
            prominence=_level(path, entry, "prominence"),
            native=entry.get("native") or "",
        )
        for entry in entries
    ]
    _check_aliases(path, [(e, (p.name, p.native, *p.aliases)) for e, p in zip(entries, found, strict=True)])
    return found


def _entries(path: Path, top: str, required: tuple[str, ...], optional: tuple[str, ...]) -> list[LocatedDict]:
    if not path.is_file():
        return []
    content = check_keys(path, read_yaml(path), (top,))
    entries = [check_keys(path, entry, required, optional) for entry in content[top] or ()]
    seen: dict[str, int] = {}
    for entry in entries:
        for key in required:
            if not isinstance(entry[key], str) or not entry[key].strip():
                raise ConfigError(f"{path}:{_line(entry, key)}: {key} must be text, found {entry[key]!r}")
        if entry["id"] in seen:
            raise ConfigError(f"{path}:{entry.line}: id {entry['id']!r} stands already in line {seen[entry['id']]}")
        seen[entry["id"]] = entry.line
    return entries


def _check_aliases(path: Path, named: list[tuple[LocatedDict, tuple[str, ...]]]) -> None:
    """Refuse an alias that two entries claim: exact lookup could not decide."""
    owner: dict[str, LocatedDict] = {}
    for entry, aliases in named:
        for alias in aliases:
            key = name_key(alias)
            if not key:
                continue
            other = owner.setdefault(key, entry)
            if other is not entry:
                raise ConfigError(
                    f"{path}:{_line(entry, 'aliases')}: alias {alias!r} of {entry['id']!r} belongs already to "
                    f"{other['id']!r} (line {other.line}); keep it in one place"
                )


def _check_cycles(path: Path, entries: list[LocatedDict], parents: Mapping[str, str | None]) -> None:
    for entry in entries:
        seen = [entry["id"]]
        while (parent := parents[seen[-1]]) is not None:
            if parent in seen:
                chain = " -> ".join([*seen, parent])
                raise ConfigError(f"{path}:{_line(entry, 'parent')}: parents go in a circle: {chain}")
            seen.append(parent)


def _texts(path: Path, entry: LocatedDict, key: str) -> tuple[str, ...]:
    value: Any = entry.get(key)
    if value is None:
        return ()
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(text, str) and text.strip() for text in values):
        raise ConfigError(f"{path}:{_line(entry, key)}: {key} must be a list of texts; quote what YAML reads otherwise")
    return tuple(values)


def _level(path: Path, entry: LocatedDict, key: str) -> int:
    value = entry.get(key, 3)
    if value not in (1, 2, 3):
        raise ConfigError(f"{path}:{_line(entry, key)}: {key} must be 1, 2 or 3, found {value!r}")
    return int(value)


def _line(entry: LocatedDict, key: str) -> int:
    return entry.key_lines.get(key, entry.line)
