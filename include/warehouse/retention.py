"""What is not kept for ever: old records of operation, and people who asked to be removed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from include.warehouse.arrow import count_rows, registered, store_time, transaction


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Days for which each layer is kept; None is for ever."""

    feed_polls: int | None = 400  # a year and its comparison with the year before
    quality_results: int | None = 400
    quarantine: int | None = 365
    released_quarantine: int | None = 90
    articles_without_moves: int | None = None


_OLD = {
    "feed_polls": "DELETE FROM store.feed_polls WHERE polled_at < $before",
    "quality_results": "DELETE FROM store.quality_results WHERE as_of < $before",
    "quarantine": "DELETE FROM store.quarantine WHERE quarantined_at < $before",
    "released_quarantine": "DELETE FROM store.quarantine WHERE released_at < $before",
    "articles_without_moves": "DELETE FROM store.articles WHERE article_id IN (FROM unsaid)",
}
# An article is kept while anything rests on it: a move, also a retired one, or a copy whose origin it is.
_UNSAID = """
CREATE OR REPLACE TEMP TABLE unsaid AS SELECT article_id FROM store.articles WHERE known_at < $before
    AND article_id NOT IN (SELECT article_id FROM store.moves)
    AND article_id NOT IN (SELECT article_id FROM store.retired_moves)
    AND article_id NOT IN (SELECT copy_of FROM store.articles WHERE copy_of IS NOT NULL)
"""
_ERASE = Path(__file__).parent / "erase.sql"


def apply_retention(con: duckdb.DuckDBPyConnection, policy: RetentionPolicy, *, as_of: datetime) -> dict[str, int]:
    """Delete what is older than the policy keeps; return how many rows went, by layer.

    The room that they took in the file is free for new rows; `compaction.rewrite_work_copy` gives it back.
    """
    removed = {}
    with transaction(con):
        for layer, statement in _OLD.items():
            days = getattr(policy, layer)
            if days is None:
                continue
            named = {"before": store_time(as_of - timedelta(days=days))}
            if layer == "articles_without_moves":
                con.execute(_UNSAID, named)
                for table in ("article_versions", "sightings", "signatures", "copy_keys"):
                    con.execute(f"DELETE FROM store.{table} WHERE article_id IN (FROM unsaid)")
            removed[layer] = count_rows(con, statement, named if "$before" in statement else None)
    return removed


def erase_people(con: duckdb.DuckDBPyConnection, person_ids: Collection[str], move_ids: Collection[str] = ()) -> int:
    """Remove everything that was derived about people who asked for it; return how many moves went.

    Their events with all versions, moves, names, keys and quotes, and their names as successors of others; `move_ids`
    are moves about them that stand under nobody's id yet. The ids of the moves are kept, so that reading the articles
    again does not bring them back. The articles themselves stay. Nothing of it is left in the file after
    `compaction.rewrite_work_copy`. Copies that others made, and backups, are theirs to delete.
    """
    with (
        transaction(con),
        registered(
            con,
            people=pa.table({"person_id": pa.array(sorted(person_ids), pa.string())}),
            moves_given=pa.table({"move_id": pa.array(sorted(move_ids), pa.string())}),
        ),
    ):
        con.execute(_ERASE.read_text(encoding="utf-8"))
        return count_rows(con, "SELECT count(*) FROM gone_moves")


def relocate_archive(con: duckdb.DuckDBPyConnection, files: Mapping[str, tuple[str, int]]) -> int:
    """Follow WARC files that were joined: old path to (new path, bytes before it there); return the rows changed."""
    table = pa.table(
        {
            "archive_path": pa.array(list(files), pa.string()),
            "path": pa.array([path for path, _ in files.values()], pa.string()),
            "shift": pa.array([shift for _, shift in files.values()], pa.int64()),
        }
    )
    changed = 0
    with transaction(con), registered(con, joined=table):
        for name in ("articles", "article_versions"):
            changed += count_rows(
                con,
                f"UPDATE store.{name} AS a SET archive_path = j.path, archive_offset = a.archive_offset + j.shift "
                "FROM joined j WHERE a.archive_path = j.archive_path",
            )
    return changed
