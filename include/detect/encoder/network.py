"""Read a text: a vector for every piece of it, and what every piece attends to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from include.detect.encoder.pieces import Pieces, cut
from include.detect.encoder.store import load_base, load_heads, load_layers

Array = np.ndarray[Any, np.dtype[np.float32]]
Span = tuple[int, int]

PLACES = 510  # pieces that are read together; the layers know places up to 512, two are for the text's ends
MOST = 8_000  # pieces of a text that are looked at; a newsletter of fifty thousand letters has more in few scripts
_READ = 1_600  # pieces of those that are read, twice: a digest of six thousand letters in which all is told
_OPENING = 100  # pieces of a long text that are read whatever they tell: title and lead
_SMALL = 256  # pieces of a window in which a long text is read once more
_BLOCK = 32  # numbers of an embedding that share a scale


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text: its pieces from `first` on, with the marks of beginning and end around them."""

    first: int
    hidden: Array  # (pieces + 2) x width
    attention: Array  # heads x (pieces + 2) x (pieces + 2), of the last layer


@dataclass(frozen=True, slots=True)
class Encoding:
    """A text as the encoder reads it."""

    pieces: Pieces
    windows: list[Window]
    again: Encoding | None = None  # a text that is longer than a window, in smaller ones

    def find(self, start: int, end: int) -> tuple[int, int] | None:
        """(first, end) of the pieces that hold some characters; None past what was read."""
        first, last = bisect_right(self.pieces.ends, start), bisect_left(self.pieces.starts, end)
        return (first, last) if last > first else None


def encode(text: str, sentences: Sequence[Span] = (), told: Sequence[int] = ()) -> Encoding:
    """Read a text: a short one as it is, of a long one its opening and what stands around `told` (characters).

    Articles that the layers learned from are as long as agency reports are. In a long one they hear less of what is far
    from its beginning; shortened to what tells of people who come and go, it is like the reports that they know. What
    is longer than a window all the same is read twice, once in small windows: "the departures of such heavyweights as"
    three names was not heard behind 400 pieces of something else, and was heard by itself.
    """
    pieces = cut(text, MOST)
    if len(pieces.rows) > PLACES and sentences:
        pieces = _shorten(pieces, _choose_sentences(pieces, sentences, told))
    if len(pieces.rows) > _READ:
        pieces = Pieces(pieces.rows[:_READ], pieces.starts[:_READ], pieces.ends[:_READ])
    windows = _read(pieces, sentences, PLACES)
    again = Encoding(pieces, _read(pieces, sentences, _SMALL)) if len(windows) > 1 else None
    return Encoding(pieces, windows, again)


def _read(pieces: Pieces, sentences: Sequence[Span], most: int) -> list[Window]:
    windows = []
    for first, end in _divide(pieces, sentences, most):
        hidden, attention = load_layers().run(None, {"x": _embed(pieces.rows[first:end])[None]})
        windows.append(Window(first, hidden[0], attention[0]))
    return windows


def _choose_sentences(pieces: Pieces, sentences: Sequence[Span], told: Sequence[int]) -> list[Span]:
    """The opening, and every sentence that something is told in with the one before it, whose names it may mean."""
    opening, starts = pieces.ends[_OPENING - 1], [start for start, _ in sentences]
    telling = {bisect_right(starts, place) - 1 for place in told}
    kept = telling | {index - 1 for index in telling}
    return [span for index, span in enumerate(sentences) if index in kept or span[0] < opening]


def _shorten(pieces: Pieces, spans: Sequence[Span]) -> Pieces:
    """The pieces that lie in some spans of characters, in order."""
    starts = [start for start, _ in spans]
    kept = []
    for index, place in enumerate(pieces.starts):
        span = bisect_right(starts, place) - 1
        if span >= 0 and place < spans[span][1]:
            kept.append(index)
    return Pieces(*([column[index] for index in kept] for column in (pieces.rows, pieces.starts, pieces.ends)))


def _divide(pieces: Pieces, sentences: Sequence[Span], most: int) -> Iterator[Span]:
    """(first, end) of the pieces of every window, at most so many; it ends with a sentence, where one ends late in it.

    A list of leavers that is cut in two loses the verb for its second half.
    """
    begins = {bisect_left(pieces.starts, start) for start, _ in sentences}
    first, count = 0, len(pieces.rows)
    while first < count:
        end = min(first + most, count)
        if end < count:
            end = next((at for at in range(end, first + most // 2, -1) if at in begins), end)
        yield first, end
        first = end


def _embed(rows: list[int]) -> Array:
    """Embeddings of pieces and their places, the beginning and the end of the text around them."""
    base = load_base()
    index = np.array([int(base["begin"]), *rows, int(base["end"])])
    packed = base["embeddings"][index]
    numbers = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - 8
    numbers *= base["scales"][index].astype(np.float32)[:, :, None]
    found: Array = numbers.reshape(len(index), -1) + load_heads()["places"][: len(index)]
    return found
