"""Run the steps of a run in child processes that are killed at some moment, and then go on as Airflow would.

`python -m tests.pipeline.killing HOME RUN_ID FOLDER COUNT`: runs the steps undisturbed on a copy of HOME, in
FOLDER/whole. Then, for collecting (poll to read) and for working (load to publish), COUNT times each on copies of their
own: a child dies after a share of the time that the steps need, and a second one resumes with the step that had begun.
Prints a line each: the copy and the step. Modules are loaded once, before the children are forked.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import great_expectations  # noqa: F401  loaded here, since every child would need ten seconds for it

from include.check import validate  # noqa: F401
from include.pipeline.audit import audit_run
from include.pipeline.check import check_run
from include.pipeline.fetch import fetch_shard
from include.pipeline.flag import flag_run
from include.pipeline.load import load_run
from include.pipeline.merge import merge_run
from include.pipeline.poll import poll_sources
from include.pipeline.publish import publish_run
from include.pipeline.read import read_shard
from include.pipeline.run import RunContext, open_run
from include.settings import Settings

STEPS: list[tuple[str, Callable[[RunContext], object]]] = [
    ("poll", poll_sources),
    ("fetch", lambda run: fetch_shard(run, "hosts-1")),
    ("read", lambda run: read_shard(run, "hosts-1")),
    ("load", load_run),
    ("check", check_run),
    ("merge", merge_run),
    ("flag", flag_run),
    ("audit", audit_run),
    ("publish", publish_run),
]
LOAD = 3


def run_steps(home: Path, run_id: str, first: int, last: int, seconds: float) -> None:
    """Run the steps from `first` to before `last`, noting each first; die after so many seconds (0: never)."""
    run = open_run(Settings.from_env(home=home), run_id)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # its default is to end the process at once, wherever it is
    signal.setitimer(signal.ITIMER_REAL, seconds)
    for number in range(first, last):
        (home / "step").write_text(str(number))
        STEPS[number][1](run)
    signal.setitimer(signal.ITIMER_REAL, 0)


def in_child(function: Callable[..., object], *arguments: object) -> int:
    """Call in a forked process; return its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            function(*arguments)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def disturb(home: Path, run_id: str, first: int, last: int, seconds: float) -> bool:
    """Kill a child after so many seconds, resume with the step that had begun; whether that came to the end."""
    code = in_child(run_steps, home, run_id, first, last, seconds)
    killed = int((home / "step").read_text())
    print(home.name, STEPS[killed][0] if code == -signal.SIGALRM else "finished", flush=True)
    return code in (0, -signal.SIGALRM) and in_child(run_steps, home, run_id, killed, len(STEPS), 0) == 0


def main(home: Path, run_id: str, folder: Path, count: int) -> int:
    """Time the undisturbed run, then disturb and resume."""
    whole, collected = folder / "whole", folder / "collected"
    shutil.copytree(home, whole)
    started = time.monotonic()
    if in_child(run_steps, whole, run_id, 0, LOAD, 0):
        return 1
    collecting = time.monotonic() - started
    shutil.copytree(whole, collected)
    if in_child(run_steps, whole, run_id, LOAD, len(STEPS), 0):
        return 1
    working = time.monotonic() - started - collecting
    for number in range(count):
        share = (number + 0.5) / count
        for name, source, first, last, seconds in (
            (f"collecting-{number}", home, 0, LOAD, collecting * share),
            (f"working-{number}", collected, LOAD, len(STEPS), working * share),
        ):
            shutil.copytree(source, folder / name)
            if not disturb(folder / name, run_id, first, last, seconds):
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
