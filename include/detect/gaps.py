"""What the rules leave open in an article: where another extractor may be asked."""

from __future__ import annotations

from typing import Literal

from include.detect.engine import Analysis
from include.detect.linear import load_weights
from include.records import Move

Gap = Literal["untold", "complete", "incomplete"]
"""`untold`: the gate let nothing through. `incomplete`: a move lacks its organisation, or a trigger its person."""


def find_gap(analysis: Analysis) -> Gap:
    """Judge what a decided analysis leaves open.

    A weak or negated trigger without a person is no gap: "the exit" is mostly a door, and "did not leave" tells none.
    """
    if analysis.reading is None:
        return "untold"
    if any(lacks_organisation(move) for move in analysis.moves):
        return "incomplete"
    least = load_weights()["thresholds"]["support"]
    answered = {
        id(candidate.trigger)
        for candidate, p in zip(analysis.candidates, analysis.probabilities, strict=True)
        if p >= least
    }
    open_triggers = (
        trigger
        for trigger in analysis.triggers
        if trigger.trigger_class not in ("stay", "found")
        and not (trigger.rule.weak or trigger.negated)
        and id(trigger) not in answered
    )
    return "incomplete" if any(open_triggers) else "complete"


def lacks_organisation(move: Move) -> bool:
    """Whether the one organisation that makes a move of its kind worth telling is missing."""
    return not (move.from_org if move.kind in ("departure", "leave") else move.to_org)
