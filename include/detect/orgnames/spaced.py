"""Organisations in Arabic and Hindi that stand in no list: شركة نورس, तारा बैंक, «نون»."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.lexicon import Lexicon
from include.detect.names import BLOCKING, Candidate
from include.detect.reading import Reading
from include.detect.text import script_of

_WORD = re.compile(r"[^\s\"'“”«»()（）「」『』\[\],،.:;!?।。、，。；：！？|/]+")


def find_spaced(reading: Reading) -> Iterator[Candidate]:
    """Words after a word of kind, in Hindi before one too, and words in quotes."""
    yield from _beginning_with(reading)
    yield from find_quoted(reading)
    if reading.lexicon.pack.script == "devanagari":
        yield from _words_before(reading)


def _blocks(lexicon: Lexicon, reading: Reading) -> dict[int, int]:
    return {
        h.start: h.end
        for h in reading.hits
        if h.entry.category in BLOCKING or h.entry.category in ("and", "bare_nouns")
    }


def _beginning_with(reading: Reading) -> Iterator[Candidate]:
    lexicon, fold = reading.lexicon, reading.text.fold
    blocked = _blocks(lexicon, reading)
    for hit in reading.hits:
        if hit.entry.category != "org_before" or script_of(fold[hit.start]) == 1:
            continue
        end = hit.end
        taken = 0
        for match in _WORD.finditer(fold, hit.end):
            gap = fold[end : match.start()]
            if gap.strip(" \"'«“(") or blocked.get(match.start(), 0) >= match.end() or match.start() - hit.end > 40:
                break
            if taken and (gap != " " or taken >= 2):
                break
            end, taken = match.end(), taken + 1
        if taken:
            start = hit.end
            while start < end and fold[start] in " \"'«“(":
                start += 1
            yield Candidate(start if end - start > 1 else hit.start, end, 0.0, 1.8, taken)


_QUOTED = re.compile(r"[\"“‘'«]([^\"“”‘’'«»\d\n]{2,30})[\"”’'»]")


def find_quoted(reading: Reading) -> Iterator[Candidate]:
    """One to three words in quotes: «نون», 'सर्वम'. Whether they name an organisation is judged like any name."""
    for match in _QUOTED.finditer(reading.text.norm):
        words = match.group(1).split()
        if 1 <= len(words) <= 3 and not reading.hits_in(match.start(1), match.end(1), "trigger", "role"):
            yield Candidate(match.start(1), match.end(1), 0.0, 1.0, len(words))


def _words_before(reading: Reading) -> Iterator[Candidate]:
    fold = reading.text.fold
    blocked = {end: start for start, end in _blocks(reading.lexicon, reading).items()}
    for hit in reading.hits:
        if hit.entry.category != "org_after" or script_of(fold[hit.start]) != 4:
            continue
        words = [(m.start(), m.end()) for m in _WORD.finditer(fold, max(0, hit.start - 40), hit.start)]
        start = hit.start
        for word_start, word_end in reversed(words[-2:]):
            if fold[word_end:start].strip() or word_end in blocked:
                break
            start = word_start
        if start < hit.start:
            yield Candidate(start, hit.end, 0.0, 2.0, 2)
