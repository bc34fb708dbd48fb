"""The project's own cross-lingual set (`moves.tsv`): reading it, and pairwise F1 of events.

Half of the events (`is_held_out`) were looked at only when everything was done: rules were mended on the other half.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import cast

from include.records import Evidence, Focus, Move, MoveKind, MoveStatus, StoredMove

PATH = Path(__file__).with_name("moves.tsv")
CONTACT = Path(__file__).with_name("contact.tsv")  # rounds of first contact


@dataclass(frozen=True, slots=True)
class Labelled:
    """A stored move and the event that a person gave it."""

    stored: StoredMove
    event: int
    trap: str

    @property
    def is_held_out(self) -> bool:
        """Whether the move belongs to the half that no rule was mended on."""
        return (self.event - 1) // 2 % 2 == 1


def read_set(path: Path = PATH) -> list[Labelled]:
    """Read the set in the order of the file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [_read(row) for row in csv.DictReader(stream, delimiter="\t")]


def pairwise_scores(gold: Mapping[str, object], found: Mapping[str, object]) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of moves that are one event."""
    together = set(_pairs(gold))
    claimed = set(_pairs({key: found.get(key) for key in gold}))
    right = len(together & claimed)
    precision = right / len(claimed) if claimed else 1.0
    recall = right / len(together) if together else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def _pairs(events: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    groups: dict[object, list[str]] = {}
    for move_id, event in events.items():
        if event is not None:
            groups.setdefault(event, []).append(move_id)
    for members in groups.values():
        yield from combinations(sorted(members), 2)


def _read(row: Mapping[str, str]) -> Labelled:
    published = datetime.fromisoformat(row["published"]).replace(tzinfo=UTC)
    move = Move(
        kind=cast(MoveKind, row["kind"]),
        person=row["person"],
        person_aliases=tuple(alias for alias in row["person_aliases"].split(";") if alias),
        from_org=row["from_org"] or None,
        to_org=row["to_org"] or None,
        role_to=row["role_to"] or None,
        status=cast(MoveStatus, row["status"]),
        focus=cast(Focus, row["focus"]),
        date=row["date"] or None,
        evidence=Evidence("text", 0, len(row["person"]), row["person"]),
        confidence=0.8,
    )
    stored = StoredMove(
        move_id=row["move"],
        article_id=row["article"],
        move=move,
        lang=row["lang"],
        source_id=f"source-{row['article']}",
        origin=f"source-{row['article']}",
        published_at=published,
        known_at=published,
    )
    return Labelled(stored, int(row["event"]), row["trap"])
