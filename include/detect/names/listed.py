"""Names in Arabic and Devanagari: words that lists of names know, and unknown ones beside posts and in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.lexicon import Hit, Lexicon
from include.detect.names.candidate import Candidate, folded_names
from include.detect.text import NormalText, script_of
from include.knowledge.gazetteer import Names

_TOKEN = {
    "arabic": re.compile(r"[ء-ٟٱ-ە]+"),
    "devanagari": re.compile(r"[ऀ-ॣॲ-ॿ]+"),
}


def find_listed(text: NormalText, script: str, lexicon: Lexicon, blocked: dict[int, int]) -> Iterator[Candidate]:
    """Runs of words around a given name that we know, in scripts without capitals (Arabic, Devanagari)."""
    names = folded_names(script, False)
    words = [(m.start(), m.end()) for m in _TOKEN[script].finditer(text.norm)]
    index = 0
    while index < len(words):
        start, end = words[index]
        word = text.fold[start:end]
        glued = _clitic_length(word, lexicon, names)
        known = word in names.given or word[glued:] in names.given
        if not known and index + 1 < len(words) and text.norm[end : words[index + 1][0]] == " ":
            known = text.fold[slice(*words[index + 1])] in names.surnames and word not in lexicon.words["not_names"]
        if blocked.get(start, 0) >= end or not known:
            index += 1
            continue
        run_end, count = end, 1
        while index + count < len(words) and count < 4:
            following = words[index + count]
            gap = text.norm[words[index + count - 1][1] : following[0]]
            if gap not in (" ", "-", "·", ". ") or blocked.get(following[0], 0) >= following[1]:
                break
            next_word = text.fold[slice(*following)]
            if next_word in lexicon.words["not_names"]:
                break
            known_part = next_word in names.given or next_word in names.surnames or next_word in names.particles
            if count >= 2 and not known_part and text.fold[slice(*words[index + count - 1])] not in names.particles:
                break
            run_end = following[1]
            count += 1
        first = 0 if word in names.given or word[glued:] not in names.given else glued
        sure = 2.0 if count > 1 else 0.7
        yield Candidate(start + first, run_end, sure, 0.0, count)
        index += count


_QUOTED = re.compile(r"[\"“‘'«”]([^\"“”‘’'«»\d]{4,40})[\"”’'»“]")


def find_anchored(text: NormalText, script: str, lexicon: Lexicon, hits: list[Hit]) -> Iterator[Candidate]:
    """Two or three unknown words right after a post or an honorific, or alone in quotes (Arabic, Devanagari)."""
    names = folded_names(script, False)
    taken = {
        h.start: h.end
        for h in hits
        if h.end - h.start > 1 and h.entry.category not in ("org_before", "org_after", "and")
    }
    longest = 3 if script == "arabic" else 2
    for hit in hits:
        if hit.entry.category not in ("role", "honorifics", "role_modifiers"):
            continue
        run = _unknown_words(text, script, hit.end, taken, lexicon, longest)
        if len(run) >= 2:
            sure = 1.3 if text.fold[slice(*run[-1])] in names.surnames else 0.5
            yield Candidate(run[0][0], run[-1][1], sure, 0.0, len(run))
    for match in _QUOTED.finditer(text.norm):
        words = match.group(1).split()
        inside = any(match.start(1) <= start < match.end(1) for start in taken)
        if 2 <= len(words) <= 3 and not inside and script_of(match.group(1)[0]) in (3, 4):
            yield Candidate(match.start(1), match.end(1), 0.9, 0.5, len(words))


def _unknown_words(
    text: NormalText, script: str, start: int, taken: dict[int, int], lexicon: Lexicon, longest: int
) -> list[tuple[int, int]]:
    """Up to `longest` words from an offset on that no phrase of the pack covers."""
    run: list[tuple[int, int]] = []
    at = start
    for match in _TOKEN[script].finditer(text.norm, start, min(len(text.norm), start + 60)):
        gap = text.norm[at : match.start()]
        if (gap.strip(" \"“'«") if not run else gap not in (" ", "-")) or match.start() in taken or len(run) == longest:
            break
        word = text.fold[match.start() : match.end()]
        if word in lexicon.words["not_names"] or len(word) < 2:
            break
        run.append(match.span())
        at = match.end()
    return run


def _clitic_length(word: str, lexicon: Lexicon, names: Names) -> int:
    for clitic in lexicon.pack.words["clitics"]:
        if word.startswith(clitic) and word[len(clitic) :] in names.given:
            return len(clitic)
    return 0
