"""Hold a model's answer against the article: what does not stand there is dropped."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from include.detect.lexicon import Lexicon, load_lexicon
from include.detect.llm.answer import ModelAnswer, ModelMove
from include.detect.text import fold_text, is_boundary, script_of
from include.records import Document, Evidence, Move

CONFIDENCE = 0.5  # nothing is known of a model's calibration: as sure as a coin
_MAX_QUOTE = 1_000  # characters; a sentence, not the article
_MAX_NAME = 160
_MAX_ENDING = 4  # letters of a case ending or particle after a name: Яндекса, 이재용에게
_SPACING = re.compile(r"[\s·・]+")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def verify_answer(document: Document, answer: ModelAnswer, detector: str) -> tuple[list[Move], Counter[str]]:
    """The moves that the article bears out, and how many were dropped for which reason.

    A move needs a quote that stands verbatim in title or text and names the person or holds a trigger, and a person
    that stands in the article. Organisations, roles, successor and date that do not stand there are left out; a move
    none of whose organisations is left is dropped.
    """
    lexicon = load_lexicon(document.lang)
    words = fold_text(f"{document.title}\n{document.text}", lexicon.pack.han_fold)
    moves: list[Move] = []
    dropped: Counter[str] = Counter()
    for told in answer.moves:
        result = _verify(document, words, lexicon, told, detector)
        if isinstance(result, Move):
            moves.append(result)
        else:
            dropped[result] += 1
    return moves, dropped


def _verify(document: Document, words: str, lexicon: Lexicon, told: ModelMove, detector: str) -> Move | str:
    han_fold = lexicon.pack.han_fold

    def kept(value: str | None) -> str | None:
        value = (value or "").strip()
        return value if stands_in(fold_text(value, han_fold), words) else None

    evidence = find_quote(document, told.quote)
    if evidence is None:
        return "quote not in the article"
    person = kept(told.person)
    if person is None:
        return "person not in the article"
    quote = fold_text(evidence.quote, han_fold)
    names = _SPACING.split(fold_text(person, han_fold))
    if not (any(stands_in(name, quote) for name in names) or lexicon.passes_gate(quote)):
        return "quote tells nothing of it"
    from_org = kept(told.from_org) if told.kind in ("departure", "leave") else None
    to_org = kept(told.to_org) if told.kind != "leave" else None
    if to_org == from_org:
        to_org = None
    if not (from_org or to_org):
        return "no organisation in the article"
    return Move(
        kind=told.kind,
        person=person,
        from_org=from_org,
        to_org=to_org,
        status=told.status,
        focus=told.focus,
        evidence=evidence,
        person_aliases=(person,),
        from_aliases=(from_org,) if from_org else (),
        to_aliases=(to_org,) if to_org else (),
        role_from=kept(told.role_from),
        role_to=kept(told.role_to),
        date=check_date(told.date, evidence.quote, words, document.published),
        successor=kept(told.successor),
        confidence=CONFIDENCE,
        rule="language-model",
        detector=detector,
    )


def find_quote(document: Document, quote: str) -> Evidence | None:
    """Where a quote stands, letter by letter, in the title or the text."""
    quote = quote.strip()
    if not quote or len(quote) > _MAX_QUOTE:
        return None
    if (start := document.title.find(quote)) >= 0:
        return Evidence("title", start, start + len(quote), quote)
    if (start := document.text.find(quote)) >= 0:
        return Evidence("text", start, start + len(quote), quote)
    return None


def stands_in(name: str, words: str) -> bool:
    """Whether a folded name stands in folded text as words of its own, an ending apart: "Li" is not in "Lisa"."""
    if not (0 < len(name) <= _MAX_NAME and any(script_of(char) for char in name)):
        return False
    start = words.find(name)
    while start >= 0:
        end = start + len(name)
        ending = 0 if name.isascii() else _MAX_ENDING
        if is_boundary(words, start) and any(
            is_boundary(words, at) for at in range(end, min(end + ending, len(words)) + 1)
        ):
            return True
        start = words.find(name, start + 1)
    return False


def check_date(told: str | None, quote: str, words: str, published: str | None) -> str | None:
    """A told date as far as the article bears it out: an invented one is worse than none.

    The year must stand in the article or be that of its publication or the next to it; the month must stand with a
    written year or be within a year of publication; a day must stand as a number in the quote, else it is left out.
    """
    found = _DATE.fullmatch(told or "")
    if not found:
        return None
    year, month, day = found.groups()
    try:
        meant = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if year not in _numbers(words):
        near = _read_day(published)
        if near is None or abs((meant - near).days) > 366:
            return None
    if day and str(int(day)) not in _numbers(quote):
        return f"{year}-{month}"
    return found.group()


def _numbers(text: str) -> set[str]:
    """Numbers as ASCII digits without leading zeros, whatever digits the script writes."""
    return {str(int(number)) for number in re.findall(r"\d{1,4}", text)}


def _read_day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
