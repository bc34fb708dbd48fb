"""Load `identification.yaml`: what telling languages apart needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from include.errors import ConfigError
from include.knowledge.wordlists import read_words
from include.knowledge.yamlfile import check_keys, read_yaml
from include.records import LANGUAGES

IDENTIFICATION_PATH = Path(__file__).parent / "identification.yaml"


@dataclass(frozen=True, slots=True)
class IdentificationKnowledge:
    """See the comments of the file."""

    neighbours: frozenset[str]
    tell_apart: tuple[dict[str, frozenset[str]], ...]  # language -> its words, a pair each
    zones: Mapping[str, ZoneInfo]


@cache
def load_identification(path: Path = IDENTIFICATION_PATH) -> IdentificationKnowledge:
    """Read and check the file. Raises ConfigError with file and line."""
    root = check_keys(path, read_yaml(path), ("neighbours", "tell_apart", "zones"))
    if not isinstance(root["tell_apart"], list):
        raise ConfigError(f"{path}:{root.key_lines['tell_apart']}: tell_apart must be a list of pairs of languages")
    apart = tuple(_read_pair(path, entry) for entry in root["tell_apart"])
    return IdentificationKnowledge(read_words(path, root, "neighbours"), apart, _read_zones(path, root["zones"]))


def _read_pair(path: Path, entry: Any) -> dict[str, frozenset[str]]:
    if not isinstance(entry, dict) or len(entry) != 2:
        raise ConfigError(f"{path}: an entry of tell_apart must name two languages, found {entry!r:.60}")
    words = check_keys(path, entry, entry.keys())
    pair = {code: read_words(path, words, code, within="tell_apart") for code in words}
    shared = frozenset.intersection(*pair.values())
    if shared:
        raise ConfigError(f"{path}:{words.line}: {min(shared)!r} stands on both sides of a pair; remove it")
    return pair


def _read_zones(path: Path, entry: Any) -> dict[str, ZoneInfo]:
    names = check_keys(path, entry, (), LANGUAGES)
    zones = {}
    for code, name in names.items():
        try:
            zones[code] = ZoneInfo(name)
        except (ValueError, ZoneInfoNotFoundError):
            raise ConfigError(f"{path}:{names.key_lines[code]}: zones.{code}: {name!r} is no time zone") from None
    return zones
