from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from include.records import Entity
from include.resolve.book import Proposal
from include.warehouse.blocks import find_sharing, read_moves, read_owners, write_move_keys
from include.warehouse.entities import (
    StoredLink,
    find_tied,
    read_book,
    read_entities,
    write_book,
    write_proposals,
)
from include.warehouse.events import write_events
from tests.warehouse.build import T0, Home, article, event, move, only_move, rows

Con = duckdb.DuckDBPyConnection
DAY = date(2026, 11, 21)


def link(person: str, organisation: str | None = "o-babbage") -> StoredLink:
    return StoredLink(person, organisation, None)


def test_a_stored_move_comes_back_with_its_place(home: Home, con: Con) -> None:
    one = article("alpha", origin="The Information", lang="pt")
    said = move(one, person_aliases=("奥特曼",), to_org="X", role_from="CEO", date="2026-11", acting=True)
    home.load(con, [one], {one.article_id: [said]})
    (stored,) = read_moves(con, [row[0] for row in rows(con, "SELECT move_id FROM moves")])
    assert stored.move == said
    assert (stored.lang, stored.source_id, stored.origin, stored.published_at, stored.known_at, stored.source_kind) == (
        "pt", "alpha", "the-information", one.published_at, T0, "press",
    )  # fmt: skip


@dataclass(frozen=True)
class Key:
    key: int
    at: date = DAY
    reach: str = "near"


def test_people_who_share_a_key_are_found_as_far_as_it_reaches(home: Home, con: Con) -> None:
    names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    articles = {name: article(name) for name in names}
    ids = {name: only_move(articles[name]) for name in names}
    home.load(con, list(articles.values()))
    write_move_keys(
        con,
        {
            ids["beta"]: [Key(1, DAY - timedelta(days=900), "name")],  # the same name at the same place, long ago
            ids["gamma"]: [Key(2, DAY - timedelta(days=60))],  # the same name and near in time
            ids["delta"]: [Key(2, DAY - timedelta(days=61))],  # too long ago
            ids["epsilon"]: [Key(3)],  # no more than alike
            ids["zeta"]: [Key(4, DAY - timedelta(days=11))],  # alike, but elsewhere and too long ago for that
        },
    )
    links = {ids[name]: link(f"p-{name}") for name in names[1:]}
    write_book(con, [Entity(f"p-{name}", "person", name) for name in names], links, run_id="r1", as_of=T0)
    asked = {ids["alpha"]: [Key(1, reach="name"), Key(2), Key(3, reach="like"), Key(4, reach="soon")]}
    found = {(shared.person_id, shared.is_coarse) for shared in find_sharing(con, asked, near_days=60, soon_days=10)}
    assert found == {("p-beta", False), ("p-gamma", False), ("p-epsilon", True)}


def test_moves_with_the_same_keys_find_one_another_and_never_themselves(home: Home, con: Con) -> None:
    one, two, three = article("alpha"), article("beta"), article("gamma")
    home.load(con, [one, two, three])
    first, second, third = map(only_move, (one, two, three))
    keys = {first: [Key(1)], second: [Key(1)], third: [Key(2)]}
    write_move_keys(con, keys)
    book = [Entity("p-1", "person", "Ada"), Entity("p-2", "person", "B"), Entity("p-3", "person", "C")]
    links = {first: link("p-1"), second: link("p-2"), third: link("p-3")}
    write_book(con, book, links, run_id="r1", as_of=T0)
    found = {(shared.move_id, shared.person_id) for shared in find_sharing(con, keys, near_days=60, soon_days=10)}
    assert found == {(first, "p-2"), (second, "p-1")}


def test_the_people_of_a_retired_move_are_found(home: Home, con: Con) -> None:
    one, two = article("alpha"), article("beta")
    home.load(con, [one, two])
    links = {only_move(one): link("p-1"), only_move(two): link("p-1")}
    write_book(con, [Entity("p-1", "person", "Ada")], links, run_id="r1", as_of=T0)
    report = home.load(con, [article("alpha", text="Nobody left.", content_hash="edited")], {})
    assert read_owners(con, report.touched_moves)[only_move(one)] == "p-1"


def test_keys_written_again_replace_those_before(con: Con) -> None:
    write_move_keys(con, {"m1": [Key(1), Key(5, reach="name")], "m2": [Key(2)]})
    write_move_keys(con, {"m1": [Key(3), Key(6, reach="name")]}, replaced=["m1"])
    assert rows(con, "SELECT move_id, key FROM store.near_keys ORDER BY ALL") == [("m1", 3), ("m2", 2)]
    assert rows(con, "SELECT move_id, key FROM store.name_keys ORDER BY ALL") == [("m1", 6)]


def test_moves_that_tell_of_days_far_apart_are_asked_for_apart(home: Home, con: Con) -> None:
    one, two = article("alpha"), article("beta")
    home.load(con, [one, two])
    old = DAY - timedelta(days=4000)
    write_move_keys(con, {only_move(one): [Key(1)], only_move(two): [Key(2, old)]})
    book = [Entity("p-1", "person", "Ada"), Entity("p-2", "person", "B")]
    links = {only_move(one): link("p-1"), only_move(two): link("p-2")}
    write_book(con, book, links, run_id="r1", as_of=T0)
    asked = {"new": [Key(1, DAY + timedelta(days=2)), Key(2, old - timedelta(days=2)), Key(2, DAY)]}
    assert {shared.person_id for shared in find_sharing(con, asked, near_days=60, soon_days=10)} == {"p-1", "p-2"}


def test_many_ids_are_joined_and_few_are_looked_up(con: Con, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways read the same rows; a quote in an id is an id."""
    entities = [Entity(f"o'{number}", "organisation", "X") for number in range(2500)]
    write_book(con, entities, {}, run_id="r1", as_of=T0)
    looked_up = read_entities(con, [entity.entity_id for entity in entities])
    monkeypatch.setattr("include.warehouse.arrow._TOO_MANY_LOOK_UPS", 10)
    assert looked_up == read_entities(con, [entity.entity_id for entity in entities])
    assert len(looked_up) == 2500


def proposal(left: str, right: str, **changes: Any) -> Proposal:
    made = Proposal(f"same-{left}{right}", "person", left, right, 0.8, "alike", "m1", "m2")
    return replace(made, **changes)


def test_proposals_of_the_people_of_a_block_are_replaced_and_tie_people_over_steps(con: Con) -> None:
    proposals = [proposal("p-1", "p-2"), proposal("p-2", "p-3"), proposal("p-8", "p-9")]
    write_proposals(con, proposals, [f"p-{n}" for n in range(10)], run_id="r1", as_of=T0)
    assert find_tied(con, ["p-1"]) == {"p-1", "p-2", "p-3"}
    assert find_tied(con, []) == set()
    later = [proposal("p-1", "p-2", answer="reject", likeness=0.9)]
    write_proposals(con, later, ["p-1", "p-3"], run_id="r2", as_of=T0 + timedelta(days=1))
    stored = rows(con, "SELECT left_id, right_id, likeness, answer, known_at FROM store.entity_proposals ORDER BY ALL")
    first = T0.replace(tzinfo=None)
    assert stored == [("p-1", "p-2", 0.9, "reject", first), ("p-8", "p-9", 0.8, "", first)]
    assert find_tied(con, ["p-3"]) == {"p-3"}


def test_the_book_comes_back_with_parents_and_survivors(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    entities = [
        Entity("p-1", "person", "Ada Lovelace", ("奥特曼",), merged_into="p-0"),
        Entity("p-0", "person", "Ada King"),
        Entity("o-unit", "organisation", "Engine Unit", parent_id="o-babbage"),
        Entity("o-babbage", "organisation", "Babbage Labs"),
        Entity("o-else", "organisation", "Elsewhere"),
    ]
    write_book(con, entities, {only_move(one): StoredLink("p-1", "o-unit", None)}, run_id="r1", as_of=T0)
    book = read_book(con, [only_move(one), "unknown"])
    assert book.links == {only_move(one): StoredLink("p-1", "o-unit", None)}
    assert book.entities == {entity.entity_id: entity for entity in entities if entity.entity_id != "o-else"}


def test_entities_keep_their_first_day_and_what_is_unchanged_stays(home: Home, con: Con) -> None:
    write_book(con, [Entity("p-1", "person", "Ada"), Entity("p-2", "person", "B")], {}, run_id="r1", as_of=T0)
    write_book(
        con,
        [Entity("p-1", "person", "Ada Lovelace"), Entity("p-2", "person", "B")],
        {},
        run_id="r2",
        as_of=T0 + timedelta(days=1),
    )
    assert rows(con, "SELECT entity_id, name, known_at, run_id FROM store.entities ORDER BY ALL") == [
        ("p-1", "Ada Lovelace", T0.replace(tzinfo=None), "r2"),
        ("p-2", "B", T0.replace(tzinfo=None), "r1"),
    ]


def test_links_survive_a_new_event_and_the_reverse(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    made = event("x", [only_move(one)])
    write_events(con, [made], {}, None, run_id="r1", as_of=T0)
    write_book(con, [Entity("p-x", "person", "Ada")], {only_move(one): link("p-x")}, run_id="r1", as_of=T0)
    write_events(con, [made], {}, None, run_id="r1", as_of=T0)
    assert rows(con, "SELECT person_id, from_org_id, event_id FROM store.move_links") == [
        ("p-x", "o-babbage", made.event_id)
    ]
