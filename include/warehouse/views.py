"""The views that readers query."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from include.warehouse.arrow import transaction
from include.warehouse.files import quote_text

_VIEWS = Path(__file__).parent / "views.sql"
_LEDGER = """
CREATE TABLE IF NOT EXISTS main.schema_views (checksum VARCHAR PRIMARY KEY);
COMMENT ON TABLE main.schema_views IS 'Which definition of the views this file has; another one replaces them.';
COMMENT ON COLUMN main.schema_views.checksum IS 'Hash of views.sql.';
"""
_ARTICLES = """
CREATE OR REPLACE VIEW article_texts AS
SELECT text_id, article_id, version, title, text
FROM read_parquet(coalesce(getvariable('articles_root'), {root}) || '/**/*.parquet');
COMMENT ON VIEW article_texts IS {comment};

CREATE OR REPLACE VIEW articles AS
SELECT a.article_id, a.source_ref, a.url, a.source_id, a.lang, a.title, a.published_at, a.fetched_at, a.origin,
    a.completeness, t.text, a.version, a.canonical_url, a.authors, a.modified_at, a.known_at, a.site_name, a.keywords,
    a.paywalled, a.cites, a.copy_of, a.copy_kind, a.content_hash, a.text_length, a.text_id, a.archive_path,
    a.archive_offset, a.run_id
FROM store.articles a LEFT JOIN (SELECT text_id, text FROM article_texts) t USING (text_id);
COMMENT ON VIEW articles IS 'Cleaned articles, current versions, with their text.';
COMMENT ON COLUMN article_texts.title IS 'Headline of this version.';
COMMENT ON COLUMN article_texts.text IS 'Text of this version.';
COMMENT ON COLUMN articles.text IS 'Cleaned text.';
"""
_EVENT_TABLES = ("event_versions",)
_TABLES_OF = {
    "articles": ("articles",),
    "article_texts": ("articles",),
    "moves": ("moves", "move_links"),
    "events": _EVENT_TABLES,
    "departures": _EVENT_TABLES,
    "notable_departures": _EVENT_TABLES,
    "event_history": _EVENT_TABLES,
    "status_changes": _EVENT_TABLES,
    "reasons": _EVENT_TABLES,
    "evidence": ("move_links", "moves", "articles"),
    "exodus": ("exodus",),
    "talent_flow": _EVENT_TABLES,
    "talent_balance": _EVENT_TABLES,
    "source_health": ("feed_states",),
    "quality_results": ("quality_results",),
    "quarantine": ("quarantine",),
    "runs": ("runs",),
    "proposals": ("entity_proposals",),
    "entities": ("entities",),
}
_TEXTS_COMMENT = (
    "Titles and texts of every version of every article, straight from the Parquet folder. Where that has been moved "
    "since the file was published: SET VARIABLE articles_root = '/path/to/articles'."
)


def create_views(con: duckdb.DuckDBPyConnection, articles_root: Path) -> None:
    """Create all views and macros in an open work copy.

    The view of the article text names the Parquet folder absolutely, so that any DuckDB client can query the file;
    where the variable `articles_root` is set, that folder is used instead (`generations.open_read_only` does so, and
    a person whose home has moved can).
    """
    root = quote_text(str(articles_root.resolve()))
    text = _VIEWS.read_text(encoding="utf-8")
    checksum = hashlib.sha256(text.encode()).hexdigest()[:16]
    with transaction(con):  # one for all: a commit a comment would take longer than all the rest
        con.execute(_LEDGER)
        if con.execute("SELECT checksum FROM main.schema_views").fetchall() != [(checksum,)]:
            con.execute(text)
            con.execute("DELETE FROM main.schema_views")
            con.execute("INSERT INTO main.schema_views VALUES (?)", [checksum])
        con.execute(_ARTICLES.format(root=root, comment=quote_text(_TEXTS_COMMENT)))
        _comment_columns(con)


def _comment_columns(con: duckdb.DuckDBPyConnection) -> None:
    """A column of a view that has no comment of its own has that of the table it comes from."""
    comments = con.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'store'"
    ).fetchall()
    by_column = {(table, column): comment for table, column, comment in comments}
    bare = con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() c WHERE schema_name = 'main' AND comment IS NULL "
        "AND NOT internal AND table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal)"
    ).fetchall()
    statements = []
    for view, column in bare:
        comment = next((by_column[table, column] for table in _TABLES_OF[view] if (table, column) in by_column), None)
        if comment is not None:
            statements.append(f'COMMENT ON COLUMN main.{view}."{column}" IS {quote_text(comment)};')
    con.execute("\n".join(statements))
