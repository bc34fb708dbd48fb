"""Load `boilerplate.yaml`: lines of news pages that are not the article's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from include.errors import ConfigError
from include.knowledge.yamlfile import check_keys, read_yaml

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
    root = check_keys(path, read_yaml(path), ("languages",))
    collected: dict[str, set[str]] = {field: set() for field in _FIELDS}
    languages = check_keys(path, root["languages"], root["languages"].keys())
    for code, entry in languages.items():
        lists = check_keys(path, entry, _FIELDS)
        for field in _FIELDS:
            phrases = lists[field]
            line = lists.key_lines[field]
            if not isinstance(phrases, list) or not all(isinstance(phrase, str) and phrase for phrase in phrases):
                raise ConfigError(f"{path}:{line}: {code}.{field} must be a list of texts")
            repeated = {phrase for phrase in phrases if phrases.count(phrase) > 1}
            if repeated:
                raise ConfigError(f"{path}:{line}: {code}.{field} names {min(repeated)!r} twice; remove one")
            collected[field].update(phrase.casefold() for phrase in phrases)
    return Boilerplate(**{field: frozenset(phrases) for field, phrases in collected.items()})
