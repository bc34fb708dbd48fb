"""Moves -> who is who. Ids are assigned once; the grouping is a function of the set of moves, not of their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from include.knowledge.gazetteer import Gazetteer
from include.knowledge.namekeys import name_key
from include.records import Entity, StoredMove
from include.resolve.book import EntityBook, MoveLink, Proposal, short_hash
from include.resolve.decisions import Decision
from include.resolve.grouping import PersonGroup, group_people
from include.resolve.mentions import (
    Mention,
    NamedOrganisation,
    name_listed,
    name_organisation,
    read_mention,
    unknown_mark,
)
from include.resolve.names import script_of

_MAX_ALIASES = 40


def resolve_entities(
    moves: Iterable[StoredMove],
    known: EntityBook,
    gazetteer: Gazetteer,
    decisions: Sequence[Decision] = (),
) -> EntityBook:
    """Say of every move whom and which organisations it names.

    `moves` are the new ones and every move that shares a block key with one of them; `known` is what an earlier run
    said of these. A known id is kept by the group that holds its earliest move; where two known people turn out to be
    one, the older id survives and the other is merged into it. The result covers the given moves and the entities
    that they name.
    """
    ordered = sorted(moves, key=lambda stored: stored.move_id)
    declared = _list_declared(decisions, known, gazetteer)
    mentions = [read_mention(stored, gazetteer, declared) for stored in ordered]
    groups, likely = group_people(mentions, gazetteer, decisions, known)
    stored_by_id = {stored.move_id: stored for stored in ordered}
    entities = dict(known.entities)
    person_of = _assign_people(groups, stored_by_id, known, gazetteer, entities)
    links = {}
    for stored in ordered:
        source = name_organisation(stored.move.from_org, stored.move.from_aliases, gazetteer)
        target = name_organisation(stored.move.to_org, stored.move.to_aliases, gazetteer)
        for named, name in ((source, stored.move.from_org), (target, stored.move.to_org)):
            if named is not None:
                _note_organisation(named, name or "", gazetteer, entities)
        links[stored.move_id] = MoveLink(
            move_id=stored.move_id,
            person_id=person_of[stored.move_id],
            from_org_id=source.organisation_id if source else None,
            to_org_id=target.organisation_id if target else None,
        )
    _apply_entity_decisions(decisions, entities)
    book = EntityBook(entities, links)
    return replace(
        book,
        links={key: _follow(link, book) for key, link in links.items()},
        proposals=_name_proposals(likely, person_of, book, decisions),
    )


def _list_declared(
    decisions: Sequence[Decision], known: EntityBook, gazetteer: Gazetteer
) -> dict[str, NamedOrganisation]:
    """Organisations that people declared to be another one, by id, with what they are now."""
    pairs = {d.other: d.subject for d in decisions if d.kind == "merge-entities" and d.other}
    declared = {}
    for gone in pairs:
        kept, seen = pairs[gone], {gone}
        while kept in pairs and kept not in seen:
            seen.add(kept)
            kept = pairs[kept]
        entity, listed = known.entities.get(kept), gazetteer.organisation_by_id.get(kept)
        if listed is not None:
            declared[gone] = name_listed(listed, gazetteer)
        elif entity is not None and entity.kind == "organisation":
            declared[gone] = NamedOrganisation(kept, entity.name, kept, unknown_mark(kept, entity.name))
    return declared


def _follow(link: MoveLink, book: EntityBook) -> MoveLink:
    return replace(
        link,
        person_id=book.survivor(link.person_id),
        from_org_id=book.survivor(link.from_org_id) if link.from_org_id else None,
        to_org_id=book.survivor(link.to_org_id) if link.to_org_id else None,
    )


def _assign_people(
    groups: list[PersonGroup],
    stored_by_id: dict[str, StoredMove],
    known: EntityBook,
    gazetteer: Gazetteer,
    entities: dict[str, Entity],
) -> dict[str, str]:
    """Give every group its id and write its entity. Returns person id by move id."""
    claims = _find_claims(groups, stored_by_id, known, gazetteer)
    # The group with the earliest move of a known id owns that id.
    held: dict[int, list[str]] = defaultdict(list)
    for person_id, claimed in sorted(claims.items(), key=lambda entry: (min(entry[1]), entry[0])):
        held[min(claimed)[1]].append(person_id)
    _claim_by_name(groups, held, claims, known, gazetteer)
    person_of: dict[str, str] = {}
    for index, group in enumerate(groups):
        person_id = group.anchor or (held[index][0] if held[index] else _new_person_id(group, entities))
        for other in held[index]:
            if other != person_id and other in entities:
                entities[other] = replace(entities[other], merged_into=person_id)
        before = entities.get(person_id)
        entities[person_id] = _describe_person(person_id, group, stored_by_id, gazetteer, before)
        for mention in group.mentions:
            person_of[mention.move_id] = person_id
    return person_of


def _find_claims(
    groups: list[PersonGroup], stored_by_id: dict[str, StoredMove], known: EntityBook, gazetteer: Gazetteer
) -> dict[str, list[tuple[tuple[datetime, str], int]]]:
    """By known id: the moves that had it, as (when first had, move id), and the group that each is in now."""
    claims: dict[str, list[tuple[tuple[datetime, str], int]]] = defaultdict(list)
    for index, group in enumerate(groups):
        for mention in group.mentions:
            link = known.links.get(mention.move_id)
            # The id of a listed person belongs to whom the list names, not to a mention that once seemed theirs.
            if link is not None and link.person_id not in gazetteer.person_by_id:
                claims[link.person_id].append(((stored_by_id[mention.move_id].known_at, mention.move_id), index))
    return claims


def _claim_by_name(
    groups: list[PersonGroup],
    held: dict[int, list[str]],
    claims: Mapping[str, object],
    known: EntityBook,
    gazetteer: Gazetteer,
) -> None:
    """Give ids whose moves are all gone (read again by a newer detector) to the groups that have their names."""
    places: dict[str, set[str | None]] = defaultdict(set)
    for link in known.links.values():
        places[link.person_id] |= {known.root_of(link.from_org_id), known.root_of(link.to_org_id)} - {None}
    free: dict[str, list[str]] = defaultdict(list)
    for entity in sorted(known.entities.values(), key=lambda entity: entity.entity_id):
        lost = entity.entity_id not in claims and entity.entity_id not in gazetteer.person_by_id
        if entity.kind == "person" and lost and not entity.merged_into:
            for name in {name_key(form) for form in (entity.name, *entity.aliases)}:
                free[name].append(entity.entity_id)
    taken: set[str] = set()
    for index, group in enumerate(groups):
        if group.anchor or held[index]:
            continue
        roots = {root for mention in group.mentions for root in mention.roots}
        names = sorted({name_key(form) for mention in group.mentions for form in mention.full_forms or mention.forms})
        for person_id in dict.fromkeys(found for name in names for found in free[name]):
            elsewhere = roots and places[person_id] and not roots & places[person_id]
            if person_id not in taken and not elsewhere:
                taken.add(person_id)
                held[index].append(person_id)
                break


def _new_person_id(group: PersonGroup, entities: dict[str, Entity]) -> str:
    names = sorted(key for mention in group.mentions for key in mention.full_keys or mention.forms)
    first = min(group.mentions, key=lambda mention: mention.move_id)
    candidate = "p-" + short_hash("person", names[0] if names else "", first.move_id)
    while candidate in entities:
        candidate = "p-" + short_hash("again", candidate)
    return candidate


def _describe_person(
    person_id: str,
    group: PersonGroup,
    stored_by_id: dict[str, StoredMove],
    gazetteer: Gazetteer,
    before: Entity | None,
) -> Entity:
    aliases = {form for mention in group.mentions for form in mention.forms}
    listed = gazetteer.person_by_id.get(person_id)
    if listed is not None:
        return Entity(person_id, "person", listed.name, tuple(sorted(aliases - {listed.name}))[:_MAX_ALIASES])
    counts = Counter(stored_by_id[mention.move_id].move.person for mention in group.mentions)
    full = {form for mention in group.mentions for form in mention.full_forms}
    name = min(
        counts,
        key=lambda form: (form not in full, script_of(form) != "latin", -counts[form], -len(form), form),
    )
    if before is not None:
        aliases |= set(before.aliases)
    return Entity(person_id, "person", name, tuple(sorted(aliases - {name}))[:_MAX_ALIASES])


def _note_organisation(named: NamedOrganisation, name: str, gazetteer: Gazetteer, entities: dict[str, Entity]) -> None:
    """Write the organisation's entity, and those of its parents."""
    before = entities.get(named.organisation_id)
    aliases = set(before.aliases if before else ())
    listed = gazetteer.organisation_by_id.get(named.organisation_id)
    title = named.name if before is None or listed else before.name
    if name_key(name) != name_key(title):
        aliases.add(name)
    entities[named.organisation_id] = Entity(
        entity_id=named.organisation_id,
        kind="organisation",
        name=title,
        aliases=tuple(sorted(aliases))[:_MAX_ALIASES],
        parent_id=listed.parent if listed else None,
    )
    while listed is not None and listed.parent and listed.parent not in entities:
        listed = gazetteer.organisation_by_id[listed.parent]
        entities[listed.id] = Entity(listed.id, "organisation", listed.name, (), listed.parent)


def _apply_entity_decisions(decisions: Sequence[Decision], entities: dict[str, Entity]) -> None:
    """Merge whole entities that a person declared one. Merges of people act in `grouping`, on their moves."""
    for decision in decisions:
        if decision.kind != "merge-entities" or not decision.other:
            continue
        kept, gone = decision.subject, decision.other
        if gone in entities and kept in entities and kept != gone:
            entities[gone] = replace(entities[gone], merged_into=kept)


def _name_proposals(
    likely: Iterable[tuple[Mention, Mention, float, str]],
    person_of: dict[str, str],
    book: EntityBook,
    decisions: Sequence[Decision],
) -> tuple[Proposal, ...]:
    """Proposals between people who are still two, best first; of two people the most alike mentions."""
    rejected = {decision.subject for decision in decisions if decision.kind == "reject"}
    found: dict[str, Proposal] = {}
    for left, right, likeness, why in sorted(likely, key=_likeliest):
        people = {book.survivor(person_of[mention.move_id]): mention.move_id for mention in (right, left)}
        if len(people) != 2:
            continue
        one, other = sorted(people)
        proposal_id = "same-" + short_hash(one, other)
        if proposal_id not in found:
            found[proposal_id] = Proposal(
                proposal_id,
                "person",
                one,
                other,
                likeness=round(likeness, 3),
                why=why,
                left_move=people[one],
                right_move=people[other],
                answer="reject" if proposal_id in rejected else "",
            )
    return tuple(found.values())


def _likeliest(likely: tuple[Mention, Mention, float, str]) -> tuple[float, str, str]:
    left, right, likeness, _ = likely
    return (-likeness, left.move_id, right.move_id)
