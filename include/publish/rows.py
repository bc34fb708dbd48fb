"""What the publish room is handed: rows of the shape of `departures board --json`, and how they are worded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

Row = Mapping[str, Any]
"""Columns of the view `events`, plus `reasons` (texts), `evidence` (mappings: url, lang, quote, stance) and, for
alerts, `alerted` and `review`. Times are aware datetimes or ISO texts."""

COLUMNS = (
    "event_id", "kind", "person_id", "person", "from_org", "to_org", "role_from", "role_to", "status", "date",
    "date_precision", "announced_on", "effective_on", "first_reported_at", "origins", "languages", "score", "flagged",
)  # fmt: skip
WITHDRAWN = ("denied", "retracted")
STATUS_WORDS = {
    "rumoured": "Rumoured", "reported": "Reported", "announced": "Announced", "effective": "Effective",
    "denied": "Denied", "retracted": "Retracted",
}  # fmt: skip

STATUS_MEANINGS = {
    "rumoured": "somebody may go",
    "reported": "media say so, from sources",
    "announced": "the person or the organisation says so, or it is told as a fact",
    "effective": "announced, and its date has passed",
    "denied": "the person or the organisation denies it",
    "retracted": "taken back by those who said it",
}


def event_url(base_url: str, event_id: str) -> str:
    """Where the board shows an event."""
    return f"{base_url.rstrip('/')}/event/{event_id}"


def headline(row: Row) -> str:
    """One line that says what happened: `Ana Example: OpenAI → Microsoft (VP Research)`."""
    role = role_of(row)
    return f"{row.get('person')}: {route(row)}" + (f" ({role})" if role else "")


def claim(row: Row) -> str:
    """The headline where it stands alone, after what keeps it from being a fact: `Rumoured: Ana Example: ...`."""
    if row.get("status") in ("rumoured", *WITHDRAWN):
        return f"{status_word(row)}: {headline(row)}"
    return f"Unsure: {headline(row)}" if row.get("doubt") else headline(row)


def role_of(row: Row) -> str:
    """The post that the event is about: the one taken where somebody came, else the one left."""
    key = "role_to" if row.get("kind") in ("arrival", "appointment") else "role_from"
    return as_text(row.get(key))


def route(row: Row) -> str:
    """What happened, without the person: `OpenAI → Microsoft`, `leaves OpenAI`, `on leave from OpenAI`."""
    source, target = row.get("from_org"), row.get("to_org")
    kind = row.get("kind")
    if kind == "leave":
        return f"on leave from {source}" if source else "on leave"
    if kind == "return":
        return f"back at {target or source}" if target or source else "back"
    if kind in ("arrival", "appointment"):
        verb = "joins" if kind == "arrival" else "appointed at"
        return f"{verb} {target}" if target else verb.split()[0]
    if source and target:
        return f"{source} → {target}"
    if target:
        return f"leaves for {target}"
    return f"leaves {source}" if source else "leaves"


def status_word(row: Row) -> str:
    """The status as a word for readers."""
    return STATUS_WORDS.get(str(row.get("status")), str(row.get("status")))


def as_list(value: object) -> list[Any]:
    """A list column as a list: NULL is empty, a text is itself."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    return list(value)  # type: ignore[call-overload, no-any-return]


def as_text(value: object) -> str:
    """A cell as text: times in ISO, lists joined, NULL empty."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "; ".join(as_text(entry) for entry in value)
    return str(value)


def as_time(value: object) -> datetime | None:
    """A time column as an aware datetime; None for NULL and for what is no time."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
