"""How a move is told: its status, and whether it is the news or recalled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from include.detect.arguments import Candidate
from include.detect.dates import find_anchor, find_dates
from include.detect.lexicon import MAX_GAP, Hit
from include.detect.linear import score
from include.detect.reading import Reading
from include.detect.triggers import Trigger, find_clause, negates
from include.detect.witness import focus_witness, status_witness
from include.records import MOVE_STATUSES, MoveStatus

_NEARLY = -1.0  # log-odds
RECALLED = -4.0  # log-odds of being the news of what is told to have been years ago
_CUES = ("denial", "rumour", "reported", "official", "attribution", "hypothetical", "negation", "background")


def status_features(reading: Reading, evidence: list[Candidate]) -> dict[str, float]:
    """What the words around the triggers of one move say of its certainty."""
    top = evidence[0].trigger
    anywhere_in_text = {hit.entry.category for hit in reading.hits}
    in_title = {hit.entry.category for hit in reading.hits_from(0, reading.text.title_end)}
    features: dict[str, float] = {"bias": 1.0}
    for cue in _CUES:
        in_clause = cue in top.clause_cues
        in_sentence = cue in top.sentence_cues
        anywhere = any(cue in c.trigger.sentence_cues for c in evidence)
        everywhere = all(cue in c.trigger.sentence_cues for c in evidence)
        features[f"clause|{cue}"] = float(in_clause)
        features[f"sentence|{cue}"] = float(in_sentence)
        features[f"any|{cue}"] = float(anywhere)
        features[f"all|{cue}"] = float(everywhere)
        features[f"title|{cue}"] = float(cue in in_title)
        features[f"doc|{cue}"] = float(cue in anywhere_in_text)
    features["reported|official"] = features["sentence|reported"] * features["any|official"]
    features["negated"] = float(top.negated)
    features["any_negated"] = float(any(c.trigger.negated for c in evidence))
    features["negated|denial"] = features["any_negated"] * features["doc|denial"]
    features["future"] = float(top.rule.tense == "future")
    features["question"] = float("?" in reading.text.norm[: reading.text.title_end])
    features["many"] = float(len(evidence) > 1)
    features["sentence0"] = float(top.sentence <= 1)
    features[f"class={top.trigger_class}"] = 1.0
    code, fold = reading.lexicon.pack.code, reading.text.fold
    for hit in reading.hits_in(*reading.sentences[top.sentence], *_CUES):
        features[f"cue={code}:{fold[hit.start : hit.end]}"] = 1.0
    features[f"word={code}:{fold[top.start : top.end]}"] = 1.0
    features |= status_witness(reading, evidence[0].person, evidence[0].action)
    return features


_PLAINLY = 0.7  # log-odds by which a plain fact must be likelier than whatever is less: a rumour shown as fact is worse


def judge_status(features: dict[str, float], impossible: Collection[MoveStatus] = ()) -> MoveStatus:
    """The most probable status but for the impossible ones; where it is all but even, not the plain fact."""
    odds = {status: score(f"status:{status}", features) for status in MOVE_STATUSES if status not in impossible}
    if "announced" in odds:
        odds["announced"] -= _PLAINLY
    return max(odds, key=odds.__getitem__)


_UNCERTAIN = ("hypothetical", "rumour")  # cues beside which nothing is taken back yet: "may withdraw her resignation"
_EARLIER = 2  # sentences before "on Friday she withdrew her resignation" in which she is named
_VSO_TAIL = 24  # letters behind the name in "سحبت ليلى حداد استقالتها"


def is_undone(reading: Reading, evidence: list[Candidate]) -> bool:
    """Whether a leaving comes to nothing: the resignation is taken back or refused, the person stays after all.

    A decision and no feature: the words of a resignation are all there, and the models know them as a plain fact.
    """
    top = evidence[0]
    for hit in reading.hits_in(0, len(reading.text.fold), "undone"):
        sentence = reading.sentence_at(hit.start)
        touched = hit.start <= top.trigger.start < hit.tail_end
        own = touched or _find_owner(reading, hit) == top.person
        # "In April he had gone back on his resignation": of an earlier one, where the leaving is told elsewhere too
        recalled = reading.hits_in(*reading.sentences[sentence], "background")
        elsewhere = any(candidate.trigger.sentence != sentence for candidate in evidence)
        if own and not (recalled and elsewhere) and _is_plain(reading, hit):
            return True
    return False


def _find_owner(reading: Reading, hit: Hit) -> int | None:
    """Who takes a resignation back: named inside the phrase, else before it, behind it, or last in what precedes."""
    sentence = reading.sentence_at(hit.start)
    people = reading.in_sentence(sentence, "person")
    inside = [m for m in people if hit.start <= m.start < hit.tail_end]
    before = [m for m in people if m.end <= hit.start]
    chosen = [*inside[:1], *before[-1:], *people[:1]]
    for earlier in range(sentence - 1, max(-1, sentence - 1 - _EARLIER), -1):
        chosen += reading.in_sentence(earlier, "person")[-1:]
    return chosen[0].entity if chosen else None


def _is_plain(reading: Reading, hit: Hit) -> bool:
    """Whether it is said that it happens: not denied, wanted or considered, and no other thing that is withdrawn."""
    start, end = find_clause(reading, hit)
    for cue in reading.hits_in(start, end, "negation", *_UNCERTAIN):
        if hit.start <= cue.start and cue.end <= hit.end:
            continue  # "is no longer leaving"
        in_gap = hit.end <= cue.start < hit.tail_end  # "zieht ihren Rücktritt nicht zurück"
        if cue.entry.category in _UNCERTAIN or in_gap or negates(reading, cue, hit):
            return False
    if reading.lexicon.pack.order != "vso" or hit.tail_end == hit.end:
        return True
    # "withdrew ... his resignation" may be confidence that is withdrawn: only a name may stand between
    named = [m for m in reading.in_sentence(reading.sentence_at(hit.start), "person") if hit.end <= m.start]
    return any(m.start - hit.end <= 1 and 0 < hit.tail_end - m.end <= _VSO_TAIL for m in named)


def rule_out(reading: Reading, evidence: list[Candidate]) -> set[MoveStatus]:
    """What the status of a move that hangs on a condition cannot be: "will resign if shareholders reject the merger".

    That is no plain fact, and no denial where all that is denied or refused in the text belongs to the condition.
    """
    condition = _find_condition(reading, evidence[0].trigger)
    if condition is None:
        return set()
    denials = reading.hits_in(0, len(reading.text.fold), "denial")
    inside = all(_is_within(reading, condition, hit) for hit in denials) and not evidence[0].trigger.negated
    return {"announced", "denied"} if inside else {"announced"}


def _find_condition(reading: Reading, trigger: Trigger) -> Hit | None:
    """The "if" in the clause of a trigger, right behind that clause, or at the head of its sentence.

    In verb-final languages it ends the clause before: 株主が否決した場合、退社する.
    """
    sentence, end = reading.sentences[trigger.sentence]
    left, right = trigger.clause
    named = reading.in_sentence(trigger.sentence, "person", "org")
    for hit in reading.hits_in(max(sentence, trigger.start - MAX_GAP), min(end, trigger.end + MAX_GAP), "conditions"):
        if any(m.start <= hit.start < m.end for m in named):
            continue  # 若 of 汤若虚
        before = reading.lexicon.pack.order == "sov" and 0 <= left - hit.end <= 2
        if left <= hit.start <= right + 2 or before or not reading.text.fold[sentence : hit.start].strip(" \"'"):
            return hit
    return None


def _is_within(reading: Reading, condition: Hit, denial: Hit) -> bool:
    """Whether a refusal is what the condition says, with nothing else told between them: "denied he was leaving if"."""
    left, right = find_clause(reading, condition)
    behind = condition.start <= denial.start or reading.lexicon.pack.order == "sov"
    first, last = sorted((condition, denial), key=lambda hit: hit.start)
    return left <= denial.start < right and behind and not reading.hits_in(first.end, last.start, "trigger")


def focus_features(
    reading: Reading, evidence: list[Candidate], from_org: int, move_date: str | None, published: date | None
) -> dict[str, float]:
    """What speaks for a move being the news of the article rather than recalled."""
    person = reading.persons[evidence[0].person]
    triggers = [c.trigger for c in evidence]
    first = min(t.sentence for t in triggers)
    title_end = reading.text.title_end
    has_title = title_end > 0
    in_title = any(m.end <= title_end for m in person.mentions)
    people_in_title = any(m.kind == "person" and m.end <= title_end for m in reading.mentions)
    order = sorted(
        {m.entity for m in reading.mentions if m.kind == "person"},
        key=lambda e: min(m.start for m in reading.persons[e].mentions),
    )
    rank = order.index(evidence[0].person) if evidence[0].person in order else 9
    background = ["background" in t.sentence_cues for t in triggers]
    most = len(person.mentions) >= max(len(p.mentions) for p in reading.persons)
    features = {
        "bias": 1.0,
        "in_title": float(in_title),
        f"most={most}": 1.0,
        f"most={most}|mentions={min(len(person.mentions), 4)}": 1.0,
        f"title={has_title}|people={people_in_title}|in={in_title}": 1.0,
        f"first={0 if first == 0 else 1 if first <= 1 else 2 if first <= 3 else 3 if first <= 6 else 4}": 1.0,
        f"first={min(first, 8)}": 1.0,
        f"mentions={min(len(person.mentions), 4)}": 1.0,  # a long article names everybody often
        f"triggers={min(len(triggers), 4)}": 1.0,
        f"rank={min(rank, 4)}": 1.0,
        f"rank={min(rank, 4)}|in={in_title}": 1.0,
        "background_all": float(all(background)),
        "background_any": float(any(background)),
        "background_clause": float("background" in triggers[0].clause_cues),
        "chain": float("chain" in evidence[0].features),
        "noun_only": float(all(t.trigger_class == "leave_noun" for t in triggers)),
        "past_perfect": float(any(t.rule.tense == "past-perfect" for t in triggers)),
        "future": float(any(t.rule.tense == "future" for t in triggers)),
        "dominant": float(from_org == reading.dominant_org),
        "sentences": float(len(reading.sentences) <= 3),
        f"class={triggers[0].trigger_class}": 1.0,
        "former": float(any(m.former for m in person.mentions)),
        "ante": float("ante" in evidence[0].features),
    }
    features |= focus_witness(reading, evidence[0].person, evidence[0].action)
    if move_date and published:
        age = (published - _earliest(move_date)).days
        features[f"age={'future' if age < 0 else 'now' if age <= 31 else 'months' if age <= 200 else 'old'}"] = 1.0
    elif move_date:
        features["age=unknown"] = 1.0
    years = _count_years(reading, evidence[0], move_date, published)
    if years is not None:
        features[f"years={years}"] = 1.0
        features[f"years={years}|published={published is not None}"] = 1.0
    return features


_LONG_AGO = 3  # years from which more say nothing more


def _count_years(reading: Reading, shown: Candidate, move_date: str | None, published: date | None) -> int | None:
    """Years from the move, or the latest date beside its trigger, to publication or the latest date of the text."""
    anchor = find_anchor(reading, published)
    beside = [mention.iso for mention in find_dates(reading, *reading.sentences[shown.trigger.sentence], anchor)]
    told = move_date or max(beside, default=None)
    if told is None:
        return None
    latest = published.year if published else anchor.latest_named
    return min(max(0, (latest or 0) - int(told[:4])), _LONG_AGO)


def _earliest(iso: str) -> date:
    parts = [int(p) for p in iso.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 12, parts[2] if len(parts) > 2 else 28)


def judge_focus(features: dict[str, float]) -> float:
    """Log-odds of being the news."""
    return score("focus", features)


def find_news_floor(sure: Sequence[float]) -> float:
    """The log-odds of being the news from which moves of one kind are the main ones of their article.

    An article has some news: where none of them is likely it, the likeliest is, if it is not quite unlikely.
    """
    return 0.0 if any(one >= 0 for one in sure) else max([_NEARLY, *sure])
