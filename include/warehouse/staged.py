"""Articles and moves as Arrow tables, the shape in which a batch is loaded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from include.records import Article, Evidence, Move, StoredMove
from include.warehouse.arrow import COUNT_MAP, TEXT_MAP, TEXTS, TIME, build_table, read_time, store_time

ARTICLES = pa.schema(
    [
        ("article_id", pa.string()),
        ("source_id", pa.string()),
        ("source_kind", pa.string()),
        ("source_ref", pa.string()),
        ("url", pa.string()),
        ("canonical_url", pa.string()),
        ("lang", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("authors", TEXTS),
        ("published_at", TIME),
        ("modified_at", TIME),
        ("fetched_at", TIME),
        ("completeness", pa.string()),
        ("site_name", pa.string()),
        ("keywords", TEXTS),
        ("paywalled", pa.bool_()),
        ("cites", pa.string()),
        ("cited_origin", pa.string()),
        ("content_hash", pa.string()),
        ("minhash", pa.binary()),
        ("bands", pa.list_(pa.int64())),
        ("field_sources", TEXT_MAP),
        ("cleaning", COUNT_MAP),
        ("archive_path", pa.string()),
        ("archive_offset", pa.int64()),
    ]
)
MOVES = pa.schema(
    [
        ("move_id", pa.string()),
        ("article_id", pa.string()),
        ("kind", pa.string()),
        ("person", pa.string()),
        ("person_aliases", TEXTS),
        ("from_org", pa.string()),
        ("from_aliases", TEXTS),
        ("to_org", pa.string()),
        ("to_aliases", TEXTS),
        ("role_from", pa.string()),
        ("role_to", pa.string()),
        ("status", pa.string()),
        ("focus", pa.string()),
        ("date", pa.string()),
        ("successor", pa.string()),
        ("confidence", pa.float64()),
        ("reason_stated", pa.string()),
        ("acting", pa.bool_()),
        ("rule", pa.string()),
        ("detector", pa.string()),
        ("quote", pa.string()),
        ("quote_field", pa.string()),
        ("quote_start", pa.int32()),
        ("quote_end", pa.int32()),
    ]
)
MOVE_COLUMNS = ", ".join(MOVES.names)
_SEPARATORS = re.compile(r"[\W_]+")


def articles_table(
    articles: Sequence[Article], bands: Mapping[str, Sequence[int]], source_kinds: Mapping[str, str]
) -> pa.Table:
    """Articles as the Arrow table that is loaded. A source of unknown kind counts as press."""
    return build_table(
        ARTICLES,
        [
            (
                a.article_id,
                a.source_id,
                source_kinds.get(a.source_id, "press"),
                a.source_ref,
                a.url,
                a.canonical_url,
                a.lang,
                a.title,
                a.text,
                a.authors,
                store_time(a.published_at),
                store_time(a.modified_at),
                store_time(a.fetched_at),
                a.completeness,
                a.site_name,
                a.keywords,
                a.paywalled,
                a.origin,
                origin_key(a.origin),
                a.content_hash,
                a.minhash,
                tuple(bands.get(a.article_id, ())),
                list(dict(a.field_sources).items()),
                list(dict(a.cleaning).items()),
                a.archive_path,
                a.archive_offset,
            )
            for a in articles
        ],
    )


def moves_table(moves: Iterable[tuple[str, Move]]) -> pa.Table:
    """(article id, move) pairs as the Arrow table that is loaded."""
    return build_table(
        MOVES, [(move_id(article_id, move), article_id, *_move_values(move)) for article_id, move in moves]
    )


def move_id(article_id: str, move: Move) -> str:
    """Sixteen hexadecimal digits, stable for one article, kind, person, organisations and place of the evidence."""
    parts = (
        article_id,
        move.kind,
        move.person,
        move.from_org or "",
        move.to_org or "",
        move.evidence.field,
        str(move.evidence.start),
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def origin_key(name: str) -> str:
    """The name of a cited outlet in the form of source ids: "The Information" is the-information."""
    return _SEPARATORS.sub("-", name.casefold()).strip("-")


def stored_move(row: Mapping[str, Any]) -> StoredMove:
    """A row of MOVE_COLUMNS and of the article's lang, source_id, source_kind, origin and published_at."""
    evidence = Evidence(row["quote_field"], row["quote_start"], row["quote_end"], row["quote"])
    move = Move(
        kind=row["kind"],
        person=row["person"],
        from_org=row["from_org"],
        to_org=row["to_org"],
        status=row["status"],
        focus=row["focus"],
        evidence=evidence,
        person_aliases=tuple(row["person_aliases"]),
        from_aliases=tuple(row["from_aliases"]),
        to_aliases=tuple(row["to_aliases"]),
        role_from=row["role_from"],
        role_to=row["role_to"],
        date=row["date"],
        successor=row["successor"],
        confidence=row["confidence"],
        reason_stated=row["reason_stated"],
        acting=row["acting"],
        rule=row["rule"],
        detector=row["detector"],
    )
    known_at = read_time(row["known_at"])
    assert known_at is not None
    return StoredMove(
        move_id=row["move_id"],
        article_id=row["article_id"],
        move=move,
        lang=row["lang"],
        source_id=row["source_id"],
        origin=row["origin"],
        published_at=read_time(row["published_at"]),
        known_at=known_at,
        source_kind=row["source_kind"],
    )


def _move_values(move: Move) -> tuple[Any, ...]:
    """The values of MOVES after the two ids."""
    return (
        move.kind,
        move.person,
        move.person_aliases,
        move.from_org,
        move.from_aliases,
        move.to_org,
        move.to_aliases,
        move.role_from,
        move.role_to,
        move.status,
        move.focus,
        move.date,
        move.successor,
        move.confidence,
        move.reason_stated,
        move.acting,
        move.rule,
        move.detector,
        move.evidence.quote,
        move.evidence.field,
        move.evidence.start,
        move.evidence.end,
    )
