"""What breaks in a cluster, one fault after another in one run: no article lost, none doubled, nothing stuck."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from include.newsroom.server import Newsroom
from tests.cluster.comparing import VIEWS, read_views, run_newsroom
from tests.cluster.native import Cluster
from tests.s3 import S3

AHEAD = "+10m"


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A temporary folder with room for nothing but small things."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting needs rights that this user has not")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def faulty(cluster: Cluster, newsroom: Newsroom, store: S3, full_disk: Path) -> Cluster:
    """The cluster on its first day again, with two schedulers and a worker whose disk is full."""
    if not shutil.which("faketime"):
        pytest.skip("faketime: not installed")
    for name in ("worker-1", "worker-2"):
        cluster.stop(name)
    cluster.empty_volumes()
    store.clear()
    (cluster.home / "feeds.yaml").write_bytes(Path(newsroom.feeds_path).read_bytes())
    cluster.start("scheduler", 2)
    cluster.start("worker", 1, change={"TMPDIR": str(full_disk)})
    return cluster


@dataclass
class Troublemaker:
    """Does each thing once, when its time has come; `done` says which."""

    cluster: Cluster
    full_disk: Path
    done: list[str] = field(default_factory=list)

    def watch(self, tasks: list[dict[str, Any]]) -> None:
        """What happens while the run goes on."""
        states = {task["task_id"]: task["state"] for task in tasks}
        begun = {task for task, state in states.items() if state not in (None, "scheduled", "queued")}
        again = any(task["state"] == "up_for_retry" for task in tasks if task["task_id"] == "fetch")
        self._once("redis is restarted", "poll" in begun, lambda: self.cluster.kill("redis-1", signal.SIGTERM))
        self._once("the full disk is given room", again, self._give_room)
        self._once("a worker is killed", states.get("read") == "running", self._replace_worker)
        self._once("postgresql is killed", "check" in begun, lambda: self.cluster.kill("postgres-1"))
        self._once("a scheduler is killed", "audit" in begun, lambda: self.cluster.kill("scheduler-1"))

    def _once(self, name: str, now: bool, act: Callable[[], None]) -> None:
        if now and name not in self.done:
            act()
            self.done.append(name)

    def _give_room(self) -> None:
        subprocess.run(["mount", "-o", "remount,size=200m", self.full_disk], check=True)

    def _replace_worker(self) -> None:
        """The worker is gone with its disk; the one that goes on has another clock."""
        self.cluster.containers["worker-1"].wanted = False
        self.cluster.kill("worker-1")
        wrong_clock = ["faketime", "-f", AHEAD]
        own = {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.cluster.start("worker", 2, change=own, wrap=lambda call: [*wrong_clock, *call])


def test_a_run_survives_everything(one_machine: Path, faulty: Cluster, full_disk: Path) -> None:
    trouble = Troublemaker(faulty, full_disk)
    state, tasks = run_newsroom(faulty, trouble.watch)
    assert state == "success", ([(task["task_id"], task["state"]) for task in tasks], trouble.done, faulty.restarts)
    assert trouble.done == [
        "redis is restarted", "the full disk is given room", "a worker is killed", "postgresql is killed",
        "a scheduler is killed",
    ]  # fmt: skip
    assert {"redis-1", "postgres-1", "scheduler-1"} <= set(faulty.restarts)
    assert any(task["try_number"] > 1 for task in tasks if task["task_id"] == "read")  # by the worker that was left
    expected, found = read_views(one_machine), read_views(faulty.home)
    for view in VIEWS:
        assert found[view] == expected[view], view
