"""Common words in names of organisations, in all languages: what they mean, and which words make a name its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from include.errors import ConfigError
from include.knowledge.namekeys import name_key, organisation_key
from include.knowledge.yamlfile import check_keys, read_yaml

_PATH = Path(__file__).with_name("organisation_words.yaml")
_UNSPACED = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_RUN = re.compile(f"[{_UNSPACED}]+|[^\\s{_UNSPACED}]+")
_KANA = "[\u30a0-\u30ff]"
_KATAKANA = re.compile(f"{_KANA}+")
_COUNTRY = 5  # letters of in-fr; in-africa is none
_ELIDED = re.compile(r"\b(?:d|l|dell|all|nell)['\u2019]|['\u2019]s\b", re.IGNORECASE)  # de l'Atlas, Spain's
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


@dataclass(frozen=True, slots=True)
class NameWords:
    """A name taken apart: what kinds of organisation it states, what else its common words mean, and the others."""

    kinds: frozenset[str]
    attributes: frozenset[str]
    own: tuple[str, ...]  # words that make the name this organisation's
    every: tuple[str, ...]  # all words but articles and prepositions, in their order

    @property
    def countries(self) -> frozenset[str]:
        """Countries among the attributes."""
        return frozenset(meaning for meaning in self.attributes if len(meaning) == _COUNTRY and meaning[:3] == "in-")


@dataclass(frozen=True, slots=True)
class OrganisationWords:
    """The file, as it is looked up."""

    kinds: frozenset[str]
    whole: Mapping[str, str]  # phrase -> meaning
    stems: Mapping[str, str]
    parts: Mapping[str, str]  # of scripts without spaces
    part: re.Pattern[str]
    longest: int
    stopwords: frozenset[str]
    units: frozenset[str]  # words behind a firm's name that others bear as well, and which still mean that firm


@lru_cache(maxsize=65536)
def read_words(name: str) -> NameWords:
    """Take the name of an organisation apart: `Болгарський національний банк` is a bank, national, of `болгарський`."""
    words = load_organisation_words()
    runs = _RUN.findall(organisation_key(_ELIDED.sub("", name)))
    meanings: set[str] = set()
    own: list[str] = []
    index = 0
    while index < len(runs):
        if _IS_UNSPACED.match(runs[index]):
            meanings |= {words.parts[found] for found in words.part.findall(runs[index])}
            own += [part for part in words.part.sub(" ", runs[index]).split() if part]
            index += 1
            continue
        length, meaning = _find_phrase(runs, index, words)
        if meaning:
            meanings.add(meaning)
        elif runs[index] not in words.stopwords:
            own.append(runs[index])
        index += length
    return NameWords(
        kinds=frozenset(meanings & words.kinds),
        attributes=frozenset(meanings - words.kinds),
        own=tuple(own),
        every=tuple(run for run in runs if run not in words.stopwords),
    )


def _find_phrase(runs: list[str], index: int, words: OrganisationWords) -> tuple[int, str]:
    for length in range(min(words.longest, len(runs) - index), 0, -1):
        meaning = words.whole.get(" ".join(runs[index : index + length]))
        if meaning:
            return length, meaning
    word = runs[index]
    stem = next((word[:end] for end in range(len(word), 2, -1) if word[:end] in words.stems), "")
    return 1, words.stems.get(stem, "")


def _longest_first(parts: Iterable[str]) -> list[str]:
    return sorted(parts, key=lambda part: (-len(part), part))


def _delimit(part: str, meaning: str) -> str:
    """The pattern of a part: countries in katakana stand alone, India (インド) is not in マインド."""
    alone = meaning.startswith("in-") and _KATAKANA.fullmatch(part)
    return f"(?<!{_KANA}){part}(?!{_KANA})" if alone else re.escape(part)


@cache
def load_organisation_words(path: Path = _PATH) -> OrganisationWords:
    """Read and check the file. Raises ConfigError with its line where a word stands under two meanings."""
    content = check_keys(path, read_yaml(path), ("kinds", "attributes", "units", "stopwords"))
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    parts: dict[str, str] = {}
    for section in ("kinds", "attributes"):
        for meaning, phrases in content[section].items():
            for phrase in phrases:
                key = name_key(phrase.removesuffix("*"))
                kept = parts if _IS_UNSPACED.search(key) else stems if phrase.endswith("*") else whole
                if kept.setdefault(key, meaning) != meaning:
                    line = content[section].key_lines[meaning]
                    raise ConfigError(f"{path}:{line}: {phrase!r} stands under {kept[key]} and {meaning}; remove one")
    longest = max((len(key.split()) for key in whole), default=1)
    pattern = re.compile("|".join(_delimit(part, parts[part]) for part in _longest_first(parts)) or "(?!)")
    stopwords, units = (frozenset(name_key(word) for word in content[section]) for section in ("stopwords", "units"))
    return OrganisationWords(frozenset(content["kinds"]), whole, stems, parts, pattern, longest, stopwords, units)


_OTHER_KINDS = frozenset({
    "bank", "university", "ministry", "hospital", "airline", "club", "theatre", "opera", "orchestra", "church",
    "railway", "airport", "insurance", "brewery", "army", "embassy", "court", "police", "parliament", "party", "union",
    "port",
})  # fmt: skip
_OTHER_BUSINESSES = frozenset({
    "health", "medical", "chemicals", "pharma", "motor", "biotech", "steel", "mining", "construction", "water",
    "tourism", "savings", "cancer",
})  # fmt: skip
_UNITS = frozenset(
    {"ai", "technology", "research", "group", "company", "international", "media", "industry", "science"}
)


def is_another(rest: str, own: Iterable[str], *, common: bool, manifold: bool) -> bool:
    """Whether the name of a known firm with what stands behind it in one run of names is the name of another firm.

    `own` are all names of the known one, `common` says that others bear that name too, and `manifold` that it has units
    in every business, as great concerns have. A bank is another than Apple, and Delta Freight than Delta; Google Cloud
    is Google.
    """
    others = _OTHER_KINDS if manifold else _OTHER_KINDS | _OTHER_BUSINESSES
    meant = frozenset[str]().union(*(_meanings(name) for name in own))
    if _meanings(rest) & others - meant:
        return True
    units = load_organisation_words().units
    return (
        common
        and not manifold
        and not all(
            word in units or _meanings(word) & (_UNITS | meant) or read_words(word).countries
            for word in read_words(rest).every
        )
    )


def _meanings(name: str) -> frozenset[str]:
    words = read_words(name)
    return words.kinds | words.attributes
