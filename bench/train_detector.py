"""Train the detector's small linear models on annotated articles and write `include/detect/weights.json`.

    python -m bench.train_detector ARTICLES.jsonl[=WEIGHT][@ENCODER,...] [...] [--folds 5] [--write]

Each fold is scored with weights that have not seen its articles; `--write` then trains on all of them. Articles are
in the form of the evaluation files (`departures evaluate`): moves with persons, organisations and their aliases.

The models weigh what the encoder says, so that they must learn from what it says of articles that it has not seen:
ENCODER,... are folders that `bench.train_encoder` has written, the k-th without fold k of these articles; one alone has
seen none of them. Without them the shipped encoder is asked.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.fitting import Group, Rows, fit_binary, fit_groups
from include.detect import engine, linear
from include.detect.attributes import focus_features, status_features
from include.detect.confidence import list_features
from include.detect.dates import find_anchor
from include.detect.encoder import store
from include.detect.lexicon import load_lexicon
from include.detect.posts import role_choices
from include.detect.reading import Entity
from include.detect.relations import DIRECTIONS, Others, beside_pairs, judge_others, told_pairs
from include.detect.slots import organisation_features
from include.detect.successors import successor_choices
from include.detect.when import date_choices
from include.detect.witness import hear_dates
from include.evaluate import (
    fold_name,
    is_right_date,
    is_right_role,
    is_same_organisation,
    is_same_person,
    pair_moves,
)
from include.knowledge.languages import list_packs, load_pack
from include.records import MOVE_STATUSES, Document

ACTION_KINDS = {
    "leaver": ("departure",),
    "joiner": ("departure", "arrival"),
    "appointee": ("appointment", "arrival"),
    "absentee": ("leave",),
    "returner": ("return",),
}
THRESHOLDS = {
    "support": 0.2, "leaver": 0.6, "joiner": 0.7, "appointee": 0.65, "absentee": 0.65, "returner": 0.65,
    "right": 0.55,  # of a departure as told, its organisation included
}  # fmt: skip
_INNER_FOLDS = 3  # the model of whole moves learns from judgements of candidates that were not trained on
_ROUNDS = 4  # of labelling and fitting the argument models
_GROUP_PENALTY = 5.0


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
        argument, _, folders = argument.partition("@")
        name, _, weight = argument.partition("=")
        encoders = [Path(folder) for folder in folders.split(",") if folder]
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            article = json.loads(line) if line.strip() else {}
            if article.get("lang") in known:
                articles.append({**article, "weight": float(weight or 1), "encoders": encoders})
    return articles


def read_examples(weight: float) -> list[dict[str, Any]]:
    """The examples of all packs as articles of one sentence. They tell who, from where and to where, and no more."""
    return [
        {
            "id": f"{code}:{example.line}", "lang": code, "title": "", "text": example.text, "weight": weight,
            "moves": [
                {"kind": kind, "person": person, "from_org": left or None, "to_org": reached or None}
                for kind, person, left, reached in example.moves
            ],
        }
        for code in list_packs()
        for example in load_pack(code).examples
    ]  # fmt: skip


@dataclass
class Prepared:
    """An annotated article with its analysis, which needs no weights."""

    article: dict[str, Any]
    analysis: engine.Analysis


def prepare(articles: list[dict[str, Any]], *, keep_names: bool = False) -> list[Prepared]:
    """Read every article once, with the weights in force that tell people from organisations."""
    found = []
    for article in articles:
        encoders = article.get("encoders") or [None]
        store.replace_layers(encoders[fold_of(article, len(encoders))])
        analysis = engine.prepare(_document(article), load_lexicon(article["lang"]), keep_names=keep_names)
        _hear_dates(analysis, article)
        found.append(Prepared(article, analysis))
    store.replace_layers(None)
    return found


def _hear_dates(analysis: engine.Analysis, article: dict[str, Any]) -> None:
    """Ask the encoder that is in force about dates, which else is asked once they are chosen, when another one is."""
    reading = analysis.reading
    if reading is not None:
        anchor = find_anchor(reading, engine.parse_day(article.get("published")))
        for person, action in {candidate.person: candidate.action for candidate in analysis.candidates}.items():
            hear_dates(reading, person, action, anchor)


def fold_of(article: dict[str, Any], folds: int) -> int:
    """The fold of an article, the same in every process."""
    return zlib.crc32(article["id"].encode()) % folds


def collect_names(prepared: list[Prepared]) -> list[Rows]:
    """Rows of the model that tells people from organisations, one set an article: the names that are annotated."""
    found = []
    for item in prepared:
        rows = Rows()
        found.append(rows)
        if item.analysis.reading is None:
            continue
        people = _annotated_names(item.article, "person")
        organisations = _annotated_names(item.article, "from") + _annotated_names(item.article, "to")
        for candidate, features in item.analysis.reading.names or ():
            text = [fold_name(item.analysis.reading.text.norm[candidate.start : candidate.end])]
            person, organisation = is_same_person(text, people), is_same_organisation(text, organisations)
            if person != organisation:
                rows.features.append(features)
                rows.labels.append(float(person))
                rows.weights.append(1.0)
    return found


def _annotated_names(article: dict[str, Any], side: str) -> list[str]:
    main = "person" if side == "person" else f"{side}_org"
    return [
        fold_name(name)
        for move in article["moves"]
        for name in [move.get(main), *(move.get(f"{side}_aliases") or [])]
        if name
    ]


def fit_names(rows: Iterable[Rows], penalty: float) -> dict[str, float]:
    """The model that tells people from organisations."""
    rows = list(rows)
    return fit_binary(
        Rows(
            [features for row in rows for features in row.features],
            [label for row in rows for label in row.labels],
            [weight for row in rows for weight in row.weights],
        ),
        penalty,
    )


def _document(article: dict[str, Any]) -> Document:
    return Document(article["id"], article["lang"], article["title"], article["text"], article.get("published"))


def collect_arguments(prepared: list[Prepared], first: bool) -> Examples:
    """Rows of the argument models: which person each trigger speaks of.

    The annotation names people, not triggers. Among the people who move, a trigger belongs to the one whom the
    weights in force find most probable (in the first round: the nearest in its own sentence), and to those enumerated
    with that one. Of whom else it might speak is learned as wrong, unless no other trigger tells of that person.
    """
    examples = Examples()
    for item in prepared:
        reading = item.analysis.reading
        if reading is None:
            continue
        examples.weight = item.article["weight"]
        rate = _nearness if first else _chance
        rated = []
        for candidate in item.analysis.candidates:
            if candidate.action in ACTION_KINDS:
                gold = _gold_of(item.article, reading.persons[candidate.person], candidate.action)
                if gold and all(move.get("optional") for move in gold):
                    continue
                if engine.model_of(candidate) == "heard":
                    examples.add("heard", candidate.features, bool(gold))
                else:
                    rated.append((rate(candidate), candidate, bool(gold)))
        owners: dict[tuple[int, str], engine.Candidate] = {}
        best: dict[tuple[int, str], float] = {}
        for rating, candidate, moves in sorted(rated, key=lambda row: -row[0]):
            if moves:
                owners.setdefault((candidate.trigger.start, candidate.action), candidate)
                best.setdefault((candidate.person, candidate.action), rating)
        for rating, candidate, moves in rated:
            told = moves and (
                _belongs(candidate, owners[candidate.trigger.start, candidate.action])
                or rating == best[candidate.person, candidate.action]
            )
            examples.add(engine.model_of(candidate), candidate.features, told)
    return examples


def _belongs(candidate: engine.Candidate, owner: engine.Candidate) -> bool:
    """Whether a trigger that tells of its owner tells of this one too."""
    if candidate is owner:
        return True
    together = "chain" in candidate.features and "chain" in owner.features
    return together and (candidate.mention.start < candidate.trigger.start) == (
        owner.mention.start < owner.trigger.start
    )


def _nearness(candidate: engine.Candidate) -> float:
    return -candidate.closeness - 1000.0 * ("ante" in candidate.features)


def _chance(candidate: engine.Candidate) -> float:
    return linear.probability(engine.model_of(candidate), candidate.features)


def collect_relations(examples: Examples, prepared: list[Prepared]) -> None:
    """Rows of the models of what an organisation is to a person: every annotated mover with all that stands around."""
    for item in prepared:
        reading = item.analysis.reading
        if reading is None:
            continue
        examples.weight = item.article["weight"]
        for person, entity in enumerate(reading.persons):
            moves = [move for action in ACTION_KINDS for move in _gold_of(item.article, entity, action)]
            if not moves:
                continue
            sides = {
                direction: {org for move in moves for org in find_organisations(reading, move, side)}
                for direction, side in zip(DIRECTIONS, ("from", "to"), strict=True)
            }
            own = [c for c in item.analysis.candidates if c.person == person and _owns(item, c)]
            own = [c for c in own if engine.model_of(c) != "heard"] or own
            for candidate in own:
                for org, features in told_pairs(reading, [candidate]):
                    for direction in DIRECTIONS:
                        examples.add(f"told:{direction}", features, org.entity in sides[direction])
            certain = [move for move in moves if not move.get("optional")]
            if own and len(certain) == 1 and "focus" in certain[0]:
                published = engine.parse_day(item.article.get("published"))
                evidence = sorted(own, key=_chance, reverse=True)
                features = focus_features(reading, evidence, -1, None, published)
                examples.add("news", features, certain[0]["focus"] == "main")
            for org, features in beside_pairs(reading, person):
                for direction in DIRECTIONS:
                    examples.add(f"beside:{direction}", features, org.entity in sides[direction])


def _owns(item: Prepared, candidate: engine.Candidate) -> bool:
    """Whether a trigger can be one of this person's moves and is not plainly somebody else's."""
    reading = item.analysis.reading
    if reading is None or candidate.action not in ACTION_KINDS:
        return False
    gold = _gold_of(item.article, reading.persons[candidate.person], candidate.action)
    return bool(gold) and _chance(candidate) >= THRESHOLDS["support"]


def collect_moves(examples: Examples, prepared: list[Prepared]) -> None:
    """Rows of all models that work on what the argument models support, judged with the weights in force."""
    for item in prepared:
        reading = item.analysis.reading
        if reading is None:
            continue
        examples.weight = item.article["weight"]
        item.analysis.probabilities = [
            linear.probability(engine.model_of(c), c.features) for c in item.analysis.candidates
        ]
        published = engine.parse_day(item.article.get("published"))
        support = engine.collect_support(item.analysis)
        likely = {key: rows for key, rows in support.items() if rows[0][0] >= THRESHOLDS[key[1]]}
        relations = engine.judge_movers(reading, likely)
        for (person, action), rows in support.items():
            gold = _gold_of(item.article, reading.persons[person], action)
            if not gold or not all(move.get("optional") for move in gold):
                examples.add("move", engine.move_features(reading, action, rows, support), bool(gold))
            certain = [move for move in gold if not move.get("optional")]
            if len(certain) != 1:
                continue
            evidence = [c for _, c in rows]
            _collect_slots(examples, reading, evidence, judge_others(relations, person), action, certain[0])
            if "status" not in certain[0]:
                continue
            _collect_attributes(examples, reading, evidence, action, certain[0], published)
            if action == "leaver":
                _collect_successors(examples, reading, item.article, person, support, certain[0])


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
            is_same_person(written_forms(reading.persons[person]), wanted)
            if person >= 0 and wanted
            else person < 0 and not wanted
        )
    ]
    examples.add_group("successor", [features for _, features in rows], right)


def written_forms(entity: Entity) -> list[str]:
    """Names as the article writes them, where the matching form is Simplified and has one alef."""
    return list(dict.fromkeys(fold_name(name) for name in [entity.name, *(m.text for m in entity.mentions)]))


def _gold_of(article: dict[str, Any], person: Entity, action: str) -> list[dict[str, Any]]:
    """Annotated moves that an action of a person would be: only who goes somewhere is a joiner."""
    forms = written_forms(person)
    return [
        move
        for move in article["moves"]
        if move["kind"] in ACTION_KINDS[action]
        and (action != "joiner" or move.get("to_org"))
        and is_same_person(forms, [fold_name(n) for n in [move["person"], *(move.get("person_aliases") or [])]])
    ]


def _collect_attributes(
    examples: Examples, reading: Any, evidence: list[Any], action: str, move: dict[str, Any], published: Any
) -> None:
    status = status_features(reading, evidence)
    for name in MOVE_STATUSES:
        examples.add(f"status:{name}", status, move["status"] == name)
    _collect_dates(examples, reading, evidence, published, move)
    _collect_roles(examples, reading, evidence, action, move)
    move_date = _annotated_date(reading, evidence, published, move)
    orgs = find_organisations(reading, move, "from" if action in ("leaver", "absentee") else "to")
    org = orgs[0] if orgs else -1
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


def find_organisations(reading: Any, move: dict[str, Any], side: str) -> list[int]:
    """Organisations of a reading that the evaluation would take for the annotated one: Meta, Meta AI."""
    names = [fold_name(n) for n in [move.get(f"{side}_org"), *(move.get(f"{side}_aliases") or [])] if n]
    return [
        index
        for index, entity in enumerate(reading.orgs)
        if names and is_same_organisation(written_forms(entity), names)
    ]


def _collect_slots(
    examples: Examples, reading: Any, evidence: list[Any], others: Others, action: str, move: dict[str, Any]
) -> None:
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
        rows = organisation_features(reading, evidence, slot, others)
        targets = find_organisations(reading, move, side)
        if not targets and move.get(f"{side}_org"):
            continue
        right = [i for i, (org, _) in enumerate(rows) if org in (targets or [-1])]
        examples.add_group("organisation", [features for _, features in rows], right)


def fit(prepared: list[Prepared], penalty: float = 1.0) -> linear.Models:
    """All models. Those of whole moves and their slots learn from judgements of articles held out from the first."""
    later = Examples()
    for fold in range(_INNER_FOLDS):
        arguments = _fit_arguments([item for i, item in enumerate(prepared) if i % _INNER_FOLDS != fold], penalty)
        linear.replace_weights({**arguments, "thresholds": THRESHOLDS})
        relations = _fit_relations([item for i, item in enumerate(prepared) if i % _INNER_FOLDS != fold], penalty)
        linear.replace_weights({**arguments, **relations, "thresholds": THRESHOLDS})
        collect_moves(later, [item for i, item in enumerate(prepared) if i % _INNER_FOLDS == fold])
    models = _fit_arguments(prepared, penalty)
    linear.replace_weights({**models, "thresholds": THRESHOLDS})
    models |= _fit_relations(prepared, penalty)
    models |= {name: fit_binary(rows, penalty) for name, rows in sorted(later.binary.items())}
    models |= {name: fit_groups(groups, _GROUP_PENALTY) for name, groups in sorted(later.groups.items())}
    models["thresholds"] = THRESHOLDS
    return models


def fit_dates(models: linear.Models, prepared: list[Prepared]) -> dict[str, float]:
    """The choice of dates, learned from other articles than the rest, with the other models as they are."""
    linear.replace_weights(models)
    examples = Examples()
    collect_moves(examples, prepared)
    return fit_groups(examples.groups["date"], _GROUP_PENALTY)


def fit_manners(models: linear.Models, prepared: list[Prepared], penalty: float) -> linear.Models:
    """Status and focus, learned from more articles than the rest, with the other models as they are."""
    linear.replace_weights(models)
    examples = Examples()
    collect_moves(examples, prepared)
    names = ["focus", *(f"status:{status}" for status in MOVE_STATUSES)]
    return {name: fit_binary(examples.binary[name], penalty) for name in names}


def fit_right(prepared: list[Prepared], penalty: float = 1.0) -> dict[str, float]:
    """The model of how often moves are right as told, from what models say of articles that they have not seen."""
    rows = Rows()
    for fold in range(_INNER_FOLDS):
        models = fit([item for i, item in enumerate(prepared) if i % _INNER_FOLDS != fold], penalty)
        mine = [item for i, item in enumerate(prepared) if i % _INNER_FOLDS == fold and _tells_names(item.article)]
        linear.replace_weights({**models, "thresholds": {**THRESHOLDS, "right": 0.0}})
        for item in mine:
            engine.decide(item.analysis, item.article.get("published"), "training")
            told = item.analysis.told
            moves = [{name: getattr(one.move, name) for name in _SHOWN} for one in told]
            _, wrong, _ = pair_moves(moves, [move for move in item.article["moves"] if not move.get("optional")])
            _, really_wrong, _ = pair_moves(moves, item.article["moves"])
            for move, features in zip(moves, list_features(told), strict=True):
                if any(move is other for other in wrong) == any(move is other for other in really_wrong):
                    rows.features.append(features)
                    rows.labels.append(float(not any(move is other for other in wrong)))
                    rows.weights.append(1.0)
    return fit_binary(rows, penalty)


def _tells_names(article: dict[str, Any]) -> bool:
    """Whether every form of the names is annotated, as the packs' examples do not."""
    return all("person_aliases" in move for move in article["moves"])


def _fit_arguments(prepared: list[Prepared], penalty: float) -> linear.Models:
    """The argument models, from the labels that they themselves make clearer with every round."""
    models: linear.Models = {}
    for number in range(_ROUNDS):
        linear.replace_weights(models)
        rows = collect_arguments(prepared, first=number == 0).binary
        models = {name: fit_binary(rows[name], penalty) for name in ("argument", "antecedent", "heard")}
    return models


def _fit_relations(prepared: list[Prepared], penalty: float) -> linear.Models:
    """The models of relations, with the argument models in force."""
    examples = Examples()
    collect_relations(examples, prepared)
    return {name: fit_binary(rows, penalty) for name, rows in sorted(examples.binary.items())}


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
    parser.add_argument("articles", nargs="+", help="FILE[=WEIGHT][@ENCODER,...]")
    parser.add_argument("--names", nargs="*", default=[], help="more articles, for the names alone")
    parser.add_argument("--dates", nargs="*", default=[], help="articles that teach dates; the encoder may know them")
    parser.add_argument("--manners", nargs="*", default=[], help="more articles, for status and focus; as --dates")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--examples", type=float, default=0.15, help="weight of the packs' own examples")
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--predictions", type=Path, help="write the held-out predictions here")
    args = parser.parse_args()
    articles, more = [*read_articles(args.articles), *read_examples(args.examples)], read_articles(args.names)
    names = collect_names(prepare(articles, keep_names=True))
    others = collect_names(prepare(more, keep_names=True))
    held_out: dict[str, list[dict[str, Any]]] = {}
    for fold in range(args.folds if args.folds > 1 else 0):
        typer = fit_names([*others, *(row for i, row in enumerate(names) if i % args.folds != fold)], args.penalty)
        linear.replace_weights({"name": typer})
        prepared = prepare(articles)
        linear.replace_weights(fit([p for i, p in enumerate(prepared) if i % args.folds != fold], args.penalty))
        held_out |= predict([p for i, p in enumerate(prepared) if i % args.folds == fold])
    if args.predictions:
        lines = (json.dumps({"id": i, "moves": moves}, ensure_ascii=False) for i, moves in held_out.items())
        args.predictions.write_text("\n".join(lines), encoding="utf-8")
    if args.write:
        typer = fit_names([*others, *names], args.penalty)
        linear.replace_weights({"name": typer})
        prepared = prepare(articles)
        right = fit_right(prepared, args.penalty)
        models = {"name": typer, **fit(prepared, args.penalty), "right": right}
        if args.manners:
            models |= fit_manners(models, [*prepared, *prepare(read_articles(args.manners))], args.penalty)
        if args.dates:
            models["date"] = fit_dates(models, prepare(read_articles(args.dates)))
        linear.WEIGHTS.write_text(
            json.dumps(models, indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    print(f"{len(articles)} articles", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
