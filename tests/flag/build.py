"""Events and scores in a line, for the tests of flagging."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.flag.notability import ScoreContext, score_event
from include.knowledge.gazetteer import Gazetteer, load_gazetteer
from include.knowledge.notability import NotabilityModel, load_notability
from include.knowledge.roles import role_family
from include.knowledge.watchlist import Watchlist, load_watchlist
from include.records import Event, Flag

EDITORIAL = Path(__file__).with_name("editorial.jsonl")
LANGUAGES = ("en", "pt", "zh-Hant", "id", "de", "ja", "fr", "es", "ko")


def event(person: str = "Ana Roe", from_org: str | None = "OpenAI", to_org: str | None = None, **fields: Any) -> Event:
    """A departure, told as news and announced unless said otherwise; names as the gazetteer has them."""
    gazetteer = load_gazetteer()
    known = gazetteer.find_person(person)
    reported = fields.pop("reported", "2025-05-15")
    values: dict[str, Any] = {
        "event_id": f"e-{person}-{from_org}-{to_org}".replace(" ", "-"),
        "kind": "departure",
        "person_id": known.id if known else f"p-{person}",
        "person": person,
        "from_org_id": _id(from_org, gazetteer),
        "from_org": from_org,
        "to_org_id": _id(to_org, gazetteer),
        "to_org": to_org,
        "role_from": None,
        "role_to": None,
        "status": "announced",
        "focus": "main",
        "date": None,
        "date_precision": "none",
        "announced_on": None,
        "effective_on": None,
        "first_reported_at": datetime.fromisoformat(reported).replace(tzinfo=UTC) if reported else None,
        "last_reported_at": None,
        "known_from": datetime(2026, 1, 1, tzinfo=UTC),
        "origins": 1,
        "articles": 1,
        "languages": ("en",),
        "move_ids": (),
        "confidence": 0.8,
    } | fields
    values["role_family"] = fields.get("role_family") or role_family(values["role_from"] or values["role_to"])
    if values["date"]:
        values["date_precision"] = ("year", "month", "day")[values["date"].count("-")]
    return Event(**values)


def score(
    scored: Event,
    *,
    model: NotabilityModel | None = None,
    watchlist: Watchlist | None = None,
    context: ScoreContext | None = None,
) -> Flag:
    """Score an event with what is shipped."""
    return score_event(
        scored,
        context=context or ScoreContext(load_gazetteer()),
        model=model or load_notability(),
        watchlist=watchlist or load_watchlist(),
    )


def read_editorial() -> list[tuple[int, Event]]:
    """(rank, event) of the departures in editorial order."""
    return [_editorial(json.loads(line)) for line in EDITORIAL.read_text(encoding="utf-8").splitlines()]


def spearman(left: Iterable[float], right: Iterable[float]) -> float:
    """Rank correlation, ties at their mean rank."""
    a, b = _ranks(list(left)), _ranks(list(right))
    mean = (len(a) + 1) / 2
    covariance = sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True))
    return float(covariance / (sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)) ** 0.5)


def _ranks(values: list[float]) -> list[float]:
    return [sum(other < value for other in values) + (values.count(value) + 1) / 2 for value in values]


def _editorial(row: Mapping[str, Any]) -> tuple[int, Event]:
    group = tuple(f"e-other-{number}" for number in range(row.get("group", 0)))
    made = event(
        row["person"],
        row["from_org"],
        row.get("to_org"),
        role_from=row["role_from"],
        status=row["status"],
        focus=row.get("focus", "main"),
        origins=row["origins"],
        languages=LANGUAGES[: row["languages"]],
        destination_kind=row.get("destination_kind"),
        group_event_ids=group,
        date=row.get("date"),
        reported=row.get("reported", "2025-05-15"),
    )
    return row["rank"], made


def _id(name: str | None, gazetteer: Gazetteer) -> str | None:
    if name is None:
        return None
    known = gazetteer.find_organisation(name)
    return known.id if known else f"o-{name}"
