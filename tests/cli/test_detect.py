"""`departures detect` and `evaluate` on files: the contract of their output."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.pipeline.detecting import PARALLEL_FROM, detect_articles
from tests.cli.conftest import Call
from tests.shared import require_shared

TEXT = "Jane Roe leaves OpenAI to join Meta, the chief scientist said on Monday."
MOVE_FIELDS = {
    "kind", "person", "person_aliases", "from_org", "from_aliases", "to_org", "to_aliases", "role_from", "role_to",
    "status", "focus", "date", "successor", "confidence", "evidence",
}  # fmt: skip


def write_articles(path: Path, *articles: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(article) + "\n" for article in articles), encoding="utf-8")
    return path


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_row_has_the_fields_of_the_contract(departures: Callable[..., Call], tmp_path: Path) -> None:
    articles = write_articles(
        tmp_path / "in.jsonl",
        {"id": "a", "title": "Chief scientist leaves", "text": TEXT, "lang": "en-US", "published": "2026-11-16"},
        {"id": "b", "title": "Nyheter", "text": "Det var en vanlig dag.", "lang": "sv"},
    )
    call = departures("detect", articles, "--out", tmp_path / "out.jsonl")
    assert call.code == 0, call.err
    first, second = read_rows(tmp_path / "out.jsonl")
    assert (first["id"], first["lang"]) == ("a", "en")
    assert second == {"id": "b", "lang": "unsupported", "moves": []}
    (move,) = [move for move in first["moves"] if move["kind"] == "departure"]
    assert set(move) == MOVE_FIELDS
    assert (move["person"], move["from_org"], move["to_org"]) == ("Jane Roe", "OpenAI", "Meta")
    evidence = move["evidence"]
    source = {"title": "Chief scientist leaves", "text": TEXT}[evidence["field"]]
    assert source[evidence["start"] : evidence["end"]] == evidence["quote"]


def test_half_an_emoji_becomes_a_mark_and_the_article_is_read(departures: Callable[..., Call], tmp_path: Path) -> None:
    """Also by `import`, whose staging files and tables hold UTF-8 alone."""
    article = {"id": "a \ud83d", "title": "Jane Roe leaves \ud83d", "text": f"\ude00 {TEXT}", "source": "s \ud83d"}
    articles = write_articles(tmp_path / "in.jsonl", {**article, "lang": "en", "published": "2026-11-16"})
    home = tmp_path / "home"
    assert departures("detect", articles, "--out", tmp_path / "out.jsonl").code == 0
    (row,) = read_rows(tmp_path / "out.jsonl")
    assert row["id"] == "a \ufffd" and {move["person"] for move in row["moves"]} == {"Jane Roe"}
    for move in row["moves"]:
        evidence = move["evidence"]
        assert {"title": article["title"], "text": article["text"]}[evidence["field"]][
            evidence["start"] : evidence["end"]
        ].replace("\ud83d", "\ufffd").replace("\ude00", "\ufffd") == evidence["quote"]
    call = departures("import", articles, "--as-of", "2026-11-21", "--home", home)
    assert call.code == 0, call.err
    found = departures("sql", "select source_ref from articles", "--format", "json", "--home", home)
    assert json.loads(found.out) == [{"source_ref": "a \ufffd"}]


def test_the_output_never_takes_the_place_of_what_is_read(departures: Callable[..., Call], tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in.jsonl", {"id": "a", "title": "T", "text": TEXT, "lang": "en", "moves": []})
    page = tmp_path / "page.html"
    page.write_text("<p>A page.</p>")
    index = write_articles(tmp_path / "index.jsonl", {"id": "p", "url": "https://x.example/p", "file": "page.html"})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for call in (
        departures("detect", articles, "--out", articles),
        departures("extract", index, "--out", index),
        departures("extract", index, "--out", page),
        departures("evaluate", articles, "--baseline", articles, "--keep"),
    ):
        assert (call.code, call.err.count("\n")) == (2, 1), call.err
        assert "is what is read here, and would be lost; name another file" in call.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_output_may_be_a_pipe(departures: Callable[..., Call], tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in.jsonl", {"id": "a", "title": "T", "text": "Nothing.", "lang": "sv"})
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert departures("detect", articles, "--out", pipe).code == 0
        assert json.loads(os.read(reading, 10_000)) == {"id": "a", "lang": "unsupported", "moves": []}
    finally:
        os.close(reading)
    assert pipe.is_fifo()


def test_many_articles_are_read_in_parallel_and_come_back_in_order() -> None:
    articles = [
        {"id": f"{number}", "title": "", "text": TEXT, "lang": "en", "published": None}
        for number in range(PARALLEL_FROM + 20)
    ]
    done: list[int] = []
    rows = list(detect_articles(articles, workers=2, on_progress=done.append))
    assert [row["id"] for row in rows] == [article["id"] for article in articles]
    assert {json.dumps(row["moves"]) for row in rows} == {json.dumps(rows[0]["moves"])}
    assert rows[0]["moves"]
    assert done[-1] == len(articles)


def test_evaluate_scores_given_predictions(departures: Callable[..., Call], tmp_path: Path) -> None:
    move = {"kind": "departure", "person": "Jane Roe", "from_org": "OpenAI", "to_org": "Meta", "status": "announced"}
    gold = write_articles(
        tmp_path / "gold.jsonl", {"id": "a", "lang": "en", "title": "", "text": TEXT, "moves": [move]}
    )
    right = write_articles(tmp_path / "right.jsonl", {"id": "a", "moves": [move]})
    wrong = write_articles(tmp_path / "wrong.jsonl", {"id": "a", "moves": [{**move, "person": "John Doe"}]})
    figures = json.loads(departures("evaluate", gold, "--predictions", right, "--json").out)
    assert figures["departure"]["macro_f1"] == 1.0
    call = departures("evaluate", gold, "--predictions", wrong, "--errors", 5)
    assert call.code == 0
    assert "missed" in call.err and "John Doe" in call.err


@pytest.mark.parametrize("number", range(5))
def test_offsets_fit_the_seed_articles(number: int, departures: Callable[..., Call], tmp_path: Path) -> None:
    path = sorted(require_shared("seeds").iterdir())[number]
    text = path.read_text(encoding="utf-8")
    articles = write_articles(tmp_path / "in.jsonl", {"id": path.stem, "title": "", "text": text})
    assert departures("detect", articles, "--out", tmp_path / "out.jsonl").code == 0
    (row,) = read_rows(tmp_path / "out.jsonl")
    assert any(move["kind"] == "departure" for move in row["moves"])
    for move in row["moves"]:
        evidence = move["evidence"]
        assert text[evidence["start"] : evidence["end"]] == evidence["quote"]
