"""Train the detector's small linear models on annotated articles and write `include/detect/weights.json`.

    python -m bench.train_detector ARTICLES.jsonl[=WEIGHT] [...] [--folds 5] [--write]

Each fold is scored with weights that have not seen its articles; `--write` then trains on all of them. Articles are
in the form of the evaluation files (`departures evaluate`): moves with persons, organisations and their aliases.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from include.detect import engine, linear
from include.detect.attributes import focus_features, status_features
from include.detect.lexicon import load_lexicon
from include.detect.posts import role_choices
from include.detect.reading import Entity
from include.detect.slots import organisation_features
from include.detect.successors import successor_choices
from include.detect.when import date_choices
from include.evaluate import fold_name, is_right_date, is_right_role, is_same_organisation, is_same_person
from include.knowledge.languages import list_packs
from include.records import MOVE_STATUSES, Document

ACTION_KINDS = {
    "leaver": ("departure",),
    "joiner": ("departure", "arrival"),
    "appointee": ("appointment", "arrival"),
    "absentee": ("leave",),
    "returner": ("return",),
}
THRESHOLDS = {"support": 0.2, "leaver": 0.5, "joiner": 0.5, "appointee": 0.5, "absentee": 0.5, "returner": 0.5}
_INNER_FOLDS = 3  # the model of whole moves learns from judgements of candidates that were not trained on


@dataclass
class Rows:
    """Training rows of one binary model."""

    features: list[dict[str, float]] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)


@dataclass
class Group:
    """Candidates of one slot, which of them are right, and the weight of the article."""

    candidates: list[dict[str, float]]
    right: list[int]
    weight: float


@dataclass
class Examples:
    """Training rows of all models."""

    binary: dict[str, Rows] = field(default_factory=dict)
    groups: dict[str, list[Group]] = field(default_factory=dict)  # by model
    weight: float = 1.0  # of the article that is being read

    def add(self, model: str, features: dict[str, float], label: bool) -> None:
        rows = self.binary.setdefault(model, Rows())
        rows.features.append(features)
        rows.labels.append(float(label))
        rows.weights.append(self.weight)

    def add_group(self, model: str, candidates: list[dict[str, float]], right: list[int]) -> None:
        if right and len(right) < len(candidates):
            self.groups.setdefault(model, []).append(Group(candidates, right, self.weight))


def read_articles(arguments: Iterable[str]) -> list[dict[str, Any]]:
    """Annotated articles whose language has a pack; `FILE=WEIGHT` makes a file's articles count for more or less."""
    known = set(list_packs())
    articles = []
    for argument in arguments:
        name, _, weight = argument.partition("=")
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            article = json.loads(line) if line.strip() else {}
            if article.get("lang") in known:
                articles.append({**article, "weight": float(weight or 1)})
    return articles


@dataclass
class Prepared:
    """An annotated article with its analysis, which needs no weights."""

    article: dict[str, Any]
    analysis: engine.Analysis


def prepare(articles: list[dict[str, Any]]) -> list[Prepared]:
    """Read every article once."""
    return [
        Prepared(article, engine.prepare(_document(article), load_lexicon(article["lang"]))) for article in articles
    ]


def _document(article: dict[str, Any]) -> Document:
    return Document(article["id"], article["lang"], article["title"], article["text"], article.get("published"))


def collect(prepared: list[Prepared]) -> Examples:
    """Compare what the engine considers with what the annotators say."""
    examples = Examples()
    for item in prepared:
        examples.weight = item.article["weight"]
        if item.analysis.reading is not None:
            _collect_one(examples, item.article, item.analysis)
    return examples


def collect_moves(examples: Examples, prepared: list[Prepared]) -> None:
    """Rows of the model of whole moves, judged with the weights in force."""
    for item in prepared:
        reading = item.analysis.reading
        if reading is None:
            continue
        examples.weight = item.article["weight"]
        item.analysis.probabilities = [
            linear.probability(engine.model_of(c), c.features) for c in item.analysis.candidates
        ]
        support = engine.collect_support(item.analysis)
        for (person, action), rows in support.items():
            gold = _gold_of(item.article, reading.persons[person], ACTION_KINDS[action])
            if not gold or not all(move.get("optional") for move in gold):
                examples.add("move", engine.move_features(reading, action, rows, support), bool(gold))
            if action == "leaver" and len(gold) == 1:
                _collect_successors(examples, reading, item.article, person, support, gold[0])


def _collect_successors(
    examples: Examples, reading: Any, article: dict[str, Any], leaver: int, support: Any, move: dict[str, Any]
) -> None:
    rows = successor_choices(reading, leaver, support)
    name = move.get("successor")
    forms = [alias for m in article["moves"] if m["person"] == name for alias in m.get("person_aliases") or []]
    wanted = [fold_name(form) for form in [name, *forms] if form]
    right = [
        i
        for i, (person, _) in enumerate(rows)
        if (
            is_same_person([fold_name(f) for f in reading.persons[person].forms], wanted)
            if person >= 0 and wanted
            else person < 0 and not wanted
        )
    ]
    examples.add_group("successor", [features for _, features in rows], right)


def _gold_of(article: dict[str, Any], person: Entity, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    forms = [fold_name(form) for form in [person.name, *person.forms]]
    return [
        move
        for move in article["moves"]
        if move["kind"] in kinds
        and is_same_person(forms, [fold_name(n) for n in [move["person"], *(move.get("person_aliases") or [])]])
    ]


def _collect_one(examples: Examples, article: dict[str, Any], analysis: engine.Analysis) -> None:
    reading = analysis.reading
    assert reading is not None
    positive: dict[tuple[int, str], list[engine.Candidate]] = {}
    for candidate in analysis.candidates:
        kinds = ACTION_KINDS.get(candidate.action)
        if not kinds:
            continue
        gold = _gold_of(article, reading.persons[candidate.person], kinds)
        if gold and all(move.get("optional") for move in gold):
            continue
        examples.add(engine.model_of(candidate), candidate.features, bool(gold))
        if gold:
            positive.setdefault((candidate.person, candidate.action), []).append(candidate)
    published = engine.parse_day(article.get("published"))
    for (person, action), evidence in positive.items():
        gold = [m for m in _gold_of(article, reading.persons[person], ACTION_KINDS[action]) if not m.get("optional")]
        if len(gold) != 1:
            continue
        move = gold[0]
        evidence = sorted(evidence, key=lambda c: ("ante" in c.features, c.trigger.sentence))[:4]
        _collect_slots(examples, reading, evidence, action, move)
        status = status_features(reading, evidence)
        for name in MOVE_STATUSES:
            examples.add(f"status:{name}", status, move["status"] == name)
        _collect_dates(examples, reading, evidence, published, move)
        _collect_roles(examples, reading, evidence, action, move)
        move_date = _annotated_date(reading, evidence, published, move)
        org = _org_index(reading, move, "from" if action in ("leaver", "absentee") else "to")
        examples.add("focus", focus_features(reading, evidence, org, move_date, published), move["focus"] == "main")


def _annotated_date(reading: Any, evidence: list[Any], published: Any, move: dict[str, Any]) -> str | None:
    """The date that the engine will have when it judges the focus: the right one, where the text offers it."""
    rows = date_choices(reading, evidence, published)
    return next((row.iso for row in rows if row.iso and is_right_date(row.iso, move.get("date"))), None)


def _collect_dates(examples: Examples, reading: Any, evidence: list[Any], published: Any, move: dict[str, Any]) -> None:
    rows = date_choices(reading, evidence, published)
    stated = move.get("date")
    right = [i for i, row in enumerate(rows) if (is_right_date(row.iso, stated) if stated else row.iso is None)]
    if stated and not right:
        right = [len(rows) - 1]  # the text offers nothing right: none is the honest answer
    examples.add_group("date", [row.features for row in rows], right)


def _collect_roles(examples: Examples, reading: Any, evidence: list[Any], action: str, move: dict[str, Any]) -> None:
    for slot, side in (("left", "role_from"), ("taken", "role_to")):
        if action in ("joiner", "appointee", "returner") and slot == "left" or action == "absentee" and slot == "taken":
            continue
        rows = role_choices(reading, evidence, slot)
        stated = move.get(side)
        right = [
            i
            for i, (role, _) in enumerate(rows)
            if (role is not None and is_right_role(role.text, stated) if stated else role is None)
        ]
        if slot == "left" or stated or move.get("to_org"):
            examples.add_group("role", [features for _, features in rows], right)


def _org_index(reading: Any, move: dict[str, Any], side: str) -> int:
    names = [fold_name(n) for n in [move.get(f"{side}_org"), *(move.get(f"{side}_aliases") or [])] if n]
    for index, entity in enumerate(reading.orgs):
        if names and is_same_organisation([fold_name(f) for f in entity.forms], names):
            return index
    return -1


def _collect_slots(examples: Examples, reading: Any, evidence: list[Any], action: str, move: dict[str, Any]) -> None:
    wanted = []
    if action in ("leaver", "absentee"):
        wanted.append(("from", "from"))
    if action == "leaver":
        wanted.append(("to", "to"))
    if action == "joiner":
        wanted += [("from", "from"), ("at", "to")]
    if action in ("appointee", "returner"):
        wanted.append(("at", "to"))
    for slot, side in wanted:
        rows = organisation_features(reading, evidence, slot)
        target = _org_index(reading, move, side)
        if target < 0 and move.get(f"{side}_org"):
            continue
        index = next((i for i, (org, _) in enumerate(rows) if org == target), None)
        if index is not None:
            examples.add_group("organisation", [features for _, features in rows], [index])


# ---------------------------------------------------------------------------------------------------- fitting


def _matrix(rows: list[dict[str, float]], minimum: int = 3) -> tuple[np.ndarray, list[str]]:
    counts: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            counts[name] = counts.get(name, 0) + bool(value)
    names = sorted(name for name, count in counts.items() if count >= minimum)
    index = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names)))
    for i, row in enumerate(rows):
        for name, value in row.items():
            if name in index:
                matrix[i, index[name]] = value
    return matrix, names


def _descend(
    gradient: Callable[[np.ndarray], np.ndarray], size: int, steps: int = 250, rate: float = 0.05
) -> np.ndarray:
    """Adam on a convex function; plenty of steps, since the models are small."""
    w, m, v = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, steps + 1):
        g = gradient(w)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w -= rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return w


def fit_binary(rows: Rows, penalty: float) -> dict[str, float]:
    """Logistic regression with an L2 penalty (per row, not on the bias)."""
    x, names = _matrix(rows.features)
    y, weight = np.array(rows.labels), np.array(rows.weights)
    ridge = np.array([0.0 if name == "bias" else penalty for name in names])

    def gradient(w: np.ndarray) -> np.ndarray:
        return (x.T @ (weight * (1 / (1 + np.exp(-np.clip(x @ w, -30, 30))) - y)) + ridge * w) / len(y)

    return _round(names, _descend(gradient, len(names)))


def fit_groups(groups: list[Group], penalty: float) -> dict[str, float]:
    """Conditional logit: the right candidates of every group, together, against all of the group."""
    flat = [features for group in groups for features in group.candidates]
    x, names = _matrix(flat)
    starts = np.cumsum([0] + [len(group.candidates) for group in groups])
    right = np.zeros(len(flat))
    for start, group in zip(starts[:-1], groups, strict=True):
        right[[start + index for index in group.right]] = 1.0
    weight = np.repeat([group.weight for group in groups], np.diff(starts))
    owner = np.repeat(np.arange(len(groups)), np.diff(starts))

    def gradient(w: np.ndarray) -> np.ndarray:
        scores = x @ w
        top = np.full(len(groups), -np.inf)
        np.maximum.at(top, owner, scores)
        shares = np.exp(np.clip(scores - top[owner], -50, 0))
        total, hit = np.zeros(len(groups)), np.zeros(len(groups))
        np.add.at(total, owner, shares)
        np.add.at(hit, owner, shares * right)
        wanted = shares * right / np.maximum(hit[owner], 1e-30)
        return (x.T @ (weight * (shares / total[owner] - wanted)) + penalty * w) / len(groups)

    return _round(names, _descend(gradient, len(names)))


def _round(names: list[str], weights: np.ndarray) -> dict[str, float]:
    return {name: round(float(w), 3) for name, w in zip(names, weights, strict=True) if abs(w) >= 0.02}


def fit(prepared: list[Prepared], penalty: float = 1.0) -> linear.Models:
    """All models. The model of whole moves is trained on held-out judgements of the argument models."""
    moves = Examples()
    for fold in range(_INNER_FOLDS):
        rest = collect([item for i, item in enumerate(prepared) if i % _INNER_FOLDS != fold])
        arguments = {name: fit_binary(rest.binary[name], penalty) for name in ("argument", "antecedent")}
        linear.replace_weights({**arguments, "thresholds": THRESHOLDS})
        collect_moves(moves, [item for i, item in enumerate(prepared) if i % _INNER_FOLDS == fold])
    examples = collect(prepared)
    models = {name: fit_binary(rows, penalty) for name, rows in sorted(examples.binary.items())}
    models["move"] = fit_binary(moves.binary["move"], penalty)
    models["successor"] = fit_groups(moves.groups["successor"], penalty)
    models |= {name: fit_groups(groups, penalty) for name, groups in examples.groups.items()}
    models["thresholds"] = THRESHOLDS
    return models


_SHOWN = (
    "kind", "person", "from_org", "to_org", "role_from", "role_to", "status", "focus", "date", "successor",
    "person_aliases", "from_aliases", "to_aliases", "confidence",
)  # fmt: skip


def predict(prepared: list[Prepared]) -> dict[str, list[dict[str, Any]]]:
    """Moves of every article, in the form that the evaluation reads."""
    out = {}
    for item in prepared:
        engine.decide(item.analysis, item.article.get("published"), "training")
        out[item.article["id"]] = [{name: getattr(move, name) for name in _SHOWN} for move in item.analysis.moves]
    return out


def main() -> int:
    """Cross-validate, then optionally write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="+", help="FILE or FILE=WEIGHT")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--predictions", type=Path, help="write the held-out predictions here")
    args = parser.parse_args()
    prepared = prepare(read_articles(args.articles))
    held_out: dict[str, list[dict[str, Any]]] = {}
    for fold in range(args.folds if args.folds > 1 else 0):
        linear.replace_weights(fit([p for i, p in enumerate(prepared) if i % args.folds != fold], args.penalty))
        held_out |= predict([p for i, p in enumerate(prepared) if i % args.folds == fold])
    if args.predictions:
        lines = (json.dumps({"id": i, "moves": moves}, ensure_ascii=False) for i, moves in held_out.items())
        args.predictions.write_text("\n".join(lines), encoding="utf-8")
    if args.write:
        models = fit(prepared, args.penalty)
        linear.WEIGHTS.write_text(
            json.dumps(models, indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    print(f"{len(prepared)} articles", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
