"""Precision, recall and F1 of predicted moves against annotated articles, per language and per slot.

A predicted departure is right where its person matches (any form, case- and accent-folded) and the organisation it
leaves matches; an annotated null matches only a null. A move of another kind is judged on its own organisation:
`from_org` for departure and leave, `to_org` for the others. Moves annotated `optional` are neither rewarded nor
punished. Slots (destination, status, focus, date, role) are counted over the matched departures alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from include.errors import ConfigError

Annotation = Mapping[str, Any]  # a move as the annotated files and `departures detect` write it

_LEGAL_FORMS = frozenset(
    {"inc", "corp", "corporation", "ltd", "llc", "plc", "gmbh", "ag", "sa", "co", "company", "the", "group"}
    | {"pt", "tbk"}
)
_CJK = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
_UNSPACED = re.compile(r"[\u3040-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")  # scripts whose words are not set apart by spaces
_MAX_PREDICTED_ALIASES = 8  # a prediction cannot win by listing every form there is


@dataclass(slots=True)
class Tally:
    """Right, wrong and missed moves."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of the predicted moves that are right; 0 where none was predicted."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the annotated moves that were found; 0 where there is none."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where nothing was to be found and nothing was."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(slots=True)
class Evaluation:
    """The scores of one set of articles."""

    articles: int = 0
    departures: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))  # by language
    moves: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    slots: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    clean: list[bool] = field(default_factory=list)  # articles without a move: was nothing predicted?
    errors: list[str] = field(default_factory=list)  # wrong and missed departures, in words

    def as_json(self) -> dict[str, Any]:
        """Figures rounded to four places, by language to three."""
        return {
            "articles": self.articles,
            "departure": _summarise(self.departures),
            "move": _summarise(self.moves),
            "slots": {slot: round(sum(hits) / len(hits), 4) for slot, hits in self.slots.items()},
            "clean_articles": round(sum(self.clean) / len(self.clean), 4) if self.clean else None,
        }


def evaluate_predictions(gold: Iterable[Annotation], predicted: Mapping[str, Sequence[Annotation]]) -> Evaluation:
    """Score predictions, by article id, against annotated articles; a missing article predicts nothing."""
    evaluation = Evaluation()
    for article in gold:
        found = predicted.get(article["id"], [])
        evaluation.articles += 1
        _tally(evaluation.moves[article["lang"]], *pair_moves(found, article["moves"]))
        _score_departures(evaluation, article, [move for move in found if move.get("kind") == "departure"])
        if not article["moves"]:
            evaluation.clean.append(not found)
    return evaluation


# Processors round another way, and the encoder's eight bits make more of it: numbers that differ by a millionth give
# other figures of a language by .02 and of their mean by .003 (600 articles; docs/decisions.md).
_SLACK, _MEAN_SLACK = 0.03, 0.005


_TEXTS = ("person", "from_org", "to_org", "role_from", "role_to", "status", "focus", "date", "successor")
_LISTS = ("person_aliases", "from_aliases", "to_aliases")


def check_moves(moves: Sequence[Any], where: str) -> None:
    """Raise ConfigError, its text beginning with `where`, for what cannot be evaluated.

    A move is an object with `kind`; its names, status and date are text or null, its aliases lists of text.
    """
    for move in moves:
        if not isinstance(move, dict) or not isinstance(move.get("kind"), str):
            raise ConfigError(f"{where}: a move must be an object with the field 'kind', such as \"departure\"")
        for name in _TEXTS:
            if not isinstance(move.get(name), str | None):
                raise ConfigError(f"{where}: field {name!r} of a move is neither text nor null")
        for name in _LISTS:
            forms = move.get(name) or []
            if not isinstance(forms, list) or not all(isinstance(form, str) for form in forms):
                raise ConfigError(f"{where}: field {name!r} of a move is no list of text")


def make_baseline(evaluation: Evaluation) -> dict[str, float]:
    """The figures that later evaluations of the same articles are held against: departure F1 by language, 0..1."""
    return {lang: round(tally.f1, 4) for lang, tally in sorted(evaluation.departures.items())}


def find_losses(evaluation: Evaluation, baseline: Mapping[str, float]) -> list[str]:
    """A line for each language whose departure F1 fell below the baseline, or that is not evaluated any more.

    And one for their mean, which may fall by less.
    """
    now = make_baseline(evaluation)
    found = [
        f"{lang}: departure F1 {now.get(lang, 0.0):.3f}, the baseline is {before:.3f}"
        for lang, before in sorted(baseline.items())
        if now.get(lang, 0.0) < before - _SLACK
    ]
    mean, before = (sum(of.get(lang, 0.0) for lang in baseline) / max(1, len(baseline)) for of in (now, baseline))
    if mean < before - _MEAN_SLACK:
        found.append(f"all: departure F1 {mean:.3f}, the baseline is {before:.3f} (mean of its languages)")
    return found


@lru_cache(maxsize=1 << 16)
def fold_name(name: str) -> str:
    """A name without case, accents and punctuation; spaces between CJK characters vanish."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = re.sub(r"[^\w\s]|_", " ", text)
    if _CJK.search(text):
        text = re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", text)
    return " ".join(text.split())


def _score_departures(evaluation: Evaluation, article: Annotation, found: list[Annotation]) -> None:
    annotated = [move for move in article["moves"] if move["kind"] == "departure"]
    pairs, wrong, missed = pair_moves(found, annotated)
    _tally(evaluation.departures[article["lang"]], pairs, wrong, missed)
    for prediction, truth in pairs:
        for slot, hit in _judge_slots(prediction, truth):
            evaluation.slots[slot].append(hit)
    evaluation.errors += [f"{article['id']}  missed  {_describe(move)}" for move in missed]
    evaluation.errors += [f"{article['id']}  wrong   {_describe(move)}" for move in wrong]


def _tally(tally: Tally, pairs: list[Any], wrong: list[Any], missed: list[Any]) -> None:
    tally.right += len(pairs)
    tally.wrong += len(wrong)
    tally.missed += len(missed)


def pair_moves(
    found: Iterable[Annotation], annotated: Iterable[Annotation]
) -> tuple[list[tuple[Annotation, Annotation]], list[Annotation], list[Annotation]]:
    """One-to-one pairs, predictions left over, required annotations left over.

    Required annotations choose first, so that an optional one never takes their prediction.
    """
    left = list(found)
    pairs: list[tuple[Annotation, Annotation]] = []
    missed: list[Annotation] = []
    for truth in sorted(annotated, key=lambda move: bool(move.get("optional"))):
        position = next((place for place, move in enumerate(left) if _is_same_move(move, truth)), None)
        if position is not None:
            prediction = left.pop(position)
            if not truth.get("optional"):
                pairs.append((prediction, truth))
        elif not truth.get("optional"):
            missed.append(truth)
    return pairs, left, missed


def _is_same_move(prediction: Annotation, truth: Annotation) -> bool:
    if prediction.get("kind") != truth["kind"]:
        return False
    if not is_same_person(_predicted(prediction, "person"), _annotated(truth, "person")):
        return False
    side = "from" if truth["kind"] in ("departure", "leave") else "to"
    mine, theirs = _predicted(prediction, side), _annotated(truth, side)
    return is_same_organisation(mine, theirs) if mine and theirs else not mine and not theirs


def _judge_slots(prediction: Annotation, truth: Annotation) -> Iterable[tuple[str, bool]]:
    yield "to_org", _is_right_destination(prediction, truth)
    same_status = prediction.get("status") == truth.get("status")
    same_focus = prediction.get("focus") == truth.get("focus")
    yield "status", same_status
    yield "focus", same_focus
    if truth.get("date") or prediction.get("date"):
        yield "date", is_right_date(prediction.get("date"), truth.get("date"))
    if truth.get("status") != "announced":
        yield "status_not_announced", same_status
    if truth.get("focus") == "background":
        yield "background_seen", same_focus
    if truth.get("role_from"):
        yield "role_from", is_right_role(prediction.get("role_from"), truth["role_from"])


def _is_right_destination(prediction: Annotation, truth: Annotation) -> bool:
    named = _predicted(prediction, "to")
    return is_same_organisation(named, _annotated(truth, "to")) if truth.get("to_org") else not named


def is_right_date(predicted: str | None, annotated: str | None) -> bool:
    """Equal at the annotation's precision; an invented date is wrong."""
    return bool(annotated) and bool(predicted) and str(predicted)[: len(str(annotated))] == annotated


def is_right_role(predicted: str | None, annotated: str) -> bool:
    """At least half of the shorter one's words (characters, where words are not set apart) are shared."""
    mine, theirs = set(fold_name(predicted or "").split()), set(fold_name(annotated).split())
    if mine and theirs and _UNSPACED.search(annotated):
        mine, theirs = set("".join(mine)), set("".join(theirs))
    return bool(mine and theirs) and len(mine & theirs) * 2 >= min(len(mine), len(theirs))


def is_same_person(mine: list[str], theirs: list[str]) -> bool:
    """Equal, or one with at least two words is contained in the other."""
    return _any_pair(mine, theirs, lambda a, b: min(len(a), len(b)) >= 2 and (a <= b or b <= a))


def is_same_organisation(mine: list[str], theirs: list[str]) -> bool:
    """Equal, or one contained in the other once legal forms are put aside."""

    def contained(a: set[str], b: set[str]) -> bool:
        a, b = a - _LEGAL_FORMS, b - _LEGAL_FORMS
        return bool(a and b) and (a <= b or b <= a)

    return _any_pair(mine, theirs, contained)


def _any_pair(mine: list[str], theirs: list[str], close: Callable[[set[str], set[str]], bool]) -> bool:
    return any(a == b or close(set(a.split()), set(b.split())) for a in mine for b in theirs)


def _predicted(move: Annotation, side: str) -> list[str]:
    return _forms(move, side, _MAX_PREDICTED_ALIASES)


def _annotated(move: Annotation, side: str) -> list[str]:
    return _forms(move, side, None)


def _forms(move: Annotation, side: str, limit: int | None) -> list[str]:
    name = move.get("person" if side == "person" else f"{side}_org")
    names = [name, *(move.get(f"{side}_aliases") or [])[:limit]]
    folded = dict.fromkeys(fold_name(form) for form in names if form)
    return [form for form in folded if form]


def _summarise(by_language: Mapping[str, Tally]) -> dict[str, Any]:
    total = Tally(
        right=sum(tally.right for tally in by_language.values()),
        wrong=sum(tally.wrong for tally in by_language.values()),
        missed=sum(tally.missed for tally in by_language.values()),
    )
    macro = sum(tally.f1 for tally in by_language.values()) / max(1, len(by_language))
    return {
        "micro_f1": round(total.f1, 4),
        "macro_f1": round(macro, 4),
        "precision": round(total.precision, 4),
        "recall": round(total.recall, 4),
        "by_lang": {
            lang: {"f1": round(tally.f1, 3), "tp_fp_fn": [tally.right, tally.wrong, tally.missed]}
            for lang, tally in sorted(by_language.items())
        },
    }


def _describe(move: Annotation) -> str:
    return f"{move.get('kind')}: {move.get('person')} | {move.get('from_org')} -> {move.get('to_org')}"
