"""Talent flow: who went from where to where, a quarter at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from include.flag.exodus import exit_day
from include.records import Event

_COUNTED = ("announced", "effective", "reported")


@dataclass(frozen=True, slots=True)
class FlowEdge:
    """Distinct people who went from one organisation to another in a quarter. Columns of the view `talent_flow`."""

    quarter: str  # "2026-Q3"
    from_org_id: str
    from_org: str
    to_org_id: str
    to_org: str
    people: int
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowBalance:
    """What an organisation won and lost in a quarter."""

    quarter: str
    organisation_id: str
    organisation: str
    came: int
    left: int

    @property
    def net(self) -> int:
        """People won, less people lost."""
        return self.came - self.left


def find_flows(departures: Iterable[Event]) -> list[FlowEdge]:
    """Directed edges from evidenced departures with both sides; rumours, denials and undated history do not count."""
    people: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    names: dict[str, str] = {}
    for event in departures:
        day = exit_day(event)
        if day is None or event.kind != "departure" or event.status not in _COUNTED or event.merged_into:
            continue
        if not event.from_org_id or not event.to_org_id:
            continue
        quarter = f"{day.year}-Q{(day.month + 2) // 3}"
        people[quarter, event.from_org_id, event.to_org_id].setdefault(event.person_id, event.event_id)
        names[event.from_org_id] = event.from_org or event.from_org_id
        names[event.to_org_id] = event.to_org or event.to_org_id
    return [
        FlowEdge(quarter, source, names[source], target, names[target], len(found), tuple(sorted(found.values())))
        for (quarter, source, target), found in sorted(people.items())
    ]


def balance_flows(edges: Iterable[FlowEdge]) -> list[FlowBalance]:
    """In, out and net of every organisation and quarter."""
    came: dict[tuple[str, str], int] = defaultdict(int)
    left: dict[tuple[str, str], int] = defaultdict(int)
    names: dict[str, str] = {}
    for edge in edges:
        left[edge.quarter, edge.from_org_id] += edge.people
        came[edge.quarter, edge.to_org_id] += edge.people
        names[edge.from_org_id], names[edge.to_org_id] = edge.from_org, edge.to_org
    return [
        FlowBalance(quarter, organisation_id, names[organisation_id], came[key], left[key])
        for key in sorted({*came, *left})
        for quarter, organisation_id in [key]
    ]
