"""What the inbox holds besides decisions about events and people: releases from quarantine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.jsontext import parse_json

RELEASE = "quarantine-release"


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """A person lets a record out of quarantine."""

    record_id: str
    author: str


def read_releases(inbox: Path, on_refused: Callable[[str], None]) -> list[ReleaseDecision]:
    """The releases of an inbox, in the order of file names; one that cannot be used is named through `on_refused`."""
    releases = []
    for content in _read_objects(inbox):
        if content.get("kind") != RELEASE:
            continue
        subject, author = content.get("subject"), content.get("author")
        if isinstance(subject, str) and isinstance(author, str):
            releases.append(ReleaseDecision(subject, author))
        else:
            on_refused(f"{content['file']}: a {RELEASE} needs `subject`, the record's id, and `author`")
    return releases


def _read_objects(inbox: Path) -> list[dict[str, Any]]:
    """Every JSON object of the inbox; files that are none are named by `resolve.decisions.read_inbox`."""
    found = []
    for path in sorted(inbox.glob("*.json")):
        try:
            content = parse_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(content, dict):
            found.append({**content, "file": str(path)})
    return found
