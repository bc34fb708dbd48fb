"""No language falls silently: articles that nothing was trained on are scored and held against the committed figures.

Raising them is one command:
`departures evaluate tests/corpus/held-out/*.jsonl --baseline tests/corpus/held-out/baseline.json --keep`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Call

CORPUS = Path(__file__).parents[1] / "corpus" / "held-out"
BASELINE = CORPUS / "baseline.json"


def test_no_language_is_worse_than_the_baseline(departures: Callable[..., Call]) -> None:
    call = departures("evaluate", *sorted(CORPUS.glob("*.jsonl")), "--baseline", BASELINE)
    assert call.code == 0, call.err


def test_a_loss_is_named_and_fails(tmp_path: Path, departures: Callable[..., Call]) -> None:
    high = tmp_path / "high.json"
    high.write_text('{"vi": 1.0, "xx": 0.5}', encoding="utf-8")
    call = departures("evaluate", CORPUS / "vi.jsonl", "--baseline", high)
    assert call.code == 1
    assert "vi: departure F1" in call.err
    assert "the baseline is 1.000" in call.err
    assert "xx: departure F1 0.000, the baseline is 0.500" in call.err


def test_the_mean_may_fall_by_less_than_a_language(tmp_path: Path, departures: Callable[..., Call]) -> None:
    kept = tmp_path / "kept.json"
    assert departures("evaluate", CORPUS / "vi.jsonl", "--baseline", kept, "--keep").code == 0
    figures = {lang: figure + 0.02 for lang, figure in json.loads(kept.read_text(encoding="utf-8")).items()}
    kept.write_text(json.dumps(figures), encoding="utf-8")
    call = departures("evaluate", CORPUS / "vi.jsonl", "--baseline", kept)
    assert call.code == 1
    assert "vi: " not in call.err
    assert "all: departure F1" in call.err


def test_a_baseline_is_written_on_request_only(tmp_path: Path, departures: Callable[..., Call]) -> None:
    kept = tmp_path / "kept.json"
    missing = departures("evaluate", CORPUS / "vi.jsonl", "--baseline", kept)
    assert missing.code == 2
    assert "write one with --keep" in missing.err
    assert departures("evaluate", CORPUS / "vi.jsonl", "--baseline", kept, "--keep").code == 0
    assert departures("evaluate", CORPUS / "vi.jsonl", "--baseline", kept).code == 0
