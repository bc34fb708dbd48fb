"""What a person decides, checked against what is published: for the pages of the board and for `departures review`."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.errors import ConfigError
from include.knowledge.gazetteer import load_gazetteer
from include.knowledge.notability import load_notability
from include.records import Entity
from include.resolve.decisions import Decision, keep_in_force, plan_takedown, read_every
from include.warehouse.arrow import fetch_dicts
from include.warehouse.entities import read_entities
from include.warehouse.events import find_event_ids, resolve_event_ids
from include.warehouse.runs import read_decision_ids

if TYPE_CHECKING:
    import duckdb

_EVENT = """
SELECT event_id, person_id, person, kind, from_org, to_org, status, date FROM events WHERE {}
ORDER BY score DESC, event_id
"""
_ARTICLES = """
SELECT DISTINCT e.article_id, e.url, a.source_ref FROM evidence e JOIN store.articles a USING (article_id)
WHERE {}
"""
_NAMES = """
SELECT DISTINCT unnest([person, name] || person_aliases || aliases) AS name FROM (
    SELECT m.person, m.person_aliases, coalesce(e.name, '') AS name, coalesce(e.aliases, []) AS aliases
    FROM store.move_links l JOIN store.moves m USING (move_id) LEFT JOIN store.entities e ON e.entity_id = l.person_id
    WHERE l.person_id = ?)
"""
_PLACES = "SELECT DISTINCT unnest([from_org_id, to_org_id]) AS id FROM events WHERE person_id = ?"
_SHOWN = 5  # of several that fit


@dataclass(frozen=True, slots=True)
class Author:
    """Who decides, when and why: the reason is on one line and not empty."""

    name: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The event that a person means. `note` says where it is another one than they named."""

    event_id: str
    person_id: str
    person: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision of the inbox and what has become of it: waiting, applied, or undone."""

    decision: Decision
    state: str


def sure_from() -> float:
    """The confidence below which a departure waits for a person: the one below which nobody is alerted of it."""
    return load_notability().scalars["confidence_floor"]


def is_waiting() -> str:
    """A condition over the view `events`: departures read with little confidence that nobody has judged."""
    return (
        "kind = 'departure' AND focus = 'main' AND status NOT IN ('denied', 'retracted') "
        f"AND (review = 'pending' OR (review = '' AND confidence < {sure_from()}))"
    )


def new_decision_id(place: str) -> str:
    """The id of a decision made at `place` (board, command)."""
    return f"{place}-{secrets.token_hex(8)}"


def find_subject(con: duckdb.DuckDBPyConnection, wanted: str) -> Subject:
    """The event of this id, or of an id that begins so, or the only one of this person.

    An event that has been merged since gives the survivor. Raises ConfigError for one that nobody knows, that was
    taken down or has no evidence left, and where several fit.
    """
    wanted = wanted.strip()
    known = find_event_ids(con, [wanted])
    current = resolve_event_ids(con, [wanted])[wanted] if known else wanted
    rows = fetch_dicts(con, _EVENT.format("event_id = ?"), [current])
    if known and not rows:
        raise ConfigError(
            f"{wanted}: this event was taken down, or no article says it any more; nothing can be decided"
        )
    note = f"{wanted} was merged into {current} since; the decision is about that one" if current != wanted else ""
    for condition, value in (
        ("starts_with(event_id, ?)", wanted),
        ("lower(person) = lower(?)", wanted),
        ("contains(lower(person), lower(?))", wanted),
    ):
        rows = rows or (fetch_dicts(con, _EVENT.format(condition), [value]) if len(wanted) > 2 else [])
    if not rows:
        raise ConfigError(f"{wanted!r}: no event has this id or person; `departures board --all` lists them")
    if len(rows) > 1:
        shown = "; ".join(f"{row['event_id']} ({_outline(row)})" for row in rows[:_SHOWN])
        raise ConfigError(f"{wanted!r}: {len(rows)} events fit, name one by its id: {shown}")
    return Subject(rows[0]["event_id"], rows[0]["person_id"], rows[0]["person"], note)


def find_entity(con: duckdb.DuckDBPyConnection, wanted: str) -> tuple[Entity, str]:
    """(the person or organisation of this id, a note where it has been merged since). Raises ConfigError."""
    found = read_entities(con, [wanted.strip()])
    entity = found.get(wanted.strip())
    if entity is None:
        raise ConfigError(
            f"{wanted!r}: no person or organisation has this id; the person_id, from_org_id and to_org_id of an event "
            "are in `departures board --json`"
        )
    survivor = entity
    while survivor.merged_into and survivor.merged_into in found:
        survivor = found[survivor.merged_into]
    note = f"{entity.entity_id} is {survivor.entity_id} since a merge" if survivor is not entity else ""
    return survivor, note


def find_articles(
    con: duckdb.DuckDBPyConnection, wanted: Sequence[str], *, event_id: str = "", person_id: str = ""
) -> tuple[str, ...]:
    """Ids of the named articles, given by id, address or id of import, among those of an event or of a person.

    Raises ConfigError for one that is not among them, and where they are all of them: nothing would stay.
    """
    if event_id:
        rows = fetch_dicts(con, _ARTICLES.format("e.event_id = ?"), [event_id])
    else:
        about = "e.move_id IN (SELECT move_id FROM store.move_links WHERE person_id = ?)"
        rows = fetch_dicts(con, _ARTICLES.format(about), [person_id])
    by_name = {row[key]: row["article_id"] for row in rows for key in ("source_ref", "url", "article_id") if row[key]}
    where = event_id or person_id
    if not wanted:
        raise ConfigError(
            f"{where}: name the articles to take out with --article; it rests on {', '.join(_names(rows))}"
        )
    for name in wanted:
        if name not in by_name:
            raise ConfigError(f"--article {name!r}: is none of {where}; it rests on {', '.join(_names(rows))}")
    chosen = tuple(dict.fromkeys(by_name[name] for name in wanted))
    if len(chosen) == len({row["article_id"] for row in rows}):
        raise ConfigError(f"{where}: these are all its articles, so nothing would stay; leave out at least one")
    return chosen


def plan_person_takedown(
    con: duckdb.DuckDBPyConnection, person_id: str, names: Collection[str], author: Author
) -> Decision:
    """The decision that takes a person down: every form of the name that is known, as hashes, and where they were."""
    known = {row["name"] for row in fetch_dicts(con, _NAMES, [person_id]) if row["name"]}
    places = {row["id"] for row in fetch_dicts(con, _PLACES, [person_id]) if row["id"]}
    return plan_takedown(person_id, known | set(names), places, author=author.name, at=author.at, reason=author.reason)


def plan_entity_merge(
    con: duckdb.DuckDBPyConnection, kept: str, gone: str, author: Author, decision_id: str
) -> tuple[Decision, list[str]]:
    """(the decision that makes two people, or two organisations, one; notes). Raises ConfigError."""
    (left, left_note), (right, right_note) = find_entity(con, kept), find_entity(con, gone)
    if left.entity_id == right.entity_id:
        raise ConfigError(f"{kept} and {gone} are one already: {left.entity_id}")
    if left.kind != right.kind:
        raise ConfigError(f"{kept} is a {left.kind} and {gone} is a {right.kind}; only two of a kind can be one")
    people = load_gazetteer().person_by_id
    if left.entity_id in people and right.entity_id in people:
        raise ConfigError(
            f"{left.name} and {right.name} both stand in the packaged list of people; "
            "make them one entry in include/knowledge/people.yaml"
        )
    if right.entity_id in people:  # the list's id is the one that lasts
        left, right = right, left
    decision = Decision(
        decision_id, "merge-entities", left.entity_id, author.name, author.at, author.reason, other=right.entity_id
    )
    return decision, [note for note in (left_note, right_note) if note]


def read_proposals(con: duckdb.DuckDBPyConnection, waiting: Sequence[Decision] = ()) -> list[dict[str, Any]]:
    """Two people who may be one, best first, without those that a waiting decision answers."""
    answered = {decision.subject for decision in waiting if decision.kind == "reject"}
    joined = {frozenset((d.subject, d.other)) for d in waiting if d.kind == "merge-entities"}
    gone = {decision.subject for decision in waiting if decision.kind == "takedown"}
    return [
        row
        for row in fetch_dicts(con, "SELECT * FROM proposals ORDER BY likeness DESC, proposal_id")
        if row["proposal_id"] not in answered
        and frozenset((row["left_id"], row["right_id"])) not in joined
        and not {row["left_id"], row["right_id"]} & gone
    ]


def find_proposal(con: duckdb.DuckDBPyConnection, proposal_id: str) -> dict[str, Any]:
    """One proposal that nobody has answered. Raises ConfigError."""
    for row in fetch_dicts(con, "SELECT * FROM proposals WHERE proposal_id = ?", [proposal_id]):
        return row
    raise ConfigError(f"{proposal_id!r}: no likeness of this id waits for an answer; `departures review list` has them")


def read_log(con: duckdb.DuckDBPyConnection, inbox: Path, refused: list[str]) -> list[Entry]:
    """Every decision of the inbox with its state, newest first. Files that cannot be used are named in `refused`."""
    every = read_every(inbox, refused.append)
    applied = read_decision_ids(con)
    standing = {decision.decision_id for decision in keep_in_force(every)}
    entries = []
    for decision in every:
        done = decision.decision_id in applied
        undone = decision.kind != "undo" and decision.decision_id not in standing
        entries.append(Entry(decision, "undone" if undone else "applied" if done else "waiting"))
    return entries[::-1]


def list_waiting(entries: Sequence[Entry]) -> list[Decision]:
    """The decisions that the next run applies, oldest first."""
    return [entry.decision for entry in reversed(entries) if entry.state == "waiting"]


def _names(rows: Sequence[dict[str, Any]]) -> list[str]:
    names = sorted(row["source_ref"] or row["url"] or row["article_id"] for row in rows)
    return names[:_SHOWN] + ([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])


def _outline(row: dict[str, Any]) -> str:
    return " ".join(str(row[key]) for key in ("kind", "from_org", "to_org", "status", "date") if row[key])
