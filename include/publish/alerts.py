"""Tell people: once an event and change of status, corrections to everyone who got the first, a digest a day.

Nothing is sent when nothing changed, and nothing on the first run of an installation, which only takes note of what
is on the board. Every delivery is recorded (`outbox`), so that a kill at any line neither loses nor silently repeats.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from include.publish.channels import Channel, check_urls, read_channels, send_to
from include.publish.digest import Digest, render_digest, write_digest
from include.publish.outbox import DeliveryState, Outbox, Owed
from include.publish.rows import Row, as_text, headline

__all__ = ["AlertReport", "check_urls", "notify_operator", "send_alerts"]

logger = logging.getLogger(__name__)

_WITHDRAWN = ("denied", "retracted")
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
        text = f"{self.sent} messages sent, {len(self.failed)} failed"
        return text if self.queued or self.sent or self.failed else "nothing new, nothing sent"


def send_alerts(
    rows: Sequence[Row],
    *,
    urls: Sequence[str],
    home: Path,
    base_url: str,
    as_of: datetime,
    first_run: bool = False,
) -> AlertReport:
    """Queue what is new and deliver everything that is owed.

    `rows` are all departures of the published file (columns of `events`, `alerted`, `reasons`, `evidence`): the ones
    that are not flagged any more too, since a denial must reach everyone who got the first. Channels that fail are
    tried again by the next call, for three days.
    """
    outbox, report = Outbox(home / "alerts"), AlertReport()
    channels = read_channels(urls)
    by_id = {str(row["event_id"]): row for row in rows}
    with outbox.locked():
        state = outbox.read()
        if state.fresh or first_run:
            report.primed = True
            versions = {event_id: _version(row) for event_id, row in by_id.items()}
            report.digest_files = _write_digest_file([r for r in rows if r.get("flagged")], [], home, base_url, as_of)
            outbox.append("known", as_of, versions=versions)
            outbox.append("digested", as_of, versions=versions, day="")
        else:
            _queue_alerts(by_id, state, channels, outbox, report, as_of)
            _queue_digest(by_id, state, channels, outbox, report, home, base_url, as_of)
            _deliver(by_id, outbox, channels, report, home, base_url, as_of)
    logger.info("alerts: %s", report.sentence)
    return report


def notify_operator(urls: Sequence[str], title: str, body: str) -> int:
    """Tell the operator that something is wrong, through every channel. Returns how many took it."""
    message = Digest(title, f"<p>{body}</p>", body)
    return sum(1 for channel in read_channels(urls) if not send_to(channel, message, title=title))


def _version(row: Row) -> str:
    """What makes an event worth another word: its status (a date that has passed is none) and who went where."""
    status = "announced" if row.get("status") == "effective" else as_text(row.get("status"))
    route = "|".join(as_text(row.get(key)) for key in ("person", "from_org", "to_org"))
    return f"{status}:{hashlib.sha256(route.encode()).hexdigest()[:8]}"


def _queue_alerts(
    rows: Mapping[str, Row],
    state: DeliveryState,
    channels: Sequence[Channel],
    outbox: Outbox,
    report: AlertReport,
    as_of: datetime,
) -> None:
    takers = [channel.channel_id for channel in channels if channel.takes == "alerts"]
    for event_id, row in sorted(rows.items()):
        version, before = _version(row), state.versions.get(event_id)
        if version == before or as_text(row.get("review")) == "taken-down":
            continue
        got_first = [c for c in takers if c in state.received.get(event_id, set())]
        correction = row.get("status") in _WITHDRAWN or _was_corrected(before, version, row)
        receivers = got_first if correction else takers if row.get("alerted") else []
        if receivers:
            purpose = "correction" if correction else "alert"
            message = f"{purpose}:{event_id}:{version}"
            outbox.append("queued", as_of, message=message, purpose=purpose, events=[event_id], channels=receivers)
            report.queued += len(receivers)
        outbox.append("known", as_of, versions={event_id: version})


def _was_corrected(before: str | None, version: str, row: Row) -> bool:
    """Whether a person set right who went where after it had been told."""
    route_changed = before is not None and before.split(":")[-1] != version.split(":")[-1]
    return route_changed and as_text(row.get("review")) == "corrected"


def _queue_digest(
    rows: Mapping[str, Row],
    state: DeliveryState,
    channels: Sequence[Channel],
    outbox: Outbox,
    report: AlertReport,
    home: Path,
    base_url: str,
    as_of: datetime,
) -> None:
    day = f"{as_of.astimezone(UTC):%Y-%m-%d}"
    if state.digest_day == day:
        return
    fresh, corrections = _digest_parts(rows, state)
    if not fresh and not corrections:
        return
    report.digest_files = _write_digest_file(fresh, corrections, home, base_url, as_of)
    takers = [channel.channel_id for channel in channels if channel.takes == "digest"]
    events = [str(row["event_id"]) for row in (*corrections, *fresh)]
    if takers:
        outbox.append("queued", as_of, message=f"digest:{day}", purpose="digest", events=events, channels=takers)
        report.queued += len(takers)
    outbox.append("digested", as_of, versions={key: _version(rows[key]) for key in rows}, day=day)


def _digest_parts(rows: Mapping[str, Row], state: DeliveryState) -> tuple[list[Row], list[Row]]:
    fresh: list[Row] = []
    corrections: list[Row] = []
    for event_id, row in sorted(rows.items()):
        version, before = _version(row), state.digested.get(event_id)
        if version == before or as_text(row.get("review")) == "taken-down":
            continue
        if before is not None and (row.get("status") in _WITHDRAWN or _was_corrected(before, version, row)):
            corrections.append(row)
        elif row.get("flagged"):
            fresh.append(row)
    return fresh, corrections


def _write_digest_file(
    rows: Sequence[Row], corrections: Sequence[Row], home: Path, base_url: str, as_of: datetime
) -> tuple[Path, ...]:
    digest = render_digest(rows, as_of=as_of, base_url=base_url, corrections=corrections)
    return write_digest(digest, home / "digests", as_of)


def _deliver(
    rows: Mapping[str, Row],
    outbox: Outbox,
    channels: Sequence[Channel],
    report: AlertReport,
    home: Path,
    base_url: str,
    as_of: datetime,
) -> None:
    by_id = {channel.channel_id: channel for channel in channels}
    down: set[str] = set()
    for owed in list(outbox.read().owed.values()):
        channel = by_id.get(owed.channel)
        line = {"message": owed.message_id, "channel": owed.channel}
        if as_of - owed.queued_at > _GIVE_UP_AFTER:
            outbox.append("given-up", as_of, **line)
            report.given_up += 1
            continue
        message = _render(owed, rows, base_url, as_of)
        if message is None:
            outbox.append("dropped", as_of, **line)
            continue
        if channel is None or owed.channel in down:
            continue
        outbox.append("intent", as_of, **line)
        title = (_AGAIN if owed.cut_off else "") + message.subject
        problem = send_to(channel, message, title=title)
        if problem:
            down.add(owed.channel)  # the next messages would wait for the same timeout
            outbox.append("failed", as_of, **line, error=problem)
            report.failed.append(f"{channel.label}: {problem}")
            logger.warning("alerts: %s did not take a message: %s", channel.label, problem)
        else:
            outbox.append("sent", as_of, **line)
            report.sent += 1


def _render(owed: Owed, rows: Mapping[str, Row], base_url: str, as_of: datetime) -> Digest | None:
    """The message as of now: what changed since it was queued is told as it is now; what was taken down is not told."""
    found = [rows[key] for key in owed.event_ids if key in rows and as_text(rows[key].get("review")) != "taken-down"]
    if not found:
        return None
    if owed.purpose == "digest":
        withdrawn = [row for row in found if row.get("status") in _WITHDRAWN]
        fresh = [row for row in found if row.get("status") not in _WITHDRAWN]
        return render_digest(fresh, as_of=as_of, base_url=base_url, corrections=withdrawn)
    if owed.purpose == "correction":
        return render_digest([], as_of=as_of, base_url=base_url, corrections=found)
    if found[0].get("status") in _WITHDRAWN:
        return None  # denied before it was ever delivered: there is nothing to correct
    message = render_digest(found, as_of=as_of, base_url=base_url)
    return Digest(f"{as_text(found[0].get('status')).capitalize()}: {headline(found[0])}", message.html, message.text)
