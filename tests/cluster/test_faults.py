"""What breaks in a cluster, one fault after another in one run: no article lost, none doubled, nothing stuck.

Five minutes, most of them waiting for what gives up and begins again: `make faults`, which sets DEPARTURES_FAULTS.
"""

from __future__ import annotations

import os
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
from tests.cluster.conftest import run_cluster
from tests.cluster.native import Cluster
from tests.s3 import S3

pytestmark = pytest.mark.skipif(
    not os.environ.get("DEPARTURES_FAULTS"), reason="five minutes of faults in a cluster: make faults"
)
AHEAD = "+10m"
# A killed worker is noticed when its task has not been heard of for so long; 300 s if nothing is said.
NOTICED = {"AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20"}


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
def cluster(newsroom: Newsroom, sources: dict[str, str], store: S3, full_disk: Path) -> Iterator[Cluster]:
    """Two schedulers; one worker whose disk is full, one whose clock is ten minutes ahead."""
    if not shutil.which("faketime"):
        pytest.skip("faketime: not installed")
    with run_cluster(newsroom, sources, store, "faults") as made:
        for number in (1, 2):
            made.start("scheduler", number, change=NOTICED)
        made.start("worker", 1, change={"TMPDIR": str(full_disk)})
        wrong_clock = ["faketime", "-f", AHEAD]
        made.start("worker", 2, change={"FAKETIME_DONT_FAKE_MONOTONIC": "1"}, wrap=lambda call: [*wrong_clock, *call])
        made.start("warehouse")
        (made.home / "feeds.yaml").write_bytes(Path(newsroom.feeds_path).read_bytes())
        yield made


@dataclass
class Troublemaker:
    """Does each thing once, when its time has come; `done` says which."""

    cluster: Cluster
    full_disk: Path
    done: list[str] = field(default_factory=list)

    def watch(self, tasks: list[dict[str, Any]]) -> None:
        """What happens while the run goes on."""
        running = {task["task_id"]: task for task in tasks if task["state"] == "running"}
        again = [task for task in tasks if task["task_id"] == "fetch" and task["state"] == "up_for_retry"]
        self._once("redis is restarted", "poll" in running, lambda: self.cluster.kill("redis-1", signal.SIGTERM))
        self._once("the full disk is given room", bool(again), self._give_room)
        read_on = running.get("read", {}).get("hostname")
        self._once("a worker is killed", bool(read_on), self._kill_reader)
        self._once("postgresql is restarted", "check" in running, lambda: self.cluster.kill("postgres-1"))
        self._once("a scheduler is killed", "audit" in running, lambda: self.cluster.kill("scheduler-1"))

    def _once(self, name: str, now: bool, act: Callable[[], None]) -> None:
        if now and name not in self.done:
            act()
            self.done.append(name)

    def _give_room(self) -> None:
        subprocess.run(["mount", "-o", "remount,size=200m", self.full_disk], check=True)

    def _kill_reader(self) -> None:
        """The workers have the same host name here: whichever reads, both are killed."""
        for name in ("worker-1", "worker-2"):
            self.cluster.kill(name)


def test_a_run_survives_everything(one_machine: Path, cluster: Cluster, full_disk: Path) -> None:
    trouble = Troublemaker(cluster, full_disk)
    state, tasks = run_newsroom(cluster, trouble.watch)
    assert state == "success", ([(task["task_id"], task["state"]) for task in tasks], trouble.done, cluster.restarts)
    assert set(trouble.done) == {
        "redis is restarted", "the full disk is given room", "a worker is killed", "postgresql is restarted",
        "a scheduler is killed",
    }  # fmt: skip
    assert {"redis-1", "postgres-1", "worker-1", "worker-2", "scheduler-1"} <= set(cluster.restarts)
    assert any(task["try_number"] > 1 for task in tasks if task["task_id"] == "read")
    expected, found = read_views(one_machine), read_views(cluster.home)
    for view in VIEWS:
        assert found[view] == expected[view], view
