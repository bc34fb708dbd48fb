"""What the board and the page of one event read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from include.board.filters import Filters, where
from include.board.inbox import Overlay, hide, list_hidden
from include.board.memory import EVENTS, STATUSES, VERSIONS, find, literals, pick, pick_places, read_pieces
from include.board.reading import Reader, Row
from include.board.wording import as_moment

PAGE_SIZE = 25
_MOST_EVIDENCE = 60
_MOST_AT_ONCE = 20  # pages whose ids come with the counts
# What a line about an event is written from.
LINE_COLUMNS = "event_id, kind, person_id, person, from_org, from_org_id, to_org, to_org_id, role_from, role_to, status"
_COLUMNS = f"""{LINE_COLUMNS}, role_family, date, date_precision, announced_on, effective_on,
    first_reported_at, last_reported_at, first_known_at, origins, articles, languages, score, flagged, acting,
    reason_stated, successor, destination_kind, focus, confidence, review"""
_DECIDED = """
WITH undoing AS (SELECT decision_id, target FROM store.decisions WHERE action = 'undo')
SELECT decision_id, action, author, reason, decided_at, payload->>'field' AS field, payload->>'value' AS value,
    payload->>'other' AS other, decision_id IN (
        SELECT target FROM undoing WHERE decision_id NOT IN (SELECT target FROM undoing)) AS undone
FROM store.decisions WHERE action <> 'undo' AND (target = ? OR payload->>'other' = ?) ORDER BY decided_at
"""
_FIRMNESS = ("announced", "reported", "rumoured", "denied")
_ORDERS = {"newest": "place", "score": "score DESC, place"}


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the board."""

    rows: list[Row]
    matching: int
    total: int  # in the scope, without any other filter
    by_status: dict[str, int]  # under every filter but that of the status
    pages: int


def list_events(reader: Reader, filters: Filters, overlay: Overlay) -> Listing:
    """The events that the filters let through, with their reasons and their best evidence."""
    if filters.sort == "newest" and filters.page <= _MOST_AT_ONCE:
        by_status, places = _count_and_pick(reader, filters, overlay)
        rows = pick_places(reader, _COLUMNS, places)
    else:
        by_status = count_by_status(reader, filters, overlay)
        condition, parameters = _condition(reader, filters, overlay)
        rest = f"ORDER BY {_ORDERS[filters.sort]} LIMIT {PAGE_SIZE} OFFSET {(filters.page - 1) * PAGE_SIZE}"
        rows = find(reader, _COLUMNS, f"{condition} {rest}", parameters)
    matching = by_status.get(filters.status, 0) if filters.status else sum(by_status.values())
    pages = max(1, -(-matching // PAGE_SIZE))
    return Listing(attach(reader, rows, overlay), matching, count_scope(reader, filters.scope), by_status, pages)


def _count_and_pick(reader: Reader, filters: Filters, overlay: Overlay) -> tuple[dict[str, int], list[int]]:
    """The counts by status and the places of what one of the first pages shows, in one look at the events."""
    condition, parameters = _condition(reader, filters, overlay, without="status")
    most = filters.page * PAGE_SIZE
    groups = reader.rows(
        f"SELECT status_at, count(*) AS n, min(place, {most}) AS places FROM {EVENTS} "
        f"WHERE {condition} GROUP BY status_at",
        parameters,
    )
    wanted = [row for row in groups if not filters.status or STATUSES[row["status_at"]] == filters.status]
    places = sorted(place for row in wanted for place in row["places"])
    return _name_statuses(groups), places[most - PAGE_SIZE : most]


def _name_statuses(groups: Sequence[Row]) -> dict[str, int]:
    return {STATUSES[row["status_at"]]: row["n"] for row in groups}


def count_by_status(reader: Reader, filters: Filters, overlay: Overlay) -> dict[str, int]:
    """How many events each status has under the other filters."""
    condition, parameters = _condition(reader, filters, overlay, without="status")
    sql = f"SELECT status_at, count(*) AS n FROM {EVENTS} WHERE {condition} GROUP BY status_at"
    return _name_statuses(reader.rows(sql, parameters))


def count_scope(reader: Reader, scope: str) -> int:
    """How many events a scope has; counted once a generation."""
    condition, _ = where(Filters(scope=scope))
    return reader.once(f"total {scope}", lambda r: int(r.value(f"SELECT count(*) FROM {EVENTS} WHERE {condition}")))


def count_languages(reader: Reader, scope: str) -> dict[str, int]:
    """How many events of a scope each language reports; counted once a generation."""
    condition, _ = where(Filters(scope=scope))
    codes = f"SELECT unnest(languages) AS code FROM {EVENTS} WHERE {condition}"
    sql = f"SELECT code, count(*) AS n FROM ({codes}) GROUP BY code"
    return reader.once(
        f"languages {scope}", lambda r: {row["code"]: row["n"] for row in r.rows(f"{sql} ORDER BY n DESC, code")}
    )


def attach(reader: Reader, rows: Sequence[Row], overlay: Overlay) -> list[Row]:
    """Rows with `terms`, `evidence` (what denies first) and the corrections that wait."""
    ids = [row["event_id"] for row in rows]
    evidence, terms = read_evidence(reader, ids), read_terms(reader, ids)
    return [
        {**overlay.corrected(row), "evidence": evidence[row["event_id"]], "terms": terms[row["event_id"]]}
        for row in rows
    ]


def read_evidence(reader: Reader, ids: Collection[str]) -> dict[str, list[Row]]:
    """The sentences for and against each event: what denies first, then what names the person and is firmest."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in read_pieces(reader, ids):
        grouped[row.pop("event_id")].append(row)
    for found in grouped.values():
        found.sort(key=_proof_order)
    return grouped


def _proof_order(row: Row) -> tuple[bool, bool, int, int, float, str]:
    firmness = _FIRMNESS.index(row["status"])
    return (
        row["stance"] != "denies", row["proof"] < 2, firmness, -row["proof"], -row["confidence"], row["move_id"],
    )  # fmt: skip


def read_terms(reader: Reader, ids: Collection[str]) -> dict[str, list[Row]]:
    """The summands of each score, the greatest first."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in pick(reader, "event_id, terms", list(ids)):
        grouped[row["event_id"]] = sorted(row["terms"], key=lambda term: (-abs(term["points"]), term["feature"]))
    return grouped


def read_event(reader: Reader, event_id: str) -> Row | None:
    """One event as it is believed now."""
    found = pick(reader, f"{_COLUMNS}, group_event_ids", [event_id])
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Gone:
    """Why an id that was once an event is none now."""

    why: str  # merged, closed, taken-down
    at: Any
    into: str | None = None


def find_gone(reader: Reader, event_id: str) -> Gone | None:
    """What became of an event that is in no view; None for an id that never was one."""
    moved = reader.row("SELECT merged_into, closed_at FROM store.event_redirects WHERE event_id = ?", [event_id])
    if moved:
        return Gone("merged" if moved["merged_into"] else "closed", moved["closed_at"], moved["merged_into"])
    taken = reader.row(
        "SELECT known_from FROM store.event_versions WHERE event_id = ? AND review = 'taken-down' AND known_to IS NULL",
        [event_id],
    )
    return Gone("taken-down", taken["known_from"]) if taken else None


def read_timeline(reader: Reader, event_id: str, evidence: Sequence[Row]) -> list[Row]:
    """The steps of the status, oldest first, each with the piece of evidence that caused it."""
    by_move = {row["move_id"]: row for row in evidence}
    (found,) = pick(reader, "history", [event_id])
    steps = sorted(found["history"], key=lambda step: step["at"])
    return [{**step, "changed_at": as_moment(step["at"]), "piece": by_move.get(step["move_id"])} for step in steps]


def read_versions(reader: Reader, event_id: str) -> list[Row]:
    """Everything that was ever believed of an event, oldest first, with what each version changed."""
    shown = ("kind", "person", "status", "from_org", "to_org", "role_from", "role_to", "date", "score", "review")
    found = reader.rows(f"SELECT at_row FROM {VERSIONS} WHERE event_id IN ({literals([event_id])})")
    places = ", ".join(str(row["at_row"]) for row in found)
    rows = reader.rows(
        f"SELECT version, known_from, known_to, cause, origins, articles, flagged, {', '.join(shown)} "
        f"FROM store.event_versions WHERE rowid IN ({places}) ORDER BY version"
    )
    for earlier, row in zip([None, *rows], rows, strict=False):
        row["changes"] = (
            [(name, earlier[name], row[name]) for name in shown if earlier[name] != row[name]] if earlier else []
        )
    return rows


def read_decided(reader: Reader, event_id: str) -> list[Row]:
    """Decisions of people about an event that a run has applied, those that were undone since marked so."""
    return reader.rows(_DECIDED, [event_id, event_id])


def read_neighbours(reader: Reader, row: Row) -> tuple[list[Row], list[Row]]:
    """Other events of the person, and those of the people who went along."""
    same = find(
        reader, _COLUMNS, "person_id = ? AND event_id <> ? ORDER BY place LIMIT 20", [row["person_id"], row["event_id"]]
    )
    group = pick(reader, _COLUMNS, list(row.get("group_event_ids") or [])[:20])
    return same, group


def limit_evidence(evidence: list[Row]) -> list[Row]:
    """What one page shows of it."""
    return evidence[:_MOST_EVIDENCE]


def _condition(reader: Reader, filters: Filters, overlay: Overlay, without: str = "") -> tuple[str, list[Any]]:
    condition, parameters = where(filters, without=without)
    hidden, more = hide(list_hidden(overlay, reader))
    return f"{condition} AND {hidden}", [*parameters, *more]
