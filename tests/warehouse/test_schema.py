from __future__ import annotations

import re

import duckdb

from include.warehouse.migrations import list_migrations
from include.warehouse.schema import describe_empty
from tests.warehouse.build import ROOT, rows

CONTRACT = {
    "articles": "article_id, source_ref, url, source_id, lang, title, published_at, fetched_at, origin, completeness, "
    "text",
    "moves": "move_id, article_id, event_id, kind, person, from_org, to_org, role_from, role_to, status, focus, date, "
    "successor, confidence, quote, quote_field, quote_start, quote_end",
    "events": "event_id, kind, person_id, person, from_org, to_org, role_from, role_to, status, date, date_precision, "
    "announced_on, effective_on, first_reported_at, origins, languages, score, flagged",
    "event_history": "event_id, version, known_from, known_to, status, date, from_org, to_org, cause",
    "evidence": "event_id, move_id, article_id, url, lang, quote, field, start, end, stance",
    "exodus": "organisation, window_start, window_end, observed, expected, p_value, people",
    "talent_flow": "quarter, from_org, to_org, people",
}


def test_the_schema_page_is_what_the_database_says() -> None:
    written = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")
    assert written == describe_empty(), "run: python -m include.warehouse.schema > docs/schema.md"


def test_everything_has_a_comment(con: duckdb.DuckDBPyConnection) -> None:
    columns = rows(con, "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL")
    tables = rows(con, "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL")
    views = rows(con, "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL")
    macros = rows(
        con,
        "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND schema_name = 'main' AND comment IS NULL",
    )
    assert (columns, tables, views, macros) == ([], [], [], [])


def test_no_comment_is_left_of_a_column_that_is_gone(con: duckdb.DuckDBPyConnection) -> None:
    sql = "\n".join(migration.sql for migration in list_migrations())
    said = set(re.findall(r'COMMENT ON COLUMN store\.(\w+)\."?(\w+)"?', sql))
    there = set(rows(con, "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'store'"))
    tables = {table for table, _ in there}
    assert {(table, column) for table, column in said if table in tables} == there


def test_the_views_keep_their_contract(con: duckdb.DuckDBPyConnection) -> None:
    for view, columns in CONTRACT.items():
        wanted = columns.split(", ")
        found = [name for (name,) in rows(con, f"SELECT column_name FROM (DESCRIBE {view})")]
        assert found[: len(wanted)] == wanted, view
    for view in ("departures", "notable_departures"):
        assert rows(con, f"DESCRIBE {view}") == rows(con, "DESCRIBE events")
    for view in ("source_health", "quality_results", "quarantine"):
        assert rows(con, f"DESCRIBE {view}")


def test_every_table_says_what_it_refuses(con: duckdb.DuckDBPyConnection) -> None:
    """No table without a constraint: a key, or at least what may not be empty."""
    bare = rows(
        con,
        "SELECT table_name FROM duckdb_tables() ANTI JOIN duckdb_constraints() USING (schema_name, table_name) "
        "WHERE schema_name = 'store'",
    )
    assert bare == []
