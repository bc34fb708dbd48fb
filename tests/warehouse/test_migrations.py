from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import duckdb
import pytest

from include.errors import ConfigError
from include.extract.fingerprint import BANDS, PERMUTATIONS, bands, similarity
from include.warehouse.load import load_batch
from include.warehouse.migrations import FOLDER, list_migrations, migrate, read_version
from include.warehouse.texts import prepare_root
from include.warehouse.views import create_views
from tests.warehouse.build import T0, Home, article, rows

PARTED = {"move_keys": ("name_keys", "near_keys")}  # by migration 3
DATA = Path(__file__).parent / "data"


def structure(con: duckdb.DuckDBPyConnection) -> list[list[tuple[object, ...]]]:
    """Everything that a reader can tell about tables: columns, types, comments, constraints."""
    return [
        rows(con, "SELECT schema_name, table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
             "WHERE NOT internal ORDER BY ALL"),
        rows(con, "SELECT schema_name, table_name, constraint_type, constraint_text FROM duckdb_constraints() "
             "ORDER BY ALL"),
        rows(con, "SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL"),
    ]  # fmt: skip


def test_versions_are_counted_and_a_second_time_changes_nothing() -> None:
    con = duckdb.connect()
    assert read_version(con) == 0
    assert migrate(con) == 0
    newest = len(list_migrations())
    assert read_version(con) == newest
    before = structure(con)
    assert migrate(con) == newest
    assert structure(con) == before


@pytest.mark.parametrize("version", [migration.version for migration in list_migrations()])
def test_every_earlier_version_with_data_reaches_the_newest(version: int, tmp_path: Path) -> None:
    """`data/NNN.sql` fills what version NNN added; every row must be there after the migrations that follow."""
    con = duckdb.connect()
    for number in range(1, version + 1):
        migrate(con, to=number)
        con.execute((DATA / f"{number:03d}.sql").read_text(encoding="utf-8"))
    filled = {
        name: rows(con, f"SELECT count(*) FROM store.{name}")[0][0]
        for (name,) in rows(con, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'store'")
    }
    assert all(filled.values()), f"data/{version:03d}.sql leaves a table empty"
    migrate(con)
    prepare_root(tmp_path)
    create_views(con, tmp_path)
    heirs = {name: PARTED.get(name, (name,)) if version < 3 else (name,) for name in filled}
    after = {
        name: sum(rows(con, f"SELECT count(*) FROM store.{heir}")[0][0] for heir in heirs[name]) for name in filled
    }
    assert after == filled
    assert rows(con, "SELECT person, status, flagged FROM events") == [("Ada Lovelace", "announced", True)]
    assert rows(con, "SELECT event_id, organisation_id, status, day, reported_on, observed_since FROM store.exits") == [
        ("e1", "o-1", "announced", date(2026, 11, 21), date(2026, 11, 21), date(2026, 11, 21))
    ]
    fresh = duckdb.connect()
    migrate(fresh)
    create_views(fresh, tmp_path)
    assert structure(con) == structure(fresh)


def test_copies_of_what_was_stored_before_are_still_recognised(tmp_path: Path) -> None:
    con = duckdb.connect()
    migrate(con, to=1)
    con.execute((DATA / "001.sql").read_text(encoding="utf-8"))
    signature = random.Random(1).randbytes(PERMUTATIONS * 4)
    words = [signature[at : at + 12].hex() for at in range(0, BANDS * 12, 12)]  # keys until version 4
    con.execute(
        "UPDATE store.signatures SET minhash = ?, bands = ?",
        [signature, [f"{number:02x}{word}" for number, word in enumerate(words)]],
    )
    migrate(con)
    assert rows(con, "SELECT bands FROM store.signatures") == [(bands(signature),)]
    home = Home(tmp_path)
    prepare_root(home.articles_root)
    create_views(con, home.articles_root)
    same = [article("beta", canonical_url="https://alpha.example/1"), article("gamma", content_hash="c2")]
    near = article("delta", minhash=signature)
    report = load_batch(
        con, [*same, near], {}, run_id="r8", as_of=T0, articles_root=home.articles_root,
        bands={near.article_id: bands(signature)}, similarity=similarity,
    )  # fmt: skip
    assert report.copies == 3
    assert rows(con, "SELECT source_id, copy_of, copy_kind FROM articles WHERE run_id = 'r8' ORDER BY ALL") == [
        ("beta", "a1", "url"), ("delta", "a1", "near"), ("gamma", "a1", "content"),
    ]  # fmt: skip


def test_a_migration_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    (tmp_path / "001_good.sql").write_text("CREATE TABLE a (x INTEGER);")
    (tmp_path / "002_bad.sql").write_text("CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1);")
    con = duckdb.connect()
    with pytest.raises(duckdb.CatalogException):
        migrate(con, folder=tmp_path)
    assert read_version(con) == 1
    assert rows(con, "SELECT table_name FROM duckdb_tables() ORDER BY 1") == [("a",), ("schema_migrations",)]
    (tmp_path / "002_bad.sql").write_text("CREATE TABLE b (x INTEGER);")
    assert migrate(con, folder=tmp_path) == 1
    assert read_version(con) == 2


def test_a_file_of_a_newer_program_or_with_other_migrations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "001_one.sql").write_text("CREATE TABLE a (x INTEGER);")
    con = duckdb.connect()
    migrate(con, folder=tmp_path)
    (tmp_path / "001_one.sql").write_text("CREATE TABLE a (x BIGINT);")
    with pytest.raises(ConfigError, match="made by another 001_one.sql"):
        migrate(con, folder=tmp_path)
    con.execute("INSERT INTO schema_migrations VALUES (2, '002_later.sql', 'x')")
    with pytest.raises(ConfigError, match="schema version 2, and this program knows versions up to 1"):
        migrate(con, folder=tmp_path)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["001_one.sql", "003_three.sql"], "migration 002 is missing"),
        (["001_one.sql", "001_uno.sql"], "missing or doubled"),
        (["one.sql"], "is named like"),
    ],
)
def test_misnamed_migrations_are_refused(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(ConfigError, match=message):
        list_migrations(tmp_path)


def test_every_migration_is_packaged() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == [m.name for m in list_migrations()]
