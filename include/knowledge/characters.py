"""Load `characters.yaml`: how often the characters of a language come up, and how its pages were once encoded."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from include.errors import ConfigError
from include.knowledge.wordlists import read_texts
from include.knowledge.yamlfile import check_keys, read_yaml

CHARACTERS_PATH = Path(__file__).parent / "characters.yaml"


@dataclass(frozen=True, slots=True)
class Characters:
    """`encodings`: as Python calls them. `bits`: a character is one in 2 to this power of all; `usual_bits`: their
    mean over a text of the language."""

    encodings: tuple[str, ...]
    bits: Mapping[str, int]
    usual_bits: float


@cache
def load_characters(path: Path = CHARACTERS_PATH) -> Mapping[str, Characters]:
    """Read and check the file, as `bench.count_characters` writes it; by language. Raises ConfigError."""
    root = read_yaml(path)
    languages = check_keys(path, root, root.keys())
    return {code: _read_language(path, code, entry) for code, entry in languages.items()}


def _read_language(path: Path, code: str, entry: Any) -> Characters:
    fields = check_keys(path, entry, ("encodings", "bits"))
    try:
        encodings = tuple(codecs.lookup(name).name for name in read_texts(path, fields, "encodings", within=code))
    except LookupError as error:
        raise ConfigError(f"{path}:{fields.key_lines['encodings']}: {code}.encodings: {error}") from None
    bands = fields["bits"]
    if not isinstance(bands, dict) or not all(isinstance(k, int) and isinstance(v, str) for k, v in bands.items()):
        line = fields.key_lines["bits"]
        raise ConfigError(f"{path}:{line}: {code}.bits must give characters by a whole number of bits")
    bits = {char: number for number, chars in bands.items() for char in chars}
    weight = sum(2.0**-number for number in bits.values())
    usual = sum(number * 2.0**-number for number in bits.values()) / weight if weight else 0.0
    return Characters(encodings, bits, usual)
