"""A takedown: everything derived about the person goes, and the name out of what is told of others.

In the work copy rows and quotes, in the texts of articles the letters of the name; after publishing the files that held
them, and what runs handed on, parked or wrote for readers.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.pipeline.run import RunContext
from include.publish.files import write_text
from include.records import Event, StoredMove
from include.resolve.book import EntityBook
from include.resolve.decisions import Decision, hash_name, read_inbox
from include.resolve.names import is_full_name
from include.resolve.takedown import drop_taken_down, list_hashes, names_somebody, redact
from include.warehouse.redaction import mark_quotes, redact_articles, redact_everywhere
from include.warehouse.retention import erase_people
from include.warehouse.textredaction import read_used_texts, redact_texts, remove_replaced

if TYPE_CHECKING:
    import duckdb

_REPLACED = "replaced-texts.json"  # in staging: the text files that the work copy names no more
_FOLDERS = ("digests", "parked", "reprocess")
_SUFFIXES = (".jsonl", ".json", ".txt", ".html", ".xml", ".md")


@dataclass(frozen=True, slots=True)
class Erased:
    """What a takedown took out of the warehouse, and what is left to do in texts."""

    moves: int = 0
    hashes: frozenset[str] = frozenset()  # of all names of everybody who was ever taken down
    names: frozenset[str] = frozenset()  # full names that have to go out of older texts, too
    articles: frozenset[str] = frozenset()  # that told of the person
    spared: frozenset[str] = frozenset()  # that tell of somebody else of that name


def erase_taken_down(
    con: duckdb.DuckDBPyConnection,
    moves: Sequence[StoredMove],
    book: EntityBook,
    decisions: Sequence[Decision],
    previous: Sequence[Event],
) -> Erased:
    """Erase what takedowns are about of the people being merged.

    Called after their entities are written and before their events are.
    """
    hashes = list_hashes(decisions)
    subjects = {decision.subject for decision in decisions if decision.kind == "takedown"}
    if not subjects:
        return Erased()
    stay, go = drop_taken_down(moves, decisions, book, previous)
    staying = {book.links[move.move_id].person_id for move in stay}
    people = {book.links[move.move_id].person_id for move in go} - staying
    people |= {event.person_id for event in previous if subjects & {event.event_id, event.person_id}}
    people |= {book.survivor(key) for key in subjects if key in book.entities}
    articles = {move.article_id for move in go}
    spared = {move.article_id for move in stay if _is_namesake(move, hashes)} - articles
    if not people and not go:
        return Erased(hashes=hashes, spared=frozenset(spared))
    names = {form for move in go for form in (move.move.person, *move.move.person_aliases)}
    for person in people:
        if entity := book.entities.get(person):
            names |= {entity.name, *entity.aliases}
    full = frozenset(name for name in names if is_full_name(name))
    erased = erase_people(con, people - {""}, [move.move_id for move in go])
    spared |= _find_namesakes(con, full) - articles
    redact_everywhere(con, full, partial(redact, hashes=hashes), spared=spared)
    return Erased(erased, hashes, full, frozenset(articles), frozenset(spared))


def erase_from_texts(con: duckdb.DuckDBPyConnection, run: RunContext, erased: Erased) -> int:
    """Take the names out of the texts of this run's articles and, after an erasure, of all others, and out of what this
    run cites of stored ones; return how many articles and sentences changed."""
    if not erased.hashes:
        return 0
    replaced, changed = redact_texts(
        con,
        run.settings.articles_root,
        partial(_redact_article, erased),
        run_id=run.run_id,
        article_ids=erased.articles,
        names=erased.names,
    )
    redact_articles(con, changed | erased.articles, partial(redact, hashes=erased.hashes, is_named=True))
    marked = mark_quotes(con, run.run_id)
    before = run.staging.read_json(_REPLACED) if run.staging.exists(_REPLACED) else []  # of an attempt that was killed
    run.staging.write_json(_REPLACED, sorted({*before, *map(str, replaced)}))
    return len(changed) + marked


def has_forgotten(run: RunContext) -> bool:
    """Whether the merge of this run, or an attempt at it that was killed, took a name out of texts."""
    return run.staging.exists(_REPLACED) and bool(run.staging.read_json(_REPLACED))


def forget_files(con: duckdb.DuckDBPyConnection, run: RunContext) -> None:
    """After publishing: delete the text files that held the names, and take the names out of what runs left.

    `con` is the published file. Staging on an object store is left to its lifecycle rule.
    """
    settings = run.settings
    if run.staging.exists(_REPLACED):
        remove_replaced(read_used_texts(con), [Path(name) for name in run.staging.read_json(_REPLACED)])
    hashes = list_hashes(read_inbox(settings.inbox, lambda line: None))
    staging = [] if "://" in settings.staging_root else [Path(settings.staging_root)]
    for folder in (*staging, *(settings.home / name for name in _FOLDERS)):
        for path in sorted(folder.rglob("*")) if hashes else ():
            if path.is_file() and path.suffix in _SUFFIXES:
                text = path.read_text(encoding="utf-8")
                clean = _clean(text, path.suffix, hashes)
                if clean != text:
                    write_text(path, clean)


def _redact_article(erased: Erased, article_id: str, title: str, text: str) -> tuple[str, str]:
    if article_id in erased.spared:
        return title, text
    named = article_id in erased.articles or any(names_somebody(words, erased.hashes) for words in (title, text))
    if not named:
        return title, text
    return redact(title, erased.hashes, is_named=True), redact(text, erased.hashes, is_named=True)


def _is_namesake(move: StoredMove, hashes: Collection[str]) -> bool:
    forms = (move.move.person, *move.move.person_aliases)
    return any(is_full_name(form) and hash_name(form) in hashes for form in forms)


def _find_namesakes(con: duckdb.DuckDBPyConnection, names: Collection[str]) -> set[str]:
    """Articles with moves about others of one of these names: those that were to go are gone."""
    rows = con.execute(
        "SELECT DISTINCT article_id FROM store.moves WHERE list_contains($names, person)", {"names": sorted(names)}
    ).fetchall()
    return {article_id for (article_id,) in rows}


def _clean(text: str, suffix: str, hashes: Collection[str]) -> str:
    """The content of a file without the names. JSON is read, since an escape before a name would hide it."""
    if suffix == ".json":
        return _clean_json(text, hashes)
    if suffix == ".jsonl":
        return "\n".join(_clean_json(line, hashes) for line in text.split("\n"))
    return "".join(redact(line, hashes) for line in text.splitlines(keepends=True))


def _clean_json(line: str, hashes: Collection[str]) -> str:
    try:
        value = json.loads(line)
    except ValueError:
        return redact(line, hashes)
    named = any(names_somebody(words, hashes) for words in _list_texts(value))
    return json.dumps(_redact_value(value, hashes), ensure_ascii=False) if named else line


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _list_texts(entry)


def _redact_value(value: Any, hashes: Collection[str]) -> Any:
    if isinstance(value, str):
        is_address = "://" in value and " " not in value
        return value if is_address else redact(value, hashes, is_named=True)
    if isinstance(value, dict):
        return {key: _redact_value(entry, hashes) for key, entry in value.items()}
    if isinstance(value, list):
        return [_redact_value(entry, hashes) for entry in value if not _is_move_of(entry, hashes)]
    return value


def _is_move_of(entry: Any, hashes: Collection[str]) -> bool:
    """Whether a staged move is about the person: a run that is repeated must not load it under a blotted name."""
    person = entry.get("person") if isinstance(entry, dict) else None
    return isinstance(person, str) and hash_name(person) in hashes
