"""Airflow as a person starts it, once for all tests of this folder, and one run of the newsroom under its scheduler."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.installation import AS_OF, find_free_port, newsroom_installation
from tools.airflow_home import LOGIN, airflow_environment, is_port_free, migrate_database
from tools.airflow_up import is_healthy, run_standalone, wait_until

READER = "vera"  # may look and not review; the password is the name
# Airflow on SQLite answers so when its own processes kept a write waiting for a minute (500), or came between the reads
# and the writes of a new backfill (503, which says that asking again is all there is to do).
LOCKED, LOCKED_CALLS, LOCKED_SECONDS = (500, 503), 5, 3
START_SECONDS, RUN_SECONDS, CALL_SECONDS = 600, 900, 120  # bounds; a tenth of them on a quiet machine


class Api:
    """Airflow's REST API with the development login."""

    def __init__(self, port: int, home: Path) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.home = home  # of the installation
        login = {"username": LOGIN[0], "password": LOGIN[1]}
        self._token = self.call("/auth/token", login, token="")["access_token"]

    def call(self, path: str, body: dict[str, Any] | None = None, token: str | None = None, method: str = "") -> Any:
        headers = {"Content-Type": "application/json"}
        if token != "":
            headers["Authorization"] = f"Bearer {self._token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data, headers, method=method or None)
        for _ in range(LOCKED_CALLS):
            try:
                return self._ask(request)
            except urllib.error.HTTPError as error:
                if error.code not in LOCKED:
                    raise
                time.sleep(LOCKED_SECONDS)
        return self._ask(request)

    @staticmethod
    def _ask(request: urllib.request.Request) -> Any:
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
            return json.load(answer)

    def list_dags(self) -> list[str]:
        return [dag["dag_id"] for dag in self.call("/api/v2/dags")["dags"]]

    def states(self, dag_id: str) -> list[str]:
        return [run["state"] for run in self.call(f"/api/v2/dags/{dag_id}/dagRuns")["dag_runs"]]


@dataclass(frozen=True)
class FinishedRun:
    """A run of `news_departures`, its end, and its task instances as the API tells them."""

    run_id: str
    state: str
    tasks: list[dict[str, Any]]


@pytest.fixture(scope="package")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder, home = tmp_path_factory.mktemp("airflow"), tmp_path_factory.mktemp("home")
    port = find_free_port()
    with newsroom_installation(home) as installation:
        environment = {
            **airflow_environment(folder, database="test", port=port),
            **installation,
            "DEPARTURES_SCHEDULE": "0 0 29 2 *",
            "DEPARTURES_AS_OF": "2026-11-21T09:00:00+00:00",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",  # a test that changes a DAG has it read again
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(find_free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(find_free_port()),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN[0]}:admin,{READER}:viewer",
        }
        passwords = Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
        passwords.write_text(json.dumps({LOGIN[0]: LOGIN[1], READER: READER}))
        migrate_database(environment)
        log = folder / "standalone.log"
        with run_standalone(environment, port, log):
            if not wait_until(lambda: is_healthy(port), seconds=START_SECONDS):
                pytest.fail(f"Airflow did not start:\n{log.read_text(errors='replace')[-3000:]}")
            yield Api(port, home)
    assert is_port_free(port)
    assert "standalone | Complete" in log.read_text(errors="replace")[-200:]  # it ended, nobody had to kill it


@pytest.fixture(scope="package")
def finished_run(api: Api) -> FinishedRun:
    """The newsroom, read by a run that the API started."""
    wanted = {"news_departures", "alert_departures"}
    assert wait_until(lambda: wanted <= set(api.list_dags()), seconds=START_SECONDS)
    for dag_id in wanted:
        api.call(f"/api/v2/dags/{dag_id}", {"is_paused": False}, method="PATCH")
    conf = {"as_of": AS_OF, "force": True}
    run_id = api.call("/api/v2/dags/news_departures/dagRuns", {"logical_date": None, "conf": conf})["dag_run_id"]
    path = f"/api/v2/dags/news_departures/dagRuns/{urllib.request.quote(run_id)}"
    deadline = time.monotonic() + RUN_SECONDS
    while (state := api.call(path)["state"]) not in ("success", "failed") and time.monotonic() < deadline:
        time.sleep(1)
    return FinishedRun(run_id, state, api.call(f"{path}/taskInstances")["task_instances"])
