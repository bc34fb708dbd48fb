"""Who is excepted from a leaving: "with the exception of A, all founders have left", 除A外，其余元老均已离开."""

from __future__ import annotations

from include.detect.lexicon import Hit
from include.detect.reading import Mention, Reading

_FIRST = 40  # letters between what opens an exception and the first name: posts may stand there
_MARKS = " ,;،"  # between the names of a list, where words are written apart


def find_excepted(reading: Reading) -> set[int]:
    """Where the mentions of people begin whom their sentence excepts from what it tells of everybody else.

    Not in a sentence with a negation ("nobody left but A"), and where the language has words for everybody else
    (`everybody_else`) not without one: 除A外，B也离职 tells of both.
    """
    found: set[int] = set()
    needed = bool(reading.lexicon.words["everybody_else"])
    for hit in reading.hits:
        if hit.entry.category != "exceptions":
            continue
        sentence = reading.sentence_at(hit.start)
        span = reading.sentences[sentence]
        if reading.hits_in(*span, "negation") and not needed:
            continue
        if needed and not reading.hits_in(hit.tail_end, span[1], "everybody_else"):
            continue
        found.update(mention.start for mention in _people_of(reading, hit, sentence))
    return found


def _people_of(reading: Reading, hit: Hit, sentence: int) -> list[Mention]:
    people = [m for m in reading.in_sentence(sentence, "person") if m.start >= hit.end]
    if hit.tail_end > hit.end:
        return [m for m in people if m.end <= hit.tail_end]
    joins = reading.lexicon.markers["and"]
    excepted: list[Mention] = []
    for mention in people:
        if not excepted:
            if mention.start - hit.end > _FIRST:
                break
        elif set(reading.text.fold[excepted[-1].end : mention.start].strip(_MARKS).split()) - set(joins):
            break
        excepted.append(mention)
    return excepted
