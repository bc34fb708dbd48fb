"""Our own scoring gives the same figures as the scorer that came with the annotated articles."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from include.evaluate import evaluate_predictions, fold_name
from tests.shared import require_shared


def move(person: str, from_org: str | None, **more: Any) -> dict[str, Any]:
    return {"kind": "departure", "person": person, "from_org": from_org, "status": "announced", "focus": "main", **more}


def article(*moves: dict[str, Any], lang: str = "en") -> dict[str, Any]:
    return {"id": "a", "lang": lang, "moves": list(moves)}


def departure_counts(found: list[dict[str, Any]], *annotated: dict[str, Any]) -> tuple[int, int, int]:
    tally = evaluate_predictions([article(*annotated)], {"a": found}).departures["en"]
    return tally.right, tally.wrong, tally.missed


def test_a_name_matches_by_any_form_and_an_organisation_without_its_legal_form() -> None:
    truth = move("Ana Souza", "Acme Inc", person_aliases=["Ana", "Souza"])
    assert departure_counts([move("ana souza", "ACME")], truth) == (1, 0, 0)
    assert departure_counts([move("Ana Maria Souza", "Acme")], truth) == (1, 0, 0)
    assert departure_counts([move("Ana", "Acme")], truth) == (1, 0, 0)
    assert departure_counts([move("Anabel", "Acme")], truth) == (0, 1, 1)


def test_an_unnamed_organisation_matches_only_an_unnamed_one() -> None:
    assert departure_counts([move("Ana Souza", "Acme")], move("Ana Souza", None)) == (0, 1, 1)
    assert departure_counts([move("Ana Souza", None)], move("Ana Souza", None)) == (1, 0, 0)


def test_an_optional_move_is_neither_rewarded_nor_punished() -> None:
    optional = move("Ana Souza", "Acme", optional=True)
    assert departure_counts([move("Ana Souza", "Acme")], optional) == (0, 0, 0)
    assert departure_counts([], optional) == (0, 0, 0)


def test_a_required_move_comes_before_an_optional_one() -> None:
    required, optional = move("Ana Souza", "Acme"), move("Ana Souza", "Acme", optional=True)
    assert departure_counts([move("Ana Souza", "Acme")], optional, required) == (1, 0, 0)


def test_an_invented_date_is_wrong_and_no_date_on_either_side_is_not_counted() -> None:
    truth = move("Ana Souza", "Acme")
    invented = evaluate_predictions([article(truth)], {"a": [move("Ana Souza", "Acme", date="2026")]})
    absent = evaluate_predictions([article(truth)], {"a": [move("Ana Souza", "Acme")]})
    assert invented.slots["date"] == [False]
    assert "date" not in absent.slots


@pytest.mark.parametrize(
    ("name", "folded"), [("Éric  Ünal", "eric unal"), ("伊利亚·苏茨克维", "伊利亚苏茨克维"), ("O'Neil, J.", "o neil j")]
)
def test_fold_name(name: str, folded: str) -> None:
    assert fold_name(name) == folded


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_same_figures_as_the_scorer_beside_the_gold(seed: int, tmp_path: Path) -> None:
    folder = require_shared("gold")
    files = sorted(folder.glob("*.jsonl"))
    gold = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    predicted = {entry["id"]: _damage(entry["moves"], random.Random(f"{seed}{entry['id']}")) for entry in gold}
    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text(
        "".join(json.dumps({"id": key, "moves": moves}) + "\n" for key, moves in predicted.items()), encoding="utf-8"
    )
    command = [sys.executable, folder / "score.py", *files, "--predictions", predictions, "--json"]
    theirs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    ours = evaluate_predictions(gold, predicted).as_json()
    assert ours["departure"]["micro_f1"] < 1
    assert {key: ours[key] for key in theirs} == theirs


def _damage(moves: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Predictions as a mediocre system would make them: moves lost, doubled, with wrong or missing fields."""
    damaged = []
    for entry in moves:
        if chance.random() < 0.2:
            continue
        wrong = {key: value for key, value in entry.items() if key != "optional" and chance.random() > 0.1}
        wrong.setdefault("kind", chance.choice(["departure", "arrival"]))
        if chance.random() < 0.3:
            wrong["person_aliases"] = [entry["person"].upper()]
        if chance.random() < 0.2:
            wrong["date"] = chance.choice([None, "2024", "2024-08-06"])
        damaged += [wrong] * chance.choice([1, 1, 1, 2])
    chance.shuffle(damaged)
    return damaged
