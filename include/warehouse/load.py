"""Load a batch of articles and moves into a work copy: duplicates, versions and origins are decided here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from include.records import Article, Move
from include.warehouse.arrow import build_table, read_by_ids, registered, store_time, transaction
from include.warehouse.copies import NEAR_WINDOW, Copy, find_copies
from include.warehouse.incoming import LIGHT_COLUMNS, read_incoming
from include.warehouse.rereading import replace_moves
from include.warehouse.staged import articles_table, moves_table
from include.warehouse.texts import write_texts

_SIGHTINGS = """
INSERT INTO store.sightings BY NAME
SELECT b.article_id, b.source_id, b.url, b.published_at, b.fetched_at AS seen_at, ? AS run_id
FROM batch b JOIN incoming i USING (article_id)
WHERE b.source_id <> if(i.decision = 'new', i.source_id, i.old_source)
    AND b.row_index NOT IN (SELECT row_index FROM refused WHERE kind = 'article')
QUALIFY row_number() OVER (PARTITION BY b.article_id, b.source_id ORDER BY b.fetched_at, b.row_index) = 1
ON CONFLICT DO NOTHING
"""
_KEEP_OLD_VERSIONS = """
INSERT INTO store.article_versions BY NAME SELECT s.*, ?::TIMESTAMP AS superseded_at, ? AS superseded_by
FROM store.articles s SEMI JOIN (SELECT article_id FROM incoming WHERE decision = 'newer') USING (article_id)
"""
_UPDATE_EDITED = """
UPDATE store.articles AS s SET version = i.old_version + 1, lang = i.lang, title = i.title, authors = i.authors,
    published_at = coalesce(i.published_at, s.published_at), modified_at = i.modified_at, fetched_at = i.fetched_at,
    completeness = i.completeness, site_name = i.site_name, keywords = i.keywords, paywalled = i.paywalled,
    cites = i.cites, content_hash = i.content_hash, field_sources = i.field_sources, cleaning = i.cleaning,
    archive_path = i.archive_path, archive_offset = i.archive_offset, text_id = t.text_id,
    text_length = i.text_length, run_id = ?
FROM incoming i JOIN new_texts t USING (article_id) WHERE i.decision = 'newer' AND s.article_id = i.article_id
"""
_OWN_ORIGIN = "if({0}.cited_origin <> '', {0}.cited_origin, {0}.source_id)"
_INSERT_NEW = f"""
INSERT INTO store.articles BY NAME
SELECT {", ".join(f"i.{name}" for name in LIGHT_COLUMNS.split(", "))}, 1 AS version, ?::TIMESTAMP AS known_at,
    CASE WHEN c.original IS NULL THEN {_OWN_ORIGIN.format("i")} WHEN r.article_id IS NULL THEN c.origin
        ELSE {_OWN_ORIGIN.format("r")} END AS origin,
    c.original AS copy_of, c.kind AS copy_kind, t.text_id, i.text_length, ? AS run_id
FROM incoming i JOIN new_texts t USING (article_id) LEFT JOIN copies c USING (article_id)
LEFT JOIN incoming r ON r.article_id = c.original AND r.decision = 'new'
WHERE i.decision = 'new' ORDER BY i.rank
"""
# An article that is stored turns out to be a copy of an older one when a new one is like both.
_TURNED = "SELECT * FROM copies ANTI JOIN (SELECT article_id FROM incoming WHERE decision = 'new') USING (article_id)"
_MARK_COPIES = """
UPDATE store.articles AS s SET copy_of = c.original, copy_kind = c.kind FROM turned c
WHERE s.article_id = c.article_id
"""
_FOLLOW_ORIGINAL = """
UPDATE store.articles AS s SET copy_of = c.original FROM turned c WHERE s.copy_of = c.article_id
"""
_TAKE_ORIGIN = """
UPDATE store.articles AS s SET origin = r.origin FROM store.articles r
WHERE r.article_id = s.copy_of AND s.copy_of IN (SELECT original FROM turned) AND s.origin <> r.origin
"""
_COPIES = pa.schema([(name, pa.string()) for name in ("article_id", "original", "kind", "origin")])


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. `touched_moves` are the ids whose people must be merged anew."""

    new_articles: int
    new_versions: int
    unchanged: int  # the same content again, or an older one
    copies: int
    refused: int  # rows that no table can hold; they are in quarantine
    moves_added: int
    moves_retired: int
    touched_moves: tuple[str, ...]


def load_batch(
    con: duckdb.DuckDBPyConnection,
    articles: Sequence[Article],
    moves: Mapping[str, Sequence[Move]],
    *,
    run_id: str,
    as_of: datetime,
    articles_root: Path,
    bands: Mapping[str, Sequence[int]],
    similarity: Callable[[bytes, bytes], float],
    source_kinds: Mapping[str, str] | None = None,
) -> LoadReport:
    """Load articles and, by article id, their moves into an open work copy. The same batch twice adds nothing.

    - An article whose id is there with other words is a new version, unless it was fetched earlier or is a summary
      where the full text is known. Its moves replace those of the version before.
    - An article with the address, the words or nearly the words of another is stored as a copy of it and has its
      origin, so that ten copies count as one source. `bands` (by article id) and `similarity` come from
      `extract.fingerprint`; near copies are looked for among the articles of the last 30 days.
    - Otherwise the origin is whom the article cites, else its source. `source_kinds` are the sources' kinds by id.
    - Articles and moves that are held in quarantine unchanged are left out; what no table can hold is put there.

    The text goes to Parquet below `articles_root`.
    """
    return load_tables(
        con,
        articles_table(articles, bands, source_kinds or {}),
        moves_table((article_id, move) for article_id, found in moves.items() for move in found),
        run_id=run_id,
        as_of=as_of,
        articles_root=articles_root,
        similarity=similarity,
    )


def load_tables(
    con: duckdb.DuckDBPyConnection,
    articles: pa.Table,
    moves: pa.Table,
    *,
    run_id: str,
    as_of: datetime,
    articles_root: Path,
    similarity: Callable[[bytes, bytes], float],
) -> LoadReport:
    """As load_batch, for a batch that is Arrow already (schemas `staged.ARTICLES` and `staged.MOVES`)."""
    known_at = store_time(as_of)
    indexed = _light_columns(articles)
    texts_in = _index_rows(articles.select(["article_id", "title", "text"]))
    with transaction(con), registered(con, batch=indexed, moves_in=_index_rows(moves), texts_in=texts_in):
        con.execute("DELETE FROM store.touched_moves WHERE run_id <> ?", [run_id])
        refused = read_incoming(con, run_id=run_id, as_of=as_of)
        copies = find_copies(con, as_of=as_of, similarity=similarity)
        texts = _store_texts(con, articles, articles_root, as_of)
        counts = dict(con.execute("SELECT decision, count(*) FROM incoming GROUP BY ALL").fetchall())
        with registered(con, new_texts=texts, copies=_copies_table(con, copies)):
            if "newer" in counts:
                con.execute(_KEEP_OLD_VERSIONS, [known_at, run_id])
                con.execute(_UPDATE_EDITED, [run_id])
            con.execute(_INSERT_NEW, [known_at, run_id])
            _turn_copies(con, run_id)
        con.execute(_SIGHTINGS, [run_id])
        _store_signatures(con, as_of)
        added, retired = replace_moves(con, run_id=run_id, as_of=as_of)
        touched = con.execute("SELECT move_id FROM store.touched_moves ORDER BY move_id").fetchall()
    return LoadReport(
        new_articles=counts.get("new", 0),
        new_versions=counts.get("newer", 0),
        unchanged=counts.get("same", 0) + counts.get("older", 0) + counts.get("held", 0),
        copies=len(copies),
        refused=refused,
        moves_added=added,
        moves_retired=retired,
        touched_moves=tuple(move_id for (move_id,) in touched),
    )


def read_touched(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Ids of the moves that the run of this work copy touched, for a merge in another process than the load."""
    return [key for (key,) in con.execute("SELECT move_id FROM store.touched_moves ORDER BY move_id").fetchall()]


def _light_columns(articles: pa.Table) -> pa.Table:
    """The batch without its texts, which never enter the DuckDB file."""
    import pyarrow.compute as pc

    return _index_rows(articles.drop_columns(["text"]).append_column("text_length", pc.utf8_length(articles["text"])))


def _index_rows(table: pa.Table) -> pa.Table:
    return table.append_column("row_index", pa.array(range(table.num_rows), pa.int64()))


def _store_texts(con: duckdb.DuckDBPyConnection, articles: pa.Table, articles_root: Path, as_of: datetime) -> pa.Table:
    picked = con.sql(
        "SELECT row_index, article_id, coalesce(old_version, 0) + 1 AS version FROM incoming "
        "WHERE decision IN ('new', 'newer') ORDER BY rank"
    ).to_arrow_table()
    rows = pa.table(
        {
            "article_id": picked["article_id"],
            "version": picked["version"],
            "title": articles["title"].take(picked["row_index"]),
            "text": articles["text"].take(picked["row_index"]),
        }
    )
    return pa.table(
        {
            "article_id": picked["article_id"],
            "text_id": write_texts(articles_root, rows, day=as_of.astimezone(UTC).date()),
        }
    )


def _store_signatures(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    con.execute("DELETE FROM store.signatures WHERE seen_at < ?", [store_time(as_of - NEAR_WINDOW)])
    con.execute(
        "INSERT INTO store.signatures SELECT article_id, ?, minhash, bands FROM incoming "
        "WHERE decision = 'new' AND minhash <> ''::BLOB ORDER BY rank",
        [store_time(as_of)],
    )


def _copies_table(con: duckdb.DuckDBPyConnection, copies: Sequence[Copy]) -> pa.Table:
    """Copies with the origin of their original, where that is stored already."""
    originals = {copy.original for copy in copies}
    rows = read_by_ids(con, "SELECT article_id, origin FROM store.articles", "article_id", originals)
    origins = {row["article_id"]: row["origin"] for row in rows}
    rows_in = [(copy.article_id, copy.original, copy.kind, origins.get(copy.original)) for copy in copies]
    return build_table(_COPIES, rows_in)


def _turn_copies(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    turned = con.sql(_TURNED).to_arrow_table()
    if not turned.num_rows:
        return
    with registered(con, turned=turned):
        con.execute(_MARK_COPIES)
        con.execute(_FOLLOW_ORIGINAL)
        con.execute(_TAKE_ORIGIN)
        con.execute(
            "INSERT INTO store.touched_moves SELECT move_id, ? FROM store.moves WHERE article_id IN (SELECT article_id "
            "FROM store.articles WHERE copy_of IN (SELECT original FROM turned)) ON CONFLICT DO NOTHING",
            [run_id],
        )
