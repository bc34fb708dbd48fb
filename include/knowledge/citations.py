"""Load `citations.yaml`: outlets that others cite, and how languages cite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from include.errors import ConfigError
from include.knowledge.wordlists import read_texts
from include.knowledge.yamlfile import check_keys, read_yaml

CITATIONS_PATH = Path(__file__).parent / "citations.yaml"
_PHRASES = ("before", "after", "first")


@dataclass(frozen=True, slots=True)
class CitationFrames:
    """How one language cites. `reach`: characters that may stand between an outlet and an `after` phrase."""

    reach: int
    endings: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citations:
    """`outlets` maps every alias to the name as the product writes it, `signs` the short forms that only sign;
    `frames` is by language without script."""

    outlets: Mapping[str, str]
    signs: Mapping[str, str]
    frames: Mapping[str, CitationFrames]
    labels: tuple[str, ...]


@cache
def load_citations(path: Path = CITATIONS_PATH) -> Citations:
    """Read and check the file. Raises ConfigError with file and line."""
    root = check_keys(path, read_yaml(path), ("outlets", "frames", "labels"))
    outlets: dict[str, str] = {}
    signs: dict[str, str] = {}
    for entry in root["outlets"]:
        outlet = check_keys(path, entry, ("name", "aliases"), ("signs",))
        short = read_texts(path, outlet, "signs") if "signs" in outlet else []
        signs |= dict.fromkeys(short, outlet["name"])
        for alias in dict.fromkeys([outlet["name"], *read_texts(path, outlet, "aliases")]):
            if alias in outlets or alias in signs:
                raise ConfigError(f"{path}:{outlet.line}: {alias!r} names two outlets; remove one")
            outlets[alias] = outlet["name"]
    languages = check_keys(path, root["frames"], root["frames"].keys())
    frames = {code: _read_frames(path, languages[code]) for code in languages}
    return Citations(outlets, signs, frames, tuple(read_texts(path, root, "labels")))


def _read_frames(path: Path, entry: Any) -> CitationFrames:
    values = check_keys(path, entry, ("reach", "endings", *_PHRASES))
    if not isinstance(values["reach"], int) or not 0 < values["reach"] <= 200:
        raise ConfigError(f"{path}:{values.key_lines['reach']}: reach must be a number of characters from 1 to 200")
    before, after, first = (tuple(read_texts(path, values, name)) for name in _PHRASES)
    endings = tuple(read_texts(path, values, "endings"))
    return CitationFrames(values["reach"], endings, before, after, first)
