"""Runs under the real scheduler, with its processes, its API and the alerts that follow the asset."""

from __future__ import annotations

import pytest

from tests.standalone.conftest import RUN_SECONDS, Api, FinishedRun
from tools.airflow_up import wait_until

pytestmark = pytest.mark.scheduler


def test_a_run_under_the_scheduler(api: Api, finished_run: FinishedRun) -> None:
    tasks = finished_run.tasks
    assert finished_run.state == "success", [(task["task_id"], task["state"]) for task in tasks]
    assert {task["task_id"]: task["rendered_map_index"] for task in tasks}["fetch"] == "hosts-1"
    assert (api.home / "published" / "departures.duckdb").is_file()
    assert list((api.home / "work").iterdir()) == []
    # The asset that `publish` updated starts the alerts; nobody triggers them.
    assert wait_until(lambda: "success" in api.states("alert_departures"), seconds=RUN_SECONDS)
    assert list((api.home / "digests").glob("*.txt"))
