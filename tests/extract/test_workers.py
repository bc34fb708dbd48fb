"""A task can do anything to its worker: it costs one row in quarantine and nothing else."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from include.extract.workers import Task, run_isolated
from include.pipeline.reading import load_models
from include.records import Quarantined
from tests.conftest import ROOT
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


@pytest.mark.parametrize("how", ["hang", "work"])
def test_a_hanging_task_is_killed(how: str) -> None:
    failed, after = run_isolated(samples.behave, _tasks(how, "b"), workers=1, timeout=0.3)
    assert isinstance(failed, Quarantined)
    assert failed.reason == "timeout"
    assert after == "b"


def test_only_the_time_that_a_task_works_counts() -> None:
    """On a busy machine most of it is waiting; that is no fault of the page."""
    assert list(run_isolated(samples.behave, _tasks("wait", "b"), workers=1, timeout=0.3)) == ["wait", "b"]


def test_a_worker_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads what strangers wrote: whoever takes it over shall find nothing."""
    for name in ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AWS_SECRET_ACCESS_KEY", "DEPARTURES_ALERT_URLS"):
        monkeypatch.setenv(name, "planted")
    (environment,) = run_isolated(samples.tell_environment, _tasks("a"), workers=1)
    assert isinstance(environment, dict) and "PATH" in environment
    assert "test_a_worker_is_given_no_secrets" in environment["PYTEST_CURRENT_TEST"]  # not one of an earlier call
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


def test_preparation_runs_once_for_all_processes_of_all_calls() -> None:
    tasks = [Task("r", (index,)) for index in range(6)]
    prepared = [
        mark
        for _ in range(2)
        for mark in run_isolated(samples.read_mark, tasks, workers=3, prepare=samples.describe_environment)
    ]
    assert len(prepared) == 12
    assert len(set(prepared)) == 1 and prepared[0] is not None


def test_a_server_that_is_killed_is_replaced() -> None:
    """It is kept from call to call, and may be gone when the next one comes, or in the middle of one."""
    (first,) = run_isolated(samples.behave, _tasks("parent"), workers=1)
    assert isinstance(first, int)
    os.kill(first, signal.SIGKILL)
    results = run_isolated(samples.behave, _tasks("parent", *["a"] * 20, "parent"), workers=1)
    second = next(results)
    assert isinstance(second, int) and second != first
    os.kill(second, signal.SIGKILL)
    *between, third = results
    assert set(between) <= {"a"} | {result for result in between if isinstance(result, Quarantined)}
    assert third == "parent" or isinstance(third, int)


def test_nothing_is_left_when_the_caller_is_killed() -> None:
    code = (
        "from include.extract.workers import Task, run_isolated; from tests.extract import samples;"
        "tasks = [Task('r', (how,)) for how in ('parent', 'pid', 'hang')];"
        "[print(result, flush=True) for result in run_isolated(samples.behave, tasks, workers=1)]"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout
        pids = [int(caller.stdout.readline()) for _ in range(2)]
        assert all(Path(f"/proc/{pid}").exists() for pid in pids)
        caller.kill()
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_two_calls_of_different_functions_go_on_side_by_side() -> None:
    numbers = run_isolated(samples.behave, _tasks(*[f"v{index}" for index in range(30)]), workers=1)
    assert next(numbers) == "v0"
    assert set(run_isolated(samples.read_mark, [Task("r", (1,))], workers=1)) == {None}
    assert list(numbers) == [f"v{index}" for index in range(1, 30)]


def test_the_server_has_one_thread_when_it_forks() -> None:
    """A lock that another thread holds at that moment would be held for ever in the worker."""
    (server,) = run_isolated(samples.behave, _tasks("parent"), workers=1, prepare=load_models)
    assert len(list(Path(f"/proc/{server}/task").iterdir())) == 1


def test_a_child_that_is_forked_meanwhile_has_a_server_of_its_own() -> None:
    (ours,) = run_isolated(samples.behave, _tasks("parent"), workers=1)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_tell_server, args=(queue,))
    process.start()
    assert queue.get(timeout=60) != ours
    process.join(timeout=30)
    assert list(run_isolated(samples.behave, _tasks("parent"), workers=1)) == [ours]


def _tell_server(queue: Any) -> None:
    queue.put(*run_isolated(samples.behave, _tasks("parent"), workers=1))


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
