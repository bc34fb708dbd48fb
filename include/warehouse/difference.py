"""What a candidate believes that the published file does not, event by event: the outcome of a reprocessing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from include.warehouse.arrow import count_rows, fetch_dicts
from include.warehouse.generations import attach_read_only

# An event is the same in both files if its id is, or if most of what one of them has as evidence is there in the other.
COMPARED = (
    "kind", "person", "from_org", "to_org", "role_from", "role_to", "status", "focus", "date", "announced_on",
    "effective_on", "origins", "articles", "flagged", "score", "review",
)  # fmt: skip
_COLUMNS = ", ".join(COMPARED)
_EVENTS = """
CREATE OR REPLACE TEMP TABLE {side} AS
SELECT event_id, person_id, move_ids, {columns} FROM {catalog}.store.event_versions
WHERE known_to IS NULL AND review <> 'taken-down'
"""
_PAIRS = """
CREATE OR REPLACE TEMP TABLE pairs AS
WITH shared AS (
    SELECT o.event_id AS old_id, n.event_id AS new_id, 1000000 AS weight FROM old o JOIN new n USING (event_id)
    UNION ALL
    SELECT o.event_id, n.event_id, count(*) FROM (SELECT event_id, unnest(move_ids) AS move_id FROM old) o
    JOIN (SELECT event_id, unnest(move_ids) AS move_id FROM new) n USING (move_id) GROUP BY ALL)
SELECT old_id, new_id FROM (SELECT old_id, new_id, sum(weight) AS weight FROM shared GROUP BY ALL)
QUALIFY row_number() OVER (PARTITION BY old_id ORDER BY weight DESC, new_id) = 1
    AND row_number() OVER (PARTITION BY new_id ORDER BY weight DESC, old_id) = 1
"""
_EVIDENCE = """
SELECT m.quote, a.url, a.lang, m.rule, m.detector FROM {catalog}.store.moves m
JOIN {catalog}.store.articles a USING (article_id) WHERE m.move_id IN (SELECT unnest(?::VARCHAR[]))
ORDER BY m.confidence DESC, m.move_id LIMIT 3
"""


@dataclass(frozen=True, slots=True)
class EventChange:
    """One event that differs. `before` is None where it is gained, `after` where it is lost."""

    event_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    columns: tuple[str, ...]  # what differs, of COMPARED; empty for gained and lost
    evidence: tuple[dict[str, Any], ...]  # up to three: quote, url, lang, rule, detector


@dataclass(frozen=True, slots=True)
class EventDiff:
    """The whole difference, each part in order of event ids."""

    gained: tuple[EventChange, ...]
    lost: tuple[EventChange, ...]
    changed: tuple[EventChange, ...]
    unchanged: int


def diff_events(published: Path, candidate: Path) -> EventDiff:
    """Compare the events that two warehouse files believe now, with the sentences behind each difference.

    Raises ConfigError where a file is missing or not ours.
    """
    con = attach_read_only(published=published, candidate=candidate)
    try:
        for side, catalog in (("old", "published"), ("new", "candidate")):
            con.execute(_EVENTS.format(side=side, catalog=catalog, columns=_COLUMNS))
        con.execute(_PAIRS)
        gained = fetch_dicts(con, "FROM new WHERE event_id NOT IN (SELECT new_id FROM pairs) ORDER BY event_id")
        lost = fetch_dicts(con, "FROM old WHERE event_id NOT IN (SELECT old_id FROM pairs) ORDER BY event_id")
        differs = " OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in COMPARED)
        changed = con.execute(
            f"SELECT o.event_id, n.event_id FROM pairs JOIN old o ON o.event_id = old_id "
            f"JOIN new n ON n.event_id = new_id WHERE {differs} ORDER BY ALL"
        ).fetchall()
        paired = count_rows(con, "SELECT count(*) FROM pairs")
        return EventDiff(
            gained=tuple(_change(con, None, event) for event in gained),
            lost=tuple(_change(con, event, None) for event in lost),
            changed=tuple(_change(con, _one(con, "old", before), _one(con, "new", after)) for before, after in changed),
            unchanged=paired - len(changed),
        )
    finally:
        con.close()


def _one(con: duckdb.DuckDBPyConnection, side: str, event_id: str) -> dict[str, Any]:
    return fetch_dicts(con, f"FROM {side} WHERE event_id = ?", [event_id])[0]


def _change(con: duckdb.DuckDBPyConnection, before: dict[str, Any] | None, after: dict[str, Any] | None) -> EventChange:
    shown = after or before or {}
    catalog = "candidate" if after else "published"
    evidence = fetch_dicts(con, _EVIDENCE.format(catalog=catalog), [shown["move_ids"]])
    columns = tuple(name for name in COMPARED if before and after and before[name] != after[name])
    return EventChange((before or after or {})["event_id"], before, after, columns, tuple(evidence))
