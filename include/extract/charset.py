"""Which charset bytes are written in, by how natural the text is that they then are."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from include.knowledge.characters import load_characters

_SAMPLE_BYTES = 6_000
_REACH = 40  # bytes before one beyond ASCII that are looked at too: they tell the language
_HIGH = re.compile(rb"[\x80-\xff]")
# No second byte of a double-byte charset is below 0x30, so that what ends a word ends it in all of them.
_REST_OF_WORD = re.compile(rb"[0-9@-~\x80-\xff]{1,%d}" % _SAMPLE_BYTES)
_BEFORE = re.compile(rb"[^<>]*$")
_UNLISTED_BITS = 20
_BROKEN_BITS = 24
_LATIN_BITS = 8  # of an ASCII letter in a language of another script: names, abbreviations
_SIGN_BITS = 12
_SIGNS = frozenset("\xa0\xa7\xa9\xab\xae\xb0\xb7\xbb–—‘’‚“”„•…‹›€™")  # of any language's pages
# What a natural text may have beyond the usual of its language: for each character, and a few words may be odd.
_NATURAL_BITS, _SPARE_BITS = 2.5, 40.0
# By how many bits a charset must be better than one that page or server state, or that is usual for the page's
# language: in all, and for each byte beyond ASCII.
STATED, USUAL = (30.0, 1.0), (12.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Fit:
    bits: float
    is_natural: bool


def find_charset(body: bytes, believed: str, margin: tuple[float, float]) -> str:
    """The charset of bytes that are no UTF-8: `believed`, or the one in which they are more natural by the margin.

    "" where they are natural in none. A charset whose languages are not listed is believed.
    """
    sample = b" ".join(_sample_words(body))
    fits = {encoding: _judge(sample, encoding) for encoding in _encodings()}
    known = fits.get(codecs.lookup(believed).name) if believed else None
    if believed and known is None:
        return believed
    best = min(fits, key=lambda encoding: fits[encoding].bits)
    constant, each = margin
    is_better = known is None or known.bits - fits[best].bits >= constant + each * len(_HIGH.findall(sample))
    if not fits[best].is_natural:
        return ""
    return best if is_better else believed


def _sample_words(body: bytes) -> Sequence[bytes]:
    """Words that are not ASCII alone, with what is before them, each once: what a menu repeats is no evidence."""
    words: dict[bytes, None] = {}
    size = position = 0
    while size < _SAMPLE_BYTES and (high := _HIGH.search(body, position)):
        before = _BEFORE.search(body[max(position, high.start() - _REACH) : high.start()])
        rest = _REST_OF_WORD.match(body, high.start())
        assert before is not None and rest is not None
        word = before[0] + rest[0]
        size += len(word) if word not in words else 0
        words[word] = None
        position = rest.end()
    return list(words)


@cache
def _encodings() -> tuple[str, ...]:
    """The western one first: of what fits equally well it is the likeliest."""
    found = [encoding for characters in load_characters().values() for encoding in characters.encodings]
    return tuple(dict.fromkeys(["cp1252", *found]))


def _judge(sample: bytes, encoding: str) -> _Fit:
    """How well the sample fits as text of the likeliest language of an encoding."""
    counts = Counter(char for char in sample.decode(encoding, "replace") if char > "\x7f" or char.isalpha())
    length = counts.total()
    fits = []
    for characters in load_characters().values():
        if encoding in characters.encodings:
            bits = float(sum(times * _cost(char, characters.bits) for char, times in counts.items()))
            most = _SPARE_BITS + length * (characters.usual_bits + _NATURAL_BITS)
            fits.append(_Fit(bits, bits <= most))
    return min(fits, key=lambda fit: fit.bits)


def _cost(char: str, bits: Mapping[str, int]) -> int:
    listed = bits.get(char)
    if listed is not None:
        return listed
    if char < "\x80":
        return _LATIN_BITS
    return _SIGN_BITS if char in _SIGNS else _BROKEN_BITS if char == "\ufffd" else _UNLISTED_BITS
