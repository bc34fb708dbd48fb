"""One run under the real scheduler, with its processes, its API and the alerts that follow the asset."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dags.conftest import AS_OF
from tools.airflow_home import LOGIN, airflow_environment, is_port_free, migrate_database
from tools.airflow_up import is_healthy, run_standalone, wait_until

pytestmark = pytest.mark.scheduler
START_SECONDS, RUN_SECONDS, CALL_SECONDS = 600, 900, 120  # bounds; a tenth of them on a quiet machine


class Api:
    """Airflow's REST API with the development login."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        login = {"username": LOGIN[0], "password": LOGIN[1]}
        self._token = self.call("/auth/token", login, token="")["access_token"]

    def call(self, path: str, body: dict[str, Any] | None = None, token: str | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        if token != "":
            headers["Authorization"] = f"Bearer {self._token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._base + path, data, headers)
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
            return json.load(answer)

    def states(self, dag_id: str) -> list[str]:
        return [run["state"] for run in self.call(f"/api/v2/dags/{dag_id}/dagRuns")["dag_runs"]]


@pytest.fixture
def api(newsroom_environment: dict[str, str], tmp_path: Path) -> Iterator[Api]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **airflow_environment(tmp_path / "airflow", database="test", port=port),
        **newsroom_environment,
        "DEPARTURES_SCHEDULE": "0 0 29 2 *",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    }
    migrate_database(environment)
    log = tmp_path / "standalone.log"
    with run_standalone(environment, port, log):
        if not wait_until(lambda: is_healthy(port), seconds=START_SECONDS):
            pytest.fail(f"Airflow did not start:\n{log.read_text(errors='replace')[-3000:]}")
        yield Api(port)
    assert is_port_free(port)


def test_a_run_under_the_scheduler(api: Api, newsroom_environment: dict[str, str]) -> None:
    assert wait_until(lambda: "news_departures" in list_dags(api), seconds=START_SECONDS)
    conf = {"as_of": AS_OF, "force": True}
    run = api.call("/api/v2/dags/news_departures/dagRuns", {"logical_date": None, "conf": conf})
    path = f"/api/v2/dags/news_departures/dagRuns/{urllib.request.quote(run['dag_run_id'])}"
    deadline = time.monotonic() + RUN_SECONDS
    while (state := api.call(path)["state"]) not in ("success", "failed") and time.monotonic() < deadline:
        time.sleep(2)
    tasks = api.call(f"{path}/taskInstances")["task_instances"]
    assert state == "success", [(task["task_id"], task["state"]) for task in tasks]
    assert {task["task_id"]: task["rendered_map_index"] for task in tasks}["fetch"] == "hosts-1"
    home = Path(newsroom_environment["DEPARTURES_HOME"])
    assert (home / "published" / "departures.duckdb").is_file()
    assert list((home / "work").iterdir()) == []
    # The asset that `publish` updated starts the alerts; nobody triggers them.
    assert wait_until(lambda: "success" in api.states("alert_departures"), seconds=RUN_SECONDS)
    assert list((home / "digests").glob("*.txt"))


def list_dags(api: Api) -> list[str]:
    return [dag["dag_id"] for dag in api.call("/api/v2/dags")["dags"]]
