"""Who may do what: every route and method of the board in Airflow's own application, for every kind of caller."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.conftest import ROOT

ROLES = ("anonymous", "viewer", "user", "op", "admin")
READING = {"viewer", "user", "op", "admin"}
REVIEWING = {"op", "admin"}
# Something for each parameter of a path.
FILL = {"event_id": "e-none", "organisation_id": "o-none", "name:path": "board.css", "path:path": "no/such/page"}


@pytest.fixture(scope="module")
def airflow_app(
    airflow_db: None, newsroom_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("plugin") / "home"
    for name in ("published", "articles"):
        shutil.copytree(newsroom_home / name, home / name)
    patch = pytest.MonkeyPatch()
    patch.setenv("DEPARTURES_HOME", str(home))
    from airflow.api_fastapi.app import create_app, purge_cached_app

    purge_cached_app()
    with TestClient(create_app(apps="core"), follow_redirects=False) as client:
        client.home = home  # type: ignore[attr-defined]
        yield client
    patch.undo()


def token_of(client: TestClient, role: str) -> str:
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    user = SimpleAuthManagerUser(username=f"the-{role}", role=role.upper())
    manager = client.app.state.auth_manager  # type: ignore[attr-defined]
    return str(manager.generate_jwt(user))


def come_as(client: TestClient, role: str) -> None:
    client.cookies.clear()
    if role != "anonymous":
        client.cookies.set("_token", token_of(client, role))


def board_routes() -> list[tuple[str, str]]:
    """Every (method, path) that the board has."""
    from include.board.access import Access
    from include.board.app import create_app
    from tests.board.conftest import NOW, READER, settings_of

    app = create_app(settings_of(Path("/nowhere")), Access(lambda: READER, b"", framed=True), lambda: NOW)
    routes = []
    for route in _flatten(app.routes):
        path = re.sub(r"\{([^}]+)\}", lambda found: FILL[found[1]], route.path)
        routes += [(method, path) for method in sorted(route.methods) if method != "HEAD"]
    return routes


def _flatten(routes: list) -> Iterator:  # type: ignore[type-arg]
    for route in routes:
        if hasattr(route, "path") and hasattr(route, "methods"):
            yield route
        else:
            yield from _flatten(getattr(getattr(route, "original_router", route), "routes", []))


def test_the_matrix_knows_every_route() -> None:
    paths = {path for _, path in board_routes()}
    assert {
        "/",
        "/count",
        "/latest",
        "/flow",
        "/sources",
        "/quality",
        "/sql",
        "/sql.csv",
        "/review",
        "/run",
        "/corrections",
    } <= paths
    assert {path for method, path in board_routes() if method == "POST"} == {
        "/event/e-none/review", "/review/people", "/review/undo", "/quarantine/release",
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), board_routes(), ids=lambda part: part)
def test_authorisation(airflow_app: TestClient, role: str, method: str, path: str) -> None:
    come_as(airflow_app, role)
    answer = airflow_app.request(method, f"/departures{path}")
    if role == "anonymous":
        assert answer.status_code == 401
        assert "The published" not in answer.text and "e-none" not in answer.text
    elif method == "GET":
        assert answer.status_code in (200, 400, 404), answer.text
    elif role in REVIEWING:
        assert answer.status_code == 403 and "did not come from the board" in answer.text  # no token of a form
    else:
        assert answer.status_code == 403 and "role op or admin" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_broken_token_is_refused(airflow_app: TestClient) -> None:
    come_as(airflow_app, "anonymous")
    assert airflow_app.get("/departures/", headers={"Authorization": "Bearer x.y.z"}).status_code in (401, 403)
    airflow_app.cookies.set("_token", "x.y.z")
    assert airflow_app.get("/departures/").status_code in (401, 403)


def test_a_decision_carries_the_name_of_the_user(airflow_app: TestClient) -> None:
    come_as(airflow_app, "op")
    page = airflow_app.get("/departures/?scope=events").text
    event = re.search(r'/departures/event/([^"#]+)"', page)
    assert event
    shown = airflow_app.get(f"/departures/event/{event[1]}").text
    token = re.search(r'name="token" value="([0-9a-f]+)"', shown)
    assert token
    form = {"token": token[1], "action": "approve", "reason": "seen on their own page"}
    same = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {**same, "Origin": "https://evil.example"}):
        path = f"/departures/event/{event[1]}/review"
        assert airflow_app.post(path, data=form, headers=headers).status_code == 403
    come_as(airflow_app, "admin")
    assert airflow_app.post(path, data=form, headers=same).status_code == 403  # the token of another
    come_as(airflow_app, "op")
    answer = airflow_app.post(path, data=form, headers=same)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/departures/event/{event[1]}?done=1")
    (kept,) = (airflow_app.home / "inbox").glob("*.json")  # type: ignore[attr-defined]
    assert '"author": "the-op"' in kept.read_text()
    assert "by <bdi>the-op</bdi>" in airflow_app.get(f"/departures/event/{event[1]}").text


def test_the_plugin_is_light_and_listed(airflow_app: TestClient) -> None:
    code = (
        "import sys; import airflow.plugins_manager; before = set(sys.modules); import plugins.departure_board; "
        "print(*[m for m in set(sys.modules) - before])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert "plugins.departure_board" in loaded
    assert not [name for name in loaded if name.split(".")[0] in ("include", "duckdb", "fastapi", "jinja2", "pyarrow")]
    headers = {"Authorization": f"Bearer {token_of(airflow_app, 'admin')}"}
    found = airflow_app.get("/api/v2/plugins", headers=headers).json()["plugins"]
    (ours,) = [plugin for plugin in found if plugin["name"] == "departures"]
    assert [view["destination"] for view in ours["external_views"]] == ["nav", "dag_run"]
