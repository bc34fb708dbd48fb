"""Fingerprints of a text: a hash for the same article, a MinHash signature for nearly the same."""

from __future__ import annotations

import hashlib
import operator
import re
import struct
import unicodedata

PERMUTATIONS = 128
BANDS = (
    42  # of 3 rows: a pair of similarity .5 shares a band with probability .996, one of .4 with .94, of .05 with .005
)
_ROWS = 3
_SEED = 1
_SHINGLE_WORDS, _SHINGLE_CHARACTERS = 3, 4  # every tenth word changed still leaves .53; unrelated texts stay below .07
_MIN_TOKENS = 30  # a summary of two sentences is no evidence for a copy
# A word of a script with spaces, or one character of a script without.
_TOKEN = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)


def content_hash(title: str, text: str) -> str:
    """16 hex digits of the SHA-256 of the folded words of title and text: equal for copies that differ in
    punctuation, spaces, case or width only."""
    words = " ".join(_tokens(title)) + "\n" + " ".join(_tokens(text))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def sign_text(text: str) -> bytes:
    """MinHash signature over word 3-grams, or 4-grams of characters where words have no spaces between them.

    128 little-endian 32-bit numbers; b"" for a very short text, which is no evidence for a copy.
    """
    from rensa import RMinHash

    tokens = _tokens(text)
    if len(tokens) < _MIN_TOKENS:
        return b""
    single = sum(len(token) == 1 for token in tokens) * 2 > len(tokens)
    size = _SHINGLE_CHARACTERS if single else _SHINGLE_WORDS
    signer = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    signer.update([" ".join(tokens[index : index + size]) for index in range(len(tokens) - size + 1)])
    return struct.pack(f"<{PERMUTATIONS}I", *signer.digest())


def similarity(a: bytes, b: bytes) -> float:
    """Estimated share of n-grams that two signed texts have in common, 0..1; 0.0 where one is not signed."""
    if not a or not b or len(a) != len(b):
        return 0.0
    if a == b:
        return 1.0
    left, right = (struct.unpack(f"<{len(signature) // 4}I", signature) for signature in (a, b))
    return float(sum(map(operator.eq, left, right))) / len(left)


def bands(signature: bytes) -> list[int]:
    """Keys for finding near-duplicates: texts that share one are candidates, `similarity` decides.

    A key is the band's number and the bits of its three rows, so keys of different bands never meet. Empty for an
    unsigned text.
    """
    words = BANDS * _ROWS
    if len(signature) < words * 4:
        return []
    rows = struct.unpack(f">{words}I", signature[: words * 4])
    return [
        number << 56 ^ first << 24 ^ second << 12 ^ third
        for number, (first, second, third) in enumerate(zip(rows[::3], rows[1::3], rows[2::3], strict=True))
    ]


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
