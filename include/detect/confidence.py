"""How likely a move is right as told: the person moves, and from (or to) the organisation that is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from include.detect.arguments import Candidate
from include.detect.attributes import settle_focus
from include.detect.encoder.heads import ACTIONS
from include.detect.linear import log_odds, probability
from include.detect.reading import Reading
from include.detect.witness import HEARD_ONLY
from include.records import Move, MoveKind

_MOST = 6.0  # log-odds beyond which more says nothing more


@dataclass(frozen=True, slots=True)
class Told:
    """A move as the article tells it, and what speaks for its being right."""

    move: Move
    organisation: int  # of the reading, the one that makes the move: left, or for some kinds reached; -1 is none
    features: dict[str, float]
    is_news: float  # log-odds that it is the news of the article


def weigh(told: Sequence[Told]) -> list[Move]:
    """The moves of an article with their confidence, 0..1, the share of such moves that are right, and their focus."""
    departs = [one.move.kind == "departure" for one in told]
    groups = {
        group: iter(settle_focus([one.is_news for one, its in zip(told, departs, strict=True) if its == group]))
        for group in (True, False)
    }
    return [
        replace(one.move, confidence=round(probability("right", features), 3), focus=next(groups[its]))
        for one, features, its in zip(told, list_features(told), departs, strict=True)
    ]


def list_features(told: Sequence[Told]) -> list[dict[str, float]]:
    """What speaks for every move of an article: its own features, and what the others of its kind leave or reach."""
    places = Counter((one.move.kind, one.organisation) for one in told)
    kinds = Counter(one.move.kind for one in told)
    found = []
    for one in told:
        kind, fellows = one.move.kind, kinds[one.move.kind] - 1
        agreed = places[kind, one.organisation] - 1
        group = "departure" if kind == "departure" else "other"
        features = {
            f"{group}|fellows={min(fellows, 4)}": 1.0,
            f"{group}|agreed={min(agreed, 3)}|of={min(fellows, 3)}": 1.0,
        }
        found.append(one.features | features)
    return found


def own_features(
    reading: Reading, kind: MoveKind, shown: Candidate, sure: float, organisation: int, share: float
) -> dict[str, float]:
    """What speaks for one move by itself: how sure it is (probability), the share of its organisation among all that it
    could be, and what the encoder and the sentence that shows it say of the two.
    """
    group = "departure" if kind == "departure" else "other"
    orgs = reading.orgs
    known = organisation >= 0 and orgs[organisation].gazetteer_id is not None
    beside = any(m.entity == organisation for m in reading.in_sentence(shown.trigger.sentence, "org", "unknown"))
    person = reading.persons[shown.person]
    features = {
        group: 1.0,
        f"{group}|sure": log_odds(sure),
        f"{group}|share": log_odds(share),
        f"{group}|none": float(organisation < 0),
        f"{group}|known={known}": 1.0,
        f"{group}|beside={beside}|ante={'ante' in shown.features}": 1.0,
        f"{group}|{HEARD_ONLY}": float(HEARD_ONLY in shown.features),
        f"{group}|orgs={min(len(orgs), 4)}": 1.0,
        f"{group}|people={min(len(reading.persons), 6)}": 1.0,
        f"{group}|person listed={any(m.listed or m.gazetteer_id for m in person.mentions)}": 1.0,
        f"{group}|mentions={min(len(person.mentions), 3)}": 1.0,
    }
    return {**features, **_heard(reading, group, shown, organisation)}


def _heard(reading: Reading, group: str, shown: Candidate, organisation: int) -> dict[str, float]:
    verdict = reading.verdict
    if verdict is None:
        return {}
    action = shown.action if shown.action in ACTIONS else "leaver"
    sure = float(verdict.actions[shown.person, ACTIONS.index(action)])
    choices = (verdict.left if group == "departure" else verdict.reached)[shown.person]
    chosen = float(choices[organisation])
    ahead = chosen - max((float(c) for i, c in enumerate(choices[:-1]) if i != organisation), default=-_MOST)
    return {
        f"{group}|heard": max(-_MOST, min(_MOST, sure)),
        f"{group}|heard organisation": max(-_MOST, chosen),
        f"{group}|heard ahead": max(-_MOST, min(_MOST, ahead)),
        f"{group}|heard best={chosen >= float(choices.max())}": 1.0,
    }
