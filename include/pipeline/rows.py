"""Events as rows for board, exports and alerts: columns of the view `events`, `reasons`, `terms` and `evidence`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from include.flag.notability import explain_flag, find_doubt
from include.knowledge.notability import load_notability
from include.warehouse.events import read_flags

if TYPE_CHECKING:
    import duckdb

View = Literal["notable_departures", "departures", "events"]

_EVENTS = "SELECT * FROM {view} WHERE {condition} ORDER BY score DESC, first_reported_at DESC NULLS LAST, event_id"
_TERMS = """
SELECT r.event_id, r.feature, r.value, r.points, r.move_id, e.quote
FROM reasons r LEFT JOIN evidence e ON e.event_id = r.event_id AND e.move_id = r.move_id
WHERE list_contains(?, r.event_id) ORDER BY abs(r.points) DESC, r.feature
"""
_EVIDENCE = """
SELECT event_id, move_id, article_id, url, lang, quote, field, start, "end", stance, status, source_id, origin, title,
    published_at, rule, detector, confidence, proof
FROM evidence WHERE list_contains(?, event_id)
ORDER BY stance = 'denies' DESC, proof >= 2 DESC,
    list_position(['announced', 'reported', 'rumoured', 'denied'], status), proof DESC, confidence DESC,
    published_at NULLS LAST, move_id
"""


def read_rows(
    con: duckdb.DuckDBPyConnection, view: View = "notable_departures", condition: str = "true"
) -> list[dict[str, Any]]:
    """The events of a view that fulfil an SQL condition, highest score first; times are ISO text in UTC.

    `doubt` says why nobody is alerted of an event whatever its score, `reasons` are lines for people, `terms` the
    summands of the score with the sentence that carries each, `evidence` the sentences for and against: what denies
    first, then those that name the person, the firmest and surest first.
    """
    rows = _fetch(con, _EVENTS.format(view=view, condition=condition), [])
    ids = [row["event_id"] for row in rows]
    model, flags = load_notability(), read_flags(con, ids)
    terms = _group(_fetch(con, _TERMS, [ids]))
    evidence = _group(_fetch(con, _EVIDENCE, [ids]))
    for row in rows:
        event_id = row["event_id"]
        row["doubt"] = find_doubt(row["status"], row["confidence"], row["review"], model)
        row["reasons"] = explain_flag(flags[event_id], model) if event_id in flags else []
        row["terms"] = terms.get(event_id, [])
        row["evidence"] = evidence.get(event_id, [])
    return rows


def read_flows(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of the view `talent_flow`."""
    return _fetch(con, "SELECT * FROM talent_flow ORDER BY quarter, people DESC, from_org, to_org", [])


def read_balances(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of the view `talent_balance`."""
    return _fetch(con, "SELECT * FROM talent_balance ORDER BY quarter, net DESC, organisation", [])


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
