"""Fewer, larger files: texts of past months in one file a month, and a database file without holes."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from include.warehouse.arrow import count_rows, registered, transaction
from include.warehouse.files import disk_errors, quote_text, sync_path
from include.warehouse.generations import attach_read_only, open_work, remove_work_copy
from include.warehouse.migrations import migrate
from include.warehouse.texts import ROWS_A_FILE, file_of, first_id_of, write_texts
from include.warehouse.views import create_views

ORPHAN_GRACE = timedelta(days=2)  # a reader may have an earlier generation open for hours, a run may be under way
HOLES_BYTES = 16_000_000  # below that a rewrite costs more than the room is worth
_ORPHANS = ".orphans.json"
_USED = """
SELECT text_id FROM {store}.articles UNION ALL SELECT text_id FROM {store}.article_versions
UNION ALL SELECT (payload->>'$.article.text_id')::BIGINT FROM {store}.quarantine
WHERE kind = 'article' AND payload->>'$.article.text_id' IS NOT NULL
"""


def compact_texts(con: duckdb.DuckDBPyConnection, articles_root: Path, *, before: date) -> int:
    """Join the text files of each month that ended before `before`; return how many files they replace.

    The old files stay, for readers of earlier generations, until `remove_orphan_texts` finds that the published file
    names them no more. A month that is one file already is left alone, and so is a file that a quarantined article
    still names.
    """
    held = {
        file_of(text_id)
        for (text_id,) in con.execute(
            "SELECT (payload->>'$.article.text_id')::BIGINT FROM store.quarantine "
            "WHERE kind = 'article' AND payload->>'$.article.text_id' IS NOT NULL"
        ).fetchall()
    }
    months: dict[str, list[Path]] = defaultdict(list)
    for path in _list_text_files(articles_root):
        month = path.parent.name[:7]
        if month < before.isoformat()[:7] and first_id_of(path) not in held:
            months[month].append(path)
    replaced = 0
    for month, paths in sorted(months.items()):
        used = [path for path in paths if _is_used(con, path)]
        if len(used) > 1:
            _join_month(con, articles_root, month, used)
            replaced += len(used)
    return replaced


def remove_orphan_texts(
    published: Path,
    articles_root: Path,
    *,
    now: datetime,
    grace: timedelta = ORPHAN_GRACE,
    candidates: Iterable[Path] = (),
) -> list[Path]:
    """Delete text files that neither the published file nor one of the candidates, which may be published one day,
    has named for `grace`; return them.

    A file is noted at the first call that finds it unused, and deleted by a call at least `grace` later that still
    does: dropped runs, compacted months, and retention leave such files behind.
    """
    used: set[int] = set()
    for path in (published, *candidates):
        con = attach_read_only(departures=path)
        try:
            used |= {file_of(text_id) for (text_id,) in con.execute(_USED.format(store="store")).fetchall()}
        finally:
            con.close()
    noted = _read_orphans(articles_root)
    unused = [path for path in _list_text_files(articles_root) if first_id_of(path) not in used]
    kept: dict[str, str] = {}
    removed = []
    for path in unused:
        name = path.relative_to(articles_root).as_posix()
        since = datetime.fromisoformat(noted.get(name, now.isoformat()))
        if now - since >= grace:
            path.unlink()
            removed.append(path)
        else:
            kept[name] = since.isoformat()
    for folder in {path.parent for path in removed}:
        if not any(folder.iterdir()):
            folder.rmdir()
    partial = articles_root / f"{_ORPHANS}.tmp"
    partial.write_text(json.dumps(kept, indent=1, sort_keys=True), encoding="utf-8")
    partial.replace(articles_root / _ORPHANS)
    return removed


def has_holes(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether rewriting an open work copy is worth it: it would give back a fifth of it, and some megabytes."""
    ((block_size, total, free),) = con.execute(
        "SELECT block_size, total_blocks, free_blocks FROM pragma_database_size()"
    ).fetchall()
    return bool(free * block_size >= HOLES_BYTES and free * 5 >= total)


def rewrite_work_copy(work: Path, articles_root: Path) -> tuple[int, int]:
    """Write a work copy anew, row by row, so that nothing deleted is left in it; return its bytes before and after.

    DuckDB reuses the room of deleted rows and does not overwrite it: after a takedown the words would still be in the
    file. Killed in the middle, the work copy is as it was.
    """
    before = work.stat().st_size
    fresh = work.with_name(f".{work.name}.{os.getpid()}.fresh")
    with disk_errors(work.parent):
        try:
            remove_work_copy(fresh)
            with open_work(fresh) as con:
                migrate(con)
                con.execute(f"ATTACH {quote_text(str(work))} AS former (READ_ONLY)")
                with transaction(con):
                    for (table,) in _list_tables(con):
                        con.execute(f"DELETE FROM store.{table}")
                        con.execute(f"INSERT INTO store.{table} BY NAME FROM former.store.{table}")
                con.execute("DETACH former")
                create_views(con, articles_root)
                con.execute("CHECKPOINT")
            sync_path(fresh)
            fresh.replace(work)
        finally:
            remove_work_copy(fresh)
    return before, work.stat().st_size


def _join_month(con: duckdb.DuckDBPyConnection, articles_root: Path, month: str, paths: list[Path]) -> None:
    names = ", ".join(quote_text(str(path)) for path in paths)
    rows = con.sql(
        f"SELECT text_id, article_id, version, title, text FROM read_parquet([{names}]) WHERE text_id IN "
        "(SELECT text_id FROM store.articles UNION ALL SELECT text_id FROM store.article_versions) ORDER BY text_id"
    )
    first_day = date.fromisoformat(f"{month}-01")
    old_ids, new_ids = [], []
    for chunk in _in_chunks(rows.to_arrow_reader(ROWS_A_FILE)):
        old_ids.append(chunk["text_id"].combine_chunks())
        texts = chunk.drop_columns(["text_id"])
        new_ids.append(write_texts(articles_root, texts, day=first_day, folder=month))
    table = pa.table({"old_id": pa.chunked_array(old_ids), "new_id": pa.chunked_array(new_ids)})
    with transaction(con), registered(con, moved=table):
        for name in ("articles", "article_versions"):
            con.execute(f"UPDATE store.{name} AS a SET text_id = m.new_id FROM moved m WHERE a.text_id = m.old_id")


def _in_chunks(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Tables of at most ROWS_A_FILE rows, all but the last of exactly so many."""
    waiting: list[pa.RecordBatch] = []
    for batch in reader:
        waiting.append(batch)
        table = pa.Table.from_batches(waiting)
        while table.num_rows >= ROWS_A_FILE:
            yield table.slice(0, ROWS_A_FILE)
            table = table.slice(ROWS_A_FILE)
        waiting = table.to_batches()
    if waiting:
        yield pa.Table.from_batches(waiting)


def _is_used(con: duckdb.DuckDBPyConnection, path: Path) -> bool:
    first = first_id_of(path)
    if first is None:
        return False
    rows = count_rows(
        con,
        f"SELECT count(*) FROM ({_USED.format(store='store')}) WHERE text_id BETWEEN ? AND ?",
        [first, first + (1 << 20) - 1],
    )
    return rows > 0


def _list_text_files(articles_root: Path) -> list[Path]:
    return sorted(path for path in articles_root.glob("*/*.parquet") if first_id_of(path) is not None)


def _list_tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str]]:
    return con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'store' AND database_name = 'former' ORDER BY ALL"
    ).fetchall()


def _read_orphans(articles_root: Path) -> dict[str, str]:
    try:
        noted = json.loads((articles_root / _ORPHANS).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # without the notes the grace begins anew
    return noted if isinstance(noted, dict) else {}
