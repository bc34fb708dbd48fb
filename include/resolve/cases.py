"""Corrections as regression cases: what a person set right, in the form that `departures evaluate` scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.records import Document, Event, StoredMove
from include.resolve.decisions import Decision

_AS_ROLE = {"from_org": "from_aliases", "to_org": "to_aliases"}
_SET_IN_A_MOVE = (
    "kind",
    "person",
    "from_org",
    "to_org",
    "role_from",
    "role_to",
    "status",
    "focus",
    "date",
    "successor",
)
_STATUS = {"effective": "announced"}


def build_cases(
    decisions: Sequence[Decision],
    events: Mapping[str, Event],
    moves: Mapping[str, StoredMove],
    documents: Mapping[str, Document],
) -> list[dict[str, Any]]:
    """One case an article that a correction or a rejection is about, by id.

    `events` are the current ones by the ids that decisions name, `moves` and `documents` by id. Every
    other move of the article stands as it was read; a corrected one is as the person said, a rejected one is gone.
    """
    changes: dict[str, dict[str, Any] | None] = {}
    for decision in decisions:
        event = events.get(decision.subject)
        if event is None or decision.kind not in ("correct", "reject") or event.review == "taken-down":
            continue
        for move_id in event.move_ids:
            if decision.kind == "reject":
                changes[move_id] = None
            elif decision.field in _SET_IN_A_MOVE and changes.get(move_id, {}) is not None:
                changes[move_id] = {**(changes.get(move_id) or {}), decision.field: decision.value}
    concerned = {moves[move_id].article_id for move_id in changes if move_id in moves}
    cases = []
    for article_id in sorted(concerned & set(documents)):
        told = sorted((m for m in moves.values() if m.article_id == article_id), key=lambda m: m.move_id)
        gold = [_as_gold(m, changes.get(m.move_id, {})) for m in told if changes.get(m.move_id, {}) is not None]
        cases.append(_as_case(documents[article_id], gold))
    return cases


def _as_case(document: Document, gold: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": document.doc_id,
        "lang": document.lang,
        "title": document.title,
        "text": document.text,
        "published": document.published,
        "moves": gold,
    }


def _as_gold(stored: StoredMove, changes: Mapping[str, Any] | None) -> dict[str, Any]:
    move = stored.move
    gold: dict[str, Any] = {key: getattr(move, key) for key in _SET_IN_A_MOVE}
    gold["person_aliases"] = list(dict.fromkeys((move.person, *move.person_aliases)))
    for field, aliases in _AS_ROLE.items():
        name = getattr(move, field)
        gold[aliases] = list(dict.fromkeys((name, *getattr(move, aliases)))) if name else []
    for field, value in (changes or {}).items():
        gold[field] = _STATUS.get(value, value) if field == "status" else value
        if field in _AS_ROLE:
            gold[_AS_ROLE[field]] = [value] if value else []
        elif field == "person" and value not in gold["person_aliases"]:
            gold["person_aliases"] = [value, *gold["person_aliases"]]
    return gold
