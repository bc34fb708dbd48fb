"""Who is the person of a trigger: candidates and what speaks for or against each.

The features know nothing of a language but its word order and marks, so that one set of weights serves all.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from include.detect.reading import Mention, Reading
from include.detect.triggers import ARGUMENTS, Trigger

_MOST = 400  # pairs of a trigger and a person that one sentence yields; none of a newspaper comes near
_BREAKS = (";", ":", " - ", "；", "。")


@dataclass(slots=True)
class Candidate:
    """One person (entity) as an argument of one trigger."""

    trigger: Trigger
    action: str  # leaver, joiner, appointee, absentee, returner, founder
    position: str  # subject, object, noun, agent
    person: int  # index into Reading.persons
    mention: Mention
    features: dict[str, float] = field(default_factory=dict)

    @property
    def closeness(self) -> int:
        """Characters between person and trigger, fewer on the side where such a trigger has its person."""
        mention, trigger = self.mention, self.trigger
        before = mention.end <= trigger.start
        gap = trigger.start - mention.end if before else mention.start - trigger.end
        return gap - 25 * (before == (self.position in ("subject", "noun")))


def word_distance(gap: str, spaces: bool) -> int:
    """Length of a stretch of text in words; two characters a word where the script has no spaces."""
    return len(gap.split()) if spaces else (len(gap.replace(" ", "")) + 1) // 2


def bucket(value: int) -> str:
    """Coarse distance."""
    for limit, name in ((0, "0"), (2, "1-2"), (5, "3-5"), (9, "6-9"), (15, "10-15"), (25, "16-25")):
        if value <= limit:
            return name
    return "26+"


def find_candidates(reading: Reading, triggers: list[Trigger]) -> list[Candidate]:
    """Every person that a trigger may speak of, with features."""
    people_by_sentence: dict[int, list[Mention]] = {}
    for mention in reading.mentions:
        if mention.kind == "person":
            people_by_sentence.setdefault(mention.sentence, []).append(mention)
    chains = {index: _find_chains(reading, people) for index, people in people_by_sentence.items()}
    found: list[Candidate] = []
    by_sentence: dict[int, list[Trigger]] = {}
    for trigger in triggers:
        by_sentence.setdefault(trigger.sentence, []).append(trigger)
    titled = {m.entity for m in reading.mentions if m.kind == "person" and m.end <= reading.text.title_end}
    listed = {m.entity for m in reading.mentions if m.kind == "person" and (m.listed or m.gazetteer_id)}
    facts = (titled, listed)
    for trigger in triggers:
        fellows = by_sentence[trigger.sentence]
        people = _nearest(people_by_sentence.get(trigger.sentence, []), trigger, _MOST // len(fellows))
        for action, position in ARGUMENTS[trigger.trigger_class]:
            best: dict[int, Candidate] = {}
            for mention in people:
                if mention.start < trigger.end and mention.end > trigger.start:
                    continue
                candidate = Candidate(trigger, action, position, mention.entity, mention)
                candidate.features = _local_features(
                    reading, trigger, position, mention, people, chains[trigger.sentence], fellows, facts
                )
                known = best.get(mention.entity)
                if known is None or candidate.closeness < known.closeness:
                    best[mention.entity] = candidate
            found.extend(best.values())
            found.extend(_antecedents(reading, trigger, action, position, people_by_sentence, bool(best), facts))
    return found


def _nearest(people: list[Mention], trigger: Trigger, most: int) -> list[Mention]:
    """The people of a sentence, in one of a thousand words the nearest ones alone."""
    most = max(most, 6)
    if len(people) <= most:
        return people
    at = bisect_left(people, trigger.start, key=lambda mention: mention.start)
    return people[max(0, at - most // 2) : at + most // 2]


def _find_chains(reading: Reading, people: list[Mention]) -> dict[int, tuple[int, int]]:
    """Start offset of a person in an enumeration -> (first start, last end) of the enumeration."""
    chains: dict[int, tuple[int, int]] = {}
    run: list[Mention] = []
    for mention in people:
        if run and _enumerated(reading, run[-1], mention):
            run.append(mention)
        else:
            run = [mention]
        if len(run) > 1:
            for member in run:
                chains[member.start] = (run[0].start, run[-1].end)
    return chains


def _enumerated(reading: Reading, left: Mention, right: Mention) -> bool:
    lexicon, fold = reading.lexicon, reading.text.fold
    gap = fold[left.end : right.start]
    if len(gap) > 110 or left.entity == right.entity:
        return False
    if reading.hits_in(left.end, right.start, "trigger"):
        return False
    pieces = list(gap)
    for mention in (*left.roles, *left.orgs, *right.roles, *right.orgs):
        for offset in range(max(left.end, mention.start), min(right.start, mention.end)):
            pieces[offset - left.end] = " "
    rest = "".join(pieces)
    joined = False
    if lexicon.pack.spaces:
        words = rest.replace(",", " , ").replace("،", " , ").replace("(", " ( ").replace(")", " ) ").split()
        unknown = 0
        for word in words:
            if word in lexicon.markers["and"] or word in (",", "&"):
                joined = True
            elif word not in lexicon.markers["at"] and word not in lexicon.words["articles"] and word not in "()":
                if any(
                    word.startswith(a) and len(a) == 1 for a in lexicon.words["clitics"] if a in lexicon.markers["and"]
                ):
                    joined = True
                    continue
                unknown += 1
        prefixed = any(
            reading.text.fold.startswith(a, right.start - len(a)) for a in lexicon.markers["and"] if len(a) == 1
        )
        return (joined or prefixed) and unknown <= 4
    for marker in (*lexicon.marker_lists["and"], "、", ",", "，", "·", "和", "與"):
        if marker in rest:
            joined = True
            rest = rest.replace(marker, " ")
    return joined and len(rest.replace(" ", "")) <= 8


def _local_features(
    reading: Reading,
    trigger: Trigger,
    position: str,
    mention: Mention,
    people: list[Mention],
    chains: dict[int, tuple[int, int]],
    fellows: list[Trigger],
    facts: tuple[set[int], set[int]],
) -> dict[str, float]:
    fold, pack = reading.text.fold, reading.lexicon.pack
    chain = chains.get(mention.start)
    before = mention.end <= trigger.start
    if before:
        near = chain[1] if chain and chain[1] <= trigger.start else mention.end
        gap_start, gap_end = near, trigger.start
    else:
        near = chain[0] if chain and chain[0] >= trigger.end else mention.start
        gap_start, gap_end = trigger.end, near
    gap = fold[gap_start:gap_end]
    distance = word_distance(gap, pack.spaces)
    side = "before" if before else "after"
    order = "inv" if pack.inversion else pack.order
    commas = sum(gap.count(mark) for mark in (",", "、", "،", "，"))
    others = {p.entity for p in people if p.entity != mention.entity and gap_start <= p.start < gap_end}
    between = sum(gap_start <= t.start < gap_end and t is not trigger for t in fellows)
    marks = mention.sides or {"none": True}
    orgs_near = any(
        m.kind in ("org", "org_ref") and trigger.clause[0] - 1 <= m.start <= trigger.clause[1]
        for m in reading.in_sentence(trigger.sentence)
    )
    roles_near = any(
        m.kind == "role" and abs(m.start - trigger.end) < 40 for m in reading.in_sentence(trigger.sentence, "role")
    )
    entity = reading.persons[mention.entity]
    cls = trigger.trigger_class
    same_side = sorted(
        {p.entity: p.start for p in people if (p.end <= trigger.start) == before}.items(), key=lambda r: r[1]
    )
    ranks = [who for who, _ in same_side]
    rank = ranks.index(mention.entity) if mention.entity in ranks else 0
    place = "only" if len(ranks) == 1 else "first" if rank == 0 else "last" if rank == len(ranks) - 1 else "middle"
    opens = word_distance(fold[reading.sentences[trigger.sentence][0] : mention.start], pack.spaces) <= 3
    named = {id(r) for p in people for r in p.roles}
    strangers = sum(
        m.kind == "role" and id(m) not in named and gap_start <= m.start < gap_end
        for m in reading.in_sentence(trigger.sentence)
    )
    listed = mention.entity in facts[1]
    features = {
        "bias": 1.0,
        f"{position}|{order}|{side}": 1.0,
        f"{position}|{side}|d={bucket(distance)}": 1.0,
        f"{position}|{order}|{side}|d={bucket(distance)}": 1.0,
        f"class={cls}": 1.0,
        f"class={cls}|{side}": 1.0,
        f"{position}|{side}|commas={min(commas, 3)}": 1.0,
        f"{position}|{side}|others={min(len(others), 2)}": 1.0,
        f"{position}|between={min(between, 2)}": 1.0,
        f"others={min(len(others), 2)}|between={min(between, 2)}": 1.0,
        f"{position}|complement={trigger.complement}": 1.0,
        f"{cls}|complement={trigger.complement}": 1.0,
        f"{pack.order}|{cls}|complement={trigger.complement}": 1.0,
        f"weak={trigger.rule.weak}|complement={trigger.complement}": 1.0,
        f"{position}|strangers={min(strangers, 2)}": 1.0,
        f"{position}|{side}|place={place}": 1.0,
        f"{position}|{side}|place={place}|commas={min(commas, 2)}": 1.0,
        f"{position}|{order}|opens={opens}": 1.0,
        f"listed={listed}": 1.0,
        f"listed={listed}|role={bool(mention.roles)}": 1.0,
        f"{pack.capitals}|listed={listed}": 1.0,
        "score": mention.score,
        f"word={pack.code}:{fold[trigger.start : trigger.end]}": 1.0,
        f"word={pack.code}:{fold[trigger.start : trigger.end]}|{trigger.complement}": 1.0,
        f"mentions={min(len(entity.mentions), 5)}": 1.0,
    }
    for kind, near_mark in marks.items():
        features[f"{position}|{pack.adpositions}|mark={kind}"] = 1.0
        features[f"{position}|{side}|mark={kind}|{near_mark}"] = 1.0
    flags = {
        "break": any(mark in gap for mark in _BREAKS),
        "chain": chain is not None,
        "including": bool(reading.hits_in(gap_start, gap_end, "including")),
        "weak": trigger.rule.weak,
        "weak|org": trigger.rule.weak and orgs_near,
        "weak|role": trigger.rule.weak and roles_near,
        "weak|bare": trigger.rule.weak and not roles_near and not orgs_near,
        "org_near": orgs_near,
        "role_near": roles_near,
        "known": entity.gazetteer_id is not None,
        "has_role": bool(mention.roles),
        "has_org": bool(mention.orgs),
        "former": mention.former,
        "title": trigger.in_title,
        "in_title": mention.entity in facts[0],
        "alone": len({p.entity for p in people}) == 1,
        "negated": trigger.negated,
        "quoted": _is_quoted(fold, trigger),
        "owner": fold[mention.end : mention.end + 2] in ("'s", "s'") and position != "noun",
        "speaker": is_speaking(reading, mention),
        "guess": mention.score < 0.5,
    }
    for cue in ("hypothetical", "denial", "rumour", "reported", "official", "background"):
        flags[f"cue={cue}"] = cue in trigger.clause_cues
    for name, value in flags.items():
        if value:
            features[name] = 1.0
            if name in ("break", "chain", "title", "speaker", "including", "former", "alone"):
                features[f"{name}|{position}|{side}"] = 1.0
    return features


def _is_quoted(fold: str, trigger: Trigger) -> bool:
    return fold.count('"', max(0, trigger.start - 300), trigger.start) % 2 == 1


def is_speaking(reading: Reading, mention: Mention) -> bool:
    """Whether a verb of saying stands right beside a person."""
    near = reading.hits_in(mention.end, mention.end + 14, "attribution", "official")
    before = reading.hits_in(max(0, mention.start - 14), mention.start, "attribution", "official")
    return bool(near or before)


def _antecedents(
    reading: Reading,
    trigger: Trigger,
    action: str,
    position: str,
    people_by_sentence: dict[int, list[Mention]],
    has_local: bool,
    facts: tuple[set[int], set[int]],
) -> list[Candidate]:
    """People of the one or two sentences before, for pronouns, "the executive" and dropped subjects."""
    pronouns = reading.in_sentence(trigger.sentence, "pronoun")
    roles = [m for m in reading.in_sentence(trigger.sentence, "role") if m.start < trigger.start]
    found: list[Candidate] = []
    seen: set[int] = set()
    rank = 0
    for back in (1, 2, 3):
        for mention in reversed(people_by_sentence.get(trigger.sentence - back, [])):
            if mention.entity in seen or len(seen) >= 4:
                continue
            seen.add(mention.entity)
            entity = reading.persons[mention.entity]
            candidate = Candidate(trigger, action, position, mention.entity, mention)
            first = people_by_sentence[trigger.sentence - back][0].entity == mention.entity
            pronoun = "none"
            if pronouns:
                pronoun = "before" if any(p.start < trigger.start for p in pronouns) else "after"
            base = f"ante|{position}|local={has_local}"
            candidate.features = {
                "ante": 1.0,
                f"word={reading.lexicon.pack.code}:{reading.text.fold[trigger.start : trigger.end]}": 1.0,
                base: 1.0,
                f"{base}|back={back}": 1.0,
                f"{base}|pronoun={pronoun}": 1.0,
                f"ante|back={back}|first={first}": 1.0,
                f"ante|rank={min(rank, 3)}": 1.0,
                f"ante|alone={len(people_by_sentence[trigger.sentence - back]) == 1}": 1.0,
                f"ante|class={trigger.trigger_class}": 1.0,
                f"ante|complement={trigger.complement}": 1.0,
                f"ante|local={has_local}|complement={trigger.complement}|pronoun={pronoun}": 1.0,
                f"ante|stranger={bool(roles)}|pronoun={pronoun}": 1.0,
                f"ante|triggers={min(triggers_before(reading, trigger, mention), 2)}": 1.0,
                f"ante|listed={mention.entity in facts[1]}": 1.0,
                f"ante|pronoun={pronoun}|drop={reading.lexicon.pack.order}|{reading.lexicon.pack.spaces}": 1.0,
                f"ante|mentions={min(len(entity.mentions), 5)}": 1.0,
                "ante|in_title": float(mention.entity in facts[0]),
                "ante|negated": float(trigger.negated),
                "ante|weak": float(trigger.rule.weak),
                "ante|hypothetical": float("hypothetical" in trigger.clause_cues),
                "ante|title": float(trigger.in_title),
                "ante|speaker": float(is_speaking(reading, mention)),
            }
            found.append(candidate)
            rank += 1
    return found


def triggers_before(reading: Reading, trigger: Trigger, mention: Mention) -> int:
    """How many other triggers stand between a person of an earlier sentence and this trigger."""
    return len(reading.hits_in(mention.end, trigger.start, "trigger"))
