"""The inbox: decisions are written whole, read in order, and a wrong one is refused with file and line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.resolve.decisions import find_unknown, keep_in_force, list_targets, read_every, read_inbox, write_decision
from tests.resolve.build import AS_OF, decide

GOOD = {
    "decision_id": "d1",
    "kind": "correct",
    "subject": "e-1",
    "author": "ana",
    "at": "2026-01-01T00:00:00+00:00",
    "reason": "the filing says so",
    "field": "date",
    "value": "2025-05",
}


def put(inbox: Path, name: str, **changes: object) -> Path:
    inbox.mkdir(exist_ok=True)
    file = inbox / name
    content = {key: value for key, value in {**GOOD, **changes}.items() if value is not ...}
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return file


def test_what_is_written_is_read(tmp_path: Path) -> None:
    first = decide("correct", "e-1", field="person", value="Ana Müller", at=AS_OF + timedelta(hours=1))
    second = decide("split", "e-2", article_ids=("a1", "a2"), at=AS_OF)
    for decision in (first, second, first):
        write_decision(tmp_path / "inbox", decision)
    assert read_inbox(tmp_path / "inbox") == [second, first]
    assert [path.suffix for path in (tmp_path / "inbox").iterdir()] == [".json", ".json"]


def test_an_empty_or_absent_inbox_holds_nothing(tmp_path: Path) -> None:
    assert read_inbox(tmp_path / "nowhere") == []


def test_a_decision_can_be_undone_and_the_undoing_too(tmp_path: Path) -> None:
    decision = decide("reject", "e-1", at=AS_OF)
    undo = decide("undo", decision.decision_id, at=AS_OF + timedelta(hours=1))
    redo = decide("undo", undo.decision_id, at=AS_OF + timedelta(hours=2))
    write_decision(tmp_path, decision)
    write_decision(tmp_path, undo)
    assert read_inbox(tmp_path) == []
    write_decision(tmp_path, redo)
    assert read_inbox(tmp_path) == [decision]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "remove"}, ":3: kind 'remove'; known are approve"),
        ({"author": ...}, "author is missing"),
        ({"author": "  "}, ":5: author is missing"),
        ({"at": "yesterday"}, ":6: at 'yesterday' is no ISO time"),
        ({"at": "2026-01-01T00:00:00"}, "with a time zone"),
        ({"field": "score"}, ":8: field 'score'; can be set"),
        ({"value": "May 2025"}, ":9: date 'May 2025'; 2026, 2026-11 or 2026-11-21"),
        (
            {"value": "2026-02-31"},
            ":9: date '2026-02-31'; 2026, 2026-11 or 2026-11-21 is expected, a date of the calendar",
        ),
        ({"value": "2026-13"}, ":9: date '2026-13'"),
        ({"value": "2026-00"}, ":9: date '2026-00'"),
        ({"value": "2026-11-00"}, ":9: date '2026-11-00'"),
        ({"value": "0000"}, ":9: date '0000'"),
        ({"value": "0206-11"}, "of the calendar from 1900 to 2100"),
        ({"value": "9999-12-31"}, "of the calendar from 1900 to 2100"),
        ({"value": "２０２６"}, ":9: date '２０２６'"),
        ({"value": "2026-11-21\n"}, ":9: date '2026-11-21"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "is no ISO time"),
        ({"value": 3}, ":9: value must be text"),
        ({"kind": "merge", "other": ["e-2"]}, ":10: other must be text or null, found ['e-2']"),
        ({"kind": "approve", "field": {}}, ":8: field must be text or null"),
        ({"field": "status", "value": "maybe"}, ":9: status 'maybe'; known are announced"),
        ({"field": "person", "value": None}, "a person needs a name"),
        ({"field": "person", "value": " "}, "a person needs a name"),
        ({"colour": "red"}, ":10: unknown field 'colour'"),
        ({"kind": "merge"}, "a merge needs `other`"),
        ({"kind": "split"}, "a split needs `article_ids`"),
        ({"kind": "split", "article_ids": "a1"}, "article_ids must be a list"),
    ],
)
def test_a_wrong_decision_is_refused_with_file_and_line(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    file = put(tmp_path, "x.json", **changes)
    with pytest.raises(ConfigError) as caught:
        read_inbox(tmp_path)
    assert str(caught.value).startswith(str(file))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["2026", "2026-02", "2024-02-29", "1900-01-01", "2100-12-31", None])
def test_a_date_of_the_calendar_can_be_set(tmp_path: Path, value: str | None) -> None:
    put(tmp_path, "x.json", value=value)
    assert [decision.value for decision in read_inbox(tmp_path)] == [value]


def test_half_a_surrogate_pair_becomes_a_mark_both_ways(tmp_path: Path) -> None:
    put(tmp_path, "x.json", reason="a cut emoji \ud83d", value="2025")
    assert [decision.reason for decision in read_inbox(tmp_path)] == ["a cut emoji \ufffd"]
    write_decision(tmp_path / "own", decide("reject", "e-1", reason="typed \udcff"))
    assert [decision.reason for decision in read_inbox(tmp_path / "own")] == ["typed \ufffd"]


@pytest.mark.parametrize("content", ["{", "[1, 2]", "", "\ufeff{}", '"text"', "1" * 5_000, "[" * 100_000], ids=range(7))
def test_a_file_that_is_no_decision_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.json").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="broken.json"):
        read_inbox(tmp_path)


def test_one_broken_file_does_not_hold_up_the_others(tmp_path: Path) -> None:
    put(tmp_path, "a.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    refused: list[str] = []
    assert [decision.decision_id for decision in read_inbox(tmp_path, refused.append)] == ["d1"]
    assert len(refused) == 1
    assert "b.json" in refused[0]


def test_releases_from_quarantine_belong_to_somebody_else(tmp_path: Path) -> None:
    put(tmp_path, "a.json", kind="quarantine-release", field=..., value=...)
    assert read_inbox(tmp_path) == []


def test_a_wrong_decision_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        write_decision(tmp_path, decide("correct", "e-1", field="score", value="100"))
    assert list(tmp_path.iterdir()) == []


def test_subjects_that_nobody_knows_are_named_with_file_and_line(tmp_path: Path) -> None:
    known = decide("approve", "e-1")
    unknown = decide("merge", "e-1", other="e-404", decision_id="d404")
    person = decide("merge-entities", "p-1", other="p-404", decision_id="d405")
    file = write_decision(tmp_path, unknown)
    problems = find_unknown([known, unknown, person], {"e-1", "p-1"}, tmp_path)
    assert problems[0].startswith(f"{file}:8: other 'e-404' is no event that is known; check the id")
    assert "d405.json:1: other 'p-404' is no person that is known" in problems[1]
    assert len(problems) == 2


def test_an_undoing_concerns_what_the_undone_decision_did(tmp_path: Path) -> None:
    merge = decide("merge", "e-1", other="e-2", decision_id="d1", at=AS_OF)
    undo = decide("undo", "d1", decision_id="d2", at=AS_OF + timedelta(hours=1))
    redo = decide("undo", "d2", decision_id="d3", at=AS_OF + timedelta(hours=2))
    circle = [decide("undo", "d8", decision_id="d9"), decide("undo", "d9", decision_id="d8")]
    every = [merge, undo, redo, *circle]
    assert list_targets([redo], every) == {"e-1", "e-2"}
    assert list_targets([], every) == set()
    assert list_targets(circle, every) == set()
    assert keep_in_force([merge, undo]) == []
    for decision in every[:3]:
        write_decision(tmp_path, decision)
    assert read_every(tmp_path) == every[:3]
