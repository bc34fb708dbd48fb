"""How alike the sounds of two scripts are, and how characters of names are read in other countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from include.errors import ConfigError
from include.knowledge.yamlfile import check_keys, read_yaml

_SOUNDS = Path(__file__).with_name("sounds.yaml")
_READINGS = Path(__file__).with_name("han_readings.yaml")


@dataclass(frozen=True, slots=True)
class SoundTable:
    """Weights of evidence, in bits, for two names being one.

    `pairs`: a sound of the one stands against a sound of the other; `gaps`: a sound, by the script that writes it,
    stands against nothing; `gaps_beside_consonants`: the same where the other script leaves vowels out.
    """

    pairs: Mapping[str, Mapping[str, float]]
    gaps: Mapping[str, Mapping[str, float]]
    gaps_beside_consonants: Mapping[str, Mapping[str, float]]


@cache
def load_sounds(path: Path = _SOUNDS) -> SoundTable:
    """Read and check the table, as `bench.train_sounds` writes it. Raises ConfigError."""
    content = check_keys(path, read_yaml(path), ("letters", "otherwise", "pairs", "gaps", "gaps_beside_consonants"))
    letters, otherwise = content["letters"], float(content["otherwise"])
    pairs = {a: dict.fromkeys(letters, otherwise) for a in letters}
    for a, row in content["pairs"].items():
        for b, bits in row.items():
            if a not in pairs or b not in pairs:
                raise ConfigError(f"{path}:{content['pairs'].key_lines[a]}: {a!r} or {b!r} is not among the letters")
            pairs[a][b] = pairs[b][a] = float(bits)
    return SoundTable(pairs, content["gaps"], content["gaps_beside_consonants"])


@cache
def load_han_readings(path: Path = _READINGS) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By country, then by character (Simplified): how it is read there, in Latin letters. Raises ConfigError."""
    content = check_keys(path, read_yaml(path), ("korean", "cantonese", "vietnamese"))
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for country, readings in content.items():
        of_country = found.setdefault(country, {})
        for reading, characters in readings.items():
            for character in characters:
                of_country[character] = (*of_country.get(character, ()), reading)
    return found
