"""Stage files are whole or absent, on a folder and on an object store alike."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.errors import ConfigError
from include.pipeline.run import RunOptions, clean_run_id, open_run, parse_as_of, start_run
from include.pipeline.staging import Staging, write_lines
from include.records import Quarantined
from include.settings import Settings

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
ROWS = [Quarantined("one", "fetch", "page", "timeout", "zwölf"), Quarantined("two", "read", "article", "empty", "字")]


@pytest.fixture(params=["folder", "object-store"])
def staging(request: pytest.FixtureRequest, tmp_path: Path) -> Staging:
    root = str(tmp_path) if request.param == "folder" else f"memory://{uuid.uuid4().hex}"
    return Staging(root, "run-1")


def test_records_are_read_back_and_listed(staging: Staging) -> None:
    assert staging.read_all(Quarantined, "quarantine") == []
    assert staging.write_records("quarantine/b.jsonl", ROWS[1:]) == 1
    assert staging.write_records("quarantine/a.jsonl", ROWS[:1]) == 1
    assert staging.list_files("quarantine") == ["a.jsonl", "b.jsonl"]
    assert staging.read_all(Quarantined, "quarantine") == ROWS
    assert staging.exists("quarantine/a.jsonl")
    staging.remove()
    assert not staging.exists("quarantine/a.jsonl")
    assert staging.list_files("quarantine") == []


def test_a_step_that_has_not_run_is_told_from_one_without_records(staging: Staging) -> None:
    staging.write_records("items.jsonl", [])
    assert staging.read_records(Quarantined, "items.jsonl") == []
    with pytest.raises(FileNotFoundError):
        staging.read_records(Quarantined, "pages.jsonl")


def test_a_writer_that_dies_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    write_lines(path, ["before"])

    def dying() -> Any:
        yield "half"
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        write_lines(path, dying())
    assert path.read_text(encoding="utf-8") == "before\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["items.jsonl"]


@pytest.mark.parametrize(
    "text", ["9999-12-31", "0001-01-01", "1969-12-31", "2101-01-01", "0001-01-01T00:00+14:00", "1970-01-01T00:00+14:00"]
)
def test_a_time_with_which_no_step_can_reckon_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^--as-of '.*': a day from 1970 to 2100 is expected$"):
        parse_as_of(text)


def test_a_run_is_opened_again_as_it_was_started(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path)
    options = RunOptions(sources=str(tmp_path / "feeds.yaml"), limit=7, force=True)
    started = start_run(settings, run_id="manual__2026-11-21T06:00:00+00:00", as_of=AS_OF, options=options)
    assert started.run_id == "manual__2026-11-21T06-00-00-00-00"
    assert open_run(settings, "manual__2026-11-21T06:00:00+00:00") == started


def test_a_run_of_another_version_is_for_the_alerts_alone(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path)
    started = start_run(settings, run_id="r", as_of=AS_OF)
    kept = started.staging.read_json("run.json")
    started.staging.write_json("run.json", {**kept, "version": "0.0.1"})
    with pytest.raises(ConfigError, match=r"^r: started by Departure Board 0\.0\.1, and this process is \d"):
        open_run(settings, "r")
    assert open_run(settings, "r", of_any_version=True) == started


def test_an_unknown_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no-such-run: this run has no staging folder"):
        open_run(Settings.from_env({}, home=tmp_path), "no-such-run")


def test_a_home_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file")
    with pytest.raises(ConfigError) as error:
        start_run(Settings.from_env({}, home=home), run_id="r", as_of=AS_OF)
    assert f"DEPARTURES_HOME={home}" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T06:00:00Z", AS_OF),
        ("2026-11-21T08:00:00+02:00", AS_OF),
    ],
)
def test_times_are_utc(text: str, moment: datetime) -> None:
    assert parse_as_of(text) == moment


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="--as-of 'yesterday': not an ISO time"):
        parse_as_of("yesterday")


def test_run_ids_are_file_names() -> None:
    assert clean_run_id("../../etc/passwd") == "etc-passwd"
    assert clean_run_id("///") == "run"
