"""The files of the gazetteer: what an entry holds, and the checks that refuse a wrong one with file and line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.errors import ConfigError
from include.knowledge.namekeys import name_key
from include.knowledge.yamlfile import LocatedDict, check_keys, read_yaml

ORGANISATION_KINDS = (
    "lab", "bigtech", "chip", "startup", "company", "university", "institute", "fund", "bank", "government", "media",
    "club", "nonprofit",
)  # fmt: skip
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


def read_organisations(path: Path) -> list[Organisation]:
    """Read and check the organisations; none where there is no file. Raises ConfigError."""
    entries = _entries(path, "organisations", ("id", "name", "kind"), _ORGANISATION_OPTIONAL)
    for entry in entries:
        if entry["kind"] not in ORGANISATION_KINDS:
            kinds = ", ".join(ORGANISATION_KINDS)
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


def read_people(path: Path, organisation_ids: Collection[str]) -> list[Person]:
    """Read and check the people; none where there is no file. Raises ConfigError."""
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
    for entry, person in zip(entries, found, strict=True):
        for organisation in person.known_for:
            if organisation not in organisation_ids:
                raise ConfigError(
                    f"{path}:{_line(entry, 'known_for')}: {organisation!r} is no id in organisations.yaml"
                )
    return found


def _entries(path: Path, top: str, required: tuple[str, ...], optional: tuple[str, ...]) -> list[LocatedDict]:
    if not path.is_file():
        return []
    content = check_keys(path, read_yaml(path), (top,))
    line = content.key_lines[top]
    entries = [check_keys(path, entry, required, optional, line=line) for entry in content[top] or ()]
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


def read_names(path: Path) -> Names:
    """Read and check the name parts of one script. Raises ConfigError."""
    entry = check_keys(path, read_yaml(path), (), (*_NAME_PARTS, "transliteration"))
    parts = {key: frozenset(_texts(path, entry, key)) for key in entry if key != "transliteration"}
    return Names(path.stem, transliteration=frozenset("".join(_texts(path, entry, "transliteration"))), **parts)
