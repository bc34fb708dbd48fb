"""Articles from elsewhere: a person's JSON Lines file, checked line by line before anything is done with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from include.errors import ConfigError
from include.pipeline.codec import read_objects
from include.records import LANGUAGES, UNSUPPORTED

FIELDS = ("id", "title", "text", "url", "lang", "published", "source")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
_TRADITIONAL = re.compile(r"hant|tw|hk|mo", re.IGNORECASE)
_SIMPLIFIED = re.compile(r"hans|cn|sg", re.IGNORECASE)


def read_articles(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file and line, record) of every article of a file; other fields than FIELDS are passed over.

    `id`, `title` and `text` are needed, ids are unique, `lang` becomes one of LANGUAGES, `unsupported` or None where
    it does not say which Chinese. Raises ConfigError with file, line and field.
    """
    seen: dict[str, int] = {}
    for number, values in read_objects(path):
        place = f"{path}:{number}"
        record = {name: _text(place, values, name) for name in FIELDS}
        for name in ("id", "title", "text"):
            if record[name] is None:
                raise ConfigError(f"{place}: field {name!r} is missing; an article needs id, title and text")
        identity = str(record["id"])
        if identity in seen:
            raise ConfigError(f"{place}: id {identity!r} stands in line {seen[identity]} too; ids must be unique")
        seen[identity] = number
        if not f"{record['title']}{record['text']}".strip():
            raise ConfigError(f"{place}: fields 'title' and 'text' are both empty; one of them must have words")
        record["lang"] = read_language(place, record["lang"])
        _check_date(place, record["published"])
        yield place, record


def read_language(place: str, tag: str | None) -> str | None:
    """A language tag such as `pt-BR`, `zh_TW` or `sv` as our code, `unsupported`, or None where it leaves it open."""
    if not tag or tag == UNSUPPORTED or tag in LANGUAGES:
        return tag or None
    if not _LANGUAGE_TAG.fullmatch(tag):
        raise ConfigError(f"{place}: field 'lang' is {tag!r}; a language tag such as en, pt-BR or zh-Hant is expected")
    primary, _, rest = tag.replace("_", "-").partition("-")
    if primary.lower() == "zh":
        return "zh-Hant" if _TRADITIONAL.search(rest) else "zh-Hans" if _SIMPLIFIED.search(rest) else None
    return primary.lower() if primary.lower() in LANGUAGES else UNSUPPORTED


def _check_date(place: str, published: str | None) -> None:
    from include.extract.dates import parse_moment

    if published and parse_moment(published) is None:
        raise ConfigError(f"{place}: field 'published' is {published!r}; an ISO date such as 2026-11-21 is expected")


def _text(place: str, values: dict[str, Any], name: str) -> str | None:
    value = values.get(name)
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{place}: field {name!r} is {type(value).__name__}, text is expected")
    if name == "id" and value is not None and not value.strip():
        raise ConfigError(f"{place}: field 'id' is empty; a name that is unique in the file is expected")
    return value
