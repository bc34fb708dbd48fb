"""Organisations named by the word of their kind, in scripts with capitals: Universidad de Oviedo, ospedale Jazzolino.

The word of kind opens the name ("Krankenhaus Mindelheim", "ministerie van Economische Zaken") or ends it ("Nederlands
Dagblad", "Luzerner Kantonalbank"). What joins the words of such a name are the small words of its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.lexicon import Hit, Lexicon
from include.detect.names import Candidate, folded_names
from include.detect.reading import Reading
from include.detect.text import is_boundary, script_of

_WORD = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*|\d+")
_MOST_WORDS = 7  # Unidade Local de Saúde de Barcelos e Esposende
_NO_PART = ("role", "former", "honorifics", "pronouns", "attribution", "trigger")  # words that begin something else
_SURE = 3.0


def find_headed(reading: Reading) -> Iterator[Candidate]:
    """Candidates that a word of kind opens or ends, with all that belongs to the name."""
    joins = _joining_words(reading.lexicon)
    done = -1
    for hit in reading.hits:
        if hit.entry.category not in ("org_before", "org_refs", "org_after") or hit.start < done:
            continue
        head = _head_of(reading, hit)
        if head is None:
            continue
        end, words = _right_end(reading, head[1], joins)
        start, before = _left_start(reading, head[0]) if reading.text.norm[head[0]].isupper() else (head[0], 0)
        if words + before == 0 or (not before and _is_persons(reading, head, end)):
            continue
        if before and _is_given(reading.text.fold[start : head[0]].split()[0]):
            continue  # Еліна Страхова is a person, though a word of kind begins like her surname
        done = end
        yield Candidate(start, end, 0.0, _SURE, words + before + 1)


def _joining_words(lexicon: Lexicon) -> frozenset[str]:
    """The small words of a language that stand inside names of institutions."""
    marks = {word for kind in ("at", "from", "to") for word in lexicon.markers[kind]}
    return _GENITIVES & (marks | lexicon.words["articles"] | {"der", "d'", "l'", "la"})


_GENITIVES = frozenset(
    ["of", "de", "do", "da", "dos", "das", "del", "della", "dello", "dell'", "dei", "degli", "delle", "di", "du", "des",
     "d'", "d", "der", "für", "fur", "van", "voor", "for", "la", "las", "los", "l'"]
)  # fmt: skip


def _head_of(reading: Reading, hit: Hit) -> tuple[int, int] | None:
    """Span of the word of kind itself: the last word of "la universidad"; None where it is no institution's."""
    text = reading.text
    last = max((m.start() for m in _WORD.finditer(text.fold, hit.start, hit.end)), default=hit.start)
    start = hit.start if hit.entry.category == "org_before" else last
    if hit.entry.category == "org_after":
        if not is_boundary(text.fold, hit.end) or text.fold[hit.end : hit.end + 1] == "-":
            return None
        while start > 0 and not is_boundary(text.fold, start):
            start -= 1  # Glarner Kantonalbank: a compound ends with the word of kind
    key = text.fold[start : hit.end]
    capital = text.norm[start].isupper()
    if hit.entry.category == "org_after":
        return (start, hit.end) if capital else None
    if reading.lexicon.pack.capitals == "nouns" and not capital:
        return None
    institutions = reading.lexicon.words["institutions"]
    if key in institutions or key.split(" ")[0] in institutions:
        return start, hit.end
    # a capital inside a sentence: в Университете Иннополис
    opening = reading.sentences[reading.sentence_at(start)][0]
    inside = bool(text.norm[opening:start].strip(" \"'«“„-–—•*"))
    named = capital and inside and reading.lexicon.pack.capitals == "names" and start >= text.title_end
    return (start, hit.end) if named else None


def _right_end(reading: Reading, at: int, joins: frozenset[str]) -> tuple[int, int]:
    """End of the name behind its word of kind, and how many capitalised words it takes in."""
    text = reading.text
    end, taken, pending, previous = at, 0, 0, at
    for match in _WORD.finditer(text.norm, at, min(len(text.norm), at + 90)):
        gap = text.norm[previous : match.start()]
        if gap not in (" ", "'", "’", "-", "", "/") or taken >= _MOST_WORDS:
            break
        if gap in ("'", "’") and reading.lexicon.pack.adpositions == "after":
            break  # the mark of a case: "Gaziantep FK'da"
        previous = match.end()
        word = text.fold[match.start() : match.end()]
        if text.norm[match.start()].isupper() or (match.group().isdigit() and taken):
            if reading.hits_in(match.start(), match.start() + 1, *_NO_PART):
                break
            if taken and not pending and reading.lexicon.pack.inflected_names and _is_given(word):
                break  # Kanclerz Uniwersytetu Opolskiego Zbigniew Budziszewski
            end, taken, pending = match.end(), taken + 1, 0
        elif _is_joining(word, joins) and pending < 2:
            pending += 1
        else:
            break
    return end, taken


def _is_joining(word: str, joins: frozenset[str]) -> bool:
    if word in joins:
        return True
    head, mark, rest = word.replace("’", "'").partition("'")
    return bool(mark) and head + mark in joins and bool(rest)


def _left_start(reading: Reading, at: int) -> tuple[int, int]:
    """Start of the capitalised words right before a word of kind, inside a sentence: "het Nederlands Dagblad"."""
    text = reading.text
    opening = reading.sentences[reading.sentence_at(at)][0]
    start, taken = at, 0
    for match in reversed(list(_WORD.finditer(text.norm, max(opening, at - 40), at))):
        if text.norm[match.end() : start] != " " or not text.norm[match.start()].isupper() or taken == 2:
            break
        first = not text.norm[opening : match.start()].strip(" \"'«“„-–—•*")
        if first and match.start() >= text.title_end:
            break
        word = text.fold[match.start() : match.end()]
        if word in reading.lexicon.words["articles"] or reading.hits_in(match.start(), match.start() + 1, *_NO_PART):
            break
        start, taken = match.start(), taken + 1
    return start, taken


def _is_persons(reading: Reading, head: tuple[int, int], end: int) -> bool:
    """Whether a lower-case word of kind stands before somebody's name: "klub Robert Lewandowski"."""
    text = reading.text
    words = (word.rpartition("'")[2] for word in text.fold[head[1] : end].split())
    rest = [word for word in words if word not in _GENITIVES]
    if text.norm[head[0]].isupper() and reading.lexicon.pack.capitals != "nouns" or len(rest) < 2:
        return False
    return _is_given(rest[0])


def _is_given(word: str) -> bool:
    return word in folded_names("cyrillic" if script_of(word[0]) == 2 else "latin", False).given
