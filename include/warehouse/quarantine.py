"""Records set aside with their reason, what the checks found, and the way back for a record that a person releases."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from include.records import QualityResult, Quarantined
from include.warehouse.arrow import build_table, fetch_dicts, registered, store_time, transaction
from include.warehouse.copies import keep_copy_keys
from include.warehouse.exits import restore_exits

_RESULTS = pa.schema(
    [
        ("suite", pa.string()),
        ("expectation", pa.string()),
        ("subject", pa.string()),
        ("severity", pa.string()),
        ("success", pa.bool_()),
        ("observed", pa.string()),
        ("failed_rows", pa.int64()),
        ("advice", pa.string()),
    ]
)
_HELD = pa.schema(
    [(name, pa.string()) for name in ("record_id", "stage", "kind", "reason", "detail", "payload", "source_id")]
)
_INSERT_HELD = """
INSERT INTO store.quarantine BY NAME
SELECT h.* REPLACE (coalesce(nullif(h.payload, ''), a.payload, m.payload)::JSON AS payload,
        coalesce(nullif(h.source_id, ''), a.source_id, m.source_id, '') AS source_id),
    $at::TIMESTAMP AS quarantined_at, $run AS run_id
FROM held h
LEFT JOIN (SELECT article_id, source_id, to_json({article: x, moves: (
        SELECT coalesce(list(y ORDER BY y.move_id), []) FROM store.moves y WHERE y.article_id = x.article_id)})::VARCHAR
        AS payload FROM store.articles x) a ON h.kind = 'article' AND a.article_id = h.record_id
LEFT JOIN (SELECT x.move_id, r.source_id, to_json({article: NULL, moves: [x]})::VARCHAR AS payload
        FROM store.moves x JOIN store.articles r USING (article_id)) m ON h.kind = 'move' AND m.move_id = h.record_id
ON CONFLICT DO UPDATE SET detail = excluded.detail, payload = coalesce(excluded.payload, payload), released_at = NULL,
    released_by = NULL
    -- a past interval that is replayed does not take back what was settled since
    WHERE released_at IS NULL OR excluded.quarantined_at >= released_at
"""
# A page that fails for another reason than last time waits for that one alone.
_CLOSE_EARLIER = """
UPDATE store.quarantine AS q SET released_at = $at, released_by = 'run ' || $run
WHERE stage IN ('fetch', 'read') AND released_at IS NULL AND quarantined_at <= $at
    AND record_id IN (SELECT record_id FROM held WHERE stage IN ('fetch', 'read'))
    AND NOT EXISTS (FROM held h WHERE h.record_id = q.record_id AND h.stage = q.stage AND h.reason = q.reason)
"""
_BAD_ARTICLES = "SELECT DISTINCT record_id FROM held WHERE kind = 'article' AND stage IN ('check', 'audit')"
_BAD_MOVES = f"""
CREATE OR REPLACE TEMP TABLE stale_moves AS
SELECT move_id, 'quarantined' AS cause FROM store.moves
WHERE article_id IN ({_BAD_ARTICLES}) OR move_id IN (SELECT record_id FROM held WHERE kind = 'move')
"""
# An edit that fails a check is undone: the version before it, and what it said, stand again.
_RESTORE_VERSIONS = f"""
INSERT INTO store.articles BY NAME SELECT v.* EXCLUDE (superseded_at, superseded_by) FROM store.article_versions v
WHERE superseded_by = $run AND article_id IN ({_BAD_ARTICLES})
"""
_RESTORE_MOVES = f"""
INSERT INTO store.moves BY NAME SELECT r.* EXCLUDE (retired_at, cause, retired_by) FROM store.retired_moves r
WHERE retired_by = $run AND cause = 'edited' AND article_id IN ({_BAD_ARTICLES}) ON CONFLICT DO NOTHING
"""
_PROMOTE_COPIES = f"""
CREATE OR REPLACE TEMP TABLE heirs AS
SELECT copy_of AS gone, arg_min(article_id, (known_at, article_id)) AS heir FROM store.articles
WHERE copy_of IN ({_BAD_ARTICLES}) AND copy_of NOT IN (SELECT article_id FROM store.articles) GROUP BY copy_of
"""


@dataclass(frozen=True, slots=True)
class Release:
    """A record that was let go: `payload` is what was kept of it, for the step that has to take it up again."""

    record_id: str
    stage: str
    kind: str
    payload: str


def apply_report(
    con: duckdb.DuckDBPyConnection,
    results: Iterable[QualityResult],
    quarantined: Iterable[Quarantined],
    *,
    run_id: str,
    as_of: datetime,
) -> dict[str, int]:
    """Store what checks found and take the rows that failed out of the batch; return how many of each kind went.

    An article goes with its moves, and an edit that failed gives way to the version before. An event that failed the
    audit keeps what was believed of it before this run. Records of earlier steps (stages fetch and read) are only
    stored, and are open for the reasons of this run alone. Applied twice it changes nothing.
    """
    held = list({(q.record_id, q.stage, q.reason): q for q in quarantined}.values())
    named = {"at": store_time(as_of), "run": run_id}
    tables = {
        "results": build_table(_RESULTS, [tuple(getattr(r, name) for name in _RESULTS.names) for r in results]),
        "held": build_table(_HELD, [tuple(getattr(q, name) for name in _HELD.names) for q in held]),
    }
    with transaction(con), registered(con, **tables):
        con.execute(
            "INSERT OR REPLACE INTO store.quality_results BY NAME "
            "SELECT *, $run AS run_id, $at::TIMESTAMP AS as_of FROM results",
            named,
        )
        if held:
            con.execute(_INSERT_HELD, named)
            con.execute(_CLOSE_EARLIER, named)
            _remove_moves(con, run_id, as_of)
            _remove_articles(con, run_id)
            _undo_events(con, run_id, {record.record_id for record in held if record.kind == "event"})
    counts: dict[str, int] = {}
    for record in held:
        counts[record.kind] = counts.get(record.kind, 0) + 1
    return counts


def close_refusals(
    con: duckdb.DuckDBPyConnection, record_ids: Collection[str], *, run_id: str, as_of: datetime
) -> None:
    """Take records that steps before the load had refused (stages fetch and read) off the list: they were read now."""
    with registered(con, given=pa.table({"record_id": pa.array(sorted(record_ids), pa.string())})):
        con.execute(
            "UPDATE store.quarantine SET released_at = $at, released_by = 'run ' || $run "
            "WHERE stage IN ('fetch', 'read') AND released_at IS NULL AND quarantined_at <= $at "
            "AND record_id IN (SELECT record_id FROM given)",
            {"at": store_time(as_of), "run": run_id},
        )


def release_records(
    con: duckdb.DuckDBPyConnection, record_ids: Collection[str], *, by: str, run_id: str, as_of: datetime
) -> list[Release]:
    """Let records go that are held: articles and moves are in the batch of this run again, and stay out of quarantine.

    Pages (stages fetch and read) come back with their payload, for the pipeline to take up. Ids that are not held are
    passed over.
    """
    with transaction(con), registered(con, given=pa.table({"record_id": pa.array(sorted(record_ids), pa.string())})):
        rows = fetch_dicts(
            con,
            "SELECT record_id, stage, kind, payload::VARCHAR AS payload FROM store.quarantine SEMI JOIN given "
            "USING (record_id) WHERE released_at IS NULL ORDER BY ALL",
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE let_go AS SELECT DISTINCT ON (record_id, kind) record_id, kind, payload "
            "FROM store.quarantine SEMI JOIN given USING (record_id) "
            "WHERE released_at IS NULL AND stage IN ('check', 'audit') ORDER BY quarantined_at"
        )
        _restore(con, "store.articles", "payload->'$.article'", run_id)
        keep_copy_keys(con, "SELECT record_id FROM let_go WHERE kind = 'article'")
        _restore(con, "store.moves", "unnest(from_json(payload->'$.moves', '[\"JSON\"]'))", run_id)
        con.execute(
            "INSERT INTO store.touched_moves SELECT move_id, ? FROM store.moves WHERE run_id = ? UNION "
            "SELECT move_id, ? FROM store.move_links WHERE event_id IN (SELECT record_id FROM let_go) "
            "ON CONFLICT DO NOTHING",
            [run_id, run_id, run_id],
        )
        con.execute(
            "UPDATE store.quarantine SET released_at = ?, released_by = ? "
            "WHERE record_id IN (SELECT record_id FROM given) AND released_at IS NULL",
            [store_time(as_of), by],
        )
    return [Release(row["record_id"], row["stage"], row["kind"], row["payload"] or "") for row in rows]


def _restore(con: duckdb.DuckDBPyConnection, table: str, json: str, run_id: str) -> None:
    """Put rows back that were kept as JSON, as rows of this run."""
    name = table.removeprefix("store.")
    columns = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'store' AND table_name = ?", [name]
    ).fetchall()
    structure = "{" + ", ".join(f'"{column}": "{kind}"' for column, kind in columns) + "}"
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT r.* REPLACE (? AS run_id) FROM "
        f"(SELECT unnest(from_json(kept, '{structure}')) FROM (SELECT {json} AS kept FROM let_go) "
        "WHERE kept IS NOT NULL AND json_type(kept) = 'OBJECT') r ON CONFLICT DO NOTHING",
        [run_id],
    )


def _remove_moves(con: duckdb.DuckDBPyConnection, run_id: str, as_of: datetime) -> None:
    con.execute(_BAD_MOVES)
    con.execute("INSERT INTO store.touched_moves SELECT move_id, ? FROM stale_moves ON CONFLICT DO NOTHING", [run_id])
    con.execute("DELETE FROM store.moves WHERE move_id IN (SELECT move_id FROM stale_moves)")


def _remove_articles(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    for table in ("articles", "signatures", "sightings"):
        con.execute(f"DELETE FROM store.{table} WHERE article_id IN ({_BAD_ARTICLES})")
    con.execute(_RESTORE_VERSIONS, {"run": run_id})
    con.execute(_RESTORE_MOVES, {"run": run_id})
    con.execute(
        f"DELETE FROM store.article_versions WHERE superseded_by = ? AND article_id IN ({_BAD_ARTICLES})", [run_id]
    )
    con.execute(f"DELETE FROM store.retired_moves WHERE retired_by = ? AND article_id IN ({_BAD_ARTICLES})", [run_id])
    con.execute(_PROMOTE_COPIES)
    con.execute(
        "UPDATE store.articles AS a SET copy_of = nullif(h.heir, a.article_id), "
        "copy_kind = if(h.heir = a.article_id, NULL, copy_kind) FROM heirs h WHERE a.copy_of = h.gone"
    )


def _undo_events(con: duckdb.DuckDBPyConnection, run_id: str, event_ids: Collection[str]) -> None:
    if not event_ids:
        return
    bad = "SELECT record_id FROM held WHERE kind = 'event'"
    con.execute(f"DELETE FROM store.event_versions WHERE run_id = ? AND event_id IN ({bad})", [run_id])
    con.execute(
        "UPDATE store.event_versions SET known_to = NULL, closed_by = NULL "
        f"WHERE closed_by = ? AND event_id IN ({bad})",
        [run_id],
    )
    restore_exits(con, event_ids)
