"""Exports at every publish: CSV, JSON Lines, Parquet and an Atom feed, each written whole, with stable ids and URLs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from include.publish.atom import entry_id, published_ids, render_feed
from include.publish.files import write_atomically, write_text
from include.publish.rows import COLUMNS, Row, as_list, as_text, event_url

# A cell that begins so is a formula to a spreadsheet, full-width signs and leading blanks included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FLOW_COLUMNS = ("quarter", "from_org", "to_org", "people")
_BALANCE_COLUMNS = ("quarter", "organisation", "came", "went", "net")


def write_exports(
    rows: Sequence[Row],
    folder: Path,
    *,
    base_url: str,
    updated_at: datetime,
    flows: Sequence[Row] = (),
    balances: Sequence[Row] = (),
    rejected: Sequence[Row] = (),
) -> list[Path]:
    """Write `departures.csv`, `.jsonl`, `.parquet`, `departures.atom` (the flagged ones), `talent_flow.csv` and
    `talent_balance.csv`.

    `rows` are all departures, `rejected` those that a person has rejected: the feed withdraws them where it told of
    them, the other files are without them. `flows` and `balances` are rows of the views of these names. Returns the
    files.
    """
    ordered = _order(rows)
    feed = folder / "departures.atom"
    given_out = published_ids(feed.read_text(encoding="utf-8")) if feed.is_file() else set()
    # Who read of a departure in the feed reads there that it was denied, though it is flagged no more.
    told = [
        row for row in _order([*rows, *rejected]) if row.get("flagged") or entry_id(str(row["event_id"])) in given_out
    ]
    return [
        write_text(folder / "departures.csv", render_csv(ordered, base_url)),
        write_text(folder / "departures.jsonl", render_jsonl(ordered, base_url)),
        write_atomically(folder / "departures.parquet", lambda stream: _write_parquet(ordered, base_url, stream)),
        write_text(feed, render_feed(told, base_url=base_url, updated_at=updated_at)),
        write_text(folder / "talent_flow.csv", _render_table(_FLOW_COLUMNS, flows)),
        write_text(folder / "talent_balance.csv", _render_table(_BALANCE_COLUMNS, balances)),
    ]


def _order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (as_text(row.get("first_reported_at")), str(row["event_id"])), reverse=True)


def render_csv(rows: Sequence[Row], base_url: str) -> str:
    """The departures as CSV for spreadsheets; a cell that would be a formula begins with an apostrophe."""
    return _render_table((*COLUMNS, "url"), [{**row, "url": event_url(base_url, row["event_id"])} for row in rows])


def render_jsonl(rows: Sequence[Row], base_url: str) -> str:
    """The departures as JSON Lines, evidence and reasons included, values as they are."""
    lines = []
    for row in rows:
        content = {key: _plain(row.get(key)) for key in (*COLUMNS, "reasons", "evidence")}
        content["url"] = event_url(base_url, row["event_id"])
        lines.append(json.dumps(content, ensure_ascii=False, default=as_text))
    return "".join(line + "\n" for line in lines)


def neutralise_formula(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run."""
    return (
        "'" + text
        if text.lstrip(" \u00a0\u3000").startswith(_FORMULA_STARTS) or text[:1] in "\t\r\n" and text
        else text
    )


def _render_table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return stream.getvalue()


def _cell(value: object) -> str:
    text = as_text(value)
    return text if isinstance(value, int | float) else neutralise_formula(text)


def _plain(value: object) -> object:
    return as_text(value) if isinstance(value, datetime) else value


def _write_parquet(rows: Sequence[Row], base_url: str, stream: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "origins": pa.int64(),
        "languages": pa.list_(pa.string()),
        "score": pa.float64(),
        "flagged": pa.bool_(),
    }
    schema = pa.schema([(column, types.get(column, pa.string())) for column in (*COLUMNS, "url")])
    records = []
    for row in rows:
        record: dict[str, object] = {}
        for column in COLUMNS:
            value = row.get(column)
            if column == "languages":
                record[column] = [str(entry) for entry in as_list(value)]
            else:
                record[column] = value if column in types or value is None else as_text(value)
        record["url"] = event_url(base_url, row["event_id"])
        records.append(record)
    pq.write_table(pa.Table.from_pylist(records, schema=schema), stream, compression="zstd")
