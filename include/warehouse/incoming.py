"""The batch as it comes in: what cannot be stored is refused, and each article is new, an edit, or known."""

from __future__ import annotations

from datetime import datetime

import duckdb

from include.warehouse.arrow import count_rows, read_table_by_ids, registered, store_time

LIGHT_COLUMNS = (  # columns of an article that go into the table as they come
    "article_id, source_id, source_kind, source_ref, url, canonical_url, lang, title, authors, published_at, "
    "modified_at, fetched_at, completeness, site_name, keywords, paywalled, cites, content_hash, field_sources, "
    "cleaning, archive_path, archive_offset"
)
# What the constraints of the tables forbid goes to quarantine with its reason, rather than fail the whole batch.
_REFUSED = """
CREATE OR REPLACE TEMP TABLE refused AS
SELECT 'article' AS kind, coalesce(article_id, '') AS record_id, row_index, coalesce(source_id, '') AS source_id,
    to_json({article: b, moves: []}) AS payload, 'malformed' AS reason, CASE
    WHEN coalesce(article_id, '') = '' OR coalesce(source_id, '') = '' THEN 'an article needs an id and a source'
    WHEN fetched_at IS NULL THEN 'an article needs the time it was fetched'
    WHEN completeness IS NULL OR completeness NOT IN ('full', 'summary') THEN 'completeness is full or summary'
    WHEN source_kind IS NULL OR source_kind NOT IN ('lab', 'filing', 'wire', 'press') THEN 'an unknown kind of source'
    END AS detail
FROM (SELECT * EXCLUDE (minhash, bands) FROM batch) b WHERE detail IS NOT NULL
UNION ALL
SELECT 'move', move_id, row_index, coalesce(a.source_id, ''), to_json({article: NULL, moves: [m]}),
    if(a.article_id IS NULL, 'orphan', 'malformed'), CASE
    WHEN a.article_id IS NULL THEN 'its article is not in the batch'
    WHEN kind NOT IN ('departure', 'arrival', 'appointment', 'leave', 'return') THEN 'the kind is unknown'
    WHEN coalesce(person, '') = '' THEN 'nobody is named'
    WHEN status NOT IN ('announced', 'reported', 'rumoured', 'denied') THEN 'the status is unknown'
    WHEN focus NOT IN ('main', 'background') THEN 'the focus is unknown'
    WHEN confidence IS NULL OR confidence NOT BETWEEN 0 AND 1 THEN 'the confidence is not between 0 and 1'
    WHEN coalesce(quote, '') = '' THEN 'there is no evidence'
    WHEN quote_field NOT IN ('title', 'text') THEN 'the evidence is neither in title nor text'
    WHEN quote_start < 0 OR quote_end <= quote_start THEN 'the evidence has no extent'
    END AS detail
FROM moves_in m LEFT JOIN (SELECT article_id, min(source_id) AS source_id FROM batch GROUP BY article_id) a
    USING (article_id)
WHERE detail IS NOT NULL
"""
_HOLD_REFUSED = """
INSERT INTO store.quarantine BY NAME
SELECT DISTINCT ON (record_id, reason) record_id, 'check' AS stage, kind, reason, detail, payload, source_id,
    $at::TIMESTAMP AS quarantined_at, $run AS run_id
FROM refused ON CONFLICT DO NOTHING
"""
# Of several rows with one id (two feeds brought the page) the fullest and latest is read; the others are sightings.
_INCOMING = f"""
CREATE OR REPLACE TEMP TABLE incoming AS
WITH best AS (
    SELECT {LIGHT_COLUMNS}, cited_origin, minhash, bands, row_index, text_length,
        row_number() OVER (ORDER BY coalesce(published_at, fetched_at), article_id) AS rank
    FROM batch SEMI JOIN chosen USING (row_index))
SELECT b.*, s.version AS old_version, s.source_id AS old_source, CASE
    WHEN h.record_id IS NOT NULL THEN 'held'
    WHEN s.article_id IS NULL THEN 'new'
    WHEN s.content_hash = b.content_hash THEN 'same'
    WHEN s.completeness <> b.completeness THEN if(b.completeness = 'full', 'newer', 'older')
    WHEN b.fetched_at >= s.fetched_at THEN 'newer'
    ELSE 'older' END AS decision
FROM best b LEFT JOIN known s USING (article_id)
LEFT JOIN (SELECT DISTINCT record_id, payload->>'$.article.content_hash' AS content_hash FROM store.quarantine
    WHERE kind = 'article' AND stage IN ('check', 'audit') AND released_at IS NULL) h
    ON h.record_id = b.article_id AND h.content_hash = b.content_hash
"""
_KNOWN = "SELECT article_id, version, content_hash, completeness, fetched_at, source_id FROM store.articles"
_CHOSEN = """
CREATE OR REPLACE TEMP TABLE chosen AS SELECT row_index FROM batch
WHERE row_index NOT IN (SELECT row_index FROM refused WHERE kind = 'article') QUALIFY row_number() OVER (
    PARTITION BY article_id ORDER BY completeness = 'full' DESC, fetched_at DESC, text_length DESC, content_hash,
    source_id, row_index) = 1
"""


def read_incoming(con: duckdb.DuckDBPyConnection, *, run_id: str, as_of: datetime) -> int:
    """Make the temporary tables `incoming`, `chosen` and `refused` of the registered `batch` and `moves_in`.

    `incoming` has one row an article with its `decision`: new, newer (an edit), same, older, or held (in quarantine
    with the very same words). What cannot be stored at all is put into quarantine; returns how many that are.
    """
    con.execute(_REFUSED)
    con.execute(_HOLD_REFUSED, {"at": store_time(as_of), "run": run_id})
    con.execute(_CHOSEN)
    ids = [
        key
        for (key,) in con.execute("SELECT DISTINCT article_id FROM batch SEMI JOIN chosen USING (row_index)").fetchall()
    ]
    with registered(con, known=read_table_by_ids(con, _KNOWN, "article_id", ids)):
        con.execute(_INCOMING)
    return count_rows(con, "SELECT count(*) FROM refused")
