"""Korean names, and foreign ones in Hangul."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from include.detect.lexicon import Hit, Lexicon
from include.detect.names.candidate import BLOCKING, Candidate, folded_names
from include.detect.text import NormalText

_WORD = re.compile(r"[가-힣]+")


def find_hangul_names(text: NormalText, lexicon: Lexicon, hits: list[Hit]) -> Iterator[Candidate]:
    """Korean names before a post, an honorific or a particle; transliterated ones by their given name."""
    names = folded_names("hangul", False)
    role_starts = {hit.start for hit in hits if hit.entry.category in ("role", "honorifics", "org_refs")}
    role_words = {start for start, end in _hangul_words(text) if any(start < r < end for r in role_starts)}
    blocked = {hit.start: hit.end for hit in hits if hit.entry.category in BLOCKING and hit.end - hit.start > 1}
    words = _hangul_words(text)
    for index, (start, end) in enumerate(words):
        if start in blocked:
            continue
        word = text.fold[start:end]
        stem = _strip_particle(word, lexicon)
        followed = (
            any(end + gap in role_starts for gap in (0, 1))
            or end + 1 in role_words
            or any(start + cut in role_starts for cut in (2, 3, 4))
        )
        if word in names.given and index + 1 < len(words) and text.norm[end : words[index + 1][0]] == " ":
            next_start, next_end = words[index + 1]
            if next_start not in blocked:
                tail = _strip_particle(text.fold[next_start:next_end], lexicon)
                if len(tail) == 2 and tail[1:] in lexicon.markers["subject"]:
                    tail = tail[:1]
                yield Candidate(start, next_start + len(tail), 2.2, 0.0, 2)
                continue
        after_role = any(h.end == start - 1 and h.entry.category == "role" for h in _hits_before(hits, start))
        for cut in (4, 3, 2):
            if len(stem) == cut or (followed and start + cut in role_starts and len(word) > cut):
                name = word[:cut]
                surname = name[:2] in names.surnames and cut == 4 or name[:1] in names.surnames and cut in (2, 3)
                if not surname:
                    continue
                known = name[1:] in names.given or name[2:] in names.given
                score = (0.9 if followed or after_role else 0.0) + (1.2 if known else 0.4) + (0.4 if cut == 3 else -0.4)
                if score >= 1.2:
                    yield Candidate(start, start + cut, score, 0.0, 2)
                break


def _hangul_words(text: NormalText) -> list[tuple[int, int]]:
    return [(m.start(), m.end()) for m in _WORD.finditer(text.norm)]


def _hits_before(hits: list[Hit], start: int) -> list[Hit]:
    """Hits that begin in the 24 characters before an offset. Hits are sorted by start."""
    last = bisect_left(hits, start, key=lambda hit: hit.start)
    first = bisect_left(hits, start - 24, key=lambda hit: hit.start)
    return hits[first:last]


def _strip_particle(word: str, lexicon: Lexicon) -> str:
    for kind in ("object", "subject", "from", "to", "at", "by", "and", "as"):
        for marker in lexicon.marker_lists[kind]:
            if word.endswith(marker) and len(word) - len(marker) >= 2:
                return word[: -len(marker)]
    return word
