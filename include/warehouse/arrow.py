"""Records to Arrow and Arrow into DuckDB: the one way by which rows enter the warehouse.

Arrow is loaded at millions of rows a second, parameter by parameter at thousands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

TIME = pa.timestamp("us")
TEXTS = pa.list_(pa.string())
TEXT_MAP = pa.map_(pa.string(), pa.string())
COUNT_MAP = pa.map_(pa.string(), pa.int64())
_LOOK_UPS_AT_ONCE = 1000  # above 2,048 rows DuckDB scans instead (index_scan_max_count)
_TOO_MANY_LOOK_UPS = 30_000
_MANY_MISSES = 5_000  # of a batch hardly any id is known: a scan finds that sooner
_IN_TRANSACTION: set[int] = set()  # ids of connections


def store_time(moment: datetime | None) -> datetime | None:
    """A time as the warehouse keeps it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def read_time(moment: datetime | None) -> datetime | None:
    """The inverse of store_time."""
    return moment.replace(tzinfo=UTC) if moment else None


def build_table(schema: pa.Schema, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows, each in the order of the schema's fields, as an Arrow table."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(column, type=kind.type) for column, kind in zip(columns, schema, strict=True)], schema=schema
    )


def read_by_ids(
    con: duckdb.DuckDBPyConnection, select: str, column: str, ids: Collection[str], rest: str = ""
) -> list[dict[str, Any]]:
    """Rows of `select` whose indexed text column is one of the ids, in no order; `rest` is a further condition.

    DuckDB asks an index for constants alone, a thousand at a time; that costs what the ids cost, however large the
    table. Very many ids are joined, which reads the whole table once.
    """
    wanted = sorted(set(ids))
    if len(wanted) > _TOO_MANY_LOOK_UPS:
        with registered(con, wanted=pa.table({"id": pa.array(wanted, pa.string())})):
            return fetch_dicts(con, f"{select} WHERE {column} IN (SELECT id FROM wanted) {rest}")
    return [
        row
        for condition in _list_conditions(column, wanted)
        for row in fetch_dicts(con, f"{select} {condition} {rest}")
    ]


def read_table_by_ids(con: duckdb.DuckDBPyConnection, select: str, column: str, ids: Collection[str]) -> pa.Table:
    """As read_by_ids, as an Arrow table."""
    wanted = sorted(set(ids))
    if len(wanted) > _MANY_MISSES:
        with registered(con, wanted=pa.table({"id": pa.array(wanted, pa.string())})):
            return con.sql(f"{select} WHERE {column} IN (SELECT id FROM wanted)").to_arrow_table()
    conditions = _list_conditions(column, wanted) or ["WHERE FALSE"]
    return pa.concat_tables([con.sql(f"{select} {condition}").to_arrow_table() for condition in conditions])


def _list_conditions(column: str, wanted: Sequence[str]) -> list[str]:
    conditions = []
    for start in range(0, len(wanted), _LOOK_UPS_AT_ONCE):
        literals = ", ".join("'" + key.replace("'", "''") + "'" for key in wanted[start : start + _LOOK_UPS_AT_ONCE])
        conditions.append(f"WHERE {column} IN ({literals})")
    return conditions


@contextmanager
def registered(con: duckdb.DuckDBPyConnection, **tables: pa.Table) -> Iterator[None]:
    """Give Arrow tables names that SQL can use while the block lasts."""
    for name, table in tables.items():
        con.register(name, table)
    try:
        yield
    finally:
        with suppress(duckdb.TransactionException):  # an aborted transaction takes the names with it
            for name in tables:
                con.unregister(name)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block or nothing of it; within another such block, part of that one."""
    if id(con) in _IN_TRANSACTION:  # a second BEGIN would abort the first
        yield
        return
    con.execute("BEGIN TRANSACTION")
    _IN_TRANSACTION.add(id(con))
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    else:
        con.execute("COMMIT")
    finally:
        _IN_TRANSACTION.discard(id(con))


def fetch_row(con: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None) -> tuple[Any, ...]:
    """The one row of a query. Fetched to the end: a result that is not holds up the next query."""
    (row,) = (con.execute(sql, parameters) if parameters is not None else con.execute(sql)).fetchall()
    return tuple(row)


def count_rows(con: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None) -> int:
    """The one number of a query, or how many rows an INSERT, UPDATE or DELETE changed."""
    return int(fetch_row(con, sql, parameters)[0])


def fetch_dicts(con: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
    """All rows of a query, each as a dict."""
    result = con.execute(sql, parameters) if parameters is not None else con.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
