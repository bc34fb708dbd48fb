"""The board and the page of one event."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from include.board.events import (
    attach,
    count_by_status,
    count_languages,
    count_scope,
    find_gone,
    limit_evidence,
    list_events,
    read_decided,
    read_event,
    read_neighbours,
    read_timeline,
    read_versions,
)
from include.board.filters import SCOPES, SORTS, parse_filters
from include.board.inbox import list_hidden
from include.board.pulse import count_since, read_pulse
from include.board.reading import Row
from include.board.rendering import root_of
from include.board.site import Page, begin
from include.board.wording import as_moment
from include.flag.notability import find_doubt
from include.knowledge.notability import load_notability
from include.resolve.decisions import CORRECTABLE

router = APIRouter()
_MOST_PIECES = 60  # articles to choose from, where some are taken out of an event


@router.get("/")
def board(request: Request) -> Response:
    """Flagged departures, newest first, under the filters of the address."""
    filters = parse_filters(dict(request.query_params))
    with begin(request) as page:
        listing = None if filters.errors else list_events(page.reader, filters, page.overlay)
        return page.render(
            "board.html.j2",
            400 if filters.errors else 200,
            filters=filters,
            listing=listing,
            language_counts=count_languages(page.reader, filters.scope),
            pulse=read_pulse(page.reader, page.freshness.as_of or page.site.now()),
            scopes=SCOPES,
            sorts=SORTS,
        )


@router.get("/count")
def count(request: Request) -> Response:
    """How many events the filters of the address let through, while somebody still sets them."""
    filters = parse_filters(dict(request.query_params))
    if filters.errors:
        return JSONResponse({"errors": dict(filters.errors)}, 400)
    with begin(request) as page:
        by_status = count_by_status(page.reader, filters, page.overlay)
        matching = by_status.get(filters.status, 0) if filters.status else sum(by_status.values())
        return JSONResponse({"matching": matching, "total": count_scope(page.reader, filters.scope)})


@router.get("/latest")
def latest(request: Request, after: str = "") -> Response:
    """The published generation, and how many flagged departures it has that were not known at `after` (ISO time)."""
    moment = as_moment(after)
    if moment is None:
        return JSONResponse({"errors": {"after": f"{after[:40]!r} is no time; write it as 2026-11-21T06:00:00"}}, 400)
    with begin(request) as page:
        fresh = count_since(page.reader, moment)
        return JSONResponse({"generation": page.freshness.generation, "fresh": fresh})


@router.get("/event/{event_id}")
def event(request: Request, event_id: str) -> Response:
    """All about one event."""
    with begin(request) as page:
        if into := page.overlay.merged_into(event_id):
            return RedirectResponse(f"{root_of(request)}/event/{into}?was={event_id}", 303)
        row = read_event(page.reader, event_id)
        if row is None:
            return _show_gone(page, event_id)
        if "taken-down" in (page.overlay.hidden.get(event_id), page.overlay.hidden.get(row["person_id"])) or (
            row["person_id"] in list_hidden(page.overlay, page.reader)
        ):
            at = max(d.at for d in page.overlay.decisions if d.kind == "takedown")
            return page.render("gone.html.j2", 410, why="taken-down", at=at, into=None)
        return page.render("event.html.j2", **_event_context(page, row))


def _event_context(page: Page, row: Row) -> dict[str, Any]:
    event_id = row["event_id"]
    (full,) = attach(page.reader, [row], page.overlay)
    versions = read_versions(page.reader, event_id)
    known, wrong = _parse_known(page.request.query_params.get("known", ""))
    same, group = read_neighbours(page.reader, row)
    evidence = sorted(full["evidence"], key=lambda piece: (piece["published_at"] is None, piece["published_at"] or 0))
    undone = [d for d in page.overlay.undone if event_id in (d.subject, d.other)]
    return {
        "row": full,
        "evidence": limit_evidence(evidence),
        "evidence_count": len(evidence),
        "pieces": list({piece["article_id"]: piece for piece in evidence}.values())[:_MOST_PIECES],
        "denials": [piece for piece in evidence if piece["stance"] == "denies"][:3],
        "claims": [piece for piece in full["evidence"] if piece["stance"] != "denies"][:3],
        "timeline": read_timeline(page.reader, event_id, evidence),
        "quotes": {piece["move_id"]: piece for piece in evidence},
        "numbers": {piece["move_id"]: n for n, piece in enumerate(limit_evidence(evidence), 1)},
        "shown_from": load_notability().shown,
        "most_points": max((abs(term["points"]) for term in full["terms"]), default=0.0) or 1.0,
        "doubt_of": find_doubt(full["status"], full["confidence"], full["review"], load_notability()),
        "versions": versions[-40:],
        "known": known,
        "known_wrong": wrong,
        "believed": _believed(versions, known),
        "decided": read_decided(page.reader, event_id),
        "undone": undone,
        "same_person": same,
        "group": group,
        "correctable": CORRECTABLE,
        "was": page.request.query_params.get("was", "")[:40],
        "done": page.request.query_params.get("done", ""),
        "rejected": page.overlay.hidden.get(event_id) == "rejected",
    }


def _show_gone(page: Page, event_id: str) -> Response:
    gone = find_gone(page.reader, event_id)
    if gone is None:
        raise HTTPException(404, f"no event has the id {event_id[:40]!r}; search for the person on the board")
    if gone.into:
        return RedirectResponse(f"{root_of(page.request)}/event/{gone.into}?was={event_id}", 303)
    return page.render("gone.html.j2", 410, why=gone.why, at=gone.at, into=gone.into)


def _parse_known(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return None, f"{text[:40]!r} is no day; write it as 2026-11-21"


def _believed(versions: list[Row], known: date | None) -> Row | None:
    """The version that stood at the end of a day; None where there was none, or no day is asked for."""
    if known is None:
        return None
    end = datetime.combine(known, time.max, tzinfo=UTC)
    standing = [v for v in versions if v["known_from"] <= end and (v["known_to"] is None or v["known_to"] > end)]
    return standing[-1] if standing else None
