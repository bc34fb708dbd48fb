"""A person asked to be taken down: whose moves go, what is left of an event, and the name in sentences about others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from include.knowledge.namekeys import name_key
from include.records import Event, StoredMove
from include.resolve.book import EntityBook
from include.resolve.decisions import Decision, hash_key_of_name
from include.resolve.names import is_full_name

REMOVED = "removed on request"
MARK = "█"  # stands for each letter of a name: what is cited of a text is found by position
_SIGNS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"  # scripts that do not space words
_WORD = re.compile(f"[^\\W_{_SIGNS}]+")  # also the Latin name in 首席科學家Ilya Sutskever宣布離職
_RUN = re.compile(f"[{_SIGNS}\u00b7\u2022\u2027\uff65\uff1d]+")  # 伊利亚·苏茨克维
_WORDS_OF_A_NAME, _SIGNS_OF_A_NAME = 5, 16
_PARTICLE = 4  # letters: van der Meulen


def remove_person(event: Event) -> Event:
    """An event of which nothing is left but that it was removed: no name, no place, no words.

    The ids of its moves stay, so that the same articles do not bring it back.
    """
    return Event(
        event_id=event.event_id, kind=event.kind, person_id="", person=REMOVED, from_org_id=None, from_org=None,
        to_org_id=None, to_org=None, role_from=None, role_to=None, status="retracted", focus="background", date=None,
        date_precision="none", announced_on=None, effective_on=None, first_reported_at=None, last_reported_at=None,
        known_from=event.known_from, origins=0, articles=0, languages=(), move_ids=event.move_ids, review="taken-down",
        confidence=0.0,
    )  # fmt: skip


def drop_taken_down(
    moves: Iterable[StoredMove],
    decisions: Sequence[Decision],
    book: EntityBook,
    previous: Sequence[Event] = (),
) -> tuple[list[StoredMove], list[StoredMove]]:
    """(moves that stay, moves of people who asked to be removed).

    A takedown names a person, or one of the person's events; it knows later articles by the hashes of the names, or
    by the moves that the removed events had.
    """
    moves = list(moves)
    takedowns = [decision for decision in decisions if decision.kind == "takedown"]
    if not takedowns:
        return moves, []
    subjects = {decision.subject for decision in takedowns}
    removed = {key for event in previous if event.review == "taken-down" for key in event.move_ids}
    people = {book.survivor(subject) for subject in subjects}
    people |= {book.survivor(event.person_id) for event in previous if event.event_id in subjects and event.person_id}
    people |= {book.links[move.move_id].person_id for move in moves if move.move_id in removed}
    by_hash: dict[str, list[Decision]] = {}
    for decision in takedowns:
        for digest in decision.name_hashes:
            by_hash.setdefault(digest, []).append(decision)
    stay: list[StoredMove] = []
    go: list[StoredMove] = []
    for move in moves:
        gone = book.links[move.move_id].person_id in people or _is_about(move, by_hash, book)
        (go if gone else stay).append(move)
    return stay, go


def list_hashes(decisions: Iterable[Decision]) -> frozenset[str]:
    """The hashes of all names of people who were taken down."""
    return frozenset(digest for d in decisions if d.kind == "takedown" for digest in d.name_hashes)


def redact(text: str, hashes: Collection[str], *, is_named: bool = False) -> str:
    """A text about others without the names that takedowns remember, as long as it was.

    A surname alone, which others may have, is taken out where the full name stands in the text, or where `is_named`
    says that its article is known to name the person.
    """
    if not hashes:
        return text
    found = _find_names(text, hashes)
    if not is_named and not any(is_full_name(text[start:end]) for start, end in found):
        return text
    letters = list(text)
    for start, end in found:
        letters[start:end] = MARK * (end - start)
    return "".join(letters)


def names_somebody(text: str, hashes: Collection[str]) -> bool:
    """Whether a text holds the full name of somebody whom takedowns remember."""
    return bool(hashes) and any(is_full_name(text[start:end]) for start, end in _find_names(text, hashes))


def _find_names(text: str, hashes: Collection[str]) -> list[tuple[int, int]]:
    return [(start, end) for start, end, key in _name_spans(text) if _hash_of_key(key) in hashes]


def _name_spans(text: str) -> Iterable[tuple[int, int, str]]:
    """Every stretch of a text that could be a name, with its key: a few words, of which the first is no word in small
    letters, or a few signs where words are not spaced."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    for index, (start, first) in enumerate(words):
        if text[start:first].islower() and first - start > _PARTICLE:
            continue
        key, before = "", start
        for begins, last in words[index : index + _WORDS_OF_A_NAME]:
            spaced = before == start or text[before:begins] == " "
            # O'Brien is one word in the key of a name, which joining its words would not give.
            key = f"{key} {_key(text[begins:last])}".strip() if spaced else _key(text[start:last])
            before = last
            yield start, last, key
    for run in _RUN.finditer(text):
        keys = [_key(sign) for sign in run.group()]
        for first in range(len(keys)):
            for last in range(first + 2, min(first + _SIGNS_OF_A_NAME, len(keys)) + 1):
                yield run.start() + first, run.start() + last, "".join(keys[first:last])


@lru_cache(maxsize=65536)
def _key(name: str) -> str:
    return name_key(name)


@lru_cache(maxsize=262144)
def _hash_of_key(key: str) -> str:
    return hash_key_of_name(key)


def _is_about(stored: StoredMove, takedowns: dict[str, list[Decision]], book: EntityBook) -> bool:
    """Whether a move has a name that a takedown remembers, at one of its organisations or without any."""
    forms = (stored.move.person, *stored.move.person_aliases)
    names = [form for form in forms if is_full_name(form)] or forms
    link = book.links[stored.move_id]
    roots = {book.root_of(organisation) for organisation in (link.from_org_id, link.to_org_id)} - {None}
    for name in names:
        for decision in takedowns.get(_hash_of_key(_key(name)), ()):
            there = {book.root_of(organisation) for organisation in decision.organisation_ids}
            if not roots or not there or roots & there:
                return True
    return False
