"""The moves of every person whom a run touches, and no others: what merging reads does not grow with history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import duckdb
import pyarrow as pa

from include.records import StoredMove
from include.warehouse.arrow import build_table, read_by_ids, registered, transaction
from include.warehouse.staged import MOVE_COLUMNS, stored_move

_KEYS = pa.schema([("move_id", pa.string()), ("key", pa.int64()), ("at", pa.date32()), ("reach", pa.string())])
_ARTICLE_COLUMNS = "article_id, lang, source_id, source_kind, origin, published_at"
_NAMED = """
SELECT DISTINCT a.move_id, k.move_id AS other_id, FALSE FROM asked a JOIN store.name_keys k USING (key)
WHERE a.reach = 'name'
"""
# The bounds let DuckDB pass over what lies far back; news of one day reads the last months.
_NEAR = """
SELECT DISTINCT a.move_id, k.move_id AS other_id, a.reach <> 'near' FROM asked a JOIN store.near_keys k USING (key)
WHERE a.reach <> 'name' AND abs(k."at" - a."at") <= if(a.reach = 'soon', $soon, $days)
    AND k."at" BETWEEN $first::DATE - $days::INTEGER AND $last::DATE + $days::INTEGER
"""
_FAR_APART = 400  # days: moves that tell of days further apart are asked for apart


class Key(Protocol):
    """One key of a move; `resolve.keys.BlockKey` is one."""

    @property
    def key(self) -> int: ...
    @property
    def at(self) -> date: ...
    @property
    def reach(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sharing:
    """A person who has a move that shares a key with a touched one. `is_coarse`: no more than a key of likeness."""

    move_id: str
    person_id: str
    is_coarse: bool


def write_move_keys(
    con: duckdb.DuckDBPyConnection, keys: Mapping[str, Iterable[Key]], *, replaced: Collection[str] = ()
) -> None:
    """Store, by move id, the keys of `resolve.mentions.block_keys`; `replaced` are moves that had keys before."""
    with transaction(con), registered(con, keys_in=_key_table(keys), replaced=_ids(replaced)):
        for table in ("name_keys", "near_keys", "stale_keys") if replaced else ():
            con.execute(f"DELETE FROM store.{table} WHERE move_id IN (SELECT move_id FROM replaced)")
        con.execute("INSERT INTO store.name_keys SELECT DISTINCT move_id, key FROM keys_in WHERE reach = 'name'")
        con.execute(
            "INSERT INTO store.near_keys SELECT DISTINCT move_id, key, \"at\" FROM keys_in WHERE reach <> 'name' "
            'ORDER BY "at", move_id'
        )


def mark_stale_keys(con: duckdb.DuckDBPyConnection, version: int) -> None:
    """Note of all stored keys that they are to be made anew, if they were made by another version of the rules."""
    if con.execute("SELECT version FROM store.key_rules").fetchall() == [(version,)]:
        return
    with transaction(con):
        con.execute("DELETE FROM store.stale_keys")
        con.execute('INSERT INTO store.stale_keys SELECT move_id, max("at") FROM store.near_keys GROUP BY move_id')
        con.execute("UPDATE store.key_rules SET version = ?", [version])


def list_stale_keys(con: duckdb.DuckDBPyConnection, limit: int) -> list[str]:
    """Ids of at most `limit` moves whose keys are to be made anew, those of the latest news first."""
    found = con.execute('SELECT move_id FROM store.stale_keys ORDER BY "at" DESC, move_id LIMIT ?', [limit]).fetchall()
    return [move_id for (move_id,) in found]


def forget_stale_keys(con: duckdb.DuckDBPyConnection, move_ids: Collection[str]) -> None:
    """Leave the keys of these moves as they are: what they said is not said any more."""
    with registered(con, settled=_ids(move_ids)):
        con.execute("DELETE FROM store.stale_keys WHERE move_id IN (SELECT move_id FROM settled)")


def find_sharing(
    con: duckdb.DuckDBPyConnection, keys: Mapping[str, Iterable[Key]], *, near_days: int, soon_days: int
) -> list[Sharing]:
    """People who share a key with one of these moves.

    A key that does not reach far binds `near_days` apart, one of reach `soon` no more than `soon_days`.
    """
    # Fifty copies of one story have the same keys: one of them asks for all.
    members: dict[tuple[tuple[int, date, str], ...], list[str]] = defaultdict(list)
    for move_id, found in keys.items():
        members[tuple(sorted({(k.key, k.at, k.reach) for k in found}))].append(move_id)
    same = {ids[0]: ids for ids in members.values()}
    asked = _key_table({move_id: keys[move_id] for move_id in same})
    with registered(con, asked=asked):
        pairs = con.execute(_NAMED).fetchall()
        for first, last in _spans(sorted(set(asked["at"].to_pylist()))):
            pairs += con.execute(_NEAR, {"days": near_days, "soon": soon_days, "first": first, "last": last}).fetchall()
    owner = read_owners(con, {other for _, other, _ in pairs})
    others: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for move_id, other, coarse in pairs:
        if other in owner:
            others[move_id, owner[other], coarse].add(other)
    sharing = (
        Sharing(member, person_id, coarse)
        for (move_id, person_id, coarse), moves in others.items()
        for member in same[move_id]
        if moves != {member}  # a move shares nothing with itself
    )
    return sorted(sharing, key=lambda s: (s.move_id, s.person_id, s.is_coarse))


def _spans(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Stretches of days with no wide gap within."""
    if not days:
        return
    first = before = days[0]
    for day in days:
        if (day - before).days > _FAR_APART:
            yield first, before
            first = day
        before = day
    yield first, before


def read_owners(con: duckdb.DuckDBPyConnection, move_ids: Collection[str]) -> dict[str, str]:
    """The people whom the given moves, also retired ones, are about, by move id; unresolved moves are left out."""
    rows = read_by_ids(con, "SELECT move_id, person_id FROM store.move_links", "move_id", move_ids)
    return {row["move_id"]: row["person_id"] for row in rows if row["person_id"] is not None}


def read_moves(con: duckdb.DuckDBPyConnection, move_ids: Collection[str]) -> list[StoredMove]:
    """Those of the given moves that are still said, in order of their ids."""
    moves = read_by_ids(con, f"SELECT {MOVE_COLUMNS}, known_at FROM store.moves", "move_id", move_ids)
    articles = read_by_ids(
        con, f"SELECT {_ARTICLE_COLUMNS} FROM store.articles", "article_id", {row["article_id"] for row in moves}
    )
    by_id = {row["article_id"]: row for row in articles}
    found = [stored_move(row | by_id[row["article_id"]]) for row in moves if row["article_id"] in by_id]
    return sorted(found, key=lambda stored: stored.move_id)


def _key_table(keys: Mapping[str, Iterable[Key]]) -> pa.Table:
    return build_table(_KEYS, [(move_id, k.key, k.at, k.reach) for move_id, found in keys.items() for k in found])


def _ids(move_ids: Iterable[str]) -> pa.Table:
    return pa.table({"move_id": pa.array(sorted(set(move_ids)), pa.string())})
