"""The whole DAG on several workers that share no disk, as docker-compose.yaml has it, against one machine's result."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.newsroom.server import Newsroom, serve
from include.warehouse.generations import open_read_only
from tests.cluster.native import Cluster, require_programs
from tests.conftest import ROOT
from tests.installation import AS_OF
from tests.s3 import BUCKET, S3, serve_s3
from tools.airflow_up import wait_until

VIEWS = (
    "articles", "moves", "events", "event_history", "evidence", "departures", "notable_departures", "exodus",
    "talent_flow", "talent_balance", "source_health", "quarantine", "quality_results", "entities",
)  # fmt: skip
VOLATILE = {"run_id", "payload"}  # the run's name; the page's place in an archive whose files are named at random
RUN_SECONDS = 900


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with serve(port=0) as served:
        yield served


@pytest.fixture(scope="module")
def settings_of_env(newsroom: Newsroom) -> dict[str, str]:
    return {
        "DEPARTURES_ALLOW_HOSTS": newsroom.base_url.removeprefix("http://"),
        "DEPARTURES_HOST_DELAY": "0",
        "DEPARTURES_SCHEDULE": "0 0 29 2 *",
    }


@pytest.fixture(scope="module")
def one_machine(newsroom: Newsroom, settings_of_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of the same run on one machine, without Airflow."""
    home = tmp_path_factory.mktemp("one-machine")
    (home / "feeds.yaml").write_bytes(Path(newsroom.feeds_path).read_bytes())
    command = [sys.executable, "-m", "include.cli", "run", "--force", "--as-of", AS_OF, "--home", str(home)]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **settings_of_env}, capture_output=True)
    return home


@pytest.fixture(scope="module")
def store() -> Iterator[S3]:
    with serve_s3() as s3:
        yield s3


@pytest.fixture(scope="module")
def cluster(newsroom: Newsroom, settings_of_env: dict[str, str], store: S3) -> Iterator[Cluster]:
    """Everything that the compose file names, with two workers."""
    require_programs()
    extra = {
        **settings_of_env,
        **store.environment,
        "DEPARTURES_ARCHIVE_URL": f"s3://{BUCKET}/archive",
        "DEPARTURES_STAGING_URL": f"s3://{BUCKET}/staging",
    }
    with tempfile.TemporaryDirectory(prefix="departures-cluster-") as root:
        made = Cluster(Path(root), extra)
        try:
            start(made)
            (made.home / "feeds.yaml").write_bytes(Path(newsroom.feeds_path).read_bytes())
            yield made
        finally:
            made.close()


def start(cluster: Cluster) -> None:
    for service in ("postgres", "redis"):
        cluster.start(service)
    for service in ("postgres", "redis"):
        cluster.wait_healthy(service, seconds=60)
    cluster.make_database()
    cluster.run("migrate")
    for service in ("api-server", "dag-processor", "triggerer"):
        cluster.start(service)
    cluster.wait_healthy("api-server")
    for service, number in (("scheduler", 1), ("worker", 1), ("worker", 2), ("warehouse", 1)):
        cluster.start(service, number)
    for service, number in (("scheduler", 1), ("worker", 1), ("worker", 2), ("warehouse", 1)):
        cluster.wait_healthy(service, number)


def run_dag(cluster: Cluster) -> tuple[str, list[dict[str, Any]]]:
    """Trigger the main DAG; its state and task instances when it has ended."""
    assert wait_until(lambda: "news_departures" in list_dags(cluster), seconds=300)
    conf = {"as_of": AS_OF, "force": True}
    run = cluster.call("/api/v2/dags/news_departures/dagRuns", {"logical_date": None, "conf": conf})
    path = f"/api/v2/dags/news_departures/dagRuns/{urllib.parse.quote(run['dag_run_id'])}"
    deadline = time.monotonic() + RUN_SECONDS
    while (state := cluster.call(path)["state"]) not in ("success", "failed") and time.monotonic() < deadline:
        time.sleep(1)
    return state, cluster.call(f"{path}/taskInstances")["task_instances"]


def list_dags(cluster: Cluster) -> list[str]:
    return [dag["dag_id"] for dag in cluster.call("/api/v2/dags")["dags"]]


def read_views(home: Path) -> dict[str, list[str]]:
    """Every row of every view, without what names the run."""
    con = open_read_only(home / "published" / "departures.duckdb")
    try:
        rows = {}
        for view in VIEWS:
            columns = [name for name, *_ in con.execute(f"DESCRIBE {view}").fetchall() if name not in VOLATILE]
            named = ", ".join(f'"{name}"' for name in columns)
            rows[view] = sorted(map(repr, con.execute(f"SELECT {named} FROM {view}").fetchall()))
        return rows
    finally:
        con.close()


def test_two_workers_without_a_common_disk_find_what_one_machine_finds(
    one_machine: Path, cluster: Cluster, store: S3
) -> None:
    state, tasks = run_dag(cluster)
    assert state == "success", [(task["task_id"], task["state"]) for task in tasks]
    where = {(task["task_id"], task["map_index"]): task["queue"] for task in tasks}
    assert {queue for (task, _), queue in where.items() if task in ("fetch", "read")} == {"default"}
    assert sorted(index for task, index in where if task == "fetch") == [0, 1]
    expected, found = read_views(one_machine), read_views(cluster.home)
    assert len(expected["articles"]) >= 40 and len(expected["departures"]) >= 8
    for view in VIEWS:
        assert found[view] == expected[view], view
    assert {key.split("/")[0] for key in store.list_keys()} == {"archive", "staging"}
    assert cluster.restarts == []
