"""Load `cleaning.yaml`: what cleaning a text needs to know of languages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from include.errors import ConfigError
from include.knowledge.yamlfile import check_keys, read_yaml

CLEANING_PATH = Path(__file__).parent / "cleaning.yaml"


@dataclass(frozen=True, slots=True)
class CleaningKnowledge:
    """See the comments of the file."""

    joined_words: frozenset[str]
    neutral_syllables: frozenset[str]


@cache
def load_cleaning(path: Path = CLEANING_PATH) -> CleaningKnowledge:
    """Read and check the file. Raises ConfigError with file and line."""
    root = check_keys(path, read_yaml(path), ("joined_words", "neutral_syllables"))
    words = check_keys(path, root["joined_words"], root["joined_words"].keys())
    joined: set[str] = set()
    for code, listed in words.items():
        joined |= _read_words(path, words.key_lines[code], f"joined_words.{code}", listed)
    neutral = _read_words(path, root.key_lines["neutral_syllables"], "neutral_syllables", root["neutral_syllables"])
    return CleaningKnowledge(frozenset(joined), frozenset(neutral))


def _read_words(path: Path, line: int, name: str, value: Any) -> set[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word.islower() for word in value):
        raise ConfigError(f"{path}:{line}: {name} must be a list of words in lower case")
    return set(value)
