"""Faults of the machine around a command, and files that are not what they should be: one line, and nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home in force."""
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("DEPARTURES_HOME", str(place))
    return place


ARTICLE = {"id": "a-1", "lang": "en", "title": "", "text": "Jane Roe has resigned from Kestrel Forge.", "moves": []}
LONG = "/tmp/" + "x" * 300


def _write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def _is_one_line(call: Call, *parts: str) -> bool:
    return call.code == 2 and call.err.startswith("departures: ") and call.err.count("\n") == 1 and all(
        part in call.err for part in parts
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [("board", "--home", LONG), ("run", "--sources", LONG), ("backup", LONG), ("sources", "export-opml", LONG)],
)
def test_a_name_that_is_too_long_is_one_line(departures: Callable[..., Call], arguments: tuple[str, ...]) -> None:
    call = departures(*arguments)
    assert _is_one_line(call, "File name too long"), call.err
    assert len(call.err) < 300


@pytest.mark.parametrize("name", ["alerts", "digests", "exports", "inbox"])
def test_a_file_in_the_place_of_a_folder_is_named(
    departures: Callable[..., Call], home: Path, tmp_path: Path, name: str
) -> None:
    (home / name).write_text("", encoding="utf-8")
    news = _write(tmp_path / "news.jsonl", {k: v for k, v in ARTICLE.items() if k != "moves"})
    assert _is_one_line(departures("import", news), str(home / name), "move it away")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_a_terminal_that_does_not_know_a_letter_gets_an_escape(encoding: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "DEPARTURES_HOME": str(tmp_path)}
    command = [sys.executable, "-c", "from include.cli.main import main; main()", "sources", "list"]
    done = subprocess.run(command, env=environment, capture_output=True)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"\\u" in done.stdout


def test_a_closed_output_is_no_fault(tmp_path: Path) -> None:
    program = f"{sys.executable} -c 'from include.cli.main import main; main()' doctor >&-"
    environment = {**os.environ, "DEPARTURES_HOME": str(tmp_path)}
    done = subprocess.run(["sh", "-c", program], env=environment, capture_output=True, text=True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("detect", "NEWS", "--out"), ("sources", "export-opml")])
def test_no_output_takes_the_place_of_a_database(
    departures: Callable[..., Call], tmp_path: Path, command: tuple[str, ...]
) -> None:
    import duckdb

    database = tmp_path / "departures.duckdb"
    duckdb.connect(str(database)).close()
    before = database.read_bytes()
    news = _write(tmp_path / "news.jsonl", {k: v for k, v in ARTICLE.items() if k != "moves"})
    call = departures(*(news if part == "NEWS" else part for part in command), database)
    assert _is_one_line(call, "DuckDB database"), call.err
    assert database.read_bytes() == before


MOVE = {"kind": "departure", "person": "Jane Roe", "from_org": "Kestrel Forge"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"moves": ["x"]}, "a move must be an object"),
        ({"moves": [{}]}, "'kind'"),
        ({"moves": [MOVE | {"person": 5}]}, "'person'"),
        ({"moves": [MOVE | {"from_org": ["x"]}]}, "'from_org'"),
        ({"moves": [MOVE | {"from_aliases": "x"}]}, "'from_aliases'"),
        ({"published": 5}, "'published'"),
    ],
)
def test_an_annotation_that_cannot_be_evaluated_is_named(
    departures: Callable[..., Call], tmp_path: Path, changes: dict[str, object], named: str
) -> None:
    assert _is_one_line(
        departures("evaluate", _write(tmp_path / "gold.jsonl", ARTICLE | changes)), "gold.jsonl:1", named
    )


@pytest.mark.parametrize("baseline", ["[]", "5", '{"en": null}', '{"en": "x"}'])
def test_a_baseline_that_is_none_is_named(departures: Callable[..., Call], tmp_path: Path, baseline: str) -> None:
    (tmp_path / "base.json").write_text(baseline, encoding="utf-8")
    gold = _write(tmp_path / "gold.jsonl", ARTICLE)
    assert _is_one_line(departures("evaluate", gold, "--baseline", tmp_path / "base.json"), "base.json", "no baseline")


@pytest.mark.parametrize("name", ["feeds.yaml", "watchlist.yaml", "departures.toml"])
def test_a_link_that_leads_nowhere_is_not_passed_over(departures: Callable[..., Call], home: Path, name: str) -> None:
    (home / name).symlink_to("/nowhere/at/all")
    call = departures("doctor")
    assert name in call.out + call.err
    assert call.code != 0


def test_an_empty_time_is_no_time(departures: Callable[..., Call], tmp_path: Path) -> None:
    news = _write(tmp_path / "news.jsonl", {k: v for k, v in ARTICLE.items() if k != "moves"})
    assert _is_one_line(departures("import", news, "--as-of", ""), "--as-of")
    assert _is_one_line(departures("reprocess", "--since", ""), "--since")


def test_a_byte_that_is_not_utf_8_is_named_with_its_line(departures: Callable[..., Call], tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(n), "title": "t", "text": "x" * 50}).encode() + b"\n" for n in range(2000)]
    news = tmp_path / "news.jsonl"
    news.write_bytes(b"".join(lines) + b'{"id": "bad", "title": "caf\xe9", "text": "x"}\n')
    assert _is_one_line(departures("detect", news, "--out", tmp_path / "out.jsonl"), "news.jsonl:2001", "byte 27")


def test_a_wrong_setting_of_the_home_names_its_file(departures: Callable[..., Call], home: Path) -> None:
    (home / "departures.toml").write_text('host_delay = "soon"\n', encoding="utf-8")
    assert _is_one_line(departures("sources", "list"), "departures.toml", "DEPARTURES_HOST_DELAY")


def test_of_two_articles_with_one_url_the_earlier_is_held(
    departures: Callable[..., Call], home: Path, tmp_path: Path
) -> None:
    one = {
        "id": "1",
        "title": "Tom Doe leaves Anthropic",
        "text": "Tom Doe has left Anthropic, it said.",
        "url": "https://x.example/live",
    }
    other = one | {"id": "2", "title": "Lea Fox leaves Cohere", "text": "Lea Fox has left Cohere."}
    dated = [one | {"published": "2026-03-03"}, other | {"published": "2026-03-04"}]
    done = departures("import", _write(tmp_path / "news.jsonl", *dated), "--as-of", "2026-03-05T09:00Z")
    assert done.code == 0
    assert "same-url" in done.out + done.err
    assert "Lea Fox leaves Cohere" in departures("sql", "select title from articles", "--format", "csv").out
    held = departures("quarantine", "list")
    assert "same-url" in held.out
