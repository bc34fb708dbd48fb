"""Decisions of people that no run has applied yet: read from the inbox and laid over what is published."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from include.board.memory import EVENTS
from include.board.reading import Reader, Row
from include.errors import ConfigError
from include.jsontext import parse_json
from include.pipeline.inbox import RELEASE
from include.pipeline.reviewing import new_decision_id
from include.resolve.decisions import Decision, decision_path, keep_in_force, read_decision, write_whole

_HIDING = {"reject": "rejected", "takedown": "taken-down"}


@dataclass(frozen=True, slots=True)
class Overlay:
    """What waits for the next run, by whom it is about."""

    decisions: tuple[Decision, ...] = ()  # waiting, oldest first, undone ones left out
    undone: tuple[Decision, ...] = ()  # applied once, undone since, and still published
    releases: Mapping[str, str] = field(default_factory=dict)  # record id -> who released it

    @property
    def hidden(self) -> dict[str, str]:
        """Event or person id -> why it is not shown: rejected, taken-down, or merged."""
        found = {d.subject: _HIDING[d.kind] for d in self.decisions if d.kind in _HIDING}
        found |= {d.other: "merged" for d in self.decisions if d.kind == "merge" and d.other}
        return found

    def merged_into(self, event_id: str) -> str | None:
        """The event that this one is merged into."""
        return next((d.subject for d in self.decisions if d.kind == "merge" and d.other == event_id), None)

    def about(self, *ids: str) -> list[Decision]:
        """Decisions that wait about an event, or about its person."""
        return [d for d in self.decisions if d.subject in ids or d.other in ids]

    def corrected(self, row: Row) -> Row:
        """A row with the corrections that wait for it, and `waiting`: what was decided about it."""
        mine = self.about(row["event_id"], row["person_id"])
        changes = {d.field: _typed(d) for d in mine if d.kind == "correct" and d.field in row}
        review = "approved" if any(d.kind == "approve" for d in mine) else row.get("review", "")
        return {**row, **changes, "review": review, "waiting": mine, "was": {name: row[name] for name in changes}}


class Inbox:
    """The folder of decisions. A file is parsed once: it is written whole and never changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._parsed: dict[str, tuple[tuple[int, int], Decision | tuple[str, str] | None]] = {}

    def overlay(self, reader: Reader) -> Overlay:
        """What of the inbox the published file does not hold yet."""
        decisions, releases = self._read()
        if not decisions and not releases:
            return Overlay()
        applied = reader.once("applied decisions", _read_applied)
        standing = {d.decision_id for d in keep_in_force(decisions)}
        taken_back = [d for d in decisions if d.kind == "undo" and d.decision_id not in applied]
        waiting_to_undo = {d.subject for d in taken_back}
        released = reader.once("released records", _read_released)
        return Overlay(
            tuple(d for d in decisions if d.decision_id in standing - applied),
            tuple(d for d in decisions if d.kind != "undo" and d.decision_id in (applied & waiting_to_undo) - standing),
            {record: by for record, by in releases.items() if record not in released},
        )

    def _read(self) -> tuple[list[Decision], dict[str, str]]:
        decisions, releases = [], {}
        for found in self._parse():
            if isinstance(found, Decision):
                decisions.append(found)
            else:
                releases[found[0]] = found[1]
        return sorted(decisions, key=lambda d: (d.at, d.decision_id)), releases

    def _parse(self) -> list[Decision | tuple[str, str]]:
        try:
            entries = sorted(os.scandir(self.folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return []
        with self._lock:
            for entry in entries:
                if entry.name.endswith(".json"):
                    stat = entry.stat()
                    stamp = (stat.st_mtime_ns, stat.st_size)
                    if self._parsed.get(entry.name, (None,))[0] != stamp:
                        self._parsed[entry.name] = (stamp, _parse_file(Path(entry.path)))
            names = {entry.name for entry in entries}
            self._parsed = {name: kept for name, kept in self._parsed.items() if name in names}
            return [content for _, content in self._parsed.values() if content is not None]


def write_release(folder: Path, record_id: str, *, author: str, at: datetime, reason: str) -> Path:
    """Put the release of a quarantined record into the inbox, whole or not at all."""
    decision_id = new_decision_id("board")
    content = {
        "kind": RELEASE, "decision_id": decision_id, "subject": record_id, "author": author, "at": at.isoformat(),
        "reason": reason,
    }  # fmt: skip
    return write_whole(decision_path(folder, decision_id, at), content)


def hide(ids: Collection[str], *, event: str = "event_id", person: str = "person_id") -> tuple[str, list[Any]]:
    """A condition that leaves out events that are hidden, by their own id or by their person's."""
    if not ids:
        return "TRUE", []
    given = sorted(ids)
    return f"NOT list_contains(?, {event}) AND NOT list_contains(?, {person})", [given, given]


def _parse_file(path: Path) -> Decision | tuple[str, str] | None:
    """A decision, a release as (record, author), or None for what cannot be used: the next run names it."""
    try:
        decision = read_decision(path)
        if decision is not None:
            return decision
        content = parse_json(path.read_text(encoding="utf-8"))
    except (ConfigError, OSError, ValueError):
        return None
    subject, author = content.get("subject"), content.get("author")
    usable = content.get("kind") == RELEASE and isinstance(subject, str) and isinstance(author, str)
    return (subject, author) if usable else None


def _read_applied(reader: Reader) -> set[str]:
    return {row["decision_id"] for row in reader.rows("SELECT decision_id FROM store.decisions")}


def _read_released(reader: Reader) -> set[str]:
    rows = reader.rows("SELECT record_id FROM quarantine WHERE released_at IS NOT NULL")
    return {row["record_id"] for row in rows}


def _typed(decision: Decision) -> Any:
    return decision.value == "true" if decision.field == "acting" else decision.value


def list_hidden(overlay: Overlay, reader: Reader) -> set[str]:
    """Ids to hide: of events and people; with an event that is taken down goes all else about that person."""
    hidden = set(overlay.hidden)
    taken = [key for key, why in overlay.hidden.items() if why == "taken-down"]
    if taken:
        rows = reader.rows(f"SELECT DISTINCT person_id FROM {EVENTS} WHERE list_contains(?, event_id)", [taken])
        hidden |= {row["person_id"] for row in rows}
    return hidden
