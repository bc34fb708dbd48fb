"""The decisions of people as a merge needs them: which stand, which are new, and whom they are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.pipeline.inbox import read_releases
from include.pipeline.run import RunContext
from include.resolve.decisions import Decision, find_unknown, keep_in_force, list_targets, read_every
from include.warehouse.entities import read_entities, read_people_at, read_proposed
from include.warehouse.events import find_event_ids, read_people_of, resolve_event_ids
from include.warehouse.quarantine import release_records
from include.warehouse.runs import AppliedDecision, read_decision_ids, write_decisions

if TYPE_CHECKING:
    import duckdb

_EVERYWHERE = ("merge-entities", "split-entity", "takedown")


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided. `people` are those whom new decisions are about, `redirects` what merged events are now."""

    in_force: tuple[Decision, ...]
    redirects: Mapping[str, str]
    people: frozenset[str]
    fresh: int  # decisions that no run has applied before
    refused: tuple[str, ...]  # a line for each file that cannot be used

    def about(self, event_ids: Collection[str]) -> list[Decision]:
        """Those that can bear on these events: decisions about people always can."""
        return [
            decision
            for decision in self.in_force
            if decision.kind in _EVERYWHERE
            or decision.subject.startswith("same-")
            or any(self.redirects.get(key, key) in event_ids for key in (decision.subject, decision.other) if key)
        ]


def apply_inbox(con: duckdb.DuckDBPyConnection, run: RunContext) -> Decided:
    """Release what people released, log the decisions that are new, and find whom they concern.

    What a decision did once is part of the events; it is applied again whenever its people are merged again, so only
    new ones (and undone ones) make work.
    """
    refused: list[str] = []
    for release in read_releases(run.settings.inbox, refused.append):
        release_records(con, [release.record_id], by=release.author, run_id=run.run_id, as_of=run.as_of)
    every = read_every(run.settings.inbox, refused.append)
    applied = read_decision_ids(con)
    fresh = [decision for decision in every if decision.decision_id not in applied]
    targets = list_targets(fresh, every)
    people, unknown = _find_people(con, targets)
    ids = {decision.decision_id for decision in every}
    unknown |= {decision.subject for decision in fresh if decision.kind == "undo"} - ids
    # A takedown knows whom it is about by the hashes of the names, also where everything is read anew from the archive.
    unknown -= {decision.subject for decision in fresh if decision.kind == "takedown" and decision.name_hashes}
    refused += find_unknown(fresh, (targets | ids) - unknown, run.settings.inbox)
    usable = [decision for decision in every if not {decision.subject, decision.other} & unknown]
    new = [decision for decision in fresh if decision in usable]
    write_decisions(con, map(_log_entry, new), run.run_id)
    in_force = keep_in_force(usable)
    return Decided(
        in_force=tuple(in_force),
        redirects=_find_redirects(con, in_force),
        people=frozenset(people),
        fresh=len(new),
        refused=tuple(refused),
    )


def _find_people(con: duckdb.DuckDBPyConnection, targets: Collection[str]) -> tuple[set[str], set[str]]:
    """(people whom these events, people and proposals are about, ids that nobody knows)."""
    events = find_event_ids(con, targets)
    entities = read_entities(con, set(targets) - events)
    proposed = read_proposed(con, targets)
    living = resolve_event_ids(con, events).values()
    people = read_people_of(con, {*events, *living}) | {e.entity_id for e in entities.values() if e.kind == "person"}
    people |= read_people_at(con, {e.entity_id for e in entities.values() if e.kind == "organisation"} & set(targets))
    for pair in proposed.values():
        people |= set(pair)
    return people, set(targets) - events - entities.keys() - proposed.keys()


def _find_redirects(con: duckdb.DuckDBPyConnection, decisions: Sequence[Decision]) -> dict[str, str]:
    named = {key for decision in decisions for key in (decision.subject, decision.other) if key}
    return {old: new for old, new in resolve_event_ids(con, named).items() if old != new}


def _log_entry(decision: Decision) -> AppliedDecision:
    payload = {
        name: value
        for name in ("other", "field", "value", "article_ids", "move_ids")
        if (value := getattr(decision, name))
    }
    return AppliedDecision(
        decision_id=decision.decision_id,
        action=decision.kind,
        target=decision.subject,
        author=decision.author,
        reason=decision.reason,
        decided_at=decision.at,
        payload=payload,
    )
