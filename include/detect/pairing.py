"""People and organisations that a sentence pairs by their order: "A and B left for X and Y, respectively"."""

from __future__ import annotations

from dataclasses import replace

from include.detect.arguments import Candidate
from include.detect.reading import Mention, Reading
from include.detect.slots import Places

_BETWEEN = 24  # letters between the organisations of a list: ", ", " and at ", " beziehungsweise zu "


def pair_by_order(reading: Reading, evidence: list[Candidate], places: Places) -> Places:
    """The places of a mover, with his own organisation of a list in which everybody of the sentence has one.

    The list replaces the slot for which one of it was chosen; where no one of it was, or it is not as long as the
    people are many, nothing changes.
    """
    for candidate in evidence:
        sentence = candidate.trigger.sentence
        if not reading.hits_in(*reading.sentences[sentence], "respectively"):
            continue
        people = list(dict.fromkeys(m.entity for m in reading.in_sentence(sentence, "person")))
        if len(people) < 2 or candidate.person not in people:
            continue
        lists = _lists(reading, sentence)
        lists += [[org for org in listed if org != places.left] for listed in lists]  # "from OpenAI to Google and Meta"
        for listed in lists:
            if len(listed) == len(people):
                own = listed[people.index(candidate.person)]
                if places.reached in listed and own != places.left:
                    return replace(places, reached=own)
                if places.left in listed and own != places.reached:
                    return replace(places, left=own)
    return places


def _lists(reading: Reading, sentence: int) -> list[list[int]]:
    """Runs of organisations with little more than a comma or "and" between them, each once."""
    runs: list[list[Mention]] = []
    for mention in reading.in_sentence(sentence, "org", "unknown", "person"):
        if mention.kind == "person" or mention.entity < 0:
            runs.append([])
            continue
        near = runs and runs[-1] and mention.start - runs[-1][-1].end <= _BETWEEN
        if near and not reading.hits_in(runs[-1][-1].end, mention.start, "trigger"):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return [list(dict.fromkeys(m.entity for m in run)) for run in runs if len(run) > 1]
