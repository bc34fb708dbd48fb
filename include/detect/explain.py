"""What the engine saw in one article, sentence by sentence, for whoever works on a language pack."""

from __future__ import annotations

from dataclasses import dataclass

from include.detect.arguments import Candidate
from include.detect.engine import Analysis, model_of
from include.detect.linear import load_weights
from include.detect.reading import Reading
from include.detect.triggers import Trigger
from include.detect.witness import describe_verdict

_SHOWN_FEATURES = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """Lines of text; `str()` joins them."""

    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def explain_analysis(analysis: Analysis) -> Explanation:
    """Every sentence with its spans, triggers, and why a person was or was not taken for each."""
    if analysis.reading is None:
        return Explanation(("no trigger of the language pack stands in this article: nothing was examined further",))
    reading = analysis.reading
    lines: list[str] = []
    for index, (start, end) in enumerate(reading.sentences):
        lines.append(f"[{index}] {reading.text.norm[start:end].strip()}")
        spans = [
            f"{m.kind}:{m.text}" + (f"({m.gazetteer_id})" if m.gazetteer_id else "") for m in reading.in_sentence(index)
        ]
        if spans:
            lines.append("    spans    " + "  ".join(spans))
        for trigger in (t for t in analysis.triggers if t.sentence == index):
            lines += _explain_trigger(analysis, reading, trigger)
    lines += describe_verdict(reading)
    lines.append("moves: " + ("none" if not analysis.moves else ""))
    for move in analysis.moves:
        lines.append(
            f"    {move.kind}: {move.person} | {move.from_org} > {move.to_org} | {move.status} {move.focus}"
            f" {move.date or 'no date'} | {move.role_from} > {move.role_to} | {move.rule} {move.confidence}"
        )
    return Explanation(tuple(lines))


def _explain_trigger(analysis: Analysis, reading: Reading, trigger: Trigger) -> list[str]:
    cues = f" cues: {', '.join(sorted(trigger.sentence_cues))}" if trigger.sentence_cues else ""
    negated = " negated" if trigger.negated else ""
    head = f"    trigger  {reading.text.norm[trigger.start : trigger.end]!r} {trigger.rule.rule_id}{negated}{cues}"
    rows = [(p, c) for c, p in zip(analysis.candidates, analysis.probabilities, strict=True) if c.trigger is trigger]
    if not rows:
        return [head, "        nobody near it"]
    threshold = load_weights()["thresholds"]
    lines = [head]
    for p, candidate in sorted(rows, key=lambda row: -row[0]):
        verdict = (
            "taken" if p >= threshold.get(candidate.action, 1.0) else "support" if p >= threshold["support"] else "no"
        )
        name = reading.persons[candidate.person].name
        lines.append(f"        {verdict:8} {candidate.action} {name} {p:.2f}  {_reasons(candidate)}")
    return lines


def _reasons(candidate: Candidate) -> str:
    weights = load_weights().get(model_of(candidate), {})
    parts = sorted(
        ((weights.get(n, 0.0) * v, n) for n, v in candidate.features.items()), key=lambda part: -abs(part[0])
    )
    return "  ".join(f"{name} {value:+.1f}" for value, name in parts[:_SHOWN_FEATURES] if value)
