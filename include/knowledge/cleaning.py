"""Load `cleaning.yaml`: what cleaning a text needs to know of languages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from include.knowledge.wordlists import read_words
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
    joined = [read_words(path, words, code, within="joined_words") for code in words]
    return CleaningKnowledge(frozenset[str]().union(*joined), read_words(path, root, "neutral_syllables"))
