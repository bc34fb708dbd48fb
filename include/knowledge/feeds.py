"""The source list: which feeds are read, in which language, and what to expect of each."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import yaml

from include.errors import ConfigError
from include.knowledge.yamlfile import check_keys, compose_yaml, read_yaml

FeedKind = Literal["lab", "filing", "wire", "press"]
FEED_KINDS: tuple[FeedKind, ...] = get_args(FeedKind)

PACKAGED_FEEDS = Path(__file__).with_name("feeds.yaml")
_REQUIRED = ("id", "name", "url", "lang", "country", "kind")
_OPTIONAL = ("weight", "expect", "delay", "match", "follow", "enabled")
SOURCE_ID = re.compile(r"[a-z0-9-]+")
LANG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")
LANG_EXPECTED = "a language code such as en or zh-Hans"
_COUNTRY = re.compile(r"[A-Z]{2}")
_HEADER = "# The feeds that are read. `departures sources check` says which of them answer.\n"


@dataclass(frozen=True, slots=True)
class FeedSource:
    """One feed and what is expected of it."""

    id: str  # unique, [a-z0-9-]
    name: str
    url: str  # http or https
    lang: str  # BCP 47 language, with the script for Chinese: "en", "zh-Hans"
    country: str  # ISO 3166-1 alpha-2, or "XX" for international sources
    kind: FeedKind
    weight: float = 1.0  # how much one report of this source counts as evidence, 0..2
    expect_per_day: tuple[float, float] | None = None  # fewest and most new entries a day
    lag_hours: float | None = None  # hours after which the newest entry counts as late
    delay: float | None = None  # seconds between starts on its host; None is the setting
    enabled: bool = True
    match: str = ""  # regular expression that title or summary of an entry must match; "" takes all
    follow: str = ""  # regular expression of a link on the entry's page that leads to the article; "" is the page


def load_feeds(path: Path) -> tuple[FeedSource, ...]:
    """Read and check a sources file. Raises ConfigError with file, line and field."""
    document = check_keys(path, read_yaml(path), ("feeds",))
    entries = document["feeds"]
    if not isinstance(entries, list):
        raise ConfigError(f"{path}:{document.key_lines['feeds']}: feeds must be a list of sources")
    sources = tuple(_read_source(path, entry, document.key_lines["feeds"]) for entry in entries)
    lines: dict[str, int] = {}
    for source, entry in zip(sources, entries, strict=True):
        if source.id in lines:
            raise ConfigError(f"{path}:{entry.line}: id {source.id!r} is already used in line {lines[source.id]}")
        lines[source.id] = entry.line
    return sources


def save_feeds(path: Path, sources: Iterable[FeedSource]) -> None:
    """Write a sources file as a whole: a reader sees the old or the new one, never a part.

    Where sources are only added, to the file itself or to the packaged list, its text and comments are kept. Raises
    ConfigError, and leaves the file as it was, for a source that no sources file can hold (`check_source`), and where
    the file is written in a way that cannot be added to.
    """
    wanted = tuple(check_source(source) for source in sources)
    for source_id, count in Counter(source.id for source in wanted).items():
        if count > 1:
            raise ConfigError(f"source {source_id!r}: {count} sources have this id; give each its own")
    text = _extend_text(path if path.is_file() else PACKAGED_FEEDS, wanted) or _render(wanted)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        temporary.write_text(text, encoding="utf-8")
        if not _holds(temporary, wanted):
            raise ConfigError(
                f"{path}: cannot be added to as it is written; let every source begin a line with `- id:`"
            )
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check_source(source: FeedSource) -> FeedSource:
    """Return the source as a sources file gives it back. Raises ConfigError, naming it, for what none can hold."""
    try:
        return _make_source(_as_mapping(source))
    except ConfigError as error:
        raise ConfigError(f"source {source.id!r}: {error}") from error


def _render(sources: Iterable[FeedSource]) -> str:
    return _HEADER + _dump({"feeds": [_as_mapping(source) for source in sources]})


def _dump(value: Any, **style: Any) -> str:
    text: str = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1_000_000, **style)
    return text


def _extend_text(path: Path, sources: tuple[FeedSource, ...]) -> str:
    """The text of a sources file with what `sources` has more of, "" where it has something else."""
    try:
        present = load_feeds(path)
    except ConfigError:
        return ""
    if sources[: len(present)] != present:
        return ""
    text = path.read_text(encoding="utf-8")
    added = [_as_mapping(source) for source in sources[len(present) :]]
    if not added:
        return text
    ((_, entries),) = compose_yaml(text).value
    if entries.flow_style:
        return _extend_flow(text, entries, added)
    indent = " " * entries.start_mark.column
    return "\n".join([text.rstrip(), *(f"{indent}{line}" for line in _dump(added).rstrip("\n").split("\n"))]) + "\n"


def _extend_flow(text: str, entries: yaml.SequenceNode, added: Iterable[dict[str, Any]]) -> str:
    """A list in brackets with more entries, each in a line of its own, after all comments that stand in it."""
    close = entries.end_mark.index - 1
    last = entries.value[-1].end_mark.index if entries.value else close
    after = text[last:close].rstrip()
    has_comma = not entries.value or "," in re.sub("#.*", "", after)
    lines = ",\n".join("  " + _dump(entry, default_flow_style=True).strip() for entry in added)
    return f"{text[:last]}{'' if has_comma else ','}{after}\n{lines}\n{text[close:]}"


def _holds(path: Path, sources: tuple[FeedSource, ...]) -> bool:
    try:
        return load_feeds(path) == sources
    except ConfigError:  # something stands behind the list, such as the end of a document, "..."
        return False


def check_feed_url(url: str) -> str:
    """Return `url` if it is an absolute http(s) address without credentials, else raise ConfigError."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"url {url!r}: {error}; an http or https address is expected") from error
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in url):
        raise ConfigError(f"url {url!r}: an http or https address is expected")
    if parts.username or parts.password:
        raise ConfigError(f"url {parts.scheme}://…@{host}: an address without user name and password is expected")
    return url


def _read_source(path: Path, raw: Any, line: int) -> FeedSource:
    entry = check_keys(path, raw, _REQUIRED, _OPTIONAL, line=line)
    if entry.get("expect") is not None:
        check_keys(path, entry["expect"], (), ("per_day", "lag_hours"), line=entry.key_lines["expect"])
    try:
        return _make_source(entry)
    except ConfigError as error:
        text = str(error)
        field = text.split(" ", 1)[0]
        raise ConfigError(f"{path}:{entry.key_lines.get(field, entry.line)}: {text}") from error


def _make_source(entry: Mapping[str, Any]) -> FeedSource:
    """The source of an entry with all its keys. Raises ConfigError whose text begins with the field."""
    expect = entry.get("expect") or {}
    return FeedSource(
        id=_match(entry, "id", SOURCE_ID, "small letters, digits and hyphens"),
        name=_text(entry, "name"),
        url=check_feed_url(_text(entry, "url")),
        lang=_match(entry, "lang", LANG, LANG_EXPECTED),
        country=_match(entry, "country", _COUNTRY, "two capital letters such as US"),
        kind=_kind(entry),
        weight=_number(entry, "weight", 0.0, 2.0, 1.0),
        expect_per_day=_per_day(expect),
        lag_hours=_lag(expect),
        delay=_number(entry, "delay", 0.0, 86_400.0, 0.0) if "delay" in entry else None,
        enabled=_flag(entry, "enabled"),
        match=_pattern(entry, "match"),
        follow=_pattern(entry, "follow"),
    )


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{key} {value!r}: text is expected")
    return value.strip()


def _match(entry: Mapping[str, Any], key: str, pattern: re.Pattern[str], expected: str) -> str:
    value = _text(entry, key)
    if not pattern.fullmatch(value):
        raise ConfigError(f"{key} {value!r}: {expected} expected")
    return value


def _kind(entry: Mapping[str, Any]) -> FeedKind:
    for kind in FEED_KINDS:
        if entry["kind"] == kind:
            return kind
    raise ConfigError(f"kind {entry['kind']!r}: one of {', '.join(FEED_KINDS)} is expected")


def _number(entry: Mapping[str, Any], key: str, low: float, high: float, default: float) -> float:
    value = entry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ConfigError(f"{key} {value!r}: a number from {low:g} to {high:g} is expected")
    return float(value)


def _flag(entry: Mapping[str, Any], key: str) -> bool:
    value = entry.get(key, True)
    if not isinstance(value, bool):
        raise ConfigError(f"{key} {value!r}: true or false is expected")
    return value


def _pattern(entry: Mapping[str, Any], key: str) -> str:
    if key not in entry:
        return ""
    value = _text(entry, key)
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigError(f"{key} {value!r:.200}: not a regular expression ({error})") from error
    return value


def _per_day(expect: Mapping[str, Any]) -> tuple[float, float] | None:
    if "per_day" not in expect:
        return None
    value = expect["per_day"]
    numbers = (
        [v for v in value if isinstance(v, (int, float)) and not isinstance(v, bool)] if isinstance(value, list) else []
    )
    if len(numbers) != 2 or numbers != value or not 0 <= numbers[0] <= numbers[1] <= 100_000:
        raise ConfigError(f"expect per_day {value!r}: [fewest, most] a day is expected, such as [2, 40]")
    return float(numbers[0]), float(numbers[1])


def _lag(expect: Mapping[str, Any]) -> float | None:
    if "lag_hours" not in expect:
        return None
    try:
        return _number(expect, "lag_hours", 0.1, 10_000.0, 0.0)
    except ConfigError as error:
        raise ConfigError(f"expect {error}") from error


def _as_mapping(source: FeedSource) -> dict[str, Any]:
    entry: dict[str, Any] = {key: getattr(source, key) for key in _REQUIRED}
    if source.weight != 1.0:
        entry["weight"] = source.weight
    expect: dict[str, Any] = {}
    if source.expect_per_day is not None:
        expect["per_day"] = [_plain(number) for number in source.expect_per_day]
    if source.lag_hours is not None:
        expect["lag_hours"] = _plain(source.lag_hours)
    if expect:
        entry["expect"] = expect
    if source.delay is not None:
        entry["delay"] = _plain(source.delay)
    entry |= {key: getattr(source, key) for key in ("match", "follow") if getattr(source, key)}
    if not source.enabled:
        entry["enabled"] = False
    return entry


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number
