"""One story -> one event: the fields that a reader sees, each the best supported among the moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from include.knowledge.gazetteer import Gazetteer
from include.knowledge.namekeys import name_key
from include.knowledge.roles import load_roles, role_families, role_family
from include.records import Event, MoveKind, StoredMove
from include.resolve.book import EntityBook
from include.resolve.intervals import NEWS_BEFORE, PRECISIONS, overtakes, precision_of
from include.resolve.lifecycle import take_effect, told_at, trace_status
from include.resolve.stories import Story, Told

_AS_FACT = ("announced", "reported")


def summarise_story(
    story: Story, person_id: str, book: EntityBook, gazetteer: Gazetteer, *, event_id: str, as_of: datetime
) -> Event:
    """Build the event that a story tells, first known at `as_of` (the caller keeps the time of an earlier run)."""
    members = sorted(story.members, key=lambda told: told.stored.move_id)
    moves = [told.stored for told in members]
    saying = [move for move in moves if move.move.status != "denied"] or moves
    main = [move for move in saying if move.move.focus == "main"]
    kind = _choose_kind(members)
    from_id, to_id = _choose_sides(kind, members)
    stating = [told.stored for told in members if told.stored.move.status in _AS_FACT]
    effective_on = _choose_date(_drop_wrong_days(members, stating))
    date = effective_on or _choose_date(_drop_wrong_days(members, saying))
    history = take_effect(trace_status(moves), effective_on, as_of)
    role_from = _choose_text(saying, lambda m: m.move.role_from)
    role_to = _choose_text(saying, lambda m: m.move.role_to)
    reason = _choose_text(saying, lambda m: m.move.reason_stated)
    return Event(
        event_id=event_id,
        kind=kind,
        person_id=person_id,
        person=book.entities[person_id].name,
        from_org_id=from_id,
        from_org=_name_of(from_id, members, book, gazetteer),
        to_org_id=to_id,
        to_org=_name_of(to_id, members, book, gazetteer),
        role_from=role_from,
        role_to=role_to,
        status=history[-1].status,
        focus="main" if any(move.move.focus == "main" for move in moves) else "background",
        date=date,
        date_precision=precision_of(date),
        announced_on=_find_announcement(main),
        effective_on=effective_on,
        first_reported_at=_first_report(main or moves),
        last_reported_at=max(told_at(move) for move in moves),
        known_from=as_of,
        origins=len({move.origin or move.source_id for move in saying}),
        articles=len({move.article_id for move in moves}),
        languages=tuple(sorted({move.lang for move in saying})),
        move_ids=tuple(move.move_id for move in moves),
        history=history,
        role_family=_senior_family(saying, "role_to" if kind in ("arrival", "appointment") else "role_from"),
        acting=any(move.move.acting for move in saying),
        reason_stated=reason,
        successor=_choose_successor(saying, gazetteer),
        destination_kind=name_destination(kind, from_id, to_id, role_to, reason, gazetteer),
        confidence=_joint_confidence(saying),
    )


def name_destination(
    kind: MoveKind,
    from_id: str | None,
    to_id: str | None,
    role_to: str | None,
    reason: str | None,
    gazetteer: Gazetteer,
) -> str | None:
    """Where somebody who left went: rival, own-company, academia, government, retirement, other; None if not said."""
    if kind != "departure":
        return None
    if reason == "own-company" or (to_id and "founder" in role_families(role_to)):
        return "own-company"
    if to_id is None:
        return "retirement" if reason == "retired" else None
    source, target = gazetteer.organisation_by_id.get(from_id or ""), gazetteer.organisation_by_id.get(to_id)
    if target is None:
        return "other"
    if target.kind in ("university", "institute"):
        return "academia"
    if target.kind == "government":
        return "government"
    if source is not None and _are_rivals(source.id, target.id, gazetteer):
        return "rival"
    return "other"


def _are_rivals(left: str, right: str, gazetteer: Gazetteer) -> bool:
    sides = []
    for organisation_id in (left, right):
        root = gazetteer.root_of(organisation_id)
        ids = {organisation_id, root}
        rivals = {
            rival
            for known in ids
            if known in gazetteer.organisation_by_id
            for rival in gazetteer.organisation_by_id[known].rivals
        }
        sides.append((ids, rivals | {gazetteer.root_of(rival) for rival in rivals}))
    return bool(sides[0][0] & sides[1][1] or sides[1][0] & sides[0][1])


def _choose_kind(members: Sequence[Told]) -> MoveKind:
    kinds = {told.kind for told in members}
    if "leave" in kinds:
        return "leave"
    if "return" in kinds:
        return "return"
    source = {told.source for told in members if told.source}
    if "departure" in kinds and (source or not {told.target for told in members if told.target}):
        return "departure"
    if "departure" in kinds and any(told.from_id for told in members):
        return "appointment"  # between units of one parent
    if source:
        return "departure"
    return "arrival" if kinds & {"arrival", "departure"} else "appointment"


def _choose_sides(kind: MoveKind, members: Sequence[Told]) -> tuple[str | None, str | None]:
    if kind == "leave":
        return _choose_organisation(members, lambda told: told.from_id or told.to_id), None
    if kind == "return":
        return None, _choose_organisation(members, lambda told: told.to_id or told.from_id)
    source = _choose_organisation(members, lambda told: told.from_id)
    target = _choose_organisation(members, lambda told: told.to_id)
    return source, target


def _choose_organisation(members: Sequence[Told], side: Callable[[Told], str | None]) -> str | None:
    """The organisation that most independent origins name; denials count only where nobody else names one."""
    for among in ([t for t in members if t.stored.move.status != "denied"], members):
        origins: dict[str, set[str]] = defaultdict(set)
        for told in among:
            organisation_id = side(told)
            if organisation_id:
                origins[organisation_id].add(told.stored.origin)
        if origins:
            return min(origins, key=lambda key: (-len(origins[key]), key))
    return None


def _choose_text(moves: Iterable[StoredMove], read: Callable[[StoredMove], str | None]) -> str | None:
    """The wording that most origins use; English before others, then the fullest."""
    origins: dict[str, set[str]] = defaultdict(set)
    shown: dict[str, tuple[bool, int, str]] = {}
    for move in moves:
        text = read(move)
        if text:
            key = name_key(text)
            origins[key].add(move.origin)
            candidate = (move.lang != "en", -len(text), text)
            shown[key] = min(candidate, shown.get(key, candidate))
    if not origins:
        return None
    best = min(origins, key=lambda key: (-len(origins[key]), shown[key]))
    return shown[best][2]


def _choose_date(moves: Sequence[StoredMove]) -> str | None:
    """The most precise stated date; among equals the one that most origins give, then the latest."""
    origins: dict[str, set[str]] = defaultdict(set)
    for move in moves:
        if move.move.date:
            origins[move.move.date].add(move.origin)
    if not origins:
        return None
    best = min(PRECISIONS.index(precision_of(date)) for date in origins)
    equal = [date for date in origins if PRECISIONS.index(precision_of(date)) == best]
    return max(equal, key=lambda date: (len(origins[date]), date))


def _drop_wrong_days(members: Sequence[Told], stating: Sequence[StoredMove]) -> list[StoredMove]:
    """Without dates that may be of something else in their article, where others tell it as news without them, and
    without days that were announced and overtaken.
    """
    doubtful = {told.stored.move_id for told in members if told.time.is_doubtful}
    news = [told for told in members if told.time.told and told.stored.move_id not in doubtful]
    facts = [told.time for told in members if told.stored.move.status == "announced"]
    overtaken = {t.stored.move_id for t in members if any(overtakes(fact, t.time) for fact in facts)}
    wrong = overtaken | (doubtful if news else set())
    return [move for move in stating if move.move_id not in wrong]


def _find_announcement(main: Sequence[StoredMove]) -> str | None:
    """The first day on which it was announced, else reported; a rumour announces nothing."""
    for status in _AS_FACT:
        days = sorted(m.published_at.date() for m in main if m.published_at and m.move.status == status)
        if days:
            return days[0].isoformat()
    return None


def _first_report(moves: Sequence[StoredMove]) -> datetime:
    """When it was first told, as long as that belongs to the news of it.

    What was hinted at months before is in the history of the status; for readers it is news when it is told as such.
    """
    by_firmness = [[m for m in moves if m.move.status == status] for status in (*_AS_FACT, "rumoured", "denied")]
    firmest = next(found for found in by_firmness if found)
    since = min(told_at(move) for move in firmest) - timedelta(days=NEWS_BEFORE)
    return min(at for move in moves if (at := told_at(move)) >= since)


def _senior_family(moves: Iterable[StoredMove], preferred: str) -> str | None:
    other = "role_from" if preferred == "role_to" else "role_to"
    moves = list(moves)
    for side in (preferred, other):
        texts = sorted({text for move in moves if (text := getattr(move.move, side))})
        families = [family for text in texts if (family := role_family(text))]
        if families:
            return min(families, key=load_roles().order.index)
    return None


def _choose_successor(moves: Sequence[StoredMove], gazetteer: Gazetteer) -> str | None:
    return _choose_text(moves, lambda move: _known_name(move.move.successor, gazetteer))


def _known_name(name: str | None, gazetteer: Gazetteer) -> str | None:
    known = gazetteer.find_person(name) if name else None
    return known.name if known else name


def _name_of(
    organisation_id: str | None, members: Sequence[Told], book: EntityBook, gazetteer: Gazetteer
) -> str | None:
    """The known name of an organisation; for one that nobody lists, the wording that most of the origins use.

    Its wording comes from the moves of the event alone: what other events call it must not change this one.
    """
    if organisation_id is None:
        return None
    if organisation_id in gazetteer.organisation_by_id:
        return gazetteer.organisation_by_id[organisation_id].name
    moves = [t.stored for t in members if organisation_id in (t.from_id, t.to_id)]
    sides = {t.stored.move_id: t.from_id == organisation_id for t in members}
    return _choose_text(moves, lambda m: m.move.from_org if sides[m.move_id] else m.move.to_org) or (
        book.entities[organisation_id].name
    )


def _joint_confidence(moves: Iterable[StoredMove]) -> float:
    """That at least one of the independent origins was read right: the best move of each, taken as independent."""
    best: dict[str, float] = {}
    for move in moves:
        best[move.origin] = max(best.get(move.origin, 0.0), move.move.confidence)
    wrong = 1.0
    for confidence in best.values():
        wrong *= 1.0 - confidence
    return round(1.0 - wrong, 4)
