"""Grammatical marks beside a mention: prepositions before it, particles and postpositions after it."""

from __future__ import annotations

from include.detect.lexicon import Lexicon
from include.detect.text import is_boundary

_OPENING = " \"'([{,"
_KINDS = ("from", "to", "at", "by", "object", "subject", "as")


def mark_before(fold: str, start: int, lexicon: Lexicon) -> dict[str, bool]:
    """Markers that stand before `start`; the value is True for the nearest, False with a word in between."""
    if not lexicon.pack.spaces:
        head = fold[max(0, start - 8) : start].rstrip(" \"'“「『《")
        return {kind: True for kind in _KINDS if head.endswith(lexicon.marker_lists[kind] or ("\0",))}
    words = fold[max(0, start - 48) : start].replace("'", "' ").rstrip(_OPENING).split()
    marks: dict[str, bool] = {}
    skipped = 0
    while words and skipped <= 3:
        for size in (3, 2, 1):
            phrase = " ".join(words[-size:])
            for kind in _KINDS:
                if phrase in lexicon.markers[kind]:
                    marks.setdefault(kind, skipped == 0)
        if marks:
            return marks
        word = words.pop()
        if word[-1] in ".,;:!?)":
            break
        if word in lexicon.words["articles"] or word.rstrip("'") + "'" in lexicon.words["articles"]:
            continue
        skipped += 1
        if skipped > 2:
            break
    return marks


def mark_after(fold: str, end: int, lexicon: Lexicon) -> dict[str, bool]:
    """Particles and postpositions right after `end` (past quotes, brackets and honorifics)."""
    at = end
    while at < len(fold) and fold[at] in "\"')]」』》’":
        at += 1
    for _ in range(2):
        for honorific in lexicon.words["honorifics"]:
            if fold.startswith(honorific, at) or fold.startswith(" " + honorific, at):
                at += len(honorific) + (fold[at] == " ")
                break
        else:
            break
    marks: dict[str, bool] = {}
    longest = 0
    for kind in _KINDS:
        for marker in lexicon.marker_lists[kind]:
            for lead in ("", " ", "'"):
                if fold.startswith(lead + marker, at) and len(marker) >= longest:
                    stop = at + len(lead) + len(marker)
                    if lead == " " and not is_boundary(fold, stop):
                        continue
                    if len(marker) > longest:
                        marks, longest = {}, len(marker)
                    marks[kind] = True
    return marks


def find_marks(fold: str, start: int, end: int, lexicon: Lexicon) -> dict[str, bool]:
    """Every marker of a mention, by kind."""
    if lexicon.pack.adpositions == "after":
        return mark_after(fold, end, lexicon)
    return mark_before(fold, start, lexicon)
