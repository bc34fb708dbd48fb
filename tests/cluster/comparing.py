"""A run of the main DAG on a cluster, and whether two homes hold the same."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from include.warehouse.generations import open_read_only
from tests.cluster.native import Cluster
from tests.installation import AS_OF

VIEWS = (
    "articles", "moves", "events", "event_history", "evidence", "departures", "notable_departures", "exodus",
    "talent_flow", "source_health", "quarantine", "quality_results", "entities",
)  # fmt: skip
# The run's name, the place of a page in an archive whose files are named at random, and how long a feed took to answer.
VOLATILE = {"run_id", "archive_path", "archive_offset", "payload", "seconds_30d"}
RUN_SECONDS = 1_200
TOO_OFTEN = 10  # restarts of one process; a health check that is not met yet ends some

Watch = Callable[[list[dict[str, Any]]], None]


def run_newsroom(cluster: Cluster, watch: Watch | None = None) -> tuple[str, list[dict[str, Any]]]:
    """The state and the task instances of a run when it has ended; `watch` sees the task instances each second."""
    run_id = cluster.trigger("news_departures", {"logical_date": None, "conf": {"as_of": AS_OF, "force": True}})
    path = f"/api/v2/dags/news_departures/dagRuns/{urllib.parse.quote(run_id)}"
    deadline, tasks = time.monotonic() + RUN_SECONDS, list[dict[str, Any]]()
    while time.monotonic() < deadline:
        for name in cluster.restarts:
            assert cluster.restarts.count(name) < TOO_OFTEN, f"{name} does not stay up:\n{cluster.log(name)}"
        try:
            state = cluster.call(path)["state"]
            tasks = cluster.call(f"{path}/taskInstances")["task_instances"]
        except OSError:  # the database is being restarted: the API server says 500, or nothing
            time.sleep(1)
            continue
        if state in ("success", "failed"):
            return state, tasks
        if watch:
            watch(tasks)
        time.sleep(0.5)
    return "not ended", tasks


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
