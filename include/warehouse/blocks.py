"""The moves of every person whom a run touches, and no others: what merging reads does not grow with history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import duckdb
import pyarrow as pa

from include.records import StoredMove
from include.warehouse.arrow import build_table, count_rows, fetch_dicts, registered, transaction
from include.warehouse.staged import MOVE_COLUMNS, stored_move

_KEYS = pa.schema([("move_id", pa.string()), ("key", pa.string()), ("at", pa.date32())])
_SELECT_MOVES = f"""
SELECT {MOVE_COLUMNS}, m.known_at, a.lang, a.source_id, a.source_kind, a.origin, a.published_at
FROM store.moves m JOIN store.articles a USING (article_id)
"""
# People of the given moves (also of retired ones), and of the moves that share a key with them.
_BLOCKS = """
WITH own_keys AS (SELECT key, "at" FROM store.move_keys SEMI JOIN given USING (move_id)),
near_moves AS (
    SELECT move_id FROM given
    UNION SELECT k.move_id FROM store.move_keys k JOIN own_keys o ON k.key = o.key
        WHERE NOT starts_with(k.key, 'near|') OR abs(k."at" - o."at") <= ?),
people AS (SELECT DISTINCT person_id FROM store.move_links SEMI JOIN near_moves USING (move_id)
    WHERE person_id IS NOT NULL)
SELECT move_id FROM near_moves UNION SELECT move_id FROM store.move_links SEMI JOIN people USING (person_id)
"""


def write_move_keys(con: duckdb.DuckDBPyConnection, keys: Mapping[str, Iterable[tuple[str, date]]]) -> None:
    """Store, by move id, the (key, day) pairs of `resolve.mentions.block_keys`; those stored before are replaced."""
    table = build_table(_KEYS, [(move_id, key, at) for move_id, pairs in keys.items() for key, at in pairs])
    owners = pa.table({"move_id": pa.array(list(keys), pa.string())})
    with transaction(con), registered(con, keys_in=table, owners=owners):
        con.execute("DELETE FROM store.move_keys WHERE move_id IN (SELECT move_id FROM owners)")
        con.execute("INSERT INTO store.move_keys BY NAME SELECT DISTINCT * FROM keys_in ORDER BY ALL")


def read_moves(con: duckdb.DuckDBPyConnection, move_ids: Collection[str]) -> list[StoredMove]:
    """Those of the given moves that are still said, in order of their ids."""
    with registered(con, given=_ids(move_ids)):
        rows = fetch_dicts(con, f"{_SELECT_MOVES} SEMI JOIN given USING (move_id) ORDER BY move_id")
    return [stored_move(row) for row in rows]


def read_blocks(con: duckdb.DuckDBPyConnection, move_ids: Collection[str], *, near_days: int = 60) -> list[StoredMove]:
    """Every move of every person who has a move that shares a key with a given one, in order of move ids.

    Keys `near|...` bind only moves at most `near_days` apart (`resolve.names.NEAR_DAYS`). Given moves may be retired
    ones: the people that they were about are found, they themselves are not returned.
    """
    with registered(con, given=_ids(move_ids)):
        found = con.execute(_BLOCKS, [near_days]).fetchall()
    return read_moves(con, [move_id for (move_id,) in found])


def touch_people(con: duckdb.DuckDBPyConnection, person_ids: Collection[str], run_id: str) -> int:
    """Mark every move of these people as touched, as a decision about them needs; return how many are new."""
    return _touch(con, "person_id", person_ids, run_id)


def touch_events(con: duckdb.DuckDBPyConnection, event_ids: Collection[str], run_id: str) -> int:
    """Mark every move of these events as touched, as a date that has passed needs; return how many are new."""
    return _touch(con, "event_id", event_ids, run_id)


def _touch(con: duckdb.DuckDBPyConnection, column: str, ids: Collection[str], run_id: str) -> int:
    with registered(con, given=pa.table({column: pa.array(sorted(ids), pa.string())})):
        return count_rows(
            con,
            f"INSERT INTO store.touched_moves SELECT move_id, ? FROM store.move_links SEMI JOIN given USING ({column}) "
            "ON CONFLICT DO NOTHING",
            [run_id],
        )


def _ids(move_ids: Collection[str]) -> pa.Table:
    return pa.table({"move_id": pa.array(sorted(set(move_ids)), pa.string())})
