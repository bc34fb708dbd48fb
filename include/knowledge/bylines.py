"""Load `bylines.yaml`: words around the names of those who wrote a page and around its dates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from include.knowledge.wordlists import read_word_lists

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
    lists = read_word_lists(path, _FIELDS)
    joints = lists.pop("and")
    return BylineWords(joints=joints, **lists)
