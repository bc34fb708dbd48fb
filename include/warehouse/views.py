"""The views that readers query."""

from __future__ import annotations

from pathlib import Path

import duckdb

_VIEWS = Path(__file__).parent / "views.sql"
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
"""
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
    con.execute(_VIEWS.read_text(encoding="utf-8"))
    con.execute(_ARTICLES.format(root=_quote(str(articles_root.resolve())), comment=_quote(_TEXTS_COMMENT)))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
