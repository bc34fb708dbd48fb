"""Japanese names in kanji and kana, and foreign ones in katakana."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.names.candidate import Candidate, folded_names
from include.detect.text import NormalText
from include.detect.words import Word, Words
from include.knowledge.gazetteer import Names

_LONGEST = 8  # characters of a name in kanji, a space between family and given name counted
_KANJI = re.compile(r"[㐀-鿿々ヶ]+")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]{2,}")
_KANJI_THEN_KANA = re.compile(r"([㐀-鿿々ヶ]{1,3})(?:[ぁ-ゖ]{2,4}|[ァ-ヺー]{2,5})")
_KATAKANA = re.compile(r"[ァ-ヺー]{2,}")


def find_kanji_names(text: NormalText, words: Words, covered: bytearray, titles: frozenset[int]) -> Iterator[Candidate]:
    """Japanese names: a family and a given name, or what stands before 氏 or a post (`titles` are the starts of those).

    `covered` marks characters of the pack's phrases; a dictionary's family and given name side by side outweigh them:
    氏 begins 氏家洋平, and 副 begins 副島.
    """
    names = folded_names("kanji", False)
    row = words.row
    taken = 0
    for index, word in enumerate(row):
        if word.start < taken or word.kind in ("mark", "particle", "verb", "number", "prefix", "suffix"):
            continue
        best: Candidate | None = None
        for last in range(index, min(index + 5, len(row))):
            if row[last].end - word.start > _LONGEST or row[last].kind in ("particle", "verb", "number"):
                break
            found = _judge(text, row[index : last + 1], covered, names, titles)
            if found and (best is None or found.person >= best.person):
                best = found
        if best:
            yield best
            taken = best.end


def _judge(
    text: NormalText, words: tuple[Word, ...], covered: bytearray, names: Names, titles: frozenset[int]
) -> Candidate | None:
    start, end = words[0].start, words[-1].end
    if end - start < 2 or words[-1].kind == "mark":
        return None
    named = any(text.fold.startswith(honorific, end) for honorific in names.honorifics)
    titled = end in titles or named
    if _is_full_name(text, words) and not covered[words[-1].start]:
        return Candidate(start, end, 2.0 + 0.5 * titled, 0.0, 2, True)
    if any(covered[start:end]):
        return None
    if not _KANJI.fullmatch(text.norm, start, end):
        kana = named and _KANJI_THEN_KANA.fullmatch(text.norm, start, end)  # 入江スミさん
        return Candidate(start, end, 1.4, 0.0, 2, True) if kana and kana.group(1) in names.surnames else None
    if len(words) == 1 and words[0].kind in ("family", "given", "person"):
        sure = 2.0 if named else 1.2 if titled else 0.3 if words[0].kind == "family" else 0.0
        return Candidate(start, end, sure, 0.0, 1, True) if sure else None
    if len(words) == 1 and words[0].kind == "noun" and not named:
        return None  # 収益 is a word, whatever its characters
    sure = _judge_by_parts(text.fold[start:end], names, named=named, titled=titled)
    if not sure and words[0].kind in ("family", "person"):
        given = text.fold[words[0].end : end]
        sure = 1.2 * (titled and len(given) <= 3) or 1.5 * (len(given) <= 3 and all(c in names.given for c in given))
    return Candidate(start, end, sure, 0.0, 2) if sure else None


def _is_full_name(text: NormalText, words: tuple[Word, ...]) -> bool:
    """Whether words are a family name and a given one, which may be in kana: 榎本ちひろ, 神谷ブルーノ."""
    if words[0].kind == "person" and len(words) == 2 and words[1].kind == "family":
        return bool(_KATAKANA.fullmatch(text.norm, words[0].start, words[0].end))  # オルカ三輪
    if words[0].kind != "family" or len(words) < 2:
        return False
    rest = words[1:]
    if text.norm[rest[0].start : rest[0].end] == " ":
        rest = rest[1:]
    if not 1 <= len(rest) <= 2:
        return False
    last = rest[-1]
    rare = last.kind == "unknown" and last.end - last.start == 1 and bool(_KANJI.match(text.norm, last.start))
    if rest[0].kind == "given" and (len(rest) == 1 or last.kind == "given" or rare):
        return True  # 林景|臻, whose last character the dictionary does not know
    kana = bool(_KANA.fullmatch(text.norm, rest[0].start, rest[-1].end))
    return len(rest) == 1 and kana and rest[0].kind in ("person", "unknown", "given")


def _judge_by_parts(word: str, names: Names, *, named: bool, titled: bool) -> float:
    """How sure a name is by the lists of names alone, where the dictionary does not know it: 陳柏翰, 浅倉頭取."""
    family = next((n for n in (3, 2, 1) if word[:n] in names.surnames), 0)
    given = word[family:]
    good = bool(given) and all(c in names.given for c in given)
    if named and len(word) <= 5:
        return 2.5 if family else 1.4
    if titled and family and len(given) <= 3:
        return 2.0 if good or not given else 1.2
    if family >= 2 and 1 <= len(given) <= 3 and good:
        return 1.5
    if family == 1 and len(given) == 2 and good:
        return 1.0
    chinese = folded_names("han", False)
    listed = word[0] in chinese.surnames and len(word) in (2, 3) and all(c in chinese.given for c in word[1:])
    return 0.9 if listed else 0.0


_KATAKANA_WORD = re.compile(r"[ァ-ヺー]{3,}")


def find_katakana_words(text: NormalText) -> Iterator[Candidate]:
    """Single katakana words that a list of names knows."""
    names = folded_names("katakana", False)
    for match in _KATAKANA_WORD.finditer(text.norm):
        word = text.fold[match.start() : match.end()]
        if word in names.given or word in names.surnames:
            yield Candidate(match.start(), match.end(), 1.0, 0.2, 1)
