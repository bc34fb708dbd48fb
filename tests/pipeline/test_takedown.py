"""What a takedown does to files that runs left: staging, parked batches, digests, differences of reprocessings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from include.pipeline.run import RunContext, RunOptions, start_run
from include.pipeline.takedown import forget_files
from include.resolve.decisions import plan_takedown, write_decision
from include.settings import Settings

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)


def begin(home: Path, *names: str) -> RunContext:
    """A run in a home in which the people of these names were taken down."""
    settings = Settings.from_env({}, home=home)
    if names:
        write_decision(settings.inbox, plan_takedown("p-1", names, [], author="ana", at=AT, reason="asked"))
    return start_run(settings, run_id="one", as_of=AT, options=RunOptions(origin="import"))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_name_goes_out_of_what_runs_left(tmp_path: Path) -> None:
    run = begin(tmp_path, "Jane Roe", "Roe", "李飞飞")
    record = {
        "title": "Acme:\nJane Roe goes",
        "text": "So Roe said. 李飞飞离职",
        "moves": [{"person": "Jane Roe"}],
        "url": "https://a.example/jane-roe",
        "n": 1,
    }
    other = {"title": "Tom Roe goes", "url": "https://a.example/tom"}
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (record, other))
    staged = write(tmp_path / "staging" / "old" / "articles" / "00001.jsonl", lines)
    parked = write(tmp_path / "parked" / "old" / "articles.jsonl", lines)
    difference = write(
        tmp_path / "reprocess" / "old" / "diff.jsonl", json.dumps({"after": {"person": "Jane Roe"}}) + "\n"
    )
    digest = write(tmp_path / "digests" / "2026-11-20.txt", "Jane Roe leaves Acme\nTom Roe leaves Foo\n")
    forget_files(duckdb.connect(), run)
    for path in (staged, parked):
        first, second = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        assert first == {
            "title": "Acme:\n████████ goes", "text": "So ███ said. ███离职", "moves": [], "n": 1,
            "url": "https://a.example/jane-roe",
        }  # fmt: skip
        assert second == other
    assert json.loads(difference.read_text(encoding="utf-8")) == {"after": {"person": "████████"}}
    assert digest.read_text(encoding="utf-8") == "████████ leaves Acme\nTom Roe leaves Foo\n"


def test_where_nobody_was_taken_down_nothing_is_touched(tmp_path: Path) -> None:
    run = begin(tmp_path)
    staged = write(tmp_path / "staging" / "old" / "articles" / "00001.jsonl", '{"title": "Jane Roe goes"}\nnot JSON\n')
    before = staged.stat().st_mtime_ns
    forget_files(duckdb.connect(), run)
    assert staged.stat().st_mtime_ns == before


def test_a_line_that_is_no_json_is_cleaned_too(tmp_path: Path) -> None:
    run = begin(tmp_path, "Jane Roe")
    staged = write(tmp_path / "staging" / "old" / "part.jsonl", '{"title": "Jane Roe go\n')
    forget_files(duckdb.connect(), run)
    assert staged.read_text(encoding="utf-8") == '{"title": "████████ go\n'
