"""The SQL page: any question to the published file, asked in a child process with limits."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Request, Response

from include.board.access import comes_from_here
from include.board.site import Site, begin
from include.errors import ConfigError
from include.publish.exports import neutralise_formula

if TYPE_CHECKING:
    from include.warehouse.query import QueryResult

router = APIRouter()
TIMEOUT_S = 10.0
_MEMORY = "512MB"
_SHOWN, _DOWNLOADED = 200, 50_000
_CELL = 300
_MAX_SQL = 10_000
_SHOWN_CHARACTERS = 150_000  # of all cells: a page stays a page
_slots = threading.BoundedSemaphore(2)  # children at once, so that nobody fills the machine
EXAMPLES = {
    "The departures on the board": (
        "SELECT person, from_org, to_org, status, date, score\nFROM notable_departures\nORDER BY score DESC"
    ),
    "Who lost most people this year": (
        "SELECT from_org, count(DISTINCT person_id) AS people\nFROM departures\n"
        "WHERE first_reported_at >= date_trunc('year', now()::TIMESTAMP)\nGROUP BY from_org\nORDER BY people DESC"
    ),
    "Sentences that prove one departure": (
        "SELECT d.person, e.lang, e.quote, e.url\nFROM notable_departures d JOIN evidence e USING (event_id)\n"
        "ORDER BY d.score DESC, e.published_at"
    ),
    "What we believed a week ago": (
        "SELECT person, from_org, status\nFROM events_as_of(now()::TIMESTAMP - INTERVAL 7 DAY)\nWHERE flagged"
    ),
    "Exoduses": (
        "SELECT organisation, window_end, observed, round(expected, 1) AS expected, people\nFROM exodus\n"
        "WHERE significant\nORDER BY window_end DESC"
    ),
    "Denied after it was reported": (
        "SELECT person, from_org, changed_at, cause\nFROM status_changes JOIN events USING (event_id)\n"
        "WHERE status_changes.status = 'denied'\nORDER BY changed_at DESC"
    ),
    "Languages that bring the news first": (
        "SELECT arg_min(lang, published_at) AS lang, count(DISTINCT event_id) AS events\n"
        "FROM evidence\nGROUP BY event_id\nORDER BY events DESC"
    ),
    "Columns of a view": "DESCRIBE events",
}


@router.get("/sql")
def sql(request: Request) -> Response:
    """The question, and its answer where one was asked."""
    text = request.query_params.get("q", "")
    result, wrong = None, ""
    # A link from elsewhere fills the box in; it runs only when somebody here presses the button.
    asked = bool(text.strip()) and comes_from_here(request)
    if asked:
        try:
            result = ask(request.app.state.site, text, _SHOWN)
        except ConfigError as error:
            wrong = str(error)
    with begin(request) as page:
        return page.render(
            "sql.html.j2",
            400 if wrong else 200,
            q=text[:_MAX_SQL],
            result=result,
            rows=_shorten(result) if result else [],
            wrong=wrong,
            not_run=bool(text.strip()) and not asked,
            examples=EXAMPLES,
            timeout=TIMEOUT_S,
            memory=_MEMORY,
            most=_DOWNLOADED,
        )


@router.get("/sql.csv")
def sql_csv(request: Request) -> Response:
    """The answer as a file."""
    if not comes_from_here(request):
        raise HTTPException(403, "a download is started from the SQL page")
    try:
        result = ask(request.app.state.site, request.query_params.get("q", ""), _DOWNLOADED)
    except ConfigError as error:
        raise HTTPException(400, str(error)) from None
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(result.columns)
    writer.writerows([_as_csv(value) for value in row] for row in result.rows)
    headers = {"Content-Disposition": 'attachment; filename="departures.csv"'}
    return Response("\ufeff" + stream.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def ask(site: Site, text: str, rows: int) -> QueryResult:
    """The answer of the child process. Raises ConfigError in a line for a person, HTTPException 503 when busy."""
    from include.warehouse.query import run_query

    if len(text) > _MAX_SQL:
        raise ConfigError(f"a question of at most {_MAX_SQL:,} characters is expected")
    with _slot():
        return run_query(
            site.settings.published_path,
            text,
            timeout_s=TIMEOUT_S,
            memory_limit=_MEMORY,
            articles_root=site.settings.articles_root,
            max_rows=rows,
        )


def cell(value: Any) -> str:
    """A value as text: lists and structures as JSON, nothing as nothing."""
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (list, dict)) else str(value)


def _as_csv(value: Any) -> str:
    """A cell for spreadsheets: numbers as they are, text of a feed never a formula."""
    return str(value) if isinstance(value, (int, float, Decimal)) else neutralise_formula(cell(value))


def _shorten(result: QueryResult) -> list[list[str]]:
    left, rows = _SHOWN_CHARACTERS, []
    for row in result.rows:
        cells = [cell(value) for value in row]
        cells = [text if len(text) <= _CELL else text[: _CELL - 1] + "…" for text in cells]
        left -= sum(map(len, cells)) + 20 * len(cells)
        if left < 0:
            break
        rows.append(cells)
    return rows


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=2.0):
        raise HTTPException(503, "two questions are being answered already; try again in some seconds")
    try:
        yield
    finally:
        _slots.release()
