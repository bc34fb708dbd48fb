"""Corrections become regression cases."""

from __future__ import annotations

from include.records import Document
from include.resolve.cases import build_cases
from tests.resolve.build import decide, events_of, told

DOCUMENT = Document("a1", "en", "News", "Ana Roe leaves Foo. Ben Poe leaves Foo.", "2025-05-15")


def test_what_was_set_right_is_expected_and_what_was_rejected_is_not() -> None:
    moves = [
        told("departure", "Ana Roe", "Foo", article="a1", person_aliases=("Roe",)),
        told("departure", "Ben Poe", "Foo", article="a1"),
        told("departure", "Cem Yol", "Foo", article="a2"),
    ]
    events = {event.person: event for event in events_of(moves)}
    decisions = [
        decide("correct", events["Ana Roe"].event_id, field="to_org", value="Bar"),
        decide("correct", events["Ana Roe"].event_id, field="status", value="effective"),
        decide("reject", events["Ben Poe"].event_id),
        decide("approve", events["Cem Yol"].event_id),
    ]
    documents = {"a1": DOCUMENT, "a2": Document("a2", "en", "", "x")}
    (case,) = build_cases(
        decisions, {e.event_id: e for e in events.values()}, {move.move_id: move for move in moves}, documents
    )
    assert (case["id"], case["text"], case["published"]) == ("a1", DOCUMENT.text, "2025-05-15")
    (gold,) = case["moves"]
    assert (gold["person"], gold["to_org"], gold["to_aliases"]) == ("Ana Roe", "Bar", ["Bar"])
    assert (gold["status"], gold["person_aliases"]) == ("announced", ["Ana Roe", "Roe"])


def test_a_takedown_leaves_no_case() -> None:
    moves = [told("departure", "Ana Roe", "Foo", article="a1")]
    (event,) = events_of(moves)
    takedown = decide("takedown", event.event_id)
    (removed,) = events_of(moves, previous=[event], decisions=[takedown])
    fixed = decide("correct", event.event_id, field="to_org", value="Bar")
    assert (
        build_cases([fixed, takedown], {removed.event_id: removed}, {moves[0].move_id: moves[0]}, {"a1": DOCUMENT})
        == []
    )
