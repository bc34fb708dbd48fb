"""The SQL page: what it answers, and what it does not let happen."""

from __future__ import annotations

import csv
import io
import re
import time

import pytest
from starlette.testclient import TestClient

from include.board import query
from include.board.query import EXAMPLES

HERE = {"Sec-Fetch-Site": "same-origin"}


def test_an_answer_and_its_download(reader_client: TestClient) -> None:
    text = "SELECT person, score FROM notable_departures ORDER BY score DESC"
    page = reader_client.get("/sql", params={"q": text}, headers=HERE)
    assert page.status_code == 200 and "Ilya Sutskever" in page.text
    file = reader_client.get("/sql.csv", params={"q": text}, headers=HERE)
    assert file.headers["content-disposition"] == 'attachment; filename="departures.csv"'
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert rows[0] == ["person", "score"] and len(rows) > 10


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_runs(reader_client: TestClient, name: str) -> None:
    page = reader_client.get("/sql", params={"q": EXAMPLES[name]}, headers=HERE)
    assert page.status_code == 200 and re.search(r"rows?</b> in \d", page.text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DELETE FROM store.moves", "reading statement"),
        ("SELECT * FROM read_text('/etc/passwd')", ""),
        ("ATTACH '/tmp/x.duckdb'", "reading statement"),
        ("COPY events TO '/tmp/x.csv'", "reading statement"),
        ("SELECT 1; SELECT 2", "one reading statement"),
        ("SELEC 1", ""),
        ("x" * 20_000, "10,000 characters"),
    ],
)
def test_what_cannot_be_asked(reader_client: TestClient, text: str, said: str) -> None:
    answer = reader_client.get("/sql", params={"q": text}, headers=HERE)
    assert answer.status_code == 400 and "No answer" in answer.text and said in answer.text
    assert "root:" not in answer.text
    assert reader_client.get("/sql.csv", params={"q": text}, headers=HERE).status_code == 400


def test_a_query_without_end_is_stopped(reader_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "TIMEOUT_S", 0.5)
    monkeypatch.setattr("include.warehouse.query._GRACE_S", 1.0)
    started = time.monotonic()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    answer = reader_client.get("/sql", params={"q": endless}, headers=HERE)
    assert answer.status_code == 400 and "was stopped" in answer.text
    assert time.monotonic() - started < 60


def test_a_link_from_elsewhere_fills_in_and_does_not_run(reader_client: TestClient) -> None:
    answer = reader_client.get("/sql", params={"q": "SELECT 4321 * 2"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert "then press Run" in answer.text and "8642" not in answer.text
    assert reader_client.get("/sql.csv?q=SELECT+1", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_no_more_than_two_children(reader_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query._slots, "acquire", lambda timeout: False)
    assert reader_client.get("/sql?q=SELECT+1", headers=HERE).status_code == 503


def test_no_cell_is_a_formula_and_a_number_stays_one(reader_client: TestClient) -> None:
    text = "SELECT '=1+1', ' @x', '＝cmd', '-x', -4.5, 'plain', 1e-9::DOUBLE, ['-a']"
    file = reader_client.get("/sql.csv", params={"q": text}, headers=HERE)
    cells = list(csv.reader(io.StringIO(file.text)))[1]
    assert cells == ["'=1+1", "' @x", "'＝cmd", "'-x", "-4.5", "plain", "1e-09", '["-a"]']
