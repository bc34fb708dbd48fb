"""Who is who: the entities of a block, what each move names, and the likenesses that wait for a person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from include.records import Entity


@dataclass(frozen=True, slots=True)
class MoveLink:
    """Whom and which organisations one move names."""

    move_id: str
    person_id: str
    from_org_id: str | None = None
    to_org_id: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two entities that may be one. A person decides: `merge-entities`, or `reject` of the proposal's id."""

    proposal_id: str
    kind: Literal["person", "organisation"]
    left_id: str
    right_id: str
    likeness: float
    why: str
    left_move: str  # which names the one as it is like the other
    right_move: str
    answer: Literal["", "reject"] = ""  # rejected ones stay: whoever is alike is still decided together


@dataclass(frozen=True, slots=True)
class EntityBook:
    """Entities by id (those merged into others included), links by move id, open proposals."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    links: Mapping[str, MoveLink] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()

    def survivor(self, entity_id: str) -> str:
        """The id that an id stands for today; itself where it was never merged."""
        seen = {entity_id}
        while (entity := self.entities.get(entity_id)) is not None and entity.merged_into:
            entity_id = entity.merged_into
            if entity_id in seen:
                break
            seen.add(entity_id)
        return entity_id

    def root_of(self, organisation_id: str | None) -> str | None:
        """The topmost parent of an organisation; None for none."""
        seen: set[str] = set()
        while organisation_id is not None and organisation_id not in seen:
            seen.add(organisation_id)
            organisation_id = self.survivor(organisation_id)
            entity = self.entities.get(organisation_id)
            if entity is None or not entity.parent_id:
                break
            organisation_id = entity.parent_id
        return organisation_id


def short_hash(*parts: str, length: int = 12) -> str:
    """Hex digits of the SHA-256 of parts, for ids that are the same on every machine."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]
