"""Read a knowledge file strictly: no duplicate keys, and every complaint with file and line."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from include.errors import ConfigError

try:
    from yaml import CSafeLoader as _BaseLoader
except ImportError:  # pragma: no cover - PyYAML without libyaml
    from yaml import SafeLoader as _BaseLoader  # type: ignore[assignment]


MAX_DEPTH = 20  # levels of lists and mappings; our own files have six
_MAX_BITS = 64  # of a whole number: Python prints none of more than 4,300 digits, so no complaint could name it
_KINDS = {
    "tag:yaml.org,2002:int": "a number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:timestamp": "a date",
}
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class LocatedDict(dict[str, Any]):
    """A mapping that remembers the line of itself and of its keys (1-based)."""

    line: int = 0
    key_lines: dict[str, int]


class _Loader(_BaseLoader):
    source = "<text>"

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """The value of a node. PyYAML lets through whatever Python says of one that looks like a date or a number
        and is none: ValueError for 2026-13-45, AttributeError for `!!timestamp soon`, IndexError for `!!int ""`."""
        try:
            made = super().construct_object(node, deep)
            if isinstance(made, int) and made.bit_length() > _MAX_BITS:
                raise OverflowError
        except _UNREADABLE:
            written = f"{node.value!r:.60}" if isinstance(node, yaml.ScalarNode) else "this"
            kind = _KINDS.get(node.tag, node.tag)
            raise ConfigError(
                f"{self.source}:{node.start_mark.line + 1}: {written} looks like {kind} and is none; put it in quotes"
            ) from None
        return made


def _construct_mapping(loader: Any, node: yaml.MappingNode) -> LocatedDict:
    loader.flatten_mapping(node)
    mapping = LocatedDict()
    mapping.line = node.start_mark.line + 1
    mapping.key_lines = {}
    for key_node, value_node in node.value:
        key: Any = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if isinstance(key, (list, dict, set)):
            raise ConfigError(f"{loader.source}:{line}: a list or mapping is no key; write a word")
        if key in mapping:
            raise ConfigError(f"{loader.source}:{line}: key {key!r} stands twice; remove one")
        mapping[key] = loader.construct_object(value_node, deep=True)
        mapping.key_lines[key] = line
    return mapping


# Only true and false are booleans: "no", "on" and "off" are words of some language.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _BaseLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def read_yaml(path: Path) -> Any:
    """Parse one YAML file. Mappings come back as LocatedDict. Raises ConfigError with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    loader = _Loader(text)
    loader.source = str(path)
    try:
        _refuse_bombs(path, text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigError(f"{path}:{line}: not valid YAML: {error.problem or error}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML: {error}") from error
    finally:
        loader.dispose()


def compose_yaml(text: str) -> yaml.MappingNode:
    """The mapping that a text, which `read_yaml` has read, is, as nodes that know their places in it."""
    node = yaml.compose(text, Loader=_BaseLoader)
    if not isinstance(node, yaml.MappingNode):
        raise TypeError("a text that read_yaml has read as a mapping is expected")
    return node


def _refuse_bombs(path: Path, text: str) -> None:
    """Refuse what makes much of little: nine lines of aliases are a list of a thousand million entries, and fifty
    thousand brackets end the process, since libyaml builds them by recursion in C."""
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=_BaseLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise ConfigError(f"{path}:{line}: aliases (*{event.anchor}) are not read; write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ConfigError(f"{path}:{line}: nested deeper than {MAX_DEPTH} levels")


def check_keys(
    path: Path, entry: Any, required: Collection[str], optional: Collection[str] = (), *, line: int = 1
) -> LocatedDict:
    """Return `entry` if it is a mapping with all required keys and no unknown one, else raise ConfigError.

    `line` is where it stands: what is no mapping does not know that.
    """
    if not isinstance(entry, LocatedDict):
        keys = ", ".join(sorted(required or optional))
        found = "nothing" if entry is None else f"{entry!r:.60}"
        raise ConfigError(f"{path}:{line}: a mapping with {keys} is expected, found {found}")
    for key in entry:
        if key not in required and key not in optional:
            known = ", ".join(sorted([*required, *optional]))
            raise ConfigError(f"{path}:{entry.key_lines[key]}: unknown key {key!r}; known are {known}")
    for key in required:
        if key not in entry:
            raise ConfigError(f"{path}:{entry.line}: key {key!r} is missing")
    return entry
