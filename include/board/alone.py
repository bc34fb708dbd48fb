"""The board without Airflow: everybody on this machine may look; whoever has the token may review, under their name."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from include.board.access import MAX_NAME, Access, Viewer, check_form, comes_from_here
from include.board.rendering import render, root_of
from include.board.site import Site

COOKIE = "departures_session"
_LASTS = timedelta(hours=12)
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


def open_access(token: str, secret: bytes, clock: Callable[[], datetime]) -> Access:
    """Access by a session cookie that the login page gives to whoever knows `token`; without one nobody may review."""
    key = hashlib.sha256(secret + token.encode()).digest()

    def authenticate(request: Request) -> Viewer:
        refuse_strange_hosts(request)
        name = read_session(request.cookies.get(COOKIE, ""), key, clock()) if token else ""
        return Viewer(name or "reader", may_review=bool(name))

    return Access(authenticate, key, framed=False, login_url="/login", alone=True)


def refuse_strange_hosts(request: Request) -> None:
    """A page elsewhere may point its own name at this machine; the name it asks for gives it away."""
    host = request.headers.get("host", "")
    if (urlsplit(f"//{host}").hostname or "") not in ("127.0.0.1", "localhost", "::1", "testserver"):
        raise HTTPException(403, f"this board answers to {_LOCAL[0]} and {_LOCAL[1]}, not to {host[:60]!r}")


def write_session(name: str, key: bytes, now: datetime) -> str:
    """The content of the cookie: who, until when, and our signature."""
    body = f"{name.encode().hex()}.{int((now + _LASTS).timestamp())}"
    return f"{body}.{_sign(body, key)}"


def read_session(cookie: str, key: bytes, now: datetime) -> str:
    """The name in a cookie that we signed and that still holds; "" for any other."""
    body, _, signature = cookie.rpartition(".")
    if not (body and hmac.compare_digest(signature.encode(), _sign(body, key).encode())):
        return ""
    name, _, until = body.partition(".")
    return bytes.fromhex(name).decode() if now.timestamp() < int(until) else ""


def make_router(token: str) -> APIRouter:
    """Login and logout."""
    router = APIRouter()

    @router.get("/login")
    def login_page(request: Request) -> Response:
        return render(request, "login.html.j2", possible=bool(token), wrong="", name="")

    @router.post("/login")
    def login(request: Request, name: Annotated[str, Form()] = "", secret: Annotated[str, Form()] = "") -> Response:
        site: Site = request.app.state.site
        name = " ".join(name.split())
        if not comes_from_here(request):
            raise HTTPException(
                403, "this form did not come from the board; open the page again and send it from there"
            )
        if not (token and hmac.compare_digest(secret.encode(), token.encode())):
            wrong = "This is not the token that the board was started with (DEPARTURES_BOARD_TOKEN)."
            return render(request, "login.html.j2", 403, possible=bool(token), wrong=wrong, name=name)
        if not 0 < len(name) <= MAX_NAME or not name.isprintable():
            wrong = f"A name of at most {MAX_NAME} characters is needed: every decision carries it."
            return render(request, "login.html.j2", 400, possible=True, wrong=wrong, name=name[:MAX_NAME])
        answer = RedirectResponse(f"{root_of(request)}/", 303)
        session = write_session(name, site.access.secret, site.clock())
        answer.set_cookie(COOKIE, session, httponly=True, samesite="strict", max_age=int(_LASTS.total_seconds()))
        return answer

    @router.post("/logout")
    def logout(request: Request, token: Annotated[str, Form()] = "") -> Response:
        site: Site = request.app.state.site
        check_form(request, token, site.access.secret, request.state.viewer)
        answer = RedirectResponse(f"{root_of(request)}/", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    return router


def _sign(body: str, key: bytes) -> str:
    return hmac.new(key, f"session|{body}".encode(), hashlib.sha256).hexdigest()
