"""`departures backup`, `restore`, `maintain`, `quarantine` and `reprocess`, as a person calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from include.records import Quarantined
from include.warehouse.quarantine import apply_report
from tests.cli.conftest import Call
from tests.warehouse.build import T0, Home, article

Departures = Callable[..., Call]
COUNT = "select count(*) as n from articles where text is not null"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two articles, a page in quarantine and an article that is held."""
    made = Home(tmp_path / "home")
    held = article("held", text="Nothing of it is true.")
    with made.run("r1") as con:
        made.load(con, [article("alpha"), article("beta", text="Nothing moved today."), held], {})
        refused = [
            Quarantined("p1", "fetch", "page", "http-404", "https://x.example/1: http-404", "{}", "alpha"),
            Quarantined(held.article_id, "check", "article", "bad-url", "the address is one of the web: not met"),
        ]
        apply_report(con, [], refused, run_id="r1", as_of=T0)
    return made.path


def test_a_backup_is_restored_by_one_command_each(home: Path, tmp_path: Path, departures: Departures) -> None:
    (tmp_path / "b").mkdir()
    made = departures("backup", tmp_path / "b" / "all.tar", "--home", home)
    assert made.code == 0 and "generation 1, 2 articles" in made.err
    restored = departures("restore", tmp_path / "b" / "all.tar", "--home", tmp_path / "other")
    assert restored.code == 0 and "generation 1, 2 articles" in restored.err
    found = departures("sql", COUNT, "--format", "json", "--home", tmp_path / "other").out
    assert json.loads(found) == [{"n": 2}]


def _damage_texts(home: Path) -> None:
    for path in (home / "articles").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:100])


def test_restoring_says_that_something_is_kept_only_where_it_is(
    home: Path, tmp_path: Path, departures: Departures
) -> None:
    departures("backup", tmp_path / "all.tar", "--home", home)
    assert "before-restore" not in departures("restore", tmp_path / "all.tar", "--home", tmp_path / "other").err
    assert "before-restore" in departures("restore", tmp_path / "all.tar", "--home", tmp_path / "other").err


def test_a_backup_with_damaged_texts_is_refused_in_one_line(
    home: Path, tmp_path: Path, departures: Departures
) -> None:  # fmt: skip
    import tarfile

    departures("backup", tmp_path / "all.tar", "--home", home)
    with tarfile.open(tmp_path / "all.tar") as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    _damage_texts(tmp_path / "unpacked")
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        for path in sorted((tmp_path / "unpacked").rglob("*")):
            if path.is_file():
                tar.add(path, path.relative_to(tmp_path / "unpacked").as_posix())
    call = departures("restore", tmp_path / "bad.tar", "--home", tmp_path / "other")
    assert (call.code, call.err.count("\n")) == (2, 1)
    assert "not a whole backup" in call.err


def test_texts_that_are_damaged_or_gone_are_named_by_doctor(home: Path, departures: Departures) -> None:
    _damage_texts(home)
    damaged = departures("doctor", "--home", home)
    assert damaged.code == 1
    assert ".parquet: damaged or cut short" in damaged.out
    for path in (home / "articles").rglob("*.parquet"):
        if path.parent != home / "articles":
            path.unlink()
    gone = departures("doctor", "--home", home)
    assert gone.code == 1


def test_an_answer_as_json_keeps_every_column_and_any_value(home: Path, departures: Departures) -> None:
    query = "select 1 as id, 2 as id, 3 as id_1, date 'infinity' as day, 'nan'::double as n, ['-inf'::double] as m"
    (row,) = json.loads(departures("sql", query, "--format", "json", "--home", home).out)
    assert row == {"id": 1, "id_1": 2, "id_1_1": 3, "day": "infinity", "n": "nan", "m": ["-inf"]}
    for style in ("table", "csv"):
        call = departures("sql", query, "--format", style, "--home", home)
        assert call.code == 0 and "infinity" in call.out
    assert "[/b] [red]" in departures("sql", 'select 1 as "[/b] [red]"', "--home", home).out


def test_what_is_held_is_shown_and_let_go(home: Path, departures: Departures) -> None:
    listed = departures("quarantine", "list", "--home", home)
    assert "http-404" in listed.out and "bad-url" in listed.out and "2 records are held" in listed.err
    record = article("held").article_id
    call = departures("quarantine", "release", record, "--reason", "it is right", "--author", "ada", "--home", home)
    assert call.code == 0, call.err
    (path,) = (home / "inbox").glob("*.json")
    decision = json.loads(path.read_text(encoding="utf-8"))
    assert (decision["kind"], decision["subject"], decision["author"]) == ("quarantine-release", record, "ada")


def test_upkeep_says_what_it_did(home: Path, departures: Departures) -> None:
    call = departures("maintain", "--as-of", "2027-12-01", "--home", home)
    assert call.code == 0, call.err
    assert "2 rows kept no longer" in call.err
    assert "0 records are held" in departures("quarantine", "list", "--home", home).err


def test_a_reprocessing_is_shown_and_accepted(home: Path, departures: Departures) -> None:
    """The stored words were read by no detector yet."""
    call = departures("reprocess", "--as-of", "2026-11-22", "--home", home)
    assert call.code == 0, call.err
    assert "+ departure: Ada Lovelace, Babbage Labs" in call.out and "“Ada Lovelace leaves Babbage Labs.”" in call.out
    assert "1 events gained, 0 lost, 0 changed" in call.out and "departures reprocess accept" in call.out
    lines = departures("reprocess", "show", "--json", "--home", home).out.splitlines()
    assert [json.loads(line)["change"] for line in lines] == ["gained"]
    assert json.loads(departures("sql", "from events", "--format", "json", "--home", home).out) == []
    assert departures("reprocess", "accept", "--home", home).code == 0
    person = departures("sql", "select person from events", "--format", "json", "--home", home).out
    assert json.loads(person) == [{"person": "Ada Lovelace"}]
    assert "It was accepted." in departures("reprocess", "show", reprocessing(home), "--home", home).out


def reprocessing(home: Path) -> str:
    (folder,) = (home / "reprocess").iterdir()
    return folder.name


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("backup", "b.tar"), "nothing has been published yet"),
        (("restore", "absent.tar"), "absent.tar: no such file"),
        (("quarantine", "list"), "nothing has been published yet"),
        (("reprocess",), "nothing is published to compare with"),
        (("reprocess", "--since", "soon"), "--since 'soon': not an ISO date"),
        (("reprocess", "accept"), "no reprocessing waits for a decision"),
        (("reprocess", "drop", "r9"), "r9: no such reprocessing"),
    ],
)
def test_a_wrong_call_is_one_line(
    arguments: tuple[str, ...],
    words: str,
    departures: Departures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    call = departures(*arguments)
    assert call.code == 2 and words in call.err, call
    assert call.err.splitlines()[-1].startswith("departures: ") and "Traceback" not in call.err
    assert not Path("b.tar").exists()


def test_a_record_that_is_not_held(home: Path, departures: Departures) -> None:
    call = departures("quarantine", "release", "nothing", "--reason", "x", "--home", home)
    assert call.code == 2 and "no such record is held" in call.err
    assert not (home / "inbox").exists()
