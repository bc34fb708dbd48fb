"""The gazetteer as an automaton: every alias of every organisation and person, found in one pass."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from ahocorasick_rs import AhoCorasick, MatchKind

from include.detect.text import NormalText, fold_text, is_boundary, script_of
from include.knowledge.gazetteer import load_gazetteer

_GOES_ON = re.compile("['’ʼ][A-ZÀ-ÖØ-Þ][a-zß-ÿ]")  # behind Dell in Dell'Acqua


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to write a known name."""

    kind: Literal["person", "org"]
    entity_id: str
    text: str
    short: bool  # a surname alone: counts only beside the full name or an organisation of the person
    organisation_kind: str = ""


@dataclass(frozen=True, slots=True)
class KnownName:
    """An occurrence of an alias."""

    start: int
    end: int
    alias: Alias


@cache
def _automaton(han_fold: bool) -> tuple[Any, list[tuple[Alias, ...]]]:
    gazetteer = load_gazetteer()
    table: dict[str, list[Alias]] = defaultdict(list)

    def add(text: str, alias: Alias) -> None:
        folded = fold_text(text, han_fold)
        if len(folded) > 1 and alias not in table[folded]:
            table[folded].append(alias)

    for organisation in gazetteer.organisations:
        for text in (organisation.name, *organisation.aliases):
            add(text, Alias("org", organisation.id, text, False, organisation.kind))
    for person in gazetteer.people:
        for text in (person.name, *person.aliases, *([person.native] if person.native else [])):
            add(text, Alias("person", person.id, text, False))
        for text in person.short:
            add(text, Alias("person", person.id, text, True))
    literals = list(table)
    return AhoCorasick(literals, matchkind=MatchKind.Standard), [tuple(table[literal]) for literal in literals]


def find_known_names(text: NormalText, *, han_fold: bool, inflected: bool, open_end: bool) -> list[KnownName]:
    """Known names in the text, longest first where they overlap."""
    automaton, aliases = _automaton(han_fold)
    found: list[KnownName] = []
    for index, start, end in automaton.find_matches_as_indexes(text.fold, overlapping=True):
        if not is_boundary(text.fold, start):
            continue
        if _GOES_ON.match(text.norm, end):
            continue
        if not is_boundary(text.fold, end):
            end = _extend(text, start, end, inflected=inflected, open_end=open_end)
            if not end:
                continue
        found.extend(KnownName(start, end, alias) for alias in aliases[index] if _case_agrees(text, start, alias.text))
    found.sort(key=lambda known: (known.start, -known.end, known.alias.short))
    kept: list[KnownName] = []
    for known in found:
        if not kept or known.start >= kept[-1].end:
            kept.append(known)
    return kept


def _extend(text: NormalText, start: int, end: int, *, inflected: bool, open_end: bool) -> int:
    """End of the word when only an ending follows the alias, else 0."""
    script = script_of(text.fold[end - 1])
    if open_end and script == 5 and end - start >= 2:
        return end
    if not inflected or end - start < 4:
        return 0
    stop = end
    while stop < len(text.fold) and stop - end <= 3 and script_of(text.fold[stop]) == script:
        stop += 1
    return stop if stop - end <= 3 else 0


def _case_agrees(text: NormalText, start: int, alias: str) -> bool:
    written = text.norm[start : start + len(alias)]
    if not alias[0].isupper():
        return script_of(alias[0]) not in (1, 2) or written == alias or written[:1].isupper()
    if alias.isupper() and len(alias) <= 4:
        return written == alias
    return written[:1].isupper()
