"""What the encoder says of the people and organisations of a reading, as features of the linear models.

The encoder is one witness among others: the models weigh its log-odds against triggers, word order and marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from include.detect.arguments import Candidate
from include.detect.dates import Anchor, DateMention, find_possible_dates
from include.detect.encoder.heads import ACTIONS, MANNERS, Kind, Verdict, judge, judge_dates
from include.detect.encoder.network import Array, Span
from include.detect.reading import Mention, Reading
from include.detect.triggers import place_trigger
from include.knowledge.languages import TriggerRule
from include.records import MOVE_STATUSES

# What the encoder hears where no phrase tells it: "his desk at Kestrel Forge is empty".
_RULES = {
    "leaver": TriggerRule("encoder:leave", "leave", ()),
    "joiner": TriggerRule("encoder:join", "join", ()),
}
_HEARD = {"leaver": 2.0, "joiner": 0.0}  # log-odds from which it is worth judging
_SURELY_HEARD = 4.0  # log-odds from which the encoder is believed against a phrase that tells of a room or a thing
_WORTH_TELLING = -2.0  # log-odds
_LIKELY_DATE = -2.0  # log-probability
_TOLD_ALIKE = tuple(  # the places in ACTIONS of what each of MANNERS tells
    [ACTIONS.index(action) for action in told] for told in (("leaver", "absentee"), ("joiner", "appointee", "returner"))
)
HEARD_ONLY = "heard only"  # feature of a candidate that no phrase tells
MOST = 6.0  # log-odds


@dataclass(frozen=True, slots=True)
class HeardDates:
    """Log-probabilities of what may date a move."""

    stated: dict[Span, float]  # of the dates that stand in the text
    likely: list[DateMention]  # those that are worth judging wherever they stand
    published: float  # that the text names no day, and it is that of publication
    none: float


def hear(reading: Reading) -> None:
    """Ask the encoder about everybody of a reading; the answer is kept in it."""
    if reading.written is None:
        return
    people = [[(m.start, m.end) for m in entity.mentions] for entity in reading.persons]
    organisations = [
        [(m.start, m.end) for m in entity.mentions if m.kind in ("org", "unknown")] for entity in reading.orgs
    ]
    reading.verdict = judge(reading.written.encoding, people, organisations)


def person_features(reading: Reading, person: int, action: str, position: str = "") -> dict[str, float]:
    """That a person does something, and that nobody of the article does it more."""
    verdict = reading.verdict
    if verdict is None or action not in ACTIONS:
        return {}
    column = verdict.actions[:, ACTIONS.index(action)]
    sure = clip(float(column[person]))
    features = {
        "heard": sure / 2,
        f"heard|{action}": sure / 2,
        f"heard|{action}={_step(sure)}": 1.0,
        f"heard|best={bool(column[person] >= column.max())}|{_step(sure)}": 1.0,
    }
    if position:
        features[f"heard|{position}={_step(sure)}"] = 1.0
    return features


def find_heard(reading: Reading) -> list[Candidate]:
    """Everybody whom the encoder takes for a leaver or joiner, each with a bare trigger, for where no phrase tells it.

    The sentence is the first of the text that names the person with the organisation that he leaves or reaches, else
    the first that names him.
    """
    verdict = reading.verdict
    if verdict is None:
        return []
    found = []
    for action, rule in _RULES.items():
        column = verdict.actions[:, ACTIONS.index(action)]
        choices = verdict.left if action == "leaver" else verdict.reached
        for person, entity in enumerate(reading.persons):
            if column[person] <= _HEARD[action]:
                continue
            organisation = int(choices[person].argmax())
            plain = column[person] >= _SURELY_HEARD
            mentions = [m for m in entity.mentions if plain or m.sentence not in reading.scenes]
            if not mentions:
                continue  # "left her laptop at the office": a phrase tells it, and of something else
            mention = min(mentions, key=lambda m: (not _stands_with(reading, m, organisation), m.start))
            candidate = Candidate(place_trigger(reading, rule, mention), action, "subject", person, mention)
            candidate.features = {
                HEARD_ONLY: 1.0,
                f"{HEARD_ONLY}|{action}|title={mention.end <= reading.text.title_end}": 1.0,
                f"{HEARD_ONLY}|with={_stands_with(reading, mention, organisation)}": 1.0,
                f"{HEARD_ONLY}|mentions={min(len(entity.mentions), 3)}": 1.0,
            }
            found.append(candidate)
    return found


def _stands_with(reading: Reading, mention: Mention, organisation: int) -> bool:
    return any(m.entity == organisation for m in reading.in_sentence(mention.sentence, "org", "unknown"))


def organisation_witness(reading: Reading, person: int, direction: str, index: int) -> dict[str, float]:
    """That a person leaves (or reaches) an organisation; index -1 is none."""
    verdict = reading.verdict
    if verdict is None:
        return {}
    own, other = _choices(verdict, person, direction)
    sure, against = max(-8.0, float(own[index])), max(-8.0, float(other[index]))
    kind = "none" if index < 0 else "org"
    return {
        f"heard|{kind}": sure / 2,
        f"heard|{kind}={_step(sure)}": 1.0,
        f"heard|{kind}|best={bool(own[index] >= own.max())}": 1.0,
        f"heard|{kind}|other={_step(against)}": 1.0,
    }


_BELIEVED, _SEEN = 0.95, 0.5  # chances of a name


def name_witness(reading: Reading, mentions: Sequence[Mention], kind: Kind) -> str:
    """How well the encoder sees that mentions are the name of a person or an organisation, with the same edges.

    Of a wrong name 马廷贵西昌市人民政府 the encoder sees a part, of "Hersfeld" beside a club's name nothing.
    """
    if reading.written is None or not mentions:
        return "unread"
    spans = {(mention.start, mention.end) for mention in mentions}
    whole = max((n.chance for n in reading.written.spans if n.kind == kind and (n.start, n.end) in spans), default=0.0)
    if whole > 0:
        return "whole" if whole >= _BELIEVED else "about whole"
    chances = [reading.written.judge(*span) for span in spans]
    seen = max((chance[kind == "org"] for chance in chances if chance), default=None)
    return "unread" if seen is None else "part" if seen >= _SEEN else "nothing"


def status_witness(reading: Reading, person: int, action: str) -> dict[str, float]:
    """How certain a person's leaving and his coming are told to be."""
    verdict = reading.verdict
    if verdict is None:
        return {}
    features: dict[str, float] = {}
    for place in range(len(MANNERS)):
        for status, sure in zip(MOVE_STATUSES, verdict.status[person, place].tolist(), strict=True):
            features[f"heard|{action}|{place}|{status}"] = max(-8.0, sure) / 2
            features[f"heard|{place}|{status}={_step(max(-8.0, sure))}"] = 1.0
    return features


def likeliest_status(reading: Reading, person: int, action: str) -> str:
    """How certain a person's leaving, or his coming, is told to be; "" where nothing is known of him."""
    place = next((place for place, told in enumerate(_TOLD_ALIKE) if action in {ACTIONS[i] for i in told}), None)
    if reading.verdict is None or place is None or not reading.verdict.status[person, place].any():
        return ""
    return MOVE_STATUSES[int(reading.verdict.status[person, place].argmax())]


def focus_witness(reading: Reading, person: int, action: str) -> dict[str, float]:
    """That a person's leaving and his coming are the news, not things recalled, and more so than anybody else's."""
    verdict = reading.verdict
    if verdict is None:
        return {}
    features: dict[str, float] = {}
    for place, told in enumerate(_TOLD_ALIKE):
        column = verdict.focus[:, place]
        moving = verdict.actions[:, told].max(1) > _WORTH_TELLING
        sure = clip(float(column[person]))
        features[f"heard|{action}|{place}"] = sure / 2
        features[f"heard|{place}={_step(sure)}"] = 1.0
        best = max((float(column[other]) for other in moving.nonzero()[0] if other != person), default=-MOST)
        features[f"heard|{place}|first={float(column[person]) >= best}|{_step(clip(best))}"] = 1.0
    return features


def hear_dates(reading: Reading, person: int, action: str, anchor: Anchor) -> HeardDates | None:
    """What the encoder says of the dates of what a person does; None where it has not read of him."""
    if reading.written is None:
        return None
    encoding = reading.written.encoding
    if reading.dates is None:
        read = encoding.pieces.ends[-1] if encoding.pieces.ends else 0
        reading.dates = find_possible_dates(reading, 0, read, anchor)
    spans = _spans_of(reading.dates)
    if person not in reading.dating:
        mentions = [(m.start, m.end) for m in reading.persons[person].mentions]
        reading.dating[person] = judge_dates(encoding, mentions, spans)
    dating = reading.dating[person]
    if dating is None:
        return None
    side = next((place for place, told in enumerate(_TOLD_ALIKE) if action in {ACTIONS[i] for i in told}), 0)
    stated = dict(zip(spans, dating.dates[side].tolist(), strict=True))
    likely = [mention for mention in reading.dates if stated[mention.start, mention.end] > _LIKELY_DATE]
    return HeardDates(stated, likely, float(dating.published[side]), float(dating.none[side]))


def date_witness(name: str, sure: float, heard: HeardDates) -> dict[str, float]:
    """That a date is the one of a move, where the encoder gives it a log-probability of `sure`."""
    best = max((*heard.stated.values(), heard.published, heard.none))
    return {
        f"heard|{name}": max(-8.0, sure) / 2,
        f"heard|{name}={_step(max(-8.0, sure))}": 1.0,
        f"heard|{name}|best={sure >= best}": 1.0,
    }


def describe_verdict(reading: Reading) -> list[str]:
    """What the encoder makes of everybody whom it does not take for a bystander, a line each."""
    verdict = reading.verdict
    if verdict is None:
        return []
    names = [*(entity.name for entity in reading.orgs), "none"]
    lines = []
    for person, entity in enumerate(reading.persons):
        told = [
            f"{action} {verdict.actions[person, place]:+.1f}"
            for place, action in enumerate(ACTIONS)
            if verdict.actions[person, place] > _WORTH_TELLING
        ]
        if told:
            left, reached = names[int(verdict.left[person].argmax())], names[int(verdict.reached[person].argmax())]
            when = _describe_dates(reading, person)
            lines.append(f"encoder: {entity.name}: {', '.join(told)}; left {left}, reached {reached}{when}")
    return lines


def _describe_dates(reading: Reading, person: int) -> str:
    dating = reading.dating.get(person)
    if dating is None or reading.dates is None:
        return ""
    names = [*(reading.text.norm[start:end].strip() for start, end in _spans_of(reading.dates)), "publication", "none"]
    side = 0 if reading.verdict is None or reading.verdict.actions[person, _TOLD_ALIKE[0]].max() > 0 else 1
    sure = [*dating.dates[side].tolist(), float(dating.published[side]), float(dating.none[side])]
    return f", dated by {names[sure.index(max(sure))]}"


def _spans_of(mentions: Sequence[DateMention]) -> list[Span]:
    return sorted({(mention.start, mention.end) for mention in mentions})


def _choices(verdict: Verdict, person: int, direction: str) -> tuple[Array, Array]:
    rows = (verdict.left[person], verdict.reached[person])
    return rows if direction == "left" else (rows[1], rows[0])


def clip(sure: float) -> float:
    """Log-odds as a feature: beyond MOST more says nothing more."""
    return max(-MOST, min(MOST, sure))


def _step(sure: float) -> int:
    """Log-odds, coarsely."""
    return round(sure / 1.5)
