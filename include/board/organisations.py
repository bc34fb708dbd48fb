"""Organisations: who leaves them, when, for where, and whether that is more than their own past explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from include.board.events import LINE_COLUMNS
from include.board.inbox import hide, list_hidden
from include.board.memory import EVENTS, find
from include.board.reading import Reader, Row
from include.board.site import Page, begin
from include.flag.exodus import (
    BASELINE_DAYS,
    FALSE_DISCOVERY_RATE,
    PRIOR_RATE,
    PRIOR_SHAPE,
    WINDOW_DAYS,
    tail_probability,
)

router = APIRouter()
_MOST = 100
_WINDOWS = 60
# Rumoured and denied departures are on the board and count for nobody's exits.
_LEFT = "kind = 'departure' AND status IN ('announced', 'reported', 'effective') AND review <> 'rejected'"
_LIST = f"""
SELECT from_org_id AS id, any_value(from_org) AS name, count(DISTINCT person_id) AS people,
    count(*) FILTER (flagged) AS flagged, max(first_reported_at) AS latest
FROM {EVENTS} WHERE {_LEFT} AND from_org_id IS NOT NULL GROUP BY from_org_id ORDER BY people DESC, name
"""


@router.get("/organisations")
def organisations(request: Request) -> Response:
    """Every organisation that somebody left, the most left first."""
    wanted = " ".join(request.query_params.get("q", "").split())[:120]
    with begin(request) as page:
        everyone = page.reader.once("organisations", lambda reader: reader.rows(_LIST))
        alarms = read_alarms(page.reader)
        found = [row for row in everyone if wanted.casefold() in row["name"].casefold()]
        return page.render(
            "organisations.html.j2", q=wanted, rows=found[:_MOST], found=len(found), total=len(everyone), alarms=alarms
        )


@router.get("/organisation/{organisation_id}")
def organisation(request: Request, organisation_id: str) -> Response:
    """One organisation."""
    with begin(request) as page:
        name = page.reader.value("SELECT name FROM entities WHERE entity_id = ?", [organisation_id])
        name = name or page.reader.value(
            "SELECT any_value(CASE WHEN from_org_id = $1 THEN from_org ELSE to_org END) FROM events "
            "WHERE from_org_id = $1 OR to_org_id = $1",
            [organisation_id],
        )
        if name is None:
            raise HTTPException(404, f"no organisation has the id {organisation_id[:40]!r}; look in the list of all")
        return page.render("organisation.html.j2", **_context(page, organisation_id, name))


def _context(page: Page, organisation_id: str, name: str) -> dict[str, Any]:
    reader = page.reader
    hidden, parameters = hide(list_hidden(page.overlay, reader))
    rows = find(
        reader,
        f"{LINE_COLUMNS}, first_reported_at, score, flagged",
        f"from_org_id = ? AND {_LEFT} AND {hidden} ORDER BY place LIMIT 500",
        [organisation_id, *parameters],
    )
    arrivals = find(
        reader,
        f"{LINE_COLUMNS}, first_reported_at",
        f"to_org_id = ? AND review <> 'rejected' AND {hidden} ORDER BY place LIMIT 25",
        [organisation_id, *parameters],
    )
    windows = read_windows(reader, organisation_id)
    latest = (page.freshness.as_of or page.site.now()).date()
    return {
        "organisation_id": organisation_id,
        "name": name,
        "rows": [page.overlay.corrected(row) for row in rows],
        "arrivals": arrivals,
        "months": count_months(rows),
        "windows": windows,
        "alarm": (alarm := next((w for w in reversed(windows) if w.significant), None)),
        "alarm_is_new": alarm is not None and alarm.end >= latest - timedelta(days=2 * WINDOW_DAYS),
        "destinations": count_destinations(rows),
        "false_rate": FALSE_DISCOVERY_RATE,
    }


@dataclass(frozen=True, slots=True)
class Window:
    """Thirty days of an organisation against its own year: what left, what was expected, from where on it is many."""

    start: date
    end: date
    observed: int
    expected: float
    usual_to: int  # the most that its own year explains, at the rate of false alarms
    p_value: float
    significant: bool
    laid_off: int  # people, not in `observed`
    undated: int


def read_windows(reader: Reader, organisation_id: str) -> list[Window]:
    """The latest windows of an organisation, oldest first."""
    rows = reader.rows(
        "SELECT window_start, window_end, observed, expected, p_value, significant, len(laid_off) AS laid_off, "
        "len(undated) AS undated FROM exodus WHERE organisation_id = ? "
        f"ORDER BY window_end DESC LIMIT {_WINDOWS}",
        [organisation_id],
    )
    return [
        Window(
            row["window_start"],
            row["window_end"],
            row["observed"],
            row["expected"],
            usual_most(round(row["expected"], 3)),
            row["p_value"],
            row["significant"],
            row["laid_off"],
            row["undated"],
        )
        for row in reversed(rows)
    ]


@lru_cache(maxsize=4096)
def usual_most(expected: float) -> int:
    """The greatest count of a window that an organisation with this expectation reaches by chance."""
    months = BASELINE_DAYS / WINDOW_DAYS
    baseline = max(0, round(expected * (PRIOR_RATE + months) - PRIOR_SHAPE))
    count = 0
    while tail_probability(count + 1, baseline, months) > FALSE_DISCOVERY_RATE:
        count += 1
    return count


def count_months(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Departures by month of the first report, gaps as zero, the last 24."""
    counted: dict[str, int] = {}
    for row in rows:
        if row["first_reported_at"]:
            month = f"{row['first_reported_at']:%Y-%m}"
            counted[month] = counted.get(month, 0) + 1
    if not counted:
        return []
    year, month_number = map(int, max(counted).split("-"))
    months = []
    for back in range(24):
        total = year * 12 + month_number - 1 - back
        months.append(f"{total // 12}-{total % 12 + 1:02d}")
    first = min(counted)
    return [(month, counted.get(month, 0)) for month in reversed(months) if month >= first]


def count_destinations(rows: Sequence[Row]) -> list[tuple[str, str | None, int]]:
    """(name, id, people) of where they went, the most first."""
    people: dict[str, set[str]] = {}
    ids: dict[str, str | None] = {}
    for row in rows:
        target = row["to_org"] or "not stated"
        people.setdefault(target, set()).add(row["person_id"])
        ids[target] = row["to_org_id"]
    ranked = sorted(people.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return [(target, ids[target], len(found)) for target, found in ranked[:20]]


def read_alarms(reader: Reader) -> dict[str, Row]:
    """The latest exodus of each organisation that ever had one, by its id; read once a generation."""
    sql = (
        "SELECT organisation_id, organisation, window_end, observed, expected FROM exodus WHERE significant "
        "ORDER BY window_end"
    )
    return reader.once("alarms", lambda r: {row["organisation_id"]: row for row in r.rows(sql)})
