"""Mounts the board into Airflow: under the navigation and on the page of a DAG run, behind Airflow's own login.

Every Airflow process imports this file, also those that never serve a page. So it imports nothing of the board: the
application is made at the first request.
"""

from __future__ import annotations

import asyncio
import json
import logging
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from include.board.access import Access

log = logging.getLogger("departures")
PREFIX = "/departures"
DAG_ID = "news_departures"
BROKEN = "The board cannot start. The log of Airflow's API server says why; so does `departures doctor`."


class BoardOnDemand:
    """The board as an ASGI application that is made when the first request comes."""

    def __init__(self) -> None:
        self._app: Any = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")) == "/version":
            # For `departures doctor --production` of a worker, which has no login; Airflow tells its own version too.
            await _answer(send, 200, json.dumps({"version": version("departure-board")}), "application/json")
            return
        if self._app is None:
            async with self._lock:
                if self._app is None:
                    try:
                        self._app = await asyncio.to_thread(make_board)
                    except Exception:  # whoever asks is not logged in yet: the reason is for the log alone
                        log.exception("The board cannot start; `departures doctor` says what is in force")
        if self._app is None:
            await _answer(send, 503, BROKEN, "text/plain; charset=utf-8")
            return
        await self._app(scope, receive, send)


def make_board() -> Any:
    """The board of this installation, with Airflow's login. Raises ConfigError where a setting is wrong."""
    from datetime import UTC, datetime

    from include.board.app import create_app
    from include.settings import Settings

    return create_app(Settings.from_env(), airflow_access(), lambda: datetime.now(UTC))


def airflow_access() -> Access:
    """Who asks, as Airflow's auth manager tells.

    Looking needs what looking at the DAG needs. Reviewing needs what editing Airflow's variables needs: the roles op
    and admin have it, viewer and user have not, in the simple auth manager as in that of FAB.
    """
    import hashlib

    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
    from airflow.api_fastapi.core_api.security import get_user
    from airflow.configuration import conf
    from fastapi import Depends, HTTPException

    from include.board.access import Access, Viewer

    def authenticate(user: Any = Depends(get_user)) -> Viewer:  # noqa: B008
        manager = get_auth_manager()
        if not manager.is_authorized_dag(method="GET", details=DagDetails(id=DAG_ID), user=user):
            raise HTTPException(403, f"your role may not see the DAG {DAG_ID}; ask whoever runs this Airflow")
        return Viewer(user.get_name(), may_review=bool(manager.is_authorized_variable(method="PUT", user=user)))

    secret = hashlib.sha256(b"departure board|" + conf.get_mandatory_value("api", "secret_key").encode()).digest()
    return Access(authenticate, secret, framed=True, login_url=get_auth_manager().get_url_login())


async def _answer(send: Any, status: int, text: str, kind: str) -> None:
    body = text.encode()
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class DepartureBoardPlugin(AirflowPlugin):
    """What Airflow finds in this file."""

    name = "departures"
    fastapi_apps = [{"app": BoardOnDemand(), "url_prefix": PREFIX, "name": "Departure Board"}]
    external_views = [
        {
            "name": "Departures",
            "href": "departures/",
            "destination": "nav",
            "url_route": "departures",
            "nav_top_level": True,
        },
        {
            "name": "Departures",
            "href": "departures/run?run_id={RUN_ID}&dag_id={DAG_ID}",
            "destination": "dag_run",
            "url_route": "departures-run",
        },
    ]
