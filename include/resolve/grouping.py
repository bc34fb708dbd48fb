"""Mentions -> groups of one person each. Every step is a function of the set, so that order cannot matter.

1. The alias file decides: a full alias of a known person anchors the mention; a short form needs the organisation.
2. Mentions of one full name are one person where they share an organisation or do not contradict each other in time.
3. Likeness across scripts and spellings joins groups where an organisation agrees and the time is near.
4. A surname alone joins the full name of its article, or the only one that fits at its organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from include.knowledge.gazetteer import Gazetteer
from include.resolve.alike import Likely, join_alike, near_pairs
from include.resolve.apart import may_be_one
from include.resolve.book import EntityBook
from include.resolve.decisions import Decision
from include.resolve.evidence import ENOUGH, days_between, weigh
from include.resolve.keys import say_beginning
from include.resolve.likeness import PROPOSE_IN_SCRIPT, is_misspelt_part, is_one_word
from include.resolve.mentions import Mention, find_anchors
from include.resolve.names import folded_parts, is_telling, same_surname_form, short_sign
from include.resolve.places import Agreement, agree_on_places, are_in_reach, are_told_together
from include.resolve.sounds import is_everyday, is_rare_word
from include.resolve.union import Union

People = Union[Mention]
_SURNAME = "surname"
_AT_ONCE = 3  # days within which a rare surname alone means who is told of elsewhere
_SEVERAL = "a surname that fits several people"


@dataclass(frozen=True, slots=True)
class PersonGroup:
    """Mentions of one person. `anchor` is the person's id in the gazetteer, if it is there."""

    mentions: tuple[Mention, ...]
    anchor: str | None


def group_people(
    mentions: Sequence[Mention],
    gazetteer: Gazetteer,
    decisions: Sequence[Decision] = (),
    known: EntityBook | None = None,
) -> tuple[list[PersonGroup], list[Likely]]:
    """Group mentions by person. Also returns likenesses that were too weak or too ambiguous to act on."""
    union = Union(
        (m.move_id for m in mentions),
        find_anchors(mentions, gazetteer),
        {m.move_id: (_say(m), m) for m in mentions},
        may_be_one,
    )
    _join_anchored(mentions, union)
    _join_decided(mentions, union, decisions, known or EntityBook())
    _join_same_names(mentions, union)
    likely = join_alike(mentions, union)
    likely += _join_short_forms(mentions, union)
    groups: dict[str, list[Mention]] = defaultdict(list)
    apart = _split_off(mentions, union, decisions, known or EntityBook())
    for mention in mentions:
        groups[apart.get(mention.move_id) or union.find(mention.move_id)].append(mention)
    result = [
        PersonGroup(tuple(group), None if key.startswith("split:") else union.anchor(key))
        for key, group in sorted(groups.items())
    ]
    return result, likely


def _say(mention: Mention) -> tuple[object, ...]:
    """All that could speak against its being one with others: copies of one article say the same."""
    places = (place.organisation_id if place else None for place in mention.places)
    return (mention.full_forms, *places, mention.lang, mention.told[0].replace(day=1))


def _join_anchored(mentions: Iterable[Mention], union: People) -> None:
    first: dict[str, str] = {}
    for mention in mentions:
        anchor = union.anchor(mention.move_id)
        if anchor:
            union.join(first.setdefault(anchor, mention.move_id), mention.move_id)


def _join_decided(mentions: Sequence[Mention], union: People, decisions: Sequence[Decision], known: EntityBook) -> None:
    """People whom a person declared one: join all their mentions."""
    pairs = [(d.subject, d.other) for d in decisions if d.kind == "merge-entities" and d.other]
    if not pairs:
        return
    held: dict[str, list[str]] = defaultdict(list)
    for mention in mentions:
        link = known.links.get(mention.move_id)
        for person_id in {link.person_id if link else None, union.anchor(mention.move_id)}:
            if person_id:
                held[person_id].append(mention.move_id)
    for kept, gone in pairs:
        members = held.get(kept, []) + held.get(gone, [])
        for left, right in pairwise(members):
            union.join(left, right, decided=True)


def _join_same_names(mentions: Iterable[Mention], union: People) -> None:
    by_name: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        for key in mention.full_keys:
            by_name[key].append(mention)
    for key, same in by_name.items():
        # One name in one article is one person, whatever the organisations: a career told in a paragraph.
        _join_buckets(same, union, lambda mention: (mention.article_id,))
        _join_buckets(same, union, lambda mention: tuple(mention.marks))
        _join_at_one_place(same, union)
        for (left, _), (right, _) in near_pairs([(mention, "") for mention in same], union):
            if union.find(left.move_id) != union.find(right.move_id) and not _contradict(left, right, key):
                union.join(left.move_id, right.move_id)


def _join_at_one_place(same: Sequence[Mention], union: People) -> None:
    """One name at one organisation is one person at any time, however that is spelt: Cathay, Cathay Pacific."""
    by_hint: dict[str, dict[frozenset[str], Mention]] = defaultdict(dict)
    for mention in same:
        for hint in mention.first_hints:
            first = by_hint[hint].setdefault(mention.marks, mention)
            union.join(first.move_id, mention.move_id)
    for by_marks in by_hint.values():
        for left, right in combinations(by_marks.values(), 2):
            if agree_on_places(left, right) is Agreement.SAME:
                union.join(left.move_id, right.move_id)


def _join_buckets(mentions: Iterable[Mention], union: People, keys_of: Callable[[Mention], Iterable[str]]) -> None:
    first: dict[str, str] = {}
    for mention in mentions:
        for key in keys_of(mention):
            union.join(first.setdefault(key, mention.move_id), mention.move_id)


def _contradict(left: Mention, right: Mention, form: str) -> bool:
    """Whether two mentions near in time cannot be one person's story: they leave, or join, two different places.

    Names of places that do not say whether they are one are no contradiction within days of each other, nor are names
    in two languages where the person's is rare enough.
    """
    agreement = agree_on_places(left, right)
    named_in_both = any(a and b for a, b in zip(left.places, right.places, strict=True))
    if agreement is Agreement.SAME or not (left.roots and right.roots):
        return False
    if not named_in_both and not is_everyday(form):
        return False  # left the one, joined the other
    if (
        agreement is Agreement.OPEN
        and named_in_both
        and are_told_together(left, right)
        and any(map(is_telling, left.full_forms))
    ):
        return False
    return weigh(left, right, form, form) < ENOUGH


def _join_short_forms(mentions: Sequence[Mention], union: People) -> list[Likely]:
    """A surname alone joins the full name of its article, else the only full name that fits at its organisation.

    Surnames that are told near each other at one organisation go together, so that what one of them finds counts for
    all, and what is doubtful for one is doubtful for all.
    """
    in_article, at_place = _index_full_names(mentions)
    likely: list[Likely] = []
    alone: dict[str, list[tuple[Mention, str]]] = defaultdict(list)
    for mention in mentions:
        if mention.full_forms or union.anchor(mention.move_id):
            continue
        full_names = in_article[mention.article_id]
        people = _by_person(full_names, mention, union, _is_short_for) or _by_person(
            full_names, mention, union, _is_misspelt
        )
        if len(people) == 1:
            union.join(mention.move_id, next(iter(people)))
            continue
        likely += [(mention, other, PROPOSE_IN_SCRIPT, _SEVERAL) for other in people.values()]
        for key in _short_keys(mention):
            alone["|".join(key)].append((mention, ""))
        for mark, part in product(mention.marks, _parts_of(mention)):
            alone[f"{mark}|{say_beginning(part)}"].append((mention, ""))
    _join_alone(alone, union)
    together: dict[str, dict[str, Mention]] = defaultdict(dict)
    for mention in {entry[0].move_id: entry[0] for same in alone.values() for entry in same}.values():
        together[union.find(mention.move_id)][mention.move_id] = mention
    for root, members in sorted(together.items()):
        people = {}
        for _, mention in sorted(members.items()):
            near = (
                other
                for key in _short_keys(mention)
                for other in at_place[key]
                if _may_be_of(mention, other, rare=key[0] == _SURNAME)
            )
            people |= _by_person(near, mention, union, _is_short_for)
        if len(people) == 1:
            union.join(root, next(iter(people)))
        else:
            likely += [(members[min(members)], other, PROPOSE_IN_SCRIPT, _SEVERAL) for other in people.values()]
    return likely


def _join_alone(alone: Mapping[str, Sequence[tuple[Mention, str]]], union: People) -> None:
    """Join surnames that are told near each other at one organisation."""
    for _, same in sorted(alone.items()):
        for (left, _), (right, _) in near_pairs(same, union):
            in_reach = are_in_reach(left, right) and agree_on_places(left, right) is Agreement.SAME
            if in_reach and any(is_one_word(a, b) for a, b in product(_parts_of(left), _parts_of(right))):
                union.join(left.move_id, right.move_id)


def _parts_of(mention: Mention) -> set[str]:
    return {part for form in mention.forms for part in folded_parts(form)}


def _may_be_of(short: Mention, full: Mention, *, rare: bool) -> bool:
    """Whether a surname alone can be of the full name: at one organisation; a rare one also where nothing says no."""
    agreement = agree_on_places(short, full)
    if agreement is Agreement.SAME:
        return are_in_reach(short, full)
    may_be_one = agreement is Agreement.OPEN or (agreement is Agreement.UNLIKE and short.lang != full.lang)
    return rare and may_be_one and days_between(short, full) <= _AT_ONCE


def _index_full_names(
    mentions: Iterable[Mention],
) -> tuple[dict[str, list[Mention]], dict[tuple[str, str], list[Mention]]]:
    """Mentions with a full name, by article, and by organisation and word of the name."""
    in_article: dict[str, list[Mention]] = defaultdict(list)
    at_place: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.full_forms:
            in_article[mention.article_id].append(mention)
            for key in _place_keys(mention, mention.full_forms):
                at_place[key].append(mention)
    return in_article, at_place


def _by_person(
    candidates: Iterable[Mention], short: Mention, union: People, fits: Callable[[Mention, Mention], bool]
) -> dict[str, Mention]:
    """Those of the candidates whose full name fits the short form, one for each person."""
    return {union.find(other.move_id): other for other in candidates if fits(short, other)}


def _short_keys(mention: Mention) -> list[tuple[str, str]]:
    return sorted(_place_keys(mention, mention.forms))


def _place_keys(mention: Mention, forms: Iterable[str]) -> set[tuple[str, str]]:
    """Each word of the names at each of the places, as consonants: family names alone come in several scripts.

    A rare one also without a place.
    """
    parts = {short_sign(part): is_rare_word(part) for form in forms for part in folded_parts(form)}
    at_places = {(mark, part) for mark in (*mention.marks, *mention.hints) for part in parts}
    return at_places | {(_SURNAME, part) for part, rare in parts.items() if rare}


def _is_short_for(mention: Mention, full: Mention) -> bool:
    return any(same_surname_form(short, form) for short in mention.forms for form in full.full_forms)


def _is_misspelt(mention: Mention, full: Mention) -> bool:
    return any(is_misspelt_part(short, form) for short in mention.forms for form in full.full_forms)


def _split_off(
    mentions: Iterable[Mention], union: People, decisions: Sequence[Decision], known: EntityBook
) -> dict[str, str]:
    """Mentions that a person took out of an entity: move id -> name of their own group."""
    apart: dict[str, str] = {}
    for decision in decisions:
        if decision.kind != "split-entity":
            continue
        chosen = {*decision.article_ids, *decision.move_ids}
        for mention in mentions:
            link = known.links.get(mention.move_id)
            held = {link.person_id if link else None, union.anchor(mention.move_id)}
            named = mention.move_id in chosen or mention.article_id in chosen
            if named and (
                decision.subject in held or apart.get(mention.move_id) or link is None or decision.other in held
            ):
                apart[mention.move_id] = f"split:{decision.decision_id}"
    return apart
