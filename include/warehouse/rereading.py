"""Articles that are read anew, and their moves: added, left as they are, or retired because no longer said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb

from include.records import Article
from include.warehouse.arrow import count_rows, fetch_dicts, read_time, store_time
from include.warehouse.staged import MOVE_COLUMNS

# Moves of an article that is read anew replace those it had; what both have stays as it is, so nothing is added twice.
# A page that two feeds brought can be there in two wordings: what fits only the one that is not kept goes with it.
_WANTED_MOVES = f"""
CREATE OR REPLACE TEMP TABLE wanted_moves AS
WITH doubled AS (SELECT article_id FROM texts_in GROUP BY article_id HAVING count(*) > 1),
fits AS (SELECT m.row_index, bool_or(t.row_index IN (FROM chosen)) AS kept
    FROM moves_in m SEMI JOIN doubled USING (article_id) JOIN texts_in t ON m.article_id = t.article_id AND m.quote =
        substring(if(m.quote_field = 'title', t.title, t.text), m.quote_start + 1, m.quote_end - m.quote_start)
    GROUP BY m.row_index)
SELECT {MOVE_COLUMNS} FROM moves_in m JOIN incoming i USING (article_id)
WHERE i.decision IN ('new', 'newer', 'same')
    AND m.row_index NOT IN (SELECT row_index FROM refused WHERE kind = 'move')
    AND m.row_index NOT IN (SELECT row_index FROM fits WHERE NOT kept)
    AND move_id NOT IN (SELECT record_id FROM store.quarantine
        WHERE kind = 'move' AND reason <> 'malformed' AND released_at IS NULL)
    AND move_id NOT IN (FROM store.erased_moves)
QUALIFY row_number() OVER (PARTITION BY move_id ORDER BY confidence DESC, m.row_index) = 1
"""
_SAID = MOVE_COLUMNS.replace(", detector", "")  # a newer detector that says the same changes nothing
_STALE_MOVES = f"""
CREATE OR REPLACE TEMP TABLE stale_moves AS
SELECT move_id, if(i.decision = 'newer', 'edited', 'reread') AS cause
FROM (SELECT {_SAID} FROM store.moves SEMI JOIN (SELECT article_id FROM incoming WHERE decision IN ('newer', 'same'))
        USING (article_id)
    EXCEPT SELECT {_SAID} FROM wanted_moves) JOIN incoming i USING (article_id)
"""

_STORED = """
SELECT a.* EXCLUDE (title), t.title, t.text FROM store.articles a JOIN article_texts t USING (text_id)
WHERE text_id BETWEEN $first AND $last AND fetched_at >= $since AND fetched_at < $until ORDER BY text_id
"""


def read_articles(
    con: duckdb.DuckDBPyConnection, *, since: datetime, until: datetime, rows: int
) -> Iterator[list[Article]]:
    """The current versions of articles that were fetched from `since` to before `until`, at most `rows` at a time.

    They come without their signatures: what is known already is not compared with others again.
    """
    named: dict[str, Any] = {"since": store_time(since), "until": store_time(until)}
    found = con.execute(
        "SELECT text_id FROM store.articles WHERE fetched_at >= $since AND fetched_at < $until ORDER BY text_id", named
    ).fetchall()
    ids = [text_id for (text_id,) in found]
    for start in range(0, len(ids), rows):
        chunk = ids[start : start + rows]
        yield [_article(row) for row in fetch_dicts(con, _STORED, {**named, "first": chunk[0], "last": chunk[-1]})]


def _article(row: dict[str, Any]) -> Article:
    fetched_at = read_time(row["fetched_at"])
    assert fetched_at is not None
    plain = (
        "article_id", "source_id", "source_ref", "url", "canonical_url", "lang", "title", "text", "completeness",
        "site_name", "paywalled", "content_hash", "archive_path", "archive_offset",
    )  # fmt: skip
    return Article(
        **{name: row[name] for name in plain},
        authors=tuple(row["authors"]),
        keywords=tuple(row["keywords"]),
        published_at=read_time(row["published_at"]),
        modified_at=read_time(row["modified_at"]),
        fetched_at=fetched_at,
        origin=row["cites"],
        field_sources=tuple(row["field_sources"].items()),
        cleaning=tuple(row["cleaning"].items()),
    )


def replace_moves(con: duckdb.DuckDBPyConnection, *, run_id: str, as_of: datetime) -> tuple[int, int]:
    """Give the articles of `incoming` the moves of `moves_in`; return how many were added and how many retired."""
    con.execute(_WANTED_MOVES)
    con.execute(_STALE_MOVES)
    retired = retire_moves(con, run_id=run_id, as_of=as_of)
    fresh = "FROM wanted_moves ANTI JOIN store.moves USING (move_id)"
    con.execute(f"INSERT INTO store.touched_moves SELECT move_id, ? {fresh} ON CONFLICT DO NOTHING", [run_id])
    added = count_rows(
        con,
        f"INSERT INTO store.moves BY NAME SELECT {MOVE_COLUMNS}, ?::TIMESTAMP AS known_at, ? AS run_id {fresh} "
        "ORDER BY move_id",
        [store_time(as_of), run_id],
    )
    return added, retired


def retire_moves(con: duckdb.DuckDBPyConnection, *, run_id: str, as_of: datetime) -> int:
    """Move the rows of the temporary table `stale_moves` (move_id, cause) to the retired ones; return how many."""
    con.execute(
        "INSERT INTO store.retired_moves BY NAME SELECT m.*, ?::TIMESTAMP AS retired_at, s.cause, ? AS retired_by "
        "FROM store.moves m JOIN stale_moves s USING (move_id)",
        [store_time(as_of), run_id],
    )
    con.execute(
        "INSERT INTO store.touched_moves SELECT move_id, ? FROM stale_moves SEMI JOIN store.moves USING (move_id) "
        "ON CONFLICT DO NOTHING",
        [run_id],
    )
    return count_rows(con, "DELETE FROM store.moves WHERE move_id IN (SELECT move_id FROM stale_moves)")
