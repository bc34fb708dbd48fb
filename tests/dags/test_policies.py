"""Rules that every DAG file keeps."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from airflow.sdk import DAG

IGNORED = (ROOT / "dags" / ".airflowignore").read_text(encoding="utf-8").split()
DAG_FILES = sorted(path for path in (ROOT / "dags").glob("*.py") if path.name not in IGNORED)
DAG_IDS = [path.stem for path in DAG_FILES]
# What a scheduler would pay for at every parse, thirty seconds apart, for every file.
HEAVY = ("aiohttp", "duckdb", "great_expectations", "lxml", "pandas", "pyarrow", "trafilatura", "feedparser", "numpy")
MAX_LINES = 140


@pytest.fixture(scope="session")
def dags(airflow_db: None) -> dict[str, DAG]:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    return bag.dags


def test_a_file_holds_the_dag_of_its_name(dags: dict[str, DAG]) -> None:
    assert sorted(dags) == DAG_IDS
    assert {Path(dag.fileloc).stem: dag.dag_id for dag in dags.values()} == {name: name for name in DAG_IDS}


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_an_operator_finds_what_he_needs(dag_id: str, dags: dict[str, DAG]) -> None:
    dag = dags[dag_id]
    assert dag.doc_md and len(dag.doc_md) > 200
    assert dag.tags
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert dag.dagrun_timeout is not None
    for name, param in dag.params.items():
        assert dag.params.get_param(name).description, f"param {name} says nothing"
        assert param is not Ellipsis


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_every_task_has_owner_retries_timeout_and_documentation(dag_id: str, dags: dict[str, DAG]) -> None:
    for task in dags[dag_id].tasks:
        assert task.owner == "departures", task.task_id
        assert task.on_failure_callback, task.task_id
        if task.task_type == "ApprovalOperator":  # a person is waited for, and asked once
            assert task.response_timeout < dags[dag_id].dagrun_timeout
            continue
        assert task.retries >= 1, task.task_id
        assert task.retry_exponential_backoff, task.task_id
        assert task.execution_timeout is not None, task.task_id
        assert task.doc_md or getattr(task, "python_callable", None).__doc__, task.task_id


def test_every_task_that_can_be_red_has_its_section(dags: dict[str, DAG]) -> None:
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^### (\w+) is red$", operations, re.MULTILINE))
    tasks = {task.task_id for dag in dags.values() for task in dag.tasks}
    with_approval = {"draft", "approve", "send", "refuse"}
    assert sections == tasks | with_approval
    assert all("docs/operations.md" in (dag.doc_md or "") for dag in dags.values())


def test_what_needs_the_home_goes_to_the_workers_that_have_it(dags: dict[str, DAG]) -> None:
    queues = {(dag.dag_id, task.task_id): task.queue for dag in dags.values() for task in dag.tasks}
    elsewhere = {("news_departures", "fetch"), ("news_departures", "read")}
    assert {task for task, queue in queues.items() if queue == "default"} == elsewhere
    assert {queue for task, queue in queues.items() if task not in elsewhere} == {"warehouse"}


def test_the_main_dag_shows_the_chain(dags: dict[str, DAG]) -> None:
    dag = dags["news_departures"]
    order = [task.task_id for task in dag.topological_sort()]
    assert order == ["poll", "fetch", "read", "load", "check", "merge", "flag", "audit", "publish"]
    assert all(len(dag.get_task(name).downstream_task_ids) == 1 for name in order[:-1])
    assert [outlet.name for outlet in dag.get_task("publish").outlets] == ["departures"]


def test_a_reprocessing_is_published_by_a_person_alone(dags: dict[str, DAG]) -> None:
    dag = dags["reprocess_archive"]
    order = [task.task_id for task in dag.topological_sort()]
    assert order == [
        "replay", "read", "load", "check", "merge", "flag", "audit", "compare", "approve", "accept", "drop",
    ]  # fmt: skip
    assert dag.get_task("approve").downstream_task_ids == {"accept"}  # a rejection skips it, and `drop` runs on that
    assert dag.get_task("drop").trigger_rule == "none_failed"  # else a run in which anything failed would be green
    assert [outlet.name for outlet in dag.get_task("accept").outlets] == ["departures"]


def test_alerts_follow_the_publication(dags: dict[str, DAG]) -> None:
    from airflow.sdk import Asset

    timetable = dags["alert_departures"].timetable
    assert Asset(name="departures", uri="departures://published/departures.duckdb") in timetable.asset_condition.objects


def test_parsing_imports_nothing_heavy() -> None:
    """Airflow itself brings some of them; counted is what the DAG files add, one after the other in one process."""
    code = (
        "import sys, json, runpy; from airflow.sdk import Asset, Param, dag, get_current_context, task\n"
        "for path in sys.argv[1:]:\n"
        "    before = set(sys.modules)\n"
        "    runpy.run_path(path)\n"
        "    print(json.dumps([path, sorted(name for name in set(sys.modules) - before)]))"
    )
    command = [sys.executable, "-c", code, *map(str, DAG_FILES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    added = dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))
    assert sorted(added) == sorted(map(str, DAG_FILES))
    assert "dags.departures_tasks" in added[str(DAG_FILES[0])]
    heavy = {path: [name for name in names if name.split(".")[0] in HEAVY] for path, names in added.items()}
    assert not any(heavy.values()), heavy


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.stem)
def test_dag_files_are_wiring(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
