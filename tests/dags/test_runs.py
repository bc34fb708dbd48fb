"""Whole DAG runs on the newsroom, through Airflow's own `dag.test()`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.pipeline.reprocess import list_candidates
from include.settings import Settings
from tests.conftest import ROOT
from tests.installation import AS_OF
from tests.pipeline.test_maintenance import publish_unwell_sources
from tests.publish.servers import Webhook
from tests.published import count_rows, query

# Stand in the environment of every run here; nobody listens where the alerts would go.
PLANTED = {
    "DEPARTURES_ALERT_URLS": "json://reader:planted-in-alerts@127.0.0.1:9/",
    "DEPARTURES_BOARD_TOKEN": "planted-as-token",
    "DEPARTURES_LLM_API_KEY": "planted-as-key",
    "AWS_SECRET_ACCESS_KEY": "planted-for-a-store",
}
COUNTED = ("articles", "moves", "events", "event_history", "evidence", "quarantine")


@pytest.fixture(scope="module")
def settings(newsroom_environment: dict[str, str], airflow_db: None) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**newsroom_environment, **PLANTED}.items():
            patch.setenv(name, value)
        yield Settings.from_env()


@pytest.fixture(scope="module")
def runs(settings: Settings) -> list[tuple[Any, dict[str, int]]]:
    """Two runs of the main DAG: each with the rows that there were after it."""
    conf = {"as_of": AS_OF, "force": True}
    return [(test_dag("news_departures", conf), count_rows(settings, COUNTED)) for _ in range(2)]


def test_dag(dag_id: str, conf: dict[str, Any], **options: Any) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(ROOT / "dags" / f"{dag_id}.py")).dags[dag_id].test(run_conf=conf, **options)


test_dag.__test__ = False  # type: ignore[attr-defined]


def test_the_whole_chain_is_green(runs: list[tuple[Any, dict[str, int]]], settings: Settings) -> None:
    (run, rows), _ = runs
    assert run.state == "success"
    assert {ti.task_id for ti in run.get_task_instances() if ti.state == "success"} == {
        "poll", "fetch", "read", "load", "check", "merge", "flag", "audit", "publish",
    }  # fmt: skip
    assert rows["articles"] >= 40
    departures = query(
        settings,
        "SELECT count(DISTINCT event_id), count(DISTINCT lang) FROM departures JOIN evidence USING (event_id)",
    )
    assert departures[0][0] >= 8
    assert departures[0][1] >= 5


def test_every_quote_stands_in_its_article(runs: list[tuple[Any, dict[str, int]]], settings: Settings) -> None:
    found = query(
        settings,
        "SELECT e.quote, e.start, e.end, CASE e.field WHEN 'title' THEN a.title ELSE a.text END "
        "FROM evidence e JOIN articles a USING (article_id)",
    )
    assert found
    assert all(text[start:end] == quote for quote, start, end, text in found)


def test_a_second_run_adds_nothing(runs: list[tuple[Any, dict[str, int]]], settings: Settings) -> None:
    (_, before), (run, after) = runs
    assert run.state == "success"
    assert after == before
    assert query(settings, "SELECT max(generation) FROM runs") == [(2,)]


def test_alerts_take_the_run_from_the_asset(runs: list[tuple[Any, dict[str, int]]], settings: Settings) -> None:
    run = test_dag("alert_departures", {})
    assert run.state == "success"
    assert list((settings.home / "digests").glob("*.txt"))


def test_the_archive_read_again_with_the_same_rules_changes_nothing(
    runs: list[tuple[Any, dict[str, int]]], settings: Settings
) -> None:
    """The task that waits for a person counts as answered: *Approve*."""
    before = count_rows(settings, COUNTED)
    run = test_dag("reprocess_archive", {"as_of": AS_OF}, mark_success_pattern="approve")
    assert run.state == "success"
    (candidate,) = list_candidates(settings)
    assert (candidate.state, candidate.gained, candidate.lost, candidate.changed) == ("accepted", 0, 0, 0)
    assert candidate.unchanged == before["events"]
    assert count_rows(settings, COUNTED) == before
    assert query(settings, "SELECT max(generation) FROM runs") == [(3,)]


def test_a_reprocessing_in_which_a_task_failed_is_red(
    runs: list[tuple[Any, dict[str, int]]], settings: Settings
) -> None:
    """Its last task acts on a rejection, and is not run; that must not make the run green."""
    run = test_dag("reprocess_archive", {"as_of": AS_OF, "since": "2031-01-01"})
    states = {task.task_id: task.state for task in run.get_task_instances()}
    assert (states["replay"], run.state) == ("failed", "failed")


def test_housekeeping_is_green(runs: list[tuple[Any, dict[str, int]]], settings: Settings) -> None:
    assert test_dag("housekeeping", {}).state == "success"


def test_the_weekly_look_names_each_source_that_is_unwell(
    airflow_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In the task's log, in what it returns, and in a message to the operator."""
    publish_unwell_sources(Settings.from_env({}, home=tmp_path))
    with Webhook() as hook:
        monkeypatch.setenv("DEPARTURES_HOME", str(tmp_path))
        monkeypatch.setenv("DEPARTURES_ALERT_URLS", hook.url)
        run = test_dag("source_health", {})
    assert run.state == "success"
    (review,) = run.get_task_instances()
    assert review.xcom_pull(task_ids="review") == {"said": "1 of 4 sources are well", "sources": 4, "unwell": 3}
    assert hook.titles == ["Departure Board: 1 of 4 sources are well"]
    said = "\n".join(caplog.messages)
    for line in ("dead does not answer (dns): the host name does not resolve", "fast lost entries", "gone says that"):
        assert line in said


def test_a_wrong_source_list_is_red_at_once_and_tells_the_operator(
    settings: Settings, runs: list[tuple[Any, dict[str, int]]], tmp_path: Path
) -> None:
    """No retries: what a person must mend does not mend itself."""
    sources = tmp_path / "feeds.yaml"
    sources.write_text("feeds:\n- {id: one}\n", encoding="utf-8")
    generation = query(settings, "SELECT max(generation) FROM runs")
    run = test_dag("news_departures", {"as_of": AS_OF, "sources": str(sources)})
    assert run.state == "failed"
    (poll,) = [ti for ti in run.get_task_instances() if ti.task_id == "poll"]
    assert (poll.state, poll.try_number) == ("failed", 1)
    failure = json.loads((settings.home / "last_failure.json").read_text(encoding="utf-8"))
    assert failure["step"] == "poll" and f"{sources}:2" in failure["line"]
    assert query(settings, "SELECT max(generation) FROM runs") == generation


def test_a_planted_secret_is_nowhere(settings: Settings, runs: list[tuple[Any, dict[str, int]]]) -> None:
    """After runs that went well, one that failed and told the operator, and everything that they left behind."""
    from airflow.utils.session import create_session
    from sqlalchemy import text

    from include.pipeline.failures import report_failure

    report_failure(settings, run_id="r-1", step="merge", cause="no space", at=datetime(2026, 11, 21, tzinfo=UTC))
    with create_session() as session:
        tables = [name for (name,) in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        stored = {name: str(session.execute(text(f'SELECT * FROM "{name}"')).all()) for name in tables}
    assert "publish" in stored["xcom"] and "hosts-1" in stored["rendered_task_instance_fields"]
    files = [path for root in (settings.home, Path(os.environ["AIRFLOW_HOME"]) / "logs") for path in root.rglob("*")]
    left = {str(path): path.read_bytes().decode("utf-8", "replace") for path in files if path.is_file()}
    # `dag.test()` writes no log files; those of real processes are searched in tests/cluster.
    assert str(settings.home / "last_failure.json") in left
    secrets = [value.partition("@")[0].rpartition(":")[2] for value in PLANTED.values()]
    assert all(secret.startswith("planted-") for secret in secrets)
    found = [(name, secret) for name, said in (stored | left).items() for secret in secrets if secret in said]
    assert found == []
