"""The own cross-lingual set, both halves, and nine rounds of first contact, with the knowledge that is shipped.

Each round of `contact.tsv` was written with other people, places and scripts after the rules were mended on what came
before: F1 at first contact .889, .811, .922, .675, .838, .866, .933, .933 and .967; what they are now:
docs/benchmarks.md.
"""

from __future__ import annotations

import pytest

from include.knowledge.gazetteer import load_gazetteer
from tests.resolve.build import resolve
from tests.resolve.crosslingual import CONTACT, pairwise_scores, read_set

FLOOR = 0.95


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    moves = [labelled.stored for labelled in read_set()]
    events, _ = resolve(moves, gazetteer=load_gazetteer())
    return {move_id: event.event_id for event in events for move_id in event.move_ids}


@pytest.mark.parametrize("held_out", [False, True], ids=["mended on", "held out"])
def test_pairwise_f1(found: dict[str, str], held_out: bool) -> None:
    gold = {one.stored.move_id: one.event for one in read_set() if one.is_held_out == held_out}
    precision, recall, f1 = pairwise_scores(gold, found)
    assert f1 >= FLOOR, (precision, recall)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_rounds_of_first_contact(number: int) -> None:
    labelled = [one for one in read_set(CONTACT) if one.trap == f"round {number}"]
    events, _ = resolve([one.stored for one in labelled], gazetteer=load_gazetteer())
    found = {move_id: event.event_id for event in events for move_id in event.move_ids}
    precision, recall, f1 = pairwise_scores({one.stored.move_id: one.event for one in labelled}, found)
    assert f1 >= FLOOR, (precision, recall)


def test_every_move_is_in_exactly_one_event(found: dict[str, str]) -> None:
    assert sorted(found) == sorted(labelled.stored.move_id for labelled in read_set())


def test_the_set_is_as_large_as_it_should_be() -> None:
    moves = read_set()
    assert len(moves) >= 150
    assert len({labelled.event for labelled in moves}) >= 60
    assert 0.4 <= sum(labelled.is_held_out for labelled in moves) / len(moves) <= 0.6
