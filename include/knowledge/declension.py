"""Load `declension.yaml`: the endings that names take in languages with cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from include.errors import ConfigError
from include.knowledge.wordlists import read_texts
from include.knowledge.yamlfile import check_keys, read_yaml

DECLENSION_PATH = Path(__file__).parent / "declension.yaml"
ANY_CONSONANT = "C"
_CASES = 6  # nominative, genitive, dative, accusative, instrumental, locative


@dataclass(frozen=True, slots=True)
class Row:
    """The endings of one kind of name; `cases` holds the forms of each case, the nominative first."""

    genders: str  # "m", "f" or "mf"
    cases: tuple[tuple[str, ...], ...]

    @property
    def nominative(self) -> str:
        """The ending of the form under which people are listed."""
        return self.cases[0][0]

    @property
    def is_telling(self) -> bool:
        """Whether the ending is one that few names have: -ов and -ский, but not "a consonant"."""
        takes_endings = any(forms != self.cases[0] for forms in self.cases)
        return takes_endings and len(self.nominative.replace(ANY_CONSONANT, "")) > 1


@dataclass(frozen=True, slots=True)
class Declension:
    """The rows of one language by the part of a name, likelier ones first."""

    given: tuple[Row, ...]
    middle: tuple[Row, ...]
    surname: tuple[Row, ...]


@cache
def load_declensions(path: Path = DECLENSION_PATH) -> Mapping[str, Declension]:
    """Read and check the file; by language. Raises ConfigError with file and line."""
    root = check_keys(path, read_yaml(path), ("languages",))
    languages = check_keys(path, root["languages"], root["languages"].keys())
    return {code: _read_language(path, code, entry) for code, entry in languages.items()}


def _read_language(path: Path, code: str, entry: Any) -> Declension:
    fields = check_keys(path, entry, ("given", "middle", "surname"))
    parts = {}
    for part in ("given", "middle", "surname"):
        texts = read_texts(path, fields, part, within=code)
        place = f"{path}:{fields.key_lines[part]}: {code}.{part}"
        if twice := next((text for text in texts if texts.count(text) > 1), None):
            raise ConfigError(f"{place}: {twice!r} stands twice; remove one")
        parts[part] = tuple(_read_row(place, text) for text in texts)
    return Declension(**parts)


def _read_row(place: str, text: str) -> Row:
    head, colon, tail = text.partition(":")
    named = head.split()
    if not colon or len(named) != 2 or named[0] not in ("m", "f", "mf") or len(tail.split()) != _CASES - 1:
        raise ConfigError(f'{place}: {text!r}: "m|f|mf NOMINATIVE: GEN DAT ACC INS LOC" is expected')
    row = Row(named[0], ((named[1],), *(tuple(forms.split("/")) for forms in tail.split())))
    endings = [form for forms in row.cases for form in forms]
    if not all(endings) or len({form.startswith(ANY_CONSONANT) for form in endings}) > 1:
        raise ConfigError(f"{place}: {text!r}: every form must begin with {ANY_CONSONANT}, or none")
    return row
