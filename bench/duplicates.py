"""What it costs to recognise copies, and whether that grows with history.

A day of 2,000 new articles, of which 500 have the words of a stored article and 500 nearly the words (three quarters
of the signature), is held against 10,000 stored articles; against a million, of which the last 30 days (60,000) are
in the window for near copies; and against a million all in the window. Least of three, in seconds of the wall and of
the processor, and milliseconds of the processor an article. `found` is the share of the 1,000 copies that is recognised
as a copy of the right article, `wrong` the number of the others that are taken for one.

    python -m bench.duplicates
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from include.extract.fingerprint import PERMUTATIONS, bands, similarity
from include.warehouse.arrow import registered
from include.warehouse.copies import find_copies
from include.warehouse.migrations import migrate

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
BATCH, COPIES = 2_000, 500  # of each kind
REPEATS = 3
SIZES = (
    ("10,000", 10_000, 10_000),
    ("1,000,000", 1_000_000, 60_000),
    ("1,000,000 in the window", 1_000_000, 1_000_000),
)
# Signatures and keys of unrelated articles are random: they share a key with nobody, as unrelated texts do.
_ARTICLES = """
INSERT INTO store.articles BY NAME SELECT
    md5(i::VARCHAR)[:16] AS article_id, 1 AS version, 'source' AS source_id, 'press' AS source_kind, '' AS source_ref,
    'https://example.test/' || i AS url, url AS canonical_url, 'en' AS lang, 'A title of number ' || i AS title,
    []::VARCHAR[] AS authors, $at - to_hours(i % 8760) AS fetched_at, fetched_at AS known_at, 'full' AS completeness,
    '' AS site_name, []::VARCHAR[] AS keywords, FALSE AS paywalled, '' AS cites, 'source' AS origin,
    md5('hash' || i)[:16] AS content_hash, MAP {}::MAP(VARCHAR, VARCHAR) AS field_sources,
    MAP {}::MAP(VARCHAR, BIGINT) AS cleaning, 0 AS text_id, 3000 AS text_length, 'bench' AS run_id
FROM range($known) r(i)
"""
_SIGNATURES = """
INSERT INTO store.signatures SELECT md5(i::VARCHAR)[:16], $at, ''::BLOB,
    [(b::BIGINT << 56) + ('0x' || md5(i || '-' || b)[:14])::BIGINT FOR b IN range(42)] FROM range($known) r(i)
"""
_KEYS = """
INSERT INTO store.copy_keys
SELECT ('0x' || left(md5('url ' || canonical_url), 15))::BIGINT, article_id FROM store.articles
UNION ALL SELECT ('0x' || left(md5('words ' || content_hash), 15))::BIGINT, article_id FROM store.articles
"""


def run() -> dict[str, Any]:
    """Figures of each size."""
    return {name: measure(known, windowed) for name, known, windowed in SIZES}


def measure(known: int, windowed: int) -> dict[str, float]:
    """One size: `known` stored articles, of which `windowed` are looked through for near copies."""
    numbers = random.Random(known)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "work.duckdb")) as con:
        con.execute("SET enable_progress_bar = false")  # it is drawn on standard output, where the figures go
        migrate(con)
        at = (AS_OF - timedelta(days=1)).replace(tzinfo=None)
        con.execute(_ARTICLES, {"at": at, "known": known})
        con.execute(_SIGNATURES, {"at": at, "known": windowed})
        con.execute(_KEYS)
        batch, expected = make_batch(con, numbers)
        with registered(con, batch=batch):
            con.execute("CREATE TEMP TABLE incoming AS FROM batch")
        wall, cpu = [], []
        for _ in range(REPEATS):
            started, worked = time.perf_counter(), time.process_time()
            copies = find_copies(con, as_of=AS_OF, similarity=similarity)
            wall.append(time.perf_counter() - started)
            cpu.append(time.process_time() - worked)
    found = {copy.article_id: copy.original for copy in copies}
    right = sum(found.get(copy) == original for copy, original in expected.items())
    return {
        "wall_s": round(min(wall), 2),
        "cpu_s": round(min(cpu), 2),
        "cpu_ms_per_article": round(min(cpu) / BATCH * 1e3, 2),
        "found": round(right / len(expected), 3),
        "wrong": len(found) - right,
    }


def make_batch(con: duckdb.DuckDBPyConnection, numbers: random.Random) -> tuple[pa.Table, dict[str, str]]:
    """The incoming articles, and which of them is a copy of which stored one."""
    stored = con.execute("SELECT article_id, content_hash FROM store.articles LIMIT ?", [2 * COPIES]).fetchall()
    rows: list[dict[str, Any]] = []
    expected: dict[str, str] = {}
    near: dict[str, bytes] = {}
    for number in range(BATCH):
        row = {"article_id": f"new{number:013d}", "canonical_url": f"https://new.test/{number}", "rank": number}
        row |= {"decision": "new", "content_hash": f"new{number}", "minhash": numbers.randbytes(4 * PERMUTATIONS)}
        if number < 2 * COPIES:
            original, content_hash = stored[number]
            expected[row["article_id"]] = original
            if number < COPIES:
                row["content_hash"] = content_hash
            else:
                near[original] = disturb(row["minhash"], numbers)
        rows.append(row | {"bands": bands(row["minhash"])})
    resign(con, near)
    return pa.Table.from_pylist(rows), expected


def disturb(signature: bytes, numbers: random.Random) -> bytes:
    """The signature of a text three quarters of whose n-grams are the same."""
    values = [signature[index : index + 4] for index in range(0, len(signature), 4)]
    return b"".join(numbers.randbytes(4) if numbers.random() < 0.25 else value for value in values)


def resign(con: duckdb.DuckDBPyConnection, signatures: dict[str, bytes]) -> None:
    """Give stored articles other signatures."""
    at = (AS_OF - timedelta(days=1)).replace(tzinfo=None)
    signed = pa.Table.from_pylist(
        [
            {"article_id": key, "seen_at": at, "minhash": value, "bands": bands(value)}
            for key, value in signatures.items()
        ]
    )
    with registered(con, signed=signed):
        con.execute("DELETE FROM store.signatures WHERE article_id IN (SELECT article_id FROM signed)")
        con.execute("INSERT INTO store.signatures BY NAME FROM signed")


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
