"""No language falls silently: the corpus is scored and held against the committed figures.

Raising them is one command: `departures evaluate tests/corpus/*.jsonl --baseline tests/corpus/baseline.json --keep`.
"""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from include.cli import app

CORPUS = Path(__file__).parents[1] / "corpus"
BASELINE = CORPUS / "baseline.json"


def evaluate(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["evaluate", *arguments])
    return result.exit_code, result.output


def test_no_language_is_worse_than_the_baseline() -> None:
    code, output = evaluate(*map(str, sorted(CORPUS.glob("*.jsonl"))), "--baseline", str(BASELINE))
    assert code == 0, output


def test_a_loss_is_named_and_fails(tmp_path: Path) -> None:
    high = tmp_path / "high.json"
    high.write_text('{"vi": 1.0}', encoding="utf-8")
    code, output = evaluate(str(CORPUS / "vi.jsonl"), "--baseline", str(high))
    assert code == 1
    assert "vi: departure F1" in output
    assert "the baseline is 1.000" in output


def test_a_baseline_is_kept_on_request_only(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    assert evaluate(str(CORPUS / "vi.jsonl"), "--baseline", str(kept), "--keep")[0] == 0
    assert evaluate(str(CORPUS / "vi.jsonl"), "--baseline", str(kept))[0] == 0
