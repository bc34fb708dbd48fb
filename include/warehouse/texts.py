"""Article text: immutable Parquet files by day, each written once and moved into place whole.

A text is found by one number, `text_id`: 16 bits for the day (since 1970), 27 bits for the file, 20 bits for the row.
A join on one integer costs a fifth of one on two texts, and files are told apart by their range of ids alone.
"""

from __future__ import annotations

import hashlib
import os
import re
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [
        ("text_id", pa.int64()),
        ("article_id", pa.string()),
        ("version", pa.int32()),
        ("title", pa.string()),
        ("text", pa.string()),
    ]
)
ROWS_A_FILE = 50_000
_ROWS_A_GROUP = 4_000  # what one look-up decompresses
_DAY_SHIFT = 47
_FILE_SHIFT = 20
_EPOCH = date(1970, 1, 1)
_NAME = re.compile(r"([0-9a-f]{16})-[0-9a-f]{16}\.parquet")


def prepare_root(articles_root: Path) -> None:
    """Make the folder, with one file without rows, so that a reader finds a schema before the first article."""
    articles_root.mkdir(parents=True, exist_ok=True)
    target = articles_root / "empty.parquet"
    if not target.exists():
        _write(SCHEMA.empty_table(), target)


def write_texts(articles_root: Path, rows: pa.Table, *, day: date, folder: str = "") -> pa.Array:
    """Write rows of (article_id, version, title, text) below `articles_root/<folder>/`; return their text ids.

    The folder is the day, unless another name is given. The same rows on the same day make the same file and the same
    ids, so that a repeated load writes nothing. The files are there before any published file names them; what a
    dropped run wrote is removed by `compaction.remove_orphan_texts`.
    """
    target = articles_root / (folder or day.isoformat())
    chunks = [
        _write_chunk(target, rows.slice(start, ROWS_A_FILE), day) for start in range(0, rows.num_rows, ROWS_A_FILE)
    ]
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.int64())


def first_id_of(path: Path) -> int | None:
    """The smallest text id that a file could hold, by its name; None for the file without rows."""
    match = _NAME.fullmatch(path.name)
    return int(match[1], 16) if match else None


def file_of(text_id: int) -> int:
    """The smallest text id that the file of this one could hold."""
    return text_id >> _FILE_SHIFT << _FILE_SHIFT


def day_of(text_id: int) -> date:
    """The day under which the file of this text was written."""
    return _EPOCH + timedelta(days=text_id >> _DAY_SHIFT)


def _write_chunk(folder: Path, rows: pa.Table, day: date) -> pa.Array:
    digest = _digest(rows)
    salt = 0
    while True:
        number = int(hashlib.sha256(f"{digest}:{salt}".encode()).hexdigest(), 16) % (1 << (_DAY_SHIFT - _FILE_SHIFT))
        first = ((day - _EPOCH).days << _DAY_SHIFT) | (number << _FILE_SHIFT)
        name = f"{first:016x}-{digest}.parquet"
        others = [path for path in folder.glob(f"{first:016x}-*.parquet") if path.name != name]
        if not others:
            break
        salt += 1
    ids = pc.add(pa.array(range(rows.num_rows), pa.int64()), first)
    if not (folder / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        columns = [ids, *(rows.column(field.name).cast(field.type) for field in list(SCHEMA)[1:])]
        _write(pa.Table.from_arrays(columns, schema=SCHEMA), folder / name)
    return ids


def _digest(rows: pa.Table) -> str:
    sink = hashlib.sha256()
    for batch in rows.combine_chunks().to_batches():
        sink.update(batch.serialize())
    return sink.hexdigest()[:16]


def _write(table: pa.Table, target: Path) -> None:
    """Write one Parquet file under a name that no reader matches, then move it into place."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        pq.write_table(table, partial, compression="zstd", row_group_size=_ROWS_A_GROUP)
        with partial.open("rb") as stream:
            os.fsync(stream.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
