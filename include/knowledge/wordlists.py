"""Check lists of words and phrases in knowledge files, and put those of all languages together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from include.errors import ConfigError
from include.knowledge.yamlfile import LocatedDict, check_keys, read_yaml


def read_word_lists(path: Path, fields: Sequence[str]) -> dict[str, frozenset[str]]:
    """The lists that every language of the file has, by their names; all languages together, with case folded.

    Raises ConfigError with file and line, also for a phrase that stands twice in a list or is written with capitals.
    """
    root = check_keys(path, read_yaml(path), ("languages",))
    languages = check_keys(path, root["languages"], root["languages"].keys())
    collected: dict[str, set[str]] = {field: set() for field in fields}
    for code, entry in languages.items():
        lists = check_keys(path, entry, fields)
        for field in fields:
            phrases = read_texts(path, lists, field, within=code)
            place = f"{path}:{lists.key_lines[field]}: {code}.{field}"
            if wrong := next((phrase for phrase in phrases if phrase != phrase.lower()), None):
                raise ConfigError(f"{place}: {wrong!r} is written with capitals; write it in lower case")
            if wrong := next((phrase for phrase in phrases if phrases.count(phrase) > 1), None):
                raise ConfigError(f"{place}: {wrong!r} stands twice; remove one")
            collected[field].update(phrase.casefold() for phrase in phrases)
    return {field: frozenset(phrases) for field, phrases in collected.items()}


def read_texts(path: Path, entry: LocatedDict, key: str, *, within: str = "") -> list[str]:
    """The list of texts under a key, none of them empty; `within` is what the entry is called. Raises ConfigError."""
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        name = f"{within}.{key}" if within else key
        raise ConfigError(f"{path}:{entry.key_lines[key]}: {name} must be a list of texts")
    return value


def read_words(path: Path, entry: LocatedDict, key: str, *, within: str = "") -> frozenset[str]:
    """The same for words that have to be in lower case, none of them without a letter. Raises ConfigError."""
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(word, str) and word.islower() for word in value):
        name = f"{within}.{key}" if within else key
        raise ConfigError(f"{path}:{entry.key_lines[key]}: {name} must be a list of words in lower case")
    return frozenset(value)
