"""Run a function over many tasks in persistent processes that can be killed.

Not `multiprocessing`: a daemonic process, which a task of a scheduler may be, may not have children of that module,
and its start methods import the parent's main module again.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from include.extract.forkserver import ForkServer, ServerLost, borrow_server, return_server
from include.extract.worker import PATIENCE
from include.records import Quarantined

Result = TypeVar("Result")

PAGE_TIMEOUT = 10.0  # seconds of processor time for one page
MEMORY_MB = 1_500  # data segment of one worker: 250 MB are models and libraries, a page of 5 MB takes 400 MB
TASKS_PER_WORKER = 2_000  # then a fresh process, so that fragmentation never adds up
_WINDOW_PER_WORKER = 8  # results held back to keep the order of tasks
_HEADER = struct.Struct("<Q")
_ALARMS = (-signal.SIGPROF, -signal.SIGALRM)  # how a worker ends that keeps its time itself


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

    `function` must be importable from a module. A call that raises, takes more than `timeout` seconds of processor
    time, wants more than `memory_mb` or takes its process down gives a Quarantined row of stage `read` with the reason
    (`timeout`, `memory`, `crash`, `error` or that of a QuarantineRecord); the next task gets a fresh process. It is
    processor time so that a page that is read on a quiet machine is read on a busy one as well; a call that sleeps is
    stopped when PATIENCE times of it have passed. `tasks` is read lazily. Closing the iterator stops the processes.
    `prepare`, importable too, is called once, before the first of them is forked, so that loading models does not count
    against a task's time.
    """
    pool = _Pool(function, iter(tasks), max(1, workers), timeout, memory_mb, prepare)
    try:
        yield from pool.results()
    finally:
        pool.close()


class _WorkerGone(Exception):
    """The process has closed its pipes: it has ended."""


class _Worker:
    """One process that the server has forked, and its two pipes."""

    def __init__(self, server: ForkServer, function: tuple[str, str], timeout: float, memory_mb: int) -> None:
        self._server, self._timeout = server, timeout
        self.served, self.is_gone = 0, False
        theirs_in, self._input = os.pipe()
        self._output, theirs_out = os.pipe()
        try:
            self._pid = server.fork(function, timeout, memory_mb, theirs_in, theirs_out)
        except ServerLost:
            self._close()
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        os.set_blocking(self._input, False)

    def call(self, arguments: tuple[Any, ...]) -> tuple[str, Any]:
        """Return ("ok", result) or (reason, detail); of reason `timeout` or `crash`, the process is gone."""
        deadline = time.monotonic() + self._timeout * PATIENCE
        self.served += 1
        try:
            self._send(pickle.dumps(arguments, pickle.HIGHEST_PROTOCOL), deadline)
            answer: tuple[str, Any] = self._receive(deadline)
            return answer
        except TimeoutError:
            self.stop()
        except _WorkerGone:
            code = self.stop()
            if code not in _ALARMS:
                return "crash", f"the worker process ended with {'signal' if code < 0 else 'code'} {abs(code)}"
        return "timeout", f"longer than {self._timeout:g} s of processor time"

    def stop(self) -> int:
        """Kill the process and wait for it; never fails, never leaves a zombie. Returns how it ended."""
        self.is_gone = True
        self._close()
        return self._server.stop(self._pid)

    def _close(self) -> None:
        os.close(self._input)
        os.close(self._output)

    def _send(self, message: bytes, deadline: float) -> None:
        view = memoryview(_HEADER.pack(len(message)) + message)
        while view:
            self._wait(self._input, deadline, write=True)
            try:
                view = view[os.write(self._input, view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise _WorkerGone from None

    def _receive(self, deadline: float) -> Any:
        (size,) = _HEADER.unpack(self._read(_HEADER.size, deadline))
        return pickle.loads(self._read(size, deadline))

    def _read(self, size: int, deadline: float) -> bytes:
        chunks, missing = [], size
        while missing:
            self._wait(self._output, deadline, write=False)
            chunk = os.read(self._output, min(missing, 1 << 20))
            if not chunk:
                raise _WorkerGone
            chunks.append(chunk)
            missing -= len(chunk)
        return b"".join(chunks)

    def _wait(self, descriptor: int, deadline: float, *, write: bool) -> None:
        poller = select.poll()
        poller.register(descriptor, select.POLLOUT if write else select.POLLIN)
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1_000):
            raise TimeoutError


def _name(function: Callable[..., Any]) -> tuple[str, str]:
    """Module and name under which another process finds the function; of a main module that of `python -m`."""
    if function.__module__ != "__main__":
        return function.__module__, function.__qualname__
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None:
        raise ValueError(f"{function.__qualname__} stands in a script; a worker can only import it from a module")
    return str(spec.name), function.__qualname__


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
        self._borrowing = threading.Lock()
        self._server: ForkServer | None = None
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
        self._give_back()

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
                if worker is not None and worker.served >= TASKS_PER_WORKER:
                    worker.stop()
                if worker is None or worker.is_gone:
                    worker = self._make_worker()
                reason, value = worker.call(task.arguments)
                result = value if reason == "ok" else _quarantine(task, reason, value)
                with self._changed:
                    self._done[index] = result
                    self._changed.notify_all()
        except BaseException as error:  # handed to the consumer, which would wait for ever otherwise
            with self._changed:
                self._failure = error
                self._changed.notify_all()
        finally:
            if worker is not None and not worker.is_gone:
                worker.stop()

    def _make_worker(self) -> _Worker:
        """A worker of our server; of a new one, where that has ended."""
        function, *prepare = (_name(called) for called in (self._function, self._prepare) if called)
        try:
            for _ in range(2):
                with self._borrowing:
                    if self._server is not None and not self._server.is_alive():
                        self._give_back()
                    if self._server is None:
                        self._server = borrow_server(function, prepare[0] if prepare else None)
                    server = self._server
                try:
                    return _Worker(server, function, self._timeout, self._memory_mb)
                except ServerLost:
                    if server.is_alive():
                        raise
            raise ServerLost("the process that forks it ended twice")
        except ServerLost as lost:
            raise RuntimeError(f"a worker for {'.'.join(function)} could not start: {lost}") from lost

    def _give_back(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            return_server(server)


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
