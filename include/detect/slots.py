"""Which organisation a move leaves or reaches: every organisation of the document is a candidate, and so is none."""

from __future__ import annotations

from include.detect.arguments import Candidate, bucket, word_distance
from include.detect.linear import choose, score
from include.detect.reading import Mention, Reading

_MOST_PAIRS = 200  # mentions of a person beside one organisation that are looked at
Slot = str  # "from" (departure, leave), "to" (of a departure), "at" (appointment, arrival, return)


def organisation_features(
    reading: Reading, evidence: list[Candidate], slot: Slot
) -> list[tuple[int, dict[str, float]]]:
    """(organisation index, features) for every candidate of a slot; index -1 is "none"."""
    rows: list[tuple[int, dict[str, float]]] = []
    person = evidence[0].person
    total = sum(1 for m in reading.mentions if m.kind == "org") or 1
    in_sentences = {c.trigger.sentence for c in evidence}
    local = False
    around = [_surroundings(reading, candidate) for candidate in evidence[:4]]
    for index, entity in enumerate(reading.orgs):
        mentions = [m for m in entity.mentions if m.kind in ("org", "unknown")]
        if not mentions:
            continue
        firm = any(m.kind == "org" for m in mentions)
        if not firm and not any(m.sentence in in_sentences for m in mentions):
            continue
        features = _global_features(reading, index, mentions, person, total, firm)
        for candidate, (line, last, nearest, alone) in zip(evidence, around, strict=False):
            for mention in mentions:
                if mention.sentence == candidate.trigger.sentence:
                    local = True
                    _add(features, _local_features(reading, candidate, mention))
            _add(features, _order_features(index, candidate, line, last, nearest, alone))
        rows.append((index, {f"{slot}|{name}": value for name, value in features.items()}))
    none = {"none": 1.0, f"none|orgs={min(len(rows), 3)}": 1.0, f"none|local={local}": 1.0}
    for cls in {c.trigger.trigger_class for c in evidence}:
        none[f"none|class={cls}"] = 1.0
    for candidate in evidence[:2]:
        ref = any(m.kind == "org_ref" for m in reading.in_sentence(candidate.trigger.sentence, "org_ref"))
        none[f"none|ref={ref}"] = 1.0
    rows.append((-1, {f"{slot}|{name}": value for name, value in none.items()}))
    return rows


def choose_organisation(
    reading: Reading, evidence: list[Candidate], slot: Slot, but: int | None = None
) -> tuple[int, float]:
    """(organisation index or -1, probability) of the best candidate, leaving out organisation `but`."""
    rows = [row for row in organisation_features(reading, evidence, slot) if row[0] != but or but == -1]
    best, share = choose("organisation", [features for _, features in rows])
    return rows[best][0], share


def _surroundings(reading: Reading, candidate: Candidate) -> tuple[list[int], int, int, bool]:
    """Organisations around a trigger: those of its line in order, the last one before it, the nearest one of its
    sentence, and whether that is the only one there."""
    trigger, norm = candidate.trigger, reading.text.norm
    start = norm.rfind("\n", 0, trigger.start) + 1
    end = norm.find("\n", trigger.start)
    orgs = [m for m in reading.mentions if m.kind in ("org", "unknown") and m.entity >= 0]
    line = [m.entity for m in orgs if start <= m.start and (end < 0 or m.start < end)]
    before = [m for m in orgs if m.end <= trigger.start and m.kind == "org"]
    here = [m for m in orgs if m.sentence == trigger.sentence and m.kind == "org"]
    near = min(here, key=lambda m: max(trigger.start - m.end, m.start - trigger.end), default=None)
    last = before[-1].entity if before else -1
    return line, last, near.entity if near else -1, len({m.entity for m in here}) == 1


def _order_features(
    index: int, candidate: Candidate, line: list[int], last: int, nearest: int, alone: bool
) -> dict[str, float]:
    """Where an organisation stands in the order of a text: lists and overviews name it once and go on about it."""
    ante = "ante" in candidate.features
    flags = {
        "line": index in line,
        "line_first": bool(line) and line[0] == index,
        "line_only": bool(line) and set(line) == {index},
        "last": index == last,
        f"last|empty={nearest < 0}": index == last,
        f"nearest|alone={alone}": index == nearest,
        f"{candidate.action}|nearest": index == nearest,
        f"ante={ante}|last": index == last,
    }
    return {f"order|{name}": 1.0 for name, value in flags.items() if value}


def choose_organisations(
    reading: Reading, left_by: list[Candidate], reached_by: list[Candidate], slots: tuple[Slot, Slot]
) -> tuple[int, int]:
    """The best pair (organisation left, organisation reached), -1 for none; one organisation is never both."""
    left = _scores(reading, left_by, slots[0])
    reached = _scores(reading, reached_by, slots[1])
    first, second = max(left, key=left.__getitem__), max(reached, key=reached.__getitem__)
    if first == second != -1 and left_by is not reached_by:
        # what is joined is what is left now: an older arrival is told too ("he joined in 2016"), and the leave alone
        # says where it leads to
        reached = _scores(reading, left_by, "to")
        return first, max((org for org in reached if org != first), key=reached.__getitem__)
    pairs = ((a, b) for a in left for b in reached if a != b or a == -1)
    return max(pairs, key=lambda pair: left[pair[0]] + reached[pair[1]])


def _scores(reading: Reading, evidence: list[Candidate], slot: Slot) -> dict[int, float]:
    return {
        index: score("organisation", features) for index, features in organisation_features(reading, evidence, slot)
    }


def _add(features: dict[str, float], more: dict[str, float]) -> None:
    for name, value in more.items():
        features[name] = max(features.get(name, 0.0), value)


def _global_features(
    reading: Reading, index: int, mentions: list[Mention], person: int, total: int, firm: bool
) -> dict[str, float]:
    entity = reading.orgs[index]
    title_end = reading.text.title_end
    features = {
        "share": len(mentions) / total,
        "dominant": float(reading.dominant_org == index),
        "title": float(any(m.end <= title_end for m in mentions)),
        "lead": float(any(m.sentence <= 2 for m in mentions)),
        "firm": float(firm),
        "known": float(entity.gazetteer_id is not None),
        f"kind={entity.kind}": 1.0,
        "media": float(entity.kind == "media"),
        "media|dominant": float(entity.kind == "media" and reading.dominant_org == index),
        "cited": float(_is_cited(reading, mentions)),
        f"place={_place_of_first(reading, index)}": 1.0,
        f"openings={min(_openings(reading, mentions), 3)}": 1.0,
    }
    for mention in reading.persons[person].mentions:
        for org in mention.orgs:
            if org.entity == index and org.kind in ("org", "unknown"):
                features["affiliated"] = 1.0
                features[f"affiliated|former={mention.former}|role={bool(mention.roles)}"] = 1.0
            if org.kind == "org_ref" and reading.dominant_org == index:
                features["affiliated|ref"] = 1.0
    features |= _together(reading, mentions, person)
    if entity.gazetteer_id is None:
        features |= _shape(reading, mentions)
    others = [
        org.entity
        for other, entity_ in enumerate(reading.persons)
        if other != person
        for mention in entity_.mentions
        for org in mention.orgs
    ]
    features["others_affiliated"] = float(index in others)
    return features


def _place_of_first(reading: Reading, index: int) -> int:
    """How many other organisations a text names before it first names this one, at most three; media do not count."""
    seen = dict.fromkeys(
        m.entity
        for m in reading.mentions
        if m.kind == "org" and m.entity >= 0 and reading.orgs[m.entity].kind != "media"
    )
    order = list(seen)
    return min(order.index(index), 3) if index in seen else 4


def _openings(reading: Reading, mentions: list[Mention]) -> int:
    """In how many sentences an organisation is the first name: what a text goes on about."""
    return sum(
        next((m is mention for m in reading.in_sentence(mention.sentence) if m.kind in ("person", "org")), False)
        for mention in mentions
    )


def _shape(reading: Reading, mentions: list[Mention]) -> dict[str, float]:
    """What an organisation that stands in no list looks like: "Operaciones" after a post is none, "Nubank" is one."""
    longest = max(mentions, key=lambda m: len(m.text))
    words = longest.text.split()
    after_role = [
        any(h.entry.category == "role" and h.end <= m.start for h in reading.hits_from(m.start - 24, m.start))
        for m in mentions
    ]
    kind = any(h.end <= longest.end for h in reading.hits_in(longest.start, longest.end, "org_before", "org_after"))
    norm = reading.text.norm
    quoted = norm[max(0, longest.start - 1) : longest.start] in "«„“\"「『'‘" and longest.start > 0
    modifier = any(h.end == longest.end for h in reading.hits_in(longest.start, longest.end, "role_modifiers"))
    names = {
        f"shape|words={min(len(words), 4)}|after_role={all(after_role)}",
        f"shape|kind={kind}",
        f"shape|kind={kind}|words={min(len(words), 3)}",
        f"shape|acronym={longest.text.isupper() and len(longest.text) > 1}",
        f"shape|quoted={quoted}",
        f"shape|modifier={modifier}",
        f"shape|score={round(max(m.score for m in mentions), 1)}",
        f"shape|mentions={min(len(mentions), 3)}",
        f"shape|{reading.lexicon.pack.script}",
    }
    return dict.fromkeys(names, 1.0)


def _together(reading: Reading, mentions: list[Mention], person: int) -> dict[str, float]:
    """How an organisation stands with the person in sentences of the article, whatever else is told there."""
    names: set[str] = set()
    own = sorted(reading.persons[person].mentions, key=lambda m: m.start)
    spaces = reading.lexicon.pack.spaces
    by_sentence: dict[int, list[Mention]] = {}
    for org in mentions:
        by_sentence.setdefault(org.sentence, []).append(org)
    pairs = [(rank, m, org) for rank, m in enumerate(own[:_MOST_PAIRS]) for org in by_sentence.get(m.sentence, ())]
    for rank, mention, org in pairs[:_MOST_PAIRS]:
        before = org.end <= mention.start
        start, end = (org.end, mention.start) if before else (mention.end, org.start)
        gap = reading.text.fold[start:end] if start < end else ""
        side = "before" if before else "after"
        distance = bucket(word_distance(gap, spaces))
        between = [m for m in reading.in_sentence(org.sentence) if start <= m.start < end]
        kinds = {m.kind for m in between}
        empty = "person" not in kinds and "org" not in kinds
        role = "role" in kinds
        told = bool(reading.hits_in(start, end, "trigger"))
        former = bool(reading.hits_in(max(0, min(org.start, mention.start) - 14), max(end, mention.end), "former"))
        names |= {
            f"with|rank={min(rank, 2)}",
            f"with|{side}|d={distance}",
            f"with|empty={empty}|role={role}|told={told}",
            f"with|{side}|empty={empty}|told={told}|d={distance}",
            f"with|former={former}|told={told}",
            *(f"with|mark={mark}|empty={empty}|told={told}" for mark in org.sides or {"none": True}),
        }
    return dict.fromkeys(names, 1.0)


def _is_cited(reading: Reading, mentions: list[Mention]) -> bool:
    """Whether an organisation stands beside a word of saying: "told Reuters", "according to The Information"."""
    for mention in mentions:
        if reading.hits_in(max(0, mention.start - 22), mention.start, "attribution", "reported"):
            return True
        if reading.hits_in(mention.end, mention.end + 12, "attribution", "reported"):
            return True
    return False


def _local_features(reading: Reading, candidate: Candidate, mention: Mention) -> dict[str, float]:
    trigger, pack = candidate.trigger, reading.lexicon.pack
    cls = trigger.trigger_class
    before = mention.end <= trigger.start
    inside = trigger.end <= mention.start < trigger.tail_end
    reached = trigger.end if inside or before else max(trigger.end, trigger.tail_end)
    gap_start, gap_end = (mention.end, trigger.start) if before else (reached, mention.start)
    gap = reading.text.fold[gap_start:gap_end] if gap_start < gap_end else ""
    distance = word_distance(gap, pack.spaces)
    # "leaving OpenAI to join Anthropic": what stands inside a gapped phrase is left, what follows it is reached
    side = "before" if before else "inside" if inside else "after"
    in_clause = trigger.clause[0] - 1 <= mention.start <= trigger.clause[1]
    features = {
        "local": 1.0,
        f"{cls}|{side}": 1.0,
        f"{cls}|{side}|d={bucket(distance)}": 1.0,
        f"{pack.order}|{cls}|{side}": 1.0,
        f"{candidate.action}|{pack.order}|{side}|d={bucket(distance)}": 1.0,
        "clause": float(in_clause),
        f"{cls}|clause={in_clause}": 1.0,
        "local|cited": float(_is_cited(reading, [mention])),
    }
    for kind, near in (mention.sides or {"none": True}).items():
        features[f"{cls}|mark={kind}"] = 1.0
        features[f"{candidate.action}|{pack.adpositions}|mark={kind}"] = 1.0
        features[f"{candidate.action}|{side}|mark={kind}|{near}"] = 1.0
    gap_people = any(
        m.kind == "person" and m.entity != candidate.person and gap_start <= m.start < gap_end
        for m in reading.in_sentence(trigger.sentence, "person")
    )
    features["person_between"] = float(gap_people)
    after_person = mention.start >= candidate.mention.end
    features[f"{candidate.action}|after_person={after_person}|{side}"] = 1.0
    beside = mention in candidate.mention.orgs
    if beside:
        features["beside"] = 1.0
        features[f"{candidate.action}|beside|former={candidate.mention.former}"] = 1.0
    return features
