"""Japanese names in kanji, and foreign ones in katakana."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.names.candidate import Candidate, folded_names
from include.detect.names.han import inside
from include.detect.text import NormalText
from include.knowledge.gazetteer import Names

_KANJI = re.compile(r"[㐀-鿿々ヶ]+")


def find_kanji_names(
    text: NormalText, cuts: frozenset[int], covered: bytearray, titles: frozenset[int]
) -> Iterator[Candidate]:
    """Japanese names in kanji: before 氏 or a post (`titles` are the starts of those), or by a family name we know."""
    names = folded_names("kanji", False)
    order = sorted(cuts | titles)
    for match in _KANJI.finditer(text.norm):
        start, end = match.span()
        spots = sorted({start, end, *inside(order, start, end)})
        taken = -1
        for begin in spots:
            if begin < taken or begin >= end or covered[begin]:
                continue
            for stop in reversed([x for x in spots if begin + 1 < x <= begin + 6]):
                sure = _judge_kanji(
                    text, begin, stop, covered, names, stop in titles or _title_follows(text, stop, names)
                )
                if sure:
                    yield Candidate(begin, stop, sure, 0.0, 2)
                    taken = stop
                    break


def _title_follows(text: NormalText, at: int, names: Names) -> bool:
    return any(text.fold.startswith(h, at) for h in names.honorifics)


def _judge_kanji(text: NormalText, start: int, end: int, covered: bytearray, names: Names, titled: bool) -> float:
    if any(covered[start:end]):
        return 0.0
    word = text.fold[start:end]
    family = next((n for n in (3, 2, 1) if word[:n] in names.surnames), 0)
    given = word[family:]
    good = bool(given) and all(c in names.given for c in given)
    if _title_follows(text, end, names) and len(word) <= 5:
        return 2.5 if family else 1.4
    if titled and family:
        return 2.0 if good or not given else 1.2
    if family >= 2 and 1 <= len(given) <= 3 and good:
        return 1.5
    if family == 1 and len(given) == 2 and good:
        return 1.0
    chinese = folded_names("han", False)
    return (
        0.9
        if word[0] in chinese.surnames and len(word) in (2, 3) and all(c in chinese.given for c in word[1:])
        else 0.0
    )


_KATAKANA_WORD = re.compile(r"[ァ-ヺー]{3,}")


def find_katakana_words(text: NormalText) -> Iterator[Candidate]:
    """Single katakana words that a list of names knows."""
    names = folded_names("katakana", False)
    for match in _KATAKANA_WORD.finditer(text.norm):
        word = text.fold[match.start() : match.end()]
        if word in names.given or word in names.surnames:
            yield Candidate(match.start(), match.end(), 1.0, 0.2, 1)
