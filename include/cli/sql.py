"""`departures sql`: any question to the published file, read-only."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Sequence
from itertools import chain, count
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from include.cli.common import Home, err, out, read_settings

if TYPE_CHECKING:
    from include.warehouse.query import QueryResult


def sql(
    query: Annotated[str, typer.Argument(metavar='"SELECT ..."', help="One statement; see `describe` for columns.")],
    style: Annotated[Literal["table", "csv", "json"], typer.Option("--format", help="How to print.")] = "table",
    home: Home = None,
) -> None:
    """Ask the published file, for example: select person, from_org, score from notable_departures.

    Views: articles, moves, events, departures, notable_departures, event_history, evidence, exodus, talent_flow,
    source_health, quality_results, quarantine.
    """
    from include.warehouse.query import run_query

    settings = read_settings(home)
    result = run_query(settings.published_path, query, articles_root=settings.articles_root)
    {"table": _print_table, "csv": _print_csv, "json": _print_json}[style](result)


def _print_table(result: QueryResult) -> None:
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(Text(name)) for name in result.columns))
    for row in result.rows:
        table.add_row(*[Text("" if value is None else _cell(value)) for value in row])
    out().print(table)
    rows = f"{len(result.rows)} row{'' if len(result.rows) == 1 else 's'}"
    err().print(f"{rows}; there are more, of which these came first" if result.truncated else rows)


def _print_csv(result: QueryResult) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows([["" if value is None else _cell(value) for value in row] for row in result.rows])


def _print_json(result: QueryResult) -> None:
    names = _tell_apart(result.columns)
    rows = [dict(zip(names, map(_as_json, row), strict=True)) for row in result.rows]
    print(json.dumps(rows, ensure_ascii=False, default=str, allow_nan=False))


def _tell_apart(columns: Sequence[str]) -> list[str]:
    """Names of which no two are one: the second `id` of a join is `id_1`, as DuckDB calls it in a subquery."""
    names: list[str] = []
    for column in columns:
        numbered = (f"{column}_{number}" for number in count(1))
        names.append(next(name for name in chain([column], numbered) if name not in names))
    return names


def _as_json(value: Any) -> Any:
    """A value as JSON has it: of numbers, NaN and the infinite ones are words."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _as_json(entry) for key, entry in value.items()}
    return [_as_json(entry) for entry in value] if isinstance(value, list | tuple) else value


def _cell(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (list, dict)) else str(value)
