"""A second worker, and what a run costs in which nothing is new, under Celery.

The services of docker-compose.yaml run as processes of this machine, with PostgreSQL and Redis
(`tests/cluster/native.py`). A worker takes one task at a time and reads with one process, so it stands for one core.

Workers: the newsroom times fifty (or BENCH_SITES), on as many addresses of loopback, in two shards; the time of the
whole DAG run, `load` to `publish` included, with two workers and with one. On a machine of two cores they share these
with everything else, and the two cores may be worth less than two: what two processes of arithmetic take at once, to
what they take one after the other, is .5 where they are two. A task's seconds are those of its process, all shards of
it together; what lies between two tasks is Airflow's.

Nothing new: the newsroom is polled again, all of the chain runs, nothing is new; against a DAG of as many empty tasks
in the same chain, under the same executor, medians of three.

    python -m bench cluster
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from include.newsroom.server import serve
from tests.cluster.native import Cluster
from tests.conftest import ROOT
from tests.installation import AS_OF

SITES = 50
ROUNDS = 3
RUN_SECONDS = 3_600
_EMPTY = """
from datetime import datetime
from airflow.sdk import dag, task
from airflow.sdk.bases.operator import chain

@dag(schedule=None, start_date=datetime(2026, 1, 1), default_args={"queue": "warehouse"})
def empty_chain():
    @task
    def nothing():
        return None
    chain(*[nothing.override(task_id=f"nothing_{number}")() for number in range(9)])

empty_chain()
"""


def run() -> dict[str, Any]:
    """Both measurements on one cluster."""
    sites = int(os.environ.get("BENCH_SITES", SITES))
    alone, together = (time_loops(processes) for processes in (1, 2))
    with tempfile.TemporaryDirectory(prefix="departures-cluster-") as root, ExitStack() as stack:
        lists, port = serve_sites(sites, stack, Path(root))
        cluster = stack.enter_context(start_cluster(Path(root), port))
        cluster.start("worker", 1)
        cluster.wait_healthy("worker", 1)
        run_dag(cluster, "news_departures", {"sources": str(lists[0])})  # the first run of all warms everything up
        idle = [run_dag(cluster, "news_departures", {"sources": str(lists[0])}) for _ in range(ROUNDS)]
        empty = [run_dag(cluster, "empty_chain", None) for _ in range(ROUNDS)]
        cluster.empty_volumes()
        one = run_dag(cluster, "news_departures", {"sources": str(lists[1])})
        cluster.empty_volumes()
        cluster.start("worker", 2)
        cluster.wait_healthy("worker", 2)
        two = run_dag(cluster, "news_departures", {"sources": str(lists[1])})
    nothing_new, nothing = (
        statistics.median(run.seconds for run in idle),
        statistics.median(run.seconds for run in empty),
    )
    return {
        "the newsroom times": sites,
        "one worker, s": round(one.seconds, 1),
        "two workers, s": round(two.seconds, 1),
        "two workers to one": round(two.seconds / one.seconds, 2),
        "two processes of arithmetic to one after the other": round(together / (2 * alone), 2),
        "one worker, s a task": one.tasks,
        "two workers, s a task": two.tasks,
        "nothing new, s": round(nothing_new, 1),
        "empty tasks, s": round(nothing, 1),
        "nothing new to empty tasks": round(nothing_new / nothing, 2),
        "nothing new, s a task": idle[-1].tasks,
        "empty tasks, s a task": empty[-1].tasks,
    }


def time_loops(processes: int) -> float:
    """Seconds until so many processes at once have counted: what two cores of this machine are worth."""
    command = [sys.executable, "-c", "x = 0\nfor i in range(30_000_000): x += i * i % 7"]
    started = time.monotonic()
    for process in [subprocess.Popen(command) for _ in range(processes)]:
        process.wait()
    return time.monotonic() - started


def serve_sites(count: int, stack: ExitStack, folder: Path) -> tuple[list[Path], int]:
    """Serve the newsroom on so many addresses; source lists of the first and of all, and the port of each."""
    feeds: list[dict[str, Any]] = []
    port, lists = 0, [folder / "one.yaml", folder / "all.yaml"]
    for number in range(count):
        newsroom = stack.enter_context(serve(port, host=f"127.0.0.{number + 2}"))
        port = int(newsroom.base_url.rpartition(":")[2])
        for feed in yaml.safe_load(Path(newsroom.feeds_path).read_text(encoding="utf-8"))["feeds"]:
            feeds.append({**feed, "id": f"{feed['id']}-{number}", "name": f"{feed['name']} {number}"})
        for path in lists if number == 0 else lists[1:]:
            path.write_text(yaml.safe_dump({"feeds": feeds}, allow_unicode=True), encoding="utf-8")
    return lists, port


@contextmanager
def start_cluster(root: Path, port: int) -> Iterator[Cluster]:
    """Everything but the workers that fetch and read."""
    dags = root / "dags"
    shutil.copytree(ROOT / "dags", dags)
    (dags / "empty_chain.py").write_text(_EMPTY, encoding="utf-8")
    home = root / "cluster"
    home.mkdir()
    settings = {
        "DEPARTURES_ALLOW_HOSTS": f"127.0.0.0/8:{port}",
        "DEPARTURES_HOST_DELAY": "0",
        "DEPARTURES_SCHEDULE": "0 0 29 2 *",
        "DEPARTURES_FETCH_SHARDS": "2",
        "DEPARTURES_WORKERS": "1",
        "WORKER_CONCURRENCY": "1",
    }
    quiet = {"AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True"}  # no other DAG than those that are measured
    cluster = Cluster(home, settings, dags=dags, change=quiet)
    try:
        for service in ("postgres", "redis"):
            cluster.start(service)
            cluster.wait_healthy(service)
        cluster.make_database()
        cluster.run("migrate")
        for service in ("api-server", "dag-processor"):
            cluster.start(service)
        cluster.wait_healthy("api-server")
        for service in ("scheduler", "warehouse"):
            cluster.start(service)
            cluster.wait_healthy(service)
        yield cluster
    finally:
        cluster.close()


@dataclass(frozen=True, slots=True)
class Run:
    """How long a run took, and each task of it in seconds, the shards of one together."""

    seconds: float
    tasks: dict[str, float]


def run_dag(cluster: Cluster, dag_id: str, conf: dict[str, Any] | None) -> Run:
    """Run a DAG, timed by Airflow's own clock. Raises RuntimeError where it fails."""
    body = {"logical_date": None, "conf": conf and {"as_of": AS_OF, "force": True, **conf}}
    run_id = cluster.trigger(dag_id, body)
    path, end = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}", time.monotonic() + RUN_SECONDS
    while (found := cluster.call(path))["state"] not in ("success", "failed") and time.monotonic() < end:
        time.sleep(1)
    tasks = cluster.call(f"{path}/taskInstances")["task_instances"]
    if found["state"] != "success":
        raise RuntimeError(f"{dag_id} did not succeed: {[(task['task_id'], task['state']) for task in tasks]}")
    began, ended = (datetime.fromisoformat(found[name]) for name in ("start_date", "end_date"))
    durations: dict[str, float] = defaultdict(float)
    for task in sorted(tasks, key=lambda task: task["start_date"]):
        durations[task["task_id"]] = round(durations[task["task_id"]] + task["duration"], 1)
    return Run((ended - began).total_seconds(), dict(durations))
