"""When a move happens or was announced: every date of its surroundings is a candidate, so are publication and none.

Which of them it is, is judged by a conditional logit over features that know no language (`bench/train_detector.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from include.detect.arguments import Candidate, bucket, word_distance
from include.detect.attributes import focus_features
from include.detect.dates import Anchor, DateMention, find_agos, find_anchor, find_dates, find_possible_dates
from include.detect.elapsed import agos_of, belongs
from include.detect.linear import score, share_out
from include.detect.reading import Reading
from include.detect.witness import HeardDates, date_witness, hear_dates, likeliest_status

_SENTENCES_BEFORE, _SENTENCES_AFTER = 2, 1  # of a trigger, where its date may stand


@dataclass(frozen=True, slots=True)
class DateChoice:
    """A possible date of a move; `iso` is None for "the text pins none"."""

    iso: str | None
    features: dict[str, float]
    spans: frozenset[tuple[int, int]] = frozenset()  # where the text states it


def date_choices(reading: Reading, evidence: list[Candidate], published: date | None) -> list[DateChoice]:
    """All dates that a move may have, with what speaks for each."""
    news = _news(reading, evidence, published)
    agos = agos_of(reading, evidence[0])
    anchor = find_anchor(reading, published)
    heard = hear_dates(reading, evidence[0].person, evidence[0].action, anchor)
    rows = list(_stated(reading, evidence, published, news, anchor, heard.likely if heard else []))
    if agos and not any(published and ago.resolve(published) for ago in agos):
        rows = [row for row in rows if "clause" in row.features]  # "years ago" is none of the dates around it
    if agos and published:  # nor on the day that "today" names in the next sentence
        rows = [row for row in rows if row.iso != published.isoformat() or "clause" in row.features]
    local = any("clause" in row.features for row in rows)
    same = any("sentence" in row.features for row in rows)
    about = _about(reading, evidence) | {f"news={news}"}
    shared = {f"local={local}", f"same={same}", *(f"{name}|local={local}" for name in about), *about}
    if published and not agos:  # what was "five years ago" or "a few weeks ago" was not on the day of publication
        for name, iso in (("day", published.isoformat()), ("month", f"{published:%Y-%m}")):
            rows.append(DateChoice(iso, {f"pub|{name}": 1.0} | {f"pub|{name}|{key}": 1.0 for key in shared}))
    known = published is not None
    rows.append(
        DateChoice(None, {"none": 1.0, f"none|pub={known}": 1.0} | {f"none|pub={known}|{k}": 1.0 for k in shared})
    )
    return _add_heard(rows, heard) if heard else rows


def _add_heard(rows: list[DateChoice], heard: HeardDates) -> list[DateChoice]:
    """The choices with what the encoder says of each of them."""
    found = []
    for row in rows:
        if "none" in row.features:
            told = date_witness("none", heard.none, heard)
        elif row.spans:
            sure = [heard.stated[span] for span in row.spans if span in heard.stated]
            told = date_witness("stated", max(sure), heard) if sure else {}
        else:
            told = date_witness("month" if "pub|month" in row.features else "day", heard.published, heard)
        found.append(replace(row, features=row.features | told))
    return found


def choose_date(reading: Reading, evidence: list[Candidate], published: date | None) -> str | None:
    """The most probable date, as precise as it is stated; None where the text pins none.

    First the month: "on the 1st", "on Monday" and the day of publication speak together against "the text pins none".
    """
    rows = date_choices(reading, evidence, published)
    shares = share_out("date", [row.features for row in rows])
    months: dict[str | None, float] = {}
    for row, share in zip(rows, shares, strict=True):
        month = row.iso and row.iso[:7]
        months[month] = months.get(month, 0.0) + share
    month = max(months, key=months.__getitem__)
    inside = [(share, row.iso) for row, share in zip(rows, shares, strict=True) if (row.iso and row.iso[:7]) == month]
    return max(inside, key=lambda choice: choice[0])[1]


def _about(reading: Reading, evidence: list[Candidate]) -> set[str]:
    """How the move is told, for the dates that stand nowhere in the text."""
    triggers = [c.trigger for c in evidence]
    top = triggers[0]
    person = reading.persons[evidence[0].person]
    title = any(t.in_title for t in triggers)
    first = min(t.sentence for t in triggers)
    cues = {
        f"cue={cue}" for cue in ("background", "denial", "rumour", "reported", "official") if cue in top.sentence_cues
    }
    told = likeliest_status(reading, evidence[0].person, evidence[0].action)
    return cues | {
        f"told={told}",
        f"title={title}",
        f"in_title={any(m.end <= reading.text.title_end for m in person.mentions)}",
        f"first={min(first, 5)}",
        f"class={top.trigger_class}",
        f"tense={top.rule.tense}",
        f"antecedent={'ante' in evidence[0].features}",
        f"chain={'chain' in evidence[0].features}",
        f"background={all('background' in t.sentence_cues for t in triggers)}",
        f"mentions={min(len(person.mentions), 4)}",
    }


def _news(reading: Reading, evidence: list[Candidate], published: date | None) -> str:
    """How likely a move is the news of its article, coarsely: the day of publication is that of news alone."""
    odds = score("news", focus_features(reading, evidence, -1, None, published))
    return "no" if odds < -1 else "hardly" if odds < 0 else "likely" if odds < 1.5 else "yes"


def _stated(
    reading: Reading,
    evidence: list[Candidate],
    published: date | None,
    news: str,
    anchor: Anchor,
    likely: list[DateMention],
) -> Iterator[DateChoice]:
    """A row a date that the text states near a trigger, in its opening, beside the person, or where the encoder finds
    it `likely`; the same date twice is one row with the best of both."""
    rows: dict[str, dict[str, float]] = {}
    spans: dict[str, set[tuple[int, int]]] = {}
    others = _dates_of_others(reading, evidence)
    for rank, candidate in enumerate(evidence[:3]):
        at = candidate.trigger.sentence
        first, last = max(0, at - _SENTENCES_BEFORE), min(len(reading.sentences) - 1, at + _SENTENCES_AFTER)
        start, end = reading.sentences[first][0], reading.sentences[last][1]
        for mention in find_possible_dates(reading, start, end, anchor):
            if (mention.start, mention.end) in others:
                continue
            spans.setdefault(mention.iso, set()).add((mention.start, mention.end))
            features = _stated_features(reading, candidate, mention, published, rank, news)
            known = rows.setdefault(mention.iso, features)
            for name, value in features.items():
                known[name] = max(known.get(name, 0.0), value)
    elsewhere = (
        (find_dates(reading, 0, _opening_end(reading), anchor), _frame_features),
        (_dates_beside(reading, evidence[0].person, anchor), _beside_features),
        (likely, _far_features),
    )
    for mentions, describe in elsewhere:
        for mention in mentions:
            if (mention.start, mention.end) not in others:
                spans.setdefault(mention.iso, set()).add((mention.start, mention.end))
                if mention.iso not in rows:
                    rows[mention.iso] = describe(reading, mention, published, news)
    for iso, features in rows.items():
        yield DateChoice(iso, features, frozenset(spans[iso]))


def _dates_of_others(reading: Reading, evidence: list[Candidate]) -> set[tuple[int, int]]:
    """Where the text says how long ago something else was: "leaves the company that he joined five years ago"."""
    agos = find_agos(reading, 0, len(reading.text.fold))
    return {(ago.start, ago.end) for ago in agos if not belongs(reading, ago, evidence)}


def _opening_end(reading: Reading) -> int:
    """End of what frames an article: its title and the first two sentences after it."""
    first = next((i for i, (_, end) in enumerate(reading.sentences) if end > reading.text.title_end), 0)
    return reading.sentences[min(first + 1, len(reading.sentences) - 1)][1]


def _frame_features(
    reading: Reading, mention: DateMention, published: date | None, _: str
) -> dict[str, float]:  # fmt: skip
    """A date of the opening that no trigger stands near: "OpenAI's year of departures: 2025" dates all that follow."""
    precision = ("year", "month", "day")[mention.iso.count("-")]
    known = published is not None
    names = {
        "frame",
        f"frame|precision={precision}|pub={known}",
        f"frame|title={mention.end <= reading.text.title_end}|precision={precision}",
        f"frame|form={mention.form}|borrowed={mention.borrowed}",
    }
    if published:
        names.add(f"frame|age={_age(mention.iso, published)}|precision={precision}")
    return dict.fromkeys(names, 1.0)


def _dates_beside(reading: Reading, person: int, anchor: Anchor) -> Iterator[DateMention]:
    """Dates of all sentences that name somebody: his last day may stand far from where his leaving is told."""
    for sentence in sorted({mention.sentence for mention in reading.persons[person].mentions}):
        yield from find_possible_dates(reading, *reading.sentences[sentence], anchor)


def _beside_features(
    reading: Reading, mention: DateMention, published: date | None, news: str
) -> dict[str, float]:  # fmt: skip
    """A date that no trigger of the move stands near, in a sentence that names the mover."""
    precision = ("year", "month", "day")[mention.iso.count("-")]
    people = len({m.entity for m in reading.in_sentence(reading.sentence_at(mention.start), "person")})
    names = {"named", f"named|precision={precision}", f"named|people={min(people, 3)}", f"named|form={mention.form}"}
    if published:
        age = _age(mention.iso, published)
        names |= {f"named|age={age}|precision={precision}", f"named|age={age}|news={news}"}
        if mention.guess:
            names.add(f"named|guess={mention.guess}|age={age}")
    return dict.fromkeys(names, 1.0)


def _far_features(
    reading: Reading, mention: DateMention, published: date | None, news: str
) -> dict[str, float]:  # fmt: skip
    """A date that stands near nothing of the move, and that the encoder hears all the same."""
    precision = ("year", "month", "day")[mention.iso.count("-")]
    names = {"far", f"far|precision={precision}", f"far|form={mention.form}"}
    if published:
        age = _age(mention.iso, published)
        names |= {f"far|age={age}|precision={precision}", f"far|age={age}|news={news}"}
        if mention.guess:
            names.add(f"far|guess={mention.guess}|age={age}")
    return dict.fromkeys(names, 1.0)


def _stated_features(
    reading: Reading, candidate: Candidate, mention: DateMention, published: date | None, rank: int, news: str
) -> dict[str, float]:
    trigger, fold = candidate.trigger, reading.text.fold
    sentence = reading.sentence_at(mention.start)
    away = sentence - trigger.sentence
    before = mention.end <= trigger.start
    gap_start, gap_end = (mention.end, trigger.start) if before else (trigger.end, mention.start)
    gap = fold[gap_start:gap_end] if gap_start < gap_end else ""
    near = bucket(word_distance(gap, reading.lexicon.pack.spaces))
    in_clause = trigger.clause[0] <= mention.start < trigger.clause[1]
    others = len(reading.hits_in(gap_start, gap_end, "trigger"))
    precision = ("year", "month", "day")[mention.iso.count("-")]
    people = {
        m.entity
        for m in reading.in_sentence(sentence, "person")
        if gap_start <= m.start < gap_end and m.entity != candidate.person
    }
    names = {
        "stated",
        f"precision={precision}",
        f"form={mention.form}",
        f"form={mention.form}|precision={precision}|pub={published is not None}",
        f"borrowed={mention.borrowed}",
        f"away={max(-2, min(away, 1))}",
        f"away={max(-2, min(away, 1))}|precision={precision}",
        f"rank={rank}",
        f"class={trigger.trigger_class}|precision={precision}",
        f"tense={trigger.rule.tense}",
        f"between={min(others, 2)}",
        f"between={min(others, 2)}|clause={in_clause}",
        f"people={min(len(people), 2)}",
        f"title={mention.end <= reading.text.title_end}",
        f"opening={sentence <= 1}",
        f"break={any(mark in gap for mark in (';', ':', '(', '；', '：'))}",
        f"antecedent={'ante' in candidate.features}|away={max(-2, min(away, 1))}",
    }
    if sentence == candidate.mention.sentence:
        own = _people_between(reading, candidate, mention)
        names |= {f"own={own}", f"own={own}|{precision}"}
    if away == 0:
        side = "before" if before else "after"
        names |= {
            "sentence",
            f"side={side}|d={near}",
            f"clause={in_clause}|d={near}",
            f"clause={in_clause}|{precision}",
        }
        if in_clause:
            names.add("clause")
    if published:
        age = _age(mention.iso, published)
        names |= {f"age={age}", f"age={age}|precision={precision}", f"age={age}|tense={trigger.rule.tense}"}
        told = likeliest_status(reading, candidate.person, candidate.action)
        names |= {f"age={age}|news={news}", f"age={age}|told={told}"}
        if mention.guess:
            names |= {f"guess={mention.guess}|age={age}", f"guess={mention.guess}|age={age}|news={news}"}
    return dict.fromkeys(names, 1.0)


def _people_between(reading: Reading, candidate: Candidate, mention: DateMention) -> str:
    """On which side of a person a date stands, and how many others are named between them: "A in March, B in June"."""
    own = candidate.mention
    first, last = (mention.end, own.start) if mention.start < own.start else (own.end, mention.start)
    others = {
        m.entity
        for m in reading.in_sentence(own.sentence, "person")
        if first <= m.start < last and m.entity != candidate.person
    }
    return f"{'before' if mention.start < own.start else 'after'}|{min(len(others), 2)}"


def _age(iso: str, published: date) -> str:
    """How far a date lies before the day of publication, coarsely."""
    same = published.isoformat()[: len(iso)]
    if iso == same:
        return "same"
    if iso > same:
        return "future"
    parts = [int(part) for part in iso.split("-")] + [12, 28][len(iso.split("-")) - 1 :]
    days = (published - date(*parts[:3])).days
    return (
        "week" if days <= 7 else "month" if days <= 45 else "half" if days <= 200 else "year" if days <= 500 else "old"
    )
