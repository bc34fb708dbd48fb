"""`departures review`: what waits, decisions and their undoing, takedowns, cases; and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.conftest import Call

Departures = Callable[..., Call]
KELLERS = "select count(distinct person_id) as n from events where person like '% Keller'"
_ARTICLES = [
    ("roe-alpha", "Jane Roe leaves Acme Robotics", "2026-11-19",
     "Jane Roe, chief executive of Acme Robotics, is leaving the company, Acme Robotics announced on Thursday."),
    ("roe-beta", "Jane Roe quits Acme Robotics", "2026-11-20",
     "Jane Roe has resigned as chief executive of Acme Robotics, the company said on Thursday."),
    ("poe", "Ben Poe leaves Acme Robotics, says Jane Roe", "2026-11-20",
     "Ben Poe is leaving Acme Robotics, Jane Roe told reporters."),
    ("dana", "Dana Keller leaves Nordwind Systems", "2026-11-18",
     "Dana Keller is leaving Nordwind Systems, the company said on Wednesday."),
    ("diana", "Diana Keller leaves Nordwind Systems", "2026-11-18",
     "Diana Keller is leaving Nordwind Systems, the company said on Wednesday."),
]  # fmt: skip
_LATER = [("roe-later", "Jane Roe leaves Acme Robotics for good", "2026-11-22",
           "Jane Roe has left Acme Robotics. Ben Poe, who had left before her, praised Jane Roe.")]  # fmt: skip


def write_articles(path: Path, articles: list[tuple[str, str, str, str]]) -> Path:
    rest = "The company makes machines and sells them in many countries."
    rows = [
        {"id": name, "source": name, "url": f"https://{name}.example/1", "title": title, "text": f"{text} {rest}",
         "published": day, "lang": "en"}
        for name, title, day, text in articles
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one import; whoever decides something takes a copy."""
    from tests.board.conftest import run_on

    home = tmp_path_factory.mktemp("review") / "home"
    home.mkdir()
    lines = write_articles(home / "articles.jsonl", _ARTICLES).read_text(encoding="utf-8").splitlines()
    run_on(home, [json.loads(line) for line in lines])
    return home


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "home"))


@pytest.fixture
def ask(home: Path, departures: Departures) -> Callable[[str], list[dict[str, Any]]]:
    def rows(sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(departures("sql", sql, "--format", "json", "--home", home).out)
        return found

    return rows


def test_decisions_are_applied_and_taken_back(home: Path, departures: Departures, ask: Callable[..., Any]) -> None:
    def review(*arguments: object) -> str:
        call = departures("review", *arguments, "--home", home)
        assert call.code == 0, call.err
        return call.err

    waiting = json.loads(departures("review", "list", "--json", "--home", home).out)
    (pair,) = waiting["people"]
    assert {pair["left_name"], pair["right_name"]} == {"Dana Keller", "Diana Keller"}
    assert pair["left_quote"] and pair["why"] == "like names at one organisation"
    assert "Dana Keller" in departures("review", "--home", home).out

    review("approve", pair["proposal_id"], "-r", "one person, two spellings", "-a", "Ada")
    review("correct", "Ben Poe", "to_org", "OpenAI", "-r", "his own page says so")
    review("split", "Jane Roe", "--article", "roe-beta", "-r", "another resignation")
    assert len(json.loads(departures("review", "list", "--json", "--home", home).out)["decisions"]) == 3
    assert "3 new decisions applied" in review("apply")
    assert "Nothing waits" in review("apply")
    assert [
        row["n"] for row in ask("select count(distinct person_id) as n from events where person like '% Keller'")
    ] == [1]
    assert ask("select to_org, to_org_id, review from events where person = 'Ben Poe'") == [
        {"to_org": "OpenAI", "to_org_id": "openai", "review": "corrected"}
    ]
    parts = ask("select event_id from events where person = 'Jane Roe' order by first_reported_at")
    assert len(parts) == 2
    log = json.loads(departures("review", "log", "--json", "--home", home).out)
    assert [(entry["kind"], entry["state"]) for entry in log] == [
        ("split", "applied"), ("correct", "applied"), ("merge-entities", "applied"),
    ]  # fmt: skip
    assert (log[2]["author"], log[2]["reason"]) == ("Ada", "one person, two spellings")

    cases = home / "cases.jsonl"
    review("cases", cases)
    (case,) = [json.loads(line) for line in cases.read_text(encoding="utf-8").splitlines()]
    assert {move["to_org"] for move in case["moves"] if move["person"] == "Ben Poe"} == {"OpenAI"}
    assert departures("evaluate", cases).code == 0

    for entry in log:
        review("undo", entry["decision_id"], "-r", "it was right before")
    review("apply")
    states = {
        entry["kind"]: entry["state"] for entry in json.loads(departures("review", "log", "--json", "--home", home).out)
    }
    assert states == {"undo": "applied", "split": "undone", "correct": "undone", "merge-entities": "undone"}
    assert ask("select to_org, review from events where person = 'Ben Poe'") == [{"to_org": None, "review": ""}]
    assert [
        row["n"] for row in ask("select count(distinct person_id) as n from events where person like '% Keller'")
    ] == [2]
    (roe,) = ask("select event_id from events where person = 'Jane Roe'")
    (gone,) = [part["event_id"] for part in parts if part != roe]
    assert f"{gone} was merged into {roe['event_id']} since" in review("approve", gone, "-r", "checked")
    review("apply")
    assert ask("select review from events where person = 'Jane Roe'") == [{"review": "approved"}]


def test_a_date_that_no_calendar_has_stops_no_run(home: Path, departures: Departures, ask: Callable[..., Any]) -> None:
    for value in ("2026-02-31", "2026-13", "2026-00", "0000", "２０２６"):
        refused = departures("review", "correct", "Ben Poe", "date", value, "-r", "x", "--home", home)
        assert refused.code == 2 and refused.err.startswith(f"departures: date {value!r}; 2026, 2026-11 or 2026-11-21")
        assert refused.err.count("\n") == 1
    assert not (home / "inbox").exists()

    (event,) = ask("select event_id from events where person = 'Ben Poe'")
    assert departures("review", "correct", "Ben Poe", "date", "2026-02", "-r", "x", "--home", home).code == 0
    (good,) = (home / "inbox").iterdir()
    decision = json.loads(good.read_text(encoding="utf-8"))
    bad = good.with_name("20260101T000000-older.json")
    bad.write_text(json.dumps({**decision, "decision_id": "older", "value": "2026-02-31"}), encoding="utf-8")
    applied = departures("review", "apply", "--home", home)
    assert applied.code == 0 and "1 new decisions applied" in applied.err, applied.err
    assert f"{bad}:1: date '2026-02-31'" in applied.err
    assert ask("select date, date_precision as p from events where person = 'Ben Poe'") == [
        {"date": "2026-02", "p": "month"}
    ]
    assert event["event_id"] in departures("review", "log", "--json", "--home", home).out


def test_brackets_in_what_a_person_says_are_no_markup(home: Path, departures: Departures) -> None:
    call = departures(
        "review", "correct", "Ben Poe", "to_org", "[/b] [red]Acme", "-r", "so it is called", "--home", home
    )
    assert call.code == 0 and "is [/b] [red]Acme" in call.err
    (home / "inbox" / "x[red].json").write_text("{", encoding="utf-8")
    listed = departures("review", "list", "--home", home)
    assert listed.code == 0 and "x[red].json:1: not valid JSON" in listed.err


def names_in_tables(home: Path, name: str) -> list[str]:
    """Tables of the published file in which a name stands; the texts of the articles are not in the file."""
    with duckdb.connect(str(home / "published" / "departures.duckdb"), read_only=True) as con:
        tables = [
            t for (t,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'store'").fetchall()
        ]
        return [
            table
            for table in tables
            if con.execute(f"SELECT 1 FROM store.{table} t WHERE contains(to_json(t)::VARCHAR, ?)", [name]).fetchone()
        ]


def test_a_takedown_reaches_every_table_and_export_at_once_and_lasts(
    home: Path, departures: Departures, ask: Callable[..., Any]
) -> None:
    (event,) = ask("select event_id, person_id from events where person = 'Jane Roe'")
    assert len(names_in_tables(home, "Jane Roe")) > 3
    assert "Jane Roe" in (home / "digests" / "2026-11-21.txt").read_text(encoding="utf-8")
    call = departures("review", "takedown", "jane roe", "-r", "she asked", "--home", home)
    assert call.code == 0 and "Published" in call.err, call.err

    def check() -> None:
        assert names_in_tables(home, "Roe") == []
        folders = ("exports", "digests", "staging", "parked", "work", "articles", "published")
        files = [p for folder in folders for p in (home / folder).rglob("*") if p.is_file()]
        exported = [p for p in files if p.parent.name in ("exports", "digests") and p.suffix != ".parquet"]
        assert len(exported) >= 7
        assert [p.name for p in files if b"Jane Roe" in p.read_bytes()] == []
        assert [p.name for p in exported if "Roe" in p.read_text(encoding="utf-8")] == []
        texts = [p for p in files if p.suffix == ".parquet"]
        rows = [row for p in texts for row in duckdb.sql(f"SELECT to_json(t) FROM '{p}' t").fetchall()]
        assert len(rows) >= 5
        assert [row for row in rows if "Roe" in row[0]] == []
        (told,) = ask("select text from articles where source_ref = 'poe'")
        assert told["text"].startswith("Ben Poe is leaving Acme Robotics, ████████ told reporters.")
        assert b"Jane Roe" not in (home / "published" / "departures.duckdb").read_bytes()
        assert {row["person"] for row in ask("select person from events")} == {"Ben Poe", "Dana Keller", "Diana Keller"}
        assert {row["person"] for row in ask("select distinct person from moves")} == {
            "Ben Poe", "Dana Keller", "Diana Keller",
        }  # fmt: skip
        quotes = [row["quote"] for row in ask("select quote from evidence where event_id in "
                                              "(select event_id from events where person = 'Ben Poe')")]  # fmt: skip
        assert quotes and all("Ben Poe" in quote for quote in quotes)

    check()
    assert event["person_id"] not in {row["entity_id"] for row in ask("select entity_id from entities")}
    assert "taken down" in departures("review", "approve", event["event_id"], "-r", "x", "--home", home).err
    later = write_articles(home / "later.jsonl", _LATER)
    assert departures("import", later, "--home", home, "--as-of", "2026-11-23").code == 0
    check()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["approve", "e-404", "-r", "x"], "'e-404': no event has this id or person"),
        (["approve", "Keller", "-r", "x"], "'Keller': 2 events fit, name one by its id: e-"),
        (["approve", "Jane Roe", "-r", "  "], "--reason is empty"),
        (["approve", "Jane Roe"], "Missing option '--reason'"),
        (["reject", "same-404", "-r", "x"], "no likeness of this id waits"),
        (["merge", "Jane Roe", "jane roe", "-r", "x"], "are one event already"),
        (["merge", "Jane Roe", "Ben Poe", "-r", "x"], "departures review merge-entities p-"),
        (
            ["split", "Jane Roe", "-r", "x"],
            "name the articles to take out with --article; it rests on roe-alpha, roe-beta",
        ),
        (["split", "Jane Roe", "--article", "poe", "-r", "x"], "--article 'poe': is none of e-"),
        (["split", "Ben Poe", "--article", "poe", "-r", "x"], "these are all its articles"),
        (["correct", "Jane Roe", "score", "3", "-r", "x"], "field 'score'; can be set: kind, person"),
        (["correct", "Jane Roe", "date", "soon", "-r", "x"], "date 'soon'; 2026, 2026-11 or 2026-11-21"),
        (["takedown", "nobody", "-r", "x"], "no event has this id or person"),
        (["takedown", "openai-404", "-r", "x"], "no event has this id or person"),
        (["merge-entities", "p-1", "p-2", "-r", "x"], "'p-1': no person or organisation has this id"),
        (["undo", "cli-1", "-r", "x"], "no decision has this id"),
        (["cases", "/nowhere/x.jsonl"], "the folder /nowhere does not exist"),
    ],
)
def test_what_is_refused(home: Path, departures: Departures, arguments: list[str], said: str) -> None:
    call = departures("review", *arguments, "--home", home)
    assert (call.code, call.err.count("\n")) == (2, 1), call.err
    assert said in call.err
    assert not (home / "inbox").exists() or not list((home / "inbox").iterdir())


def test_home_stands_behind_the_command(home: Path, departures: Departures) -> None:
    call = departures("review", "--home", home, "log")
    assert call.code == 2 and "--home stands behind the command" in call.err


def test_a_file_about_nobody_is_named_at_every_run_and_holds_up_nothing(home: Path, departures: Departures) -> None:
    (home / "inbox").mkdir()
    content = {"decision_id": "d1", "kind": "approve", "subject": "e-404", "author": "ada",
               "at": "2026-11-21T08:00:00+00:00", "reason": "x"}  # fmt: skip
    (home / "inbox" / "a.json").write_text(json.dumps({**content, "decision_id": "d2", "subject": "e-405"}, indent=1))
    from include.resolve.decisions import decision_path, read_decision

    decision = read_decision(home / "inbox" / "a.json")
    assert decision is not None
    file = decision_path(home / "inbox", decision.decision_id, decision.at)
    (home / "inbox" / "a.json").rename(file)
    for _ in range(2):
        call = departures("review", "apply", "--home", home)
        assert call.code == 0, call.err
        assert f"{file}:4: subject 'e-405' is no event that is known" in call.err
