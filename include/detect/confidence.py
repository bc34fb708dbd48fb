"""How likely a move is right as told: the person moves, and from (or to) the organisation that is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from include.detect.arguments import Candidate
from include.detect.attributes import find_news_floor
from include.detect.encoder.heads import ACTIONS
from include.detect.linear import log_odds, probability
from include.detect.reading import Reading
from include.detect.witness import HEARD_ONLY, MOST, clip, name_witness
from include.records import Move, MoveKind


@dataclass(frozen=True, slots=True)
class Told:
    """A move as the article tells it, and what speaks for its being right."""

    move: Move  # whose confidence and focus `weigh` fills in, which it takes all moves of the article for
    organisation: int  # of the reading, the one that makes the move: left, or for some kinds reached; -1 is none
    features: dict[str, float]
    is_news: float  # log-odds that it is the news of the article


def weigh(told: Sequence[Told]) -> list[Move]:
    """The moves of an article with their confidence, 0..1, the share of such moves that are right, and their focus."""
    floors = {
        departs: find_news_floor([one.is_news for one in told if (one.move.kind == "departure") == departs])
        for departs in (True, False)
    }
    found = []
    for one, features in zip(told, list_features(told), strict=True):
        is_main = one.is_news >= floors[one.move.kind == "departure"]
        confidence = round(probability("right", features), 3)
        found.append(replace(one.move, confidence=confidence, focus="main" if is_main else "background"))
    return found


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
    place = orgs[organisation].mentions if organisation >= 0 and not known else []
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
        f"{group}|person seen={name_witness(reading, person.mentions, 'person')}": 1.0,
        f"{group}|organisation seen={name_witness(reading, place, 'org')}|none={organisation < 0}|known={known}": 1.0,
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
    ahead = chosen - max((float(c) for i, c in enumerate(choices[:-1]) if i != organisation), default=-MOST)
    return {
        f"{group}|heard": clip(sure),
        f"{group}|heard organisation": clip(chosen),
        f"{group}|heard ahead": clip(ahead),
        f"{group}|heard best={chosen >= float(choices.max())}": 1.0,
    }
