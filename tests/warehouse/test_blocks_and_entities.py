from __future__ import annotations

from datetime import date, timedelta

import duckdb

from include.records import Entity
from include.warehouse.blocks import read_blocks, read_moves, touch_events, touch_people, write_move_keys
from include.warehouse.entities import StoredLink, read_book, write_book
from include.warehouse.events import write_events
from include.warehouse.load import read_touched
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


def test_a_block_is_every_move_of_every_person_who_shares_a_key(home: Home, con: Con) -> None:
    names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    articles = {name: article(name) for name in names}
    ids = {name: only_move(articles[name]) for name in names}
    home.load(con, list(articles.values()))
    write_move_keys(
        con,
        {
            ids["alpha"]: [("name|ada", DAY), ("near|lv", DAY)],  # new
            ids["beta"]: [("name|ada", DAY - timedelta(days=900))],  # the same name, long ago
            ids["gamma"]: [("near|lv", DAY - timedelta(days=60))],  # alike and near in time
            ids["delta"]: [("near|lv", DAY - timedelta(days=61))],  # alike, too long ago
            ids["epsilon"]: [("name|other", DAY)],  # of the person of gamma
            ids["zeta"]: [("name|zeta", DAY)],
        },
    )
    links = {ids["gamma"]: link("p-1"), ids["epsilon"]: link("p-1"), ids["zeta"]: link("p-2")}
    write_book(con, [Entity("p-1", "person", "Ada"), Entity("p-2", "person", "Z")], links, run_id="r1", as_of=T0)
    block = read_blocks(con, [ids["alpha"]], near_days=60)
    assert [stored.move_id for stored in block] == sorted(ids[name] for name in ("alpha", "beta", "gamma", "epsilon"))


def test_the_people_of_a_retired_move_are_found(home: Home, con: Con) -> None:
    one, two = article("alpha"), article("beta")
    home.load(con, [one, two])
    links = {only_move(one): link("p-1"), only_move(two): link("p-1")}
    write_book(con, [Entity("p-1", "person", "Ada")], links, run_id="r1", as_of=T0)
    edited = article("alpha", text="Nobody left.", content_hash="edited")
    report = home.load(con, [edited], {})
    assert [stored.move_id for stored in read_blocks(con, report.touched_moves)] == [only_move(two)]


def test_keys_written_again_replace_those_before(home: Home, con: Con) -> None:
    write_move_keys(con, {"m1": [("name|a", DAY)], "m2": [("name|b", DAY)]})
    write_move_keys(con, {"m1": [("name|c", DAY)]})
    assert rows(con, "SELECT move_id, key FROM store.move_keys ORDER BY ALL") == [("m1", "name|c"), ("m2", "name|b")]


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


def test_decisions_and_dates_touch_moves(home: Home) -> None:
    one, two, three = article("alpha"), article("beta"), article("gamma")
    with home.run("r1") as con:
        home.load(con, [one, two, three])
        links = {only_move(one): link("p-1"), only_move(two): link("p-2")}
        write_book(con, [Entity("p-1", "person", "A"), Entity("p-2", "person", "B")], links, run_id="r1", as_of=T0)
        made = event("x", [only_move(two)])
        write_events(con, [made], {}, None, run_id="r1", as_of=T0)
    with home.run("r2") as con:
        home.load(con, [], run_id="r2")
        assert read_touched(con) == []
        assert touch_people(con, ["p-1", "p-nobody"], "r2") == 1
        assert touch_events(con, [made.event_id], "r2") == 1
        assert touch_events(con, [made.event_id], "r2") == 0
        assert read_touched(con) == sorted([only_move(one), only_move(two)])
