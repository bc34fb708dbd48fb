from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.warehouse import query
from include.warehouse.query import run_query
from tests.warehouse.build import Home, article


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    with home.run("r1") as con:
        home.load(con, [article("alpha"), article("beta")])
    return home


def test_rows_come_back_with_names_and_types(published: Home) -> None:
    result = run_query(
        published.published,
        "SELECT title, fetched_at, authors, text_length, text_length FROM articles ORDER BY title",
    )
    assert result.columns == ("title", "fetched_at", "authors", "text_length", "text_length")
    assert result.types == ("VARCHAR", "TIMESTAMP", "VARCHAR[]", "INTEGER", "INTEGER")
    assert result.rows[0][:3] == ("News alpha", datetime(2026, 11, 21, 6), ["Grace Hopper"])
    assert len(result.rows) == 2
    assert not result.truncated


@pytest.mark.parametrize(
    "statement", ["FROM articles", "DESCRIBE events", "SHOW TABLES", "EXPLAIN SELECT 1", "SELECT 1;"]
)
def test_every_reading_statement_answers(published: Home, statement: str) -> None:
    assert run_query(published.published, statement).rows


def test_unusual_types_come_back(published: Home) -> None:
    sql = (
        "SELECT 170141183460469231731687303715884105727::HUGEINT, INTERVAL 1 DAY, DATE '2026-11-21', 'x'::BLOB, "
        "{'a': 1}, MAP {'a': 1}, '{\"a\": 1}'::JSON, 1.5::DECIMAL(4,2), TIME '10:00', 'nan'::DOUBLE, NULL, "
        "'2026-11-21 00:00:00+00'::TIMESTAMPTZ, uuid(), 'a'::ENUM('a')"
    )
    (row,) = run_query(published.published, sql).rows
    assert len(row) == 14
    assert row[3:7] == (b"x", {"a": 1}, [("a", 1)], '{"a": 1}')


def test_a_time_that_python_has_none_for_comes_back_as_text(published: Home) -> None:
    sql = (
        "SELECT DATE 'infinity', TIMESTAMP '-infinity', [DATE 'infinity'], {'a': DATE '0044-03-15 (BC)'}, 1, "
        "DATE '12026-01-01', TIMESTAMPTZ 'infinity', DATE '2026-11-21', TIMESTAMP_S 'infinity', "
        "MAP {DATE 'infinity': 1} "
        "UNION ALL SELECT DATE '2026-11-21', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
    )
    result = run_query(published.published, sql)
    first, second = result.rows
    assert first[:7] == (
        "infinity",
        "-infinity",
        "[infinity]",
        "{'a': '0044-03-15 (BC)'}",
        1,
        "12026-01-01",
        "infinity",
    )
    assert first[7:] == (date(2026, 11, 21), "infinity", "{infinity=1}")
    assert second == ("2026-11-21", *[None] * 9)
    assert result.types[:2] == ("DATE", "TIMESTAMP")


def test_more_rows_than_wanted_are_cut_and_said(published: Home) -> None:
    result = run_query(published.published, "SELECT * FROM range(100)", max_rows=10)
    assert (len(result.rows), result.truncated) == (10, True)
    assert not run_query(published.published, "SELECT * FROM range(10)", max_rows=10).truncated


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("SELECT nothing FROM articles", '"nothing" not found'),
        ("SELECT 1; SELECT 2", "one reading statement is expected"),
        ("", "one reading statement is expected"),
        ("DROP VIEW events", "one reading statement is expected"),
        ("CREATE TABLE t AS SELECT 1", "one reading statement is expected"),
        ("COPY (SELECT 1) TO '/tmp/never-written.csv'", "one reading statement is expected"),
        ("ATTACH '/tmp/other.duckdb'", "one reading statement is expected"),
        ("SET lock_configuration = false", "one reading statement is expected"),
        ("INSTALL httpfs", "one reading statement is expected"),
        ("SELECT * FROM read_text('/etc/passwd')", "Cannot access file"),
        ("SELECT * FROM read_csv('https://example.com/x.csv')", "file system operations are disabled"),
        ("SELECT * FROM glob('/etc/*')", "Cannot access"),
    ],
)
def test_what_is_not_allowed_is_refused_in_one_line(published: Home, sql: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        run_query(published.published, sql)
    assert "\n" not in str(caught.value)
    assert not Path("/tmp/never-written.csv").exists()


def test_a_query_that_runs_for_ever_is_stopped(published: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "_GRACE_S", 1.0)
    with pytest.raises(ConfigError, match="longer than 1 s"):
        run_query(published.published, "SELECT count(*) FROM range(1000000000000)", timeout_s=1)


def test_a_query_that_needs_too_much_memory_is_stopped(published: Home) -> None:
    with pytest.raises(ConfigError, match="more memory"):
        run_query(
            published.published,
            "SELECT string_agg(repeat('x', 1000) || i) FROM range(10000000) t(i)",
            memory_limit="200MB",
        )


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT repeat('x', 200000000)", "larger than 128 MB"),
        ("SELECT repeat('x', 20000) FROM range(50000)", "larger than 128 MB"),
        ("SELECT repeat('x', 3000000000)", "memory"),
    ],
)
def test_an_answer_that_would_fill_the_asker_s_memory_is_refused(published: Home, sql: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        run_query(published.published, sql, memory_limit="512MB")


def test_nothing_published_and_a_file_that_is_not_ours_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing has been published yet"):
        run_query(tmp_path / "published" / "departures.duckdb", "SELECT 1")
    other = tmp_path / "notes.txt"
    other.write_text("not a database" * 100)
    with pytest.raises(ConfigError, match="notes.txt: not a DuckDB file"):
        run_query(other, "SELECT 1")
