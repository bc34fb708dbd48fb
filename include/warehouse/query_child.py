"""The child process of `query.run_query`: a request as JSON on stdin, the result as an Arrow stream on stdout.

Ends with code 2 and one line on stderr where the person's query is at fault.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from include.errors import ConfigError
from include.warehouse.generations import open_read_only

_READING = ("SELECT", "EXPLAIN")
_BATCH_ROWS = 10_000
_MOST_BYTES = 128 << 20  # of an answer: whoever asked holds it whole
_OWN_BYTES = 1 << 30  # what the process needs besides DuckDB's buffers
_TOO_MUCH = "the query needs more memory than it is given; narrow it, or raise the memory limit"
_UNITS = {"MB": 1 << 20, "GB": 1 << 30}


def answer_query(request: dict[str, Any]) -> pa.Table:
    """The rows as Arrow; the schema's metadata `query` has names, types, truncated and seconds as JSON."""
    root = request["articles_root"]
    con = open_read_only(
        Path(request["path"]),
        articles_root=Path(root) if root else None,
        memory_limit=request["memory_limit"],
    )
    started = time.perf_counter()
    try:
        statements = con.extract_statements(request["sql"])
        if len(statements) != 1 or statements[0].type.name not in _READING:
            raise ConfigError(
                "one reading statement is expected (SELECT, FROM, WITH, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN); "
                "the published file is read-only"
            )
        result = con.sql(request["sql"])
        if result is None:
            raise ConfigError("the statement gives no rows; write a SELECT")
        columns, types = list(result.columns), [str(kind) for kind in result.types]
        table = _collect(result.limit(request["max_rows"] + 1).to_arrow_reader(_BATCH_ROWS))
    except duckdb.Error as error:
        raise ConfigError(_explain(error)) from None
    seconds = round(time.perf_counter() - started, 4)
    truncated = table.num_rows > request["max_rows"]
    meta = {"columns": columns, "types": types, "truncated": truncated, "seconds": seconds}
    unique = [f"{index}" for index in range(table.num_columns)]  # two columns of one name are no field names of Arrow
    kept = _spell_out(con, table.slice(0, request["max_rows"]).rename_columns(unique))
    return kept.replace_schema_metadata({"query": json.dumps(meta)})


def _spell_out(con: duckdb.DuckDBPyConnection, table: pa.Table) -> pa.Table:
    """The table with columns that hold a time which Python has none for, `date 'infinity'` or one BC, as text."""
    for index, name in enumerate(table.column_names):
        try:
            if _has_times(table.column(index).type):
                table.column(index).to_pylist()
        except (OverflowError, ValueError):
            written = con.from_arrow(table.select([name])).project(f'CAST("{name}" AS VARCHAR)').to_arrow_table()
            table = table.set_column(index, name, written.column(0))
    return table


def _has_times(kind: pa.DataType) -> bool:
    return pa.types.is_temporal(kind) or any(_has_times(kind.field(i).type) for i in range(kind.num_fields))


def _collect(reader: pa.RecordBatchReader) -> pa.Table:
    """All rows, if they are not too large: three numbers can ask for two gigabytes, `repeat('x', 2000000000)`."""
    batches, size = [], 0
    for batch in reader:
        size += batch.nbytes
        if size > _MOST_BYTES:
            raise ConfigError(f"the answer is larger than {_MOST_BYTES >> 20} MB; ask for fewer rows or columns")
        batches.append(batch)
    return pa.Table.from_batches(batches, schema=reader.schema)


def _limit_memory(memory_limit: str) -> None:
    """Long texts are not in the buffers that DuckDB counts: the process has a limit besides, a gigabyte above."""
    most = int(memory_limit[:-2]) * _UNITS[memory_limit[-2:]] + _OWN_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _explain(error: duckdb.Error) -> str:
    first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    if isinstance(error, duckdb.OutOfMemoryException):
        return _TOO_MUCH
    return first


def main() -> int:
    """Answer the one request on stdin."""
    request = json.load(sys.stdin)
    try:
        _limit_memory(request["memory_limit"])
        table = answer_query(request)
    except MemoryError:
        print(_TOO_MUCH, file=sys.stderr)
        return 2
    except ConfigError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
        writer.write_table(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
