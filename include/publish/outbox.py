"""The delivery log: what is owed to which channel, what was attempted, what arrived. Appended, never rewritten.

A message is owed from `queued` until `sent`, `given-up` or `dropped`. `intent` is written before the attempt: one that
has no result was cut off in between, and nobody knows whether it arrived. It is sent again and says so.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

_DONE = ("sent", "given-up", "dropped")


@dataclass(frozen=True, slots=True)
class Owed:
    """One message owed to one channel."""

    message_id: str
    channel: str
    purpose: str  # alert, correction, digest
    event_ids: tuple[str, ...]
    queued_at: datetime
    attempts: int = 0
    cut_off: bool = False  # an attempt has no result: it may have arrived


@dataclass(slots=True)
class DeliveryState:
    """What the log says, read from its first line to its last."""

    fresh: bool = True  # nothing was ever logged: the first run of an installation
    versions: dict[str, str] = field(default_factory=dict)  # event -> version that was last accounted for
    digested: dict[str, str] = field(default_factory=dict)  # event -> version in the last digest
    digest_day: str = ""
    owed: dict[tuple[str, str], Owed] = field(default_factory=dict)
    received: dict[str, set[str]] = field(default_factory=dict)  # event -> channels that got it


class Outbox:
    """The delivery log of one installation, a JSON Lines file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "deliveries.jsonl"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the log alone: two runs that send at once would send twice."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def append(self, what: str, at: datetime, **fields: Any) -> None:
        """Add one line, on the disk before this returns."""
        line = json.dumps({"what": what, "at": at.isoformat(), **fields}, ensure_ascii=False)
        with self.path.open("ab") as stream:
            if stream.tell() and not self._ends_in_newline():
                stream.write(b"\n")  # a kill cut the last line; what it said is lost, the rest is not
            stream.write(line.encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())

    def read(self) -> DeliveryState:
        """Replay the log. A line that a kill cut short is skipped."""
        state = DeliveryState()
        if not self.path.is_file():
            return state
        for line in self.path.read_bytes().splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            state.fresh = False
            _replay(state, record)
        return state

    def _ends_in_newline(self) -> bool:
        with self.path.open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) == b"\n"


def _replay(state: DeliveryState, record: dict[str, Any]) -> None:
    what = record["what"]
    if what == "known":
        state.versions.update(record["versions"])
    elif what == "digested":
        state.digested.update(record["versions"])
        state.digest_day = record["day"] or state.digest_day
    elif what == "queued":
        for channel in record["channels"]:
            state.owed[record["message"], channel] = Owed(
                message_id=record["message"],
                channel=channel,
                purpose=record["purpose"],
                event_ids=tuple(record["events"]),
                queued_at=datetime.fromisoformat(record["at"]),
            )
    else:
        _replay_attempt(state, record)


def _replay_attempt(state: DeliveryState, record: dict[str, Any]) -> None:
    key = (record["message"], record["channel"])
    owed = state.owed.get(key)
    if owed is None:
        return
    if record["what"] in _DONE:
        del state.owed[key]
        if record["what"] == "sent":
            for event_id in owed.event_ids:
                state.received.setdefault(event_id, set()).add(owed.channel)
    else:
        state.owed[key] = Owed(
            owed.message_id,
            owed.channel,
            owed.purpose,
            owed.event_ids,
            owed.queued_at,
            attempts=owed.attempts + (record["what"] == "intent"),
            cut_off=record["what"] == "intent",
        )
