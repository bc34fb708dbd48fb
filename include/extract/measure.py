"""What texts are compared by: their letters without the rest, and how wide they stand on a page."""

from __future__ import annotations

import re
import unicodedata

# Vowel signs count as parts of letters: without them most Hindi and Thai words would be alike.
_NO_LETTER = re.compile(
    r"[^\w\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0e30-\u0e4e"
    r"\u1000-\u109f]+|_+"
)
_DOUBLE_WIDTH = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uff60]")


def fold(text: str) -> str:
    """Letters, digits and vowel signs of any script, case and width folded: what two spellings of a name share."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def fold_address(text: str) -> str:
    """The same without accents, as addresses write words: `Economía` as `economia`."""
    return fold("".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)))


def width(text: str) -> int:
    """Length on the page: a character of Chinese, Japanese or Korean counts for two."""
    return len(text) + len(_DOUBLE_WIDTH.findall(text))
