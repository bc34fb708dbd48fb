"""Chinese names, and foreign ones in Chinese characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from include.detect.names.candidate import Candidate, folded_names
from include.detect.text import NormalText
from include.detect.words import Words
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
    for match in _DOTTED.finditer(text.dotted):
        first_dot = next(i for i in range(match.start(), match.end()) if not "㐀" <= text.dotted[i] <= "鿿")
        last_dot = next(i for i in range(match.end() - 1, match.start(), -1) if text.dotted[i] in "·‧・･")
        start = max((c for c in cuts if match.start() <= c < first_dot), default=match.start())
        start = max(start, first_dot - 5)
        while start < first_dot - 1 and usual and text.fold[start] not in usual:
            start += 1
        limit = min((c for c in cuts if last_dot + 2 <= c <= match.end()), default=match.end())
        end = last_dot + 1
        while end < limit and (not usual or text.fold[end] in usual or end == last_dot + 1) and end - last_dot <= 7:
            end += 1
        yield Candidate(start, end, 3.0, 0.0, 2)


@dataclass(frozen=True, slots=True)
class HanPage:
    """A Chinese text with what is known of its words."""

    text: NormalText
    words: Words
    cuts: frozenset[int]  # where a word is known to begin or end
    covered: bytearray  # characters of phrases of the pack: 董事会 and 任行长 begin with surnames and are none
    anchors: frozenset[int]  # ends of posts
    titles: frozenset[int]  # starts of posts, honorifics and triggers
    small_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a name may begin, and what is known of it."""

    start: int
    limit: int  # end of the run of Han characters
    cut: bool  # a word is known to end here
    anchored: bool  # that word is a post


def find_han_names(page: HanPage) -> Iterator[Candidate]:
    """Chinese names between two places where a word is known to end or begin.

    Right after a post the end of a name need not be marked: 联合创始人霍启明率先出走. The characters of a name that no
    dictionary knows are words of their own there, so a name begins and ends where words do: 企业 shows that 向企 in
    人才流向企业 is none.
    """
    names = folded_names("han", True)
    guessed = {start for start, _ in page.words.names}
    surnames = {word.start for word in page.words.row if word.kind == "person" and word.end - word.start == 1}
    for match in _HAN_RUN.finditer(page.text.norm):
        taken = -1
        for start in range(match.start(), match.end()):
            cut = start in page.cuts or start == match.start()
            if page.covered[start] or start < taken or not (cut or start in guessed or start in surnames):
                continue
            spot = _Spot(start, match.end(), cut, start in page.anchors)
            found = _native_name(page, spot, names) or _foreign_name(page, spot, names)
            if found:
                yield found
                taken = found.end if found.person >= 1.0 else start + 1
    yield from _glossed_names(page, names)


def _native_name(page: HanPage, spot: _Spot, names: Names) -> Candidate | None:
    """The best of the two to four characters from a surname on."""
    fold = page.text.fold
    compound = fold[spot.start : spot.start + 2] in names.surnames
    if not compound and fold[spot.start] not in names.surnames:
        return None
    best: Candidate | None = None
    for length in (2, 3, 4) if compound else (2, 3):
        end = spot.start + length
        if end > spot.limit or any(page.covered[spot.start : end]):
            break
        sure = _judge_native(page, spot, end, names, 2 if compound and length > 2 else 1)
        if sure > 0 and (best is None or sure >= best.person):
            listed = (spot.start, end) in page.words.names and sure > 1.3
            best = Candidate(spot.start, end, round(sure, 2), 0.0, 2, listed)
    return best


def _judge_native(page: HanPage, spot: _Spot, end: int, names: Names, family: int) -> float:
    """How sure a span is a family name of `family` characters and a given one; 0 where it is none."""
    start, fold = spot.start, page.text.fold
    guess = (start, end) in page.words.names
    closed = end in page.cuts or end == spot.limit
    inner = page.words.inside(start, end)
    if not guess and (not page.words.fit(start, end) or (len(inner) == 1 and inner[0].kind in _COMMON)):
        return 0.0
    given = fold[start + family : end]
    good = sum(c in names.given for c in given) / len(given)
    # after a post nothing need mark the end of a whole name: 副总裁欧阳朔递交, 主持人康牧之告别
    whole = good == 1 or family == 2 or (end - start == 3 and good >= 0.5 and len(inner) == 3)
    if not (closed or guess or (spot.anchored and whole)) or not (spot.cut or good == 1):
        return 0.0
    sure = 0.1 + good + 0.2 * (end - start == 3) + 0.4 * guess - 0.2 * (not closed) - 0.3 * (not spot.cut)
    if end in page.titles:
        sure += 0.3  # 徐义刚院士
    elif fold[end - 1] in page.small_words and not (end - start == 2 and closed):
        sure -= 0.6  # 行长刘金因个人理由: the name ends before 因
    if len(inner) > 1 and inner[-1].start == start + family and len(given) == 2 and good < 1:
        sure -= 0.4 if spot.anchored else 0.8  # 向|企业, 高|頻寬
    return sure


_COMMON = frozenset({"noun", "verb", "other", "number", "particle"})


def _foreign_name(page: HanPage, spot: _Spot, names: Names) -> Candidate | None:
    """The longest run of characters that transliterate, up to where a word is known to begin: 古丽娜尔, 阿尔特曼."""
    if not spot.cut:
        return None
    start, end = spot.start, spot.start
    limit = min(spot.limit, start + 8)
    while end < limit and page.text.fold[end] in names.transliteration and not page.covered[end]:
        end += 1
    while end - start >= 2:
        inner = page.words.inside(start, end)
        if (end in page.cuts or end == spot.limit) and not (len(inner) == 1 and inner[0].kind != "person"):
            return Candidate(start, end, 0.3 + 0.2 * (end - start), 0.3, 1)
        end -= 1
    return None


_GLOSS = re.compile(r"([㐀-鿿]{2,8})\s?[(（]([A-Z][A-Za-z.'’\-]+(?: [A-Z][A-Za-z.'’\-]*){1,3})[)）]")


def _glossed_names(page: HanPage, names: Names) -> Iterator[Candidate]:
    """Characters that transliterate right before the Latin form in brackets: 納雅克(Chaya Nayak)."""
    latin = folded_names("latin", False).given
    for match in _GLOSS.finditer(page.text.norm):
        start = end = match.end(1)
        while start > match.start(1) and page.text.fold[start - 1] in names.transliteration:
            if page.covered[start - 1]:
                break
            start -= 1
        while start < end and start not in page.words.begins:
            start += 1
        if end - start >= 2:
            known = match.group(2).split()[0].lower() in latin
            yield Candidate(start, end, 2.5 if known else 1.2, 0.0 if known else 0.6, 2, known)
