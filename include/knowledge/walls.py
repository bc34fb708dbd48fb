"""Load `walls.yaml`: what a page says that stands in the place of an article."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from include.knowledge.wordlists import read_word_lists

WALLS_PATH = Path(__file__).parent / "walls.yaml"


@dataclass(frozen=True, slots=True)
class Walls:
    """Phrases of all languages together, lower-case. What each list means is said in the file."""

    errors: frozenset[str]
    walls: frozenset[str]


@cache
def load_walls(path: Path = WALLS_PATH) -> Walls:
    """Read and check the file. Raises ConfigError with file and line."""
    return Walls(**read_word_lists(path, ("errors", "walls")))
