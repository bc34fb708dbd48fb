"""Run a person's SQL on the published file: in a child process, read-only, with a timeout and a memory limit."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.errors import ConfigError

MAX_ROWS = 100_000
_GRACE_S = 5.0  # starting the child and handing over the rows


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a query gave. `truncated` says that there were more than `max_rows` rows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]  # as DuckDB names them
    rows: list[tuple[Any, ...]]
    truncated: bool
    seconds: float  # in the database


def run_query(
    path: Path,
    sql: str,
    *,
    timeout_s: float = 30.0,
    memory_limit: str = "1GB",
    articles_root: Path | None = None,
    max_rows: int = MAX_ROWS,
) -> QueryResult:
    """Run one SELECT (or DESCRIBE, SHOW, SUMMARIZE, EXPLAIN) on the published file at `path`.

    The file is attached read-only and nothing else can be reached but the article Parquet below `articles_root`
    (default: `articles` in the same home). Raises ConfigError in one line: nothing published, wrong SQL, another kind
    of statement, `timeout_s` seconds over, more memory needed than `memory_limit`.
    """
    import pyarrow as pa

    request = {
        "path": str(path),
        "sql": sql,
        "memory_limit": memory_limit,
        "articles_root": str(articles_root) if articles_root else None,
        "max_rows": max_rows,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "include.warehouse.query_child"],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=timeout_s + _GRACE_S,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(
            f"the query took longer than {timeout_s:g} s and was stopped; narrow it, or give it more time"
        ) from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        detail = lines[-1] if lines else f"ended by signal {-done.returncode}"
        raise ConfigError(detail if done.returncode == 2 else f"the query failed: {detail}")
    with pa.ipc.open_stream(done.stdout) as reader:
        table = reader.read_all()
        meta = json.loads(reader.schema.metadata[b"query"])
    columns = [column.to_pylist() for column in table.columns]
    rows = list(zip(*columns, strict=True))
    return QueryResult(tuple(meta["columns"]), tuple(meta["types"]), rows, meta["truncated"], meta["seconds"])
