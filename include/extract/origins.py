"""Who said it first, where a text cites them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from include.extract.phrases import WIDE, match_any
from include.knowledge.citations import load_citations

_MAX_CHARS = 8_000
_LEFT_CHARS = 70
_DATELINE_CHARS = 150  # a dateline stands before the first sentence
_CREDIT_CHARS = 60  # of a last line such as `mit dpa` or `(APA/sda)`
_SENTENCE_BREAK = re.compile(r"[\n!?。！？؟।]|\.(?=\s|$)")
_FIRST, _LABEL, _DATELINE, _FRAME, _CREDIT = 4, 3, 3, 2, 1  # how much each way of citing counts


def find_origin(text: str, lang: str) -> str:
    """The outlet that the text gives as its source, by the name under which all languages meet; else "".

    Looked for are a citation in words ("The Information first reported", "laut dpa", `據…報導`), an agency's
    dateline, a source line, and a credit in the last line. The outlet that is said to have had it first wins, then
    the one cited most.
    """
    sample = text[:_MAX_CHARS]
    frames = _compile_frames(lang.partition("-")[0])
    scores: dict[str, int] = {}
    for name, start, end in _find_outlets(sample):
        score = _judge(sample, start, end, frames)
        if score:
            scores[name] = scores.get(name, 0) + score
    return max(scores, key=lambda name: scores[name], default="")


@dataclass(frozen=True, slots=True)
class _Frames:
    reach: int
    before: re.Pattern[str]
    after: re.Pattern[str]
    first: re.Pattern[str]


def _judge(text: str, start: int, end: int, frames: _Frames | None) -> int:
    line_start = text.rfind("\n", 0, start) + 1
    line_end = len(text) if (found := text.find("\n", end)) < 0 else found
    if _labels().match(text[line_start:start].lower()):
        return _LABEL
    bracketed = text[start - 1 : start] in ("(", "（") and text[end : end + 1] in (")", "）")
    if bracketed or (
        start < _DATELINE_CHARS and re.match(r"\s?[-–—]\s", text[end : end + 3]) and "." not in text[:start]
    ):
        return _DATELINE
    if frames is not None:
        left = _SENTENCE_BREAK.split(text[max(line_start, start - _LEFT_CHARS) : start].lower())[-1]
        right = _SENTENCE_BREAK.split(text[end : min(line_end, end + frames.reach)].lower())[0]
        if frames.first.search(left) or frames.first.search(right):
            return _FIRST
        if frames.before.search(left) or frames.after.search(right):
            return _FRAME
    if line_end == len(text.rstrip()) and line_start > 0 and line_end - line_start <= _CREDIT_CHARS:
        return _CREDIT
    return 0


def _find_outlets(text: str) -> Iterator[tuple[str, int, int]]:
    """(outlet, start, end) of every whole-word mention."""
    matcher, aliases = _matcher()
    for index, start, end in matcher.find_matches_as_indexes(text):
        alias, name = aliases[index]
        if not WIDE.search(alias):
            before, after = text[start - 1 : start] if start else "", text[end : end + 1]
            if _is_word_part(before) or (_is_word_part(after) and not _takes_suffixes(alias)):
                continue
        yield name, start, end


def _is_word_part(char: str) -> bool:
    """True for a letter or digit that makes a name part of a longer word; CJK writes without spaces."""
    return (char.isalnum() or char == "_") and not WIDE.match(char)


def _takes_suffixes(alias: str) -> bool:
    """Slavic and Semitic names are declined: `Интерфакса`, `لرويترز`."""
    return alias[0] >= "\u0400"


@cache
def _matcher() -> tuple[Any, list[tuple[str, str]]]:
    from ahocorasick_rs import AhoCorasick, MatchKind

    aliases = list(load_citations().outlets.items())
    return AhoCorasick([alias for alias, _ in aliases], matchkind=MatchKind.LeftmostLongest), aliases


@cache
def _compile_frames(code: str) -> _Frames | None:
    frames = load_citations().frames.get(code)
    if frames is None:
        return None
    before, after, first = (match_any(phrases) for phrases in (frames.before, frames.after, frames.first))
    gap = r"[^\n]{0,6}" if WIDE.search("".join(frames.before)) else r"\W*(?:[\w.'’-]+\W+){0,3}"
    return _Frames(frames.reach, re.compile(rf"{before}{gap}$"), re.compile(after), re.compile(first))


@cache
def _labels() -> re.Pattern[str]:
    labels = load_citations().labels
    with_colon, without = (
        match_any([label for label in labels if (" " in label) is spaced]) for spaced in (False, True)
    )
    return re.compile(rf"^\W*(?:{with_colon}\s*[:：|/／丨]|{without})[^\n]{{0,30}}$")
