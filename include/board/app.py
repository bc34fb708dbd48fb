"""The application: its routes behind one login, headers on every answer, and pages for what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from include.board import exports, flow, organisations, pages, query, review, upkeep
from include.board.access import Access, Viewer
from include.board.inbox import Inbox
from include.board.reading import NothingPublished, PublishedFile
from include.board.rendering import render, root_of, static_files
from include.board.site import Site
from include.errors import ConfigError
from include.settings import Settings

_ROUTERS = (
    pages.router, organisations.router, flow.router, upkeep.router, query.router, review.router, exports.router,
)  # fmt: skip
log = logging.getLogger("departures")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
_REPORT = "Other pages are not touched by it. Please report it with the address and that log."


def create_app(
    settings: Settings, access: Access, clock: Callable[[], datetime], login: APIRouter | None = None
) -> FastAPI:
    """The board of one installation, behind `access`; `login` are the pages of an access of our own."""

    async def admit(request: Request, viewer: Viewer = Depends(access.authenticate)) -> None:  # noqa: B008
        request.state.viewer = viewer

    app = FastAPI(
        title="Departure Board", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(admit)]
    )
    app.state.site = Site(
        settings, access, clock, PublishedFile(settings.published_path, settings.articles_root), Inbox(settings.inbox)
    )
    for router in (*_ROUTERS, *([login] if login else [])):
        app.include_router(router)
    app.add_api_route("/static/{name:path}", _static, methods=["GET"])
    app.add_api_route("/{path:path}", _unknown, methods=["GET"])
    for kind, handler in (
        (StarletteHTTPException, _show_http_error),
        (RequestValidationError, _show_invalid),
        (NothingPublished, _show_nothing),
        (ConfigError, _show_unusable),
        (duckdb.Error, _show_database_error),
    ):
        app.add_exception_handler(kind, handler)  # type: ignore[arg-type]
    headers = _list_headers("'self'" if access.framed else "'none'")

    async def show_fault(request: Request, error: Exception) -> Response:
        """A fault of ours, whose trace goes to the log. Starlette answers it outside of every middleware."""
        answer = _error(request, 500, "This page has a fault", "The log of the server says which.", _REPORT)
        answer.headers.update({name.decode(): value.decode() for name, value in headers})
        return answer

    app.add_exception_handler(Exception, show_fault)
    app.add_middleware(_Headers, headers=headers)
    return app


def _list_headers(ancestors: str) -> list[tuple[bytes, bytes]]:
    """What keeps that which a feed wrote from doing anything; `ancestors` are who may frame a page."""
    return [
        (b"content-security-policy", _POLICY.format(ancestors=ancestors).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


class _Headers:
    """Adds these headers to every answer."""

    def __init__(self, app: ASGIApp, headers: list[tuple[bytes, bytes]]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                more = [] if b"cache-control" in own else [(b"cache-control", b"no-store")]
                message = {**message, "headers": [*message["headers"], *self._headers, *more]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _static(request: Request, name: str) -> Response:
    found = static_files().get(name)
    if found is None:
        raise HTTPException(404, f"there is no file {name[:60]!r}")
    fresh = request.query_params.get("v") == found.version
    cache = "private, max-age=31536000, immutable" if fresh else "private, no-cache"
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": cache})


def _unknown(path: str) -> Response:
    raise HTTPException(404, f"the board has no page /{path[:80]}; begin at the board")


def _error(request: Request, status: int, title: str, what: str, remedy: str = "", **more: Any) -> Response:
    return render(request, "error.html.j2", status, title=title, what=what, remedy=remedy, code=status, **more)


_TITLES = {
    400: "That cannot be understood", 401: "Log in first", 403: "Not allowed", 404: "Not here", 405: "Not this way",
    503: "Busy",
}  # fmt: skip


def _show_http_error(request: Request, error: StarletteHTTPException) -> Response:
    site: Site = request.app.state.site
    login = f"{site.access.login_url}" if error.status_code == 401 else ""
    if login and site.access.alone:
        login = f"{root_of(request)}{login}"
    title = _TITLES.get(error.status_code, "That did not work")
    return _error(request, error.status_code, title, str(error.detail), login=login)


def _show_invalid(request: Request, error: RequestValidationError) -> Response:
    names = ", ".join(sorted({str(entry["loc"][-1]) for entry in error.errors()}))
    return _error(request, 400, _TITLES[400], f"missing or wrong: {names}", "Go back, fill it in, and send it again.")


def _show_nothing(request: Request, error: NothingPublished) -> Response:
    return render(request, "nothing.html.j2", 503, home=request.app.state.site.settings.home)


def _show_unusable(request: Request, error: ConfigError) -> Response:
    return _error(request, 503, "The published file cannot be read", str(error))


def _show_database_error(request: Request, error: duckdb.Error) -> Response:
    log.error("The board could not answer %s", request.url.path, exc_info=error)
    if isinstance(error, (duckdb.CatalogException, duckdb.BinderException)):
        what = "The published file was made by another version of this program: what this page reads is not in it."
        return _error(request, 503, "The published file is of another version", what, "`departures run` brings it up.")
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return _error(request, 500, "The database could not answer", first, "Try again; `departures doctor` looks deeper.")
