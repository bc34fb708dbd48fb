"""The example queries answer what they ask, on a small history that has an answer for each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from include.records import Event, ExodusWindow, Flag, Quarantined, StatusChange
from include.warehouse.arrow import fetch_dicts
from include.warehouse.events import write_events
from include.warehouse.generations import open_read_only
from include.warehouse.quarantine import apply_report
from include.warehouse.runs import write_run
from tests.warehouse.build import T0, Home, article, event, flag, move
from tests.warehouse.queries import read_examples

EXAMPLES = read_examples()
DAY = timedelta(days=1)
PEOPLE = ("Jane Roe", "John Doe", "Ann Poe", "Sue Coe")


def report(home: Home, con: Any, person: str, source: str, *, hours: int, run_id: str, **changes: Any) -> str:
    """An article of a source that tells of a departure from OpenAI; the id of its move."""
    sentence = f"{person} leaves OpenAI for Anthropic."
    of = article(
        source, text=f"{sentence} {source} tells it.", published_at=T0 - timedelta(hours=hours),
        lang=changes.pop("lang", "en"), canonical_url=f"https://{source}.example/{person[:3]}",
    )  # fmt: skip
    said = move(of, sentence, person=person, from_org="OpenAI", to_org="Anthropic", **changes)
    home.load(con, [of], {of.article_id: [said]}, run_id=run_id)
    (move_id,) = con.execute("SELECT move_id FROM store.moves WHERE article_id = ?", [of.article_id]).fetchone()
    return str(move_id)


def leaving(person: str, moves: list[str], **changes: Any) -> Event:
    named = {"person": person, "person_id": f"p-{person}", "from_org": "OpenAI", "from_org_id": "o-openai",
             "to_org": "Anthropic", "to_org_id": "o-anthropic", "role_family": "chief-officer"}  # fmt: skip
    return event(person, moves, **{**named, **changes})


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two runs, a day apart: a rumour that is denied, a group that goes, one who founds, one who is still there."""
    home = Home(tmp_path_factory.mktemp("home"))
    with home.run("r1", T0 - DAY) as con:
        rumour = report(home, con, "John Doe", "gazette", hours=40, run_id="r1", status="rumoured")
        jane = report(home, con, "Jane Roe", "herald", hours=39, run_id="r1", lang="de")
        events = [leaving("John Doe", [rumour], status="rumoured"), leaving("Jane Roe", [jane], languages=("de",))]
        flags: dict[str, Flag] = {each.event_id: flag(each) for each in events}
        write_events(con, events, flags, None, run_id="r1", as_of=T0 - DAY)
        write_run(con, "r1", as_of=T0 - DAY, detector="test/1", counts={})
    with home.run("r2") as con:
        denial = report(home, con, "John Doe", "post", hours=5, run_id="r2", status="denied")
        again = report(home, con, "Jane Roe", "times", hours=20, run_id="r2")
        ann = report(home, con, "Ann Poe", "herald", hours=6, run_id="r2")
        change = StatusChange("denied", T0, denial, "the company denies it")
        jane_id, ann_id = leaving("Jane Roe", []).event_id, leaving("Ann Poe", []).event_id
        events = [
            leaving("John Doe", [rumour, denial], status="denied", history=(change,)),
            leaving("Jane Roe", [jane, again], origins=2, group_event_ids=(ann_id,)),
            leaving("Ann Poe", [ann], group_event_ids=(jane_id,), effective_on="2026-12-31"),
            leaving("Sue Coe", [], to_org=None, to_org_id=None, destination_kind="own-company", role_family="founder"),
        ]
        flags = {each.event_id: flag(each) for each in events}
        window = ExodusWindow("o-openai", "OpenAI", "2026-10-23", "2026-11-21", 3, 0.4, 0.001, 0.004, True,
                              PEOPLE[:3], tuple(each.event_id for each in events[:3]))  # fmt: skip
        write_events(con, events, flags, [window], run_id="r2", as_of=T0)
        apply_report(con, [], [Quarantined("page", "fetch", "page", "http-404", "gone")], run_id="r2", as_of=T0)
        write_run(con, "r2", as_of=T0, detector="test/1", counts={})
    return home


@pytest.fixture(scope="module")
def answers(history: Home) -> dict[str, list[dict[str, Any]]]:
    """The rows that each question gives, by its number."""
    con = open_read_only(history.published, articles_root=history.articles_root)
    try:
        return {question.split(".")[0]: fetch_dicts(con, sql) for question, sql in EXAMPLES.items()}
    finally:
        con.close()


def test_there_are_twenty() -> None:
    assert len(EXAMPLES) == 20


def test_every_question_has_an_answer(answers: dict[str, list[dict[str, Any]]]) -> None:
    assert [number for number, rows in answers.items() if not rows] == []


def test_the_answers_are_right(answers: dict[str, list[dict[str, Any]]]) -> None:
    assert {row["person"] for row in answers["1"]} == {"Jane Roe", "Ann Poe", "Sue Coe"}
    assert {row["person"] for row in answers["2"]} == {"Jane Roe", "Ann Poe"}
    assert {(row["person"], row["status"]) for row in answers["3"]} == {
        ("John Doe", "rumoured"),
        ("Jane Roe", "announced"),
    }
    assert [(row["origin"], row["hours_ahead"]) for row in answers["4"]] == [("herald", 19.0)]
    assert [row["stance"] for row in answers["6"]] == ["denies", "supports"]
    assert [(row["now"], row["hours_until"]) for row in answers["8"]] == [("denied", 24.0)]
    assert [row["person"] for row in answers["9"]] == ["John Doe"]
    assert [row["status"] for row in answers["10"]] == ["rumoured", "denied"]
    assert answers["12"][0] == {"organisation": "Anthropic", "came": 2, "went": 0, "net": 2}
    assert [row["people"] for row in answers["14"]] == [["Ann Poe", "Jane Roe"]]
    assert [row["person"] for row in answers["15"]] == ["Sue Coe"]
    assert [row["person"] for row in answers["16"]] == ["Ann Poe"]
    assert answers["19"][0]["text"].startswith("Jane Roe leaves OpenAI")
    assert answers["20"][0]["which"] == "page: http-404"
