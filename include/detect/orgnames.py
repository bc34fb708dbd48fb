"""Organisations that stand in no list, in scripts without capitals: by the word that names their kind.

星海科技, 한빛전자 and तारा बैंक end with it, شركة نورس and บริษัทดาวเหนือ begin with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.lexicon import Hit, Lexicon
from include.detect.names import BLOCKING, Candidate, folded_names
from include.detect.reading import Reading
from include.detect.text import script_of
from include.detect.words import Word

_LONGEST = 12  # characters before the word of kind, in Han, kana and Hangul
_WORD = re.compile(r"[^\s\"'“”«»()（）「」『』\[\],،.:;!?।。、，。；：！？|/]+")


def find_organisations(reading: Reading, cuts: frozenset[int]) -> Iterator[Candidate]:
    """Candidates for organisations named by a word of kind."""
    script = reading.lexicon.pack.script
    if script in ("han", "kana"):
        if script == "kana":
            yield from _compounds(reading)
            yield from _katakana_words(reading)
        else:
            yield from _ending_with(reading, _firm_cuts(reading, cuts))
    elif script == "hangul":
        yield from _hangul_words(reading)
    elif script in ("arabic", "thai", "devanagari"):
        yield from _beginning_with(reading)
        yield from _quoted_words(reading)
        if script == "devanagari":
            yield from _words_before(reading)


def _firm_cuts(reading: Reading, cuts: frozenset[int]) -> frozenset[int]:
    """Cuts that end an organisation's name: not those of words that names are made of (科学技术部, 厦门郑和医院)."""
    soft = {
        edge
        for hit in reading.hits
        if hit.entry.category in ("role_modifiers", "places", "org_before", "org_after")
        for edge in (hit.start, hit.end)
    }
    firm = {edge for hit in reading.hits if hit.entry.category in BLOCKING for edge in (hit.start, hit.end)}
    return cuts - (soft - firm)


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


def _ending_with(reading: Reading, cuts: frozenset[int]) -> Iterator[Candidate]:
    fold = reading.text.fold
    for hit in reading.hits:
        if hit.entry.category != "org_after" or script_of(fold[hit.start]) != 7:
            continue
        start = hit.start
        while (
            start > 0
            and hit.start - start < _LONGEST
            and script_of(fold[start - 1]) in (7, 1, 8)
            and (start not in cuts or start == hit.start)
        ):
            start -= 1
        if hit.start - start >= 2:
            yield Candidate(start, hit.end, 0.0, 2.4, 2)


_COMPOUNDED = frozenset({"noun", "firm", "place", "family", "given", "person", "unknown", "prefix", "suffix", "number"})
_BARE = 4  # letters of common nouns alone before a post that may be an organisation: 大手町中央法律事務所, not 技術部門


def _compounds(reading: Reading) -> Iterator[Candidate]:
    """Runs of nouns that a word of kind ends, or that hold a name and stand before a post: みちのく南銀行頭取."""
    fold, row = reading.text.fold, reading.words.row
    kinds: dict[int, list[Hit]] = {}
    for hit in reading.hits:
        if hit.entry.category == "org_after":
            kinds.setdefault(hit.end, []).append(hit)
    posts = {hit.start: hit for hit in reading.hits if hit.entry.category == "role"}
    barred = _barred(reading, kinds)
    first = 0
    for index in range(len(row) + 1):
        if index < len(row) and not barred[row[index].start] and _is_compounded(fold, row[index]):
            continue
        yield from _judge_compound(reading, row[first:index], kinds, posts)
        first = index + 1


def _barred(reading: Reading, kinds: dict[int, list[Hit]]) -> bytearray:
    """Characters that belong to no compound: posts, dates, triggers, words such as 大手 before a name."""
    barred = bytearray(len(reading.text.fold) + 1)
    for hit in reading.hits:
        category = hit.entry.category
        if category != "org_before" and (category not in BLOCKING or category == "not_names"):
            continue
        if hit.end in kinds and category in ("org_refs", "org_before"):
            continue  # 銀行 alone is "the bank", 北浜銀行 is not
        if reading.words.fit(hit.start, hit.end):
            barred[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
    return barred


def _is_compounded(fold: str, word: Word) -> bool:
    return word.kind in _COMPOUNDED or fold[word.start : word.end] in ("&", "-", "・", "·")


def _judge_compound(
    reading: Reading, run: tuple[Word, ...], kinds: dict[int, list[Hit]], posts: dict[int, Hit]
) -> Iterator[Candidate]:
    if not run or script_of(reading.text.fold[run[0].start]) not in (7, 1, 8):
        return
    start, end = run[0].start, run[-1].end
    for word in run:
        hits = [hit for hit in kinds.get(word.end, ()) if not _inside_post(hit, posts)]
        # 北杜サイエンス|館 and 気象庁, whose kind 庁 is listed too, but not 体育館
        parted = any(hit.end - hit.start > 1 or hit.start == word.start or len(hits) > 1 for hit in hits)
        if parted and any(hit.start > start for hit in hits):
            yield Candidate(start, word.end, 0.0, 2.4, 2)
    if any(w.kind == "given" for w in run):
        return
    named = any(w.kind in ("firm", "unknown", "family", "place") and w.end - w.start > 1 for w in run)
    if end in posts and (named or end - start >= _BARE):
        yield Candidate(start, end, 0.0, 1.0 if named else 0.6, 2)
    elif any(w.kind == "firm" for w in run):
        yield Candidate(start, end, 0.0, 1.0, min(len(run), 2))


def _inside_post(hit: Hit, posts: dict[int, Hit]) -> bool:
    """Whether a word of kind is the beginning of a post: 局 of 局长."""
    return hit.start in posts and posts[hit.start].end > hit.end


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
