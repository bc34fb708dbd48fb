"""Organisations that stand in no list: by the word that names their kind.

星海科技, 한빛전자 and तारा बैंक end with it, شركة نورس and บริษัทดาวเหนือ begin with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.compounds import find_compounds
from include.detect.headed import find_headed
from include.detect.lexicon import Lexicon
from include.detect.names import BLOCKING, Candidate, folded_names
from include.detect.reading import Reading
from include.detect.text import script_of

_LONGEST = 12  # characters before the word of kind, in Han, kana and Hangul
_WORD = re.compile(r"[^\s\"'“”«»()（）「」『』\[\],،.:;!?।。、，。；：！？|/]+")


def find_organisations(reading: Reading) -> Iterator[Candidate]:
    """Candidates for organisations named by a word of kind."""
    script = reading.lexicon.pack.script
    if script in ("han", "kana"):
        yield from find_compounds(reading)
        if script == "kana":
            yield from _katakana_words(reading)
    elif script == "hangul":
        yield from _hangul_words(reading)
    elif script in ("latin", "cyrillic"):
        yield from find_headed(reading)
    elif script in ("arabic", "thai", "devanagari"):
        yield from _beginning_with(reading)
        yield from _quoted_words(reading)
        if script == "devanagari":
            yield from _words_before(reading)


_KATAKANA = re.compile(r"[ァ-ヺー]{4,}(?:・[ァ-ヺー]{2,})*")


def _katakana_words(reading: Reading) -> Iterator[Candidate]:
    """Long words in katakana that are no known given name: ヘリオスロボティクス."""
    names = folded_names("katakana", False)
    common = reading.lexicon.words["not_names"]
    for match in _KATAKANA.finditer(reading.text.norm):
        word = match.group()
        first = word.split("・")[0]
        if first not in names.given and first not in names.surnames and word not in common:
            yield Candidate(match.start(), match.end(), 0.3 if "・" in word else 0.0, 0.9, 1)


def _hangul_words(reading: Reading) -> Iterator[Candidate]:
    fold = reading.text.fold
    posts = {(hit.start, hit.end) for hit in reading.hits if hit.entry.category == "role"}
    longest = {start: max(end for s, end in posts if s == start) for start, _ in posts}
    for hit in reading.hits:
        if hit.entry.category != "org_after" or script_of(fold[hit.start]) != 5:
            continue
        if longest.get(hit.start, 0) > hit.end:
            continue  # 연구소 is the beginning of the post 연구소장
        start = hit.start
        while start > 0 and hit.start - start < _LONGEST and script_of(fold[start - 1]) in (5, 1, 8):
            start -= 1
        if hit.start - start >= 1:
            yield Candidate(start, hit.end, 0.0, 2.4, 1)


def _blocks(lexicon: Lexicon, reading: Reading) -> dict[int, int]:
    return {
        h.start: h.end
        for h in reading.hits
        if h.entry.category in BLOCKING or h.entry.category in ("and", "bare_nouns")
    }


def _beginning_with(reading: Reading) -> Iterator[Candidate]:
    lexicon, fold = reading.lexicon, reading.text.fold
    blocked = _blocks(lexicon, reading)
    thai = lexicon.pack.script == "thai"
    for hit in reading.hits:
        if hit.entry.category != "org_before" or script_of(fold[hit.start]) == 1:
            continue
        end = hit.end
        taken = 0
        if thai:
            stop = min(
                (h.start for h in reading.hits_from(hit.end + 1, hit.end + 40) if h.entry.category in BLOCKING),
                default=hit.end + 40,
            )
            match = re.compile(r"\s?[฀-๿A-Za-z0-9&.\-]{2,28}").match(fold, hit.end, min(stop, len(fold)))
            end, taken = (match.end(), 1) if match else (hit.end, 0)
        else:
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
            yield Candidate(start if end - start > 1 and not thai else hit.start, end, 0.0, 1.8, taken)


_QUOTED = re.compile(r"[\"“‘'«]([^\"“”‘’'«»\d\n]{2,30})[\"”’'»]")


def _quoted_words(reading: Reading) -> Iterator[Candidate]:
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
