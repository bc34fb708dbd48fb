"""Tell people: once an event and change of status, corrections to everyone who got the first, a digest a day.

Nothing is sent when nothing changed, and nothing on the first run of an installation, which only takes note of what
is on the board. Every delivery is recorded (`outbox`), so that a kill at any line neither loses nor silently repeats.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from include.publish.channels import Channel, check_urls, read_channels, send_to
from include.publish.digest import Digest, render_digest, write_digest
from include.publish.mail import Thread
from include.publish.outbox import (
    DeliveryState,
    Outbox,
    Owed,
    Record,
    attempt_record,
    digested_record,
    known_record,
    queued_record,
)
from include.publish.rows import WITHDRAWN, Row, as_list, as_text, headline, status_word

__all__ = ["AlertDraft", "AlertReport", "check_urls", "draft_alerts", "notify_operator", "send_alerts", "set_aside"]

logger = logging.getLogger(__name__)

_GIVE_UP_AFTER = timedelta(days=3)
_AGAIN = "Possibly sent before: "


@dataclass(slots=True)
class AlertReport:
    """What was sent, and what was not."""

    primed: bool = False  # first run: taken note of, nothing sent
    queued: int = 0
    sent: int = 0
    failed: list[str] = field(default_factory=list)  # one line a failure, secrets left out
    given_up: int = 0
    digest_files: tuple[Path, ...] = ()

    @property
    def sentence(self) -> str:
        """One line for the log and the terminal."""
        if self.primed:
            return "first run: what is on the board is taken note of, nobody is alerted"
        if not (self.queued or self.sent or self.failed or self.given_up):
            return "nothing new to send"
        text = f"{self.sent} messages sent, {len(self.failed)} failed"
        return f"{text}, {self.given_up} given up after three days" if self.given_up else text


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """What would be sent now: the messages for a person to read, and the versions of events that they account for."""

    messages: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Board:
    """What is to be told of, by whom and when."""

    rows: Mapping[str, Row]
    home: Path
    base_url: str
    as_of: datetime
    approved: Mapping[str, str] | None = None  # versions that may be told of; None: all


def send_alerts(
    rows: Sequence[Row],
    *,
    urls: Sequence[str],
    home: Path,
    base_url: str,
    as_of: datetime,
    first_run: bool = False,
    approved: Mapping[str, str] | None = None,
) -> AlertReport:
    """Queue what is new and deliver everything that is owed.

    `rows` are all events of the published file (columns of `events`, `reasons`, `evidence`), those that are no longer
    flagged or were rejected too, since a correction must reach everyone who got the first; only departures are news.
    A channel that fails is tried again by the next call, for three days. `first_run` takes note of everything and
    sends nothing; so does a call that finds no log of an earlier one. `approved` are the `versions` of a draft that a
    person has let through: whatever else is new waits for another draft. Raises ConfigError for a delivery log that
    cannot be read.
    """
    board = _Board({str(row["event_id"]): row for row in rows}, home, base_url, as_of, approved)
    outbox, report = Outbox(home / "alerts"), AlertReport()
    channels = read_channels(urls)
    with outbox.locked():
        state = outbox.read()
        if state.fresh or first_run:
            _take_note(board, outbox, report)
        else:
            records = _queue_alerts(board, state, channels, report)
            records += _queue_digest(board, state, channels, report)
            outbox.append(as_of, *records)
            _deliver(board, outbox, channels, report)
    logger.info("alerts: %s", report.sentence)
    return report


def draft_alerts(rows: Sequence[Row], *, urls: Sequence[str], home: Path, base_url: str, as_of: datetime) -> AlertDraft:
    """What `send_alerts` would send of these rows, for a person to approve. Empty on the first run."""
    board = _Board({str(row["event_id"]): row for row in rows}, home, base_url, as_of)
    outbox, channels = Outbox(home / "alerts"), read_channels(urls)
    with outbox.locked():
        state = outbox.read()
    if state.fresh:
        return AlertDraft()
    changes = _find_digest_changes(board, state)
    digested = changes.told if any(channel.takes == "digest" for channel in channels) else []
    alerted = [
        board.rows[event_id]
        for record in _queue_alerts(board, state, channels, AlertReport())
        if record["what"] == "queued"
        for event_id in record["events"]
    ]
    versions = {
        str(row["event_id"]): _version(row)
        for row in (*_changed(board, state.versions, state.below, "alerted").values(), *changes.rows.values())
    }
    told = {str(row["event_id"]): row for row in (*alerted, *digested)}
    return AlertDraft(tuple(_outline(row) for row in told.values()), versions)


def set_aside(versions: Mapping[str, str], *, home: Path, as_of: datetime) -> None:
    """A person refused a draft: nobody is told of these versions; what changes later is new again."""
    outbox = Outbox(home / "alerts")
    with outbox.locked():
        outbox.append(as_of, known_record(dict(versions)), digested_record(dict(versions), [], ""))


def notify_operator(urls: Sequence[str], title: str, body: str, at: datetime | None = None) -> int:
    """Tell the operator that something is wrong, through every channel. Returns how many took it."""
    message = Digest(title, f"<p>{escape(body)}</p>", body)
    thread = Thread("operator-" + hashlib.sha256(f"{title}{body}{at}".encode()).hexdigest()[:16])
    return sum(1 for c in read_channels(urls) if not send_to(c, message, title=title, thread=thread, at=at))


def _take_note(board: _Board, outbox: Outbox, report: AlertReport) -> None:
    report.primed = True
    flagged = [row for row in board.rows.values() if row.get("flagged") and _is_departure(row)]
    versions = {event_id: _version(row) for event_id, row in board.rows.items()}
    report.digest_files = _write_digest_file(board, flagged, [])
    below, below_digest = (_find_below(board.rows, mark) for mark in ("alerted", "flagged"))
    outbox.append(board.as_of, known_record(versions, below), digested_record(versions, [], "", below_digest))


def _version(row: Row) -> str:
    """What makes an event worth another word: its status (a date that has passed is none), who went where, and that it
    is no departure after all."""
    status = "announced" if row.get("status") == "effective" else as_text(row.get("status"))
    route = "|".join(as_text(row.get(key)) for key in ("person", "from_org", "to_org"))
    route += "" if _is_departure(row) else f"|{row.get('kind')}"
    return f"{status}:{hashlib.sha256(route.encode()).hexdigest()[:8]}"


def _is_correction(before: str | None, row: Row) -> bool:
    """Whether this sets right what was told before: denied, retracted, or who went where changed by a person."""
    if row.get("status") in WITHDRAWN:
        return True
    route_changed = before is not None and before.split(":")[-1] != _version(row).split(":")[-1]
    return route_changed and as_text(row.get("review")) == "corrected"


def _is_departure(row: Row) -> bool:
    return row.get("kind") == "departure"


def _changed(board: _Board, before: Mapping[str, str], below: Mapping[str, int], mark: str) -> dict[str, Row]:
    """Events with another version, and those that articles or an approval have lifted over the threshold of `mark`.

    Changed weights or another watchlist lift nothing over it: an old departure is not told as new.
    """
    return {
        event_id: row
        for event_id, row in sorted(board.rows.items())
        if as_text(row.get("review")) != "taken-down"
        and (board.approved is None or board.approved.get(event_id) == _version(row))
        and (
            _version(row) != before.get(event_id)
            or (event_id in below and row.get(mark) and _count_backing(row) > below[event_id])
        )
    }


def _find_below(rows: Mapping[str, Row], mark: str) -> dict[str, int]:
    return {
        event_id: _count_backing(row)
        for event_id, row in rows.items()
        if _is_departure(row) and not row.get(mark) and row.get("status") not in WITHDRAWN
    }


def _count_backing(row: Row) -> int:
    """Articles that tell of it, and the person who approved it."""
    return int(row.get("articles") or row.get("origins") or 0) + (row.get("review") == "approved")


def _queue_alerts(
    board: _Board, state: DeliveryState, channels: Sequence[Channel], report: AlertReport
) -> list[Record]:
    takers = [channel.channel_id for channel in channels if channel.takes == "alerts"]
    records: list[Record] = []
    changed = _changed(board, state.versions, state.below, "alerted")
    for event_id, row in changed.items():
        version, before = _version(row), state.versions.get(event_id)
        first = {c: state.received[event_id, c] for c in takers if (event_id, c) in state.received}
        correction = _is_correction(before, row)
        receivers = list(first) if correction else takers if row.get("alerted") and _is_departure(row) else []
        if receivers:
            purpose = "correction" if correction else "alert"
            message_id = f"{purpose}.{event_id}.{version.replace(':', '.')}"
            records.append(queued_record(message_id, purpose, [event_id], receivers, first))
            report.queued += len(receivers)
    if not changed:
        return records
    return [
        *records,
        known_record({key: _version(row) for key, row in changed.items()}, _find_below(changed, "alerted")),
    ]


@dataclass(frozen=True, slots=True)
class _DigestChanges:
    """What the digest of today takes note of, and what it tells."""

    rows: Mapping[str, Row]
    fresh: Sequence[Row] = ()
    corrections: Sequence[Row] = ()

    @property
    def told(self) -> list[Row]:
        return [*self.corrections, *self.fresh]


def _find_digest_changes(board: _Board, state: DeliveryState) -> _DigestChanges:
    if state.digest_day == _day(board):
        return _DigestChanges({})
    changed = _changed(board, state.digested, state.below_digest, "flagged")
    corrections = [r for key, r in changed.items() if key in state.told and _is_correction(state.digested.get(key), r)]
    fresh = [r for r in changed.values() if r.get("flagged") and _is_departure(r) and r not in corrections]
    return _DigestChanges(changed, fresh, corrections)


def _day(board: _Board) -> str:
    return f"{board.as_of.astimezone(UTC):%Y-%m-%d}"


def _queue_digest(
    board: _Board, state: DeliveryState, channels: Sequence[Channel], report: AlertReport
) -> list[Record]:
    changes = _find_digest_changes(board, state)
    versions, below = {key: _version(row) for key, row in changes.rows.items()}, _find_below(changes.rows, "flagged")
    if not changes.told:
        return [digested_record(versions, [], "", below)] if versions else []
    report.digest_files = _write_digest_file(board, changes.fresh, changes.corrections)
    told, day = [str(row["event_id"]) for row in changes.told], _day(board)
    takers = [channel.channel_id for channel in channels if channel.takes == "digest"]
    report.queued += len(takers)
    queued = [queued_record(f"digest.{day}", "digest", told, takers, {})] if takers else []
    return [*queued, digested_record(versions, told, day, below)]


def _write_digest_file(board: _Board, rows: Sequence[Row], corrections: Sequence[Row]) -> tuple[Path, ...]:
    digest = render_digest(rows, as_of=board.as_of, base_url=board.base_url, corrections=corrections)
    return write_digest(digest, board.home / "digests", board.as_of)


def _deliver(board: _Board, outbox: Outbox, channels: Sequence[Channel], report: AlertReport) -> None:
    by_id = {channel.channel_id: channel for channel in channels}
    down: set[str] = set()
    for owed in list(outbox.read().owed.values()):
        channel = by_id.get(owed.channel)
        if board.as_of - owed.queued_at > _GIVE_UP_AFTER:
            outbox.append(board.as_of, attempt_record("given-up", owed))
            report.given_up += 1
        elif (message := _render(owed, board)) is None:
            outbox.append(board.as_of, attempt_record("dropped", owed))
        elif channel is not None and owed.channel not in down:
            problem = _attempt(owed, channel, message, outbox, board.as_of)
            if problem:
                down.add(owed.channel)  # the next messages would wait for the same timeout
                report.failed.append(f"{channel.label}: {problem}")
                logger.warning("alerts: %s: %s", channel.label, problem)
            else:
                report.sent += 1


def _attempt(owed: Owed, channel: Channel, message: Digest, outbox: Outbox, as_of: datetime) -> str:
    outbox.append(as_of, attempt_record("intent", owed))
    title = (_AGAIN if owed.cut_off else "") + message.subject
    thread = Thread(owed.message_id, owed.corrects)
    problem = send_to(channel, message, title=title, thread=thread, at=as_of)
    outbox.append(as_of, attempt_record("failed", owed, error=problem) if problem else attempt_record("sent", owed))
    return problem


def _render(owed: Owed, board: _Board) -> Digest | None:
    """The message as of now: what changed since it was queued is told as it is now, what was taken down not at all."""
    found = [row for key in owed.event_ids if (row := board.rows.get(key)) and row.get("review") != "taken-down"]
    withdrawn = [row for row in found if row.get("status") in WITHDRAWN]
    standing = [row for row in found if row.get("status") not in WITHDRAWN]
    if owed.purpose == "correction":
        standing, withdrawn = [], found
    elif owed.purpose == "alert" and withdrawn:
        return None  # denied before it was ever delivered: there is nothing to correct
    if not found:
        return None
    message = render_digest(standing, as_of=board.as_of, base_url=board.base_url, corrections=withdrawn)
    if owed.purpose == "alert":
        return Digest(f"{status_word(found[0])}: {headline(found[0])}", message.html, message.text)
    return message


def _outline(row: Row) -> str:
    """A message in short, as Markdown for whoever is to approve it."""
    lines = [f"**{_plain(status_word(row))}: {_plain(headline(row))}**"]
    if row.get("status") not in WITHDRAWN:
        reasons = "; ".join(as_text(reason) for reason in as_list(row.get("reasons"))[:3])
        lines.append(f"score {float(row.get('score') or 0):.0f}: {_plain(reasons)}")
    if row.get("doubt"):
        lines.append(f"In doubt: {_plain(as_text(row['doubt']))}")
    for piece in as_list(row.get("evidence"))[:1]:
        url = as_text(piece.get("url"))
        lines.append(f"> {_plain(as_text(piece.get('quote')))}" + (f" ({_plain(url)})" if url else ""))
    return "\n\n".join(lines)


def _plain(text: str) -> str:
    """Text of the web that is no Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", " ".join(text.split()))
