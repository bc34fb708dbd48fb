"""Parse feeds in a child process that can be killed.

A feed of ten megabytes can be written so that feedparser needs minutes for it. In a thread it could not be stopped
and would take the event loop's turns; a process is killed after a while, and its memory is bounded.

    parent                                  child (`main`)
    FeedParser.read(job, load)  -- pickle -->  read_job(job, body)
                                <-- pickle --  Reading
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import pickle
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from include.fetch.feedformat import read_feed
from include.fetch.items import ItemBatch, make_items
from include.settings import strip_environment

SECONDS = 20.0  # of processor time, the same on a busy machine; 2,000 entries take 3 s on a slow one
_PATIENCE = 6.0  # times of them that may pass
_END_SECONDS = 10.0  # for a process that has closed its pipes to be gone
_ALARMS = (-signal.SIGPROF, -signal.SIGALRM)  # how the child ends that keeps its time itself
MEMORY_BYTES = 2_000_000_000  # of address space; a tenth is mapped before anything is parsed
SMALL_BYTES = 4_096  # cannot do harm, and starting the child takes half a second
_WORTH_STARTING = 10  # feeds
_LENGTH = 8  # bytes of a frame's length


@dataclass(frozen=True, slots=True)
class Job:
    """What a feed is parsed with, besides its body."""

    url: str  # base of relative links
    content_type: str
    source_id: str
    as_of: datetime
    known_hash: str | None = None  # of the previous body: the same one is not parsed again


@dataclass(frozen=True, slots=True)
class Reading:
    """A parsed feed."""

    version: str = ""  # rss20, atom10, json11 ...; "" is no feed
    title: str = ""
    lang: str = ""
    refresh_s: float = 0.0  # how often it wants to be asked
    batch: ItemBatch = ItemBatch((), ())
    body_hash: str = ""
    is_known: bool = False  # the body is the previous one; nothing was parsed
    error: str = ""  # "parser-timeout" or "parser-crash" where the child was lost over this feed


class FeedParser:
    """One child process, started when it is needed and again after a kill. Feeds wait for one another.

    `expected` is how many feeds are to come; of a few, none may be large enough to need the child.
    """

    def __init__(self, *, expected: int = 1, seconds: float = SECONDS) -> None:
        self._expected, self._seconds = expected, seconds
        self._child: Process | None = None
        self._loading = asyncio.Lock()
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> FeedParser:
        if self._expected >= _WORTH_STARTING:  # while the first answers are under way
            self._child = await _start_child(self._seconds)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._kill()

    async def read(self, job: Job, load: Callable[[], bytes]) -> Reading:
        """Parse one feed, whose body `load` reads from disk. Never raises for what is in it.

        Only one body is in memory at a time, however many feeds are waiting; a large one is loaded again when it
        is its turn.
        """
        async with self._loading:
            body = await asyncio.to_thread(load)
            if len(body) <= SMALL_BYTES:
                return await asyncio.to_thread(read_job, job, body)
            del body
        async with self._turn:
            try:
                return await asyncio.wait_for(self._exchange(job, load), self._seconds * _PATIENCE)
            except TimeoutError:
                await self._kill()
                return Reading(error="parser-timeout")
            except (OSError, asyncio.IncompleteReadError):
                code = await self._wait_for_end()
                return Reading(error="parser-timeout" if code in _ALARMS else "parser-crash")

    async def _exchange(self, job: Job, load: Callable[[], bytes]) -> Reading:
        if self._child is None:
            self._child = await _start_child(self._seconds)
        reader, writer = self._child.stdout, self._child.stdin
        assert reader is not None and writer is not None
        writer.writelines(_frame((job, await asyncio.to_thread(load))))
        await writer.drain()
        length = int.from_bytes(await reader.readexactly(_LENGTH), "big")
        reading = pickle.loads(await reader.readexactly(length))  # from our own child
        assert isinstance(reading, Reading)
        return reading

    async def _wait_for_end(self) -> int:
        """How the child ended that has closed its pipe: minus the signal, if it was one.

        It is not killed at once: a signal that finds it gone takes its exit code from whoever waits for that.
        """
        if self._child is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._child.wait(), _END_SECONDS)
        return await self._kill()

    async def _kill(self) -> int:
        """End the child, and return how it ended: minus the signal, if it was one."""
        child, self._child = self._child, None
        if child is None:
            return 0
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
        return await child.wait()


def read_job(job: Job, body: bytes) -> Reading:
    """Parse one feed in this process."""
    body_hash = hashlib.sha256(body).hexdigest()[:32]
    if body_hash == job.known_hash:
        return Reading(body_hash=body_hash, is_known=True)
    feed = read_feed(body, content_type=job.content_type)
    batch = make_items(feed, source_id=job.source_id, url=job.url, as_of=job.as_of)
    return Reading(feed.version, feed.title.strip(), feed.lang.strip(), feed.refresh_s, batch, body_hash)


def serve(requests: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answer jobs until the parent closes the pipe or dies. A job of so much processor time ends the process."""
    while length := requests.read(_LENGTH):
        job, body = pickle.loads(requests.read(int.from_bytes(length, "big")))
        signal.setitimer(signal.ITIMER_PROF, seconds)  # default action of both: the kernel ends the process
        signal.setitimer(signal.ITIMER_REAL, 2 * seconds * _PATIENCE)  # where the parent is dead and cannot
        reading = read_job(job, body)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for part in _frame(reading):
            answers.write(part)
        answers.flush()


def _frame(message: object) -> tuple[bytes, bytes]:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(_LENGTH, "big"), data


def main(seconds: float) -> None:
    """Be the child, for jobs of at most so much processor time."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    serve(sys.stdin.buffer, pipe, seconds)


async def _start_child(seconds: float) -> Process:
    # Not with -m: classes of a module that is __main__ have another name when they are pickled.
    code = f"from include.fetch.parsing import main; main({seconds!r})"
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdin=PIPE, stdout=PIPE, env=strip_environment(os.environ) | {"PYTHONPATH": path}
    )
