"""Keys under which two spellings of one name are equal. Used for exact lookup, never shown to anybody."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

# Scripts that write names without spaces, or with spaces that the next newsroom leaves out: 샘 알트만, 샘알트만.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Combining marks that readers drop: accents of Latin and Cyrillic (including ё, й) and Arabic vowel signs.
_DROPPED_MARKS = re.compile(r"[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640]")
_APOSTROPHES = re.compile("['\u2019\u2018\u02bc\u02b9`\u00b4\u05f3]")
_SEPARATORS = re.compile(r"[\W_]+")
_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك", "ئ": "ي", "ؤ": "و",
    }
)  # fmt: skip
# A digit of a name counts (OpenAI5 is not OpenAI), and so do signs that are part of one (C3.ai, AT&T).
_KEPT_SIGNS = str.maketrans({"&": " and ", "＆": " and ", "+": " plus "})
_LEGAL_FORMS = frozenset(
    [
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "llc",
        "llp",
        "lp",
        "plc",
        "gmbh",
        "ag",
        "se",
        "kg",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "nv",
        "bv",
        "oy",
        "ab",
        "as",
        "asa",
        "tbk",
        "pt",
        "pte",
        "pty",
        "sdn",
        "bhd",
        "kk",
        "ooo",
        "оао",
        "ооо",
        "пао",
        "ао",
        "зао",
        "тов",
    ]
)
_UNSPACED_LEGAL = re.compile(
    "^(株式会社|有限会社|주식회사|บริษัท|บมจ)|(股份有限公司|有限责任公司|有限公司|株式会社|公司)$"
)


@cache
def _simplifier() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def simplify_han(text: str) -> str:
    """Traditional characters as Simplified ones; other scripts as they are."""
    if not _HAN.search(text):
        return text
    simple = str(_simplifier().convert(text))
    return simple if simple == text else str(_simplifier().convert(simple))  # 薴 becomes 苧, and that 苎


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """Return the key of a name: width, case, accents, dots, hyphens and the two Chinese scripts folded away.

    Words stay apart in scripts that write them apart ("o brien" differs from "brien o"); scripts without reliable
    spaces lose them. "" for a name of which nothing is left.
    """
    text = simplify_han(unicodedata.normalize("NFKC", name)).casefold().translate(_LETTERS)
    text = _DROPPED_MARKS.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text).translate(_KEPT_SIGNS)
    # Indic and Thai vowel signs are marks, not letters: \W would cut names at them.
    text = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in _APOSTROPHES.sub("", text))
    words = _SEPARATORS.sub(" ", text).split() if text.isascii() else text.split()
    joined = " ".join(words)
    if _UNSPACED.search(joined) and not re.search(r"[a-z]", joined):
        return "".join(words)
    return joined


@lru_cache(maxsize=65536)
def organisation_key(name: str) -> str:
    """`name_key` without legal forms at the end: "OpenAI, Inc." and "OpenAI" are one, 株式会社 and 有限公司 go too."""
    key = _UNSPACED_LEGAL.sub("", name_key(name)) or name_key(name)
    words = key.split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(words)
