"""The entity book: people and organisations with ids that are assigned once, and which moves are about whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import duckdb
import pyarrow as pa

from include.records import Entity
from include.warehouse.arrow import TEXTS, build_table, fetch_dicts, registered, store_time, transaction

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
_NEEDED = """
WITH RECURSIVE needed AS (
    SELECT unnest([person_id, from_org_id, to_org_id]) AS entity_id
    FROM store.move_links SEMI JOIN given USING (move_id)
    UNION SELECT unnest([e.parent_id, e.merged_into]) FROM store.entities e JOIN needed USING (entity_id))
SELECT entity_id, kind, name, aliases, parent_id, merged_into FROM store.entities
WHERE entity_id IN (SELECT entity_id FROM needed) ORDER BY entity_id
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


def read_book(con: duckdb.DuckDBPyConnection, move_ids: Collection[str]) -> StoredBook:
    """The links of the given moves and every entity behind them, with parents and what they were merged into."""
    given = pa.table({"move_id": pa.array(sorted(set(move_ids)), pa.string())})
    with registered(con, given=given):
        links = con.execute(
            "SELECT move_id, person_id, from_org_id, to_org_id FROM store.move_links SEMI JOIN given USING (move_id) "
            "ORDER BY move_id"
        ).fetchall()
        rows = fetch_dicts(con, _NEEDED)
    return StoredBook(
        entities={row["entity_id"]: Entity(**{**row, "aliases": tuple(row["aliases"])}) for row in rows},
        links={move_id: StoredLink(*ids) for move_id, *ids in links},
    )


def write_book(
    con: duckdb.DuckDBPyConnection,
    entities: Iterable[Entity],
    links: Mapping[str, Link],
    *,
    run_id: str,
    as_of: datetime,
) -> None:
    """Store entities and links. Ids are never removed; what is written again unchanged stays as it was."""
    rows = [(e.entity_id, e.kind, e.name, e.aliases, e.parent_id, e.merged_into) for e in entities]
    pairs = [(move_id, link.person_id, link.from_org_id, link.to_org_id) for move_id, link in links.items()]
    with (
        transaction(con),
        registered(con, entities_in=build_table(_ENTITIES, rows), links_in=build_table(_LINKS, pairs)),
    ):
        con.execute(
            "INSERT INTO store.entities BY NAME SELECT *, ?::TIMESTAMP AS known_at, ? AS run_id FROM "
            f"(SELECT * FROM entities_in EXCEPT SELECT {', '.join(_ENTITIES.names)} FROM store.entities) "
            "ORDER BY entity_id ON CONFLICT DO UPDATE SET name = excluded.name, aliases = excluded.aliases, "
            "parent_id = excluded.parent_id, merged_into = excluded.merged_into, run_id = excluded.run_id",
            [store_time(as_of), run_id],
        )
        con.execute(
            "INSERT INTO store.move_links BY NAME FROM "
            f"(SELECT * FROM links_in EXCEPT SELECT {', '.join(_LINKS.names)} FROM store.move_links) ORDER BY move_id "
            "ON CONFLICT DO UPDATE SET person_id = excluded.person_id, from_org_id = excluded.from_org_id, "
            "to_org_id = excluded.to_org_id"
        )
