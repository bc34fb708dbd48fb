"""Short ways to write moves, a gazetteer and a whole resolution in a test."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from include.knowledge.gazetteer import Gazetteer, Organisation, Person, build_gazetteer
from include.records import Event, Evidence, Move, StoredMove
from include.resolve.book import EntityBook
from include.resolve.decisions import Decision
from include.resolve.entities import resolve_entities
from include.resolve.merge import merge_moves

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
_MOVE_FIELDS = (
    "person_aliases", "from_aliases", "to_aliases", "role_from", "role_to", "date", "successor", "confidence",
    "reason_stated", "acting",
)  # fmt: skip
_numbers = itertools.count(1)

GAZETTEER = build_gazetteer(
    [
        Organisation("openai", "OpenAI", "lab", 1, rivals=("meta-ai", "anthropic"), aliases=("Open AI", "오픈AI")),
        Organisation("anthropic", "Anthropic", "lab", 1),
        Organisation("meta", "Meta", "bigtech", 1, aliases=("Facebook",)),
        Organisation("meta-ai", "Meta AI", "lab", 1, parent="meta", aliases=("FAIR",)),
        Organisation("google", "Google", "bigtech", 1, aliases=("谷歌",)),
        Organisation("google-brain", "Google Brain", "lab", 1, parent="google"),
        Organisation("google-deepmind", "Google DeepMind", "lab", 1, parent="google"),
        Organisation("mit", "MIT", "university", 1),
        Organisation("treasury", "Treasury", "government", 1),
        Organisation("foo", "Foo", "company", 3),
        Organisation("bar", "Bar", "company", 3),
    ],
    [
        Person(
            "ilya-sutskever",
            "Ilya Sutskever",
            aliases=("伊利亚·苏茨克维", "Илья Суцкевер"),
            short=("Sutskever", "Суцкевер"),
            known_for=("openai",),
            works=("AlexNet",),
            prominence=1,
        ),
        Person("jason-wei", "Jason Wei", short=("Wei",), known_for=("openai",), prominence=2),
    ],
)


def told(
    kind: str,
    person: str,
    source: str | None = None,
    target: str | None = None,
    *,
    published: str | None = "2025-05-15",
    status: str = "announced",
    focus: str = "main",
    article: str = "",
    move_id: str = "",
    origin: str = "",
    lang: str = "en",
    known: str = "",
    source_kind: str = "press",
    **fields: Any,
) -> StoredMove:
    """A stored move; what is not given is ordinary and unique."""
    number = next(_numbers)
    article = article or f"a{number}"
    unknown = set(fields) - set(_MOVE_FIELDS)
    assert not unknown, unknown
    move = Move(
        kind=kind,  # type: ignore[arg-type]
        person=person,
        from_org=source,
        to_org=target,
        status=status,  # type: ignore[arg-type]
        focus=focus,  # type: ignore[arg-type]
        evidence=Evidence("text", 0, 1, "x"),
        **fields,
    )
    at = _time(published) if published else None
    return StoredMove(
        move_id=move_id or f"m{number:04d}",
        article_id=article,
        move=move,
        lang=lang,
        source_id=f"s-{article}",
        origin=origin or f"s-{article}",
        published_at=at,
        known_at=_time(known) if known else (at or AS_OF),
        source_kind=source_kind,
    )


def resolve(
    moves: Sequence[StoredMove],
    *,
    decisions: Sequence[Decision] = (),
    previous: Sequence[Event] = (),
    known: EntityBook | None = None,
    gazetteer: Gazetteer = GAZETTEER,
    as_of: datetime = AS_OF,
) -> tuple[list[Event], EntityBook]:
    """Moves to events in one go."""
    book = resolve_entities(moves, known or EntityBook(), gazetteer, decisions)
    events = merge_moves(moves, book, decisions, as_of=as_of, previous=previous, gazetteer=gazetteer)
    return events, book


def events_of(moves: Sequence[StoredMove], **options: Any) -> list[Event]:
    """The live events that some moves tell."""
    events, _ = resolve(moves, **options)
    return [event for event in events if event.merged_into is None]


def one(moves: Sequence[StoredMove], **options: Any) -> Event:
    """The only event that some moves tell."""
    events = events_of(moves, **options)
    assert len(events) == 1, [(event.kind, event.person, event.from_org, event.to_org) for event in events]
    return events[0]


def decide(kind: str, subject: str, **fields: Any) -> Decision:
    """A decision by somebody for some reason."""
    return Decision(
        decision_id=fields.pop("decision_id", f"d{next(_numbers)}"),
        kind=kind,  # type: ignore[arg-type]
        subject=subject,
        author=fields.pop("author", "ana"),
        at=fields.pop("at", AS_OF),
        reason=fields.pop("reason", "the source says so"),
        **fields,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
