"""Which organisation a move leaves or reaches: every organisation of the document is a candidate, and so is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from include.detect.arguments import Candidate
from include.detect.linear import choose, score, softmax
from include.detect.reading import Mention, Reading
from include.detect.relations import DIRECTIONS, Others, Relations, is_cited, judge_relations
from include.detect.witness import name_witness, organisation_witness

_MOST_ORGANISATIONS = 120  # of an article that are weighed against every mover; beyond it, those that may be meant
_LIKELIEST = 20  # organisations that are always weighed: the most spoken of, and the encoder's choice
Slot = str  # "from" (departure, leave), "to" (of a departure), "at" (appointment, arrival, return)


def organisation_features(
    reading: Reading, evidence: list[Candidate], slot: Slot, others: Others
) -> list[tuple[int, dict[str, float]]]:
    """(organisation index, features) for every candidate of a slot; index -1 is "none".

    What the sentences say (`relations`) comes first; what the article is about as a whole counts by how little they
    say: every feature of the article is joined with the strength of the best organisation's own evidence.
    """
    rows: list[tuple[int, dict[str, float]]] = []
    person = evidence[0].person
    relations = judge_relations(reading, evidence)
    own, other = DIRECTIONS if slot == "from" else DIRECTIONS[::-1]
    overview = _overview(reading)
    in_sentences = {c.trigger.sentence for c in evidence}
    around = [_surroundings(reading, candidate) for candidate in evidence[:4]]
    centres, weight = overview.centres, overview.weight
    heaviest, spoken = max(weight.values(), default=0), max(1, sum(weight.values()))
    strength = _strength(max(relations.told[own].values(), default=None))
    lateral = _strength(max(relations.beside[own].values(), default=None))
    for index in _contenders(reading, relations, weight, around, person):
        mentions = [m for m in reading.orgs[index].mentions if m.kind in ("org", "unknown")]
        if not mentions:
            continue
        firm = any(m.kind == "org" for m in mentions)
        if not firm and not any(m.sentence in in_sentences for m in mentions):
            continue
        features = _global_features(reading, overview, index, mentions, person, firm)
        for candidate, (line, last, nearest, alone) in zip(evidence, around, strict=False):
            _add(features, _order_features(index, candidate, line, last, nearest, alone))
            if centres[candidate.trigger.sentence] == index:
                features["order|centre"] = 1.0
                features[f"order|centre|empty={nearest < 0}"] = 1.0
        features["weight"] = weight.get(index, 0) / spoken
        features["heaviest"] = float(weight.get(index, 0) == heaviest)
        features = {f"{name}|told={_gate(strength)}|{_gate(lateral)}": value for name, value in features.items()}
        features |= _relation_features(relations, own, other, index, strength, lateral)
        features |= _other_features(others, own, other, index, _gate(strength), _gate(lateral))
        features |= organisation_witness(reading, person, own, index)
        rows.append((index, {f"{slot}|{name}": value for name, value in features.items()}))
    none = {"none": 1.0, f"none|orgs={min(len(rows), 3)}": 1.0, f"none|told={strength}|beside={lateral}": 1.0}
    none[f"none|told={strength}"] = 1.0
    for cls in {c.trigger.trigger_class for c in evidence}:
        none[f"none|class={cls}"] = 1.0
        none[f"none|class={cls}|told={strength}"] = 1.0
    for candidate in evidence[:2]:
        ref = any(m.kind == "org_ref" for m in reading.in_sentence(candidate.trigger.sentence, "org_ref"))
        none[f"none|ref={ref}|told={strength}"] = 1.0
    none |= organisation_witness(reading, person, own, -1)
    rows.append((-1, {f"{slot}|{name}": value for name, value in none.items()}))
    return rows


_Surroundings = tuple[list[int], int, int, bool]


def _contenders(
    reading: Reading, relations: Relations, weight: dict[int, int], around: list[_Surroundings], person: int
) -> Sequence[int]:
    """The organisations to weigh for one mover: all of them, but in a list of hundreds those that a sentence puts
    beside him or his triggers, the most spoken of, and the encoder's choice.

    A page on which 1,300 people left 1,300 banks took a hundred seconds, each bank weighed for each of them.
    """
    if len(reading.orgs) <= _MOST_ORGANISATIONS:
        return range(len(reading.orgs))
    found = {org for table in (relations.told, relations.beside) for verdicts in table.values() for org in verdicts}
    found.update(org for _, last, nearest, _ in around for org in (last, nearest) if org >= 0)
    found.update(sorted(weight, key=weight.__getitem__, reverse=True)[:_LIKELIEST])
    if reading.verdict is not None:
        for choice in (reading.verdict.left[person], reading.verdict.reached[person]):
            found.update(org for org in choice.argsort()[-_LIKELIEST:].tolist() if org < len(reading.orgs))
    return sorted(found)


def _relation_features(
    relations: Relations, own: str, other: str, index: int, strength: str, lateral: str
) -> dict[str, float]:
    """What the sentences say of one organisation, for and against, and whether they say it of another one louder."""
    features: dict[str, float] = {}
    for kind, table in (("told", relations.told), ("beside", relations.beside)):
        for way, direction in (("own", own), ("other", other)):
            verdicts = table[direction]
            sure = verdicts.get(index)
            features[f"{kind}|{way}={_strength(sure)}"] = 1.0
            if sure is None:
                continue
            best = max(verdicts.values())
            features[f"{kind}|{way}"] = max(-5.0, min(5.0, sure))
            features[f"{kind}|{way}|margin={_margin(best - sure)}|best={_strength(best)}"] = 1.0
    told, beside = relations.told[own].get(index), relations.beside[own].get(index)
    against = relations.told[other].get(index)
    features[f"both={_strength(told)}|{_strength(beside)}"] = 1.0
    features[f"ways={_strength(told)}|{_strength(against)}"] = 1.0
    features[f"beside={_strength(beside)}|told={strength}"] = 1.0
    features[f"absent={told is None}|told={strength}|beside={lateral}"] = 1.0
    return features


def _other_features(others: Others, own: str, other: str, index: int, gate: str, lateral: str) -> dict[str, float]:
    """What the other movers of the article do with an organisation."""
    features: dict[str, float] = {}
    for way, direction in (("own", own), ("other", other)):
        verdicts = others[direction]
        sure = verdicts.get(index)
        best = max(verdicts.values(), default=None)
        features[f"others|{way}={_strength(sure)}|any={_strength(best)}"] = 1.0
        features[f"others|{way}={_strength(sure)}|told={gate}|{lateral}"] = 1.0
        if sure is not None:
            features[f"others|{way}"] = max(-5.0, min(5.0, sure))
            features[f"others|{way}|told={gate}"] = max(-5.0, min(5.0, sure))
            features[f"others|{way}|best={sure == best}|told={gate}"] = 1.0
    return features


def _strength(sure: float | None) -> str:
    """Log-odds, coarsely."""
    if sure is None:
        return "none"
    return next((name for limit, name in ((-2.5, "no"), (-1, "low"), (0, "mid"), (1, "high")) if sure < limit), "sure")


def _gate(strength: str) -> str:
    """Strength, more coarsely: whether the sentences say anything, and whether it is for the organisation."""
    return {"none": "none", "no": "weak", "low": "weak", "mid": "weak"}.get(strength, "strong")


def _margin(gap: float) -> str:
    return "best" if gap <= 0 else "close" if gap < 1 else "behind" if gap < 2.5 else "far"


def choose_organisation(
    reading: Reading, evidence: list[Candidate], slot: Slot, others: Others, but: int | None = None
) -> tuple[int, float]:
    """(organisation index or -1, probability) of the best candidate, leaving out organisation `but`."""
    rows = [row for row in organisation_features(reading, evidence, slot, others) if row[0] != but or but == -1]
    best, share = choose("organisation", [features for _, features in rows])
    return rows[best][0], share


def _centres(reading: Reading) -> tuple[list[int], dict[int, int]]:
    """What every sentence goes on about, and how often each organisation is spoken of.

    The organisation that a sentence names before any person stays its centre until another one takes its place;
    "the company" speaks of the centre.
    """
    centre, centres, weight = -1, [], dict[int, int]()
    for index in range(len(reading.sentences)):
        row = reading.in_sentence(index, "org", "person", "org_ref")
        first = next((m for m in row if m.kind != "org_ref"), None)
        if first is not None and first.kind == "org" and reading.orgs[first.entity].kind != "media":
            centre = first.entity
        centres.append(centre)
        for mention in row:
            about = mention.entity if mention.kind == "org" else centre if mention.kind == "org_ref" else -1
            if about >= 0:
                weight[about] = weight.get(about, 0) + 1
    return centres, weight


def _surroundings(reading: Reading, candidate: Candidate) -> _Surroundings:
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


@dataclass(frozen=True, slots=True)
class Places:
    """Where a move leads from and to: organisations of the reading, -1 for none."""

    left: int
    reached: int
    share: float  # of the organisation left among all that it could be, 0..1


def choose_organisations(
    reading: Reading, left_by: list[Candidate], reached_by: list[Candidate], slots: tuple[Slot, Slot], others: Others
) -> Places:
    """The best pair of the organisation left and the one reached; one organisation is never both."""
    left = _scores(reading, left_by, slots[0], others)
    if left_by is not reached_by:
        # both a leave and an arrival are told, and either may say where from: "Meta hires Gross, head of SSI"
        arrival = _scores(reading, reached_by, slots[0], others)
        left = {org: (sure + arrival.get(org, sure)) / 2 for org, sure in left.items()}
    reached = _scores(reading, reached_by, slots[1], others)
    first, second = max(left, key=left.__getitem__), max(reached, key=reached.__getitem__)
    agreed = _agree_on_left(reading, left_by)
    if agreed in left and agreed != first:
        left[agreed], first = left[first] + _AHEAD, agreed
    if first == second != -1 and left_by is not reached_by:
        # what is joined is what is left now: an older arrival is told too ("he joined in 2016"), and the leave alone
        # says where it leads to
        reached = _scores(reading, left_by, "to", others)
        second = max((org for org in reached if org != first), key=reached.__getitem__)
    else:
        # the best pair is among the two best of either side: in a list of hundreds, all pairs would be ten thousands
        pairs = ((a, b) for a in _two_best(left) for b in _two_best(reached) if a != b or a == -1)
        first, second = max(pairs, key=lambda pair: left[pair[0]] + reached[pair[1]])
    return Places(first, second, dict(zip(left, softmax([*left.values()]), strict=True))[first])


_AHEAD = 1.0  # log-odds


def _agree_on_left(reading: Reading, evidence: list[Candidate]) -> int | None:
    """The organisation that the sentences of a leave, what stands beside the person elsewhere, and the encoder all find
    the likeliest to be left; None where they do not agree.

    Of two firms in an article's headline the more prominent one was left in the end, against all three of them.
    """
    relations, verdict = judge_relations(reading, evidence), reading.verdict
    told, beside = relations.told[DIRECTIONS[0]], relations.beside[DIRECTIONS[0]]
    if verdict is None or not told or not beside:
        return None
    likeliest = max(told, key=told.__getitem__)
    heard = verdict.left[evidence[0].person]
    agree = likeliest == max(beside, key=beside.__getitem__) == int(heard.argmax())
    return likeliest if agree else None


def _two_best(scores: dict[int, float]) -> list[int]:
    return sorted(scores, key=scores.__getitem__, reverse=True)[:2]


def _scores(reading: Reading, evidence: list[Candidate], slot: Slot, others: Others) -> dict[int, float]:
    return {
        index: score("organisation", features)
        for index, features in organisation_features(reading, evidence, slot, others)
    }


def _add(features: dict[str, float], more: dict[str, float]) -> None:
    for name, value in more.items():
        features[name] = max(features.get(name, 0.0), value)


@dataclass(frozen=True, slots=True)
class _Overview:
    """What is the same for every person of a document."""

    centres: list[int]
    weight: dict[int, int]
    total: int  # mentions of organisations, at least one
    order: dict[int, int]  # organisation -> how many are named before it; media do not count
    affiliated: dict[int, set[int]]  # organisation -> people beside whom it stands
    features: dict[int, dict[str, float]]  # of an organisation, whoever moves; filled as they are asked for


def _overview(reading: Reading) -> _Overview:
    if not isinstance(reading.overview, _Overview):
        centres, weight = _centres(reading)
        named = [m.entity for m in reading.mentions if m.kind == "org" and m.entity >= 0]
        seen = dict.fromkeys(entity for entity in named if reading.orgs[entity].kind != "media")
        affiliated: dict[int, set[int]] = {}
        for person, entity in enumerate(reading.persons):
            for org in (org for mention in entity.mentions for org in mention.orgs):
                affiliated.setdefault(org.entity, set()).add(person)
        total = sum(1 for m in reading.mentions if m.kind == "org") or 1
        order = {entity: place for place, entity in enumerate(seen)}
        reading.overview = _Overview(centres, weight, total, order, affiliated, {})
    return reading.overview


def _global_features(
    reading: Reading, overview: _Overview, index: int, mentions: list[Mention], person: int, firm: bool
) -> dict[str, float]:
    if index not in overview.features:
        overview.features[index] = _firm_features(reading, overview, index, mentions, firm)
    features = dict(overview.features[index])
    for mention in reading.persons[person].mentions:
        for org in mention.orgs:
            if org.entity == index and org.kind in ("org", "unknown"):
                features["affiliated"] = 1.0
                features[f"affiliated|former={mention.former}|role={bool(mention.roles)}"] = 1.0
            if org.kind == "org_ref" and reading.dominant_org == index:
                features["affiliated|ref"] = 1.0
    features["others_affiliated"] = float(bool(overview.affiliated.get(index, set()) - {person}))
    return features


def _firm_features(
    reading: Reading, overview: _Overview, index: int, mentions: list[Mention], firm: bool
) -> dict[str, float]:
    """What a document says of an organisation, whoever moves."""
    entity = reading.orgs[index]
    title_end = reading.text.title_end
    features = {
        "share": len(mentions) / overview.total,
        "dominant": float(reading.dominant_org == index),
        "title": float(any(m.end <= title_end for m in mentions)),
        "lead": float(any(m.sentence <= 2 for m in mentions)),
        "firm": float(firm),
        "known": float(entity.gazetteer_id is not None),
        f"kind={entity.kind}": 1.0,
        "media": float(entity.kind == "media"),
        "media|dominant": float(entity.kind == "media" and reading.dominant_org == index),
        "cited": float(any(is_cited(reading, m) for m in mentions)),
        f"place={min(overview.order[index], 3) if index in overview.order else 4}": 1.0,
        f"openings={min(_openings(reading, mentions), 3)}": 1.0,
    }
    if entity.gazetteer_id is None:
        features |= _shape(reading, mentions)
    return features


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
    seen = name_witness(reading, mentions, "org")
    names = {
        f"shape|seen={seen}",
        f"shape|seen={seen}|kind={kind}",
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
