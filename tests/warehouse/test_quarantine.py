from __future__ import annotations

from datetime import timedelta

import duckdb

from include.records import QualityResult, Quarantined
from include.warehouse.events import write_events
from include.warehouse.load import read_touched
from include.warehouse.quarantine import apply_report, release_records
from tests.warehouse.build import T0, Home, article, event, flag, only_move, rows

Con = duckdb.DuckDBPyConnection
LATER = T0 + timedelta(days=1)


def hold(con: Con, kind: str, record_id: str, *, run_id: str = "r1", stage: str = "check") -> dict[str, int]:
    row = Quarantined(record_id, stage, kind, "bad", "it is bad")  # type: ignore[arg-type]
    return apply_report(con, [], [row], run_id=run_id, as_of=T0)


def snapshot(con: Con) -> list[list[tuple[object, ...]]]:
    tables = ("articles", "moves", "article_versions", "retired_moves")
    return [rows(con, f"SELECT * EXCLUDE (run_id) FROM store.{table} ORDER BY ALL") for table in tables]


def test_an_article_goes_with_its_moves_and_comes_back_whole(home: Home, con: Con) -> None:
    one, two = article("alpha"), article("beta")
    home.load(con, [one, two])
    before = snapshot(con)
    assert hold(con, "article", one.article_id) == {"article": 1}
    assert hold(con, "article", one.article_id) == {"article": 1}
    assert rows(con, "SELECT article_id FROM articles") == [(two.article_id,)]
    assert rows(con, "SELECT article_id FROM moves") == [(two.article_id,)]
    assert rows(con, "SELECT record_id, kind, reason, detail, source_id FROM quarantine") == [
        (one.article_id, "article", "bad", "it is bad", "alpha")
    ]
    assert home.load(con, [one]).new_articles == 0  # held, unchanged: it does not come in again
    con.execute("DELETE FROM store.copy_keys")  # as it was set aside before there were any
    (release,) = release_records(con, [one.article_id, "unknown"], by="ada", run_id="r2", as_of=LATER)
    assert (release.record_id, release.kind) == (one.article_id, "article")
    keys = "SELECT count(DISTINCT key) FROM store.copy_keys WHERE article_id = ?"
    assert rows(con, keys, [one.article_id]) == [(2,)]  # its address and its words: copies of it are recognised
    assert snapshot(con) == before
    assert rows(con, "SELECT text FROM articles WHERE article_id = ?", [one.article_id]) == [(one.text,)]
    assert rows(con, "SELECT run_id FROM moves WHERE article_id = ?", [one.article_id]) == [("r2",)]
    assert only_move(one) in read_touched(con)
    assert rows(con, "SELECT released_at, released_by FROM quarantine") == [(LATER.replace(tzinfo=None), "ada")]
    assert release_records(con, [one.article_id], by="ada", run_id="r2", as_of=LATER) == []


def test_a_held_article_that_is_mended_comes_in(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    hold(con, "article", one.article_id)
    mended = article("alpha", text="Ada Lovelace leaves Babbage Labs. Mended.", content_hash="mended")
    assert home.load(con, [mended]).new_articles == 1


def test_a_move_goes_alone_and_stays_out_until_released(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    before = snapshot(con)
    hold(con, "move", only_move(one))
    assert rows(con, "SELECT count(*) FROM articles") == [(1,)]
    assert rows(con, "FROM moves") == []
    assert home.load(con, [one]).moves_added == 0
    release_records(con, [only_move(one)], by="ada", run_id="r2", as_of=LATER)
    assert snapshot(con) == before
    assert home.load(con, [one]).moves_retired == 0


def test_an_edit_that_fails_gives_way_to_the_version_before(home: Home) -> None:
    one = article("alpha")
    with home.run("r1") as con:
        home.load(con, [one])
        before = snapshot(con)
    with home.run("r2", LATER) as con:
        edited = article("alpha", text="Lorem ipsum.", content_hash="edited", fetched_at=LATER)
        home.load(con, [edited], {}, run_id="r2", as_of=LATER)
        hold(con, "article", one.article_id, run_id="r2")
        assert snapshot(con) == before
        assert rows(con, "SELECT text FROM articles") == [(one.text,)]


def test_a_copy_takes_the_place_of_an_original_that_goes(home: Home, con: Con) -> None:
    original = article("alpha", title="T")
    copies = [article(name, title="T", text=original.text) for name in ("beta", "gamma")]
    for each in copies:
        assert each.content_hash == original.content_hash
    home.load(con, [original], {})
    home.load(con, copies, {}, as_of=LATER)
    hold(con, "article", original.article_id)
    heir, other = sorted(each.article_id for each in copies)
    assert rows(con, "SELECT article_id, copy_of FROM articles ORDER BY 1") == [(heir, None), (other, heir)]


def test_an_event_keeps_what_was_believed_before(home: Home, con: Con) -> None:
    home.load(con, [article("alpha")])
    one = event("x", [only_move(article("alpha"))])
    write_events(con, [one], {one.event_id: flag(one)}, None, run_id="r1", as_of=T0)
    wrong = event("x", [only_move(article("alpha"))], person="Babbage Labs")
    fresh = event("y", [])
    write_events(con, [wrong, fresh], {}, None, run_id="r2", as_of=LATER)
    held = [Quarantined(e.event_id, "audit", "event", "bad", "") for e in (wrong, fresh)]
    assert apply_report(con, [], held, run_id="r2", as_of=LATER) == {"event": 2}
    assert rows(con, "SELECT person, version, known_from FROM events") == [("Ada Lovelace", 1, T0.replace(tzinfo=None))]
    release_records(con, [one.event_id], by="ada", run_id="r3", as_of=LATER)
    assert read_touched(con) == [only_move(article("alpha"))]


def test_results_of_a_run_stand_once(con: Con) -> None:
    result = QualityResult("articles", "ids are unique", "article_id", "stop", True, "0 of 2 rows", 0, "report it")
    pages = [Quarantined("p1", "fetch", "page", "http-404", "", '{"url": "x"}', "alpha")]
    for _ in range(2):
        apply_report(con, [result], pages, run_id="r1", as_of=T0)
    assert rows(con, "SELECT run_id, suite, success FROM quality_results") == [("r1", "articles", True)]
    assert rows(con, "SELECT record_id, payload->>'url', source_id FROM quarantine") == [("p1", "x", "alpha")]
    (release,) = release_records(con, ["p1"], by="ada", run_id="r2", as_of=LATER)
    assert (release.kind, release.payload) == ("page", '{"url": "x"}')
    apply_report(con, [], pages, run_id="r3", as_of=LATER)  # it failed again
    assert rows(con, "SELECT released_at FROM quarantine") == [(None,)]
