"""The watchlist: which organisations, people and posts this installation watches. A file that anyone can edit."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from include.errors import ConfigError
from include.knowledge.gazetteer import Gazetteer
from include.knowledge.namekeys import name_key, organisation_key
from include.knowledge.roles import role_families
from include.knowledge.yamlfile import LocatedDict, check_keys, read_yaml

PATH = Path(__file__).with_name("watchlist.yaml")
_LISTS = ("organisations", "people", "roles")


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Names as written in the file, each with its line."""

    path: Path
    name: str
    organisations: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    lines: tuple[tuple[str, int], ...] = ()

    def watches_organisation(self, organisation_id: str | None, name: str | None, gazetteer: Gazetteer) -> str | None:
        """The watched organisation that this one is, or is a unit of; None for none."""
        if not organisation_id and not name:
            return None
        known, own = _index(self, _Held(gazetteer))
        while organisation_id:
            if organisation_id in known:
                return known[organisation_id]
            entry = gazetteer.organisation_by_id.get(organisation_id)
            organisation_id = entry.parent if entry else None
        return own.get(organisation_key(name)) if name else None

    def watches_person(self, person_id: str, name: str, gazetteer: Gazetteer) -> str | None:
        """The watched person that this one is, or None."""
        for watched in self.people:
            found = gazetteer.find_person(watched)
            if (found and found.id == person_id) or name_key(watched) == name_key(name):
                return watched
        return None

    def watches_role(self, role: str | None) -> str | None:
        """The watched post whose words, or whose family, this post has; None for none."""
        if not role:
            return None
        key, families = f" {name_key(role)} ", set(role_families(role))
        for watched in self.roles:
            if f" {name_key(watched)} " in key or families & set(role_families(watched)[:1]):
                return watched
        return None


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A gazetteer as a cache key, by identity."""

    gazetteer: Gazetteer

    def __hash__(self) -> int:
        return id(self.gazetteer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.gazetteer is self.gazetteer


@cache
def _index(watchlist: Watchlist, held: _Held) -> tuple[dict[str, str], dict[str, str]]:
    known: dict[str, str] = {}
    own: dict[str, str] = {}
    for watched in watchlist.organisations:
        found = held.gazetteer.find_organisation(watched)
        if found:
            known[found.id] = watched
        own[organisation_key(watched)] = watched
    return known, own


def load_watchlist(path: Path = PATH) -> Watchlist:
    """Load and check a watchlist. Raises ConfigError with file and line."""
    content = check_keys(path, read_yaml(path), (), ("name", *_LISTS))
    written = path.read_text(encoding="utf-8").splitlines()
    lines: list[tuple[str, int]] = []
    values = {}
    for key in _LISTS:
        values[key] = _read_names(path, content, key)
        lines += [(text, _find_line(written, text, content.key_lines[key])) for text in values[key]]
    return Watchlist(path, str(content.get("name") or path.stem), lines=tuple(lines), **values)


def check_watchlist(watchlist: Watchlist, gazetteer: Gazetteer) -> list[str]:
    """One line for each watched organisation that nothing knows, with the nearest names. A warning, not an error."""
    names = {name_key(o.name): o.name for o in gazetteer.organisations}
    lines = dict(watchlist.lines)
    warnings = []
    for watched in watchlist.organisations:
        if gazetteer.find_organisation(watched) is None:
            near = [names[key] for key in difflib.get_close_matches(name_key(watched), names, n=3, cutoff=0.7)]
            advice = f"; did you mean {', '.join(near)}?" if near else ""
            warnings.append(
                f"{watchlist.path}:{lines[watched]}: no organisation {watched!r} is known, so it is watched by this "
                f"name alone{advice}"
            )
    return warnings


def _read_names(path: Path, content: LocatedDict, key: str) -> tuple[str, ...]:
    value = content.get(key) or []
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise ConfigError(f"{path}:{content.key_lines.get(key, 1)}: {key} must be a list of names")
    return tuple(value)


def _find_line(written: list[str], name: str, start: int) -> int:
    """The line of a name, at or after the line of its list."""
    return next((number for number, line in enumerate(written[start - 1 :], start) if name in line), start)
