"""Triggers of a document: which phrases count, and what stands around them."""

from __future__ import annotations

from dataclasses import dataclass

from include.detect.ago import Ago
from include.detect.lexicon import Hit
from include.detect.reading import Mention, Reading
from include.knowledge.languages import TriggerRule

# class -> (what the person does, where the person stands in a plain clause)
ARGUMENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "leave": (("leaver", "subject"),),
    "leave_noun": (("leaver", "noun"),),
    "dismiss": (("leaver", "object"),),
    "dismissed": (("leaver", "subject"),),
    "lose": (("leaver", "object"),),
    "join": (("joiner", "subject"),),
    "hire": (("joiner", "object"),),
    "hired": (("joiner", "subject"),),
    "move": (("leaver", "subject"),),
    "appoint": (("appointee", "object"),),
    "appointed": (("appointee", "subject"),),
    "appoint_noun": (("appointee", "noun"),),
    "replace": (("appointee", "subject"), ("leaver", "object")),
    "replaced": (("leaver", "subject"), ("appointee", "agent")),
    "successor_noun": (("appointee", "noun"),),
    "absence": (("absentee", "subject"),),
    "return": (("returner", "subject"),),
    "found": (("founder", "subject"),),
    "stay": (),
}
SCOPE_LISTS = ("negation", "denial", "rumour", "reported", "official", "attribution", "hypothetical", "background")


@dataclass(slots=True)
class Trigger:
    """One phrase that tells a move, with the cues of its clause and sentence."""

    start: int
    end: int
    tail_end: int
    rule: TriggerRule
    sentence: int
    clause: tuple[int, int]
    in_title: bool
    clause_cues: frozenset[str]
    sentence_cues: frozenset[str]
    negated: bool
    complement: str = "none"  # what stands where an object or complement would: org, role, end, other ...

    @property
    def trigger_class(self) -> str:
        return self.rule.trigger_class


class _Spans:
    """Hits by where they stand, so that each is compared with its neighbours alone."""

    _WIDTH = 128

    def __init__(self) -> None:
        self._cells: dict[int, list[Hit]] = {}

    def add(self, start: int, end: int, hit: Hit) -> None:
        for cell in range(start // self._WIDTH, end // self._WIDTH + 1):
            self._cells.setdefault(cell, []).append(hit)

    def near(self, at: int) -> list[Hit]:
        """Every hit that may hold this offset."""
        return self._cells.get(at // self._WIDTH, [])


def find_triggers(reading: Reading) -> list[Trigger]:
    """Triggers that count: the longest of overlapping ones, not inside a cancelling phrase, not guarded.

    Where a phrase of leaving is said of something else, the reading keeps its sentence in `scenes`.
    """
    fold, lexicon = reading.text.fold, reading.lexicon
    cancelled = _Spans()
    for hit in reading.hits:
        if hit.entry.category == "bare_nouns":
            cancelled.add(hit.start, hit.end, hit)
    found: list[Hit] = []
    guarded: list[Hit] = []
    for hit in reading.hits:
        if hit.entry.category != "trigger":
            continue
        cancelling = [s for s in cancelled.near(hit.start) if s.start <= hit.start and hit.end <= s.end]
        if any(s.start == hit.start and fold[hit.end : hit.end + 1] == " " for s in cancelling):
            guarded.append(hit)  # "left the room"; but not "left-wing"
        elif not cancelling:
            (guarded if lexicon.is_guarded(fold, hit) else found).append(hit)
    found.sort(key=lambda h: (-(h.tail_end - h.start), h.start))
    kept: list[Hit] = []
    spans = _Spans()
    for hit in found:
        if not any(_swallows(k, hit) for k in spans.near(hit.start)):
            kept.append(hit)
            spans.add(hit.start, hit.tail_end, hit)
    kept.sort(key=lambda h: h.start)
    counting: list[Trigger] = []
    for hit in kept:
        trigger = _describe(reading, hit)
        if trigger.trigger_class in _GOING and _is_of_scene(reading, trigger):
            guarded.append(hit)
            continue
        trigger.complement = _find_complement(reading, trigger)
        counting.append(trigger)
    reading.scenes = {reading.sentence_at(h.start) for h in guarded if h.entry.value.trigger_class == "leave"}
    return counting


def _swallows(longer: Hit, hit: Hit) -> bool:
    if longer.start <= hit.start and hit.tail_end <= longer.tail_end:
        # the tail of a gapped phrase ("tritt ... zurück", "hat ... entlassen") is no trigger of its own
        inside_head = hit.tail_end <= longer.end
        is_tail = longer.tail_end > longer.end and hit.tail_end == longer.tail_end
        same_class = longer.entry.value.trigger_class == hit.entry.value.trigger_class
        longer_head = longer.tail_end - longer.start > hit.tail_end - hit.start
        return (inside_head and (longer_head or same_class)) or is_tail
    return False


_CLAUSE_MARKS = ",;:、，；。()（）"


def find_clause(reading: Reading, hit: Hit | Ago) -> tuple[int, int]:
    """The part of a sentence between the commas and brackets around a phrase."""
    start, end = reading.sentences[reading.sentence_at(hit.start)]
    fold = reading.text.fold
    tail_end = hit.tail_end if isinstance(hit, Hit) else hit.end
    left = max((fold.rfind(mark, start, hit.start) for mark in _CLAUSE_MARKS), default=-1)
    right = min((at for mark in _CLAUSE_MARKS if (at := fold.find(mark, tail_end, end)) >= 0), default=end)
    return max(start, left + 1), right


def _describe(reading: Reading, hit: Hit) -> Trigger:
    sentence = reading.sentence_at(hit.start)
    start, end = reading.sentences[sentence]
    clause = find_clause(reading, hit)
    clause_cues, sentence_cues, negated = set(), set(), False
    for cue in reading.hits_in(start, end, *SCOPE_LISTS):
        category = cue.entry.category
        if cue.start >= hit.start and cue.end <= hit.end and category != "background":
            clause_cues.add(category)
            continue
        sentence_cues.add(category)
        if clause[0] <= cue.start < clause[1]:
            clause_cues.add(category)
            if category == "negation":
                negated |= negates(reading, cue, hit)
    return Trigger(
        start=hit.start,
        end=hit.end,
        tail_end=hit.tail_end,
        rule=hit.entry.value,
        sentence=sentence,
        clause=clause,
        in_title=hit.start < reading.text.title_end,
        clause_cues=frozenset(clause_cues),
        sentence_cues=frozenset(sentence_cues),
        negated=negated,
    )


def place_trigger(reading: Reading, rule: TriggerRule, mention: Mention) -> Trigger:
    """A trigger without a phrase, behind somebody's name: its clause is the sentence, and all cues of that are its."""
    cues = frozenset(hit.entry.category for hit in reading.hits_in(*reading.sentences[mention.sentence], *SCOPE_LISTS))
    return Trigger(
        mention.end, mention.end, mention.end, rule, mention.sentence, reading.sentences[mention.sentence],
        mention.start < reading.text.title_end, cues, cues, negated=False,
    )  # fmt: skip


_ENDS = ".,;:!?)\"'。、，；！？)」』”»\n-"
_NEAR = 3


def _find_complement(reading: Reading, trigger: Trigger) -> str:
    """What the trigger is said of: "left Google" org, "left the post" role, "left." end, "left my browser" other."""
    pack, fold = reading.lexicon.pack, reading.text.fold
    row = reading.in_sentence(trigger.sentence)
    if pack.order == "sov":
        before = [m for m in row if m.end <= trigger.start and trigger.start - m.end <= 8]
        if before:
            nearest = max(before, key=lambda m: m.end)
            return "org" if nearest.kind in ("org", "org_ref", "unknown") else nearest.kind
        head = fold[max(0, trigger.start - 3) : trigger.start].rstrip()
        return "object" if head.endswith(reading.lexicon.marker_lists["object"] or ("\0",)) else "other"
    rest = fold[trigger.end : trigger.end + 48]
    if not rest.strip() or rest.lstrip(" ")[:1] in _ENDS:
        return "end"
    limit = 14 if pack.spaces else 6
    for mention in row:
        if mention.start >= trigger.end:
            gap = fold[trigger.end : mention.start]
            if (len(gap.split()) <= _NEAR if pack.spaces else len(gap) <= 4) and not any(e in gap for e in ".;:!?。；"):
                return "org" if mention.kind in ("org", "org_ref", "unknown") else mention.kind
            break
    for hit in reading.hits_from(trigger.end, trigger.end + limit):
        if hit.entry.category in (
            "trigger",
            "negation",
            "background",
            "hypothetical",
            "places",
        ) or hit.entry.category.startswith("date:"):
            return hit.entry.category
    first = rest.split()[0] if pack.spaces else ""
    if any(first in reading.lexicon.markers[kind] for kind in ("from", "to", "at", "as", "by", "and")):
        return "marker"
    return "other"


_GOING = ("leave", "move", "join", "return")
_BEFORE_SCENE, _BEFORE_SCENE_UNSPACED = 3, 5  # words, letters that may stand between: "left the half-empty hall"


def _is_of_scene(reading: Reading, trigger: Trigger) -> bool:
    """Whether a room, a stage, a meeting or a market is what is left: "verließ eine eigens anberaumte Sitzung"."""
    pack, fold = reading.lexicon.pack, reading.text.fold
    width = 34 if pack.spaces else 12
    named = reading.in_sentence(trigger.sentence, "org", "person")
    for hit in reading.hits_in(max(0, trigger.start - width), trigger.end + width, "scenes"):
        if any(m.start <= hit.start and hit.end <= m.end for m in named):
            continue  # "left Market Basket"; but "left the WhatsApp group"
        after = hit.start >= trigger.end
        if not after and (hit.end > trigger.start or (pack.order != "sov" and pack.spaces)):
            continue
        gap = fold[trigger.end : hit.start] if after else fold[hit.end : trigger.start]
        if any(mark in gap for mark in ".;!?。；！？"):
            continue
        first, last = (trigger.end, hit.start) if after else (hit.end, trigger.start)
        between = any(first <= m.start < last for m in named)
        near = len(gap.split()) <= _BEFORE_SCENE if pack.spaces else len(gap) <= _BEFORE_SCENE_UNSPACED
        if near and not between:
            return True
    return False


def negates(reading: Reading, cue: Hit, hit: Hit) -> bool:
    """Negation reaches a trigger from up to five words before it, in verb-final languages from right after it."""
    fold = reading.text.fold
    tight = not reading.lexicon.pack.spaces
    if cue.end <= hit.start:
        gap = fold[cue.end : hit.start]
        return len(gap) <= 6 if tight else len(gap.split()) <= 4
    if cue.start >= hit.end:
        gap = fold[hit.end : cue.start]
        near = len(gap) <= 4 if tight else len(gap.split()) <= 1
        return near and (
            reading.lexicon.pack.order == "sov" or hit.tail_end > hit.end or reading.lexicon.pack.capitals == "nouns"
        )
    return False
