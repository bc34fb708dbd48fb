"""A task can do anything to its worker: it costs one row in quarantine and nothing else."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest

from include.extract.workers import Task, run_isolated
from include.records import Quarantined
from tests.extract import samples


def _tasks(*behaviours: str) -> list[Task]:
    return [Task(f"r{index}", (how,), "source", "{}") for index, how in enumerate(behaviours)]


def test_results_come_in_the_order_of_the_tasks() -> None:
    behaviours = [f"value{index}" for index in range(40)]
    assert list(run_isolated(samples.behave, _tasks(*behaviours), workers=2)) == behaviours


@pytest.mark.parametrize(
    ("how", "reason", "detail"),
    [
        ("exit", "crash", "code 3"),
        ("raise", "error", "ValueError: a bad page"),
        ("quarantine", "not-html", "it is a picture"),
        ("memory", "memory", "more memory"),
        ("unpicklable", "error", "pickled"),
    ],
)
def test_a_failing_task_is_a_row_and_the_others_go_on(how: str, reason: str, detail: str) -> None:
    before, failed, after = run_isolated(samples.behave, _tasks("a", how, "b"), workers=1)
    assert (before, after) == ("a", "b")
    assert isinstance(failed, Quarantined)
    assert (failed.record_id, failed.stage, failed.reason, failed.source_id) == ("r1", "read", reason, "source")
    assert detail in failed.detail


def test_a_hanging_task_is_killed() -> None:
    start = time.monotonic()
    failed, after = run_isolated(samples.behave, _tasks("hang", "b"), workers=1, timeout=1)
    assert isinstance(failed, Quarantined)
    assert failed.reason == "timeout"
    assert after == "b"
    assert time.monotonic() - start < 30


def test_a_worker_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads what strangers wrote: whoever takes it over shall find nothing."""
    for name in ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AWS_SECRET_ACCESS_KEY", "DEPARTURES_ALERT_URLS"):
        monkeypatch.setenv(name, "planted")
    (environment,) = run_isolated(samples.behave, _tasks("environment"), workers=1)
    assert isinstance(environment, dict) and "PATH" in environment
    assert "planted" not in environment.values()


def test_what_a_library_prints_does_not_disturb_the_answers(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(run_isolated(samples.behave, _tasks("print", "b"), workers=1)) == ["print", "b"]
    capfd.readouterr()


def test_one_process_serves_many_tasks_and_ends_with_the_iterator() -> None:
    results = run_isolated(samples.behave, _tasks(*["pid"] * 5), workers=1)
    pids = {next(results) for _ in range(3)}
    assert len(pids) == 1
    results.close()  # type: ignore[attr-defined]
    assert not Path(f"/proc/{pids.pop()}").exists()


def test_preparation_runs_once_in_every_process() -> None:
    tasks = [Task("r", (index,)) for index in range(3)]
    assert list(run_isolated(samples.read_mark, tasks, workers=1, prepare=samples.describe_environment)) == ["yes"] * 3


def test_no_tasks_no_results() -> None:
    assert list(run_isolated(samples.behave, [], workers=2)) == []


def test_a_function_that_no_other_process_can_import_is_refused() -> None:
    def local(value: int) -> int:
        return value

    with pytest.raises(RuntimeError, match="could not start"):
        list(run_isolated(local, [Task("r", (1,))], workers=1))


def _run_inside(queue: Any) -> None:
    queue.put(list(run_isolated(samples.behave, _tasks("a", "b"), workers=2)))


def test_a_daemonic_process_may_start_workers() -> None:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_run_inside, args=(queue,), daemon=True)
    process.start()
    assert queue.get(timeout=60) == ["a", "b"]
    process.join(timeout=30)
