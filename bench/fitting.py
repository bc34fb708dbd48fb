"""Fit the detector's linear models: logistic regression and conditional logit over named features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_SMALLEST = 0.02  # weights below it say nothing and are left out of the file


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


def fit_binary(rows: Rows, penalty: float) -> dict[str, float]:
    """Logistic regression with an L2 penalty on everything but the bias."""
    x, names = _matrix(rows.features)
    y, weight = np.array(rows.labels), np.array(rows.weights)
    ridge = np.array([0.0 if name == "bias" else penalty for name in names])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        value = (weight * (np.logaddexp(0, z) - y * z)).sum() + (ridge * w * w).sum() / 2
        return value, x.T @ (weight * (1 / (1 + np.exp(-np.clip(z, -500, 500))) - y)) + ridge * w

    return _minimise(loss, names)


def fit_groups(groups: Sequence[Group], penalty: float) -> dict[str, float]:
    """Conditional logit: the right candidates of every group, together, against all of the group."""
    x, names = _matrix([features for group in groups for features in group.candidates])
    sizes = [len(group.candidates) for group in groups]
    owner = np.repeat(np.arange(len(groups)), sizes)
    right = np.zeros(len(owner))
    starts = np.cumsum([0, *sizes[:-1]])
    for start, group in zip(starts, groups, strict=True):
        right[[start + index for index in group.right]] = 1.0
    weight = np.array([group.weight for group in groups])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        scores = x @ w
        top = np.maximum.reduceat(scores, starts)
        share = np.exp(np.clip(scores - top[owner], -50, 0))
        total, hit = np.add.reduceat(share, starts), np.maximum(np.add.reduceat(share * right, starts), 1e-22)
        value = (weight * (np.log(total) - np.log(hit))).sum() + penalty * (w @ w) / 2
        slope = weight[owner] * (share / total[owner] - share * right / hit[owner])
        return value, x.T @ slope + penalty * w

    return _minimise(loss, names)


def _matrix(rows: list[dict[str, float]], minimum: int = 3) -> tuple[csr_matrix, list[str]]:
    """Rows as a sparse matrix; features that occur fewer than `minimum` times are left out."""
    from scipy.sparse import csr_matrix

    counts = Counter(name for row in rows for name, value in row.items() if value)
    names = sorted(name for name, count in counts.items() if count >= minimum)
    index = {name: i for i, name in enumerate(names)}
    cells = [(i, index[name], value) for i, row in enumerate(rows) for name, value in row.items() if name in index]
    where, column, values = zip(*cells, strict=True)
    return csr_matrix((values, (where, column)), shape=(len(rows), len(names))), names


def _minimise(loss: object, names: list[str]) -> dict[str, float]:
    from scipy.optimize import minimize

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return {name: round(float(w), 3) for name, w in zip(names, found, strict=True) if abs(w) >= _SMALLEST}
