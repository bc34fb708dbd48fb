"""The delivery log: what is owed to which channel, what was attempted, what arrived. Appended, never rewritten.

A message is owed from `queued` until `sent`, `given-up` or `dropped`. `intent` is written before the attempt: one that
has no result was cut off in between, and nobody knows whether it arrived. It is sent again and says so.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from include.errors import ConfigError

_DONE = ("sent", "given-up", "dropped")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Owed:
    """One message owed to one channel."""

    message_id: str
    channel: str
    purpose: str  # alert, correction, digest
    event_ids: tuple[str, ...]
    queued_at: datetime
    corrects: str | None = None  # the message that a correction belongs to
    cut_off: bool = False  # an attempt has no result: it may have arrived


@dataclass(slots=True)
class DeliveryState:
    """What the log says, read from its first line to its last."""

    fresh: bool = True  # nothing was ever logged: the first run of an installation
    versions: dict[str, str] = field(default_factory=dict)  # event -> version that was last accounted for
    digested: dict[str, str] = field(default_factory=dict)  # event -> version that the digests have accounted for
    below: dict[str, int] = field(default_factory=dict)  # event not worth an alert -> articles that it had then
    below_digest: dict[str, int] = field(default_factory=dict)  # the same for digests
    told: set[str] = field(default_factory=set)  # events that a digest told of
    digest_day: str = ""
    owed: dict[tuple[str, str], Owed] = field(default_factory=dict)
    received: dict[tuple[str, str], str] = field(default_factory=dict)  # (event, channel) -> the message that told it


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

    def append(self, at: datetime, *records: Record) -> None:
        """Add lines in one go; they are on the disk before this returns."""
        lines = [json.dumps({"at": at.isoformat(), **record}, ensure_ascii=False) for record in records]
        if not lines:
            return
        with self.path.open("ab") as stream:
            if stream.tell() and not self._ends_in_newline():
                stream.write(b"\n")  # a kill cut the last line; what it said is lost, the rest is not
            stream.write("".join(line + "\n" for line in lines).encode())
            stream.flush()
            os.fsync(stream.fileno())

    def read(self) -> DeliveryState:
        """Replay the log. A line that a kill cut short is left out; any other that is no record is refused.

        Raises ConfigError: with an unreadable log taken for none, whoever got a claim would never get its denial.
        """
        state = DeliveryState()
        if not self.path.is_file():
            return state
        lines = self.path.read_bytes().splitlines()
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
                state.fresh = False
                _replay(state, record)
            except (ValueError, KeyError, TypeError, AttributeError):
                if line.endswith(b"}") or not line.startswith(b"{"):
                    raise ConfigError(
                        f"{self.path}:{number}: no delivery record; remove the line, or restore a backup"
                    ) from None
        return state

    def _ends_in_newline(self) -> bool:
        with self.path.open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) == b"\n"


def known_record(versions: dict[str, str], below: dict[str, int] | None = None) -> Record:
    """These versions of events are accounted for: nobody need be told of them again.

    Those `below` the threshold, each with its number of articles, are told of when more articles lift them over it.
    """
    return {"what": "known", "versions": versions, "below": below or {}}


def digested_record(
    versions: dict[str, str], told: Sequence[str], day: str, below: dict[str, int] | None = None
) -> Record:
    """The digest of a day told of some events, and took note of these versions; `below` as in `known_record`."""
    return {"what": "digested", "versions": versions, "told": list(told), "day": day, "below": below or {}}


def queued_record(
    message_id: str, purpose: str, event_ids: Sequence[str], channels: Sequence[str], corrects: dict[str, str]
) -> Record:
    """A message is owed to channels; `corrects` says of a channel which message this one sets right."""
    return {
        "what": "queued",
        "message": message_id,
        "purpose": purpose,
        "events": list(event_ids),
        "channels": list(channels),
        "corrects": corrects,
    }


def attempt_record(what: str, owed: Owed, **fields: str) -> Record:
    """`intent`, `sent`, `failed`, `given-up` or `dropped`."""
    return {"what": what, "message": owed.message_id, "channel": owed.channel, **fields}


def _replay(state: DeliveryState, record: Record) -> None:
    what = record["what"]
    if what == "known":
        state.versions.update(record["versions"])
        _replace_below(state.below, record)
    elif what == "digested":
        state.digested.update(record["versions"])
        _replace_below(state.below_digest, record)
        state.told.update(record["told"])
        state.digest_day = record["day"] or state.digest_day
    elif what == "queued":
        for channel in record["channels"]:
            state.owed[record["message"], channel] = Owed(
                message_id=record["message"],
                channel=channel,
                purpose=record["purpose"],
                event_ids=tuple(record["events"]),
                queued_at=datetime.fromisoformat(record["at"]),
                corrects=record["corrects"].get(channel),
            )
    else:
        _replay_attempt(state, what, (record["message"], record["channel"]))


def _replace_below(below: dict[str, int], record: Record) -> None:
    for event_id in record["versions"]:
        below.pop(event_id, None)
    below.update(record.get("below", {}))


def _replay_attempt(state: DeliveryState, what: str, key: tuple[str, str]) -> None:
    owed = state.owed.get(key)
    if owed is None:
        return
    if what not in _DONE:
        state.owed[key] = replace(owed, cut_off=what == "intent")
        return
    del state.owed[key]
    if what == "sent":
        for event_id in owed.event_ids:
            state.received.setdefault((event_id, owed.channel), owed.message_id)
