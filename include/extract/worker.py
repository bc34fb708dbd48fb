"""The server that `forkserver` starts, and the workers that it forks: pickled arguments in, pickled answers out."""

from __future__ import annotations

import gc
import importlib
import json
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from include.errors import QuarantineRecord

IDLE_SECONDS = 60.0  # without a request and without a worker; then the server ends
MESSAGE_BYTES = 65_536
_HEADER = struct.Struct("<Q")
PATIENCE = 12.0  # times of a task's processor time that may pass: most of it is waiting, on a machine that is busy
_GRACE = 2.0  # seconds after which the process ends itself if its parent did not: the parent may be gone
_COLLECT_EVERY = 200  # lxml trees hold cycles through their proxies


def main() -> None:
    """Load what the workers need, say so, and fork them until the parent closes the control socket or has no wish."""
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # whatever a library prints goes where it can be read
    _, *prepare = [_find_function(module, name) for module, name in json.loads(sys.argv[1])]
    for call in prepare:
        call()
    gc.collect()
    gc.freeze()  # models and modules live as long as the process: no collection needs to look at them again
    workers: set[int] = set()
    control.sendall(b"{}")
    while workers or select.select([control], [], [], IDLE_SECONDS)[0]:
        message, descriptors, *_ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        if not message:
            break
        asked = json.loads(message)
        if "fork" in asked:
            pid = _fork(control, descriptors, **asked["fork"])
            workers.add(pid)
            answer = {"pid": pid}
        else:
            answer = {"code": _end(asked["stop"])}
            workers.discard(asked["stop"])
        control.sendall(json.dumps(answer).encode())
    for pid in workers:
        _end(pid)


def _fork(control: socket.socket, descriptors: list[int], name: list[str], timeout: float, memory_mb: int) -> int:
    pid = os.fork()
    if pid:
        for descriptor in descriptors:
            os.close(descriptor)
        return pid
    code = 1
    try:
        control.close()
        requests, answers = descriptors
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with os.fdopen(requests, "rb", buffering=1 << 20) as stream, os.fdopen(answers, "wb", buffering=0) as raw:
            _serve(_find_function(*name), stream, raw, timeout)
        code = 0
    except BrokenPipeError:
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _end(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)  # one that has ended is a zombie until it is waited for, and keeps its code
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _serve(function: Callable[..., Any], requests: BinaryIO, answers: Any, timeout: float) -> None:
    """Answer until `requests` ends. A task that takes `timeout` seconds of processor time ends the process."""
    count = 0
    while (arguments := _receive(requests)) is not None:
        signal.setitimer(signal.ITIMER_PROF, timeout)  # default action of both: the kernel ends the process
        signal.setitimer(signal.ITIMER_REAL, timeout * PATIENCE + _GRACE)
        answer = _answer(function, arguments)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(answers, answer)
        del arguments, answer
        count += 1
        if count % _COLLECT_EVERY == 0:
            gc.collect()


def _answer(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "ok", function(*arguments)
    except QuarantineRecord as error:
        return error.reason, str(error)
    except MemoryError:
        return "memory", "the page needs more memory than a worker may have"
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return "error", f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"


def _find_function(module: str, name: str) -> Callable[..., Any]:
    target: Any = importlib.import_module(module)
    for part in name.split("."):
        target = getattr(target, part)
    return target  # type: ignore[no-any-return]


def _receive(stream: BinaryIO) -> Any:
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    (size,) = _HEADER.unpack(header)
    return pickle.loads(stream.read(size))


def _send(stream: Any, value: Any) -> None:
    try:
        message = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # a result that cannot travel is this task's failure, not the worker's
        message = pickle.dumps(("error", f"the result cannot be pickled: {error}"))
    view = memoryview(_HEADER.pack(len(message)) + message)
    while view:
        view = view[stream.write(view) :]


if __name__ == "__main__":
    with suppress(BrokenPipeError, ConnectionResetError):
        main()
    os._exit(0)  # at once: taking 200 MB apart takes longer than a command may hang at its end
