"""Drop the lines of an extracted text that are the page's and not the article's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from include.extract.measure import fold, width
from include.extract.phrases import WIDE, match_any
from include.extract.written import without_dates
from include.knowledge.boilerplate import load_boilerplate

_SHORT = 160  # width of the longest teaser, prompt or credit
_NOTICE = 320
_REPEAT_WIDTH = 24
_MAX_COMPARED = 400  # lines: each is looked for in all, so time grows with the square
_LEAD_LINES = 8  # how far down a page's kicker, breadcrumb and headline reach
_LEAD_WIDTH = 90
_SENTENCE_END = re.compile(r"[.!?。！？।؟…][\"'”’»」』)]*$")
_DIGIT_OR_MARK = re.compile(r"\d\d|:\s*$|@")
_MAIL = re.compile(r"\S+@\S+")
_BULLET = re.compile(r"^[\s\-–—•*·▶►▸→>»|※◆◇●■□★☆◎▲△☞➤]+")
_PLACEHOLDER = re.compile(r"^(?:\$\$.*\$\$|\{\{.*\}\}|\[\[.*\]\]|%%.*%%|<!--.*-->)$")  # left in by a template
_CLOSING_LINES = 3
_LEFT_OVER = 12  # folded characters beside names and dates that a byline may have: `By`, `기자`, a place


def drop_lead(lines: list[str], titles: Iterable[str], description: str) -> list[str]:
    """Cut everything down to a repeated headline, where only short lines stand above it.

    The lines above are breadcrumbs, kickers, a date; a full sentence among them (a standfirst set above the
    headline) stops the search.
    """
    headlines = {fold(title) for title in titles if len(fold(title)) > 5}
    for index, line in enumerate(lines[:_LEAD_LINES]):
        folded = fold(line)
        if folded in headlines or any(folded.endswith(title) and len(folded) < 2 * len(title) for title in headlines):
            return lines[index + 1 :]
        if width(line) > _LEAD_WIDTH or _SENTENCE_END.search(line) or folded == fold(description):
            break
    return lines


def drop_boilerplate(
    lines: list[str], authors: Iterable[str], *, paywalled: bool = False
) -> tuple[list[str], Counter[str]]:
    """Return the lines without read-more, subscribe, share, credit and notice lines, and what was dropped how often.

    On a paywalled page what stands behind the wall's first line is an offer, not the article; on one that does not
    say so, such a line is believed among the last.
    """
    lines, dropped = _cut_at_wall(lines, 0 if paywalled else max(1, len(lines) - _CLOSING_LINES))
    names = {fold(name) for name in authors}
    kept: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        reason = _judge(line, names, at_edge=len(kept) < 2 or index >= len(lines) - 2)
        if not reason and index >= len(lines) - _CLOSING_LINES and index > 0 and _is_closing(line):
            reason = "prompt"
        if reason == "summary":
            end = _end_of_bullets(lines, index + 1)
            dropped["bullet-summary"] += end - index
            index = end
            continue
        if reason == "tail":
            end = _end_of_teasers(lines, index + 1)
            if end > index + 1 or end == len(lines):
                dropped["other-articles"] += end - index
                index = end
                continue
            reason = ""
        if reason:
            dropped[reason] += 1
        else:
            kept.append(line)
        index += 1
    while len(kept) > 1 and _is_closing(kept[-1]):  # what stood behind them is gone
        kept.pop()
        dropped["prompt"] += 1
    return kept, dropped


def _cut_at_wall(lines: list[str], start: int) -> tuple[list[str], Counter[str]]:
    for index, line in enumerate(lines):
        if index >= start and width(line) <= _NOTICE and _phrases().walls.match(_BULLET.sub("", line).casefold()):
            return lines[:index], Counter({"paywall": len(lines) - index})
    return lines, Counter()


def _is_closing(line: str) -> bool:
    return width(line) <= _NOTICE and _phrases().closings.search(line.casefold()) is not None


def drop_repeats(lines: list[str]) -> tuple[list[str], int]:
    """Return the lines without pull quotes and without repeats, and how many were dropped.

    A pull quote is a sentence of the text that is set a second time as an ornament.
    """
    folded = [fold(line) for line in lines]
    whole = "\n".join(folded) if len(lines) <= _MAX_COMPARED else ""
    times = Counter(folded)
    seen: set[str] = set()
    kept = []
    for line, words in zip(lines, folded, strict=True):
        long_enough = width(words) >= _REPEAT_WIDTH and width(line) <= _NOTICE
        if not long_enough or (words not in seen and whole.count(words) <= times[words]):
            kept.append(line)
        seen.add(words)
    return kept, len(lines) - len(kept)


def _judge(line: str, names: set[str], *, at_edge: bool) -> str:
    """Why a line is not the article's, or "". `at_edge`: bylines and dates stand first or last."""
    size = width(line)
    if size > _NOTICE:
        return ""
    phrases = _phrases()
    text = _BULLET.sub("", line).casefold().strip()
    if size <= _SHORT:
        folded = fold(text)
        if not folded or folded in phrases.furniture or _PLACEHOLDER.match(text) or _MAIL.fullmatch(text):
            return "furniture"
        if folded in phrases.summaries:
            return "summary"
        if folded in phrases.tail_headings or phrases.tail_prefix.match(text):
            return "tail"
        if phrases.read_more.match(text) and not text.endswith("."):
            return "read-more"
        if phrases.credits.match(text):
            return "photo-credit"
        if at_edge and _is_byline(line, folded, names):
            return "byline"
        if phrases.prompts.match(text):
            return "prompt"
    return "notice" if phrases.notices.search(text) else ""


def _is_byline(line: str, folded: str, names: set[str]) -> bool:
    """A line of authors' names and dates and hardly anything else (`By A and B`, `신현주 기자`, `Mar 2, 2026`)."""
    rest = folded
    for name in names:
        rest = rest.replace(name, "")
    if len(rest) < len(folded) and len(rest) <= _LEFT_OVER:
        return True
    if _DIGIT_OR_MARK.search(line) is None or width(line) > _LEAD_WIDTH or _SENTENCE_END.search(line):
        return False
    undated = fold(without_dates(_MAIL.sub(" ", line)))
    for name in names:
        undated = undated.replace(name, "")
    return len(undated) < len(folded) and len(undated) <= _LEFT_OVER and not any(map(str.isdigit, undated))


def _end_of_bullets(lines: list[str], start: int) -> int:
    """Where the bullets end that stand under a heading such as "Key points"; `start` where there are none."""
    end = start
    while end < len(lines) and lines[end].startswith("- "):
        end += 1
    return end


def _end_of_teasers(lines: list[str], start: int) -> int:
    """Where the list of other articles that begins at `start` ends: at the first line that reads like prose."""
    for index in range(start, len(lines)):
        line = lines[index]
        if width(line) > _SHORT or (_SENTENCE_END.search(line) and not line.startswith("- ")):
            return index
    return len(lines)


class _Phrases:
    """The phrases of the knowledge file, compiled."""

    def __init__(self) -> None:
        known = load_boilerplate()
        self.furniture = frozenset(fold(phrase) for phrase in known.furniture)
        self.summaries = frozenset(fold(phrase) for phrase in known.summaries)
        self.tail_headings = frozenset(fold(phrase) for phrase in known.tail_headings)
        self.tail_prefix = re.compile(r"^(?:more from|more on|mehr aus|más sobre|plus sur|meer over)\b.{0,40}$")
        several = {phrase for phrase in known.read_more if " " in phrase or WIDE.search(phrase)}
        self.read_more = re.compile(
            rf"^(?:{match_any(known.read_more)}\s*(?:[:：|>»→–—-]|$)|{match_any(several)}\s|more\s?:\s)"
        )
        self.prompts = re.compile(rf"^{match_any(known.prompts)}")
        self.credits = re.compile(rf"^[(（\[]?{match_any(known.credits)}\s*(?:[:：|/／©]|by\b|von\b|\()")
        self.walls = re.compile(match_any(known.walls))
        self.closings = re.compile(match_any(known.closings))
        self.notices = re.compile(rf"{match_any(known.notices)}|^\W*(?:©|copyright\b|\(c\))")


@cache
def _phrases() -> _Phrases:
    return _Phrases()


def is_tail_heading(text: str) -> bool:
    """True for a heading that other articles follow (`Related news`, `More from us`)."""
    phrases = _phrases()
    return len(text) <= 60 and (
        fold(text) in phrases.tail_headings or phrases.tail_prefix.match(text.casefold()) is not None
    )


def ends_with_teasers(text: str) -> int | None:
    """Where a closing list of other articles begins, heading included; None where the text ends with itself.

    The heading must stand behind the text's first half and nothing but teasers after it.
    """
    lines = text.split("\n")
    position = len(text)
    for index in range(len(lines) - 1, 0, -1):
        position -= len(lines[index]) + (1 if index < len(lines) - 1 else 0)
        if position < len(text) / 2:
            return None
        line = lines[index]
        if not line.strip():
            continue
        if is_tail_heading(line.strip()) and _end_of_teasers(lines, index + 1) == len(lines):
            return position - 1
        if width(line) > _SHORT:
            return None
    return None
