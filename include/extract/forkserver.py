"""A process that has loaded everything once and forks workers from that, each in a few milliseconds.

Modules, models and packs take a second of processor time and 200 MB. Workers forked from one process share both, a
worker that a page took down is replaced at once, and so is one that has served long enough. The server itself never
sees a task. It is kept for the next call, and ends after a minute without one, or with the process that started it.

    this process                                   server (`worker.py`)            worker
    ForkServer.fork(...)  -- control socket: descriptors of two pipes -->  forks -->  reads tasks from one pipe,
    ForkServer.stop(pid)  -- control socket -->  kills, waits, tells the code         answers into the other
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from include.extract.worker import MESSAGE_BYTES
from include.settings import strip_environment

_START_SECONDS = 120.0  # imports and models: a second, and longer on a busy machine
_ANSWER_SECONDS = 60.0  # a fork or a kill: milliseconds
_ROOT = Path(__file__).resolve().parents[2]


class ServerLost(Exception):
    """The server has ended, or does not answer; the message says how."""


class ForkServer:
    """The server for workers that are prepared alike. Used by several threads at once."""

    def __init__(self, names: Sequence[tuple[str, str]], environment: Mapping[str, str]) -> None:
        """Start it. `names` are module and name of what it imports; all but the first are called."""
        self.users = 0
        self._is_lost = False
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "include.extract.worker", json.dumps(list(names))],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=dict(environment),
                start_new_session=True,
            )
        try:
            self._receive(_START_SECONDS)
        except ServerLost:
            self.close()
            raise

    def fork(self, name: tuple[str, str], timeout: float, memory_mb: int, requests: int, answers: int) -> int:
        """Make a worker that calls this function with what it reads from `requests`; return its process id.

        Raises ServerLost.
        """
        message = {"fork": {"name": name, "timeout": timeout, "memory_mb": memory_mb}}
        return int(self._ask(message, (requests, answers))["pid"])

    def stop(self, pid: int) -> int:
        """Kill a worker if it still lives, wait for it, and return how it ended: exit code, or minus the signal."""
        try:
            return int(self._ask({"stop": pid})["code"])
        except ServerLost:
            return -9  # the server's end is the end of its workers, which lose their pipes with it

    def close(self) -> None:
        """End the server and whatever it has forked; never fails, never leaves a zombie."""
        self._control.close()
        try:
            self._process.wait(timeout=_ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def is_alive(self) -> bool:
        """Whether it answers, as far as is known."""
        return not self._is_lost and self._process.poll() is None

    def forget(self) -> None:
        """Let go of it in a forked child: it belongs to the parent."""
        self._control.close()

    def _ask(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> Any:
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(message).encode()], descriptors)
                return self._receive(_ANSWER_SECONDS)
            except (OSError, ServerLost) as error:
                self._is_lost = True
                raise ServerLost(str(error)) from error

    def _receive(self, seconds: float) -> Any:
        self._control.settimeout(seconds)
        try:
            answer = self._control.recv(MESSAGE_BYTES)
        except OSError as error:  # TimeoutError among them
            raise ServerLost(f"no answer: {error}") from error
        if not answer:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_ANSWER_SECONDS)
            raise ServerLost(f"the process ended with code {self._process.returncode}")
        return json.loads(answer)


class _Kept:
    """The server that is kept for the next call, with what it was started for."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.server: ForkServer | None = None
        self.key: object = None


_kept = _Kept()


def borrow_server(function: tuple[str, str], prepare: tuple[str, str] | None) -> ForkServer:
    """A server whose workers are ready for this function: the kept one, where it is prepared alike, or a new one.

    It is given back with `return_server`. Raises ServerLost where none can be started.
    """
    environment = _make_environment()
    key = (prepare or function, environment["PYTHONPATH"])  # settings come with the tasks
    with _kept.lock:
        server = _kept.server
        if server is None or _kept.key != key or not server.is_alive():
            if server is not None and server.users == 0:
                server.close()
            _kept.server = None
            server = ForkServer([function, *([prepare] if prepare else [])], environment)
            _kept.server, _kept.key = server, key
        server.users += 1
        return server


def return_server(server: ForkServer) -> None:
    """Give a server back: it is kept for the next call, unless another one has taken its place meanwhile."""
    with _kept.lock:
        server.users -= 1
        if server is not _kept.server and server.users == 0:
            server.close()


def _make_environment() -> dict[str, str]:
    paths = [str(_ROOT), *(path for path in sys.path if path)]
    return strip_environment(os.environ) | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "OPENBLAS_NUM_THREADS": "1",
    }


def _forget_in_child() -> None:
    global _kept
    if _kept.server is not None:
        _kept.server.forget()
    _kept = _Kept()


def _close_kept() -> None:
    if _kept.server is not None:
        _kept.server.close()


os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(_close_kept)
