"""Which of our languages a text is in, or that it is in none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from include.records import LANGUAGES, UNSUPPORTED

# What is near to a supported language in script and words, so that such a text is not taken for it.
NEIGHBOURS = (
    "ms", "jv", "tl", "ca", "gl", "oc", "ro", "da", "sv", "nb", "no", "nn", "af", "lb", "cs", "sk", "sl", "hr", "sr", "bs",
    "be", "bg", "mk", "kk", "az", "fa", "ur", "ps", "mr", "ne", "he", "fi", "hu", "et", "lt", "lv", "el", "eu", "sw", "lo",
    "bn", "ta", "te", "gu", "pa", "km", "is", "sq", "mn", "xh", "zu",
)  # fmt: skip
_SUPPORTED_ISO = frozenset(code.partition("-")[0] for code in LANGUAGES)
_MAX_CHARS = 1_500  # more does not change the answer
_SHORT_CHARS = 40  # below this a hint of the feed or the page decides between close candidates
_KANA, _HANGUL = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\uac00-\ud7af]")
_HAN, _LETTER = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[^\W\d_]")


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)
    identifier.set_languages(sorted(known & (_SUPPORTED_ISO | set(NEIGHBOURS))))
    return identifier


def identify_language(text: str, *, hints: tuple[str, ...] = ()) -> str:
    """Return one of LANGUAGES or `unsupported`.

    `hints` are what feed and page claim (`pt-BR`, `zh_TW`), the most trusted first. They count as a prior: they
    decide between the likely candidates of a short text and never against a clear one.
    """
    sample = text[:_MAX_CHARS]
    letters = len(_LETTER.findall(sample))
    if letters < 3:
        return next((code for hint in hints if (code := _from_hint(hint)) != UNSUPPORTED), UNSUPPORTED)
    han = len(_HAN.findall(sample))
    if han > letters * 0.2 and len(_KANA.findall(sample)) * 20 < letters and len(_HANGUL.findall(sample)) * 5 < letters:
        return chinese_script(sample)
    scores: Mapping[str, float] = dict(_identifier().rank(sample))
    weighted = {
        code: score * (3.0 if any(_iso(hint) == code for hint in hints) else 1.0) for code, score in scores.items()
    }
    best = max(weighted, key=lambda code: weighted[code])
    if best == "zh":
        return chinese_script(sample)
    return best if best in LANGUAGES else UNSUPPORTED


def chinese_script(text: str) -> str:
    """`zh-Hans` or `zh-Hant` by the characters that only one of the scripts has; `zh-Hans` where none decides."""
    only_simplified, only_traditional = _script_characters()
    simplified = sum(char in only_simplified for char in text)
    traditional = sum(char in only_traditional for char in text)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


@cache
def _script_characters() -> tuple[frozenset[str], frozenset[str]]:
    from hanzidentifier import helpers

    simplified, traditional = helpers.SIMPLIFIED_CHARACTERS, helpers.TRADITIONAL_CHARACTERS
    return frozenset(simplified - traditional), frozenset(traditional - simplified)


def _iso(hint: str) -> str:
    return re.split(r"[-_]", hint.strip().lower(), maxsplit=1)[0]


def _from_hint(hint: str) -> str:
    iso = _iso(hint)
    if iso == "zh":
        return "zh-Hant" if re.search(r"hant|tw|hk|mo", hint.lower()) else "zh-Hans"
    return iso if iso in LANGUAGES else UNSUPPORTED
