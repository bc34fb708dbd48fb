"""Annotated articles as the encoder learns from them: in pieces, with labels, some of them strung together.

A page tells more than its story, and in it other people leave other organisations. Trained on single reports, the
encoder gave half of the moves of three reports read as one text to nobody or to an organisation of another report.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bench.encoder_labels import Labelled, Span, label_article
from include.detect.encoder.network import PLACES
from include.detect.encoder.pieces import cut
from include.detect.encoder.store import load_base

_SHARE = 0.35  # of the articles stand in a string
_MOST = 4  # articles of a string


@dataclass
class Example:
    """An article in pieces, with labels."""

    lang: str
    rows: list[int]  # pieces, the marks of beginning and end around them
    labelled: Labelled
    names: list[int] = field(default_factory=list)  # label of every piece and the two ends; -100 where unknown


def read_example(article: dict[str, Any]) -> Example:
    """Cut and label one article."""
    labelled = label_article(article)
    pieces = cut(labelled.text, PLACES)
    base = load_base()
    rows = [int(base["begin"]), *pieces.rows, int(base["end"])]
    example = Example(article["lang"], rows, labelled.in_pieces(pieces))
    example.names = example.labelled.name_labels(len(pieces.rows))
    return example


def string_some(examples: Sequence[Example], rng: random.Random) -> list[Example]:
    """The same articles in random order, some of them strung together: of one language, as many as are read at once."""
    by_language: dict[str, list[Example]] = {}
    found = []
    for example in rng.sample(examples, len(examples)):
        if rng.random() < _SHARE:
            by_language.setdefault(example.lang, []).append(example)
        else:
            found.append(example)
    for row in by_language.values():
        found += _string(row, rng)
    return found


def _string(examples: list[Example], rng: random.Random) -> Iterator[Example]:
    told, count, most = examples[0], 1, rng.randint(2, _MOST)
    for example in examples[1:]:
        both = _join(told, example) if count < most else None
        if both:
            told, count = both, count + 1
        else:
            yield told
            told, count, most = example, 1, rng.randint(2, _MOST)
    yield told


def _join(one: Example, other: Example) -> Example | None:
    """Two articles as one; None where they are too long together, or tell of the same people.

    An organisation that both name is one. What is the news is asked of the first alone.
    """
    rows = one.rows[:-1] + other.rows[1:]
    mine, theirs = one.labelled, other.labelled
    if len(rows) > PLACES + 2 or _written(one, mine.people) & _written(other, theirs.people):
        return None
    later = len(one.rows) - 2
    orgs = [list(spans) for spans in mine.orgs]
    owners = {form: index for index, spans in enumerate(orgs) for form in _written(one, [spans])}
    places = []
    for spans in theirs.orgs:
        known = next((owners[form] for form in sorted(_written(other, [spans])) if form in owners), None)
        places.append(len(orgs) if known is None else known)
        if known is None:
            orgs.append([])
        orgs[places[-1]] += _moved(spans, later)
    people = len(mine.people)
    choices = [
        (side, person, [len(orgs) if place == len(mine.orgs) else place for place in right])
        for side, person, right in mine.choices
    ]
    choices += [
        (side, person + people, [len(orgs) if place == len(theirs.orgs) else places[place] for place in right])
        for side, person, right in theirs.choices
    ]
    dates = len(mine.dates)
    both = dates + len(theirs.dates)
    dated = [
        (side, person, [r if r < dates else both + r - dates for r in right]) for side, person, right in mine.dated
    ]
    dated += [(side, person + people, [r + dates for r in right]) for side, person, right in theirs.dated]
    labelled = replace(
        mine,
        weight=mine.weight + theirs.weight,
        people=[*mine.people, *(_moved(spans, later) for spans in theirs.people)],
        orgs=orgs,
        actions=[*mine.actions, *theirs.actions],
        known=[*mine.known, *theirs.known],
        choices=choices,
        manners=[*mine.manners, *((person + people, *asked[:2], None) for person, *asked in theirs.manners)],
        dates=[*mine.dates, *_moved(theirs.dates, later)],
        dated=dated,
    )
    return Example(one.lang, rows, labelled, one.names[:-1] + other.names[1:])


def _written(example: Example, entities: Sequence[Sequence[Span]]) -> set[tuple[int, ...]]:
    return {tuple(example.rows[start:end]) for spans in entities for start, end in spans}


def _moved(spans: Sequence[Span], later: int) -> list[Span]:
    return [(start + later, end + later) for start, end in spans]
