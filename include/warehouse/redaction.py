"""A name taken out of stored sentences and headlines that are about others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import duckdb
import pyarrow as pa

from include.warehouse.arrow import registered, transaction

_TEXTS = (("moves", "quote"), ("retired_moves", "quote"), ("articles", "title"), ("article_versions", "title"))
_HELD = (("quarantine", "payload"), ("quarantine", "detail"))
_OTHER_WORDS = """
WITH said AS (SELECT m.rowid AS at_row, m.quote, substring(if(m.quote_field = 'title', a.title, a.text),
        m.quote_start + 1, m.quote_end - m.quote_start) AS words
    FROM store.moves m JOIN articles a USING (article_id) WHERE m.run_id = ?)
SELECT at_row, words FROM said WHERE words <> quote
"""
_LISTS = ("authors", "keywords")


def redact_everywhere(
    con: duckdb.DuckDBPyConnection,
    names: Collection[str],
    redact: Callable[[str], str],
    *,
    spared: Collection[str] = (),
) -> int:
    """Put `redact(text)` in the place of every stored quote and headline that holds one of the names.

    So in what quarantine holds; authors and keywords that are one of the names go. The articles `spared` are about
    namesakes.
    """
    condition = "len([name FOR name IN $names IF contains({column}::VARCHAR, name)]) > 0"
    named, kept = {"names": sorted(names)}, {"names": sorted(names), "spared": sorted(spared)}
    for table in ("articles", "article_versions"):
        for column in _LISTS:
            con.execute(
                f"UPDATE store.{table} SET {column} = [e FOR e IN {column} IF NOT list_contains($names, e)] "
                f"WHERE list_has_any({column}, $names) AND NOT list_contains($spared, article_id)",
                kept,
            )
    changed = _redact(con, redact, f"{condition} AND NOT list_contains($spared, article_id)", kept)
    return changed + _redact(con, redact, condition, named, _HELD)


def redact_articles(con: duckdb.DuckDBPyConnection, article_ids: Collection[str], redact: Callable[[str], str]) -> int:
    """Put `redact(text)` in the place of the headlines of these articles and of every quote from them."""
    with registered(con, given=pa.table({"article_id": pa.array(sorted(article_ids), pa.string())})):
        return _redact(con, redact, "article_id IN (FROM given)", {})


def mark_quotes(con: duckdb.DuckDBPyConnection, run_id: str) -> int:
    """Give the moves of a run the words of their articles as quotes, where they differ; return how many did.

    What was read again from the archive still has a name that a takedown took out of the stored words.
    """
    rows = con.execute(_OTHER_WORDS, [run_id]).fetchall()
    if rows:
        at_row, after = zip(*rows, strict=True)
        with registered(con, marked=pa.table({"at_row": at_row, "after": after})), transaction(con):
            con.execute("UPDATE store.moves AS t SET quote = m.after FROM marked m WHERE t.rowid = m.at_row")
    return len(rows)


def _redact(
    con: duckdb.DuckDBPyConnection,
    redact: Callable[[str], str],
    condition: str,
    parameters: dict[str, list[str]],
    columns: Sequence[tuple[str, str]] = _TEXTS,
) -> int:
    changed = 0
    with transaction(con):
        for table, column in columns:
            where = condition.format(column=column)
            rows = con.execute(f"SELECT rowid, {column} FROM store.{table} WHERE {where}", parameters).fetchall()
            pairs = [(row, clean) for row, text in rows if (clean := redact(text)) != text]
            if not pairs:
                continue
            at_row, after = zip(*pairs, strict=True)
            with registered(con, redacted=pa.table({"at_row": at_row, "after": after})):
                con.execute(
                    f"UPDATE store.{table} AS t SET {column} = r.after FROM redacted r WHERE t.rowid = r.at_row"
                )
            changed += len(pairs)
    return changed
