"""Which incoming articles are copies of others: the same address, the same words, or nearly the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from include.warehouse.arrow import registered, store_time

NEAR_THRESHOLD = 0.5  # share of word 4-grams: variants of one text have .53 and more, unrelated texts p99 0.00
NEAR_WINDOW = timedelta(days=30)
_MOST_CANDIDATES = 20  # a boilerplate page shares bands with thousands; the ones sharing most are enough
_STRENGTH = {"url": 0, "content": 1, "near": 2}

# `incoming` holds the articles of the batch with their decision; candidates are pairs (article, other, kind).
_EXACT = """
SELECT i.article_id, s.article_id AS other, 'url' AS kind FROM incoming i JOIN store.articles s
    ON s.canonical_url = i.canonical_url AND s.article_id <> i.article_id
    WHERE i.decision = 'new' AND i.canonical_url <> ''
UNION ALL
SELECT i.article_id, s.article_id, 'content' FROM incoming i JOIN store.articles s
    ON s.content_hash = i.content_hash AND s.article_id <> i.article_id
    WHERE i.decision = 'new' AND i.content_hash <> ''
UNION ALL
SELECT article_id, other, kind FROM (
    SELECT article_id, first(article_id) OVER (PARTITION BY canonical_url ORDER BY rank) AS other, 'url' AS kind
    FROM incoming WHERE decision = 'new' AND canonical_url <> '') WHERE other <> article_id
UNION ALL
SELECT article_id, other, kind FROM (
    SELECT article_id, first(article_id) OVER (PARTITION BY content_hash ORDER BY rank) AS other, 'content' AS kind
    FROM incoming WHERE decision = 'new' AND content_hash <> '') WHERE other <> article_id
"""
_NEAR = f"""
WITH fresh AS (SELECT article_id, rank, unnest(bands) AS band FROM incoming WHERE decision = 'new'),
pairs AS (
    SELECT f.article_id, k.article_id AS other FROM fresh f JOIN (
        SELECT article_id, unnest(bands) AS band FROM store.signatures WHERE seen_at >= ?) k USING (band)
        WHERE k.article_id <> f.article_id
    UNION ALL
    SELECT f.article_id, g.article_id FROM fresh f JOIN fresh g ON f.band = g.band AND g.rank < f.rank)
SELECT article_id, other FROM (SELECT article_id, other, count(*) AS shared FROM pairs GROUP BY ALL)
QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY shared DESC, other) <= {_MOST_CANDIDATES}
"""
_SIGNATURES = """
SELECT article_id, minhash FROM incoming SEMI JOIN wanted USING (article_id) WHERE decision = 'new'
UNION ALL SELECT article_id, minhash FROM store.signatures SEMI JOIN wanted USING (article_id)
"""
_ROOTS = """
SELECT s.article_id, coalesce(s.copy_of, s.article_id), r.known_at FROM store.articles s
JOIN store.articles r ON r.article_id = coalesce(s.copy_of, s.article_id)
WHERE s.article_id IN (SELECT article_id FROM wanted)
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """`article_id` is a copy of `original`, which is no copy itself."""

    article_id: str
    original: str
    kind: str


def find_copies(
    con: duckdb.DuckDBPyConnection, *, as_of: datetime, similarity: Callable[[bytes, bytes], float]
) -> list[Copy]:
    """Copies among the new articles of the temporary table `incoming`, and originals that they show to be one.

    An article that is near two originals makes the younger of them, and its copies, copies of the older: so the
    groups do not depend on the order in which articles came.
    """
    pairs = [(a, b, kind) for a, b, kind in con.execute(_EXACT).fetchall()]
    pairs += _near_pairs(con, as_of, similarity)
    if not pairs:
        return []
    wanted = pa.table({"article_id": sorted({node for a, b, _ in pairs for node in (a, b)})})
    with registered(con, wanted=wanted):
        known = {node: (root, known_at) for node, root, known_at in con.execute(_ROOTS).fetchall()}
        ranks = dict(
            con.execute("SELECT article_id, rank FROM incoming SEMI JOIN wanted USING (article_id)").fetchall()
        )
    edges = [(a, known[b][0] if b in known else b, kind) for a, b, kind in pairs]
    age = {root: (0, known_at.isoformat(), root) for root, known_at in known.values()}
    age |= {node: (1, f"{rank:012d}", node) for node, rank in ranks.items() if node not in known}
    return group_copies(edges, age)


def group_copies(edges: Iterable[tuple[str, str, str]], age: dict[str, tuple[int, str, str]]) -> list[Copy]:
    """Join (article, other, kind) edges into groups; in each, all but the oldest are copies of the oldest.

    A copy's kind is the strongest of its own edges: url, then content, then near.
    """
    parent: dict[str, str] = {}
    kinds: dict[str, str] = {}

    def find(node: str) -> str:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b, kind in edges:
        for node in (a, b):
            kinds[node] = min(kinds.get(node, kind), kind, key=_STRENGTH.__getitem__)
        first, second = sorted((find(a), find(b)), key=age.__getitem__)
        parent[second] = first
    return [Copy(node, find(node), kinds[node]) for node in sorted(parent) if find(node) != node]


def _near_pairs(
    con: duckdb.DuckDBPyConnection, as_of: datetime, similarity: Callable[[bytes, bytes], float]
) -> list[tuple[str, str, str]]:
    candidates = con.execute(_NEAR, [store_time(as_of - NEAR_WINDOW)]).fetchall()
    wanted = pa.table({"article_id": pa.array(sorted({node for pair in candidates for node in pair}), pa.string())})
    with registered(con, wanted=wanted):
        signatures = dict(con.execute(_SIGNATURES).fetchall())
    return [(a, b, "near") for a, b in candidates if similarity(signatures[a], signatures[b]) >= NEAR_THRESHOLD]
