"""How an organisation stands to a person: left, reached or neither, judged sentence by sentence.

Two kinds of evidence, each a linear model a direction: an organisation in the sentence of a trigger ("quit Stripe for
Anthropic") and an organisation in any sentence of the person ("Stripe's head of security, Tamsin Aldous"). `slots`
weighs their verdicts against what the article as a whole is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from include.detect.arguments import Candidate, bucket, word_distance
from include.detect.lexicon import Hit
from include.detect.linear import score
from include.detect.reading import Mention, Reading
from include.detect.triggers import Trigger

DIRECTIONS = ("left", "reached")
_MOST_PAIRS = 200  # of a person and organisations that are looked at
_MOST_EVIDENCE = 6  # triggers of one person that are looked at
_COMMAS = (",", "、", "،", "，")


@dataclass(slots=True)
class Relations:
    """Log-odds of organisations (index into `Reading.orgs`), the best over all places; absent where none was seen."""

    told: dict[str, dict[int, float]] = field(default_factory=dict)  # direction -> by the sentence of a trigger
    beside: dict[str, dict[int, float]] = field(default_factory=dict)  # direction -> by sentences of the person


def judge_relations(reading: Reading, evidence: list[Candidate]) -> Relations:
    """What every organisation of the article is to the person of some triggers, as far as sentences tell."""
    found = Relations({d: {} for d in DIRECTIONS}, {d: {} for d in DIRECTIONS})
    for model, pairs, best in (
        ("told", told_pairs(reading, evidence), found.told),
        ("beside", beside_pairs(reading, evidence[0].person), found.beside),
    ):
        for org, features in pairs:
            for direction in DIRECTIONS:
                sure = score(f"{model}:{direction}", features)
                best[direction][org.entity] = max(best[direction].get(org.entity, -99.0), sure)
    return found


Others = dict[str, dict[int, float]]  # direction -> organisation -> log-odds


def judge_others(relations: dict[int, Relations], person: int) -> Others:
    """What the other movers of an article leave and reach: colleagues mostly leave the same organisation."""
    found: Others = {d: {} for d in DIRECTIONS}
    for other, own in relations.items():
        if other == person:
            continue
        for table in (own.told, own.beside):
            for direction in DIRECTIONS:
                for org, sure in table[direction].items():
                    found[direction][org] = max(found[direction].get(org, -99.0), sure)
    return found


def told_pairs(reading: Reading, evidence: list[Candidate]) -> Iterator[tuple[Mention, dict[str, float]]]:
    """Organisations in the sentences of triggers, with what speaks for each direction."""
    for candidate in evidence[:_MOST_EVIDENCE]:
        trigger = candidate.trigger
        orgs = _organisations(reading, trigger.sentence)
        triggers = reading.hits_in(*reading.sentences[trigger.sentence], "trigger")
        for org in orgs[: _MOST_PAIRS // _MOST_EVIDENCE]:
            yield org, _told_features(reading, candidate, org, orgs, triggers)


def beside_pairs(reading: Reading, person: int) -> Iterator[tuple[Mention, dict[str, float]]]:
    """Organisations in the sentences that name a person."""
    count = 0
    for rank, mention in enumerate(sorted(reading.persons[person].mentions, key=lambda m: m.start)):
        orgs = _organisations(reading, mention.sentence)
        for org in orgs:
            yield org, _beside_features(reading, mention, org, rank)
            count += 1
            if count >= _MOST_PAIRS:
                return


def _organisations(reading: Reading, sentence: int) -> list[Mention]:
    return [m for m in reading.in_sentence(sentence, "org", "unknown") if m.entity >= 0]


def _told_features(
    reading: Reading, candidate: Candidate, org: Mention, orgs: list[Mention], triggers: list[Hit]
) -> dict[str, float]:
    trigger, person, pack = candidate.trigger, candidate.mention, reading.lexicon.pack
    ante = "ante" in candidate.features
    cls, action = trigger.trigger_class, candidate.action
    side, gap = _place(reading, trigger, org)
    here = [m for m in orgs if _place(reading, trigger, m)[0] == side]
    nearer = {m.entity for m in here if _gap(trigger, m) < _gap(trigger, org)} - {org.entity}
    rank = min(len(nearer), 2)
    low, high = (org.end, trigger.start) if side == "before" else (trigger.end, org.start)
    told = min(sum(low <= t.start < high for t in triggers if t.start != trigger.start), 2)
    row = reading.in_sentence(trigger.sentence)
    people = min(
        len({m.entity for m in row if m.kind == "person" and m.entity != candidate.person and low <= m.start < high}), 2
    )
    order = "".join(
        letter
        for _, letter in sorted([(trigger.start, "T"), (org.start, "O"), *([] if ante else [(person.start, "P")])])
    )
    nearest: Hit | None = min(triggers, key=lambda t: max(t.start - org.end, org.start - t.end, 0), default=None)
    own = nearest is None or nearest.start == trigger.start
    rival = "own" if nearest is None or own else str(nearest.entry.value.trigger_class)
    clause = trigger.clause[0] - 1 <= org.start <= max(trigger.clause[1], trigger.tail_end)
    commas = min(sum(gap.count(mark) for mark in _COMMAS), 2)
    distance = bucket(word_distance(gap, pack.spaces))
    only = len({m.entity for m in orgs}) == 1
    post = _post_beside(reading, org)
    near = trigger.complement if rank == 0 else "far"
    verb = f"{pack.order}|inv={pack.inversion}"
    word = f"{pack.code}:{reading.text.fold[trigger.start : trigger.end]}"
    names = {
        "bias",
        f"word={word}|{side}|near={near}",
        f"word={word}|{side}|rank={rank}",
        f"{cls}|{order}",
        f"{verb}|{cls}|{order}",
        f"{cls}|{side}|d={distance}",
        f"{cls}|{side}|rank={rank}",
        f"{cls}|{side}|rank={rank}|told={told}|people={people}",
        f"{action}|{order}|rank={rank}|told={told}",
        f"{action}|{side}|told={told}|people={people}",
        f"{action}|{side}|rank={rank}|only={only}",
        f"{action}|{order}|rival={rival}",
        f"{cls}|{side}|rival={rival}",
        f"{action}|{side}|clause={clause}|commas={commas}",
        f"{cls}|{side}|near={near}",
        f"{action}|post={post}|{side}",
        f"ante={ante}|{action}|{side}",
        f"kind={reading.orgs[org.entity].kind}",
        *(f"{name}|{side}" for name in _firmness(reading, org)),
        f"cited={is_cited(reading, org)}",
        f"foreign={_is_foreign(reading, org, candidate.person)}|{action}",
    }
    outer = _outer_mark(reading, org)
    names |= {f"outer={outer}|{action}|{side}", f"outer={outer}|{cls}"}
    for mark, close in (org.sides or {"none": True}).items():
        names |= {
            f"outer={outer}|{action}|{side}|mark={mark}",
            f"{cls}|{side}|mark={mark}|{close}",
            f"{action}|{pack.adpositions}|{order}|mark={mark}",
            f"{action}|{side}|rank={rank}|mark={mark}|told={told}",
            f"{verb}|{cls}|{side}|mark={mark}",
            f"mark={mark}|{close}|rival={rival}",
        }
    if not ante:
        names |= {f"{action}|{name}" for name in _apposed(reading, person, org)}
    return dict.fromkeys(names, 1.0)


def _beside_features(reading: Reading, person: Mention, org: Mention, rank: int) -> dict[str, float]:
    pack = reading.lexicon.pack
    before = org.end <= person.start
    start, end = (org.end, person.start) if before else (person.end, org.start)
    row = [m for m in reading.in_sentence(org.sentence) if start <= m.start < end]
    kinds = {m.kind for m in row if m.entity != person.entity or m.kind != "person"}
    told = [h.entry.value.trigger_class for h in reading.hits_in(start, end, "trigger")]
    side = "before" if before else "after"
    gap = reading.text.fold[start:end] if start < end else ""
    distance = bucket(word_distance(gap, pack.spaces))
    former = bool(reading.hits_in(max(0, min(org.start, person.start) - 14), max(end, person.end), "former"))
    post = _post_beside(reading, org)
    way = told[0] if len(told) == 1 else "none" if not told else "many"
    names = {
        "bias",
        f"{side}|way={way}|person={'person' in kinds}",
        f"{side}|d={distance}|way={way != 'none'}",
        f"{side}|d={distance}|role={'role' in kinds}|org={'org' in kinds}|way={way != 'none'}",
        f"rank={min(rank, 2)}|way={way != 'none'}",
        f"former={former}|way={way}",
        f"{side}|post={post}|former={former}",
        f"kind={reading.orgs[org.entity].kind}",
        *_firmness(reading, org),
        f"cited={is_cited(reading, org)}",
        f"foreign={_is_foreign(reading, org, person.entity)}",
        f"title={org.end <= reading.text.title_end}|{side}|way={way}",
        *(f"{side}|{name}" for name in _apposed(reading, person, org)),
    }
    for mark, close in (org.sides or {"none": True}).items():
        names |= {
            f"{side}|mark={mark}|{close}|way={way}",
            f"{pack.adpositions}|mark={mark}|post={post}",
            f"{pack.order}|{side}|mark={mark}|role={'role' in kinds}|way={way != 'none'}",
        }
    return dict.fromkeys(names, 1.0)


def _place(reading: Reading, trigger: Trigger, org: Mention) -> tuple[str, str]:
    """Side of a trigger and the text between: what a gapped phrase ("leaves ... to join") holds stands inside it."""
    if org.end <= trigger.start:
        side, start, end = "before", org.end, trigger.start
    elif org.start < trigger.tail_end and trigger.tail_end > trigger.end:
        side, start, end = "inside", trigger.end, org.start
    else:
        side, start, end = "after", max(trigger.end, trigger.tail_end), org.start
    return side, reading.text.fold[start:end] if start < end else ""


def _gap(trigger: Trigger, org: Mention) -> int:
    return trigger.start - org.end if org.end <= trigger.start else org.start - trigger.end


_OUTER_WORDS = 7  # before a name within which the phrase that it belongs to begins


def _outer_mark(reading: Reading, org: Mention) -> str:
    """The mark of the whole phrase that ends with an organisation: "ao novo laboratório de IA da Meta" is reached."""
    lexicon = reading.lexicon
    if lexicon.pack.adpositions != "before" or not lexicon.pack.spaces:
        return "none"
    marks = lexicon.markers
    for word in reversed(reading.text.fold[max(0, org.start - 70) : org.start].split()[-_OUTER_WORDS:-1]):
        if word[-1] in ".,;:!?":
            return "none"
        for kind in ("to", "from"):
            if word in marks[kind] and word not in marks["at"]:
                return kind
    return "none"


def _post_beside(reading: Reading, org: Mention) -> str:
    """Whether a post stands right before or after an organisation: "CEO of Nubank", "OpenAI researcher"."""
    for role in reading.in_sentence(org.sentence, "role"):
        if 0 <= role.start - org.end <= 3:
            return "after"
        if 0 <= org.start - role.end <= 8:
            return "before"
    return "none"


def _firmness(reading: Reading, org: Mention) -> set[str]:
    """How sure it is that a name is an organisation's."""
    entity = reading.orgs[org.entity]
    firm = "known" if entity.gazetteer_id else "org" if org.kind == "org" else f"unknown={round(org.score, 1)}"
    words = min(org.text.count(" ") + 1, 2)
    return {f"firm={firm}", f"firm={firm}|named={min(len(entity.mentions), 3)}", f"firm={firm}|words={words}"}


def _apposed(reading: Reading, person: Mention, org: Mention) -> set[str]:
    """How an organisation stands with a person in apposition, if it does."""
    if any(m.start == org.start for m in person.orgs):
        return {f"apposed|former={person.former}|role={bool(person.roles)}", "apposed"}
    return {"apart"}


def _is_foreign(reading: Reading, org: Mention, person: int) -> bool:
    """Whether an organisation stands in apposition to somebody else."""
    return any(
        other.start == org.start
        for m in reading.in_sentence(org.sentence, "person")
        if m.entity != person
        for other in m.orgs
    )


def is_cited(reading: Reading, org: Mention) -> bool:
    """Whether an organisation stands beside a word of saying: "told Reuters", "according to The Information"."""
    return bool(
        reading.hits_in(max(0, org.start - 22), org.start, "attribution", "reported")
        or reading.hits_in(org.end, org.end + 12, "attribution", "reported")
    )
