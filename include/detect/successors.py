"""Who takes the post of a leaver: everybody appointed or hired in the article is a candidate, so is nobody."""

from __future__ import annotations

from include.detect.arguments import Candidate
from include.detect.linear import choose
from include.detect.reading import Reading
from include.detect.triggers import Trigger

Rows = list[tuple[float, Candidate]]
Support = dict[tuple[int, str], Rows]

_SUCCESSION = ("replace", "replaced", "successor_noun")
_ARRIVING = ("appointee", "joiner")


def successor_choices(reading: Reading, leaver: int, support: Support) -> list[tuple[int, dict[str, float]]]:
    """(person, features) of everybody who may follow a leaver; the last one is -1, nobody."""
    own = [c.trigger for _, c in support[leaver, "leaver"]]
    families = {role.family for m in reading.persons[leaver].mentions for role in m.roles}
    leavers = sum(action == "leaver" for _, action in support)
    arriving = {person for person, action in support if action in _ARRIVING and person != leaver}
    rows: list[tuple[int, dict[str, float]]] = []
    for person in sorted(arriving):
        candidates = [row for action in _ARRIVING for row in support.get((person, action), [])]
        rows.append((person, _features(reading, candidates, own, families, leavers, len(arriving))))
        if (person, "leaver") in support:
            rows[-1][1]["leaves_too"] = 1.0
    rows.append(
        (-1, {"none": 1.0, f"none|arriving={min(len(arriving), 3)}": 1.0, f"none|leavers={min(leavers, 3)}": 1.0})
    )
    return rows


def choose_successor(reading: Reading, leaver: int, support: Support) -> int:
    """The most probable successor of a leaver; -1 where nobody is named."""
    rows = successor_choices(reading, leaver, support)
    best, _ = choose("successor", [features for _, features in rows])
    return rows[best][0]


def _features(
    reading: Reading, candidates: Rows, own: list[Trigger], families: set[str | None], leavers: int, arriving: int
) -> dict[str, float]:
    triggers = [c.trigger for _, c in candidates]
    starts = {t.start for t in own}
    sentences = {t.sentence for t in own}
    distance = min(abs(t.sentence - s) for t in triggers for s in sentences)
    behind = min(triggers, key=lambda t: min(abs(t.sentence - s) for s in sentences)).sentence >= min(sentences)
    succession = any(t.trigger_class in _SUCCESSION for t in triggers)
    shared = any(t.start in starts for t in triggers)
    person = reading.persons[candidates[0][1].person]
    acting = any(reading.hits_in(*reading.sentences[t.sentence], "acting") for t in triggers)
    same = any(role.family in families for m in person.mentions for role in m.roles)
    classes = {t.trigger_class for t in triggers}
    names = {
        f"shared={shared}",
        f"succession={succession}|distance={min(distance, 3)}",
        f"distance={min(distance, 3)}|behind={behind}",
        f"acting={acting}",
        f"acting={acting}|succession={succession}",
        f"family={same}",
        f"leavers={min(leavers, 3)}|succession={succession}",
        f"arriving={min(arriving, 3)}|succession={succession}",
        f"sure={round(max(p for p, _ in candidates), 1)}",
        *(f"class={cls}" for cls in classes),
    }
    return dict.fromkeys(names, 1.0)
