"""A name out of the stored texts: files written anew, ids that follow, old files gone after publishing."""

from __future__ import annotations

from include.warehouse.generations import open_read_only
from include.warehouse.textredaction import read_used_texts, redact_texts, remove_replaced
from tests.warehouse.build import Home, article, move, only_move, rows


def blot(article_id: str, title: str, text: str) -> tuple[str, str]:
    return title.replace("Ada", "███"), text.replace("Ada", "███")


def test_texts_lose_the_name_and_what_is_cited_stands_where_it_stood(home: Home) -> None:
    ada, other = article("alpha", text="Ada Lovelace leaves. So it is."), article("beta", text="Nothing of her.")
    with home.run("r1") as con:
        home.load(con, [ada, other], {ada.article_id: [move(ada, "Ada Lovelace leaves.")]})
        (quote,) = rows(con, "SELECT quote_start, quote_end FROM moves")
    old = sorted(home.articles_root.glob("*/*.parquet"))
    with home.run("r2") as con:
        replaced, changed = redact_texts(
            con, home.articles_root, blot, run_id="r2", article_ids=[], names=["Ada Lovelace"]
        )
        assert (replaced, changed) == (old, {ada.article_id})
        assert rows(con, "SELECT text FROM articles ORDER BY source_id") == [
            ("███ Lovelace leaves. So it is.",), ("Nothing of her.",),
        ]  # fmt: skip
        assert rows(con, "SELECT quote_start, quote_end FROM moves") == [quote]
        assert redact_texts(con, home.articles_root, blot, run_id="r2", article_ids=[], names=["Ada Lovelace"]) == (
            [], set(),
        )  # fmt: skip
    con = open_read_only(home.published)
    try:
        assert remove_replaced(read_used_texts(con), replaced) == old
        assert rows(con, "SELECT count(*) FROM articles WHERE text IS NOT NULL") == [(2,)]
    finally:
        con.close()
    assert b"Ada" not in b"".join(path.read_bytes() for path in home.articles_root.glob("*/*.parquet"))


def test_of_older_texts_only_those_that_hold_a_name_are_looked_at(home: Home) -> None:
    ada = article("alpha")
    with home.run("r1") as con:
        home.load(con, [ada], {ada.article_id: [move(ada)]})
        assert only_move(ada)
    with home.run("r2") as con:
        assert redact_texts(con, home.articles_root, blot, run_id="r2", article_ids=[], names=[]) == ([], set())
        replaced, changed = redact_texts(con, home.articles_root, blot, run_id="r1", article_ids=[], names=[])
        assert (len(replaced), changed) == (1, {ada.article_id})


def test_a_file_that_something_names_stays(home: Home) -> None:
    ada = article("alpha")
    with home.run("r1") as con:
        home.load(con, [ada], {ada.article_id: [move(ada)]})
        used = read_used_texts(con)
    files = sorted(home.articles_root.glob("*/*.parquet"))
    assert remove_replaced(used, files) == []
    assert all(path.exists() for path in files)
