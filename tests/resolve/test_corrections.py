"""Decisions of people over what extraction says: they last, they can be undone, they reach what an event became."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.records import Event, StoredMove
from include.resolve.book import EntityBook
from include.resolve.decisions import plan_takedown
from include.resolve.entities import resolve_entities
from include.resolve.takedown import REMOVED, drop_taken_down, redact
from tests.resolve.build import AS_OF, GAZETTEER, decide, events_of, one, resolve, told

LATER = AS_OF + timedelta(days=1)


@pytest.fixture
def moves() -> list[StoredMove]:
    return [
        told("departure", "Ana Roe", "Foo", published="2025-05-13", date="2025-05-13"),
        told("departure", "Ana Roe", "Foo", published="2025-05-14"),
    ]


def test_approval_is_noted(moves: list[StoredMove]) -> None:
    event = one(moves)
    assert one(moves, previous=[event], decisions=[decide("approve", event.event_id)]).review == "approved"


def test_rejection_retracts_with_author_and_reason(moves: list[StoredMove]) -> None:
    event = one(moves)
    rejected = one(moves, previous=[event], decisions=[decide("reject", event.event_id, reason="a namesake")])
    assert (rejected.status, rejected.review) == ("retracted", "rejected")
    assert rejected.history[-1].cause == "reject by ana: a namesake"


@pytest.mark.parametrize(
    ("field", "value", "check"),
    [
        ("to_org", "FAIR", lambda event: (event.to_org, event.to_org_id) == ("Meta AI", "meta-ai")),
        ("to_org", None, lambda event: event.to_org_id is None),
        ("date", "2025-05", lambda event: (event.date, event.date_precision) == ("2025-05", "month")),
        ("person", "Anna Roe", lambda event: event.person == "Anna Roe"),
        (
            "status",
            "denied",
            lambda event: event.status == "denied" and event.history[-1].cause.startswith("correct by"),
        ),
        ("acting", "true", lambda event: event.acting),
        ("role_from", "CTO", lambda event: event.role_from == "CTO"),
    ],
)
def test_a_field_is_set_and_stays_set(moves: list[StoredMove], field: str, value: str | None, check) -> None:  # type: ignore[no-untyped-def]
    event = one(moves)
    correction = decide("correct", event.event_id, field=field, value=value)
    corrected = one(moves, previous=[event], decisions=[correction])
    assert check(corrected)
    assert corrected.review == "corrected"
    more = [*moves, told("departure", "Ana Roe", "Foo", "Bar", published="2025-05-20", role_from="head")]
    assert check(one(more, previous=[corrected], decisions=[correction]))


def test_a_correction_survives_reextraction_with_new_move_ids(moves: list[StoredMove]) -> None:
    (event,), book = resolve(moves)
    correction = decide("correct", event.event_id, field="to_org", value="Bar")
    reread = [replace(move, move_id=f"new-{move.move_id}") for move in moves]
    again = one(reread, previous=[event], decisions=[correction], known=book)
    assert (again.event_id, again.to_org) == (event.event_id, "Bar")


def test_two_events_declared_one_are_one(moves: list[StoredMove]) -> None:
    other = told("departure", "Ana Roe", "Foo", published="2025-09-30", date="2025-09-30")
    events = events_of([*moves, other])
    assert len(events) == 2
    kept, gone = (next(e for e in events if m.move_id in e.move_ids) for m in (moves[0], other))
    merge = decide("merge", kept.event_id, other=gone.event_id)
    after, _ = resolve([*moves, other], previous=events, decisions=[merge])
    by_id = {event.event_id: event for event in after}
    assert len(by_id[kept.event_id].move_ids) == 3
    assert (by_id[gone.event_id].merged_into, by_id[gone.event_id].move_ids) == (kept.event_id, ())
    assert resolve([*moves, other], previous=after, decisions=[merge])[0] == after
    undone = events_of([*moves, other], previous=after, decisions=[])
    assert len(undone) == 2


def test_two_organisations_declared_one_are_one_place() -> None:
    moves = [
        told("departure", "Cem Yol", "Nordwind Systems", published="2025-05-13"),
        told("departure", "Cem Yol", "NWS Holding", published="2025-05-14"),
        told("departure", "Cem Yol", "नॉर्डविंड सिस्टम्स", published="2025-05-15"),
    ]
    events, book = resolve(moves)
    assert len(events) == 2
    ids = [book.links[move.move_id].from_org_id for move in moves]
    one_house = decide("merge-entities", str(ids[0]), other=str(ids[1]))
    event = one(moves, previous=events, known=book, decisions=[one_house])
    assert (event.from_org, event.from_org_id, event.articles) == ("Nordwind Systems", ids[0], 3)
    assert len(events_of(moves, previous=[event], known=book, decisions=[])) == 2


def test_an_article_taken_out_of_an_event_is_an_event_of_its_own(moves: list[StoredMove]) -> None:
    event = one(moves)
    split = decide("split", event.event_id, article_ids=(moves[1].article_id,))
    after = events_of(moves, previous=[event], decisions=[split])
    assert {e.move_ids for e in after} == {(moves[0].move_id,), (moves[1].move_id,)}
    assert event.event_id in {e.event_id for e in after}
    assert {e.event_id for e in events_of(moves, previous=after, decisions=[split])} == {e.event_id for e in after}


def test_a_correction_of_a_merged_event_goes_to_the_survivor(moves: list[StoredMove]) -> None:
    first, second = (
        one(moves[:1]),
        one([told("departure", "Ana Roe", "Foo", date="2025-08-01", published="2025-08-01")]),
    )
    gone = replace(second, merged_into=first.event_id, move_ids=())
    correction = decide("correct", second.event_id, field="role_from", value="CTO")
    corrected = next(e for e in resolve(moves, previous=[first, gone], decisions=[correction])[0] if not e.merged_into)
    assert (corrected.event_id, corrected.role_from) == (first.event_id, "CTO")


def test_a_correction_of_an_event_merged_long_ago_goes_to_the_survivor(moves: list[StoredMove]) -> None:
    from include.resolve.merge import merge_moves

    event = one(moves)
    book = resolve_entities(moves, EntityBook(), GAZETTEER)
    correction = decide("correct", "e-long-gone", field="role_from", value="CTO")
    (corrected,) = merge_moves(
        moves, book, [correction], as_of=AS_OF, previous=[event], gazetteer=GAZETTEER,
        redirects={"e-long-gone": event.event_id},
    )  # fmt: skip
    assert corrected.role_from == "CTO"


def test_an_event_whose_evidence_is_gone_is_retracted_not_deleted(moves: list[StoredMove]) -> None:
    event = one(moves)
    after, _ = resolve([], previous=[event], as_of=LATER)
    assert [(e.event_id, e.status, e.person) for e in after] == [(event.event_id, "retracted", "Ana Roe")]
    assert after[0].history[-1].cause == "its evidence was withdrawn"
    assert resolve([], previous=after, as_of=LATER + timedelta(days=1))[0] == after


def test_evidence_that_comes_back_brings_the_event_back_under_its_id(moves: list[StoredMove]) -> None:
    (event,), book = resolve(moves)
    gone, _ = resolve([], previous=[event])
    back = one([replace(move, move_id=f"again-{move.move_id}") for move in moves], previous=gone, known=book)
    assert (back.event_id, back.status) == (event.event_id, event.status)


def test_two_events_that_turn_out_to_be_one_keep_the_older_id() -> None:
    left = told("departure", "Ana Roe", "Foo", date="2025-05-01", published="2025-05-01")
    right = told("departure", "Ana Roe", "Foo", date="2025-06-01", published="2025-06-01")
    old = one([left], as_of=datetime(2025, 5, 2, tzinfo=UTC))
    events, _ = resolve([left, right], previous=[old], as_of=datetime(2025, 6, 2, tzinfo=UTC))
    new = next(event for event in events if event.event_id != old.event_id)
    bridge = told("departure", "Ana Roe", "Foo", date="2025-05-16", published="2025-05-16")
    after, _ = resolve([left, right, bridge], previous=events)
    live = [event for event in after if event.merged_into is None]
    assert [event.event_id for event in live] == [old.event_id]
    assert {e.event_id: e.merged_into for e in after if e.merged_into} == {new.event_id: old.event_id}


def test_an_event_keeps_the_time_at_which_it_was_first_known(moves: list[StoredMove]) -> None:
    event = one(moves)
    assert one(moves, previous=[event], as_of=LATER) == event
    more = [*moves, told("departure", "Ana Roe", "Foo", published="2025-05-20")]
    assert one(more, previous=[event], as_of=LATER).known_from == AS_OF


def removed(events: list[Event]) -> bool:
    words = {event.person for event in events} | {event.from_org for event in events}
    return words <= {REMOVED, None} and all(event.review == "taken-down" for event in events)


@pytest.mark.parametrize("subject", ["event", "person"])
def test_a_takedown_leaves_nothing_and_later_articles_bring_nothing_back(moves: list[StoredMove], subject: str) -> None:
    event = one(moves)
    takedown = decide("takedown", event.event_id if subject == "event" else event.person_id)
    after, book = resolve(moves, previous=[event], decisions=[takedown])
    assert [e.event_id for e in after] == [event.event_id]
    assert removed(after)
    later = [*moves, told("departure", "Ana Roe", "Foo", "Bar", published="2025-12-01", date="2025-11-20")]
    assert removed(resolve(later, previous=after, decisions=[takedown], known=book)[0])


def test_a_takedown_knows_the_person_by_hashes_when_everything_else_is_gone(moves: list[StoredMove]) -> None:
    takedown = plan_takedown("p-gone", ["Ana Roe", "Roe"], ["foo"], author="ana", at=AS_OF, reason="asked")
    assert "Roe" not in repr(takedown)
    namesake = told("departure", "Ana Roe", "Bar", published="2025-01-13")
    fresh = [*moves, namesake]
    book = resolve_entities(fresh, EntityBook(), GAZETTEER)
    stay, go = drop_taken_down(fresh, [takedown], book)
    assert stay == [namesake]
    assert go == moves


def test_a_takedown_spares_others_of_the_same_article(moves: list[StoredMove]) -> None:
    other = told("departure", "Ben Poe", "Foo", article=moves[0].article_id)
    events = events_of([*moves, other])
    ana = next(event for event in events if event.person == "Ana Roe")
    after = events_of([*moves, other], previous=events, decisions=[decide("takedown", ana.event_id)])
    assert sorted(event.person for event in after) == ["Ben Poe", REMOVED]


def test_a_brother_of_one_name_stays(moves: list[StoredMove]) -> None:
    takedown = plan_takedown("p-gone", ["Ana Roe", "Roe"], ["foo"], author="ana", at=AS_OF, reason="asked")
    brother = told("departure", "Ben Roe", "Foo", person_aliases=("Ben Roe", "Roe"))
    short = told("departure", "Roe", "Foo")
    fresh = [brother, short]
    stay, go = drop_taken_down(fresh, [takedown], resolve_entities(fresh, EntityBook(), GAZETTEER))
    assert (stay, go) == ([brother], [short])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ben Poe follows Ana Roe, and Roe agrees.", "Ben Poe follows ███████, and ███ agrees."),
        ("Tom Roe leaves Foo.", "Tom Roe leaves Foo."),
        ("OpenAI首席科学家伊利亚·苏茨克维离职，由本坡接任", "OpenAI首席科学家████████离职，由本坡接任"),
        ("李飞飞离职", "███离职"),
        ("首席科學家Ana Roe宣布離職", "首席科學家███████宣布離職"),
        ("ANA ROE's successor is Roe-Smith", "███████'s successor is ███-Smith"),
        ("", ""),
    ],
)
def test_the_name_goes_out_of_sentences_about_others(text: str, left: str) -> None:
    takedown = plan_takedown("p", ["Ana Roe", "Roe", "伊利亚·苏茨克维", "李飞飞"], [], author="a", at=AS_OF, reason="r")
    assert redact(text, takedown.name_hashes) == left
    assert redact(text, ()) == text
    assert redact("Tom met Roe.", takedown.name_hashes, is_named=True) == "Tom met ███."
