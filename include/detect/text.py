"""Text as the engine reads it: cleaned, folded, cut into sentences, and mapped back to what was given.

`NormalText.fold` has the same length as `NormalText.norm`, so that one offset serves both; `locate` takes such offsets
back to the title or text of the article.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from include.jsontext import mend_surrogates
from include.records import Evidence, TextField

MAX_SENTENCE = 3000  # characters
MAX_CHARS = 50_000  # longer texts are read up to here; no news article comes near

_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
# What is taken out before matching: invisible characters, Arabic vowel marks and tatweel, Hindi nukta, pinyin glosses
# in brackets ("據(jù)", "技術官M(fèi)ira"), tags left in the text, spaces around the dot of a name ("大卫 · 西尔弗").
_HAN = "[\u3400-\u9fff]"
_NOISE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u0640\u064b-\u065f\u0670\u093c\ufe0e\ufe0f]+"
    rf"|(?<=[\u3400-\u9fffA-Za-z])\([a-z]{{0,5}}[{_TONES}][a-z]{{0,5}}\)"
    r"|</?[A-Za-z][^<>]{0,300}>"
    f"|(?<={_HAN}) +(?=[·・] *{_HAN})|(?<={_HAN} [·・]) +(?={_HAN})"
)
# A stop that joins the parts of a foreign name, as the press of Taiwan writes it: 瓦旦．尤幹, 艾倫.馬斯克. It is one
# between Chinese characters, but not behind the number of an item: 一．人事異動.
_NAME_STOP = re.compile(f"(?<={_HAN})(?<![一二三四五六七八九十])[.．](?={_HAN})")

_FOLD = {ord(a): b for a, b in zip("‘’ʼ`´“”„«»‐‑‒–—―−", "'''''\"\"\"\"\"-------", strict=True)}
_FOLD |= dict.fromkeys((160, 8199, 8239, 12288, 8194, 8195, 8201, 9), " ")
_FOLD |= {0xFF01 + i: chr(0x21 + i) for i in range(94)}  # full-width ASCII
_FOLD |= {ord(a): b for a, b in zip("أإآٱىةیک", "اااايهيك", strict=True)}
_FOLD |= {ord("ё"): "е", ord("Ё"): "Е", ord("ı"): "i", ord("İ"): "I", ord("・"): "·", ord("･"): "·", ord("•"): "·"}
_FOLD |= dict(zip(range(0x958, 0x960), "कखगजडढफय", strict=True))
_FOLD |= {ord("゠"): "·", ord("＝"): "·", ord("‧"): "·"}


@dataclass(frozen=True, slots=True)
class NormalText:
    """An article's title and text as one string, cleaned; `fold` is its matching form of equal length."""

    norm: str
    fold: str
    origin: tuple[int, ...] | None  # raw offset of every character of norm; None where nothing was taken out
    title_end: int  # offset in norm where the title ends
    raw_title_length: int
    dotted: str  # norm, in Chinese with one dot for whatever joins the parts of a name
    raw: str

    def locate(self, start: int, end: int) -> Evidence:
        """Take a span of `norm` back to the given title or text, verbatim."""
        first = self.origin[start] if self.origin else start
        last = (self.origin[end - 1] if self.origin else end - 1) + 1
        shift = self.raw_title_length + 1
        name: TextField = "title"
        if first >= shift:
            name, first, last = "text", first - shift, last - shift
            return Evidence(name, first, last, self.raw[first + shift : last + shift])
        last = min(last, self.raw_title_length)
        return Evidence(name, first, last, self.raw[first:last])


@cache
def _han_table() -> dict[int, str]:
    import opencc

    chars = "".join(map(chr, [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)]))
    converter = opencc.OpenCC("t2s")
    simple = converter.convert("\n".join(chars)).split("\n")
    return {ord(a): b for a, b in zip(chars, simple, strict=True) if a != b and len(b) == 1}


def dot_names(text: str) -> str:
    """A Chinese text in which one dot joins the parts of every foreign name. Same length as `text`."""
    return _NAME_STOP.sub("·", text)


def fold_text(text: str, han_fold: bool) -> str:
    """The matching form: lower case, one quote, one alef, Simplified for Traditional. Same length as `text`."""
    if text.isascii():
        return text.lower()
    if han_fold:
        text = dot_names(text).translate(_han_table())
    text = text.translate(_FOLD)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def normalise(title: str, text: str, *, han_fold: bool) -> NormalText:
    """Clean and fold an article. Never fails: what cannot be read is replaced character by character."""
    raw = f"{title}\n{text[:MAX_CHARS]}"
    safe = mend_surrogates(raw)
    norm, origin = safe, None
    if _NOISE.search(safe) or not unicodedata.is_normalized("NFC", safe):
        norm, origin = _clean(safe)
    title_end = len(title) if origin is None else bisect_right(origin, len(title) - 1)
    dotted = dot_names(norm) if han_fold else norm
    return NormalText(norm, fold_text(norm, han_fold), origin, title_end, len(title), dotted, raw)


def _clean(text: str) -> tuple[str, tuple[int, ...]]:
    pieces: list[str] = []
    origin: list[int] = []
    position = 0
    for match in _NOISE.finditer(text):
        pieces.append(text[position : match.start()])
        origin.extend(range(position, match.start()))
        if match.group().startswith("<"):
            pieces.append(" ")
            origin.append(match.start())
        position = match.end()
    pieces.append(text[position:])
    origin.extend(range(position, len(text)))
    joined = "".join(pieces)
    if unicodedata.is_normalized("NFC", joined):
        return joined, tuple(origin)
    return _compose(joined, origin)


def _compose(text: str, origin: list[int]) -> tuple[str, tuple[int, ...]]:
    """Unicode NFC, cluster by cluster, so that every composed character keeps the offset of its base."""
    out: list[str] = []
    offsets: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and unicodedata.combining(text[end]):
            continue
        composed = unicodedata.normalize("NFC", text[start:end])
        out.append(composed)
        offsets.extend(origin[min(start + i, end - 1)] for i in range(len(composed)))
        start = end
    return "".join(out), tuple(offsets)


@cache
def script_of(char: str) -> int:
    """0 no letter, 1 Latin, 2 Cyrillic, 3 Arabic, 4 Devanagari, 5 Hangul, 6 Thai, 7 Han and kana, 8 digit, 9 other."""
    code = ord(char)
    if char.isdigit():
        return 8
    if not (char.isalpha() or unicodedata.category(char)[0] == "M" or char == "ー"):
        return 0
    for limit, script in (
        (0x250, 1),
        (0x370, 1),
        (0x400, 9),
        (0x530, 2),
        (0x600, 9),
        (0x780, 3),
        (0x900, 9),
        (0x980, 4),
    ):
        if code < limit:
            return script
    if 0xE00 <= code < 0xE80:
        return 6
    if 0x1E00 <= code < 0x2000:
        return 1
    if 0xAC00 <= code < 0xD7B0 or 0x1100 <= code < 0x1200:
        return 5
    if 0x3040 <= code < 0xA000 or 0xF900 <= code < 0xFB00:
        return 7
    return 3 if 0xFB50 <= code < 0xFF00 else 9


def is_boundary(text: str, at: int) -> bool:
    """Whether a word may begin or end between `text[at-1]` and `text[at]`."""
    if at <= 0 or at >= len(text):
        return True
    before, after = script_of(text[at - 1]), script_of(text[at])
    if not before or not after or before != after:
        return True
    return before in (6, 7)


_SENTENCE_END = re.compile(
    r"\n+|[。！？!?؟।]+[\"'”’」』）)\]]*|…+(?=\s)|\.(?=[\"'”’»)\]]*\s)[\"'”’»)\]]*|(?<=[a-zà-ÿ]{3})\.(?=[A-ZÀ-Ý][a-zà-ÿ])"
)
_LAST_WORD = re.compile(r"([^\s(\"'“«]+)$")


def split_sentences(text: NormalText, abbreviations: frozenset[str]) -> list[tuple[int, int]]:
    """Spans of the sentences of `norm`; the title is always one of its own. Abbreviations are folded, without dot."""
    norm, start = text.norm, 0
    spans: list[tuple[int, int]] = []
    for match in _SENTENCE_END.finditer(norm):
        if match.group()[0] == "." and not _ends_sentence(norm, text.fold, match.start(), abbreviations):
            continue
        spans += _pieces(norm, start, match.end())
        start = match.end()
    return [*spans, *_pieces(norm, start, len(norm))]


def _pieces(norm: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence; one longer than any writer's is cut at a space, so that no work on sentences grows with the text."""
    while end - start > MAX_SENTENCE:
        cut = norm.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE) + 1 or start + MAX_SENTENCE
        if not norm[start:cut].isspace():
            yield start, cut
        start = cut
    if norm[start:end].strip():
        yield start, end


def _ends_sentence(norm: str, fold: str, dot: int, abbreviations: frozenset[str]) -> bool:
    word_match = _LAST_WORD.search(fold, max(0, dot - 24), dot)
    word = word_match.group(1) if word_match else ""
    following = norm[dot + 1 : dot + 12].lstrip(" \"'“‘«([")
    if following and following[0].islower() and norm[dot + 1] != "\n":
        return False
    if word in abbreviations:
        return False
    initial = len(word) == 1 and word.isalpha() and norm[dot - 1].isupper()
    return not initial
