"""What a candidate believes that the published file does not, event by event: the outcome of a reprocessing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from include.warehouse.arrow import count_rows, fetch_dicts, registered
from include.warehouse.generations import attach_read_only

# An event that nothing says any more (retracted) is one that is not believed: it is lost.
# An event is the same in both files if its id is, or if most of what one of them has as evidence is there in the other.
COMPARED = (
    "kind", "person", "from_org", "to_org", "role_from", "role_to", "status", "focus", "date", "announced_on",
    "effective_on", "origins", "articles", "flagged", "score", "review",
)  # fmt: skip
_COLUMNS = ", ".join(COMPARED)
_EVENTS = """
CREATE OR REPLACE TEMP TABLE {side} AS
SELECT event_id, person_id, move_ids, {columns} FROM {catalog}.store.event_versions
WHERE known_to IS NULL AND status <> 'retracted' AND review <> 'taken-down'
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
# Up to three sentences an event, the surest first.
_EVIDENCE = """
SELECT event_id, list({{'quote': quote, 'url': url, 'lang': lang, 'rule': rule, 'detector': detector}}
    ORDER BY confidence DESC, move_id)[1:3] AS evidence
FROM (SELECT event_id, unnest(move_ids) AS move_id FROM {side} SEMI JOIN shown USING (event_id))
JOIN {catalog}.store.moves m USING (move_id) JOIN {catalog}.store.articles a USING (article_id) GROUP BY event_id
"""
_CHANGED = f"""
SELECT o.event_id AS old_id, n.event_id AS new_id FROM pairs JOIN old o ON o.event_id = old_id
JOIN new n ON n.event_id = new_id WHERE {" OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in COMPARED)}
ORDER BY ALL
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
        gained = _ids(con, "SELECT event_id FROM new WHERE event_id NOT IN (SELECT new_id FROM pairs) ORDER BY ALL")
        lost = _ids(con, "SELECT event_id FROM old WHERE event_id NOT IN (SELECT old_id FROM pairs) ORDER BY ALL")
        changed = con.execute(_CHANGED).fetchall()
        paired = count_rows(con, "SELECT count(*) FROM pairs")
        old = _read_side(con, "old", "published", [*lost, *(before for before, _ in changed)])
        new = _read_side(con, "new", "candidate", [*gained, *(after for _, after in changed)])
    finally:
        con.close()
    return EventDiff(
        gained=tuple(_change(None, new[event_id]) for event_id in gained),
        lost=tuple(_change(old[event_id], None) for event_id in lost),
        changed=tuple(_change(old[before], new[after]) for before, after in changed),
        unchanged=paired - len(changed),
    )


_Side = tuple[dict[str, Any], tuple[dict[str, Any], ...]]  # an event and its evidence


def _ids(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return [event_id for (event_id,) in con.execute(sql).fetchall()]


def _read_side(con: duckdb.DuckDBPyConnection, side: str, catalog: str, event_ids: Collection[str]) -> dict[str, _Side]:
    """The given events of one file, each with its evidence there, by event id."""
    with registered(con, shown=pa.table({"event_id": pa.array(sorted(event_ids), pa.string())})):
        events = fetch_dicts(con, f"FROM {side} SEMI JOIN shown USING (event_id)")
        evidence = dict(con.execute(_EVIDENCE.format(side=side, catalog=catalog)).fetchall())
    return {event["event_id"]: (event, tuple(evidence.get(event["event_id"], ()))) for event in events}


def _change(old: _Side | None, new: _Side | None) -> EventChange:
    before, after = (side[0] if side else None for side in (old, new))
    shown = new or old
    assert shown is not None
    columns = tuple(name for name in COMPARED if before and after and before[name] != after[name])
    return EventChange((before or shown[0])["event_id"], before, after, columns, shown[1])
