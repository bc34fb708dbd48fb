"""A takedown in the work copy: everything derived about the person goes, and the name out of sentences about others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from include.publish.files import write_text
from include.records import Event, StoredMove
from include.resolve.book import EntityBook
from include.resolve.decisions import Decision, read_inbox
from include.resolve.names import is_full_name
from include.resolve.takedown import drop_taken_down, list_hashes, redact
from include.settings import Settings
from include.warehouse.redaction import redact_articles, redact_everywhere
from include.warehouse.retention import erase_people

if TYPE_CHECKING:
    import duckdb


def erase_taken_down(
    con: duckdb.DuckDBPyConnection,
    moves: Sequence[StoredMove],
    book: EntityBook,
    decisions: Sequence[Decision],
    previous: Sequence[Event],
    touched: Collection[str],
) -> int:
    """Erase what takedowns are about of the people being merged; return how many moves went.

    Called after their entities are written and before their events are. `touched` are the moves of this run, whose
    sentences may name somebody who was taken down long ago.
    """
    hashes = list_hashes(decisions)
    subjects = {decision.subject for decision in decisions if decision.kind == "takedown"}
    if not subjects:
        return 0
    stay, go = drop_taken_down(moves, decisions, book, previous)
    staying = {book.links[move.move_id].person_id for move in stay}
    people = {book.links[move.move_id].person_id for move in go} - staying
    people |= {event.person_id for event in previous if subjects & {event.event_id, event.person_id}}
    people |= {book.survivor(key) for key in subjects if key in book.entities}
    clean = partial(redact, hashes=hashes)
    erased = 0
    if people or go:
        names = {form for move in go for form in (move.move.person, *move.move.person_aliases)}
        for person in people:
            if entity := book.entities.get(person):
                names |= {entity.name, *entity.aliases}
        erased = erase_people(con, people - {""}, [move.move_id for move in go])
        redact_everywhere(con, {name for name in names if is_full_name(name)}, clean)
        redact_articles(con, {move.article_id for move in go}, partial(clean, is_named=True))
    redact_articles(con, {move.article_id for move in moves if move.move_id in set(touched)}, clean)
    return erased


def clean_digests(settings: Settings) -> None:
    """Take the names of everybody who was taken down out of the digests that were written before."""
    hashes = list_hashes(read_inbox(settings.inbox, lambda line: None))
    for path in sorted((settings.home / "digests").glob("*.*")):
        text = path.read_text(encoding="utf-8")
        if (clean := redact(text, hashes)) != text:
            write_text(path, clean)
