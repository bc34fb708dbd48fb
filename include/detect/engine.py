"""From a reading to moves: accept arguments, join what tells the same move, fill the slots."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

from include.detect.arguments import Candidate, find_candidates, is_speaking
from include.detect.attributes import (
    RECALLED,
    focus_features,
    is_undone,
    judge_focus,
    judge_status,
    rule_out,
    status_features,
)
from include.detect.confidence import Told, own_features, weigh
from include.detect.dates import Anchor, find_dates
from include.detect.elapsed import is_years_ago
from include.detect.encoder.heads import ACTIONS, find_names
from include.detect.encoder.network import encode
from include.detect.exceptions import find_excepted
from include.detect.lexicon import Lexicon
from include.detect.linear import load_weights, log_odds, probability
from include.detect.mentions import read_document
from include.detect.nominative import list_organisation_under, list_under
from include.detect.pairing import pair_by_order
from include.detect.posts import choose_role
from include.detect.reading import Entity, Mention, Reading
from include.detect.relations import Others, Relations, judge_others, judge_relations
from include.detect.slots import Places, choose_organisation, choose_organisations
from include.detect.successors import Support, choose_successor
from include.detect.text import normalise, script_of, split_sentences
from include.detect.triggers import Trigger, find_triggers
from include.detect.when import choose_date
from include.detect.witness import HEARD_ONLY, find_heard, hear, name_witness, person_features
from include.knowledge.namekeys import organisation_key
from include.records import Document, Evidence, Move, MoveKind

_GAZETTEER_FORMS = 8
_ABOUT_AS_SURE = 0.8
_LEGAL_FORM = 8  # letters before a name in which one may stand


@dataclass(slots=True)
class Analysis:
    """Everything that was found on the way, for `explain` and for training."""

    reading: Reading | None
    triggers: list[Trigger] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)  # before what is too likely wrong is left out
    moves: list[Move] = field(default_factory=list)


def analyse(document: Document, lexicon: Lexicon, detector: str) -> Analysis:
    """Read one document and find its moves."""
    analysis = prepare(document, lexicon)
    decide(analysis, document.published, detector)
    return analysis


def prepare(document: Document, lexicon: Lexicon, *, keep_names: bool = False) -> Analysis:
    """Read one document: everything but the judgement of what its triggers say."""
    text = normalise(document.title, document.text, han_fold=lexicon.pack.han_fold)
    if not lexicon.passes_gate(text.fold):
        return Analysis(None)
    sentences, hits = split_sentences(text, lexicon.words["abbreviations"]), lexicon.find_hits(text.fold)
    told = [hit.start for hit in hits if hit.category == "trigger"]
    written = find_names(encode(text.dotted, sentences, told))
    reading = read_document(text, lexicon, sentences, hits, written, keep_names=keep_names)
    hear(reading)
    triggers = find_triggers(reading)
    candidates = find_candidates(reading, triggers)
    candidates += find_heard(reading)
    excepted = find_excepted(reading)
    candidates = [c for c in candidates if c.action != "leaver" or c.mention.start not in excepted]
    for candidate in candidates:
        candidate.features |= person_features(reading, candidate.person, candidate.action, candidate.position)
    return Analysis(reading, triggers, candidates)


def decide(analysis: Analysis, published: str | None, detector: str) -> None:
    """Judge the candidates and build the moves of a prepared analysis."""
    reading = analysis.reading
    analysis.told, analysis.moves = [], []
    if reading is None:
        return
    analysis.probabilities = [probability(model_of(c), c.features) for c in analysis.candidates]
    support = collect_support(analysis)
    threshold = load_weights()["thresholds"]
    strong: Support = {}
    for key, rows in support.items():
        sure = probability("move", move_features(reading, key[1], rows, support))
        if sure >= threshold[key[1]]:
            strong[key] = [(sure, candidate) for _, candidate in rows]
    _drop_returners(reading, strong)
    relations = judge_movers(reading, strong)
    for person in dict.fromkeys(person for person, _ in strong):
        others = judge_others(relations, person)
        analysis.told += _moves_of(reading, person, strong, others, parse_day(published), detector)
    least = threshold["right"]
    found = [move for move in weigh(analysis.told) if move.kind != "departure" or move.confidence >= least]
    # Once each, the surest: a first name and patronymic far from the surname can be an entity of their own, which is
    # shown by the same full name.
    once = {
        (move.kind, move.person, move.from_org, move.to_org): move for move in sorted(found, key=lambda m: m.confidence)
    }
    analysis.moves = sorted(once.values(), key=lambda m: (m.evidence.field != "title", m.evidence.start, m.kind))


def _drop_returners(reading: Reading, strong: Support) -> None:
    """Take nobody for a leaver who is told more surely to come back, and whom the encoder does not hear leave.

    "While the firm's exodus goes on, Brockman returns from his leave" says exodus and names him.
    """
    if reading.verdict is None:
        return
    heard = reading.verdict.actions[:, ACTIONS.index("leaver")]
    for person in {person for person, action in strong if action == "returner"}:
        leaver = strong.get((person, "leaver"))
        if leaver and strong[person, "returner"][0][0] >= leaver[0][0] and heard[person] < 0:
            del strong[person, "leaver"]


def collect_support(analysis: Analysis) -> Support:
    """Candidates that speak for each (person, action), the surest first.

    What the encoder alone hears counts where no phrase is left that tells it: a phrase shows more to whoever reads.
    """
    least = load_weights()["thresholds"]["support"]
    support: Support = defaultdict(list)
    for candidate, p in zip(analysis.candidates, analysis.probabilities, strict=True):
        if p >= least and candidate.action != "founder":
            support[candidate.person, candidate.action].append((p, candidate))
    found = {}
    for key, rows in support.items():
        told = [row for row in rows if HEARD_ONLY not in row[1].features]
        found[key] = sorted(told or rows, key=lambda row: -row[0])
    return found


def judge_movers(reading: Reading, support: Support) -> dict[int, Relations]:
    """What the organisations of an article are to everyone who leaves or joins one."""
    evidence: dict[int, list[Candidate]] = {}
    for (person, action), rows in support.items():
        if action in ("leaver", "joiner"):
            evidence.setdefault(person, []).extend(candidate for _, candidate in rows)
    return {person: judge_relations(reading, rows) for person, rows in evidence.items()}


def move_features(
    reading: Reading, action: str, rows: list[tuple[float, Candidate]], support: Support
) -> dict[str, float]:
    """What speaks for a move as a whole: all its triggers, and what else the article tells of the person."""
    sure, top = rows[0]
    entity = reading.persons[top.person]
    trigger = top.trigger
    others = {a for (person, a) in support if person == top.person and a != action}
    rivals = [r[0] for (person, a), r in support.items() if person != top.person and a == action]
    surer = [(p, c) for p, c in rivals if p > sure]
    title_end = reading.text.title_end
    in_title = any(m.end <= title_end for m in entity.mentions)
    others_in_title = any(
        m.kind == "person" and m.end <= title_end and m.entity != top.person for m in reading.mentions
    )
    last = len(reading.sentences) - 1
    features = {
        "bias": 1.0,
        f"{action}": 1.0,
        "sure": log_odds(sure),
        f"{action}|sure": log_odds(sure),
        "second": log_odds(rows[1][0]) + 2.0 if len(rows) > 1 else 0.0,
        f"{action}|count={min(len({c.trigger.start for _, c in rows}), 4)}": 1.0,
        f"rivals={min(len(rivals), 3)}": 1.0,
        f"beaten={any(p > sure for p, _ in rivals)}|same={any(c.trigger is trigger for _, c in surer)}": 1.0,
        f"antecedent={'ante' in top.features}": 1.0,
        f"all_antecedent={all('ante' in c.features for _, c in rows)}": 1.0,
        f"class={trigger.trigger_class}": 1.0,
        f"complement={trigger.complement}": 1.0,
        f"{action}|title={in_title}": 1.0,
        f"{action}|title={in_title}|others={others_in_title}|any={title_end > 0}": 1.0,
        f"trigger_in_title={any(c.trigger.in_title for _, c in rows)}": 1.0,
        f"mentions={min(len(entity.mentions), 5)}": 1.0,
        f"{action}|{HEARD_ONLY}={HEARD_ONLY in top.features}": 1.0,
        f"{action}|most={len(entity.mentions) >= max(len(p.mentions) for p in reading.persons)}": 1.0,
        f"listed={any(m.listed or m.gazetteer_id for m in entity.mentions)}": 1.0,
        f"role={any(m.roles for m in entity.mentions)}": 1.0,
        f"affiliated={any(m.orgs for m in entity.mentions)}": 1.0,
        f"weak={all(c.trigger.rule.weak for _, c in rows)}": 1.0,
        f"orgs={min(len(reading.orgs), 3)}": 1.0,
        f"dominant={reading.dominant_org >= 0}": 1.0,
        f"people={min(len(reading.persons), 6)}": 1.0,
        f"sentence={min(min(c.trigger.sentence for _, c in rows), 6)}": 1.0,
        f"last={len(reading.sentences) > 3 and all(c.trigger.sentence == last for _, c in rows)}": 1.0,
    }
    features |= _person_shape(reading, entity)
    features |= _conduct(reading, entity, top, action)
    features |= person_features(reading, top.person, action)
    for cue in ("negation", "hypothetical", "denial", "rumour", "reported", "official", "background", "attribution"):
        if cue in trigger.clause_cues:
            features[f"clause={cue}"] = 1.0
        if all(cue in c.trigger.sentence_cues for _, c in rows):
            features[f"all={cue}"] = 1.0
    for other in others:
        features[f"{action}|also={other}"] = 1.0
    if all(c.trigger.negated for _, c in rows):
        features["negated"] = 1.0
        features[f"negated|denial={'denial' in trigger.sentence_cues}"] = 1.0
    return features


_RULING = frozenset({"dismiss", "lose", "hire", "appoint", "replace"})


def _conduct(reading: Reading, person: Entity, top: Candidate, action: str) -> dict[str, float]:
    """What else a person does in an article: who comments, rules and hires is seldom the one who goes."""
    total = max(1, len(person.mentions))
    speaking = sum(is_speaking(reading, m) for m in person.mentions) / total
    ruling = 0
    for mention in person.mentions:
        after = reading.hits_in(mention.end, mention.end + 40, "trigger")
        ruling += any(
            hit.entry.value.trigger_class in _RULING
            and any(
                m.start >= hit.end and m.entity != mention.entity
                for m in reading.in_sentence(mention.sentence, "person")
            )
            for hit in after[:1]
        )
    families = {role.family for m in person.mentions for role in m.roles}
    fellows = len({m.entity for m in reading.in_sentence(top.trigger.sentence, "person")})
    side = "before" if top.mention.end <= top.trigger.start else "after"
    names = {
        f"{action}|speaking={'none' if not speaking else 'some' if speaking < 0.5 else 'most'}|{min(total, 3)}",
        f"{action}|ruling={min(ruling, 2)}",
        f"{action}|fellows={min(fellows, 4)}",
        f"{action}|place={top.position}|{side}|ante={'ante' in top.features}",
        f"{action}|former={top.mention.former}",
        f"{action}|chain={'chain' in top.features}|fellows={min(fellows, 3)}",
        f"{action}|quoted={'quoted' in top.features}",
        *(f"{action}|family={family}" for family in families or {"none"}),
    }
    return dict.fromkeys(names, 1.0)


def _person_shape(reading: Reading, person: Entity) -> dict[str, float]:
    """What a person looks like who stands in no list: 明春 and "People Officer" are nobody."""
    if person.gazetteer_id or not person.mentions:
        return {"shape|known": 1.0}
    longest = max(person.mentions, key=lambda m: len(m.text))
    pack = reading.lexicon.pack
    listed = any(m.listed for m in person.mentions)
    words = min(len(longest.text.replace("·", " ").split()), 4) if pack.spaces else min(len(longest.text), 5)
    titled = any(
        reading.hits_in(m.start - 12, m.start, "honorifics") or reading.hits_in(m.end, m.end + 4, "honorifics")
        for m in person.mentions
    )
    seen = name_witness(reading, person.mentions, "person")
    names = {
        f"shape|seen={seen}",
        f"shape|seen={seen}|words={min(words, 2) if pack.spaces else words}|{pack.script}",
        f"shape|{pack.script}|listed={listed}",
        f"shape|{pack.script}|words={words}",
        f"shape|titled={titled}|listed={listed}",
        f"shape|role={any(m.roles for m in person.mentions)}|listed={listed}",
        f"shape|score={round(max(m.score for m in person.mentions), 1)}",
        f"shape|mentions={min(len(person.mentions), 3)}|listed={listed}",
    }
    return dict.fromkeys(names, 1.0)


def model_of(candidate: Candidate) -> str:
    """The argument model: people of the trigger's own sentence, antecedents, and what no phrase tells, each apart."""
    if HEARD_ONLY in candidate.features:
        return "heard"
    return "antecedent" if "ante" in candidate.features else "argument"


def parse_day(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None


def _moves_of(
    reading: Reading, person: int, strong: Support, others: Others, published: date | None, detector: str
) -> list[Told]:
    """The moves of one person: a departure takes up the arrival that it leads to."""

    def rows(action: str) -> list[tuple[float, Candidate]]:
        return strong.get((person, action), [])

    leaver, joiner, appointee = rows("leaver"), _without_recalled(reading, rows("joiner")), rows("appointee")
    moves: list[Told] = []
    destination = -2
    if leaver:
        evidence = [c for _, c in leaver]
        goes = [c for _, c in joiner] + [c for _, c in appointee if c.trigger.trigger_class != "replace"]
        reached_by = [c for _, c in joiner] or evidence
        slots = ("from", "at" if joiner else "to")
        places = choose_organisations(reading, evidence, reached_by, slots, others)
        from_org, destination = _spanned_organisations(reading, evidence, places.left, places.reached)
        told_of = [*evidence, *goes] if destination >= 0 else evidence
        where = pair_by_order(reading, evidence, replace(places, left=from_org, reached=destination))
        destination = where.reached
        told = _build(reading, "departure", leaver, where, published, detector, told_of)
        successor = choose_successor(reading, person, strong)
        name = _display_person(reading, reading.persons[successor]) if successor >= 0 else None
        moves.append(replace(told, move=replace(told.move, successor=name)))
    elif joiner:
        evidence = [c for _, c in joiner]
        places = choose_organisations(reading, evidence, evidence, ("from", "at"), others)
        places = pair_by_order(reading, evidence, places)
        destination = places.reached
        if places.left >= 0 and places.left != destination:
            moves.append(_build(reading, "departure", joiner, places, published, detector, evidence))
        else:
            moves.append(_build(reading, "arrival", joiner, replace(places, left=-1), published, detector, evidence))
    if appointee:
        evidence = [c for _, c in appointee]
        target, share = choose_organisation(reading, evidence, "at", others)
        if not ((leaver or joiner) and (target == destination or target == -1)):
            places = Places(-1, target, share)
            moves.append(_build(reading, "appointment", appointee, places, published, detector, evidence))
    if absentee := rows("absentee"):
        evidence = [c for _, c in absentee]
        place, share = choose_organisation(reading, evidence, "from", others)
        moves.append(_build(reading, "leave", absentee, Places(place, -1, share), published, detector, evidence))
    if returner := rows("returner"):
        evidence = [c for _, c in returner]
        place, share = choose_organisation(reading, evidence, "at", others)
        moves.append(_build(reading, "return", returner, Places(-1, place, share), published, detector, evidence))
    return moves


_OPENING = 2  # sentences, the title included, that tell the news


def _without_recalled(reading: Reading, rows: list[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """Arrivals without those of a career, where others are told: news opens an article, "he joined in 2023" follows."""
    opening = [row for row in rows if row[1].trigger.sentence < _OPENING and "ante" not in row[1].features]
    if opening:
        return opening
    recalled = {c.trigger.start for _, c in rows if _has_bare_year(reading, c)}
    return [row for row in rows if row[1].trigger.start not in recalled] or rows


def _has_bare_year(reading: Reading, candidate: Candidate) -> bool:
    start, end = candidate.trigger.clause
    return any(d.form == "year" for d in find_dates(reading, start, end, Anchor(None)))


def _spanned_organisations(reading: Reading, evidence: list[Candidate], left: int, reached: int) -> tuple[int, int]:
    """Organisations of a gapped phrase of class `move`: "leaves A to join B", 从A跳槽到B, AからBへ移籍."""
    trigger = evidence[0].trigger
    if trigger.trigger_class == "move" and trigger.tail_end > trigger.end:
        orgs = [m for m in reading.in_sentence(trigger.sentence, "org") if m.entity >= 0]
        inside = [m.entity for m in orgs if trigger.end <= m.start < trigger.tail_end]
        before = [m.entity for m in orgs if m.end <= trigger.start]
        after = [m.entity for m in orgs if m.start >= trigger.tail_end]
        if inside and reading.lexicon.pack.order == "sov":
            return (before[-1] if before else left), inside[0]
        if inside:
            return inside[0], (after[0] if after else reached)
    return left, reached


def _build(
    reading: Reading,
    kind: MoveKind,
    rows: list[tuple[float, Candidate]],
    places: Places,
    published: date | None,
    detector: str,
    role_evidence: list[Candidate],
) -> Told:
    evidence = [c for _, c in rows]
    from_org, to_org = places.left, places.reached
    top = evidence[0]
    person = reading.persons[top.person]
    move_date = choose_date(reading, evidence, published)
    status = judge_status(status_features(reading, evidence), rule_out(reading, evidence))
    if kind == "departure" and is_undone(reading, evidence):
        status = "denied"
    is_news = judge_focus(
        focus_features(reading, evidence, from_org if from_org >= 0 else to_org, move_date, published)
    )
    if is_years_ago(reading, top):
        is_news = min(is_news, RECALLED)
    left = choose_role(reading, evidence, "left") if kind != "arrival" else None
    reaches = kind in ("arrival", "appointment") or to_org >= 0
    taken = choose_role(reading, role_evidence, "taken") if reaches else None
    if taken is left:
        taken = None
    shown = _choose_shown(reading, evidence, (from_org, to_org))
    move = Move(
        kind=kind,
        person=_display_person(reading, person),
        from_org=_display_org(reading, from_org),
        to_org=_display_org(reading, to_org),
        status=status,
        focus="background",
        evidence=_sentence_evidence(reading, shown),
        person_aliases=_forms(person),
        from_aliases=_organisation_forms(reading, from_org),
        to_aliases=_organisation_forms(reading, to_org),
        role_from=left.text if left else None,
        role_to=taken.text if taken else None,
        date=move_date,
        successor=None,
        confidence=0.0,
        reason_stated=next((c.trigger.rule.reason for c in evidence if c.trigger.rule.reason), None),
        acting=bool(taken and _is_acting(reading, taken)),
        rule=shown.trigger.rule.rule_id,
        detector=detector,
    )
    organisation = from_org if kind in ("departure", "leave") else to_org
    sure = max(p for p, _ in rows)
    return Told(move, organisation, own_features(reading, kind, shown, sure, organisation, places.share), is_news)


def _choose_shown(reading: Reading, evidence: list[Candidate], organisations: tuple[int, int]) -> Candidate:
    """Of triggers that are about as sure, the one whose sentence shows the move: it names person and organisation.

    "Murati had run the company for a few days while Altman was out" names her and holds a trigger, and tells nothing.
    """
    least = _ABOUT_AS_SURE * probability(model_of(evidence[0]), evidence[0].features)
    named = [
        candidate
        for candidate in evidence
        if "ante" not in candidate.features and probability(model_of(candidate), candidate.features) >= least
    ]
    for candidate in named:
        if any(
            m.entity >= 0 and m.entity in organisations for m in reading.in_sentence(candidate.trigger.sentence, "org")
        ):
            return candidate
    return named[0] if named else evidence[0]


def _sentence_evidence(reading: Reading, shown: Candidate) -> Evidence:
    start, end = reading.sentences[shown.trigger.sentence]
    norm = reading.text.norm
    while start < end and norm[start].isspace():
        start += 1
    while end > start and norm[end - 1].isspace():
        end -= 1
    return reading.text.locate(start, end)


def _is_acting(reading: Reading, role: Mention) -> bool:
    return bool(reading.hits_in(max(0, role.start - 20), role.end + 8, "acting"))


def _display_person(reading: Reading, person: Entity) -> str:
    from include.knowledge.gazetteer import load_gazetteer

    gazetteer = load_gazetteer()
    if person.gazetteer_id:
        return gazetteer.person_by_id[person.gazetteer_id].name
    latin = [m.text for m in person.mentions if m.text[:1].isascii() and " " in m.text]
    shown = latin[0] if latin else max((m.text for m in person.mentions), key=_fullness, default=person.name)
    listed = list_under(reading.lexicon.pack, shown, [m.text for m in person.mentions])
    known = gazetteer.find_person(listed)
    return known.name if known else listed


def _fullness(name: str) -> tuple[int, int]:
    """The more words the fuller; of as many the shorter, which has no ending, but 小田島勝 rather than 小田島."""
    return min(name.count(" "), 3), len(name) if script_of(name[0]) == 7 else -len(name)


def _display_org(reading: Reading, index: int) -> str | None:
    from include.knowledge.gazetteer import load_gazetteer

    if index < 0:
        return None
    entity = reading.orgs[index]
    if entity.gazetteer_id:
        return load_gazetteer().organisation_by_id[entity.gazetteer_id].name
    forms = [mention.text for mention in entity.mentions]
    return list_organisation_under(reading.lexicon.pack, forms) if forms else entity.name


def _organisation_forms(reading: Reading, index: int) -> tuple[str, ...]:
    """Its forms, and last those with the legal form that stands before the name: 株式会社ミナト of ミナト."""
    if index < 0:
        return ()
    entity = reading.orgs[index]
    whole = [
        reading.text.norm[hit.start : mention.end]
        for mention in entity.mentions
        for hit in reading.hits_in(mention.start - _LEGAL_FORM, mention.start, "org_before")
        if not reading.text.norm[hit.end : mention.start].strip()
    ]
    legal = [form for form in whole if organisation_key(form) == organisation_key(entity.mentions[0].text)]
    return tuple(dict.fromkeys((*_forms(entity), *legal)))[:_GAZETTEER_FORMS]


def _forms(entity: Entity) -> tuple[str, ...]:
    texts = dict.fromkeys(m.text for m in sorted(entity.mentions, key=lambda m: -len(m.text)))
    return tuple(texts)[:_GAZETTEER_FORMS]
