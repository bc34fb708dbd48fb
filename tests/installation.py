"""An installation whose only sources are the bundled newsroom, and what several test processes build only once."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

AS_OF = "2026-11-21T06:00:00+00:00"


@contextmanager
def newsroom_installation(home: Path) -> Iterator[dict[str, str]]:
    """Environment of an installation in `home`, while the newsroom that it reads is served on a free port."""
    from include.newsroom.server import serve

    with serve(port=0) as newsroom:
        (home / "feeds.yaml").write_bytes(Path(newsroom.feeds_path).read_bytes())
        yield {
            "DEPARTURES_HOME": str(home),
            "DEPARTURES_ALLOW_HOSTS": newsroom.base_url.removeprefix("http://"),
            "DEPARTURES_HOST_DELAY": "0",
        }


def find_free_port() -> int:
    """A port of loopback on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def build_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """A folder that the first process to need it builds with `build(folder)` while the others wait; only to be read."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # the folders of the processes of one test run stand side by side in it
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            done.touch()
    return folder
