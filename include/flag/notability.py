"""How much an event matters: a sum of named terms, each with its points and the move that carries its evidence.

A score looks only at what was known when the event was reported, never at the time of reading.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from include.knowledge.gazetteer import Gazetteer, Organisation
from include.knowledge.notability import NotabilityModel
from include.knowledge.roles import role_families
from include.knowledge.watchlist import Watchlist
from include.records import Event, Flag, StoredMove, Term

NEVER_SHOWN = ("denied", "retracted")
_JUDGED = ("approved", "corrected")  # by a person


@dataclass(frozen=True, slots=True)
class ScoreContext:
    """What a score needs besides the event."""

    gazetteer: Gazetteer
    moves: Mapping[str, StoredMove] = field(default_factory=dict)  # evidence, by move id
    recent_departures: int = 0  # other people who left the same organisation in the 30 days before


def score_event(event: Event, *, context: ScoreContext, model: NotabilityModel, watchlist: Watchlist) -> Flag:
    """Score one event.

    Shown and alerted are two thresholds; what is denied or retracted reaches neither, what is in doubt is shown alone.
    """
    terms = tuple(term for term in _find_terms(event, context, model, watchlist) if term.points)
    score = round(sum(term.points for term in terms), 1)
    doubt = find_doubt(event.status, event.confidence, event.review, model)
    open_case = event.status not in NEVER_SHOWN and event.merged_into is None
    return Flag(
        event_id=event.event_id,
        score=score,
        shown=open_case and score >= model.shown,
        alerted=open_case and score >= model.alerted and not doubt,
        terms=terms,
        model=model.version,
    )


def find_doubt(status: str, confidence: float, review: str, model: NotabilityModel) -> str:
    """Why nobody is alerted of an event however high its score: it is a rumour, or was read unsurely and no person has
    judged it. "" where neither holds. The arguments are columns of `events`."""
    if status == "rumoured":
        return "a rumour"
    return "" if _is_sure(confidence, review, model) else f"read with {confidence:.0%} confidence, not reviewed"


def explain_flag(flag: Flag, model: NotabilityModel) -> list[str]:
    """One line a term, the greatest first, and what the score would be without it where that changes the outcome."""
    lines = []
    for term in sorted(flag.terms, key=lambda term: (-abs(term.points), term.feature)):
        without = round(flag.score - term.points, 1)
        line = f"{term.feature}: {term.value} {term.points:+g}"
        if (without >= model.shown) != (flag.score >= model.shown):
            line += f"; without it: {without:g}, {'flagged' if without >= model.shown else 'not flagged'}"
        lines.append(line)
    return lines


def _find_terms(event: Event, context: ScoreContext, model: NotabilityModel, watchlist: Watchlist) -> Iterator[Term]:
    yield Term("kind", event.kind, model.points("kind", event.kind), _first_move(event, context))
    yield from _seniority_terms(event, context, model)
    yield from _organisation_terms(event, context, model)
    yield from _person_terms(event, context, model)
    yield from _coverage_terms(event, model)
    yield from _company_terms(event, context, model)
    yield from _discount_terms(event, context, model)
    yield from _watch_terms(event, context, model, watchlist)


def _seniority_terms(event: Event, context: ScoreContext, model: NotabilityModel) -> Iterator[Term]:
    """The most senior post counts, and being a founder besides."""
    families = dict.fromkeys(role_families(event.role_from) + role_families(event.role_to))
    if event.role_family:
        families.setdefault(event.role_family)
    ranked = sorted(families, key=lambda family: (-model.points("seniority", family), family))
    chosen = [family for family in ranked if family != "founder"][:1] + ["founder"] * ("founder" in ranked)
    for family in chosen:
        carrying = _find_move(event, context, lambda move, family=family: family in _families(move))  # type: ignore[misc]
        feature = "founder" if family == "founder" else "seniority"
        yield Term(feature, family, model.points("seniority", family), carrying)


def _families(stored: StoredMove) -> tuple[str, ...]:
    return role_families(stored.move.role_from) + role_families(stored.move.role_to)


def _organisation_terms(event: Event, context: ScoreContext, model: NotabilityModel) -> Iterator[Term]:
    sides = [_lookup(organisation_id, context.gazetteer) for organisation_id in (event.from_org_id, event.to_org_id)]
    known = [organisation for organisation in sides if organisation]
    if known:
        top = min(known, key=lambda organisation: organisation.tier)
        points = model.points("organisation_tier", str(top.tier))
        yield Term("organisation", f"{top.name}, tier {top.tier}", points, _first_move(event, context))
    left = sides[0] or (sides[1] if event.kind != "departure" else None)
    if left is not None:
        yield Term("organisation kind", left.kind, model.points("organisation_kind", left.kind))
    if event.destination_kind:
        named = _find_move(event, context, lambda move: bool(move.move.to_org) or bool(move.move.reason_stated))
        yield Term("destination", event.destination_kind, model.points("destination", event.destination_kind), named)


def _lookup(organisation_id: str | None, gazetteer: Gazetteer) -> Organisation | None:
    return gazetteer.organisation_by_id.get(organisation_id) if organisation_id else None


def _person_terms(event: Event, context: ScoreContext, model: NotabilityModel) -> Iterator[Term]:
    person = context.gazetteer.person_by_id.get(event.person_id)
    if person is None:
        return
    points = model.points("person_prominence", str(person.prominence))
    yield Term("prominence", f"{person.name}, level {person.prominence}", points)
    if person.works:
        yield Term("known works", ", ".join(person.works[:3]), model.scalars["known_works"])


def _coverage_terms(event: Event, model: NotabilityModel) -> Iterator[Term]:
    if event.origins > 1:
        points = round(model.scalars["origins"] * math.log(event.origins), 1)
        yield Term("origins", f"{event.origins} independent", points)
    if len(event.languages) > 1:
        points = round(model.scalars["languages"] * math.log(len(event.languages)), 1)
        yield Term("languages", ", ".join(event.languages), points)


def _company_terms(event: Event, context: ScoreContext, model: NotabilityModel) -> Iterator[Term]:
    others = len(event.group_event_ids)
    if others:
        points = model.scalars["group"] * min(others, model.scalars["group_limit"])
        yield Term("team move", f"{others} more went along", points)
    if event.kind == "departure" and context.recent_departures:
        points = model.scalars["cluster"] * min(context.recent_departures, model.scalars["cluster_limit"])
        left = "1 other" if context.recent_departures == 1 else f"{context.recent_departures} others"
        yield Term("in 30 days", f"{left} left {event.from_org}", points)


def _discount_terms(event: Event, context: ScoreContext, model: NotabilityModel) -> Iterator[Term]:
    change = event.history[-1] if event.history else None
    yield Term("status", event.status, model.points("status", event.status), change.move_id if change else None)
    if event.focus == "background":
        yield Term("recalled", "in passing", model.scalars["background"], _first_move(event, context))
    age = _age_when_reported(event)
    if age is not None and age > model.history_after_days:
        yield Term("age", f"{age} days when first reported", model.scalars["history"])
    if not _is_sure(event.confidence, event.review, model):
        yield Term("confidence", f"read with {event.confidence:.0%} confidence", model.scalars["low_confidence"])


def _is_sure(confidence: float, review: str, model: NotabilityModel) -> bool:
    return confidence >= model.scalars["confidence_floor"] or review in _JUDGED


def _age_when_reported(event: Event) -> int | None:
    """Days from the end of the stated date to the first report; None where one of the two is not known."""
    if not event.date or not event.first_reported_at:
        return None
    padded = event.date + {"day": "", "month": "-28", "year": "-12-31", "none": ""}[event.date_precision]
    return (event.first_reported_at.date() - date.fromisoformat(padded)).days


def _watch_terms(event: Event, context: ScoreContext, model: NotabilityModel, watchlist: Watchlist) -> Iterator[Term]:
    left = watchlist.watches_organisation(event.from_org_id, event.from_org, context.gazetteer)
    joined = watchlist.watches_organisation(event.to_org_id, event.to_org, context.gazetteer)
    watched = left is not None
    if left:
        yield Term("watchlist", left, model.scalars["watchlist_organisation"])
    elif joined:
        yield Term("watchlist destination", joined, model.scalars["watchlist_destination"])
    person = watchlist.watches_person(event.person_id, event.person, context.gazetteer)
    if person:
        yield Term("watchlist person", person, model.scalars["watchlist_person"])
    role = watchlist.watches_role(event.role_from) or watchlist.watches_role(event.role_to)
    if role and watched:
        yield Term("watchlist post", role, model.scalars["watchlist_role"])


def _first_move(event: Event, context: ScoreContext) -> str | None:
    return _find_move(event, context, lambda move: True)


def _find_move(event: Event, context: ScoreContext, fits: Callable[[StoredMove], bool]) -> str | None:
    """The move to show for a term: told as news, in a sentence that names the person, read most surely."""
    moves: Iterable[StoredMove] = (context.moves[key] for key in event.move_ids if key in context.moves)
    fitting = [move for move in moves if fits(move) and move.move.status != "denied"]
    if not fitting:
        return None
    return min(fitting, key=_rank_as_evidence).move_id


def _rank_as_evidence(stored: StoredMove) -> tuple[bool, bool, float, str]:
    move = stored.move
    return move.focus != "main", move.person not in move.evidence.quote, -move.confidence, stored.move_id
