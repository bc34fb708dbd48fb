"""The child process of `workers.run_isolated`: reads pickled arguments from stdin, answers on stdout."""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from include.errors import QuarantineRecord

_HEADER = struct.Struct("<Q")
_GRACE = 2.0  # seconds after which the process ends itself if its parent did not: the parent may be gone
_COLLECT_EVERY = 200  # lxml trees hold cycles through their proxies


def main() -> None:
    """Answer until stdin ends."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints must not stand between two answers
    requests = os.fdopen(0, "rb", buffering=1 << 20, closefd=False)
    names, timeout, memory_mb = _receive(requests)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    function, *prepare = (_find_function(module, name) for module, name in names)
    for call in prepare:
        call()
    gc.collect()
    gc.freeze()  # models and modules live as long as the process: no collection needs to look at them again
    _send(answers, ("ok", None))
    count = 0
    while (arguments := _receive(requests)) is not None:
        signal.setitimer(signal.ITIMER_REAL, timeout + _GRACE)  # default action: the kernel ends the process
        answer = _answer(function, arguments)
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
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
