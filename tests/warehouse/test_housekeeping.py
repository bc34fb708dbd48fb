from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from include.errors import BaseMoved, ConfigError
from include.flag.exodus import list_exits
from include.records import Entity, ExodusWindow, Quarantined
from include.warehouse.backup import restore_backup, write_backup
from include.warehouse.compaction import compact_texts, remove_orphan_texts, rewrite_work_copy
from include.warehouse.difference import diff_events
from include.warehouse.entities import StoredLink, write_book
from include.warehouse.events import write_events
from include.warehouse.exits import replace_exits
from include.warehouse.generations import Generation, open_read_only, open_work, read_generation
from include.warehouse.quarantine import apply_report
from include.warehouse.retention import RetentionPolicy, apply_retention, erase_people, relocate_archive
from include.warehouse.runs import AppliedDecision, write_decisions
from tests.warehouse.build import T0, Home, article, event, flag, move, only_move, rows

DAY = timedelta(days=1)


def read(home: Home, sql: str) -> list[tuple[object, ...]]:
    con = open_read_only(home.published)
    try:
        return rows(con, sql)
    finally:
        con.close()


def everything(home: Home) -> dict[str, list[tuple[object, ...]]]:
    con = open_read_only(home.published)
    try:
        tables = [name for (name,) in rows(con, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'store'")]
        found = {name: rows(con, f"FROM store.{name} ORDER BY ALL") for name in tables if name != "generation"}
        return {**found, "texts": rows(con, "SELECT article_id, text FROM articles ORDER BY ALL")}
    finally:
        con.close()


def publish_story(home: Home) -> None:
    """Two articles about Ada, one about Charles; an event each; Ada is named as the successor of Charles."""
    ada, copy, charles = article("alpha"), article("beta"), article("gamma", text="Charles Babbage retires. X.")
    retires = move(charles, "Charles Babbage retires.", person="Charles Babbage", successor="Ada Lovelace")
    with home.run("r1") as con:
        home.load(
            con, [ada, copy, charles], {**{a.article_id: [move(a)] for a in (ada, copy)}, charles.article_id: [retires]}
        )
        (his,) = rows(con, "SELECT move_id FROM moves WHERE person = 'Charles Babbage'")[0]
        links = {key: StoredLink("p-ada", "o-1", None) for key in (only_move(ada), only_move(copy))}
        book = [Entity("p-ada", "person", "Ada Lovelace", ("洛芙莱斯",)), Entity("p-cb", "person", "Charles Babbage"),
                Entity("o-1", "organisation", "Babbage Labs")]  # fmt: skip
        write_book(con, book, {**links, his: StoredLink("p-cb", "o-1", None)}, run_id="r1", as_of=T0)
        hers = event("ada", [only_move(ada), only_move(copy)], person_id="p-ada")
        theirs = event("cb", [his], person_id="p-cb", person="Charles Babbage", successor="Ada Lovelace")
        window = ExodusWindow("o-1", "Babbage Labs", "2026-10-22", "2026-11-21", 2, 0.5, 0.01, 0.02, True,
                              ("Ada Lovelace", "Charles Babbage"), (hers.event_id, theirs.event_id))  # fmt: skip
        write_events(con, [hers, theirs], {hers.event_id: flag(hers)}, [window], run_id="r1", as_of=T0)
        replace_exits(con, [], list_exits([hers, theirs]))
        decision = AppliedDecision("d1", "set", hers.event_id, "grace", "Ada Lovelace asked", T0, {"value": "Ada"})
        write_decisions(con, [decision], "r1")
        held = Quarantined(only_move(copy), "check", "move", "bad", "")
        apply_report(con, [], [held], run_id="r1", as_of=T0)


def test_retention_removes_what_is_older_than_it_keeps(home: Home) -> None:
    with home.run("r1") as con:
        home.load(con, [article("alpha"), article("beta", text="Nothing."), article("gamma", text="Nothing at all.")])
        old = [Quarantined("p1", "fetch", "page", "http-404", "")]
        apply_report(con, [], old, run_id="r1", as_of=T0)
    with home.run("r2") as con:
        policy = RetentionPolicy(quarantine=30, articles_without_moves=30)
        assert apply_retention(con, policy, as_of=T0 + 29 * DAY) == {
            "feed_polls": 0, "quality_results": 0, "quarantine": 0, "released_quarantine": 0,
            "articles_without_moves": 0,
        }  # fmt: skip
        removed = apply_retention(con, policy, as_of=T0 + 31 * DAY)
        assert (removed["quarantine"], removed["articles_without_moves"]) == (1, 2)
        assert rows(con, "SELECT source_id FROM articles") == [("alpha",)]
        assert "articles_without_moves" not in apply_retention(con, RetentionPolicy(), as_of=T0 + 999 * DAY)


def test_a_takedown_leaves_nothing_of_the_person_in_the_file(home: Home) -> None:
    publish_story(home)
    assert b"Ada Lovelace" in home.published.read_bytes() or read(home, "FROM entities WHERE name = 'Ada Lovelace'")
    base = home.begin("r2")
    with open_work(home.work_path("r2")) as con:
        assert erase_people(con, ["p-ada"]) == 2
        home.load(con, [article("alpha")], run_id="r2")  # reading the article again does not bring it back
        for name, sql in {
            table: f"SELECT count(*) FROM store.{table} t WHERE contains(to_json(t)::VARCHAR, 'Lovelace')"
            for (table,) in rows(con, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'store'")
        }.items():
            assert rows(con, sql) == [(0,)], name
        assert rows(con, "SELECT person, successor FROM events") == [("Charles Babbage", None)]
        assert rows(con, "SELECT people, event_ids, stale FROM store.exodus") == [([], [], True)]
        assert rows(con, "SELECT person FROM store.exits") == [("Charles Babbage",)]
        assert rows(con, "SELECT author, reason, payload FROM store.decisions") == [("grace", "", "{}")]
        assert len(rows(con, "FROM articles")) == 3
    rewrite_work_copy(home.work_path("r2"), home.articles_root)
    home.publish("r2", base)
    assert b"Lovelace" not in home.published.read_bytes()


def test_rewriting_keeps_every_row_and_gives_room_back(home: Home) -> None:
    publish_story(home)
    before = everything(home)
    base = home.begin("r2")
    with open_work(home.work_path("r2")) as con:
        con.execute("CREATE TABLE filler AS SELECT hash(i) AS number FROM range(2000000) t(i)")
        con.execute("CHECKPOINT")
        con.execute("CREATE TABLE tail AS SELECT hash(i) AS number FROM range(200000) t(i)")
        con.execute("CHECKPOINT")
        con.execute("DROP TABLE filler")  # a hole: at the end of the file DuckDB would give the room back by itself
    large, small = rewrite_work_copy(home.work_path("r2"), home.articles_root)
    assert small < large / 2
    home.publish("r2", base)
    assert everything(home) == before
    assert read_generation(home.published) == Generation(2, "r2")
    comments = "SELECT count(*) FROM duckdb_columns() WHERE database_name = 'departures' AND comment IS NULL"
    assert read(home, comments) == [(0,)]


def test_texts_of_past_months_are_joined_and_old_files_go_after_the_grace(home: Home) -> None:
    october = T0 - 40 * DAY
    for number in range(3):
        with home.run(f"r{number}", october + number * DAY) as con:
            home.load(con, [article(f"story-{number}")], run_id=f"r{number}", as_of=october + number * DAY)
    with home.run("r3") as con:
        home.load(con, [article("alpha")], run_id="r3")
    before = everything(home)["texts"]
    reader = open_read_only(home.published)
    old = sorted(home.articles_root.glob("2026-10-*/*.parquet"))
    assert len(old) == 3
    with home.run("r4") as con:
        assert compact_texts(con, home.articles_root, before=T0.date()) == 3
        assert compact_texts(con, home.articles_root, before=T0.date()) == 0
    assert everything(home)["texts"] == before
    assert len(list(home.articles_root.glob("2026-10/*.parquet"))) == 1
    assert remove_orphan_texts(home.published, home.articles_root, now=T0) == []
    assert remove_orphan_texts(home.published, home.articles_root, now=T0 + DAY) == []
    assert len(rows(reader, "SELECT text FROM articles")) == 4  # a reader of the generation before still can
    reader.close()
    assert sorted(remove_orphan_texts(home.published, home.articles_root, now=T0 + 3 * DAY)) == old
    assert everything(home)["texts"] == before
    assert not list(home.articles_root.glob("2026-10-*"))


def test_the_text_of_an_article_in_quarantine_is_kept(home: Home) -> None:
    october = T0 - 40 * DAY
    for number in range(3):
        with home.run(f"r{number}", october) as con:
            home.load(con, [article(f"story-{number}")], run_id=f"r{number}", as_of=october)
    with home.run("r3") as con:
        held = Quarantined(article("story-0").article_id, "check", "article", "bad", "")
        apply_report(con, [], [held], run_id="r3", as_of=T0)
        assert compact_texts(con, home.articles_root, before=T0.date()) == 2
    remove_orphan_texts(home.published, home.articles_root, now=T0)
    assert len(remove_orphan_texts(home.published, home.articles_root, now=T0 + 9 * DAY)) == 2
    assert len(list(home.articles_root.glob("2026-10-*/*.parquet"))) == 1


def test_what_a_dropped_run_wrote_is_removed_in_time(home: Home) -> None:
    with home.run("r1") as con:
        home.load(con, [article("alpha")])
    home.begin("dropped")
    with open_work(home.work_path("dropped")) as con:
        home.load(con, [article("beta")], run_id="dropped")
    remove_orphan_texts(home.published, home.articles_root, now=T0)
    assert len(remove_orphan_texts(home.published, home.articles_root, now=T0 + 2 * DAY)) == 1
    assert [text for (text,) in read(home, "SELECT text FROM articles")] == [article("alpha").text]


def test_joined_warc_files_are_followed(home: Home) -> None:
    with home.run("r1") as con:
        home.load(con, [article("alpha", archive_path="a.warc.gz", archive_offset=10), article("beta")])
        assert relocate_archive(con, {"a.warc.gz": ("day.warc.gz", 500), "b.warc.gz": ("day.warc.gz", 900)}) == 1
        assert rows(con, "SELECT archive_path, archive_offset FROM articles ORDER BY source_id") == [
            ("day.warc.gz", 510),
            (None, None),
        ]


def test_a_backup_is_restored_into_an_empty_home_row_for_row(home: Home, tmp_path: Path) -> None:
    publish_story(home)
    (home.path / "inbox").mkdir()
    (home.path / "inbox" / "d1.json").write_text("{}")
    (home.path / "feeds.yaml").write_text("feeds: []\n")
    target = tmp_path / "departures.tar"
    report = write_backup(home.path, target)
    assert (report.generation, report.articles) == (1, 3)
    other = Home(tmp_path / "other")
    restored = restore_backup(target, other.path)
    assert (restored.generation, restored.articles, restored.files) == (1, 3, report.files)
    assert everything(other) == everything(home)
    assert (other.path / "inbox" / "d1.json").read_text() == "{}"
    assert (other.path / "feeds.yaml").exists()
    with other.run("r2") as con:
        other.load(con, [article("delta")], run_id="r2")
    assert read_generation(other.published) == Generation(2, "r2")


def test_a_restore_keeps_what_it_replaces_and_a_run_under_way_loses_its_race(home: Home, tmp_path: Path) -> None:
    publish_story(home)
    target = tmp_path / "departures.tar"
    write_backup(home.path, target)
    before = everything(home)
    with home.run("r2") as con:
        home.load(con, [article("delta")], run_id="r2")
    base = home.begin("r3")
    replaced = home.published.read_bytes()
    restore_backup(target, home.path)
    assert everything(home) == before
    assert home.published.with_name("departures.duckdb.before-restore").read_bytes() == replaced
    with pytest.raises(BaseMoved):
        home.publish("r3", base)


@pytest.mark.parametrize("part", ["published", "articles"])
def test_a_damaged_backup_changes_nothing(home: Home, tmp_path: Path, part: str) -> None:
    publish_story(home)
    whole = tmp_path / "whole.tar"
    write_backup(home.path, whole)
    damaged = tmp_path / "damaged.tar"
    with tarfile.open(whole) as reading, tarfile.open(damaged, "w") as writing:
        for member in reading.getmembers():
            if not (member.name.startswith(part) and not member.name.endswith("empty.parquet")):
                writing.addfile(member, reading.extractfile(member))
    cut = tmp_path / "cut.tar"
    cut.write_bytes(whole.read_bytes()[:-40_000])
    before = home.published.read_bytes()
    for source in (damaged, tmp_path / "absent.tar", cut):
        with pytest.raises(ConfigError) as caught:
            restore_backup(source, home.path)
        assert "\n" not in str(caught.value)
    assert home.published.read_bytes() == before
    assert not list(home.path.glob(".restore-*"))


@pytest.mark.parametrize("name", ["../outside", "/tmp/departures-outside", "link"])
def test_a_backup_that_would_write_elsewhere_is_refused(home: Home, tmp_path: Path, name: str) -> None:
    publish_story(home)
    source = tmp_path / "made.tar"
    write_backup(home.path, source)
    with tarfile.open(source, "a") as writing:
        member = tarfile.TarInfo(name)
        if name == "link":
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        writing.addfile(member)
    with pytest.raises(ConfigError, match=f"{name} is not a file below a home"):
        restore_backup(source, home.path)
    assert not (tmp_path / "outside").exists() and not Path("/tmp/departures-outside").exists()


def test_a_backup_without_anything_published_or_onto_a_folder_is_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing has been published yet"):
        write_backup(home.path, tmp_path / "x.tar")
    with pytest.raises(ConfigError, match="is a folder"):
        write_backup(home.path, tmp_path)
    assert not (tmp_path / "x.tar").exists()


def test_a_backup_takes_the_place_of_nothing_that_it_holds(home: Home, tmp_path: Path) -> None:
    publish_story(home)
    (home.path / "feeds.yaml").write_text("feeds: []\n")
    before = home.published.read_bytes()
    for target, said in (
        (home.published, "lies within what is backed up"),
        (home.path / "articles" / "new.tar", "lies within what is backed up"),
        (home.path / "feeds.yaml", "is what is read here"),
        (tmp_path / "absent" / "x.tar", "absent does not exist; make it or name another"),
    ):
        with pytest.raises(ConfigError, match=said):
            write_backup(home.path, target)
    assert home.published.read_bytes() == before
    assert (home.path / "feeds.yaml").read_text() == "feeds: []\n"
    assert not (tmp_path / "absent").exists() and not (home.path / "articles" / "new.tar").exists()


def test_a_backup_may_go_into_a_pipe(home: Home, tmp_path: Path) -> None:
    publish_story(home)
    pipe, target = tmp_path / "pipe", tmp_path / "read.tar"
    os.mkfifo(pipe)
    with target.open("wb") as stream, subprocess.Popen(["cat", pipe], stdout=stream) as reader:
        try:
            report = write_backup(home.path, pipe)
            assert reader.wait() == 0
        finally:
            reader.kill()
    assert pipe.is_fifo()
    assert restore_backup(target, tmp_path / "other").files == report.files


def test_the_difference_names_what_is_gained_lost_and_changed(home: Home) -> None:
    publish_story(home)
    home.begin("r2")
    candidate = home.work_path("r2")
    same = diff_events(home.published, candidate)
    assert (same.gained, same.lost, same.changed, same.unchanged) == ((), (), (), 2)
    with open_work(candidate) as con:
        new = article("delta", text="Mary Somerville joins Babbage Labs. X.")
        joins = move(new, "Mary Somerville joins Babbage Labs.", kind="arrival", person="Mary Somerville")
        home.load(con, [new], {new.article_id: [joins]}, run_id="r2")
        (joined,) = rows(con, "SELECT move_id FROM moves WHERE person = 'Mary Somerville'")[0]
        hers = event("ada", [only_move(article("alpha"))], person_id="p-ada", status="denied")
        (his,) = rows(con, "SELECT move_id FROM moves WHERE person = 'Charles Babbage'")[0]
        renamed = event("cb again", [his], person_id="p-cb", person="Charles Babbage", role_to="Author")
        renamed = replace(renamed, successor="Ada Lovelace")
        gone = replace(event("cb", []), person_id="p-cb", merged_into=renamed.event_id)
        arrival = event("ms", [joined], kind="arrival", person="Mary Somerville", person_id="p-ms")
        write_events(
            con, [hers, renamed, gone, arrival], {hers.event_id: flag(hers)}, None, run_id="r2", as_of=T0 + DAY
        )
    diff = diff_events(home.published, candidate)
    assert [(c.after or {})["person"] for c in diff.gained] == ["Mary Somerville"]
    assert diff.gained[0].evidence[0]["quote"] == "Mary Somerville joins Babbage Labs."
    assert diff.lost == ()
    changed = {(c.before or {})["person"]: c for c in diff.changed}
    assert changed["Ada Lovelace"].columns == ("status",)
    assert changed["Charles Babbage"].columns == ("role_to",)  # another id, the same evidence: the same event
    assert changed["Charles Babbage"].evidence[0]["url"] == "https://gamma.example/story"
    back = diff_events(candidate, home.published)
    assert [(c.before or {})["person"] for c in back.lost] == ["Mary Somerville"]
    with pytest.raises(ConfigError, match="no such file"):
        diff_events(home.published, home.path / "nowhere.duckdb")


def test_a_reader_elsewhere_is_not_disturbed_by_a_vanished_home(home: Home) -> None:
    publish_story(home)
    con = open_read_only(home.published)
    shutil.rmtree(home.articles_root)
    assert len(rows(con, "SELECT person FROM events")) == 2
    con.close()


def test_compaction_looks_only_at_months_that_have_ended(home: Home) -> None:
    for number in range(2):
        with home.run(f"r{number}") as con:
            home.load(con, [article(f"story-{number}")], run_id=f"r{number}")
    with home.run("r2") as con:
        assert compact_texts(con, home.articles_root, before=date(2026, 11, 30)) == 0
        assert compact_texts(con, home.articles_root, before=date(2026, 12, 1)) == 2
