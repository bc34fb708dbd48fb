"""Which post a move leaves or takes: the posts beside the person and near the triggers are candidates, so is none."""

from __future__ import annotations

from include.detect.arguments import Candidate, bucket, word_distance
from include.detect.linear import choose
from include.detect.reading import Mention, Reading
from include.detect.triggers import Trigger

_MAX_TRIGGERS = 4


def role_choices(
    reading: Reading, evidence: list[Candidate], slot: str
) -> list[tuple[Mention | None, dict[str, float]]]:
    """(post, features) of every candidate of a slot, "left" or "taken"; the last one is "none"."""
    person = evidence[0].person
    owners: dict[int, set[int]] = {}
    for mention in reading.mentions:
        if mention.kind == "person":
            for role in mention.roles:
                owners.setdefault(id(role), set()).add(mention.entity)
    rows: dict[int, tuple[Mention, dict[str, float]]] = {}
    for rank, mention in enumerate(sorted(reading.persons[person].mentions, key=lambda m: m.start)):
        for order, role in enumerate(sorted(mention.roles, key=lambda r: abs(r.start - mention.start))):
            _, features = rows.setdefault(id(role), (role, {}))
            features |= _beside(reading, mention, role, rank, order, evidence)
    for rank, candidate in enumerate(evidence[:_MAX_TRIGGERS]):
        for role in reading.in_sentence(candidate.trigger.sentence, "role"):
            _, features = rows.setdefault(id(role), (role, {}))
            features |= _near(reading, candidate, role, rank)
            features[f"foreign={bool(owners.get(id(role), set()) - {person})}"] = 1.0
    labelled: list[tuple[Mention | None, dict[str, float]]] = []
    for role, features in rows.values():
        names = features | {
            f"family={role.family}": 1.0,
            f"length={min(len(role.text.split()), 3)}": 1.0,
            "beside_none": float("beside" not in features),
            f"owners={min(len(owners.get(id(role), ())), 2)}": 1.0,
        }
        labelled.append((role, {f"{slot}|{name}": value for name, value in names.items()}))
    cls = evidence[0].trigger.trigger_class
    none = {"none": 1.0, f"none|rows={min(len(rows), 3)}": 1.0, f"none|class={cls}": 1.0}
    return [*labelled, (None, {f"{slot}|{name}": value for name, value in none.items()})]


def choose_role(reading: Reading, evidence: list[Candidate], slot: str) -> Mention | None:
    """The most probable post of a slot, or None."""
    rows = role_choices(reading, evidence, slot)
    best, _ = choose("role", [features for _, features in rows])
    return rows[best][0]


def _beside(
    reading: Reading, mention: Mention, role: Mention, rank: int, order: int, evidence: list[Candidate]
) -> dict[str, float]:
    side = "before" if role.end <= mention.start else "after"
    same = any(c.trigger.sentence == mention.sentence for c in evidence)
    former = bool(reading.hits_in(role.start - 14, role.end + 4, "former"))
    joins = reading.lexicon.pack.adpositions
    return {
        "beside": 1.0,
        f"beside|{side}|{joins}": 1.0,
        f"beside|rank={min(rank, 3)}": 1.0,
        f"beside|order={min(order, 2)}": 1.0,
        f"beside|same={same}": 1.0,
        f"beside|former={former}|same={same}": 1.0,
        f"beside|title={mention.end <= reading.text.title_end}": 1.0,
    }


def _near(reading: Reading, candidate: Candidate, role: Mention, rank: int) -> dict[str, float]:
    trigger, pack = candidate.trigger, reading.lexicon.pack
    before = role.end <= trigger.start
    gap = reading.text.fold[role.end : trigger.start] if before else reading.text.fold[trigger.end : role.start]
    side = "before" if before else "after"
    distance = bucket(word_distance(gap, pack.spaces))
    in_clause = trigger.clause[0] - 1 <= role.start <= max(trigger.clause[1], trigger.tail_end)
    people = any(
        m.entity != candidate.person and min(role.start, trigger.start) <= m.start < max(role.start, trigger.start)
        for m in reading.in_sentence(trigger.sentence, "person")
    )
    marks = _markers_before(reading, role)
    names = {
        "near",
        f"near|rank={min(rank, 2)}",
        f"near|{trigger.trigger_class}|{side}",
        f"near|{trigger.trigger_class}|{side}|d={distance}",
        f"near|{pack.order}|{side}|d={distance}",
        f"near|clause={in_clause}|{side}",
        f"near|people={people}|{side}",
        f"near|{candidate.action}|{_direction(trigger, role)}",
        *(f"near|{candidate.action}|mark={mark}" for mark in marks or {"none"}),
    }
    return dict.fromkeys(names, 1.0)


def _direction(trigger: Trigger, role: Mention) -> str:
    if role.end <= trigger.start:
        return "before"
    return "inside" if role.start < trigger.tail_end and trigger.tail_end > trigger.end else "after"


def _markers_before(reading: Reading, role: Mention) -> set[str]:
    """Marks right before a post: "as" head of research, "from" the post of CEO."""
    pack, fold = reading.lexicon.pack, reading.text.fold
    head = fold[max(0, role.start - 14) : role.start]
    words = set(head.split()[-2:]) if pack.spaces else set()
    found = set()
    for kind in ("as", "from", "to", "at"):
        marks = reading.lexicon.markers[kind]
        if words & marks or (not pack.spaces and any(head.endswith(mark) for mark in marks)):
            found.add(kind)
    return found
