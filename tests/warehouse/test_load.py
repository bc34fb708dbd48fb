from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.records import Evidence
from include.warehouse.copies import group_copies
from include.warehouse.load import load_batch, read_touched
from include.warehouse.staged import move_id, origin_key
from tests.warehouse.build import T0, Home, article, move, only_move, rows

Con = duckdb.DuckDBPyConnection


def test_the_same_batch_twice_adds_nothing(home: Home, con: Con) -> None:
    batch = [article("alpha"), article("beta", text="Nothing moved today, says the beta desk.")]
    first = home.load(con, batch)
    assert (first.new_articles, first.moves_added, first.unchanged) == (2, 1, 0)
    counted = [rows(con, f"SELECT count(*) FROM store.{table}") for table in ("articles", "moves", "sightings")]
    files = sorted(home.articles_root.rglob("*.parquet"))
    second = home.load(con, batch)
    assert (second.new_articles, second.new_versions, second.moves_added, second.moves_retired) == (0, 0, 0, 0)
    assert second.unchanged == 2
    assert counted == [rows(con, f"SELECT count(*) FROM store.{table}") for table in ("articles", "moves", "sightings")]
    assert sorted(home.articles_root.rglob("*.parquet")) == files


def test_an_article_is_stored_whole(home: Home, con: Con) -> None:
    one = article(
        "alpha", authors=("Grace Hopper", "奥特曼"), source_ref="x-1", archive_path="a.warc.gz", archive_offset=7
    )
    home.load(con, [one])
    stored = rows(
        con,
        "SELECT article_id, source_ref, url, source_id, lang, title, published_at, fetched_at, origin, completeness, "
        "text, authors, archive_path, archive_offset, version FROM articles",
    )[0]
    assert stored == (
        one.article_id, "x-1", one.url, "alpha", "en", one.title, one.published_at.replace(tzinfo=None),
        T0.replace(tzinfo=None), "alpha", "full", one.text, ["Grace Hopper", "奥特曼"], "a.warc.gz", 7, 1,
    )  # fmt: skip
    assert rows(con, "SELECT field_sources, cleaning FROM store.articles") == [
        ({"title": "json-ld"}, {"doubled-punctuation": 2})
    ]


def test_an_edited_article_is_a_new_version_and_its_moves_follow(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    edited = article(
        "alpha",
        text="Correction: nobody left. The alpha desk regrets.",
        fetched_at=T0 + timedelta(days=1),
        content_hash="edited",
    )
    report = home.load(con, [edited], {}, as_of=T0 + timedelta(days=1))
    assert (report.new_articles, report.new_versions, report.moves_retired) == (0, 1, 1)
    assert report.touched_moves == (only_move(one),)
    assert rows(con, "SELECT version, text FROM articles") == [(2, edited.text)]
    assert rows(con, "SELECT version, text FROM article_texts ORDER BY version") == [(1, one.text), (2, edited.text)]
    assert rows(con, "SELECT version, content_hash FROM store.article_versions") == [(1, one.content_hash)]
    assert rows(con, "SELECT move_id, cause FROM store.retired_moves") == [(only_move(one), "edited")]
    again = home.load(con, [one], as_of=T0 + timedelta(days=2))  # the replay of an older page changes nothing
    assert (again.new_versions, again.unchanged) == (0, 1)
    assert rows(con, "SELECT version, text FROM articles") == [(2, edited.text)]


def test_a_full_text_replaces_a_summary_and_never_the_reverse(home: Home, con: Con) -> None:
    summary = article("alpha", text="Short.", completeness="summary", fetched_at=T0 + timedelta(hours=1))
    full = article("alpha")
    home.load(con, [summary], {})
    assert home.load(con, [full]).new_versions == 1
    assert home.load(con, [summary], {}, as_of=T0 + timedelta(hours=2)).new_versions == 0
    assert rows(con, "SELECT completeness, text FROM articles") == [("full", full.text)]


def test_rereading_an_unchanged_article_replaces_its_moves(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    better = move(one, to_org="Analytical Society", detector="test/2")
    report = home.load(con, [one], {one.article_id: [better]})
    assert (report.moves_added, report.moves_retired) == (1, 1)
    assert rows(con, "SELECT move_id, to_org, detector FROM moves") == [
        (move_id(one.article_id, better), "Analytical Society", "test/2")
    ]
    assert rows(con, "SELECT cause FROM store.retired_moves") == [("reread",)]


def test_a_newer_detector_that_says_the_same_changes_nothing(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    report = home.load(con, [one], {one.article_id: [move(one, detector="test/2")]})
    assert (report.moves_added, report.moves_retired) == (0, 0)
    assert rows(con, "SELECT detector FROM moves") == [("test/1",)]


def test_a_move_with_the_same_id_and_other_content_is_replaced(home: Home, con: Con) -> None:
    one = article("alpha")
    home.load(con, [one])
    report = home.load(con, [one], {one.article_id: [move(one, status="denied")]})
    assert (report.moves_added, report.moves_retired, report.touched_moves) == (1, 1, (only_move(one),))
    assert rows(con, "SELECT move_id, status FROM moves") == [(only_move(one), "denied")]


def test_two_feeds_with_one_page_make_one_article_and_a_sighting(home: Home, con: Con) -> None:
    one = article("alpha")
    other = article("beta", text="Summary: she goes.", canonical_url=one.canonical_url, completeness="summary")
    assert other.article_id == one.article_id
    of_summary = move(other, "Summary: she goes.")
    report = home.load(con, [other, one], {one.article_id: [of_summary, move(one)]})
    assert (report.new_articles, report.moves_added) == (1, 1)
    assert rows(con, "SELECT source_id, completeness FROM articles") == [("alpha", "full")]
    assert rows(con, "SELECT source_id FROM store.sightings") == [("beta",)]
    assert rows(con, "SELECT quote FROM moves") == [(move(one).evidence.quote,)]


@pytest.mark.parametrize("together", [True, False])
def test_copies_count_as_one_origin(home: Home, con: Con, together: bool) -> None:
    words = "the original words of a story about a departure"
    original = article("alpha", title="T", origin="The Information", minhash=words.encode())
    same_words = article("beta", title="T", text=original.text, content_hash=original.content_hash)
    near = article("gamma", text="Nearly the same.", minhash=f"{words} today".encode())
    import_of_it = article("delta", text="As imported.", article_id="0" * 16, canonical_url=original.canonical_url)
    other = article("epsilon", text="Another story.", minhash=b"quite another thing that shares one band")
    bands = {a.article_id: [1] for a in (original, near, other)}
    batch = [near, import_of_it, other, same_words]
    if together:
        home.load(con, [*batch, original], {}, bands=bands)
    else:
        home.load(con, [original], {}, bands=bands)
        home.load(con, batch, {}, bands=bands, as_of=T0 + timedelta(days=3))
    stored = rows(con, "SELECT source_id, origin, copy_kind FROM articles ORDER BY source_id")
    origins = {source: origin for source, origin, _ in stored}
    assert origins["epsilon"] == "epsilon"
    assert len({origins[source] for source in ("alpha", "beta", "gamma", "delta")}) == 1
    if not together:
        assert stored == [
            ("alpha", "the-information", None),
            ("beta", "the-information", "content"),
            ("delta", "the-information", "url"),
            ("epsilon", "epsilon", None),
            ("gamma", "the-information", "near"),
        ]


def test_near_copies_are_looked_for_among_recent_articles_only(home: Home, con: Con) -> None:
    words = b"the original words of a story about a departure"
    old, new = article("alpha", minhash=words), article("beta", text="Again.", minhash=words)
    bands = {a.article_id: [1] for a in (old, new)}
    home.load(con, [old], {}, bands=bands)
    assert home.load(con, [new], {}, bands=bands, as_of=T0 + timedelta(days=31)).copies == 0
    assert rows(con, "SELECT article_id FROM store.signatures") == [(new.article_id,)]


def test_an_article_between_two_originals_makes_them_one_group(home: Home, con: Con) -> None:
    left = article("alpha", text="Left.", minhash=b"a b c d e f g h")
    right = article("beta", text="Right Ada Lovelace leaves Babbage Labs.", minhash=b"i j k l m n o p")
    follower = article("gamma", text="Right again.", minhash=b"i j k l m n o q")
    bridge = article("delta", text="Both.", minhash=b"a b c d e f g h i j k l m n o p")
    bands = {a.article_id: [1] for a in (left, right, follower, bridge)}
    home.load(con, [left], bands=bands)
    home.load(con, [right], bands=bands, as_of=T0 + timedelta(hours=1))
    home.load(con, [follower], bands=bands, as_of=T0 + timedelta(hours=2))
    report = home.load(con, [bridge], bands=bands, run_id="r2", as_of=T0 + timedelta(hours=3))
    assert rows(con, "SELECT DISTINCT coalesce(copy_of, article_id), origin FROM articles") == [
        (left.article_id, "alpha")
    ]
    assert report.touched_moves == (only_move(right),)  # its origin is another now, so its people are merged anew


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=15),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60)
def test_groups_of_copies_do_not_depend_on_order(pairs, random) -> None:  # type: ignore[no-untyped-def]
    age = {str(node): (0, f"{node}", str(node)) for node in range(10)}
    edges = [(str(a), str(b), "near") for a, b in pairs if a != b]
    expected = group_copies(edges, age)
    random.shuffle(edges)
    assert group_copies([(b, a, kind) for a, b, kind in edges], age) == expected
    originals = {copy.original for copy in expected}
    assert not originals & {copy.article_id for copy in expected}
    assert all(copy.original < copy.article_id for copy in expected)


def test_origin_is_whom_the_article_cites(home: Home, con: Con) -> None:
    home.load(
        con, [article("alpha", origin="The Information"), article("beta", text="B."), article("晚点", text="C.")], {}
    )
    assert rows(con, "SELECT source_id, origin FROM articles ORDER BY source_id") == [
        ("alpha", "the-information"),
        ("beta", "beta"),
        ("晚点", "晚点"),
    ]
    assert origin_key("The Information ") == "the-information"
    assert origin_key("晚点 LatePost") == "晚点-latepost"


def test_touched_moves_of_several_loads_add_up_and_an_older_runs_are_forgotten(home: Home) -> None:
    a, b, c = article("alpha"), article("beta"), article("gamma")
    with home.run("r1") as con:
        home.load(con, [a])
        home.load(con, [b])
        assert read_touched(con) == sorted([only_move(a), only_move(b)])
    with home.run("r2") as con:
        home.load(con, [c], run_id="r2")
        assert read_touched(con) == [only_move(c)]


def test_what_no_table_can_hold_is_refused_with_its_reason(home: Home, con: Con) -> None:
    good, nameless = article("alpha"), article("beta", completeness="half")
    bad = [
        move(good, person="C. Lovelace", confidence=7.0),
        move(good, person=""),
        move(good, kind="holiday"),
        move(good, person="D. Lovelace", status="maybe"),
        move(good, person="A. Lovelace", evidence=Evidence("text", 5, 5, "x")),
        move(good, person="B. Lovelace", evidence=Evidence("text", 5, 9, "")),
    ]
    report = home.load(
        con, [good, nameless], {good.article_id: [move(good, to_org="X"), *bad], "nowhere": [move(good)]}
    )
    assert (report.new_articles, report.moves_added, report.refused) == (1, 1, 8)
    held = rows(con, "SELECT kind, reason, detail, source_id FROM quarantine ORDER BY ALL")
    assert held == [
        ("article", "malformed", "completeness is full or summary", "beta"),
        ("move", "malformed", "nobody is named", "alpha"),
        ("move", "malformed", "the confidence is not between 0 and 1", "alpha"),
        ("move", "malformed", "the evidence has no extent", "alpha"),
        ("move", "malformed", "the kind is unknown", "alpha"),
        ("move", "malformed", "the status is unknown", "alpha"),
        ("move", "malformed", "there is no evidence", "alpha"),
        ("move", "orphan", "its article is not in the batch", ""),
    ]
    assert home.load(con, [good, nameless], {good.article_id: [move(good, to_org="X"), *bad]}).moves_added == 0
    assert len(rows(con, "FROM quarantine")) == 8


def test_a_load_that_fails_leaves_nothing(home: Home, con: Con) -> None:
    def broken(a: bytes, b: bytes) -> float:
        raise RuntimeError("no similarity today")

    batch = [article("alpha", minhash=b"x"), article("beta", minhash=b"x")]
    with pytest.raises(RuntimeError, match="no similarity today"):
        load_batch(
            con, batch, {}, run_id="r1", as_of=T0, articles_root=home.articles_root, similarity=broken,
            bands={a.article_id: [1] for a in batch},
        )  # fmt: skip
    assert rows(con, "SELECT count(*) FROM store.articles") == [(0,)]
    assert home.load(con, [article("alpha")]).new_articles == 1


def test_an_empty_batch_is_fine(home: Home, con: Con) -> None:
    report = home.load(con, [])
    assert (report.new_articles, report.moves_added, report.touched_moves) == (0, 0, ())
    assert rows(con, "SELECT count(*), count(text) FROM articles") == [(0, 0)]
