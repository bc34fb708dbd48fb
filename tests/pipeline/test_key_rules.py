"""Keys that earlier rules made are made anew by the next merges, the latest first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from include.knowledge.gazetteer import load_gazetteer
from include.pipeline.merge import refresh_keys
from include.resolve.keys import KEY_RULES, BlockKey
from include.resolve.mentions import block_keys
from include.warehouse.blocks import list_stale_keys, mark_stale_keys, read_moves, write_move_keys
from include.warehouse.generations import open_work
from tests.warehouse.build import Home, article, only_move, rows

_KEYS = "SELECT DISTINCT key FROM (SELECT key FROM store.near_keys UNION SELECT key FROM store.name_keys)"


def test_stored_keys_follow_the_rules_some_in_each_run(tmp_path: Path) -> None:
    home, gazetteer = Home(tmp_path), load_gazetteer()
    home.begin("r1")
    told = [article("alpha"), article("beta")]
    ids = [only_move(one) for one in told]
    with open_work(home.work_path("r1")) as con:
        home.load(con, told)
        gone = {"no longer said": [BlockKey(3, date(2020, 1, 1), "near")]}
        old = {key: [BlockKey(7, date(2026, 11, number), "near")] for number, key in enumerate(ids, start=1)}
        write_move_keys(con, {**old, **gone})
        refresh_keys(con, gazetteer, limit=1)
        assert list_stale_keys(con, 9) == [ids[0], "no longer said"]
        refresh_keys(con, gazetteer)
        refresh_keys(con, gazetteer)
        assert list_stale_keys(con, 9) == []
        made = {key.key for stored in read_moves(con, ids) for key in block_keys(stored, gazetteer)}
        assert {key for (key,) in rows(con, _KEYS)} == made | {3}
        mark_stale_keys(con, KEY_RULES)
        assert list_stale_keys(con, 9) == []
        mark_stale_keys(con, KEY_RULES + 1)
        assert set(list_stale_keys(con, 9)) == {*ids, "no longer said"}
