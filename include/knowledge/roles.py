"""Families of posts: which family a post belongs to, in any of the languages, and how senior it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from include.errors import ConfigError
from include.knowledge.namekeys import name_key
from include.knowledge.yamlfile import check_keys, read_yaml

PATH = Path(__file__).with_name("roles.yaml")
_SPACED = re.compile(r"[a-z\u0400-\u052f\u0600-\u06ff\u0900-\u097f\u1ea0-\u1eff]")


@dataclass(frozen=True, slots=True)
class RoleFamilies:
    """The families, the most senior first, and their compiled phrases."""

    order: tuple[str, ...]
    side: frozenset[str]
    patterns: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def families_of(self, role: str | None) -> tuple[str, ...]:
        """Every family that a post's words belong to, the most senior first; () for none."""
        if not role:
            return ()
        key = name_key(role)
        found = [family for family in self.order if self.patterns[family].search(key)]
        if "vice-president" in found:  # the president in a vice president
            found = [family for family in found if family not in ("president", "chair", "chief-executive")]
        return tuple(found)


@cache
def load_roles(path: Path = PATH) -> RoleFamilies:
    """Load and check the families of posts. Raises ConfigError with file and line."""
    content = check_keys(path, read_yaml(path), ("families",))
    order: list[str] = []
    side = set()
    patterns = {}
    for raw in content["families"]:
        entry = check_keys(path, raw, ("id", "phrases"), ("side",), line=content.key_lines["families"])
        if entry["id"] in patterns:
            raise ConfigError(f"{path}:{entry.line}: family {entry['id']!r} stands twice")
        phrases = [str(phrase) for phrase in entry["phrases"]]
        order.append(entry["id"])
        if entry.get("side"):
            side.add(entry["id"])
        patterns[entry["id"]] = re.compile("|".join(sorted({_pattern(p) for p in phrases}, key=len, reverse=True)))
    return RoleFamilies(tuple(order), frozenset(side), patterns)


@lru_cache(maxsize=8192)
def role_families(role: str | None) -> tuple[str, ...]:
    """Families of a post's words, the most senior first."""
    return load_roles().families_of(role)


def role_family(role: str | None) -> str | None:
    """The most senior family of a post's words; None for none."""
    return next(iter(role_families(role)), None)


def is_side_post(role: str | None) -> bool:
    """Whether a post is only a seat on a board or an adviser's role."""
    families = role_families(role)
    return bool(families) and all(family in load_roles().side for family in families)


def _pattern(phrase: str) -> str:
    stem = re.escape(name_key(phrase.removesuffix("*")))
    if not _SPACED.search(stem):
        return stem
    return rf"(?<!\w){stem}" if phrase.endswith("*") else rf"(?<!\w){stem}(?!\w)"
