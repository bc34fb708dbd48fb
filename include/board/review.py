"""Review where people are: decisions from the pages into the inbox, and the queue of what waits for one."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from include.board.access import check_form, require_reviewer
from include.board.events import LINE_COLUMNS, attach, read_event
from include.board.inbox import hide, list_hidden, new_id, write_release
from include.board.memory import EVENTS, find
from include.board.reading import Reader, Row
from include.board.rendering import root_of
from include.board.site import Page, begin
from include.board.upkeep import find_held
from include.errors import ConfigError
from include.knowledge.notability import load_notability
from include.resolve.decisions import Decision, plan_takedown, write_decision

router = APIRouter()
_QUEUE = 25
_MAX_REASON = 500
_ACTIONS = ("approve", "reject", "correct", "merge", "takedown")
_WAITING = """kind = 'departure' AND focus = 'main' AND status NOT IN ('denied', 'retracted')
    AND (review = 'pending' OR (review = '' AND confidence < ?))"""
_PEOPLE_NAMES = """
SELECT DISTINCT unnest([person, name] || person_aliases || aliases) AS name FROM (
    SELECT m.person, m.person_aliases, coalesce(e.name, '') AS name, coalesce(e.aliases, []) AS aliases
    FROM store.move_links l JOIN store.moves m USING (move_id) LEFT JOIN store.entities e ON e.entity_id = l.person_id
    WHERE l.person_id = ?)
"""
_PEOPLE_ORGANISATIONS = """
SELECT DISTINCT unnest([from_org_id, to_org_id]) AS id FROM events WHERE person_id = ?
"""


@router.get("/review")
def queue(request: Request) -> Response:
    """Departures that were read with little confidence and nobody has looked at, the weightiest first."""
    with begin(request) as page:
        rows, total = read_queue(page)
        return page.render(
            "review.html.j2", rows=rows, total=total, sure_from=sure_from(), done=request.query_params.get("done", "")
        )


@router.post("/event/{event_id}/review")
def decide(
    request: Request,
    event_id: str,
    token: Annotated[str, Form()] = "",
    action: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    field: Annotated[str, Form()] = "",
    value: Annotated[str, Form()] = "",
    other: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Keep one decision about an event, under the name of whoever makes it."""
    reason = _admit(request, token, reason)
    if action not in _ACTIONS:
        raise HTTPException(400, f"{action[:40]!r} is no decision; there are {', '.join(_ACTIONS)}")
    with begin(request) as page:
        row = read_event(page.reader, event_id)
        if row is None:
            raise HTTPException(404, f"no event has the id {event_id[:40]!r}; look at the board again")
        decision = _build(page, row, action, reason, field, " ".join(value.split()), other.strip())
        _keep(page, decision)
    hidden = action in ("reject", "takedown") or back == "queue"
    target = "review?done=1" if hidden else f"event/{event_id}?done=1"
    return RedirectResponse(f"{root_of(request)}/{target}", 303)


@router.post("/review/undo")
def undo(
    request: Request,
    token: Annotated[str, Form()] = "",
    decision: Annotated[str, Form()] = "",
    event: Annotated[str, Form()] = "",
) -> Response:
    """Take a decision back; it stays in the inbox, with the one that undoes it."""
    reason = _admit(request, token, "undone on the board")
    with begin(request) as page:
        applied = page.reader.value("SELECT 1 FROM store.decisions WHERE decision_id = ?", [decision])
        if not applied and decision not in {d.decision_id for d in page.overlay.decisions}:
            raise HTTPException(404, f"no decision has the id {decision[:60]!r}; look at the event again")
        _keep(page, Decision(new_id(), "undo", decision, page.viewer.name, page.site.clock(), reason))
    target = f"event/{event}" if re.fullmatch(r"[A-Za-z0-9-]{1,60}", event) else "review"
    return RedirectResponse(f"{root_of(request)}/{target}?done=1", 303)


@router.post("/quarantine/release")
def release(
    request: Request,
    token: Annotated[str, Form()] = "",
    record: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Let a record out of quarantine at the next run."""
    reason = _admit(request, token, reason)
    with begin(request) as page:
        find_held(page.reader, record)
        write_release(page.site.settings.inbox, record, author=page.viewer.name, at=page.site.clock(), reason=reason)
    return RedirectResponse(f"{root_of(request)}/quality?done=1", 303)


def read_queue(page: Page) -> tuple[list[Row], int]:
    """The first cases, the weightiest first, and how many there are."""
    overlay = page.overlay
    decided = {d.subject for d in overlay.decisions if d.kind in ("approve", "correct")}
    hidden, parameters = hide(list_hidden(overlay, page.reader) | decided)
    parameters = [sure_from(), *parameters]
    total = page.reader.value(f"SELECT count(*) FROM {EVENTS} WHERE {_WAITING} AND {hidden}", parameters)
    rows = find(
        page.reader,
        f"{LINE_COLUMNS}, date, first_reported_at, score, flagged, confidence, review, origins, articles",
        f"{_WAITING} AND {hidden} ORDER BY score DESC, event_id LIMIT {_QUEUE}",
        parameters,
    )
    return attach(page.reader, rows, overlay), int(total)


def sure_from() -> float:
    """The confidence below which a departure waits for a person: the one below which nobody is alerted of it."""
    return load_notability().scalars["confidence_floor"]


def _admit(request: Request, token: str, reason: str) -> str:
    """Only reviewers, only from our own form, only with a reason; the reason on one line."""
    require_reviewer(request.state.viewer)
    check_form(request, token, request.app.state.site.access.secret, request.state.viewer)
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= _MAX_REASON:
        raise HTTPException(400, f"a reason of at most {_MAX_REASON} characters is needed: others will read it")
    return reason


def _build(page: Page, row: Row, action: str, reason: str, field: str, value: str, other: str) -> Decision:
    author, at = page.viewer.name, page.site.clock()
    if action == "takedown":
        person = row["person_id"]
        names, organisations = _read_person(page.reader, person)
        return plan_takedown(person, {*names, row["person"]}, organisations, author=author, at=at, reason=reason)
    if action == "merge":
        if other == row["event_id"] or read_event(page.reader, other) is None:
            raise HTTPException(
                400, f"{other[:40]!r} is not the id of another event; it stands at the foot of its page"
            )
        return Decision(new_id(), "merge", row["event_id"], author, at, reason, other=other)
    if action == "correct":
        return Decision(new_id(), "correct", row["event_id"], author, at, reason, field=field, value=value or None)
    return Decision(new_id(), "approve" if action == "approve" else "reject", row["event_id"], author, at, reason)


def _read_person(reader: Reader, person_id: str) -> tuple[set[str], set[str]]:
    """Every form of a person's name that is known, and where they were."""
    names = {row["name"] for row in reader.rows(_PEOPLE_NAMES, [person_id]) if row["name"]}
    organisations = {row["id"] for row in reader.rows(_PEOPLE_ORGANISATIONS, [person_id]) if row["id"]}
    return names, organisations


def _keep(page: Page, decision: Decision) -> None:
    try:
        write_decision(page.site.settings.inbox, decision)
    except ConfigError as error:  # its text begins with a file that was never written
        raise HTTPException(400, str(error).split(": ", 1)[-1]) from None
    except OSError as error:
        raise HTTPException(
            503, f"the decision could not be kept: {page.site.settings.inbox}: {error.strerror}"
        ) from None
