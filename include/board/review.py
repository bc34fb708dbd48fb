"""Review where people are: decisions from the pages into the inbox, and the queue of what waits for one."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask

from include.board.access import check_form, require_reviewer
from include.board.events import LINE_COLUMNS, attach, read_event
from include.board.inbox import list_hidden, write_release
from include.board.memory import EVENTS, pick
from include.board.reading import Row
from include.board.rendering import root_of
from include.board.site import Page, begin
from include.board.upkeep import find_held
from include.errors import ConfigError
from include.pipeline.reviewing import (
    Author,
    find_articles,
    find_proposal,
    find_subject,
    is_waiting,
    new_decision_id,
    plan_entity_merge,
    plan_person_takedown,
    read_proposals,
    sure_from,
)
from include.resolve.decisions import Decision, write_decision
from include.settings import Settings

router = APIRouter()
log = logging.getLogger("departures")
_PROJECT = Path(__file__).resolve().parents[2]  # where `include` is found
_QUEUE = 25
_PROPOSALS = 25
_MAX_REASON = 500
_APPLY_SECONDS = 1800  # a run without news takes seconds, and minutes where the file is to be written anew
_ACTIONS = ("approve", "reject", "correct", "merge", "split", "split-entity", "takedown")


@router.get("/review")
def queue(request: Request) -> Response:
    """Departures that were read with little confidence, and people who may be one: what nobody has looked at."""
    with begin(request) as page:
        rows, total = read_queue(page)
        proposals = read_proposals(page.reader.cursor, page.overlay.decisions)
        return page.render(
            "review.html.j2",
            rows=rows,
            total=total,
            proposals=proposals[:_PROPOSALS],
            proposals_total=len(proposals),
            sure_from=sure_from(),
            done=request.query_params.get("done", ""),
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
    article: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Keep one decision about an event, under the name of whoever makes it. A takedown is applied at once."""
    reason = _admit(request, token, reason)
    if action not in _ACTIONS:
        raise HTTPException(400, f"{action[:40]!r} is no decision; there are {', '.join(_ACTIONS)}")
    with begin(request) as page:
        row = read_event(page.reader, event_id)
        if row is None:
            raise HTTPException(404, f"no event has the id {event_id[:40]!r}; look at the board again")
        author = Author(page.viewer.name, page.site.clock(), reason)
        wanted = _Wanted(field, " ".join(value.split()), other.strip(), tuple(article or ()))
        decision = _build(page, row, action, author, wanted)
        _keep(page, decision)
        settings = page.site.settings
    hidden = action in ("reject", "takedown") or back == "queue"
    target = "review?done=1" if hidden else f"event/{event_id}?done=1"
    at_once = BackgroundTask(apply_now, settings) if action == "takedown" else None
    return RedirectResponse(f"{root_of(request)}/{target}", 303, background=at_once)


@router.post("/review/people")
def decide_people(
    request: Request,
    token: Annotated[str, Form()] = "",
    proposal: Annotated[str, Form()] = "",
    answer: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Say of two people who are alike whether they are one."""
    reason = _admit(request, token, reason)
    if answer not in ("one", "two"):
        raise HTTPException(400, f"{answer[:40]!r} is no answer; they are one or two")
    with begin(request) as page, _worded():
        author = Author(page.viewer.name, page.site.clock(), reason)
        pair = find_proposal(page.reader.cursor, proposal[:60])
        decision_id = new_decision_id("board")
        if answer == "one":
            decision, _ = plan_entity_merge(page.reader.cursor, pair["left_id"], pair["right_id"], author, decision_id)
        else:
            decision = Decision(decision_id, "reject", pair["proposal_id"], author.name, author.at, author.reason)
        _keep(page, decision)
    return RedirectResponse(f"{root_of(request)}/review?done=1", 303)


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
        _keep(page, Decision(new_decision_id("board"), "undo", decision, page.viewer.name, page.site.clock(), reason))
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
    hidden = list_hidden(overlay, page.reader) | decided
    sql = f"SELECT event_id, person_id FROM {EVENTS} WHERE {is_waiting()} ORDER BY score DESC, event_id"
    everyone = page.reader.once("waiting", lambda reader: reader.rows(sql))
    waiting = [row["event_id"] for row in everyone if not {row["event_id"], row["person_id"]} & hidden]
    columns = f"{LINE_COLUMNS}, date, first_reported_at, score, flagged, confidence, review, origins, articles"
    return attach(page.reader, pick(page.reader, columns, waiting[:_QUEUE]), overlay), len(waiting)


def _admit(request: Request, token: str, reason: str) -> str:
    """Only reviewers, only from our own form, only with a reason; the reason on one line."""
    require_reviewer(request.state.viewer)
    check_form(request, token, request.app.state.site.access.secret, request.state.viewer)
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= _MAX_REASON:
        raise HTTPException(400, f"a reason of at most {_MAX_REASON} characters is needed: others will read it")
    return reason


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a form says besides the action and the reason."""

    field: str
    value: str
    other: str
    articles: tuple[str, ...]


def _build(page: Page, row: Row, action: str, author: Author, wanted: _Wanted) -> Decision:
    event_id, person_id, con = row["event_id"], row["person_id"], page.reader.cursor
    decision_id = new_decision_id("board")

    def about(kind: Any, subject: str, **more: Any) -> Decision:
        return Decision(decision_id, kind, subject, author.name, author.at, author.reason, **more)

    with _worded():
        if action == "takedown":
            return plan_person_takedown(con, person_id, [row["person"]], author)
        if action == "merge":
            gone = find_subject(con, wanted.other) if wanted.other else None
            if gone is None or gone.event_id == event_id:
                raise HTTPException(
                    400, f"{wanted.other[:40]!r} is not the id of another event; it stands at the foot of its page"
                )
            if gone.person_id != person_id:
                decision, _ = plan_entity_merge(con, person_id, gone.person_id, author, decision_id)
                _keep(page, decision)  # two people's events become one when the people do
                decision_id = new_decision_id("board")
            return about("merge", event_id, other=gone.event_id)
        if action == "split":
            return about("split", event_id, article_ids=find_articles(con, wanted.articles, event_id=event_id))
        if action == "split-entity":
            chosen = find_articles(con, wanted.articles, person_id=person_id)
            return about("split-entity", person_id, article_ids=chosen)
        if action == "correct":
            return about("correct", event_id, field=wanted.field, value=wanted.value or None)
        return about("approve" if action == "approve" else "reject", event_id)


@contextmanager
def _worded() -> Iterator[None]:
    """What a person gave wrongly is an answer 400 that says so."""
    try:
        yield
    except ConfigError as error:
        raise HTTPException(400, str(error)) from None


def apply_now(settings: Settings) -> None:
    """Apply what waits and publish it, in a process of its own: whoever was taken down is gone within seconds.

    Where it fails the next run does it; the pages of the board show nothing of the person either way.
    """
    command = [sys.executable, "-m", "include.cli", "review", "apply", "--home", str(settings.home)]
    path = os.pathsep.join(filter(None, (str(_PROJECT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_APPLY_SECONDS, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("A takedown could not be applied at once, the next run does it: %s", error)
        return
    if done.returncode:
        log.error("A takedown could not be applied at once, the next run does it: %s", done.stderr[-500:])


def _keep(page: Page, decision: Decision) -> None:
    try:
        write_decision(page.site.settings.inbox, decision)
    except ConfigError as error:  # its text begins with a file that was never written
        raise HTTPException(400, str(error).split(": ", 1)[-1]) from None
    except OSError as error:
        raise HTTPException(
            503, f"the decision could not be kept: {page.site.settings.inbox}: {error.strerror}"
        ) from None
