"""Exports: parsed by those who read them, safe in a spreadsheet, whole or not there."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.publish import exports
from include.publish.atom import entry_id, render_feed
from include.publish.digest import render_digest
from include.publish.exports import neutralise_formula, render_csv, render_jsonl, write_exports
from include.publish.rows import COLUMNS
from tests.publish.rows import AS_OF, BASE_URL, row


def feed_of(*rows: dict[str, Any], at: datetime = AS_OF, base_url: str = BASE_URL) -> Any:
    feed = feedparser.parse(render_feed(rows, base_url=base_url, updated_at=at).encode())
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def test_every_file_is_written_and_written_again_the_same(tmp_path: Path) -> None:
    flows = [{"quarter": "2026-Q4", "from_org": "OpenAI", "to_org": "=Meta", "people": 3}]
    balances = [{"quarter": "2026-Q4", "organisation": "=Meta", "came": 3, "went": 5, "net": -2}]
    tables = {"flows": flows, "balances": balances}
    rows = [row("e-1"), row("e-2", "Ben Example", flagged=False)]
    files = write_exports(rows, tmp_path, base_url=BASE_URL, updated_at=AS_OF, **tables)
    assert [file.name for file in files] == [
        "departures.csv", "departures.jsonl", "departures.parquet", "departures.atom", "talent_flow.csv",
        "talent_balance.csv",
    ]  # fmt: skip
    assert {file.name for file in files} == {path.name for path in tmp_path.iterdir()}
    first = [file.read_bytes() for file in files]
    write_exports(list(reversed(rows)), tmp_path, base_url=BASE_URL, updated_at=AS_OF, **tables)
    assert [file.read_bytes() for file in files] == first
    assert (tmp_path / "talent_flow.csv").read_text() == "quarter,from_org,to_org,people\n2026-Q4,OpenAI,'=Meta,3\n"
    assert (
        tmp_path / "talent_balance.csv"
    ).read_text() == "quarter,organisation,came,went,net\n2026-Q4,'=Meta,3,5,-2\n"


def test_csv_reads_back() -> None:
    (read,) = csv.DictReader(io.StringIO(render_csv([row(person='Ana "A, B"\nExample')], BASE_URL)))
    assert read["person"] == 'Ana "A, B"\nExample'
    assert read["languages"] == "en; id; zh-Hant"
    assert read["url"] == f"{BASE_URL}/event/e-1"
    assert list(read) == [*COLUMNS, "url"]


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "＠x", "\u00a0=cmd|' /C calc'!A0"],
)
def test_a_formula_is_text(value: str) -> None:
    (read,) = csv.DictReader(io.StringIO(render_csv([row(person=value, role_from=value)], BASE_URL), newline=""))
    assert read["person"] == read["role_from"] == "'" + value


@given(st.text())
def test_no_text_cell_begins_as_a_formula(text: str) -> None:
    cell = neutralise_formula(text)
    assert cell in (text, "'" + text)
    assert not cell.lstrip(" \u00a0\u3000").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_jsonl_keeps_values_as_they_are_with_evidence() -> None:
    (read,) = map(json.loads, render_jsonl([row(person="=Ана", first_reported_at=AS_OF)], BASE_URL).splitlines())
    assert read["person"] == "=Ана"
    assert read["evidence"][1]["lang"] == "id"
    assert read["first_reported_at"] == AS_OF.isoformat()


def test_parquet_has_types(tmp_path: Path) -> None:
    write_exports([row(), row("e-2", to_org=None, score=None)], tmp_path, base_url=BASE_URL, updated_at=AS_OF)
    table = pq.read_table(tmp_path / "departures.parquet")
    assert table.num_rows == 2
    kinds = {
        name: str(table.schema.field(name).type) for name in ("origins", "score", "flagged", "languages", "person")
    }
    assert kinds == {
        "origins": "int64", "score": "double", "flagged": "bool", "languages": "list<element: string>",
        "person": "string",
    }  # fmt: skip
    assert table["languages"][0].as_py() == ["en", "id", "zh-Hant"]


def test_an_empty_board_exports_headers(tmp_path: Path) -> None:
    files = write_exports([], tmp_path, base_url=BASE_URL, updated_at=AS_OF)
    assert files[0].read_text().count("\n") == 1
    assert pq.read_table(files[2]).num_rows == 0
    assert feedparser.parse(str(files[3])).bozo is False


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_exports([row()], tmp_path, base_url=BASE_URL, updated_at=AS_OF)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(exports, "_write_parquet", fail)
    with pytest.raises(OSError, match="no space"):
        write_exports([row()], tmp_path, base_url=BASE_URL, updated_at=AS_OF)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_feed_holds_the_flagged_departures_with_reasons_and_evidence(tmp_path: Path) -> None:
    files = write_exports([row(), row("e-2", flagged=False)], tmp_path, base_url=BASE_URL, updated_at=AS_OF)
    feed = feedparser.parse(str(files[3]))
    (entry,) = feed.entries
    assert entry.title == "Ana Example: OpenAI → Microsoft (VP Research)"
    assert entry.link == f"{BASE_URL}/event/e-1"
    assert "co-founder +26" in entry.content[0].value
    assert 'lang="id"' in entry.content[0].value
    assert "https://news.example/a?x=1&amp;y=2" in entry.content[0].value


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"status": "rumoured", "doubt": "a rumour"}, "Rumoured: Ana Example: OpenAI → Microsoft (VP Research)"),
        ({"doubt": "read with 55% confidence"}, "Unsure: Ana Example: OpenAI → Microsoft (VP Research)"),
    ],
)
def test_what_is_in_doubt_is_no_fact_in_a_feed_or_a_subject(changes: dict[str, Any], title: str) -> None:
    (entry,) = feed_of(row(**changes)).entries
    assert entry.title == title
    assert changes["doubt"] in entry.content[0].value
    assert render_digest([row(**changes)], as_of=AS_OF, base_url=BASE_URL).subject == title


def test_ids_do_not_depend_on_where_the_board_is() -> None:
    here, there = feed_of(row()), feed_of(row(), base_url="http://127.0.0.1:8080/departures")
    assert here.entries[0].id == there.entries[0].id == entry_id("e-1")
    assert here.feed.id == there.feed.id


def test_publishing_again_does_not_change_an_entry() -> None:
    first, second = feed_of(row()), feed_of(row(), at=AS_OF + timedelta(days=3))
    assert first.entries[0].updated == second.entries[0].updated == first.entries[0].published


def test_a_denial_is_an_entry_of_its_own_beside_the_first() -> None:
    denial = {"quote": "No.", "lang": "en", "stance": "denies", "published_at": "2026-11-21T12:00:00+00:00"}
    feed = feed_of(row(status="denied", evidence=[denial]))
    denied, first = feed.entries
    assert denied.title == "Denied: Ana Example: OpenAI → Microsoft (VP Research)"
    assert first.id == entry_id("e-1") != denied.id
    assert {"rel": "related", "href": first.id} in [{"rel": link.rel, "href": link.href} for link in denied.links]
    assert denied.published == "2026-11-21T12:00:00Z"
    assert first.published == "2026-11-20T09:20:00Z"


def test_who_read_of_a_departure_in_the_feed_reads_there_of_its_denial(tmp_path: Path) -> None:
    never_told = row("e-2", "Ben Example", status="denied", flagged=False)
    titles = []
    for status, flagged in (("reported", True), ("denied", False), ("denied", False)):
        rows = [row(status=status, flagged=flagged), never_told]
        write_exports(rows, tmp_path, base_url=BASE_URL, updated_at=AS_OF)
        titles.append(
            [entry.title.split(":")[0] for entry in feedparser.parse(str(tmp_path / "departures.atom")).entries]
        )
    assert titles == [["Ana Example"], ["Denied", "Ana Example"], ["Denied", "Ana Example"]]


def test_the_feed_withdraws_what_a_person_rejected_and_the_tables_leave_it_out(tmp_path: Path) -> None:
    write_exports([row()], tmp_path, base_url=BASE_URL, updated_at=AS_OF)
    gone = row(status="retracted", flagged=False, review="rejected")
    write_exports([], tmp_path, base_url=BASE_URL, updated_at=AS_OF, rejected=[gone, gone | {"event_id": "e-9"}])
    feed = feedparser.parse(str(tmp_path / "departures.atom"))
    assert [entry.title.split(":")[0] for entry in feed.entries] == ["Retracted", "Ana Example"]
    assert (tmp_path / "departures.jsonl").read_text() == ""


def test_hostile_text_stays_text() -> None:
    evil = '</title><script>alert(1)</script>\x00\x0b\ud800 & "x"'
    (entry,) = feed_of(
        row(person=evil, reasons=[evil], evidence=[{"quote": evil, "url": "javascript:alert(1)", "lang": '"x'}])
    ).entries
    assert entry.title.startswith("</title><script>alert(1)</script>")
    assert entry.title_detail.type == "text/plain"
    assert "<script" not in entry.content[0].value
    assert "javascript:" not in entry.content[0].value


@given(st.text(), st.text())
def test_any_text_makes_a_feed_that_parses(person: str, quote: str) -> None:
    feed = feed_of(row(person=person, evidence=[{"quote": quote, "url": "https://x.example", "lang": "en"}]))
    assert len(feed.entries) == 1
