"""Run a function over many tasks in persistent processes that can be killed.

Plain child processes, not `multiprocessing`: a daemonic process, which a task of a scheduler may be, may not have
children of that module, and its start methods import the parent's main module again.
"""

from __future__ import annotations

import os
import pickle
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from include.records import Quarantined
from include.settings import strip_environment

Result = TypeVar("Result")

PAGE_TIMEOUT = 10.0  # seconds for one page
MEMORY_MB = 1_500  # data segment of one worker: 250 MB are models and libraries, a page of 5 MB takes 400 MB
TASKS_PER_WORKER = 2_000  # then a fresh process, so that fragmentation never adds up
_START_TIMEOUT = 120.0  # imports and models: five seconds, and longer on a busy machine
_WINDOW_PER_WORKER = 8  # results held back to keep the order of tasks
_HEADER = struct.Struct("<Q")
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Task:
    """Arguments of one call, and whose they are, for the row in quarantine if it fails."""

    record_id: str
    arguments: tuple[Any, ...]
    source_id: str = ""
    payload: str = ""  # JSON of the record, so that it can be released


def run_isolated(
    function: Callable[..., Result],
    tasks: Iterable[Task],
    *,
    workers: int,
    timeout: float = PAGE_TIMEOUT,
    memory_mb: int = MEMORY_MB,
    prepare: Callable[[], object] | None = None,
) -> Iterator[Result | Quarantined]:
    """Yield `function(*task.arguments)` for each task, in the order of the tasks.

    `function` must be importable from a module. A call that raises, runs longer than `timeout` seconds, wants more
    than `memory_mb` or takes its process down gives a Quarantined row of stage `read` with the reason (`timeout`,
    `memory`, `crash`, `error` or that of a QuarantineRecord); the next task gets a fresh process. `tasks` is read
    lazily. Closing the iterator stops the processes. `prepare`, importable too, is called once in every new process,
    so that loading models does not count against the first task's time.
    """
    pool = _Pool(function, iter(tasks), max(1, workers), timeout, memory_mb, prepare)
    try:
        yield from pool.results()
    finally:
        pool.close()


class _WorkerLost(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class _Worker:
    """One child process and its two pipes."""

    def __init__(
        self, function: Callable[..., Any], timeout: float, memory_mb: int, prepare: Callable[[], object] | None
    ) -> None:
        paths = [str(_ROOT), *(path for path in sys.path if path)]
        environment = strip_environment(os.environ) | {
            "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "include.extract.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout
        self._input, self._output = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._input, False)
        self._timeout = timeout
        self.served = 0
        names = [(_module_of(called), called.__qualname__) for called in (function, prepare) if called]
        try:
            self._send(pickle.dumps((names, timeout, memory_mb)), time.monotonic() + _START_TIMEOUT)
            self._receive(time.monotonic() + _START_TIMEOUT)
        except _WorkerLost as lost:
            self.stop()
            raise RuntimeError(f"a worker for {'.'.join(names[0])} could not start: {lost.detail}") from lost

    def call(self, arguments: tuple[Any, ...]) -> tuple[str, Any]:
        """Return ("ok", result) or (reason, detail). Raises _WorkerLost, after which the process is gone."""
        deadline = time.monotonic() + self._timeout
        self.served += 1
        self._send(pickle.dumps(arguments, pickle.HIGHEST_PROTOCOL), deadline)
        answer: tuple[str, Any] = self._receive(deadline)
        return answer

    def stop(self) -> None:
        """Kill the process and wait for it; never fails, never leaves a zombie."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def _send(self, message: bytes, deadline: float) -> None:
        view = memoryview(_HEADER.pack(len(message)) + message)
        while view:
            self._wait(self._input, deadline, write=True)
            try:
                view = view[os.write(self._input, view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise self._explain_death() from None

    def _receive(self, deadline: float) -> Any:
        (size,) = _HEADER.unpack(self._read(_HEADER.size, deadline))
        return pickle.loads(self._read(size, deadline))

    def _read(self, size: int, deadline: float) -> bytes:
        chunks, missing = [], size
        while missing:
            self._wait(self._output, deadline, write=False)
            chunk = os.read(self._output, min(missing, 1 << 20))
            if not chunk:
                raise self._explain_death()
            chunks.append(chunk)
            missing -= len(chunk)
        return b"".join(chunks)

    def _wait(self, descriptor: int, deadline: float, *, write: bool) -> None:
        poller = select.poll()
        poller.register(descriptor, select.POLLOUT if write else select.POLLIN)
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1_000):
            raise _WorkerLost("timeout", f"longer than {self._timeout:g} s")

    def _explain_death(self) -> _WorkerLost:
        code = self._process.wait()
        if code == -14:  # the worker's own alarm
            return _WorkerLost("timeout", f"longer than {self._timeout:g} s")
        return _WorkerLost("crash", f"the worker process ended with {'signal' if code < 0 else 'code'} {abs(code)}")


def _module_of(function: Callable[..., Any]) -> str:
    """The name under which another process can import the function; that of `python -m` for a main module."""
    if function.__module__ != "__main__":
        return function.__module__
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None:
        raise ValueError(f"{function.__qualname__} stands in a script; a worker can only import it from a module")
    return str(spec.name)


class _Pool:
    """Threads that feed one process each; the consumer takes results in order."""

    def __init__(
        self,
        function: Callable[..., Any],
        tasks: Iterator[Task],
        workers: int,
        timeout: float,
        memory_mb: int,
        prepare: Callable[[], object] | None,
    ) -> None:
        self._function, self._tasks = function, tasks
        self._timeout, self._memory_mb, self._prepare = timeout, memory_mb, prepare
        self._changed = threading.Condition()
        self._done: dict[int, Any] = {}
        self._taken = self._yielded = 0
        self._exhausted = self._closed = False
        self._failure: BaseException | None = None
        self._window = workers * _WINDOW_PER_WORKER
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def results(self) -> Iterator[Any]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._yielded in self._done or self._failure or self._finished())
                if self._failure:
                    raise self._failure
                if self._yielded not in self._done:
                    return
                result = self._done.pop(self._yielded)
                self._yielded += 1
                self._changed.notify_all()
            yield result

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _finished(self) -> bool:
        return self._exhausted and self._yielded == self._taken

    def _next_task(self) -> tuple[int, Task] | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._exhausted or self._taken - self._yielded < self._window
            )
            if self._closed or self._exhausted:
                return None
            task = next(self._tasks, None)
            if task is None:
                self._exhausted = True
                self._changed.notify_all()
                return None
            self._taken += 1
            return self._taken - 1, task

    def _serve(self) -> None:
        worker: _Worker | None = None
        try:
            while (entry := self._next_task()) is not None:
                index, task = entry
                if worker is None or worker.served >= TASKS_PER_WORKER:
                    if worker:
                        worker.stop()
                    worker = _Worker(self._function, self._timeout, self._memory_mb, self._prepare)
                try:
                    reason, value = worker.call(task.arguments)
                except _WorkerLost as lost:
                    worker.stop()
                    worker, reason, value = None, lost.reason, lost.detail
                result = value if reason == "ok" else _quarantine(task, reason, value)
                with self._changed:
                    self._done[index] = result
                    self._changed.notify_all()
        except BaseException as error:  # handed to the consumer, which would wait for ever otherwise
            with self._changed:
                self._failure = error
                self._changed.notify_all()
        finally:
            if worker:
                worker.stop()


def _quarantine(task: Task, reason: str, detail: str) -> Quarantined:
    return Quarantined(
        record_id=task.record_id,
        stage="read",
        kind="page",
        reason=reason,
        detail=detail,
        payload=task.payload,
        source_id=task.source_id,
    )
