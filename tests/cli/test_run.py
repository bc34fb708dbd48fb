"""`departures run`, `import`, `board`, `sql`, `sources`, `doctor` on a small site, as a person calls them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.fetch.archive import Archive
from include.fetch.pauses import read_pauses
from include.warehouse.query import run_query
from tests.cli.conftest import Call
from tests.conftest import ROOT
from tests.pipeline.site import LEAVING, Site, fill_site, make_settings, serve_site
from tests.pipeline.test_chain import FEEDS
from tests.shared import require_shared

# The main move of each of the five articles that the product was conceived from: person, organisation left,
# destination, status.
SEEDS = {
    "000": ("Alec Radford", "OpenAI", None, "announced"),
    "001": ("Alec Radford", "OpenAI", None, "reported"),
    "002": ("Bubeck", "Microsoft", "OpenAI", "reported"),
    "003": ("Jason Wei", "OpenAI", "Meta", "reported"),
    "004": ("Ilya Sutskever", "OpenAI", None, "announced"),
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve_site() as site:
        fill_site(site)
        yield site


@pytest.fixture(scope="module")
def home(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one run of the installed command."""
    home = tmp_path_factory.mktemp("cli") / "home"
    make_settings(home, site, FEEDS)
    done = start_run(home, site).communicate()
    assert "publish" in done[1], done[1]
    return home


def start_run(home: Path, site: Site) -> subprocess.Popen[str]:
    return start_command(home, site, "run", "--force")


def start_command(home: Path, site: Site, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "DEPARTURES_ALLOW_HOSTS": site.host, "DEPARTURES_HOST_DELAY": "0"}
    return subprocess.Popen(
        [sys.executable, "-m", "include.cli", *map(str, arguments), "--home", home, "--as-of", "2026-11-21T06:00Z"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_board_in_json_and_for_people(home: Path, departures: Callable[..., Call]) -> None:
    (row,) = json.loads(departures("board", "--json", "--all", "--home", home).out)
    assert (row["person"], row["from_org"], row["kind"]) == ("Jane Roe", "Acme Robotics", "departure")
    assert row["reasons"] and row["evidence"][0]["quote"]
    text = departures("board", "--all", "--home", home).out
    assert "Jane Roe" in text and "Acme Robotics" in text and row["evidence"][0]["quote"][:40] in text
    why = departures("board", "--why", "roe", "--home", home).out
    assert row["event_id"] in why and row["evidence"][0]["url"] in why
    assert f"score: {row['score']:g}, {'flagged' if row['flagged'] else 'not flagged'}" in why
    lines = [line.strip() for line in why.splitlines()]
    assert all(f"why: {reason}" in lines for reason in row["reasons"])
    kind = next(n for n, line in enumerate(lines) if line.startswith("why: kind: departure"))
    assert lines[kind + 1].startswith("“")  # the sentence that carries this term
    missing = departures("board", "--why", "nobody", "--home", home)
    assert missing.code == 2 and "no event" in missing.err


def test_sql_in_three_formats(home: Path, departures: Callable[..., Call]) -> None:
    query = "select person, languages from events"
    assert json.loads(departures("sql", query, "--format", "json", "--home", home).out) == [
        {"person": "Jane Roe", "languages": ["en"]}
    ]
    assert departures("sql", query, "--format", "csv", "--home", home).out == 'person,languages\nJane Roe,"[""en""]"\n'
    assert "Jane Roe" in departures("sql", query, "--home", home).out
    wrong = departures("sql", "delete from events", "--home", home)
    assert wrong.code == 2 and wrong.err.count("\n") == 1


def test_two_runs_at_once_both_end_right_and_queries_answer_meanwhile(home: Path, site: Site, tmp_path: Path) -> None:
    """The one that publishes second repeats what it does on the result of the first."""
    home = Path(shutil.copytree(home, tmp_path / "home"))
    articles = tmp_path / "articles.jsonl"
    told = {"id": "a", "title": "Jane Roe leaves Acme Robotics", "text": LEAVING[0], "lang": "en", "source": "herald"}
    articles.write_text(json.dumps(told), encoding="utf-8")
    published = home / "published" / "departures.duckdb"
    processes = [start_run(home, site), start_command(home, site, "import", articles)]
    answers = []
    while any(process.poll() is None for process in processes):
        answers.append(run_query(published, "select count(*) from departures").rows)
        time.sleep(1)  # each question is a process of its own, and the run shall have a processor too
    said = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert len(answers) >= 2
    assert set(map(tuple, answers)) == {((1,),)}
    assert run_query(published, "select generation from runs order by 1").rows == [(1,), (2,), (3,)]
    assert run_query(published, "select source_id from articles order by 1").rows == [("herald",), *3 * [("news-xml",)]]
    assert run_query(published, "select origins from departures").rows == [(2,)]
    assert list((home / "work").iterdir()) == []


def test_sources(home: Path, site: Site, departures: Callable[..., Call], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPARTURES_ALLOW_HOSTS", site.host)
    monkeypatch.setenv("DEPARTURES_HOST_DELAY", "0")
    listed = json.loads(departures("sources", "list", "--format", "json", "--home", home).out)
    assert [feed["id"] for feed in listed] == ["news-xml", "dead-xml"]
    call = departures("sources", "check", "--format", "json", "--home", home)
    assert {row["source_id"]: row["ok"] for row in json.loads(call.out)} == {"news-xml": True, "dead-xml": False}
    assert call.code == 1


def test_a_host_that_asked_a_check_for_a_pause_is_left_alone_by_the_next_check_and_run(
    site: Site, departures: Callable[..., Call], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEPARTURES_ALLOW_HOSTS", site.host)
    monkeypatch.setenv("DEPARTURES_HOST_DELAY", "0")
    home = tmp_path / "home"
    make_settings(home, site, ["/busy.xml"])
    site.answers["/busy.xml"], site.headers["/busy.xml"] = (429, "text/plain", b"later"), {"Retry-After": "7200"}
    assert departures("sources", "check", "--home", home).code == 1
    site.put_feed("/busy.xml", [])
    again = departures("sources", "check", "--format", "json", "--home", home)
    assert [row["reason"] for row in json.loads(again.out)] == ["host-closed"]
    refused = departures("sources", "add", site.base_url + "/news.xml", "--home", home)
    assert refused.code == 2 and "the host wants a pause" in refused.err
    with Archive(home / "archive") as archive:
        assert 7_000 < read_pauses(archive, datetime.now(UTC))[site.host.partition(":")[0]] <= 7_200
    assert site.requests.count("/busy.xml") == 1


def test_sources_come_and_go(
    site: Site, departures: Callable[..., Call], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEPARTURES_ALLOW_HOSTS", site.host)
    monkeypatch.setenv("DEPARTURES_HOST_DELAY", "0")
    home, opml = tmp_path / "home", tmp_path / "feeds.opml"
    make_settings(home, site, ["/dead.xml"])
    site.answers["/front"] = (
        200,
        "text/html",
        b'<html><link rel="alternate" type="application/rss+xml" href="/news.xml"><p>Front page</p></html>',
    )
    added = departures("sources", "add", site.base_url + "/front", "--lang", "en", "--name", "The News", "--home", home)
    assert added.code == 0 and "the-news" in added.err, added.err
    again = departures("sources", "add", site.base_url + "/front", "--home", home)
    assert again.code == 2 and "already in the list" in again.err
    assert departures("sources", "export-opml", opml, "--home", home).code == 0
    other = tmp_path / "other"
    make_settings(other, site, ["/dead.xml"])
    for fresh in (1, 0):
        call = departures("sources", "import-opml", opml, "--home", other)
        assert f"{fresh} feeds added" in call.err
    listed = [departures("sources", "list", "--format", "json", "--home", folder).out for folder in (home, other)]
    assert json.loads(listed[0]) == json.loads(listed[1])
    assert [feed["url"] for feed in json.loads(listed[0])] == [site.base_url + "/dead.xml", site.base_url + "/news.xml"]


def test_a_language_is_put_right_or_refused_before_anything_is_written(
    site: Site, departures: Callable[..., Call], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEPARTURES_ALLOW_HOSTS", site.host)
    monkeypatch.setenv("DEPARTURES_HOST_DELAY", "0")
    home, opml = tmp_path / "home", tmp_path / "list.opml"
    opml.write_text('<opml><body><outline text="B" xmlUrl="https://b.example.org/feed"/></body></opml>')
    make_settings(home, site, ["/dead.xml"])
    before = (home / "feeds.yaml").read_bytes()
    asked = len(site.requests)
    for command in (("add", site.base_url + "/news.xml"), ("import-opml", opml)):
        refused = departures("sources", *command, "--lang", "english", "--home", home)
        assert (refused.code, refused.err.count("\n")) == (2, 1), refused.err
        assert "--lang 'english': a language code such as en" in refused.err
    assert (home / "feeds.yaml").read_bytes() == before
    assert len(site.requests) == asked
    assert departures("sources", "add", site.base_url + "/news.xml", "--lang", "pt_BR", "--home", home).code == 0
    assert departures("sources", "import-opml", opml, "--lang", "zh-cn", "--home", home).code == 0
    listed = departures("sources", "list", "--format", "json", "--home", home)
    assert [feed["lang"] for feed in json.loads(listed.out)][1:] == ["pt", "zh-Hans"]


def test_a_replay_gives_the_same_articles_without_a_network(
    home: Path, departures: Callable[..., Call], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DEPARTURES_ALLOW_HOSTS", raising=False)  # so that the site cannot be asked
    again = tmp_path / "again"
    shutil.copytree(home / "archive", again / "archive")
    shutil.copy(home / "feeds.yaml", again)
    call = departures("run", "--replay", "--home", again, "--as-of", "2026-11-21T06:00Z")
    assert call.code == 0, call.err
    for query in (
        "select * exclude (run_id, archive_path, archive_offset) from articles order by all",
        "select * exclude (run_id) from moves order by all",
    ):
        first, second = (departures("sql", query, "--format", "json", "--home", folder).out for folder in (home, again))
        assert first == second
        assert len(json.loads(first)) >= 1


def test_doctor(home: Path, departures: Callable[..., Call], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPARTURES_ALERT_URLS", "mailto://user:secret@example.org")
    call = departures("doctor", "--home", home)
    assert call.code == 0, call.out
    assert "secret" not in call.out and "********" in call.out
    assert str(home / "feeds.yaml") in call.out
    (home / "last_failure.json").write_text(json.dumps({"line": "check of run r failed", "at": "2026-11-21T06:00"}))
    failed = departures("doctor", "--home", home)
    assert failed.code == 1 and "check of run r failed" in failed.out


def test_the_seed_articles_give_their_main_moves(departures: Callable[..., Call], tmp_path: Path) -> None:
    articles = tmp_path / "seeds.jsonl"
    rows = [
        {"id": path.stem[:3], "title": "", "text": path.read_text(encoding="utf-8")}
        for path in sorted(require_shared("seeds").iterdir())
    ]
    articles.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    call = departures("import", articles, "--home", tmp_path / "home", "--as-of", "2026-11-21")
    assert call.code == 0, call.err
    query = "select stage, reason, detail from quarantine"
    assert json.loads(departures("sql", query, "--format", "json", "--home", tmp_path / "home").out) == []
    query = "select source_ref, person, from_org, to_org, status from moves join articles using (article_id)"
    found = json.loads(departures("sql", query, "--format", "json", "--home", tmp_path / "home").out)
    query = "select person, list(distinct person_id) as ids, count(distinct source_ref) as seeds from moves "
    query += "join articles using (article_id) group by person order by seeds desc"
    people = json.loads(departures("sql", query, "--format", "json", "--home", tmp_path / "home").out)
    assert sum(row["seeds"] > 1 for row in people) >= 3
    assert [row for row in people if len(row["ids"]) > 1] == []
    for source_ref, (person, from_org, to_org, status) in SEEDS.items():
        mine = [row for row in found if row["source_ref"] == source_ref and person in row["person"]]
        assert any((row["from_org"], row["to_org"], row["status"]) == (from_org, to_org, status) for row in mine), (
            source_ref,
            mine,
        )
