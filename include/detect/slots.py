"""Which organisation a move leaves or reaches: every organisation of the document is a candidate, and so is none."""

from __future__ import annotations

from include.detect.arguments import Candidate, bucket, word_distance
from include.detect.linear import choose
from include.detect.reading import Mention, Reading

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
    for index, entity in enumerate(reading.orgs):
        mentions = [m for m in entity.mentions if m.kind in ("org", "unknown")]
        if not mentions:
            continue
        firm = any(m.kind == "org" for m in mentions)
        if not firm and not any(m.sentence in in_sentences for m in mentions):
            continue
        features = _global_features(reading, index, mentions, person, total, firm)
        for candidate in evidence[:4]:
            for mention in mentions:
                if mention.sentence == candidate.trigger.sentence:
                    local = True
                    _add(features, _local_features(reading, candidate, mention))
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
    }
    for mention in reading.persons[person].mentions:
        for org in mention.orgs:
            if org.entity == index and org.kind in ("org", "unknown"):
                features["affiliated"] = 1.0
                features[f"affiliated|former={mention.former}|role={bool(mention.roles)}"] = 1.0
            if org.kind == "org_ref" and reading.dominant_org == index:
                features["affiliated|ref"] = 1.0
    others = [
        org.entity
        for other, entity_ in enumerate(reading.persons)
        if other != person
        for mention in entity_.mentions
        for org in mention.orgs
    ]
    features["others_affiliated"] = float(index in others)
    return features


def _is_cited(reading: Reading, mentions: list[Mention]) -> bool:
    """Whether an organisation stands beside a word of saying: "told Reuters", "according to The Information"."""
    for mention in mentions:
        if reading.hits_in(max(0, mention.start - 22), mention.start, "attribution"):
            return True
        if reading.hits_in(mention.end, mention.end + 12, "attribution"):
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
