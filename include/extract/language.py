"""Which of our languages a text is in, or that it is in none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from include.knowledge.identification import load_identification
from include.records import LANGUAGES, UNSUPPORTED

_SUPPORTED_ISO = frozenset(code.partition("-")[0] for code in LANGUAGES)
_MAX_CHARS = 1_500  # more does not change the answer and costs time
_HINT_WEIGHT = 3.0  # a claim of feed or page: decides a headline, never a paragraph
_OURS_WEIGHT = 1.5  # the feeds are chosen: a language that we read is likelier than its neighbour
_KANA, _HANGUL = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\uac00-\ud7af]")
_HAN, _LETTER = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[^\W\d_]")


def identify_language(text: str, *, hints: Iterable[str] = ()) -> str:
    """Return one of LANGUAGES or `unsupported`.

    `hints` are what feed and page claim (`pt-BR`, `zh_TW`), the most trusted first. They count as a prior: they
    decide between the likely candidates of a short text and never against a clear one. A text without letters is
    what its first hint says.
    """
    claimed = [hint for hint in hints if hint]
    sample = text[:_MAX_CHARS]
    letters = len(_LETTER.findall(sample))
    if letters < 3:
        return next((code for hint in claimed if (code := _from_hint(hint)) != UNSUPPORTED), UNSUPPORTED)
    if _is_chinese(sample, letters):
        return chinese_script(sample)
    hinted = {_iso(hint) for hint in claimed}
    scores = {
        code: score * (_OURS_WEIGHT if code in _SUPPORTED_ISO else 1.0) * (_HINT_WEIGHT if code in hinted else 1.0)
        for code, score in _identifier().rank(sample)
    }
    best = max(scores, key=lambda code: scores[code])
    if best == "zh":
        return chinese_script(sample)
    best = _tell_apart(sample, best)
    return best if best in LANGUAGES else UNSUPPORTED


def chinese_script(text: str) -> str:
    """`zh-Hans` or `zh-Hant` by the characters that only one of the scripts has; `zh-Hans` where none decides."""
    only_simplified, only_traditional = _script_characters()
    simplified = sum(char in only_simplified for char in text)
    traditional = sum(char in only_traditional for char in text)
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _is_chinese(sample: str, letters: int) -> bool:
    """Chinese with Latin names in it would be taken for English; a headline in kanji alone is rare."""
    return (
        len(_HAN.findall(sample)) > letters * 0.2
        and len(_KANA.findall(sample)) * 20 < letters
        and len(_HANGUL.findall(sample)) * 5 < letters
    )


def _tell_apart(sample: str, best: str) -> str:
    """Settle a pair such as Indonesian and Malay by the words that only one of them has."""
    pair = next((pair for pair in load_identification().tell_apart if best in pair), None)
    if pair is None:
        return best
    words = re.findall(r"\w+", sample.lower())
    counts = {code: sum(word in known for word in words) for code, known in pair.items()}
    winner = max(counts, key=lambda code: counts[code])
    return winner if counts[winner] > counts[best] else best


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    wanted = _SUPPORTED_ISO | load_identification().neighbours
    identifier.set_languages(sorted(set(identifier.labels) & wanted))
    return identifier


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
