"""The weights of notability: one YAML file, checked on load, every feature known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from include.errors import ConfigError
from include.knowledge.gazetteerfiles import ORGANISATION_KINDS
from include.knowledge.roles import load_roles
from include.knowledge.yamlfile import LocatedDict, check_keys, read_yaml
from include.records import MOVE_KINDS

PATH = Path(__file__).with_name("notability.yaml")
DESTINATIONS = ("rival", "own-company", "academia", "government", "retirement", "other")
STATUSES = ("announced", "reported", "rumoured", "denied", "effective", "retracted")
_SCALARS = (
    "known_works", "origins", "languages", "group", "group_limit", "cluster", "cluster_limit", "background", "history",
    "low_confidence", "confidence_floor", "watchlist_organisation", "watchlist_destination", "watchlist_person",
    "watchlist_role",
)  # fmt: skip
# Features that may only add, or only take away: else a further source could lower a score, or a denial raise it.
_NOT_NEGATIVE = ("known_works", "origins", "languages", "group", "group_limit", "cluster", "cluster_limit")
_NOT_POSITIVE = ("background", "history", "low_confidence")


@dataclass(frozen=True, slots=True)
class NotabilityModel:
    """Weights in points. `tables` by feature and value, `scalars` by feature."""

    version: str
    shown: float
    alerted: float
    history_after_days: int
    tables: Mapping[str, Mapping[str, float]]
    scalars: Mapping[str, float]

    def points(self, feature: str, value: str) -> float:
        """Points that a value of a feature gives; 0 for a value without weight."""
        return self.tables[feature].get(value, 0.0)


@cache
def load_notability(path: Path = PATH) -> NotabilityModel:
    """Load and check the weights. Raises ConfigError with file and line for an unknown feature or a wrong weight."""
    content = check_keys(path, read_yaml(path), ("version", "shown", "alerted", "history_after_days", "weights"))
    allowed = _allowed_values()
    weights = check_keys(path, content["weights"], (*allowed, *_SCALARS), line=content.key_lines["weights"])
    tables: dict[str, dict[str, float]] = {}
    for feature, values in allowed.items():
        table = weights[feature]
        if not isinstance(table, LocatedDict):
            raise ConfigError(f"{path}:{weights.key_lines[feature]}: {feature} needs a weight for each value")
        tables[feature] = {str(value): _number(path, table, value) for value in table}
        for value in table:
            if str(value) not in values:
                known = ", ".join(values)
                raise ConfigError(
                    f"{path}:{table.key_lines[value]}: {feature} has no value {value!r}; known are {known}"
                )
    scalars = {feature: _number(path, weights, feature) for feature in _SCALARS}
    for feature in (*_NOT_NEGATIVE, *_NOT_POSITIVE):
        if scalars[feature] < 0 if feature in _NOT_NEGATIVE else scalars[feature] > 0:
            sign = "negative" if feature in _NOT_NEGATIVE else "positive"
            raise ConfigError(f"{path}:{weights.key_lines[feature]}: {feature} must not be {sign}")
    if any(tables["status"].get(said, 0.0) > 0 for said in ("denied", "retracted")):
        raise ConfigError(f"{path}:{weights.key_lines['status']}: a denial must not add points")
    shown, alerted = _number(path, content, "shown"), _number(path, content, "alerted")
    if alerted < shown:
        raise ConfigError(f"{path}:{content.key_lines['alerted']}: alerted ({alerted:g}) is below shown ({shown:g})")
    return NotabilityModel(
        version=str(content["version"]),
        shown=shown,
        alerted=alerted,
        history_after_days=int(_number(path, content, "history_after_days")),
        tables=tables,
        scalars=scalars,
    )


def _allowed_values() -> dict[str, tuple[str, ...]]:
    return {
        "kind": MOVE_KINDS,
        "seniority": load_roles().order,
        "organisation_tier": ("1", "2", "3"),
        "organisation_kind": ORGANISATION_KINDS,
        "person_prominence": ("1", "2", "3"),
        "destination": DESTINATIONS,
        "status": STATUSES,
    }


def _number(path: Path, entry: LocatedDict, key: Any) -> float:
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) > 1e6:
        raise ConfigError(f"{path}:{entry.key_lines[key]}: {key} must be a number, found {value!r}")
    return float(value)
