"""The entity book: people and organisations with ids that are assigned once, and which moves are about whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import duckdb
import pyarrow as pa

from include.records import Entity
from include.warehouse.arrow import TEXTS, build_table, read_by_ids, registered, store_time, transaction

_ENTITIES = pa.schema(
    [
        ("entity_id", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("aliases", TEXTS),
        ("parent_id", pa.string()),
        ("merged_into", pa.string()),
    ]
)
_LINKS = pa.schema([(name, pa.string()) for name in ("move_id", "person_id", "from_org_id", "to_org_id")])
_ENTITY_COLUMNS = "SELECT entity_id, kind, name, aliases, parent_id, merged_into FROM store.entities"
_PROPOSALS = pa.schema(
    [
        ("proposal_id", pa.string()),
        ("kind", pa.string()),
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("likeness", pa.float64()),
        ("why", pa.string()),
        ("left_move", pa.string()),
        ("right_move", pa.string()),
        ("answer", pa.string()),
    ]
)
# Over any number of steps: whoever may be the same person is decided together.
_TIED = """
WITH RECURSIVE ties AS (
    SELECT left_id AS one, right_id AS other FROM store.entity_proposals
    UNION ALL SELECT right_id, left_id FROM store.entity_proposals),
tied AS (SELECT person_id FROM given UNION SELECT other FROM ties JOIN tied ON one = person_id)
SELECT person_id FROM tied
"""
_REPLACE_PROPOSALS = """
INSERT INTO store.entity_proposals BY NAME
SELECT p.*, coalesce(b.known_at, $at::TIMESTAMP) AS known_at, $run AS run_id
FROM proposals_in p LEFT JOIN before_in b USING (proposal_id) ORDER BY proposal_id
"""


class Link(Protocol):
    """What resolving says of a move; `resolve.entities.MoveLink` is one."""

    @property
    def person_id(self) -> str | None: ...
    @property
    def from_org_id(self) -> str | None: ...
    @property
    def to_org_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class StoredLink:
    """Who and which organisations a stored move is about."""

    person_id: str | None
    from_org_id: str | None
    to_org_id: str | None


@dataclass(frozen=True, slots=True)
class StoredBook:
    """What the warehouse knows of the entities behind some moves."""

    entities: dict[str, Entity]
    links: dict[str, StoredLink]


class Proposal(Protocol):
    """A likeness that waits for a person; `resolve.book.Proposal` is one."""

    @property
    def proposal_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def left_id(self) -> str: ...
    @property
    def right_id(self) -> str: ...
    @property
    def likeness(self) -> float: ...
    @property
    def why(self) -> str: ...
    @property
    def left_move(self) -> str: ...
    @property
    def right_move(self) -> str: ...
    @property
    def answer(self) -> str: ...


def read_book(con: duckdb.DuckDBPyConnection, move_ids: Collection[str]) -> StoredBook:
    """The links of the given moves and every entity behind them, with parents and what they were merged into."""
    rows = read_by_ids(
        con, "SELECT move_id, person_id, from_org_id, to_org_id FROM store.move_links", "move_id", move_ids
    )
    links = {row["move_id"]: StoredLink(row["person_id"], row["from_org_id"], row["to_org_id"]) for row in rows}
    wanted = {key for link in links.values() for key in (link.person_id, link.from_org_id, link.to_org_id) if key}
    return StoredBook(read_entities(con, wanted), dict(sorted(links.items())))


def read_entities(con: duckdb.DuckDBPyConnection, entity_ids: Collection[str]) -> dict[str, Entity]:
    """The given entities by id, with their parents and what they were merged into, over any number of steps."""
    found: dict[str, Entity] = {}
    wanted = set(entity_ids)
    while wanted:
        rows = read_by_ids(con, _ENTITY_COLUMNS, "entity_id", wanted)
        found |= {row["entity_id"]: Entity(**{**row, "aliases": tuple(row["aliases"])}) for row in rows}
        wanted = {key for row in rows for key in (row["parent_id"], row["merged_into"]) if key} - found.keys()
    return dict(sorted(found.items()))


def write_book(
    con: duckdb.DuckDBPyConnection,
    entities: Iterable[Entity],
    links: Mapping[str, Link],
    *,
    run_id: str,
    as_of: datetime,
    before: StoredBook | None = None,
) -> None:
    """Store entities and links. Ids are never removed; what is stored already stays as it was.

    `before` is what is stored of them (read_book), where the caller knows; else it is read.
    """
    given = sorted(entities, key=lambda e: e.entity_id)
    known = before or StoredBook(read_entities(con, [e.entity_id for e in given]), read_book(con, links).links)
    rows = [
        (e.entity_id, e.kind, e.name, e.aliases, e.parent_id, e.merged_into)
        for e in given
        if known.entities.get(e.entity_id) != e
    ]
    pairs = [
        (move_id, link.person_id, link.from_org_id, link.to_org_id)
        for move_id, link in sorted(links.items())
        if known.links.get(move_id) != StoredLink(link.person_id, link.from_org_id, link.to_org_id)
    ]
    with (
        transaction(con),
        registered(con, entities_in=build_table(_ENTITIES, rows), links_in=build_table(_LINKS, pairs)),
    ):
        con.execute(
            "INSERT INTO store.entities BY NAME SELECT *, ?::TIMESTAMP AS known_at, ? AS run_id FROM entities_in "
            "ON CONFLICT DO UPDATE SET name = excluded.name, aliases = excluded.aliases, "
            "parent_id = excluded.parent_id, merged_into = excluded.merged_into, run_id = excluded.run_id",
            [store_time(as_of), run_id],
        )
        con.execute(
            "INSERT INTO store.move_links BY NAME FROM links_in ON CONFLICT DO UPDATE SET "
            "person_id = excluded.person_id, from_org_id = excluded.from_org_id, to_org_id = excluded.to_org_id"
        )


def find_tied(con: duckdb.DuckDBPyConnection, person_ids: Collection[str]) -> set[str]:
    """The given people and everybody whom a proposal ties to one of them, answered ones too."""
    with registered(con, given=pa.table({"person_id": pa.array(sorted(person_ids), pa.string())})):
        return {key for (key,) in con.execute(_TIED).fetchall()}


def read_people_at(con: duckdb.DuckDBPyConnection, organisation_ids: Collection[str]) -> set[str]:
    """Everybody who was found to leave, join or have a post at these organisations."""
    if not organisation_ids:
        return set()
    with registered(con, given=pa.table({"id": pa.array(sorted(organisation_ids), pa.string())})):
        rows = con.execute(
            "SELECT DISTINCT person_id FROM store.move_links WHERE person_id IS NOT NULL "
            "AND (from_org_id IN (FROM given) OR to_org_id IN (FROM given))"
        ).fetchall()
    return {person_id for (person_id,) in rows}


def read_proposed(con: duckdb.DuckDBPyConnection, proposal_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """The two people of each of the given proposals, by id."""
    rows = read_by_ids(
        con, "SELECT proposal_id, left_id, right_id FROM store.entity_proposals", "proposal_id", proposal_ids
    )
    return {row["proposal_id"]: (row["left_id"], row["right_id"]) for row in rows}


def write_proposals(
    con: duckdb.DuckDBPyConnection,
    proposals: Iterable[Proposal],
    person_ids: Collection[str],
    *,
    run_id: str,
    as_of: datetime,
) -> None:
    """Replace the proposals about these people; one that was there before keeps the time at which it was first seen."""
    rows = [tuple(getattr(proposal, name) for name in _PROPOSALS.names) for proposal in proposals]
    given = pa.table({"person_id": pa.array(sorted(person_ids), pa.string())})
    about = "left_id IN (FROM given) OR right_id IN (FROM given)"
    with transaction(con), registered(con, given=given, proposals_in=build_table(_PROPOSALS, rows)):
        before = con.sql(f"SELECT proposal_id, known_at FROM store.entity_proposals WHERE {about}").to_arrow_table()
        con.execute(f"DELETE FROM store.entity_proposals WHERE {about}")
        with registered(con, before_in=before):
            con.execute(_REPLACE_PROPOSALS, {"at": store_time(as_of), "run": run_id})
