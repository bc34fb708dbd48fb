"""Records as JSON lines and back, driven by the field types of `include/records.py`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from include.errors import ConfigError
from include.jsontext import parse_json

Record = TypeVar("Record")
_Converter = Callable[[Any], Any]
_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NAMES: dict[type[Any], tuple[str, ...]] = {}
_CONVERTERS: dict[type[Any], dict[str, _Converter]] = {}


def encode_record(record: Any) -> dict[str, Any]:
    """A dataclass as plain JSON values: times as ISO text, bytes as base64, tuples as lists."""
    return {name: _encode(getattr(record, name)) for name in _field_names(type(record))}


def decode_record(kind: type[Record], values: dict[str, Any]) -> Record:
    """The inverse of encode_record. Raises KeyError, TypeError or ValueError where the values do not fit `kind`."""
    converted = {name: convert(values[name]) for name, convert in _converters(kind).items() if name in values}
    return kind(**values | converted)


def dump_lines(records: Iterable[Any]) -> Iterator[str]:
    """One JSON line a record, without the line end."""
    for record in records:
        yield _AS_JSON(encode_record(record))


def load_lines(kind: type[Record], lines: Iterable[str]) -> Iterator[Record]:
    """The inverse of dump_lines."""
    for line in lines:
        yield decode_record(kind, json.loads(line))


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of a person's JSON Lines file; blank lines are passed over.

    Raises ConfigError with file and line where the file is missing, is not UTF-8 or a line is no JSON object.
    """
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, _parse_object(path, number, line)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; check the path") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{_find_bad_byte(path)}; save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from None


def _find_bad_byte(path: Path) -> str:
    """File and line of the first byte that is not UTF-8: the decoder counts from the beginning of its buffer."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return f"{path}:{number}: not UTF-8 ({error.reason} at byte {error.start} of the line)"
    return f"{path}: not UTF-8"


def _parse_object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = parse_json(line)
    except ValueError as error:
        raise ConfigError(f"{path}:{number}: not valid JSON ({error}); one JSON object a line is expected") from None
    if not isinstance(value, dict):
        raise ConfigError(f"{path}:{number}: a JSON object is expected, found {type(value).__name__}")
    return value


def _encode(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):  # nearly all
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (tuple, list)):
        return [_encode(item) for item in value]
    if is_dataclass(value):
        return encode_record(value)
    return value


def _field_names(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]


def _converters(kind: type[Any]) -> dict[str, _Converter]:
    """How to convert the fields that JSON has no type for; type hints are slow to resolve, so once a record type."""
    if kind not in _CONVERTERS:
        hints = get_type_hints(kind)
        converters = {name: _converter(hints[name]) for name in _field_names(kind)}
        _CONVERTERS[kind] = {name: convert for name, convert in converters.items() if convert is not _keep}
    return _CONVERTERS[kind]


def _keep(value: Any) -> Any:
    return value


def _converter(hint: Any) -> _Converter:
    """A function that turns a JSON value into what `hint` says."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in get_args(hint) if argument is not NoneType)
        convert = _converter(inner)
        if convert is _keep:
            return _keep
        return lambda value: None if value is None else convert(value)
    if origin is tuple:
        return _tuple_converter(get_args(hint))
    if origin is Literal:
        return _literal_converter(get_args(hint))
    if hint is datetime:
        return datetime.fromisoformat
    if hint is bytes:
        return base64.b64decode
    if is_dataclass(hint) and isinstance(hint, type):
        return lambda value: decode_record(hint, value)
    return _keep


def _tuple_converter(arguments: tuple[Any, ...]) -> _Converter:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        convert = _converter(arguments[0])
        return tuple if convert is _keep else lambda value: tuple(convert(item) for item in value)
    converters = [_converter(argument) for argument in arguments]
    return lambda value: tuple(convert(item) for convert, item in zip(converters, value, strict=True))


def _literal_converter(allowed: tuple[Any, ...]) -> _Converter:
    def check(value: Any) -> Any:
        if value not in allowed:
            raise ValueError(f"{value!r} is none of {', '.join(map(str, allowed))}")
        return value

    return check
