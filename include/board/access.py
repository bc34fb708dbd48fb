"""Who looks at the board, what they may do, and how a form proves that it was our page that sent it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request

MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Viewer:
    """One person, as whoever authenticated them names them."""

    name: str
    may_review: bool


@dataclass(frozen=True, slots=True)
class Access:
    """How the place where the board runs tells who is there.

    `authenticate` is a FastAPI dependency that gives a Viewer or raises HTTPException 401 or 403. `secret` signs the
    tokens of forms; every process of an installation has the same.
    """

    authenticate: Callable[..., Any]
    secret: bytes
    framed: bool  # shown in a frame of the same origin (Airflow); else no page may frame it
    login_url: str = ""  # where somebody who is not logged in is sent; below the root of the server
    alone: bool = False  # has its own login page


def form_token(secret: bytes, viewer: Viewer) -> str:
    """What a form of this viewer carries, so that no other site can send it in their name."""
    return hmac.new(secret, f"form|{viewer.name}".encode(), hashlib.sha256).hexdigest()


def check_form(request: Request, token: str, secret: bytes, viewer: Viewer) -> None:
    """Raise HTTPException 403 unless the form came from our own page, by the browser's word and by its token."""
    if not (comes_from_here(request) and hmac.compare_digest(token.encode(), form_token(secret, viewer).encode())):
        raise HTTPException(403, "this form did not come from the board; open the page again and send it from there")


def comes_from_here(request: Request) -> bool:
    """Whether the browser says that the request comes from a page of this server.

    `Sec-Fetch-Site` cannot be set by a page; `Origin` must name the host that was asked. A client that sends neither
    is no browser and has nothing but its token to show.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def require_reviewer(viewer: Viewer) -> None:
    """Raise HTTPException 403 for somebody who may look and not decide."""
    if not viewer.may_review:
        raise HTTPException(403, "reviewing needs the role op or admin; ask whoever runs this installation")
