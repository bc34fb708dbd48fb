"""Organisations in Thai that stand in no list: บริษัทดาวเหนือ, เมืองทอง ยูไนเต็ด, ย้ายไปอยู่กับไทยเวียตเจ็ท."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.names import BLOCKING, Candidate
from include.detect.orgnames.spaced import find_quoted
from include.detect.reading import Reading
from include.detect.text import script_of

_AFTER = re.compile(r"\s?(?:[฀-๿A-Za-z0-9&.\-]{2,28}|\d(?!\d))")
_TOKEN = re.compile(r"[ก-๎A-Za-z0-9&.\-]{1,60}")  # bounded: a text may be one long word
_LONGEST = 40  # characters
_GOING = frozenset({"leave", "join", "move", "hired", "return"})


def find_thai(reading: Reading) -> Iterator[Candidate]:
    """Words after a word of kind or before a borrowed one, after a word of going or coming, and in quotes."""
    phrases = _phrases(reading)
    yield from _beginning_with(reading)
    yield from _ending_with(reading, phrases)
    yield from _gone_to(reading, phrases)
    yield from find_quoted(reading)


def _phrases(reading: Reading) -> dict[int, int]:
    """Start to end of the phrases that no name holds, those left out that cut a word in two."""
    return {
        hit.start: hit.end
        for hit in reversed(reading.hits)
        if (hit.entry.category in BLOCKING or hit.entry.category in ("and", "bare_nouns", "places"))
        and reading.words.fit(hit.start, hit.end)
    }


def _beginning_with(reading: Reading) -> Iterator[Candidate]:
    fold = reading.text.fold
    for hit in reading.hits:
        if hit.entry.category != "org_before" or script_of(fold[hit.start]) == 1:
            continue
        stop = min(
            (
                h.start
                for h in reading.hits_from(hit.end, hit.end + _LONGEST)
                if h.entry.category in BLOCKING and reading.words.fit(h.start, h.end)
            ),
            default=hit.end + _LONGEST,
        )
        match = _AFTER.match(fold, hit.end, min(stop, len(fold)))
        if match:
            yield Candidate(hit.start, match.end(), 0.0, 1.8, 1)


def _ending_with(reading: Reading, phrases: dict[int, int]) -> Iterator[Candidate]:
    """Up to three words before a word of kind: เดอะ พาร์ค ฮอสพิทัล กรุ๊ป."""
    fold = reading.text.fold
    for hit in reading.hits:
        if hit.entry.category != "org_after" or script_of(fold[hit.start]) != 6:
            continue
        tokens = [match.span() for match in _TOKEN.finditer(fold, max(0, hit.start - _LONGEST), hit.start)]
        start = hit.start
        for token_start, token_end in reversed(tokens[-3:]):
            if fold[token_end:start] not in ("", " ") or phrases.get(token_start, 0) >= token_end:
                break
            start = _glued_end(phrases, token_start, token_end)
            if start > token_start:
                break
        if start < hit.start:
            yield Candidate(start, hit.end, 0.0, 2.0, 2)


def _glued_end(phrases: dict[int, int], start: int, end: int) -> int:
    """Where the last phrase glued to the front of a word ends."""
    return max((stop for at, stop in phrases.items() if start <= at and stop < end), default=start)


def _gone_to(reading: Reading, phrases: dict[int, int]) -> Iterator[Candidate]:
    """What follows a word of going or coming, up to the next phrase: ลาออกไปอยู่กับ|ไทยเวียตเจ็ท|เมื่อ."""
    fold, words = reading.text.fold, reading.words
    markers = [m for kind in ("from", "to") for m in reading.lexicon.marker_lists[kind]]
    ends: set[int] = set()
    for hit in reading.hits_in(0, len(fold), "trigger"):
        if hit.entry.value.trigger_class in _GOING:
            ends.add(hit.end + max((len(m) for m in markers if fold.startswith(m, hit.end)), default=0))
    for end in ends:
        start = end + (fold[end : end + 1] == " ")
        match = _TOKEN.match(fold, start)
        if not match or start in phrases or start not in words.begins or script_of(fold[start]) != 6:
            continue
        stop = min((at for at in phrases if start < at < match.end()), default=match.end())
        known = len(words.inside(start, stop)) == 1
        if stop - start > 3 and not known:
            yield Candidate(start, stop, 0.0, 1.0, 1)
