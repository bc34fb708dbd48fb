"""Cut a text into the pieces of words that the encoder knows, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from include.detect.encoder.store import load_base

# Chinese pieces that hold the end of one word and the beginning of another are cut further: in 衛福|部長 the ministry
# (衛福部) ended within a piece, as the university did in 嶺|大的.
_GLUED = re.compile("[\u3400-\u9fff]+的|[的在与與從从][\u3400-\u9fff]+|[部局]+[长長]")
_SPACE = "▁"  # stands before the first piece of a word
_BELOW_THE_LEAST = 10.0  # how much less likely than the rarest piece a character is that no piece has
_LONGEST_WORD = 400  # characters that are cut at once; a page without a space is no word
_CHARACTERS = 10  # of a piece at most, on average: what lies beyond is not looked at
_REMEMBERED = 40  # characters of a word that is kept once it is cut; what is longer comes once


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a text: row of the embeddings, first character and end of each."""

    rows: list[int]
    starts: list[int]
    ends: list[int]


@dataclass(slots=True)
class _Vocabulary:
    rows: dict[str, int]
    scores: list[float]  # log-probability of every row
    characters: dict[int, str]  # code point -> what it is read as
    unknown: int
    longest: int
    least: float  # log-probability of a character that no piece has
    words: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)  # cut before: (start, end, row)


@cache
def _load_vocabulary() -> _Vocabulary:
    base = load_base()
    texts = bytes(base["pieces"]).decode().split("\n")
    rows = {text: row for row, text in enumerate(texts) if text and not _GLUED.fullmatch(text)}
    changed = bytes(base["changed"]).decode().split("\n")
    characters = dict(zip(base["characters"].tolist(), changed, strict=True))
    scores = base["scores"].tolist()
    return _Vocabulary(
        rows, scores, characters, int(base["unknown"]), max(map(len, rows)), min(scores) - _BELOW_THE_LEAST
    )


def cut(text: str, most: int) -> Pieces:
    """The pieces of a text, the first `most` of them: of all ways to cut a word the most probable (unigram model)."""
    vocabulary = _load_vocabulary()
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text[: most * _CHARACTERS]):
        for read in vocabulary.characters.get(ord(letter), letter):
            letters.append(read)
            places.append(place)
    found = Pieces([], [], [])
    at, end = 0, len(letters)
    while at < end and len(found.rows) < most:
        if letters[at] == " ":
            at += 1
            continue
        stop = at
        while stop < end and stop - at < _LONGEST_WORD and letters[stop] != " ":
            stop += 1
        for start, finish, row in _cut_word(vocabulary, _SPACE + "".join(letters[at:stop])):
            first, last = at + max(start - 1, 0), at + max(finish - 1, 0)
            found.rows.append(row)
            found.starts.append(places[first])
            found.ends.append(places[last - 1] + 1 if last > first else places[first])
        at = stop
    return Pieces(found.rows[:most], found.starts[:most], found.ends[:most])


def _cut_word(vocabulary: _Vocabulary, word: str) -> list[tuple[int, int, int]]:
    """The best path through a word: every place is reached by the piece that makes the sum of scores greatest."""
    known = vocabulary.words.get(word)
    if known is not None:
        return known
    size, rows, scores, least = len(word), vocabulary.rows, vocabulary.scores, vocabulary.least
    best = [0.0] + [-1e30] * size
    back: list[tuple[int, int]] = [(0, 0)] * (size + 1)
    for start in range(size):
        so_far = best[start]
        for end in range(start + 1, min(size, start + vocabulary.longest) + 1):
            row = rows.get(word[start:end])
            if row is not None and so_far + scores[row] > best[end]:
                best[end], back[end] = so_far + scores[row], (start, row)
        if so_far + least > best[start + 1]:
            best[start + 1], back[start + 1] = so_far + least, (start, vocabulary.unknown)
    path, at = [], size
    while at > 0:
        start, row = back[at]
        path.append((start, at, row))
        at = start
    path.reverse()
    if size <= _REMEMBERED:
        vocabulary.words[word] = path
    return path
