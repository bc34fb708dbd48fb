"""Chinese names, and foreign ones in Chinese characters."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from include.detect.names.candidate import Candidate, folded_names
from include.detect.text import NormalText
from include.knowledge.gazetteer import Names

_DOTTED = re.compile(r"[㐀-鿿]{1,8}(?:[·‧・･][㐀-鿿]{1,8}|[·‧・･][A-Z]\.?)+")
_KATAKANA = re.compile(r"[ァ-ヺー]{2,}(?:[·・･=＝゠][ァ-ヺー]{1,})+")
_HAN_RUN = re.compile(r"[㐀-鿿]+")


def find_dotted(text: NormalText, cuts: frozenset[int], han_fold: bool) -> Iterator[Candidate]:
    """Transliterated names whose parts a dot joins: 米拉·穆拉蒂, サム・アルトマン.

    In Chinese nothing but the characters themselves and the words around (`cuts`) says where such a name ends:
    首席执行官马克·扎克伯格宣布.
    """
    given = folded_names("katakana", False).given
    for match in _KATAKANA.finditer(text.norm):
        known = re.split(r"[·・･=＝゠]", match.group())[0] in given
        yield Candidate(match.start(), match.end(), 3.0 if known else 1.3, 0.0, 2)
    usual = folded_names("han", han_fold).transliteration
    for match in _DOTTED.finditer(text.norm):
        first_dot = next(i for i in range(match.start(), match.end()) if not "㐀" <= text.norm[i] <= "鿿")
        last_dot = next(i for i in range(match.end() - 1, match.start(), -1) if text.norm[i] in "·‧・･")
        start = max((c for c in cuts if match.start() <= c < first_dot), default=match.start())
        start = max(start, first_dot - 5)
        while start < first_dot - 1 and usual and text.fold[start] not in usual:
            start += 1
        limit = min((c for c in cuts if last_dot + 2 <= c <= match.end()), default=match.end())
        end = last_dot + 1
        while end < limit and (not usual or text.fold[end] in usual or end == last_dot + 1) and end - last_dot <= 7:
            end += 1
        yield Candidate(start, end, 3.0, 0.0, 2)


def find_han_names(
    text: NormalText,
    cuts: frozenset[int],
    covered: bytearray,
    anchors: frozenset[int],
    han_fold: bool,
    small_words: frozenset[str],
) -> Iterator[Candidate]:
    """Chinese names between two places where a word is known to end or begin (`cuts`).

    `covered` marks characters of known words: 董事会 and 任行长 begin with surnames and are none. Right after a post
    (`anchors`) the end of a name need not be marked: 联合创始人霍启明率先出走.
    """
    names = folded_names("han", han_fold)
    order = sorted(cuts)
    for match in _HAN_RUN.finditer(text.norm):
        edges = sorted({match.start(), match.end(), *inside(order, match.start(), match.end())})
        edge_set = set(edges)
        for start in edges:
            if start < match.end() and not covered[start]:
                yield from _han_at(text, start, edge_set, names, match.end(), covered, start in anchors, small_words)


def inside(order: list[int], start: int, end: int) -> list[int]:
    return order[bisect_right(order, start) : bisect_left(order, end)]


def _han_at(
    text: NormalText,
    start: int,
    edges: set[int],
    names: Names,
    limit: int,
    covered: bytearray,
    anchored: bool,
    small_words: frozenset[str],
) -> Iterator[Candidate]:
    fold = text.fold
    compound = fold[start : start + 2] in names.surnames
    single = fold[start : start + 1] in names.surnames
    for length in (3, 4, 2):
        end = start + length
        if end > limit or any(covered[start:end]):
            continue
        if length == 3 and not compound and fold[end - 1] in small_words and end - 1 in edges:
            continue  # 行长刘金因个人理由: the name ends before 因
        given = fold[start + (2 if compound and length > 2 else 1) : end]
        good = sum(c in names.given for c in given)
        open_end = end not in edges
        if open_end and not (anchored and good == len(given)):
            continue
        if (
            (compound and length in (3, 4))
            or (single and length in (2, 3))
            or (anchored and not open_end and length <= 3)
        ):
            sure = 0.1 + 1.0 * good / max(1, len(given)) + (0.2 if length == 3 else 0.0) - 0.2 * open_end
            yield Candidate(start, end, sure, 0.0, 2)
            return
    for end in sorted(e for e in edges if start + 2 <= e <= start + 7):
        if all(c in names.transliteration for c in fold[start:end]) and not any(covered[start:end]):
            yield Candidate(start, end, 0.3 + 0.2 * (end - start), 0.3, 1)
            return
