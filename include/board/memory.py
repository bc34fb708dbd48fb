"""Tables in the memory of the server, made once a generation, so that a page costs the same however much is stored.

`EVENTS` has the columns of the view `events`, and besides: `place` in the order newest first, `terms` and `history` of
the current version, and the words that each filter looks for, without case and accents. So that counting compares no
texts, `departed` says that it is a departure that nobody has rejected, `on_board` that it is flagged too, `status_at`
where its status stands in `STATUSES`. An event is found by an index, as are its moves in `LINKS` and its versions in
`VERSIONS`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from include.board.reading import Reader, Row
from include.board.wording import STATUS_GLYPHS

STATUSES = tuple(STATUS_GLYPHS)
EVENTS, LINKS, VERSIONS = "memory.main.board_events", "memory.main.board_links", "memory.main.board_versions"
_MOST_MOVES = 400  # of the events of one page
_MAKE = f"""
CREATE TABLE {EVENTS} AS
SELECT row_number() OVER (ORDER BY e.first_reported_at DESC NULLS LAST, e.score DESC, e.event_id) AS place, e.*,
    v.terms, v.history,
    strip_accents(lower(concat_ws(' ', e.person, array_to_string(p.aliases, ' ')))) AS person_words,
    strip_accents(lower(concat_ws(' ', e.from_org, e.to_org, array_to_string(f.aliases, ' '),
        array_to_string(t.aliases, ' ')))) AS organisation_words,
    strip_accents(lower(concat_ws(' ', e.role_from, e.role_to, e.role_family))) AS role_words,
    concat_ws(' ', person_words, organisation_words, role_words) AS words,
    e.kind = 'departure' AND e.review <> 'rejected' AS departed, departed AND e.flagged AS on_board,
    (list_position({list(STATUSES)}, e.status) - 1)::TINYINT AS status_at
FROM events e JOIN store.event_versions v ON v.event_id = e.event_id AND v.known_to IS NULL
LEFT JOIN entities p ON p.entity_id = e.person_id LEFT JOIN entities f ON f.entity_id = e.from_org_id
LEFT JOIN entities t ON t.entity_id = e.to_org_id ORDER BY place;
CREATE INDEX board_event ON {EVENTS} (event_id);
CREATE INDEX board_place ON {EVENTS} (place);
CREATE TABLE {LINKS} AS SELECT event_id, move_id FROM store.move_links WHERE event_id IS NOT NULL;
CREATE INDEX board_link ON {LINKS} (event_id);
CREATE TABLE {VERSIONS} AS SELECT event_id, rowid AS at_row FROM store.event_versions WHERE review <> 'taken-down';
CREATE INDEX board_version ON {VERSIONS} (event_id);
"""
_MOVES = """
SELECT move_id, article_id, quote, quote_field AS field, quote_start AS start, quote_end AS "end",
    if(status = 'denied', 'denies', 'supports') AS stance, status, confidence,
    person AS said_person, from_org AS said_from, to_org AS said_to,
    2 * names_one_of(quote, [person] || person_aliases)::INTEGER
        + names_one_of(quote, [from_org, to_org] || from_aliases || to_aliases)::INTEGER AS proof
FROM store.moves WHERE move_id IN ({})
"""
_ARTICLES = """
SELECT article_id, url, lang, source_id, origin, title, published_at FROM store.articles WHERE article_id IN ({})
"""


def prepare(reader: Reader) -> None:
    """Make the tables for the generation that is read; later calls do nothing."""
    reader.once("memory", lambda r: r.rows(_MAKE))


def pick(reader: Reader, columns: str, ids: Sequence[str]) -> list[Row]:
    """The events of these ids, in their order."""
    if not ids:
        return []
    rows = reader.rows(f"SELECT event_id AS key, {columns} FROM {EVENTS} WHERE event_id IN ({literals(ids)})")
    found = {row.pop("key"): row for row in rows}
    return [found[event_id] for event_id in ids if event_id in found]


def pick_places(reader: Reader, columns: str, places: Sequence[int]) -> list[Row]:
    """The events at these places, in the order newest first."""
    if not places:
        return []
    among = ", ".join(map(str, places))
    rows = reader.rows(f"SELECT place AS key, {columns} FROM {EVENTS} WHERE place IN ({among})")
    rows.sort(key=lambda row: row.pop("key"))
    return rows


def find(reader: Reader, columns: str, rest: str, parameters: Sequence[object]) -> list[Row]:
    """The events that a condition with order and limit names: ids first, so that only these are put together."""
    ids = [row["event_id"] for row in reader.rows(f"SELECT event_id FROM {EVENTS} WHERE {rest}", list(parameters))]
    return pick(reader, columns, ids)


def read_pieces(reader: Reader, ids: Collection[str]) -> list[Row]:
    """The sentences of these events with their articles: rows of the view `evidence`."""
    if not ids:
        return []
    links = reader.rows(f"SELECT event_id, move_id FROM {LINKS} WHERE event_id IN ({literals(ids)})")[:_MOST_MOVES]
    if not links:
        return []
    event_of = {row["move_id"]: row["event_id"] for row in links}
    moves = reader.rows(_MOVES.format(literals(event_of)))
    articles = reader.rows(_ARTICLES.format(literals({row["article_id"] for row in moves}))) if moves else []
    by_id = {row["article_id"]: row for row in articles}
    return [
        {**by_id[row["article_id"]], **row, "event_id": event_of[row["move_id"]]}
        for row in moves
        if row["article_id"] in by_id
    ]


def literals(ids: Collection[str]) -> str:
    """Ids as a list of SQL literals: an index is asked for constants alone."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in ids)
