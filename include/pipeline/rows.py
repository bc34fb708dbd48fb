"""Events as rows for the board, the exports and the alerts: columns of the view `events`, `reasons`, `evidence`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

_EVENTS = "SELECT * FROM {view} WHERE {where} ORDER BY score DESC, first_reported_at DESC NULLS LAST, event_id"
_REASONS = """
SELECT r.event_id, r.feature, r.value, r.points, r.move_id, e.quote
FROM reasons r LEFT JOIN evidence e ON e.event_id = r.event_id AND e.move_id = r.move_id
WHERE list_contains(?, r.event_id) ORDER BY r.points DESC, r.feature
"""
_EVIDENCE = """
SELECT event_id, move_id, article_id, url, lang, quote, field, start, "end", stance, status, source_id, origin, title,
    published_at, rule, detector, confidence
FROM evidence WHERE list_contains(?, event_id)
ORDER BY stance = 'denies' DESC, published_at NULLS LAST, confidence DESC, move_id
"""


def read_rows(con: duckdb.DuckDBPyConnection, *, everything: bool = False, event_id: str = "") -> list[dict[str, Any]]:
    """Rows of the notable departures, of all events, or of one event (none where it is not there).

    Highest score first; times are ISO text in UTC. An event's evidence begins with what denies it.
    """
    if event_id:
        rows = _fetch(con, _EVENTS.format(view="events", where="event_id = ?"), [event_id])
    else:
        view = "events" if everything else "notable_departures"
        rows = _fetch(con, _EVENTS.format(view=view, where="true"), [])
    ids = [row["event_id"] for row in rows]
    reasons = _group(_fetch(con, _REASONS, [ids]))
    evidence = _group(_fetch(con, _EVIDENCE, [ids]))
    for row in rows:
        row["reasons"] = reasons.get(row["event_id"], [])
        row["evidence"] = evidence.get(row["event_id"], [])
    return rows


def _fetch(con: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    result = con.execute(sql, parameters)
    names = [column[0] for column in result.description or ()]
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in result.fetchall()]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _group(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row.pop("event_id"), []).append(row)
    return grouped
