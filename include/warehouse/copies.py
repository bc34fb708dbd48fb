"""Which incoming articles are copies of others: the same address, the same words, or nearly the same words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from include.warehouse.arrow import read_by_ids, read_table_by_ids, registered, store_time

NEAR_THRESHOLD = 0.5  # share of word 4-grams: variants of one text have .53 and more, unrelated texts p99 0.00
NEAR_WINDOW = timedelta(days=30)
_MOST_CANDIDATES = 20  # a boilerplate page shares bands with thousands; the ones sharing most are enough
_STRENGTH = {"url": 0, "content": 1, "near": 2}

_COPY_KEYS = """
SELECT ('0x' || left(md5('url ' || canonical_url), 15))::BIGINT AS key, article_id FROM {source}
WHERE canonical_url <> ''
UNION SELECT ('0x' || left(md5('words ' || content_hash), 15))::BIGINT, article_id FROM {source}
WHERE content_hash <> ''
"""
_LIKE = "SELECT DISTINCT article_id FROM store.copy_keys WHERE key IN (SELECT key FROM fresh_keys)"
_ADDRESSES = "SELECT article_id, canonical_url, content_hash FROM store.articles"
# `incoming` holds the articles of the batch with their decision, `stored` those that may be the same; candidates are
# pairs (article, other, kind).
_EXACT = """
SELECT i.article_id, s.article_id AS other, 'url' AS kind FROM incoming i JOIN stored s
    ON s.canonical_url = i.canonical_url AND s.article_id <> i.article_id
    WHERE i.decision = 'new' AND i.canonical_url <> ''
UNION ALL
SELECT i.article_id, s.article_id, 'content' FROM incoming i JOIN stored s
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
_FRESH_SIGNATURES = (
    "SELECT article_id, minhash FROM incoming SEMI JOIN wanted USING (article_id) WHERE decision = 'new'"
)
_KNOWN_SIGNATURES = "SELECT article_id, minhash FROM store.signatures SEMI JOIN wanted USING (article_id)"
_ROOTS = "SELECT article_id, copy_of, known_at FROM store.articles"


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
    pairs = _exact_pairs(con)
    pairs += _near_pairs(con, as_of, similarity, _Groups((a, b) for a, b, _ in pairs))
    if not pairs:
        return []
    nodes = {node for a, b, _ in pairs for node in (a, b)}
    known = _find_roots(con, nodes)
    with registered(con, wanted=pa.table({"article_id": sorted(nodes)})):
        ranks = dict(
            con.execute("SELECT article_id, rank FROM incoming SEMI JOIN wanted USING (article_id)").fetchall()
        )
    edges = [(a, known[b][0] if b in known else b, kind) for a, b, kind in pairs]
    age = {root: (0, known_at.isoformat(), root) for root, known_at in known.values()}
    age |= {node: (1, f"{rank:012d}", node) for node, rank in ranks.items() if node not in known}
    return group_copies(edges, age)


def _exact_pairs(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """(new article, other, kind) with one address or the same words; keeps the keys of the batch for later ones."""
    source = "(SELECT article_id, canonical_url, content_hash FROM incoming WHERE decision IN ('new', 'newer'))"
    con.execute(f"CREATE OR REPLACE TEMP TABLE fresh_keys AS {_COPY_KEYS.format(source=source)}")
    like = [key for (key,) in con.execute(_LIKE).fetchall()]
    with registered(con, stored=read_table_by_ids(con, _ADDRESSES, "article_id", like)):
        pairs = con.execute(_EXACT).fetchall()
    con.execute("INSERT INTO store.copy_keys FROM fresh_keys ORDER BY article_id, key")
    return pairs


def keep_copy_keys(con: duckdb.DuckDBPyConnection, articles: str) -> None:
    """Keep the keys of the stored articles whose ids the query `articles` gives."""
    source = f"(SELECT article_id, canonical_url, content_hash FROM store.articles WHERE article_id IN ({articles}))"
    con.execute(f"INSERT INTO store.copy_keys {_COPY_KEYS.format(source=source)}")


def _find_roots(con: duckdb.DuckDBPyConnection, nodes: Collection[str]) -> dict[str, tuple[str, datetime]]:
    """Of the nodes that are stored: the original, itself or another, and since when that is known."""
    stored = {row["article_id"]: row for row in read_by_ids(con, _ROOTS, "article_id", nodes)}
    originals = {row["copy_of"] for row in stored.values()} - stored.keys() - {None}
    stored |= {row["article_id"]: row for row in read_by_ids(con, _ROOTS, "article_id", originals)}
    roots = {node: row["copy_of"] or node for node, row in stored.items() if node in nodes}
    return {node: (root, stored[root]["known_at"]) for node, root in roots.items() if root in stored}


def group_copies(edges: Iterable[tuple[str, str, str]], age: dict[str, tuple[int, str, str]]) -> list[Copy]:
    """Join (article, other, kind) edges into groups; in each, all but the oldest are copies of the oldest.

    A copy's kind is the strongest of its own edges: url, then content, then near.
    """
    groups = _Groups()
    kinds: dict[str, str] = {}
    for a, b, kind in edges:
        for node in (a, b):
            if node not in kinds or _STRENGTH[kind] < _STRENGTH[kinds[node]]:
                kinds[node] = kind
        groups.join(a, b)
    oldest: dict[str, str] = {}
    for node in sorted(kinds, key=age.__getitem__):
        oldest.setdefault(groups.find(node), node)
    copies = (Copy(node, oldest[groups.find(node)], kinds[node]) for node in sorted(kinds))
    return [copy for copy in copies if copy.original != copy.article_id]


class _Groups:
    """Disjoint sets of articles; one that nothing was said of is a set of its own."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._parent: dict[str, str] = {}
        for a, b in pairs:
            self.join(a, b)

    def find(self, node: str) -> str:
        parent = self._parent
        while (above := parent.get(node, node)) != node:
            parent[node] = node = parent.get(above, above)
        return node

    def join(self, a: str, b: str) -> None:
        first, second = self.find(a), self.find(b)
        if first != second:
            self._parent[second] = first


def _near_pairs(
    con: duckdb.DuckDBPyConnection, as_of: datetime, similarity: Callable[[bytes, bytes], float], same: _Groups
) -> list[tuple[str, str, str]]:
    """(new article, other, "near") of articles with nearly the same words, but for those that are the same anyway."""
    rows = con.execute(_NEAR, [store_time(as_of - NEAR_WINDOW)]).fetchall()
    candidates = [(a, b) for a, b in rows if same.find(a) != same.find(b)]
    signatures: dict[str, bytes] = {}
    for query in (_FRESH_SIGNATURES, _KNOWN_SIGNATURES):  # most copies are of the same day; the month is seldom read
        missing = sorted({node for pair in candidates for node in pair} - signatures.keys())
        if missing:
            with registered(con, wanted=pa.table({"article_id": pa.array(missing, pa.string())})):
                signatures |= dict(con.execute(query).fetchall())
    return [(a, b, "near") for a, b in candidates if similarity(signatures[a], signatures[b]) >= NEAR_THRESHOLD]
