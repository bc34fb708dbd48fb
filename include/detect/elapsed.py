"""What "five years ago" is said of: "resigned five years ago", but not "resigned from the lab that she joined"."""

from __future__ import annotations

from include.detect.ago import Ago
from include.detect.arguments import Candidate
from include.detect.dates import find_agos
from include.detect.lexicon import Hit
from include.detect.reading import Reading
from include.detect.triggers import find_clause

_LEADING = 16  # letters of a sentence before an expression that leads it: "But about five years ago, ..."
_BESIDE = 16  # letters of a clause beside an expression that is all of it: ", it was five years ago,"


def agos_of(reading: Reading, candidate: Candidate) -> list[Ago]:
    """The expressions in the sentence of a trigger that are said of it and not of another phrase of the sentence."""
    return [
        ago
        for ago in find_agos(reading, *reading.sentences[candidate.trigger.sentence])
        if belongs(reading, ago, [candidate])
    ]


def belongs(reading: Reading, ago: Ago, evidence: list[Candidate]) -> bool:
    """Whether an expression may date a move that these candidates tell.

    It is of one trigger of its clause; of the whole sentence where it leads it or is set apart; of nothing else.
    """
    start, end = reading.sentences[reading.sentence_at(ago.start)]
    left, right = find_clause(reading, ago)
    inside = reading.hits_in(left, right, "trigger")
    if inside:
        return _is_own(reading, ago, _choose(reading, ago, inside), evidence)
    hits = reading.hits_in(start, end, "trigger")
    if not hits:
        return True
    beside = reading.text.fold[left : ago.start].strip() + reading.text.fold[ago.end : right].strip()
    named = any(left <= m.start < right for m in reading.in_sentence(reading.sentence_at(ago.start), "person", "org"))
    apart = len(beside) <= _BESIDE and not named  # not ", who came to Acme five years ago,"
    leads = left == start and ago.start - start <= _LEADING
    return (leads or apart) and _is_own(reading, ago, _choose(reading, ago, hits), evidence)


def is_years_ago(reading: Reading, candidate: Candidate) -> bool:
    """Whether the move is told to have been years ago, however many: such a thing is recalled, and never the news."""
    return any(
        ago.unit == "decade" or (ago.unit == "year" and (ago.count is None or ago.count >= 2))
        for ago in agos_of(reading, candidate)
    )


def _choose(reading: Reading, ago: Ago, hits: list[Hit]) -> Hit:
    """The phrase that an expression is said of: verb-final languages and Chinese say it before, others mostly after."""
    pack = reading.lexicon.pack
    around = [hit for hit in hits if hit.start <= ago.start and ago.end <= hit.tail_end]
    before = [hit for hit in hits if hit.end <= ago.start]
    after = [hit for hit in hits if hit.start >= ago.end]
    if around:
        return around[0]
    nearest_before = max(before, key=lambda hit: (hit.end, hit.end - hit.start), default=None)
    nearest_after = min(after, key=lambda hit: (hit.start, hit.start - hit.end), default=None)
    first, second = nearest_before, nearest_after
    if pack.order == "sov" or pack.script == "han":
        first, second = second, first
    chosen = first or second
    return chosen if chosen is not None else hits[0]


def _is_own(reading: Reading, ago: Ago, hit: Hit, evidence: list[Candidate]) -> bool:
    for candidate in evidence:
        trigger = candidate.trigger
        touches = trigger.start <= hit.start < trigger.tail_end or hit.start <= trigger.start < hit.tail_end
        # "leaves the lab that she built three years ago"
        if touches and not reading.hits_in(trigger.end, ago.start, "pronouns"):
            return True
    return False
