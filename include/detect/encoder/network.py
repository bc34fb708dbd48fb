"""Read a text: a vector for every piece of it, and what every piece attends to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np

from include.detect.encoder.pieces import Pieces, cut
from include.detect.encoder.store import load_base, load_heads, load_layers

Array = np.ndarray[Any, np.dtype[np.float32]]

WINDOW = 510  # pieces that are read together; the layers know places up to 512, two are for the text's ends
_MOST_WINDOWS = 3  # of a text; news tells in its opening, and a long text would take minutes
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

    def find(self, start: int, end: int) -> tuple[int, int] | None:
        """(first, end) of the pieces that hold some characters; None past what was read."""
        first, last = bisect_right(self.pieces.ends, start), bisect_left(self.pieces.starts, end)
        return (first, last) if last > first else None


def encode(text: str) -> Encoding:
    """Read a text, of a long one the opening."""
    pieces = cut(text, WINDOW * _MOST_WINDOWS)
    windows = []
    for first in range(0, len(pieces.rows), WINDOW):
        hidden, attention = load_layers().run(None, {"x": _embed(pieces.rows[first : first + WINDOW])[None]})
        windows.append(Window(first, hidden[0], attention[0]))
    return Encoding(pieces, windows)


def _embed(rows: list[int]) -> Array:
    """Embeddings of pieces and their places, the beginning and the end of the text around them."""
    base = load_base()
    index = np.array([int(base["begin"]), *rows, int(base["end"])])
    packed = base["embeddings"][index]
    numbers = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - 8
    numbers *= base["scales"][index].astype(np.float32)[:, :, None]
    found: Array = numbers.reshape(len(index), -1) + load_heads()["places"][: len(index)]
    return found
