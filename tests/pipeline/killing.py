"""Run the steps of a run in child processes that are killed in the middle, and then go on as Airflow would.

`python -m tests.pipeline.killing HOME RUN_ID FOLDER`: runs the steps undisturbed on a copy of HOME, in FOLDER/whole.
Then, for each step, on a copy of the home as it was before that step, FOLDER/<step>: a child dies after half of the
time that the step needs, and a second one repeats the step and goes on to the end. Prints a line each: the step, and
`killed` or `finished` where the child was quicker. Modules are loaded once, before the children are forked.
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


def run_steps(home: Path, run_id: str, first: int, last: int, seconds: float) -> None:
    """Run the steps from `first` to before `last`; die after so many seconds (0: never)."""
    run = open_run(Settings.from_env(home=home), run_id)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # its default is to end the process at once, wherever it is
    signal.setitimer(signal.ITIMER_REAL, seconds)
    for _, step in STEPS[first:last]:
        step(run)
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


def main(home: Path, run_id: str, folder: Path) -> int:
    """Run once undisturbed, step by step, keeping what was before each; then kill each step and resume."""
    whole, seconds = folder / "whole", []
    shutil.copytree(home, whole)
    for number, (name, _) in enumerate(STEPS):
        shutil.copytree(whole, folder / name)
        started = time.monotonic()
        if in_child(run_steps, whole, run_id, number, number + 1, 0):
            return 1
        seconds.append(time.monotonic() - started)
    for number, (name, _) in enumerate(STEPS):
        code = in_child(run_steps, folder / name, run_id, number, number + 1, seconds[number] / 2)
        print(name, "killed" if code == -signal.SIGALRM else "finished", flush=True)
        if code not in (0, -signal.SIGALRM) or in_child(run_steps, folder / name, run_id, number, len(STEPS), 0):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
