"""Small linear models over named features: the weights are a JSON file, the arithmetic is a sum."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("weights.json")

Features = Mapping[str, float]


Models = dict[str, dict[str, float]]
_replaced: list[Models] = []  # training scores with weights that are not on disk yet


@cache
def _read_weights() -> Models:
    loaded: Models = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


def load_weights() -> Models:
    """All models: name -> feature -> weight."""
    return _replaced[-1] if _replaced else _read_weights()


def replace_weights(models: Models) -> None:
    """Score with other weights than the shipped ones, in this process."""
    _replaced[:] = [models]


def score(model: str, features: Features) -> float:
    """Log-odds of one candidate."""
    weights = load_weights().get(model, {})
    # exact whatever the order, which differs from process to process where features come from sets
    return math.fsum(weights[name] * value for name, value in features.items() if name in weights)


def probability(model: str, features: Features) -> float:
    """Probability of one candidate, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score(model, features)))))


def log_odds(p: float) -> float:
    """Log-odds of a probability as a feature: at most those of .01 and .99."""
    p = min(max(p, 0.01), 0.99)
    return math.log(p / (1 - p))


def choose(model: str, candidates: Sequence[Features]) -> tuple[int, float]:
    """Index of the best of several candidates and its share of a softmax over them."""
    found = share_out(model, candidates)
    best = max(range(len(found)), key=found.__getitem__)
    return best, found[best]


def share_out(model: str, candidates: Sequence[Features]) -> list[float]:
    """The share of every candidate of a softmax over all of them."""
    return softmax([score(model, features) for features in candidates])


def softmax(scores: Sequence[float]) -> list[float]:
    """Shares of scores, which are log-odds but for a constant."""
    best = max(scores)
    parts = [math.exp(max(-50.0, sure - best)) for sure in scores]
    total = sum(parts)
    return [part / total for part in parts]
