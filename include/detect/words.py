"""Words in scripts that write none apart, and what dictionaries say of them: 早乙女|剛 is a family and a given name.

A well-kept segmenter of the language cuts them; it is loaded for the first article that passes the gate. What it says
is evidence for the readers of names, not their judgement: a dictionary does not know the firm founded last year.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

Kind = Literal[
    "family", "given", "person", "place", "firm", "noun", "verb", "prefix", "suffix", "number", "particle", "unknown",
    "other", "mark",
]  # fmt: skip
_Cut = Callable[[str], Iterator[tuple[int, int, Kind]]]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text. `firm` is any proper name of neither person nor place; `unknown` stands in no dictionary."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text by start; none where the script writes them apart."""

    row: tuple[Word, ...] = ()
    starts: tuple[int, ...] = ()
    ends: frozenset[int] = frozenset()
    begins: frozenset[int] = frozenset()
    names: frozenset[tuple[int, int]] = frozenset()  # spans that look like a person's name by statistics

    def __bool__(self) -> bool:
        return bool(self.row)

    def has_name(self, start: int, end: int) -> bool:
        """Whether a span holds one that looks like a person's name."""
        return any((a, b) in self.names for a in range(start, end) for b in range(a + 2, min(a + 4, end) + 1))

    def inside(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that touch a span."""
        first = max(0, bisect_right(self.starts, start) - 1)
        return tuple(w for w in self.row[first : bisect_left(self.starts, end)] if w.end > start)

    def split(self, offsets: Iterable[int]) -> Words:
        """The same words, cut further at offsets where something surely begins: 八取|締役 is 八 and the post 取締役."""
        within = set(offsets).difference(self.starts, self.ends)
        if not within or not self.row:
            return self
        row: list[Word] = []
        for word in self.row:
            edges = [word.start, *(o for o in range(word.start + 1, word.end) if o in within), word.end]
            if len(edges) == 2:
                row.append(word)
            else:
                row += [Word(a, b, "unknown") for a, b in zip(edges, edges[1:], strict=False)]
        return _index(row, self.names)

    def fit(self, start: int, end: int) -> bool:
        """Whether a span begins and ends where words do."""
        return start in self.begins and end in self.ends


def cut_words(text: str, script: str, sentences: Iterable[tuple[int, int]]) -> Words:
    """The words of a text. `text` is the matching form in Chinese, whose dictionary is Simplified, else as written."""
    if script not in _SEGMENTERS:
        return Words()
    cut = _SEGMENTERS[script]()
    row: list[Word] = []
    names: set[tuple[int, int]] = set()
    for start, end in sentences:
        sentence = text[start:end]
        # one character may be several words: ⑴ is (, 1 and ) to the Japanese segmenter
        row += [Word(start + a, start + b, kind) for a, b, kind in cut(sentence) if b > a]
        if script == "han":
            names |= {(start + a, start + b) for a, b in _guess_names(sentence)}
    return _index(row, frozenset(names))


def _index(row: list[Word], names: frozenset[tuple[int, int]]) -> Words:
    starts = tuple(word.start for word in row)
    return Words(tuple(row), starts, frozenset(word.end for word in row), frozenset(starts), names)


# ----------------------------------------------------------------------------------------------------- Japanese

_JAPANESE: dict[str, Kind] = {
    "助詞": "particle", "助動詞": "particle", "動詞": "verb", "接頭辞": "prefix", "接尾辞": "suffix",
    "補助記号": "mark", "記号": "mark", "空白": "mark",
}  # fmt: skip


@cache
def _japanese() -> _Cut:
    import sudachipy

    tokenizer = sudachipy.Dictionary(dict="core").tokenizer(mode=sudachipy.SplitMode.C)
    kinds: dict[int, Kind] = {}

    def cut(text: str) -> Iterator[tuple[int, int, Kind]]:
        for morpheme in tokenizer.tokenize(text):
            number = morpheme.part_of_speech_id()
            if number not in kinds:
                kinds[number] = _japanese_kind(morpheme.part_of_speech())
            kind, begin, end = kinds[number], morpheme.begin(), morpheme.end()
            if kind == "noun" and morpheme.is_oov():
                kind = "unknown"
            elif kind == "given" and text[end - 1] in ")）":  # a reading in brackets: 小田切|勝(まさる)氏
                end = begin + len(re.split("[(（]", text[begin:end])[0])
            yield begin, end, kind

    return cut


def _japanese_kind(tags: tuple[str, ...]) -> Kind:
    if tags[0] != "名詞":
        return _JAPANESE.get(tags[0], "other")
    if tags[1] == "数詞":
        return "number"
    if tags[1] != "固有名詞":
        return "noun"
    if tags[2] == "人名":
        kinds: dict[str, Kind] = {"姓": "family", "名": "given"}
        return kinds.get(tags[3], "person")
    return "place" if tags[2] == "地名" else "firm"


# ------------------------------------------------------------------------------------------------------ Chinese

_CHINESE: dict[str, Kind] = {
    "nr": "person", "nrt": "person", "nrfg": "person", "ns": "place", "nt": "firm", "nz": "firm", "m": "number",
    "p": "particle", "u": "particle", "c": "particle", "k": "suffix", "h": "prefix", "x": "unknown", "eng": "unknown",
    "uj": "particle", "ul": "particle", "ud": "particle", "uz": "particle", "uv": "particle", "ug": "particle",
    "v": "verb", "vd": "verb", "d": "other", "r": "other", "t": "other", "y": "particle",
}  # fmt: skip


@cache
def _chinese() -> _Cut:
    import rjieba

    def cut(text: str) -> Iterator[tuple[int, int, Kind]]:
        at = 0
        for word, tag in rjieba.tag(text, False):
            kind: Kind = _CHINESE.get(tag, "noun")
            yield at, at + len(word), kind if len(word) > 1 or kind != "noun" else "unknown"
            at += len(word)

    return cut


def _guess_names(text: str) -> Iterator[tuple[int, int]]:
    """Spans of two to four characters that the segmenter's character model takes for a person's name."""
    import rjieba

    at = 0
    for word, tag in rjieba.tag(text, True):
        if tag == "nr" and 2 <= len(word) <= 4:
            yield at, at + len(word)
        at += len(word)


# --------------------------------------------------------------------------------------------------------- Thai


@cache
def _thai() -> _Cut:
    from pythainlp.tokenize import word_dict_trie
    from pythainlp.tokenize.newmm import segment

    trie = word_dict_trie()

    def cut(text: str) -> Iterator[tuple[int, int, Kind]]:
        at = 0
        for word in segment(text):
            kind: Kind = "other" if word in trie else "unknown"
            yield at, at + len(word), kind
            at += len(word)

    return cut


_SEGMENTERS: dict[str, Callable[[], _Cut]] = {"kana": _japanese, "han": _chinese, "thai": _thai}
