"""Load `bylines.yaml`: words around the names of those who wrote a page and around its dates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from include.errors import ConfigError
from include.knowledge.yamlfile import check_keys, read_yaml

BYLINES_PATH = Path(__file__).parent / "bylines.yaml"
_FIELDS = ("by", "labels", "edited", "roles", "places", "and", "desks", "published", "updated")


@dataclass(frozen=True, slots=True)
class BylineWords:
    """Words of all languages together, lower-case. What each list means is said in the file."""

    by: frozenset[str]
    labels: frozenset[str]
    edited: frozenset[str]
    roles: frozenset[str]
    places: frozenset[str]
    joints: frozenset[str]  # `and` of the file
    desks: frozenset[str]
    published: frozenset[str]
    updated: frozenset[str]


@cache
def load_bylines(path: Path = BYLINES_PATH) -> BylineWords:
    """Read and check the file. Raises ConfigError with file and line."""
    root = check_keys(path, read_yaml(path), ("languages",))
    collected: dict[str, set[str]] = {field: set() for field in _FIELDS}
    languages = check_keys(path, root["languages"], root["languages"].keys())
    for code, entry in languages.items():
        lists = check_keys(path, entry, _FIELDS)
        for field in _FIELDS:
            words = lists[field]
            if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
                raise ConfigError(f"{path}:{lists.key_lines[field]}: {code}.{field} must be a list of texts")
            wrong = next((word for word in words if word != word.casefold() or words.count(word) > 1), None)
            if wrong:
                raise ConfigError(
                    f"{path}:{lists.key_lines[field]}: {code}.{field}: {wrong!r} is written twice or with capitals"
                )
            collected[field].update(words)
    joints = frozenset(collected.pop("and"))
    return BylineWords(joints=joints, **{field: frozenset(words) for field, words in collected.items()})
