"""Ask what the encoder has read: where names stand, what people do, and which organisation is left and reached.

Everybody of an article is judged at once: an entity is the pool of its mentions, and what a person and an
organisation both attend to says how they stand to each other (after ATLOP, Zhou et al. 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from include.detect.encoder.network import Array, Encoding, Span
from include.detect.encoder.store import load_heads
from include.records import MOVE_STATUSES

ACTIONS = ("leaver", "joiner", "appointee", "absentee", "returner")
MANNERS = (("departure", "leave"), ("arrival", "appointment", "return"))  # kinds whose status and focus are asked alike
Kind = Literal["person", "org"]
_ORGANISATIONS, _DAYS = ("pair_person", "pair_org", "pair"), ("date_person", "date_day", "date_pair")  # weights

_LABELS: tuple[Kind | None, ...] = (
    None,
    "person",
    "person",
    "org",
    "org",
)  # of a piece: none, first and later of a person, of an organisation


@dataclass(frozen=True, slots=True)
class Name:
    """A stretch of characters that is somebody's name."""

    start: int
    end: int
    kind: Kind
    chance: float  # of its least likely piece


@dataclass(frozen=True, slots=True)
class Names:
    """All names of a text, and the chances of every piece to belong to a person's name and to an organisation's."""

    encoding: Encoding
    spans: list[Name]
    chances: Array  # pieces x (person, organisation)

    def judge(self, start: int, end: int) -> tuple[float, float] | None:
        """The chances of a stretch to name a person and an organisation; None past what was read."""
        found = self.encoding.find(start, end)
        if found is None:
            return None
        person, organisation = self.chances[found[0] : found[1]].mean(0).tolist()
        return person, organisation


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the encoder makes of the people of a text."""

    actions: Array  # people x ACTIONS, log-odds
    left: Array  # people x (organisations + none), log-probability
    reached: Array
    status: Array  # people x MANNERS x MOVE_STATUSES, log-probability
    focus: Array  # people x MANNERS, log-odds of being the news of the article


@dataclass(frozen=True, slots=True)
class Dating:
    """Which of the dates that stand in a text dates what a person does."""

    dates: Array  # (his leaving, his coming) x dates, log-probability
    published: Array  # (his leaving, his coming): the text names no day, so that it is that of publication
    none: Array  # nor is it that one


def find_names(encoding: Encoding) -> Names:
    """Names by their pieces: a first piece begins one, later pieces of its kind go on."""
    heads = load_heads()
    rows = [window.hidden[1:-1] @ heads["names.weight"].T + heads["names.bias"] for window in encoding.windows]
    if not rows:
        return Names(encoding, [], np.zeros((0, 2), np.float32))
    chances = _softmax(np.concatenate(rows))
    labels, likely = chances.argmax(1), chances.max(1)
    spans: list[Name] = []
    starts, ends = encoding.pieces.starts, encoding.pieces.ends
    for place, label in enumerate(labels):
        kind = _LABELS[label]
        if kind is None:
            continue
        goes_on = label in (2, 4) and spans and spans[-1].kind == kind and labels[place - 1] in (label, label - 1)
        if goes_on:
            last = spans[-1]
            spans[-1] = Name(last.start, ends[place], last.kind, min(last.chance, float(likely[place])))
        else:
            spans.append(Name(starts[place], ends[place], kind, float(likely[place])))
    return Names(encoding, spans, np.stack([chances[:, 1:3].sum(1), chances[:, 3:5].sum(1)], 1))


def judge(encoding: Encoding, people: Sequence[Sequence[Span]], organisations: Sequence[Sequence[Span]]) -> Verdict:
    """What everybody does and which organisation he leaves and reaches; entities are given by their mentions.

    Who or what is not named in the part that was read gets the verdict of someone of whom nothing is known: log-odds
    of -6, an organisation a log-probability of -9, nothing of how it is told. Of a text that was read twice, what
    somebody does is heard in either reading, his organisations in both; how it is told needs the greater whole.
    """
    verdict = _judge_once(encoding, people, organisations)
    if encoding.again is None:
        return verdict
    other = _judge_once(encoding.again, people, organisations)
    return replace(
        verdict,
        actions=np.maximum(verdict.actions, other.actions),
        left=(verdict.left + other.left) * np.float32(0.5),
        reached=(verdict.reached + other.reached) * np.float32(0.5),
    )


def judge_dates(encoding: Encoding, person: Sequence[Span], dates: Sequence[Span]) -> Dating | None:
    """Which of some dates is that of a person's moves, all given by where they stand.

    None where he was not read, or where the heads are those of a stage of training that had not learned dates. A date
    that was not read gets a log-probability of -9. Of a text that was read twice the two readings are averaged.
    """
    if "date_none.weight" not in load_heads():
        return None
    once = _judge_dates_once(encoding, person, dates)
    again = _judge_dates_once(encoding.again, person, dates) if encoding.again else None
    if once is None or again is None:
        return once
    return Dating(
        (once.dates + again.dates) * np.float32(0.5),
        (once.published + again.published) * np.float32(0.5),
        (once.none + again.none) * np.float32(0.5),
    )


def _judge_dates_once(encoding: Encoding, person: Sequence[Span], dates: Sequence[Span]) -> Dating | None:
    heads = load_heads()
    seen, vector, looks = _pool(encoding, [person])
    if not seen:
        return None
    read, days, day_looks = _pool(encoding, [[span] for span in dates])
    hidden = np.concatenate([window.hidden for window in encoding.windows])
    state = _state(vector, looks, hidden)
    scores = (state @ heads["date_none.weight"].T + heads["date_none.bias"]).reshape(len(MANNERS), 2)
    if read:
        pairs = _pair(vector, looks, days, day_looks, hidden, _DAYS)[:, 0]
        scores = np.concatenate([pairs, scores], 1)
    scores = _log_softmax(scores)
    found = np.full((len(MANNERS), len(dates)), -9.0, np.float32)
    found[:, read] = scores[:, :-2]
    return Dating(found, scores[:, -2], scores[:, -1])


def _judge_once(
    encoding: Encoding, people: Sequence[Sequence[Span]], organisations: Sequence[Sequence[Span]]
) -> Verdict:  # fmt: skip
    heads = load_heads()
    seen_people, person, person_looks = _pool(encoding, people)
    seen_orgs, org, org_looks = _pool(encoding, organisations)
    actions = np.full((len(people), len(ACTIONS)), -6.0, np.float32)
    choices = np.full((2, len(people), len(organisations) + 1), -9.0, np.float32)
    choices[:, :, -1] = 0.0
    status = np.zeros((len(people), len(MANNERS), len(MOVE_STATUSES)), np.float32)
    focus = np.zeros((len(people), len(MANNERS)), np.float32)
    if not seen_people:
        return Verdict(actions, choices[0], choices[1], status, focus)
    hidden = np.concatenate([window.hidden for window in encoding.windows])
    state = _state(person, person_looks, hidden)
    actions[seen_people] = state @ heads["actions.weight"].T + heads["actions.bias"]
    told = state @ heads["status.weight"].T + heads["status.bias"]
    status[seen_people] = _log_softmax(told.reshape(len(seen_people), *status.shape[1:]))
    focus[seen_people] = state @ heads["focus.weight"].T + heads["focus.bias"]
    scores = (state @ heads["none.weight"].T + heads["none.bias"]).T[:, :, None]
    if seen_orgs:
        scores = np.concatenate([_pair(person, person_looks, org, org_looks, hidden, _ORGANISATIONS), scores], 2)
    columns = [*seen_orgs, len(organisations)]
    choices[np.ix_([0, 1], seen_people, columns)] = _log_softmax(scores)
    return Verdict(actions, choices[0], choices[1], status, focus)


def _state(person: Array, looks: Array, hidden: Array) -> Array:
    """What is asked about people: their vectors and what they attend to, people x numbers."""
    heads = load_heads()
    found: Array = np.tanh(
        np.concatenate([person, looks.mean(1) @ hidden], 1) @ heads["person.weight"].T + heads["person.bias"]
    )
    return found


def _pair(
    person: Array, person_looks: Array, other: Array, other_looks: Array, hidden: Array, names: tuple[str, str, str]
) -> Array:
    """Scores of every person with every organisation or date: (left, reached) x people x others.

    `names` are those of the weights: for people, for the others, for both.
    """
    heads = load_heads()
    of_person, of_other, both = names
    rows: list[Array] = []
    for vector, looks in zip(person, person_looks, strict=True):  # all at once, a list of hundreds would take gigabytes
        shared = np.einsum("ht,oht->ot", looks, other_looks)
        context = shared / (shared.sum(-1, keepdims=True) + 1e-9) @ hidden
        one = np.concatenate([np.broadcast_to(vector, other.shape), context], 1)
        one = np.tanh(one @ heads[f"{of_person}.weight"].T + heads[f"{of_person}.bias"])
        two = np.tanh(np.concatenate([other, context], 1) @ heads[f"{of_other}.weight"].T + heads[f"{of_other}.bias"])
        linear = np.concatenate([one, two], 1) @ heads[f"{both}.weight"].T + heads[f"{both}.bias"]
        bilinear = [((one @ matrix) * two).sum(-1) for matrix in heads[f"{both}.bilinear"]]
        rows.append(np.stack(bilinear) + linear.T)
    return np.stack(rows, 1)


def _pool(encoding: Encoding, entities: Sequence[Sequence[Span]]) -> tuple[list[int], Array, Array]:
    """(entities that were read, their vectors, what they attend to: entities x heads x pieces of all windows)."""
    windows = encoding.windows
    seen: list[int] = []
    vectors: list[Array] = []
    looks: list[Array] = []
    for index, spans in enumerate(entities):
        means: list[Array] = []
        rows = [np.zeros((w.attention.shape[0], w.attention.shape[2]), np.float32) for w in windows]
        for start, end in spans:
            found = encoding.find(start, end)
            if found is None:
                continue
            which = next(i for i in reversed(range(len(windows))) if windows[i].first <= found[0])
            window = windows[which]
            first = found[0] - window.first + 1
            last = min(found[1] - window.first + 1, len(window.hidden) - 1)
            means.append(window.hidden[first:last].mean(0, dtype=np.float32))
            rows[which] += window.attention[:, first:last].mean(1)
        if means:
            seen.append(index)
            stacked = np.stack(means)
            top = stacked.max(0)
            vectors.append((top + np.log(np.exp(stacked - top).mean(0))).astype(np.float32))
            looks.append((np.concatenate(rows, 1) / len(means)).astype(np.float32))
    if not seen:
        return [], np.zeros((0, 0), np.float32), np.zeros((0, 0, 0), np.float32)
    return seen, np.stack(vectors), np.stack(looks)


def _softmax(scores: Array) -> Array:
    grown = np.exp(scores - scores.max(-1, keepdims=True))
    found: Array = grown / grown.sum(-1, keepdims=True)
    return found


def _log_softmax(scores: Array) -> Array:
    low = scores - scores.max(-1, keepdims=True)
    found: Array = low - np.log(np.exp(low).sum(-1, keepdims=True))
    return found
