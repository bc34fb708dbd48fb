"""Thai names: a given name and a family name with a space between, glued to whatever stands before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from include.detect.lexicon import Hit, Lexicon
from include.detect.names.candidate import Candidate, folded_names
from include.detect.text import NormalText, script_of
from include.detect.words import Words

_RUN = re.compile(r"[ก-๎]+")
_QUOTED = re.compile(r"[\"“‘'«”]([^\"“”‘’'«»\d]{4,40})[\"”’'»“]")
_LONGEST = 24  # letters of a family name; Thai ones are the longest there are
_CHINESE = ("ตั้ง", "แซ่")  # begin family names of Chinese origin; ตั้ง is "to appoint" too
_KINDLESS = ("org_before", "org_after", "role_modifiers", "places", "bare_nouns")


@cache
def _known_names() -> tuple[frozenset[str], frozenset[str]]:
    """Given and family names: our lists and those of the segmenter's corpus."""
    from pythainlp.corpus import thai_family_names, thai_female_names, thai_male_names

    names = folded_names("thai", False)
    return names.given | thai_female_names() | thai_male_names(), names.surnames | thai_family_names()


@dataclass(frozen=True, slots=True)
class _Marks:
    """Where phrases of the pack begin and end, those left out that cut a word in two."""

    starts: dict[int, int]  # to the end of the longest
    ends: frozenset[int]
    loose: frozenset[int]  # ends inside what the segmenter takes for a word: จาก in จากค|ณิน
    titles: frozenset[int]  # ends of honorifics
    posts: frozenset[int]  # ends of posts
    places: frozenset[int]  # starts


def find_thai_names(text: NormalText, words: Words, lexicon: Lexicon, hits: list[Hit]) -> Iterator[Candidate]:
    """Names by a listed given name, after an honorific or after a post; or alone in quotes.

    Function words are glued to the name on both sides (ต่อจากคณิน ปราโมชที่ครบวาระ): it may begin and end wherever a
    phrase of the pack ends or begins, if the segmenter sees a word there too.
    """
    marks = _find_marks(words, hits, text, lexicon)
    runs = [match.span() for match in _RUN.finditer(text.norm)]
    found: list[Candidate] = []
    for index, (start, end) in enumerate(runs):
        following = runs[index + 1] if index + 1 < len(runs) and text.norm[end : runs[index + 1][0]] == " " else None
        for begin in (start, *(e for e in range(start + 1, end - 1) if e in marks.ends or e in marks.loose)):
            candidate = _name_at(text, begin, end, following, marks)
            if candidate:
                found.append(candidate)
    taken: set[int] = set()
    for candidate in sorted(found, key=lambda c: (-c.person, c.start)):
        if taken.isdisjoint(range(candidate.start, candidate.end)):
            taken.update(range(candidate.start, candidate.end))
            yield candidate
    for match in _QUOTED.finditer(text.norm):
        parts = match.group(1).split()
        inside = any(match.start(1) <= start < match.end(1) for start in marks.starts)
        if 2 <= len(parts) <= 3 and not inside and script_of(match.group(1)[0]) == 6:
            yield Candidate(match.start(1), match.end(1), 0.9, 0.5, len(parts))


def _find_marks(words: Words, hits: list[Hit], text: NormalText, lexicon: Lexicon) -> _Marks:
    starts: dict[int, int] = {}
    ends: set[int] = set()
    loose: set[int] = set()
    for start, end in _phrases(hits, text, lexicon):
        if start in words.begins and end - start > 2:
            loose.add(end)
        if words.fit(start, end):
            starts[start] = max(end, starts.get(start, 0))
            ends.add(end)
    within = {at for start, end in starts.items() for at in range(start + 1, end)}
    posts = {hit.end for hit in hits if hit.entry.category in ("role", "former", "role_modifiers")}
    titles: set[int] = set()
    last = -1
    for hit in hits:
        if hit.entry.category == "honorifics" and hit.start >= last:  # นางสาว, not นาง
            last = hit.end
            titles.add(hit.end)
    places = {hit.start for hit in hits if hit.entry.category == "places"}
    return _Marks(
        starts,
        ends=frozenset(ends - within),
        loose=frozenset(loose - within),
        titles=frozenset(titles - within),
        posts=frozenset(posts - within),
        places=frozenset(places),
    )


def _phrases(hits: list[Hit], text: NormalText, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """Spans of the phrases that may stand beside a name."""
    for hit in hits:
        if hit.entry.category not in _KINDLESS:
            yield hit.start, hit.end
    for kind in ("from", "to", "as", "by", "and", "including", "object"):
        for marker in lexicon.marker_lists[kind]:
            at = text.fold.find(marker) if len(marker) > 1 else -1
            while at >= 0:
                yield at, at + len(marker)
                at = text.fold.find(marker, at + 1)


def _name_at(
    text: NormalText, start: int, end: int, following: tuple[int, int] | None, marks: _Marks
) -> Candidate | None:
    given, families = _known_names()
    before = {start, start - 1} if text.norm[start - 1 : start] == " " else {start}
    titled, posted = bool(before & marks.titles), bool(before & marks.posts)
    stop = _cut(text, start, end, marks, families)
    word = text.fold[start:stop]
    known = word in given
    if stop - start < 2 or ((start in marks.starts or start in marks.places) and not (titled and known)):
        return None
    last, family = stop, 0
    if stop == end and following:
        last, family = _family(text, stop, following, marks, known and not _is_word(word))
    clear = start in marks.ends or not text.norm[start - 1 : start].strip()
    if not known and not (clear and (titled or (posted and family) or family > 1)):
        return None
    if not titled and not family and _is_word(word):
        return None  # ประชุม is a name, but first of all a meeting
    sure = (2.0 if known or family > 1 else 0.5) * (1.0 if family else 0.35) + 1.0 * titled
    return Candidate(start, last, sure, 0.0, 2 if family else 1, known)


def _is_word(word: str) -> bool:
    """Whether a word stands in the segmenter's dictionary, which holds common given names too."""
    from pythainlp.tokenize import word_dict_trie

    return word in word_dict_trie()


def _family(text: NormalText, stop: int, following: tuple[int, int], marks: _Marks, sure: bool) -> tuple[int, int]:
    """Where the family name in the next run ends, and 2 where it is a listed one, 1 where not, 0 without any.

    `sure` says that the word before is nothing but a given name, so that a word of the language may follow it too.
    """
    families = _known_names()[1]
    start, end = following
    whole = text.fold[start:end]
    if start in marks.starts and whole not in families and not whole.startswith(_CHINESE):
        return stop, 0
    last = _cut(text, start, end, marks, families)
    word = text.fold[start:last]
    if word in families:
        return last, 2
    return (last, 1) if 3 <= len(word) <= _LONGEST and (sure or not _is_word(word)) else (stop, 0)


def _cut(text: NormalText, start: int, end: int, marks: _Marks, families: frozenset[str]) -> int:
    """Where a name that begins at `start` ends: before the first phrase glued to it, unless it is a listed name."""
    if end - start <= _LONGEST and text.fold[start:end] in families:
        return end
    for at in range(start + 3, min(end, start + 2 * _LONGEST)):
        if at in marks.starts and marks.starts[at] - at > 1:
            return at
    return end
