"""An Airflow backfill replays the archive of its interval. Before `test_board`: the next run applies its review."""

from __future__ import annotations

import pytest

from include.warehouse.generations import read_generation
from tests.cluster.comparing import read_views
from tests.installation import AS_OF
from tests.standalone.conftest import RUN_SECONDS, Api, FinishedRun
from tools.airflow_up import wait_until

pytestmark = pytest.mark.scheduler


def test_a_backfill_of_a_past_interval_gives_the_same_rows(api: Api, finished_run: FinishedRun) -> None:
    assert finished_run.state == "success"
    published = api.home / "published" / "departures.duckdb"
    before, generation = read_views(api.home), read_generation(published).number
    body = {
        "dag_id": "news_departures",
        "from_date": "2024-02-01T00:00:00Z",  # the schedule of this installation is a leap day
        "to_date": "2024-03-01T00:00:00Z",
        "reprocess_behavior": "none",
        "max_active_runs": 1,
        "run_backwards": False,
        "dag_run_conf": {"as_of": AS_OF},  # when the archive of that interval was written
    }
    api.call("/api/v2/backfills", body)
    runs = "/api/v2/dags/news_departures/dagRuns?run_type=backfill"
    ended = ("success", "failed")
    assert wait_until(
        lambda: [run["state"] for run in api.call(runs)["dag_runs"] if run["state"] in ended] != [], seconds=RUN_SECONDS
    )
    assert [run["state"] for run in api.call(runs)["dag_runs"]] == ["success"]
    assert read_generation(published).number == generation + 1
    after = read_views(api.home)
    for of_the_run in ("quality_results", "source_health"):  # each run adds its checks; nobody polled
        del before[of_the_run], after[of_the_run]
    assert after == before
    assert wait_until(lambda: set(api.states("alert_departures")) == {"success"}, seconds=RUN_SECONDS)
