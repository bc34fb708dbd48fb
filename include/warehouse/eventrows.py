"""Events and flags as rows of `store.event_versions` and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from include.records import Event, Flag, StatusChange, Term
from include.warehouse.arrow import TEXTS, TIME, read_time, store_time

_TERMS = pa.list_(
    pa.struct([("feature", pa.string()), ("value", pa.string()), ("points", pa.float64()), ("move_id", pa.string())])
)
_HISTORY = pa.list_(
    pa.struct([("status", pa.string()), ("at", TIME), ("move_id", pa.string()), ("cause", pa.string())])
)
STATE = pa.schema(
    [
        ("kind", pa.string()),
        ("person_id", pa.string()),
        ("person", pa.string()),
        ("from_org_id", pa.string()),
        ("from_org", pa.string()),
        ("to_org_id", pa.string()),
        ("to_org", pa.string()),
        ("role_from", pa.string()),
        ("role_to", pa.string()),
        ("role_family", pa.string()),
        ("status", pa.string()),
        ("focus", pa.string()),
        ("date", pa.string()),
        ("date_precision", pa.string()),
        ("announced_on", pa.string()),
        ("effective_on", pa.string()),
        ("first_reported_at", TIME),
        ("last_reported_at", TIME),
        ("first_known_at", TIME),
        ("origins", pa.int32()),
        ("articles", pa.int32()),
        ("languages", TEXTS),
        ("move_ids", TEXTS),
        ("acting", pa.bool_()),
        ("reason_stated", pa.string()),
        ("successor", pa.string()),
        ("destination_kind", pa.string()),
        ("group_event_ids", TEXTS),
        ("confidence", pa.float64()),
        ("review", pa.string()),
        ("score", pa.float64()),
        ("flagged", pa.bool_()),
        ("alerted", pa.bool_()),
        ("model", pa.string()),
        ("terms", _TERMS),
        ("history", _HISTORY),
    ]
)
VERSIONS = pa.schema([("event_id", pa.string()), ("state_hash", pa.string()), *STATE])
_SETS = ("languages", "move_ids", "group_event_ids")  # order says nothing
_UNJUDGED = ("score", "flagged", "alerted", "model", "terms")
_FOLLOWING = ("move_ids", "history")  # a change of them is one of something else, too
EVENT_COLUMNS = ("event_id", *(name for name in STATE.names if name not in _UNJUDGED))
COMPARED_COLUMNS = ("event_id", *(name for name in STATE.names if name not in _FOLLOWING))


def event_row(event: Event, flag: Flag | None) -> tuple[Any, ...]:
    """A row of VERSIONS."""
    state = event_state(event, flag)
    return (event.event_id, hash_state(state), *(state[name] for name in STATE.names))


def event_state(event: Event, flag: Flag | None) -> dict[str, Any]:
    """All that a version says, by column."""
    renamed: dict[str, Any] = {
        "first_known_at": store_time(event.known_from),
        "first_reported_at": store_time(event.first_reported_at),
        "last_reported_at": store_time(event.last_reported_at),
        "score": flag.score if flag else 0.0,
        "flagged": bool(flag and flag.shown),
        "alerted": bool(flag and flag.alerted),
        "model": flag.model if flag else "",
        "terms": [_term(term) for term in flag.terms] if flag else [],
        "history": [_change(change) for change in event.history],
    }
    state: dict[str, Any] = {name: renamed[name] if name in renamed else getattr(event, name) for name in STATE.names}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in state.items()}


def hash_state(state: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits, equal for states that say the same."""
    ordered = {name: sorted(value) if name in _SETS else value for name, value in state.items()}
    text = json.dumps(ordered, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changed_columns(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the COMPARED_COLUMNS in which two states differ."""
    return [name for name in STATE.names if name not in _FOLLOWING and old[name] != new[name]]


def read_event(row: Mapping[str, Any]) -> Event:
    """A row of `store.event_versions` (EVENT_COLUMNS) as an Event."""
    known_from = read_time(row["first_known_at"])
    assert known_from is not None
    history = tuple(_read_change(change) for change in row["history"])
    plain = [name for name in STATE.names if name not in _UNJUDGED and name not in _CONVERTED]
    return Event(
        **{name: row[name] for name in plain},
        event_id=row["event_id"],
        known_from=known_from,
        first_reported_at=read_time(row["first_reported_at"]),
        last_reported_at=read_time(row["last_reported_at"]),
        languages=tuple(row["languages"]),
        move_ids=tuple(row["move_ids"]),
        group_event_ids=tuple(row["group_event_ids"]),
        history=history,
    )


def read_flag(row: Mapping[str, Any]) -> Flag:
    """A row of `store.event_versions` as a Flag."""
    return Flag(
        event_id=row["event_id"],
        score=row["score"],
        shown=row["flagged"],
        alerted=row["alerted"],
        terms=tuple(Term(**term) for term in row["terms"]),
        model=row["model"],
    )


_CONVERTED = {"first_known_at", "first_reported_at", "last_reported_at", "history", *_SETS}


def _term(term: Term) -> dict[str, Any]:
    return {"feature": term.feature, "value": term.value, "points": term.points, "move_id": term.move_id}


def _change(change: StatusChange) -> dict[str, Any]:
    return {
        "status": change.status,
        "at": store_time(change.at),
        "move_id": change.move_id,
        "cause": change.cause,
    }


def _read_change(change: Mapping[str, Any]) -> StatusChange:
    at = read_time(change["at"])
    assert at is not None
    return StatusChange(change["status"], at, change["move_id"], change["cause"])
