"""Names of people in everyday use: forms that stand for one another, and names that very many have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from include.knowledge.namekeys import name_key
from include.knowledge.yamlfile import check_keys, read_yaml

_PATH = Path(__file__).with_name("nicknames.yaml")
_EVERYDAY = Path(__file__).with_name("everyday_names.yaml")


@cache
def load_nicknames(path: Path = _PATH) -> Mapping[str, frozenset[str]]:
    """By key of a form: all other forms of the names that it is a form of. Raises ConfigError."""
    content = check_keys(path, read_yaml(path), ("nicknames",))
    forms: dict[str, set[str]] = {}
    for group in content["nicknames"]:
        keys = {name_key(form) for form in group}
        for key in keys:
            forms.setdefault(key, set()).update(keys - {key})
    return {key: frozenset(others) for key, others in forms.items()}


@cache
def load_everyday_names(path: Path = _EVERYDAY) -> frozenset[str]:
    """Keys of the names that say little of who is meant. Raises ConfigError."""
    content = check_keys(path, read_yaml(path), ("names",))
    return frozenset(name_key(name) for name in content["names"])
