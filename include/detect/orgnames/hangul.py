"""Organisations in Korean that stand in no list: 한빛전자, 무신사 최고재무책임자, 당근으로 옮겼다."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.names import BLOCKING, Candidate, folded_names
from include.detect.names.hangul import agrees, strip_particle
from include.detect.reading import Reading
from include.detect.text import script_of

_LONGEST = 12  # characters before the word of kind
_WORD = re.compile(r"[가-힣A-Za-z0-9&]+")
_NEAR = 14  # characters between a particle and the verb that it belongs to
_LEADING = frozenset({"chief", "founder", "chair", "president", "head", "vice", "academic", "public"})
_ADNOMINAL = ("는", "은", "던", "한", "된", "할", "될", "인", "적")  # 활용한, 아는, 중이던: a verb before a noun
_GOING = frozenset({"leave", "join", "move", "hire", "hired", "return", "lose"})


def find_korean(reading: Reading) -> Iterator[Candidate]:
    """Words that a word of kind ends; words before a post; words that a particle makes the place of a move."""
    yield from _ending_with(reading)
    yield from _by_place(reading)


def _ending_with(reading: Reading) -> Iterator[Candidate]:
    fold = reading.text.fold
    longest: dict[int, int] = {}
    for hit in reading.hits:
        if hit.entry.category == "role":
            longest[hit.start] = max(hit.end, longest.get(hit.start, 0))
    for hit in reading.hits:
        if hit.entry.category != "org_after" or script_of(fold[hit.start]) != 5:
            continue
        start = hit.start
        while start > 0 and hit.start - start < _LONGEST and script_of(fold[start - 1]) in (5, 1, 8):
            start -= 1
        post = longest.get(hit.start, 0)
        if post > hit.end and (fold[hit.end : post] != "장" or hit.start - start < 2):
            continue  # 연구소 begins the post 연구소장; 한별|은행장 is the head of 한별은행
        if hit.start - start >= 1:
            yield Candidate(start, hit.end, 0.0, 2.4, 1)


def _by_place(reading: Reading) -> Iterator[Candidate]:
    fold = reading.text.fold
    posts = {
        hit.start
        for hit in reading.hits
        if hit.entry.category in ("role_modifiers", "former", "acting")
        or (hit.entry.category == "role" and hit.entry.value in _LEADING)
    }
    phrases: dict[int, int] = {}
    for hit in reading.hits:
        if hit.entry.category in BLOCKING or hit.entry.category in _WORDS:
            phrases[hit.start] = max(hit.end, phrases.get(hit.start, 0))
    verbs = {
        hit.start for hit in reading.hits if hit.entry.category == "trigger" and hit.entry.value.trigger_class in _GOING
    }
    particles = [m for kind in ("from", "to", "object") for m in reading.lexicon.marker_lists[kind] if " " not in m]
    for match in _WORD.finditer(fold):
        start, end = match.span()
        word = match.group()
        if phrases.get(start, 0) >= end or len(word) < 2 or word[0].isdigit() or not _has_hangul(word):
            continue
        if end + 1 in posts and fold[end] == " ":
            if _is_bare_name(word, reading):
                yield Candidate(start, end, 0.0, 1.0, 1)
            continue
        stem = next((word[: -len(p)] for p in particles if word.endswith(p) and agrees(word[: -len(p)], p)), word)
        if stem == word or len(stem) < 2 or phrases.get(start, 0) >= start + len(stem):
            continue
        close = end in verbs or end + 1 in verbs
        near = any(at in verbs for at in range(end, end + _NEAR)) and (len(stem) > 3 or reading.count(stem) > 1)
        if close or near:
            yield Candidate(start, start + len(stem), 0.0, 1.0 if near else 0.8, 1)


def _is_bare_name(word: str, reading: Reading) -> bool:
    """Whether a word before a post has no ending and is no Korean name, which would be who holds the post."""
    if strip_particle(word, reading.lexicon) != word or word.endswith(_ADNOMINAL):
        return False
    return len(word) > 3 or word[0] not in folded_names("hangul", False).surnames


_WORDS = ("and", "including", "bare_nouns", "places", "role_modifiers", "org_before", "background", "negation")


def _has_hangul(word: str) -> bool:
    return any("가" <= letter <= "힣" for letter in word)
