"""Pages, filters and errors, asked without a browser."""

from __future__ import annotations

import html
import re
import shutil
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import feedparser
import pytest
from starlette.testclient import TestClient

from include.board.filters import parse_filters
from include.resolve.decisions import Decision, write_decision
from tests.board.conftest import AS_OF, NOW, Ask, client_of

PAGES = (
    "/", "/organisations", "/flow", "/flow?quarter=all", "/sources", "/quality", "/sql", "/review", "/run",
    "/corrections",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_with_a_strict_policy_and_is_small(reader_client: TestClient, path: str) -> None:
    answer = reader_client.get(path)
    assert answer.status_code == 200
    assert len(answer.content) < 300_000
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?! src)|<style|style=|\son\w+=", answer.text)
    assert answer.text.count("<h1") == 1


def test_the_board_shows_what_is_flagged_newest_first(reader_client: TestClient, ask: Ask) -> None:
    page = reader_client.get("/").text
    flagged = ask(
        "SELECT person FROM notable_departures ORDER BY first_reported_at DESC NULLS LAST, score DESC, event_id"
    )
    shown = re.findall(r'<h2><a href="/event/[^"]+"><bdi>([^<]+)</bdi>', page)
    assert shown == [row["person"] for row in flagged][:25]
    assert f"<b>{len(flagged)}</b> of {len(flagged)}" in page


@pytest.mark.parametrize(
    ("query", "sql"),
    [
        ("q=sutskever", "person ILIKE '%sutskever%'"),
        ("q=Sébastien+openai", "person LIKE 'Sébastien%'"),
        ("q=sebastien", "person LIKE 'Sébastien%'"),
        ("person=wei", "person ILIKE '%wei%'"),
        ("organisation=META", "from_org = 'Meta' OR to_org = 'Meta'"),
        ("status=reported", "status = 'reported'"),
        ("language=ja", "list_contains(languages, 'ja')"),
        ("score=100", "score >= 100"),
        ("since=2024-10-01&until=2024-12-31", "first_reported_at BETWEEN '2024-10-01' AND '2025-01-01'"),
        ("role=chief", "concat(role_from, role_to, role_family) ILIKE '%chief%'"),
    ],
)
def test_filters(reader_client: TestClient, ask: Ask, query: str, sql: str) -> None:
    wanted = ask(f"SELECT count(*) AS n FROM departures WHERE {sql}")[0]["n"]
    assert reader_client.get(f"/count?scope=departures&{query}").json()["matching"] == wanted
    assert wanted or "role" in query
    assert f"<b>{wanted}</b> of" in reader_client.get(f"/?scope=departures&{query}").text


def test_a_person_is_found_by_the_name_in_another_script(reader_client: TestClient, ask: Ask) -> None:
    aliases = ask(
        "SELECT p.name, a.alias FROM entities p, unnest(p.aliases) a(alias) JOIN events e ON e.person_id = p.entity_id "
        "WHERE p.kind = 'person' AND NOT regexp_matches(a.alias, '[A-Za-z]')"
    )
    assert aliases
    for row in aliases[:3]:
        assert reader_client.get("/count", params={"scope": "events", "q": row["alias"]}).json()["matching"] > 0


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("score=high", "is no score"),
        ("score=\u0663", "is no score"),
        ("since=yesterday", "is no day"),
        ("since=2026-02-30", "is no day"),
        ("since=2026-02-03&until=2026-01-01", "swap the two"),
        ("status=gone", "choose one of the list"),
        ("language=xx", "choose one of the list"),
        ("scope=%27%20OR%201", "choose one of the list"),
        ("page=0", "begin with the first"),
        ("page=99999999999999999999", "begin with the first"),
        ("q=" + "x" * 5000, "shorten it"),
    ],
)
def test_nonsense_in_a_filter_is_named(reader_client: TestClient, query: str, said: str) -> None:
    answer = reader_client.get(f"/?{query}")
    assert answer.status_code == 400
    assert said in answer.text and "This filter makes no sense" in answer.text
    assert reader_client.get(f"/count?{query}").status_code == 400


def test_sql_signs_in_a_filter_are_text(reader_client: TestClient) -> None:
    for text in ("'; DROP TABLE x; --", "%", "_", "\\", "' OR '1'='1", "x\x00", "x\u202ey"):
        answer = reader_client.get("/", params={"q": text, "person": text, "organisation": text})
        assert answer.status_code == 200 and "<b>0</b> of" in answer.text


def test_filters_make_links_that_are_read_back() -> None:
    filters = parse_filters({"q": "a & b", "score": "80", "page": "3", "unknown": "x"})
    assert (filters.errors, filters.page) == ({}, 3)
    assert filters.query(page=4) == "?q=a+%26+b&score=80&page=4"
    assert [(label, query) for label, _, query in filters.active()] == [
        ("Search", "?score=80"), ("Score at least", "?q=a+%26+b"),
    ]  # fmt: skip


def test_an_event(reader_client: TestClient, ask: Ask) -> None:
    (row,) = ask("SELECT event_id, person FROM notable_departures ORDER BY origins DESC, event_id LIMIT 1")
    answer = reader_client.get(f"/event/{row['event_id']}")
    assert answer.status_code == 200
    for quote in ask(f"SELECT quote FROM evidence WHERE event_id = '{row['event_id']}'"):
        assert str(quote["quote"])[:20].split("<")[0][:5] in answer.text
    assert "<mark>" in answer.text and "Without it" in answer.text
    day = f"{AS_OF:%Y-%m-%d}"
    assert "we believed" in reader_client.get(f"/event/{row['event_id']}?known={day}").text
    assert "did not know of it" in reader_client.get(f"/event/{row['event_id']}?known=2020-01-01").text
    assert "is no day" in reader_client.get(f"/event/{row['event_id']}?known=soon").text
    assert "we believed" in reader_client.get(f"/event/{row['event_id']}?known=9999-12-31").text


@pytest.mark.parametrize(
    "path", ["/event/nope", "/event/%3Cscript%3E", "/organisation/nope", "/no/such/page", "/static/x.js"]
)
def test_an_unknown_id_is_a_page(reader_client: TestClient, path: str) -> None:
    answer = reader_client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html") and "To the board" in answer.text
    assert "<script>" not in answer.text


def test_an_organisation_and_its_exodus(reader_client: TestClient, ask: Ask) -> None:
    (row,) = ask("SELECT organisation_id, observed FROM exodus WHERE significant ORDER BY window_end DESC LIMIT 1")
    page = reader_client.get(f"/organisation/{row['organisation_id']}").text
    assert f"<strong>Its last exodus</strong>: {row['observed']} people" in page
    assert 'data-chart="band"' in page and '<table id="windows">' in page and "Where they went" in page
    assert reader_client.get("/organisations?q=nobody+ever").text.count("No organisation is called so") == 1


def test_what_an_organisation_won_and_lost(reader_client: TestClient, ask: Ask) -> None:
    balance = ask("SELECT organisation, sum(came) AS came, sum(went) AS went FROM talent_balance GROUP BY organisation")
    page = reader_client.get("/flow?quarter=all").text
    assert balance
    for row in balance:
        cells = rf"<bdi>{row['organisation']}</bdi></a></th><td[^>]*>{row['came']}</td><td[^>]*>{row['went']}</td>"
        assert re.search(cells, page), row
    link = re.search(r'href="(/sql\.csv\?q=SELECT[^"]+talent_balance[^"]+)"', page)
    assert link
    answer = reader_client.get(html.unescape(link[1]), headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.text.lstrip("\ufeff").startswith("quarter,organisation,came,went,net")


def test_what_was_read_unsurely_says_so(home: Path, ask: Ask) -> None:
    unsure, sure = ask("SELECT event_id FROM notable_departures WHERE confidence > 0.9 ORDER BY event_id LIMIT 2")
    with duckdb.connect(str(home / "published" / "departures.duckdb")) as con:
        con.execute("UPDATE store.event_versions SET confidence = 0.99")
        con.execute("UPDATE store.event_versions SET confidence = 0.55 WHERE event_id = ?", [unsure["event_id"]])
    with client_of(home) as client:
        page = client.get(f"/event/{unsure['event_id']}").text
        assert "read with 55% confidence, not reviewed" in page and "Nobody is alerted of it" in page
        assert "Unsure" not in client.get(f"/event/{sure['event_id']}").text
        assert client.get("/").text.count("Unsure") == 1


def test_what_is_newer_than_a_moment(reader_client: TestClient, ask: Ask) -> None:
    (row,) = ask("SELECT count(*) AS n FROM notable_departures")
    assert reader_client.get("/latest?after=2020-01-01T00:00:00%2B00:00").json() == {"generation": 1, "fresh": row["n"]}
    assert reader_client.get("/latest", params={"after": AS_OF.isoformat()}).json() == {"generation": 1, "fresh": 0}
    for none in ("soon", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"):
        assert reader_client.get("/latest", params={"after": none}).status_code == 400


def test_nothing_published_yet(tmp_path: Path) -> None:
    with client_of(tmp_path / "new") as client:
        for path in PAGES:
            answer = client.get(path)
            assert answer.status_code == 503 and "Nothing published yet" in answer.text or path == "/sql"
        assert "departures run" in client.get("/").text


@pytest.mark.parametrize("kind", ["text", "empty", "foreign", "newer", "older-views"])
def test_a_file_that_is_not_ours(home: Path, kind: str) -> None:
    path = home / "published" / "departures.duckdb"
    if kind == "text":
        path.write_text("this is not a database, " * 100)
    elif kind == "newer":
        with duckdb.connect(str(path)) as con:
            newer = "SELECT * REPLACE (version + 900 AS version) FROM schema_migrations LIMIT 1"
            con.execute(f"INSERT INTO schema_migrations BY NAME {newer}")
    elif kind == "older-views":
        with duckdb.connect(str(path)) as con:
            con.execute("DROP VIEW notable_departures; DROP VIEW departures; DROP VIEW events")
    else:
        path.unlink()
        with duckdb.connect(str(path)) as con:
            con.execute("SELECT 1" if kind == "empty" else "CREATE TABLE shopping (item TEXT)")
    with client_of(home) as client:
        answer = client.get("/")
        assert answer.status_code == 503 and "<h1>The published file" in answer.text
        assert "Traceback" not in answer.text


def test_a_fault_of_ours_is_a_page_that_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(reader: object) -> None:
        raise RuntimeError("<script>what a feed wrote")

    monkeypatch.setattr("include.board.upkeep.read_sources", fail)
    with client_of(home) as client:
        answer = client.get("/sources")
        assert (
            answer.status_code == 500 and "This page has a fault" in answer.text and "<script>what" not in answer.text
        )
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert client.get("/").status_code == 200


def test_a_new_generation_is_seen_at_once(home: Path) -> None:
    path = home / "published" / "departures.duckdb"
    with client_of(home) as client:
        before = client.get("/count").json()
        copy = path.with_name("next.duckdb")
        shutil.copy(path, copy)
        with duckdb.connect(str(copy)) as con:
            con.execute("DELETE FROM store.event_versions WHERE flagged")
        copy.replace(path)
        assert client.get("/count").json() == {"matching": 0, "total": 0} != before


def test_the_banner_of_old_data(home: Path) -> None:
    with client_of(home, now=NOW) as client:
        assert "These data are" not in client.get("/").text
    with client_of(home, now=NOW + timedelta(days=3)) as client:
        page = client.get("/").text
        assert "These data are 3 days old" in page and "0 6 * * *" in page
        (home / "last_failure.json").write_text('{"line": "x", "step": "audit", "run_id": "r", "at": "2026-11-23"}')
        assert "the last run failed at <code>audit</code>" in client.get("/").text


def test_exports_are_where_the_feed_says(reader_client: TestClient, newsroom_home: Path) -> None:
    exports = newsroom_home / "exports"
    feed = feedparser.parse(reader_client.get("/departures.atom").content)
    assert not feed.bozo and feed.entries
    assert (
        urlsplit(next(link.href for link in feed.feed.links if link.rel == "self")).path
        == "/departures/departures.atom"
    )
    foot = reader_client.get("/").text
    for path in sorted(exports.iterdir()):
        answer = reader_client.get(f"/{path.name}")
        assert answer.content == path.read_bytes() and "default-src 'none'" in answer.headers["content-security-policy"]
        assert f'"/{path.name}"' in foot or path.name.startswith("talent_")


def test_exports_wait_for_a_takedown(home: Path) -> None:
    shutil.rmtree(home / "exports", ignore_errors=True)
    with client_of(home) as client:
        assert client.get("/departures.csv").status_code == 404
        write_decision(
            home / "inbox", Decision("d-1", "takedown", "p-1", "Ada", NOW, "asked for it", name_hashes=("0" * 64,))
        )
        assert client.get("/departures.csv").status_code == 503


def test_static_files_are_kept_by_their_version(reader_client: TestClient) -> None:
    address = re.search(r'href="(/static/board\.css\?v=[0-9a-f]+)"', reader_client.get("/").text)
    assert address
    assert "immutable" in reader_client.get(address[1]).headers["cache-control"]
    assert "no-cache" in reader_client.get("/static/board.css").headers["cache-control"]
    assert reader_client.get("/static/..%2f..%2fapp.py").status_code == 404
    for name in ("d3", "d3-sankey"):
        assert "Copyright" in reader_client.get(f"/static/vendor/{name}.LICENSE.txt").text
