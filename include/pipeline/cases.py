"""Corrections as regression cases: what people set right, with the articles that were read wrongly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.records import Document
from include.resolve.cases import build_cases
from include.resolve.decisions import read_inbox
from include.warehouse.arrow import fetch_dicts
from include.warehouse.blocks import read_moves
from include.warehouse.events import read_events, resolve_event_ids

if TYPE_CHECKING:
    import duckdb

_MOVES = "SELECT move_id FROM store.moves WHERE list_contains(?, article_id)"
_ARTICLES = "SELECT article_id, lang, title, text, published_at FROM articles WHERE list_contains(?, article_id)"


def collect_cases(con: duckdb.DuckDBPyConnection, inbox: Path) -> list[dict[str, Any]]:
    """One case for each article that a correction or a rejection is about. Raises ConfigError for a broken inbox."""
    decisions = [d for d in read_inbox(inbox) if d.kind in ("correct", "reject")]
    current = resolve_event_ids(con, {d.subject for d in decisions})
    events = {event.event_id: event for event in read_events(con, current)}
    by_name = {old: events[new] for old, new in current.items() if new in events}
    said = read_moves(con, {move_id for event in events.values() for move_id in event.move_ids})
    articles = sorted({stored.article_id for stored in said})
    moves = read_moves(con, [key for (key,) in con.execute(_MOVES, [articles]).fetchall()])
    documents = {row["article_id"]: _document(row) for row in fetch_dicts(con, _ARTICLES, [articles])}
    return build_cases(decisions, by_name, {stored.move_id: stored for stored in moves}, documents)


def _document(row: dict[str, Any]) -> Document:
    published = row["published_at"].date().isoformat() if row["published_at"] else None
    return Document(row["article_id"], row["lang"], row["title"], row["text"] or "", published)
