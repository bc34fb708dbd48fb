"""Who said it first, where a text cites them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from include.extract.phrases import WIDE, match_any
from include.knowledge.boilerplate import load_boilerplate
from include.knowledge.citations import load_citations

_MAX_CHARS = 8_000
_LEFT_CHARS = 70
_DATELINE_CHARS = 150  # a dateline stands before the first sentence
_CREDIT_REACH = 45
_BRACKET_CHARS = 45  # `（中央社斯德哥爾摩2日綜合外電報導）`
_CREDIT_CHARS = 60  # of a last line such as `mit dpa` or `(APA/sda)`
_SENTENCE_BREAK = re.compile(r"[\n!?。！？؟।]|\.(?=\s|$)")
_BRACKETED = re.compile(r"[(（\[［【/][^()（）\[\]［］【】/\n]*$")
_CLOSED = re.compile(r"^[^()（）\[\]［］【】/\n]*[)）\]］】/]")
_DASH = re.compile(r"\s?[-–—]\s")
_PROCLITICS = frozenset("لبوفك")  # written as the beginning of an Arabic word: `لرويترز` is "to Reuters"
_FIRST, _LABEL, _DATELINE, _SIGNED, _FRAME, _CREDIT = 4, 3, 3, 3, 2, 1  # how much each way of citing counts


def find_origin(text: str, lang: str, authors: Iterable[str] = ()) -> str:
    """The outlet that the text gives as its source, by the name under which all languages meet; else "".

    Looked for are a citation in words ("The Information first reported", "laut dpa", `據…報導`), an agency's
    dateline, a source line, a credit in the last line, and an agency among the `authors`. The outlet that is said to
    have had it first wins, then the one cited most.
    """
    sample = text[:_MAX_CHARS]
    frames = _compile_frames(lang.partition("-")[0])
    scores: dict[str, int] = {}
    for mention in _find_outlets(sample, frames):
        score = _judge(sample, mention, frames)
        if score:
            scores[mention.name] = scores.get(mention.name, 0) + score
    for name in map(_named_outlet, authors):
        if name:
            scores[name] = scores.get(name, 0) + _SIGNED
    return max(scores, key=lambda name: scores[name], default="")


@dataclass(frozen=True, slots=True)
class _Mention:
    name: str
    start: int
    end: int
    signs_only: bool


@dataclass(frozen=True, slots=True)
class _Frames:
    reach: int
    ending: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    first: re.Pattern[str]


def _named_outlet(author: str) -> str:
    known = load_citations()
    return known.outlets.get(author) or known.signs.get(author, "")


def _judge(text: str, mention: _Mention, frames: _Frames | None) -> int:
    start, end = mention.start, mention.end
    if _photo_credits().search(text[max(0, start - _CREDIT_REACH) : start].lower()):
        return 0
    line_start = text.rfind("\n", 0, start) + 1
    line_end = len(text) if (found := text.find("\n", end)) < 0 else found
    if _labels().match(text[line_start:start].lower()):
        return _LABEL
    if _is_dateline(text, start, end):
        return _DATELINE
    if frames is not None and not mention.signs_only:
        left = _SENTENCE_BREAK.split(text[max(line_start, start - _LEFT_CHARS) : start].lower())[-1]
        right = _SENTENCE_BREAK.split(text[end : min(line_end, end + frames.reach)].lower())[0]
        if frames.first.search(left) or frames.first.search(right):
            return _FIRST
        if frames.before.search(left) or frames.after.search(right):
            return _FRAME
    if line_end == len(text.rstrip()) and line_start > 0 and line_end - line_start <= _CREDIT_CHARS:
        return _CREDIT
    return 0


def _is_dateline(text: str, start: int, end: int) -> bool:
    """An outlet alone in brackets; before the first sentence, also with a place in them, or before a dash."""
    if text[start - 1 : start] in ("(", "（") and text[end : end + 1] in (")", "）"):
        return True
    if start >= _DATELINE_CHARS:
        return False
    opened = _BRACKETED.search(text[:start])
    closed = _CLOSED.match(text[end:])
    if opened and closed and end + closed.end() - opened.start() <= _BRACKET_CHARS:
        return True
    return _DASH.match(text[end : end + 3]) is not None and "." not in text[:start]


def _find_outlets(text: str, frames: _Frames | None) -> Iterator[_Mention]:
    """Every whole-word mention, with the endings that the language gives to names."""
    matcher, aliases = _matcher()
    for index, start, end in matcher.find_matches_as_indexes(text):
        alias, name, signs_only = aliases[index]
        if not WIDE.search(alias):
            before = text[start - 1 : start] if start else ""
            if _is_word_part(before) and not (before in _PROCLITICS and not _is_word_part(text[start - 2 : start - 1])):
                continue
            if frames is not None and (ending := frames.ending.match(text, end)):
                end = ending.end()
            if _is_word_part(text[end : end + 1]) and not _takes_suffixes(alias):
                continue
        yield _Mention(name, start, end, signs_only)


def _is_word_part(char: str) -> bool:
    """True for a letter or digit that makes a name part of a longer word; CJK writes without spaces."""
    return (char.isalnum() or char == "_") and not WIDE.match(char)


def _takes_suffixes(alias: str) -> bool:
    """Slavic and Semitic names are declined: `Интерфакса`, `لرويترز`."""
    return alias[0] >= "\u0400"


@cache
def _matcher() -> tuple[Any, list[tuple[str, str, bool]]]:
    from ahocorasick_rs import AhoCorasick, MatchKind

    known = load_citations()
    aliases = [(alias, name, False) for alias, name in known.outlets.items()]
    aliases += [(sign, name, True) for sign, name in known.signs.items()]
    return AhoCorasick([alias for alias, _, _ in aliases], matchkind=MatchKind.LeftmostLongest), aliases


@cache
def _compile_frames(code: str) -> _Frames | None:
    frames = load_citations().frames.get(code)
    if frames is None:
        return None
    before, after, first = (match_any(phrases) for phrases in (frames.before, frames.after, frames.first))
    gap = r"[^\n]{0,6}" if WIDE.search("".join(frames.before)) else r"\W*(?:[\w.'’-]+\W+){0,3}"
    ending = re.compile(rf"(?:{'|'.join(frames.endings)})(?!\w)" if frames.endings else r"(?!)")
    return _Frames(frames.reach, ending, re.compile(rf"{before}{gap}$"), re.compile(after), re.compile(first))


@cache
def _photo_credits() -> re.Pattern[str]:
    """What stands before the name of whoever took a picture: `(Ảnh: AFP/TTXVN)`, `Foto: Jane Poe/Reuters`, `© dpa`."""
    return re.compile(
        rf"(?:{match_any(load_boilerplate().credits)}\s*[:：|/]|©)\s*(?:[^\n:：()（）]{{0,30}}[/,|]\s*)?$"
    )


@cache
def _labels() -> re.Pattern[str]:
    labels = load_citations().labels
    with_colon, without = (
        match_any([label for label in labels if (" " in label) is spaced]) for spaced in (False, True)
    )
    return re.compile(rf"^\W*(?:{with_colon}\s*[:：|/／丨]|{without})[^\n]{{0,30}}$")
