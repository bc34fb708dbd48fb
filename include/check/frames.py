"""The frames that expectations look at: what this run brought, read from its work copy.

Whatever compares texts or looks things up is answered by SQL, as a column of true and false; no text of an article
enters a frame, so that a batch of a million is checked in the memory of a small one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from include.knowledge.feeds import FeedSource
from include.records import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd

_ARTICLES = r"""
SELECT article_id, source_id, url, title <> '' OR text_length > 0 AS has_words, text IS NOT NULL AS text_found,
    -- U+FFFD stands for bytes that no encoding explains; a zero byte is no text
    text IS NULL OR (NOT contains(text, chr(0))
        AND length(text) - length(replace(text, chr(65533), '')) <= length(text) / 50) AS readable,
    date_diff('minute', $as_of::TIMESTAMP, published_at) / 60 AS hours_ahead, year(published_at) AS published_year
FROM articles WHERE run_id = $run ORDER BY article_id
"""
_MOVES = r"""
SELECT m.move_id, m.article_id, coalesce(a.source_id, '') AS source_id, a.article_id IS NOT NULL AS article_found,
    a.article_id IS NULL OR coalesce(reproduces(m.quote, substring(if(m.quote_field = 'title', a.title, a.text),
        m.quote_start + 1, m.quote_end - m.quote_start)), FALSE) AS evidence_exact,
    NOT list_contains([fold(o) FOR o IN [m.from_org, m.to_org] IF o IS NOT NULL], fold(m.person))
        AS person_is_not_organisation,
    length(trim(m.person)) BETWEEN 2 AND 100 AND regexp_matches(m.person, '\p{{L}}') AND NOT contains(m.person, '://')
        AS person_is_name,
    m.from_org IS NOT NULL OR m.to_org IS NOT NULL AS has_organisation,
    m.kind <> 'departure' OR fold(m.from_org) IS DISTINCT FROM fold(m.to_org) OR m.from_org IS NULL
        AS organisations_differ,
    m.date IS NULL OR (regexp_full_match(m.date, '\d{{4}}(-\d{{2}}(-\d{{2}})?)?') AND first_day(m.date) IS NOT NULL)
        AS date_is_iso,
    -- sixty years back spans a career that an obituary or a profile tells; three years ahead the longest notice
    coalesce(first_day(m.date) BETWEEN coalesce(a.published_at, $as_of::TIMESTAMP) - INTERVAL 60 YEAR
        AND coalesce(a.published_at, $as_of::TIMESTAMP) + INTERVAL 3 YEAR, TRUE) AS date_is_near
FROM store.moves m LEFT JOIN (SELECT article_id, source_id, title, text, published_at FROM articles
    WHERE article_id IN ({articles})) a USING (article_id)
WHERE m.run_id = $run ORDER BY m.move_id
"""
_SOURCES = """
WITH polled AS (SELECT source_id, bool_or(overlap_lost) AS overlap_lost FROM store.feed_polls
    WHERE run_id = $run AND outcome IN ('new', 'empty', 'not-modified') GROUP BY source_id),
-- The first poll of a feed brings whatever it holds; only what came after tells of its pace.
volume AS (SELECT source_id, sum(new_items) FILTER (polled_at > started) AS entries,
        date_diff('minute', any_value(started), max(polled_at)) / 1440 AS days
    FROM (SELECT *, min(polled_at) OVER (PARTITION BY source_id) AS started FROM store.feed_polls
        WHERE polled_at >= $as_of::TIMESTAMP - INTERVAL 7 DAY) GROUP BY source_id),
newest AS (SELECT source_id, max(published_at) AS published_at FROM store.articles SEMI JOIN polled USING (source_id)
    WHERE published_at <= $as_of::TIMESTAMP GROUP BY source_id),
batch AS (SELECT source_id, count(*) AS articles, avg((completeness = 'summary')::INT) AS without_text,
        avg((published_at IS NULL)::INT) AS without_date, list(lang) AS langs
    FROM store.articles WHERE run_id = $run GROUP BY source_id)
SELECT p.source_id, NOT p.overlap_lost AS overlap_kept, if(v.days >= 1, v.entries / v.days, NULL) AS per_day,
    date_diff('minute', n.published_at, $as_of::TIMESTAMP) / 60 AS lag_hours,
    if(b.articles >= 5, b.without_text, NULL) AS share_without_text,
    if(b.articles >= 5, b.without_date, NULL) AS share_without_date,
    if(b.articles >= 5, b.langs, NULL) AS langs
FROM polled p LEFT JOIN volume v USING (source_id) LEFT JOIN newest n USING (source_id) LEFT JOIN batch b
    USING (source_id) ORDER BY source_id
"""
# Total variation: the share of articles that would have to change language for the two mixes to be equal.
_DRIFT = """
WITH mix AS (SELECT lang, count(*) FILTER (run_id = $run) AS now, count(*) FILTER (run_id <> $run) AS before
    FROM store.articles WHERE known_at >= $as_of::TIMESTAMP - INTERVAL 30 DAY GROUP BY lang),
sums AS (SELECT sum(now) AS now, sum(before) AS before FROM mix)
SELECT 'the batch' AS scope, if(any_value(sums.now) >= 50 AND any_value(sums.before) >= 200,
    sum(abs(mix.now / sums.now - mix.before / sums.before)) / 2, NULL) AS drift FROM mix, sums
"""
_FRESH = """
CREATE OR REPLACE TEMP TABLE fresh AS SELECT event_id, person_id, person, from_org, to_org, announced_on, effective_on,
    origins, status, move_ids FROM store.event_versions WHERE run_id = $run AND known_to IS NULL
"""
_EVENTS = """
WITH own AS (SELECT event_id, unnest(move_ids) AS move_id FROM fresh),
proof AS (SELECT o.event_id, bool_and(m.move_id IS NOT NULL) AS found,
        bool_and(l.event_id = o.event_id) AS own
    FROM own o LEFT JOIN store.moves m USING (move_id) LEFT JOIN store.move_links l USING (move_id)
    GROUP BY o.event_id),
lives AS (SELECT event_id, kind, person_id, from_org_id, to_org_id, coalesce(first_day(effective_on), first_day(date),
        first_day(announced_on), first_reported_at::DATE) AS day
    FROM store.event_versions WHERE known_to IS NULL AND status NOT IN ('denied', 'retracted')
        AND review NOT IN ('rejected', 'taken-down') AND person_id IN (SELECT person_id FROM fresh)),
twice AS (SELECT DISTINCT unnest([a.event_id, b.event_id]) AS event_id FROM lives a JOIN lives b
        ON a.person_id = b.person_id AND a.from_org_id = b.from_org_id AND a.event_id < b.event_id
    WHERE a.kind = 'departure' AND b.kind = 'departure' AND NOT EXISTS (SELECT 1 FROM lives r
        WHERE r.person_id = a.person_id AND r.to_org_id = a.from_org_id
            AND r.day BETWEEN least(a.day, b.day) AND greatest(a.day, b.day)))
SELECT f.event_id, '' AS source_id, coalesce(p.found, TRUE) AS evidence_found,
    coalesce(p.own, TRUE) AS moves_are_its_own,
    NOT list_contains([fold(o) FOR o IN [f.from_org, f.to_org] IF o IS NOT NULL], fold(f.person))
        AS person_is_not_organisation,
    if(length(f.announced_on) = 10 AND length(f.effective_on) = 10,
        date_diff('day', first_day(f.effective_on), first_day(f.announced_on)), NULL) AS days_announced_late,
    f.origins > 0 OR f.status = 'retracted' AS has_origin, f.event_id NOT IN (FROM twice) AS left_once
FROM fresh f LEFT JOIN proof p USING (event_id) ORDER BY f.event_id
"""
_FLAGS = """
SELECT event_id, '' AS source_id,
    -- scores are rounded to a tenth
    model = '' OR abs(score - list_sum([t.points FOR t IN terms])) < 0.06 AS terms_add_up,
    NOT flagged OR len(move_ids) > 0 AS is_proved, NOT flagged OR review NOT IN ('rejected', 'taken-down')
        AS respects_review
FROM store.event_versions WHERE run_id = $run AND known_to IS NULL AND (model <> '' OR flagged) ORDER BY event_id
"""
_TOTALS = """
SELECT (SELECT count(*) FROM store.articles) >= coalesce((SELECT counts['articles_total'] FROM store.runs
        WHERE run_id <> $run ORDER BY generation DESC LIMIT 1), 0) AS articles_kept,
    (SELECT if(count(*) >= 50, avg(flagged::INT), NULL) FROM store.event_versions
        WHERE run_id = $run AND known_to IS NULL AND kind = 'departure') AS share_flagged,
    -- There are no foreign keys: an upsert of a row that another one points to would fail in DuckDB.
    ({orphans}) AS moves_without_article,
    (SELECT count(*) FROM store.move_links l WHERE event_id IS NOT NULL AND (
        move_id NOT IN (SELECT move_id FROM store.moves)
        OR event_id NOT IN (SELECT event_id FROM store.event_versions WHERE known_to IS NULL))) AS links_to_nothing
"""
_ORPHANS = "SELECT count(*) FROM store.moves ANTI JOIN store.articles USING (article_id)"
_FRESH_ORPHANS = """
SELECT count(*) FROM store.moves WHERE run_id = $run AND article_id NOT IN (
    SELECT article_id FROM store.articles WHERE article_id IN ({articles}))
"""
# Whether the run before found no orphans and no article has gone since: then only the moves of this run can be some.
_NOTHING_GONE = """
WITH before AS (SELECT run_id, counts['articles_total'] AS articles FROM store.runs WHERE run_id <> $run
    ORDER BY generation DESC LIMIT 1)
SELECT coalesce(any_value(q.success) AND (SELECT count(*) FROM store.articles) = any_value(b.articles)
    + (SELECT count(*) FROM store.articles WHERE run_id = $run AND version = 1), FALSE)
FROM before b JOIN store.quality_results q ON q.run_id = b.run_id AND q.suite = 'totals'
    AND q.subject = 'moves_without_article'
"""
_LOOK_UPS = 1_000
_FOLD = (
    r"CREATE OR REPLACE TEMP MACRO fold(name) AS lower(regexp_replace(strip_accents(name), '[^\p{L}\p{N}]', '', 'g'))"
)
# Where a takedown put marks into a stored text, the archive read again still has the name: the merge takes it out.
_REPRODUCES = """
CREATE OR REPLACE TEMP MACRO reproduces(quote, words) AS quote = words OR (contains(words, '█')
    AND length(quote) = length(words)
    AND len([i FOR i IN range(1, length(words) + 1) IF words[i] NOT IN (quote[i], '█')]) = 0)
"""


def read_batch_frames(
    con: duckdb.DuckDBPyConnection, run_id: str, sources: Sequence[FeedSource], as_of: datetime
) -> dict[str, pd.DataFrame]:
    """Frames of the suites articles, moves, sources and languages."""
    con.execute(_FOLD)
    con.execute(_REPRODUCES)
    return {
        "articles": _read(con, _ARTICLES, run_id, as_of),
        "moves": _read(con, _MOVES.format(articles=_list_articles(con, run_id)), run_id, as_of),
        "sources": _judge_sources(_read(con, _SOURCES, run_id, as_of), sources),
        "languages": _read(con, _DRIFT, run_id, as_of),
    }


def read_result_frames(con: duckdb.DuckDBPyConnection, run_id: str, as_of: datetime) -> dict[str, pd.DataFrame]:
    """Frames of the suites events, flags and totals."""
    con.execute(_FOLD)
    con.execute(_FRESH, {"run": run_id})
    return {
        "events": _read(con, _EVENTS, run_id, as_of),
        "flags": _read(con, _FLAGS, run_id, as_of),
        "totals": _read(con, _TOTALS.format(orphans=_choose_orphans(con, run_id)), run_id, as_of),
    }


def _read(con: duckdb.DuckDBPyConnection, sql: str, run_id: str, as_of: datetime) -> pd.DataFrame:
    named: dict[str, Any] = {"run": run_id, "as_of": as_of.astimezone(UTC).replace(tzinfo=None)}
    return con.execute(sql, {name: value for name, value in named.items() if f"${name}" in sql}).df()


def _choose_orphans(con: duckdb.DuckDBPyConnection, run_id: str) -> str:
    """How moves without an article are counted: among those of the run, where there can be no others."""
    ((nothing_gone,),) = con.execute(_NOTHING_GONE, {"run": run_id}).fetchall()
    return _FRESH_ORPHANS.format(articles=_list_articles(con, run_id)) if nothing_gone else _ORPHANS


def _list_articles(con: duckdb.DuckDBPyConnection, run_id: str) -> str:
    """The articles of the moves of a run as SQL. DuckDB asks an index for constants alone, and not for very many."""
    query = "SELECT DISTINCT article_id FROM store.moves WHERE run_id = "
    ids = [key for (key,) in con.execute(f"{query}$run ORDER BY ALL", {"run": run_id}).fetchall()]
    if 0 < len(ids) <= _LOOK_UPS:
        return ", ".join("'" + key.replace("'", "''") + "'" for key in ids)
    return f"{query}$run"


def _judge_sources(frame: pd.DataFrame, sources: Sequence[FeedSource]) -> pd.DataFrame:
    """Hold what each source brought against its contract; sources without one, or unknown ones, meet it."""
    by_id: Mapping[str, FeedSource] = {source.id: source for source in sources}
    known = [by_id.get(source_id) for source_id in frame["source_id"]]
    frame["volume_agreed"] = [
        _within(value, source.expect_per_day if source else None)
        for value, source in zip(frame["per_day"], known, strict=True)
    ]
    frame["lag_agreed"] = [
        _within(value, (float("-inf"), source.lag_hours) if source and source.lag_hours else None)
        for value, source in zip(frame["lag_hours"], known, strict=True)
    ]
    frame["share_other_language"] = [
        _share_other(langs, source) for langs, source in zip(frame["langs"], known, strict=True)
    ]
    return frame.drop(columns=["langs"])


def _within(value: float, limits: tuple[float, float] | None) -> bool | None:
    if limits is None or value != value:  # a value that is not known is no breach
        return None
    return limits[0] <= value <= limits[1]


def _share_other(langs: Any, source: FeedSource | None) -> float | None:
    if source is None or source.lang not in LANGUAGES or not hasattr(langs, "__len__"):
        return None
    return float(sum(lang != source.lang for lang in langs) / len(langs))
