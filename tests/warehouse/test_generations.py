from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from include.errors import BaseMoved, ConfigError
from include.warehouse.files import check_whole
from include.warehouse.generations import (
    Generation,
    attach_read_only,
    create_work_copy,
    open_read_only,
    open_work,
    publish_work_copy,
    read_generation,
)
from tests.warehouse.build import ROOT, T0, Home, article, rows


def publish_one(home: Home, run_id: str, name: str) -> None:
    with home.run(run_id) as con:
        home.load(con, [article(name)], run_id=run_id)


def count_articles(home: Home) -> int:
    con = open_read_only(home.published)
    try:
        return int(rows(con, "SELECT count(*) FROM articles")[0][0])
    finally:
        con.close()


def test_the_first_run_starts_from_an_empty_warehouse(home: Home) -> None:
    assert read_generation(home.published) == Generation(0, "")
    work = home.work_path("r1")
    base = create_work_copy(home.published, work, run_id="r1", as_of=T0, articles_root=home.articles_root)
    assert base == Generation(0, "")
    assert not home.published.exists()
    made = home.publish("r1", Generation(0, ""))
    assert made == read_generation(home.published) == Generation(1, "r1")
    assert not home.work_path("r1").exists()


def test_a_run_that_lost_the_race_is_told_and_changes_nothing(home: Home) -> None:
    publish_one(home, "r1", "alpha")
    first, second = home.begin("r2"), home.begin("r3")
    home.publish("r2", first)
    before = home.published.read_bytes()
    with pytest.raises(BaseMoved, match="generation 2 of run 'r2'"):
        home.publish("r3", second)
    assert home.published.read_bytes() == before
    assert home.work_path("r3").exists()


def test_publishing_again_after_a_kill_behind_the_swap_says_so(home: Home) -> None:
    base = home.begin("r1")
    home.publish("r1", base)
    assert home.publish("r1", base) == Generation(1, "r1")
    with pytest.raises(ConfigError, match="no such work copy"):
        home.publish("r2", base)


def test_a_reader_keeps_its_generation_and_a_new_one_in_the_same_process_sees_the_next(home: Home) -> None:
    publish_one(home, "r1", "alpha")
    reader = open_read_only(home.published)
    publish_one(home, "r2", "beta")
    assert rows(reader, "SELECT count(*) FROM articles") == [(1,)]
    assert count_articles(home) == 2
    reader.close()


def test_readers_at_every_moment_of_publishing_see_a_whole_generation(home: Home) -> None:
    publish_one(home, "r0", "alpha")
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(count_articles(home))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 6):
            publish_one(home, f"r{number}", f"story-{number}")
    finally:
        done.set()
        reader.join()
    assert seen == sorted(seen)
    assert set(seen) <= set(range(1, 7))
    assert count_articles(home) == 6


def test_external_access_is_off_but_for_the_article_parquet(home: Home, tmp_path: Path) -> None:
    publish_one(home, "r1", "alpha")
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    con = open_read_only(home.published)
    assert rows(con, "SELECT text FROM articles")[0][0].startswith("Ada Lovelace")
    for statement in (
        f"SELECT * FROM read_csv('{secret}')",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "DELETE FROM store.articles",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(statement)
    con.close()


def test_any_duckdb_client_can_query_the_file_also_where_the_home_has_moved(home: Home, tmp_path: Path) -> None:
    publish_one(home, "r1", "alpha")
    with duckdb.connect(str(home.published), read_only=True) as con:
        assert rows(con, "SELECT count(*) FROM articles WHERE text LIKE 'Ada%'") == [(1,)]
    moved = Home(tmp_path / "elsewhere")
    moved.path.mkdir()
    for part in ("published", "articles"):
        shutil.move(home.path / part, moved.path / part)
    assert count_articles(moved) == 1
    with duckdb.connect(str(moved.published), read_only=True) as con:
        con.execute(f"SET VARIABLE articles_root = '{moved.articles_root}'")
        assert rows(con, "SELECT count(*) FROM articles WHERE text LIKE 'Ada%'") == [(1,)]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(20_000)), "not a DuckDB file"),
        (lambda path: path.write_bytes(path.read_bytes()[:9_000]), "cut short"),
        (lambda path: path.write_bytes(path.read_bytes()[:-100_000]), "cut short"),
        (lambda path: path.write_bytes(b""), "not a DuckDB file"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:12] + b"\xff" + path.read_bytes()[13:]),
            "made by a newer DuckDB",
        ),
    ],
)
def test_a_published_file_that_is_not_ours_is_named_and_left_alone(home: Home, damage, message: str) -> None:  # type: ignore[no-untyped-def]
    publish_one(home, "r1", "alpha")
    damage(home.published)
    before = home.published.read_bytes()
    with pytest.raises(ConfigError, match=message) as caught:
        home.begin("r2")
    assert str(caught.value).startswith(str(home.published))
    assert "\n" not in str(caught.value)
    assert "restore" in str(caught.value) or "upgrade" in str(caught.value)
    assert home.published.read_bytes() == before
    assert not list(home.path.glob("work/*"))


def test_a_file_that_is_cut_short_is_told_by_its_length(home: Home) -> None:
    """Whatever DuckDB has read of it by then: it notices where it reads, and answers the rest."""
    publish_one(home, "r1", "alpha")
    con = attach_read_only(departures=home.published)
    check_whole(con, home.published)
    size = home.published.stat().st_size
    os.truncate(home.published, size // 4)
    for written_by_us in (True, False):
        with pytest.raises(ConfigError, match=rf"cut short \({size // 4} of \d+ bytes\); restore"):
            check_whole(con, home.published, written_by_us=written_by_us)
    con.close()
    with pytest.raises(ConfigError, match="cut short.*; restore") as caught:
        open_read_only(home.published)
    assert "\n" not in str(caught.value)


def test_a_file_of_a_newer_program_or_of_something_else_is_refused(home: Home) -> None:
    publish_one(home, "r1", "alpha")
    with duckdb.connect(str(home.published)) as con:
        con.execute("INSERT INTO schema_migrations VALUES (99, '099_later.sql', 'x')")
    for attempt in (lambda: home.begin("r2"), lambda: open_read_only(home.published)):
        with pytest.raises(ConfigError, match="schema version 99.*upgrade"):
            attempt()
    home.published.unlink()
    with duckdb.connect(str(home.published)) as con:
        con.execute("CREATE TABLE sales (amount INTEGER)")
    with pytest.raises(ConfigError, match="something else.*'sales'"):
        home.begin("r2")


def test_nothing_published_yet_is_said_in_one_line(home: Home) -> None:
    with pytest.raises(ConfigError, match="nothing has been published yet"):
        open_read_only(home.published)


def test_a_log_that_someone_left_beside_the_file_is_kept_away_from_the_next_generation(home: Home) -> None:
    publish_one(home, "r1", "alpha")
    base = home.begin("r2")
    log = Path(f"{home.published}.wal")
    log.write_bytes(b"theirs")
    home.publish("r2", base)
    assert not log.exists()
    assert home.published.with_name("departures.duckdb.wal.of-generation-1").read_bytes() == b"theirs"
    assert count_articles(home) == 1


def test_a_file_open_for_writing_elsewhere_can_still_be_copied_and_replaced(home: Home) -> None:
    publish_one(home, "r1", "alpha")
    script = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(home.published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(ConfigError, match="open for writing in another program.*-readonly"):
            open_read_only(home.published)
        base = create_work_copy(
            home.published, home.work_path("r2"), run_id="r2", as_of=T0, articles_root=home.articles_root
        )
        with open_work(home.work_path("r2")) as con:
            home.load(con, [article("beta")], run_id="r2")
    finally:
        other.communicate("")
    publish_work_copy(home.work_path("r2"), home.published, base)
    assert count_articles(home) == 2


def test_a_work_copy_begun_again_starts_from_the_published_file(home: Home) -> None:
    publish_one(home, "r1", "alpha")
    home.begin("r2")
    with open_work(home.work_path("r2")) as con:
        home.load(con, [article("beta")], run_id="r2")
    home.begin("r2")
    with open_work(home.work_path("r2")) as con:
        assert rows(con, "SELECT count(*) FROM store.articles") == [(1,)]


def test_the_project_root_is_where_the_tests_think(home: Home) -> None:
    assert (ROOT / "include" / "warehouse" / "views.sql").is_file()


@pytest.fixture
def own_volume(home: Home, tmp_path: Path) -> Iterator[None]:
    """`published/` as a mount of its own on the same disk, as volumes of containers are."""
    volume = tmp_path / "volume"
    volume.mkdir()
    home.published.parent.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(["mount", "--bind", volume, home.published.parent], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting needs rights that this user has not")
    yield
    subprocess.run(["umount", home.published.parent], check=True)


def test_publishing_into_a_volume_of_its_own(home: Home, own_volume: None) -> None:
    base = home.begin("r1")
    work = home.work_path("r1")
    assert work.stat().st_dev == home.published.parent.stat().st_dev
    with pytest.raises(OSError, match="Invalid cross-device link"):
        work.rename(home.published)
    assert home.publish("r1", base) == read_generation(home.published) == Generation(1, "r1")
    assert not work.exists()
    assert [path.name for path in home.published.parent.glob("*.tmp")] == []
