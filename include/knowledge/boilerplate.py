"""Load `boilerplate.yaml`: lines of news pages that are not the article's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from include.knowledge.wordlists import read_word_lists

BOILERPLATE_PATH = Path(__file__).parent / "boilerplate.yaml"
_FIELDS = ("read_more", "tail_headings", "prompts", "furniture", "summaries", "credits", "notices", "walls", "closings")


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """Phrases of all languages together, lower-case. What each list means is said in the file."""

    read_more: frozenset[str]
    tail_headings: frozenset[str]
    prompts: frozenset[str]
    furniture: frozenset[str]
    summaries: frozenset[str]
    credits: frozenset[str]
    notices: frozenset[str]
    walls: frozenset[str]
    closings: frozenset[str]


@cache
def load_boilerplate(path: Path = BOILERPLATE_PATH) -> Boilerplate:
    """Read and check the file. Raises ConfigError with file and line."""
    return Boilerplate(**read_word_lists(path, _FIELDS))
