"""Mentions -> groups of one person each. Every step is a function of the set, so that order cannot matter.

1. The alias file decides: a full alias of a known person anchors the mention; a short form needs the organisation.
2. Mentions of one full name are one person where they share an organisation or do not contradict each other in time.
3. Likeness across scripts and spellings joins groups where an organisation agrees and the time is near.
4. A surname alone joins the full name of its article, or the only one that fits at its organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from include.knowledge.gazetteer import Gazetteer
from include.resolve.book import EntityBook
from include.resolve.decisions import Decision
from include.resolve.mentions import Mention
from include.resolve.names import (
    ACCEPT_ACROSS_SCRIPTS,
    PROPOSE,
    are_near,
    folded_parts,
    name_likeness,
    same_surname_form,
    script_of,
    signature,
)

ACCEPT_IN_SCRIPT = 0.9
_COMPARED_AHEAD = 40  # mentions of one name that are compared with each one, in order of time
Likely = tuple[Mention, Mention, float, str]


@dataclass(frozen=True, slots=True)
class PersonGroup:
    """Mentions of one person. `anchor` is the person's id in the gazetteer, if it is there."""

    mentions: tuple[Mention, ...]
    anchor: str | None


class _Union:
    """Disjoint sets of mentions, each with at most one anchor."""

    def __init__(self, mentions: Sequence[Mention], anchors: dict[str, str]) -> None:
        self.parent = {mention.move_id: mention.move_id for mention in mentions}
        self.anchor: dict[str, str | None] = {move_id: anchors.get(move_id) for move_id in self.parent}

    def find(self, move_id: str) -> str:
        while self.parent[move_id] != move_id:
            self.parent[move_id] = self.parent[self.parent[move_id]]
            move_id = self.parent[move_id]
        return move_id

    def join(self, left: str, right: str) -> bool:
        """Make two sets one, unless they are two different known people."""
        a, b = sorted((self.find(left), self.find(right)))
        if a == b:
            return True
        if self.anchor[a] and self.anchor[b] and self.anchor[a] != self.anchor[b]:
            return False
        self.parent[b] = a
        self.anchor[a] = self.anchor[a] or self.anchor[b]
        return True


def group_people(
    mentions: Sequence[Mention],
    gazetteer: Gazetteer,
    decisions: Sequence[Decision] = (),
    known: EntityBook | None = None,
) -> tuple[list[PersonGroup], list[Likely]]:
    """Group mentions by person. Also returns likenesses that were too weak or too ambiguous to act on."""
    union = _Union(mentions, _anchor_known(mentions, gazetteer))
    _join_anchored(mentions, union)
    _join_decided(mentions, union, decisions, known or EntityBook())
    _join_same_names(mentions, union)
    likely = _join_alike(mentions, union)
    likely += _join_short_forms(mentions, union)
    groups: dict[str, list[Mention]] = defaultdict(list)
    apart = _split_off(mentions, union, decisions, known or EntityBook())
    for mention in mentions:
        groups[apart.get(mention.move_id) or union.find(mention.move_id)].append(mention)
    result = [
        PersonGroup(tuple(group), None if key.startswith("split:") else union.anchor[key])
        for key, group in sorted(groups.items())
    ]
    return result, likely


def _anchor_known(mentions: Iterable[Mention], gazetteer: Gazetteer) -> dict[str, str]:
    anchors = {}
    for mention in mentions:
        full = {found.id for form in mention.forms if (found := gazetteer.find_person(form))}
        short = {
            person.id
            for form in mention.forms
            if not full and not mention.full_forms
            for person in gazetteer.find_people_by_short_form(form)
            if _is_known_there(person.known_for, mention, gazetteer)
        }
        candidates = full or short
        if len(candidates) == 1:
            anchors[mention.move_id] = candidates.pop()
    return anchors


def _is_known_there(known_for: tuple[str, ...], mention: Mention, gazetteer: Gazetteer) -> bool:
    return bool({gazetteer.root_of(organisation) for organisation in known_for} & set(mention.roots))


def _join_anchored(mentions: Iterable[Mention], union: _Union) -> None:
    first: dict[str, str] = {}
    for mention in mentions:
        anchor = union.anchor[mention.move_id]
        if anchor:
            union.join(first.setdefault(anchor, mention.move_id), mention.move_id)


def _join_decided(mentions: Sequence[Mention], union: _Union, decisions: Sequence[Decision], known: EntityBook) -> None:
    """People whom a person declared one: join all their mentions."""
    pairs = [(d.subject, d.other) for d in decisions if d.kind == "merge-entities" and d.other]
    if not pairs:
        return
    held: dict[str, list[str]] = defaultdict(list)
    for mention in mentions:
        link = known.links.get(mention.move_id)
        for person_id in {link.person_id if link else None, union.anchor[mention.move_id]}:
            if person_id:
                held[person_id].append(mention.move_id)
    for kept, gone in pairs:
        members = held.get(kept, []) + held.get(gone, [])
        for left, right in pairwise(members):
            union.join(left, right)


def _join_same_names(mentions: Iterable[Mention], union: _Union) -> None:
    by_name: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        for key in mention.full_keys:
            by_name[key].append(mention)
    for same in by_name.values():
        # One name in one article is one person, whatever the organisations: a career told in a paragraph.
        _join_buckets(same, union, lambda mention: (mention.article_id,))
        _join_buckets(same, union, lambda mention: tuple(mention.marks))
        same.sort(key=lambda mention: (mention.at, mention.move_id))
        for index, left in enumerate(same):
            for right in same[index + 1 : index + 1 + _COMPARED_AHEAD]:
                if not are_near(left.at, right.at):
                    break
                if not _contradict(left, right):
                    union.join(left.move_id, right.move_id)


def _join_buckets(mentions: Iterable[Mention], union: _Union, keys_of) -> None:  # type: ignore[no-untyped-def]
    first: dict[str, str] = {}
    for mention in mentions:
        for key in keys_of(mention):
            union.join(first.setdefault(key, mention.move_id), mention.move_id)


def _contradict(left: Mention, right: Mention) -> bool:
    """Whether two mentions near in time cannot be one person's story: they leave, or join, two different places."""
    if left.marks & right.marks:
        return False
    leaves_two = bool(left.from_root and right.from_root)
    joins_two = bool(left.to_root and right.to_root)
    return leaves_two or joins_two


def _join_alike(mentions: Sequence[Mention], union: _Union) -> list[Likely]:
    """Join groups whose names are alike where an organisation agrees and the time is near; return the doubtful."""
    buckets: dict[tuple[str, str], list[tuple[Mention, str]]] = defaultdict(list)
    for mention in mentions:
        for form in mention.full_forms:
            for mark in mention.marks:
                buckets[mark, signature(form)].append((mention, form))
                for part in folded_parts(form):
                    buckets[mark, "=" + part].append((mention, form))
    best: dict[tuple[str, str], tuple[float, Mention, Mention]] = {}
    for bucket in buckets.values():
        bucket.sort(key=lambda entry: (entry[0].at, entry[0].move_id, entry[1]))
        for index, (left, left_form) in enumerate(bucket):
            for right, right_form in bucket[index + 1 : index + 1 + _COMPARED_AHEAD]:
                if not are_near(left.at, right.at):
                    break
                pair = tuple(sorted((union.find(left.move_id), union.find(right.move_id))))
                if pair[0] == pair[1]:
                    continue
                likeness = name_likeness(left_form, right_form)
                if likeness >= PROPOSE and likeness > best.get(pair, (0.0,))[0]:  # type: ignore[arg-type]
                    best[pair[0], pair[1]] = (likeness, left, right)
    likely: list[Likely] = []
    for likeness, left, right in sorted(best.values(), key=lambda e: (-e[0], e[1].move_id, e[2].move_id)):
        across = script_of(left.full_forms[0]) != script_of(right.full_forms[0])
        if likeness < (ACCEPT_ACROSS_SCRIPTS if across else ACCEPT_IN_SCRIPT):
            likely.append((left, right, likeness, "like names at one organisation"))
        elif not union.join(left.move_id, right.move_id):
            likely.append((left, right, likeness, "like names, but two known people"))
    return likely


def _join_short_forms(mentions: Sequence[Mention], union: _Union) -> list[Likely]:
    """A surname alone joins the full name of its article, else the only full name that fits at its organisation."""
    full_by_article: dict[str, list[Mention]] = defaultdict(list)
    full_by_mark: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.full_forms:
            full_by_article[mention.article_id].append(mention)
            for part in {part for form in mention.full_forms for part in folded_parts(form)}:
                for mark in mention.marks:
                    full_by_mark[mark, part].append(mention)
    likely: list[Likely] = []
    lone: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.full_forms or union.anchor[mention.move_id]:
            continue
        parts = [part for form in mention.forms for part in folded_parts(form)]
        candidates = [m for m in full_by_article[mention.article_id] if _is_short_for(mention, m)]
        if not candidates:
            near = (m for part in parts for mark in sorted(mention.marks) for m in full_by_mark[mark, part])
            candidates = [m for m in near if are_near(m.at, mention.at) and _is_short_for(mention, m)]
        people = {union.find(m.move_id): m for m in candidates}
        if len(people) == 1:
            union.join(mention.move_id, next(iter(people)))
            continue
        likely += [(mention, other, PROPOSE, "a surname that fits several people") for other in people.values()]
        for mark in mention.marks:
            for part in parts:
                lone[mark, part].append(mention)
    for same in lone.values():
        same.sort(key=lambda mention: (mention.at, mention.move_id))
        for left, right in pairwise(same):
            if are_near(left.at, right.at):
                union.join(left.move_id, right.move_id)
    return likely


def _is_short_for(mention: Mention, full: Mention) -> bool:
    return any(same_surname_form(short, form) for short in mention.forms for form in full.full_forms)


def _split_off(
    mentions: Iterable[Mention], union: _Union, decisions: Sequence[Decision], known: EntityBook
) -> dict[str, str]:
    """Mentions that a person took out of an entity: move id -> name of their own group."""
    apart: dict[str, str] = {}
    for decision in decisions:
        if decision.kind != "split-entity":
            continue
        chosen = {*decision.article_ids, *decision.move_ids}
        for mention in mentions:
            link = known.links.get(mention.move_id)
            held = {link.person_id if link else None, union.anchor[union.find(mention.move_id)]}
            named = mention.move_id in chosen or mention.article_id in chosen
            if named and (
                decision.subject in held or apart.get(mention.move_id) or link is None or decision.other in held
            ):
                apart[mention.move_id] = f"split:{decision.decision_id}"
    return apart
