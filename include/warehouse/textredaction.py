"""A name taken out of the stored texts of articles: their files are written anew, the old ones go after publishing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from include.warehouse.arrow import registered, transaction
from include.warehouse.files import quote_text
from include.warehouse.texts import day_of, file_of, first_id_of, write_texts

Redact = Callable[[str, str, str], tuple[str, str]]  # (article id, title, text) -> (title, text) without the name
_USED = """
SELECT text_id FROM store.articles UNION SELECT text_id FROM store.article_versions
UNION SELECT (payload->>'$.article.text_id')::BIGINT FROM store.quarantine
WHERE kind = 'article' AND payload->>'$.article.text_id' IS NOT NULL
"""
_FOUND = """
SELECT text_id, article_id, title, text FROM article_texts
WHERE len([name FOR name IN $names IF contains(text, name) OR contains(title, name)]) > 0
    AND text_id IN (SELECT text_id FROM used_texts)
UNION
SELECT text_id, article_id, title, text FROM article_texts
WHERE text_id BETWEEN (SELECT coalesce(min(text_id), 0) FROM asked_texts)
    AND (SELECT coalesce(max(text_id), -1) FROM asked_texts) AND text_id IN (SELECT text_id FROM asked_texts)
"""
_ASKED = """
CREATE OR REPLACE TEMP TABLE asked_texts AS SELECT text_id FROM (
    SELECT text_id, article_id, run_id FROM store.articles UNION ALL
    SELECT text_id, article_id, run_id FROM store.article_versions)
WHERE run_id = $run_id OR article_id IN (SELECT article_id FROM asked_articles)
"""


def redact_texts(
    con: duckdb.DuckDBPyConnection,
    articles_root: Path,
    redact: Redact,
    *,
    run_id: str,
    article_ids: Collection[str],
    names: Collection[str],
) -> tuple[list[Path], set[str]]:
    """Write anew every text file that holds a text or headline which `redact` changes.

    Returns the files replaced and the articles changed.

    Looked at are the articles of this run, the given ones, and every one that holds one of the names as it stands. The
    work copy names the new files; the old ones stay until it is published (`remove_replaced`).
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE used_texts AS {_USED}")
    with registered(con, asked_articles=pa.table({"article_id": pa.array(sorted(article_ids), pa.string())})):
        con.execute(_ASKED, {"run_id": run_id})
    # Without names the files of the past are not opened.
    found = con.execute(_FOUND if names else _FOUND.partition("UNION")[2], {"names": sorted(names)} if names else {})
    changed: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)
    articles: set[str] = set()
    while rows := found.fetchmany(1_000):
        for text_id, article_id, title, text in rows:
            clean = redact(article_id, title, text)
            if clean != (title, text):
                changed[file_of(text_id)][text_id] = clean
                articles.add(article_id)
    replaced = []
    for path in sorted(articles_root.glob("*/*.parquet")) if changed else ():
        first = first_id_of(path)
        if first is not None and first in changed:
            _write_anew(con, articles_root, path, changed[first])
            replaced.append(path)
    return replaced, articles


def remove_replaced(published: Iterable[int], paths: Iterable[Path]) -> list[Path]:
    """Delete those of the replaced files of which no text id is `published` any more; return them."""
    used = {file_of(text_id) for text_id in published}
    removed = [path for path in paths if first_id_of(path) not in used]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def read_used_texts(con: duckdb.DuckDBPyConnection) -> list[int]:
    """The text ids that the open file names."""
    return [text_id for (text_id,) in con.execute(_USED).fetchall()]


def _write_anew(
    con: duckdb.DuckDBPyConnection, articles_root: Path, path: Path, clean: dict[int, tuple[str, str]]
) -> None:
    """One file with other words, under other ids; rows that nothing names are left out."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE kept_texts AS SELECT text_id FROM used_texts WHERE text_id BETWEEN ? AND ?",
        [first_id_of(path), (first_id_of(path) or 0) + (1 << 20) - 1],
    )
    rows = con.sql(
        f"SELECT t.* FROM read_parquet({quote_text(str(path))}) t SEMI JOIN kept_texts USING (text_id) ORDER BY text_id"
    ).to_arrow_table()
    ids = rows["text_id"].to_pylist()
    for position, column in enumerate(("title", "text")):
        old = zip(ids, rows[column].to_pylist(), strict=True)
        words = [clean[key][position] if key in clean else text for key, text in old]
        rows = rows.set_column(rows.schema.get_field_index(column), column, pa.array(words, pa.string()))
    new = write_texts(articles_root, rows.drop_columns(["text_id"]), day=day_of(ids[0]), folder=path.parent.name)
    with transaction(con), registered(con, moved=pa.table({"old_id": pa.array(ids, pa.int64()), "new_id": new})):
        for name in ("articles", "article_versions"):
            con.execute(f"UPDATE store.{name} AS a SET text_id = m.new_id FROM moved m WHERE a.text_id = m.old_id")
        con.execute(
            "UPDATE store.quarantine AS q SET payload = json_merge_patch(q.payload, "
            "json_object('article', json_object('text_id', m.new_id))) "
            "FROM moved m WHERE q.kind = 'article' AND (q.payload->>'$.article.text_id')::BIGINT = m.old_id"
        )
