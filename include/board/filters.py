"""The filters of the board: read from the address, checked, made into SQL and back into links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from include.board.wording import STATUS_GLYPHS
from include.knowledge.languages import language_names

SCOPES = {"flagged": "Flagged departures", "departures": "All departures", "events": "Every event"}
SORTS = {"newest": "Newest first", "score": "Highest score first"}
TEXTS = ("q", "organisation", "person", "role")
_CHOICES = {"status": STATUS_GLYPHS, "scope": SCOPES, "sort": SORTS}
_LABELS = {
    "q": "Search", "organisation": "Organisation", "person": "Person", "role": "Role", "language": "Language",
    "status": "Status", "since": "From", "until": "To", "score": "Score at least",
}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MAX_TEXT = 120
_MAX_PAGE = 100_000
_FOLDED = "strip_accents(lower(?))"
_SCOPE_SQL = {
    "flagged": "on_board",
    "departures": "departed",
    "events": "TRUE",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody wants to see. Empty is everything."""

    q: str = ""
    organisation: str = ""
    person: str = ""
    role: str = ""
    language: str = ""
    status: str = ""
    since: str = ""  # ISO day, on or after which it was first reported
    until: str = ""
    score: str = ""  # a number
    scope: str = "flagged"
    sort: str = "newest"
    page: int = 1
    errors: Mapping[str, str] = field(default_factory=dict)  # field -> what is wrong and what to do

    def query(self, **changes: Any) -> str:
        """These filters, changed, as the query of a link; defaults are left out."""
        made = replace(self, **{"page": 1, **changes})
        default = Filters()
        names = (*_LABELS, "scope", "sort", "page")
        pairs = [(name, getattr(made, name)) for name in names if getattr(made, name) != getattr(default, name)]
        return f"?{urlencode(pairs)}" if pairs else "?"

    def active(self) -> list[tuple[str, str, str]]:
        """(label, value, query without it) of each filter that is set."""
        set_ones = [(name, getattr(self, name)) for name in _LABELS if getattr(self, name)]
        return [(_LABELS[name], _readable(name, value), self.query(**{name: ""})) for name, value in set_ones]


def parse_filters(parameters: Mapping[str, str]) -> Filters:
    """The filters of an address. What makes no sense is named in `errors`; unknown parameters are passed over."""
    errors: dict[str, str] = {}
    choices_of = {"language": language_names(), **_CHOICES}
    values: dict[str, Any] = {name: _clean(parameters.get(name, "")) for name in (*_LABELS, *choices_of)}
    for name in TEXTS:
        if len(values[name]) > _MAX_TEXT:
            values[name] = values[name][:_MAX_TEXT]
            errors[name] = f"at most {_MAX_TEXT} characters; shorten it"
    for name, choices in choices_of.items():
        if values[name] and values[name] not in choices:
            errors[name] = f"{values[name][:40]!r} is none of {', '.join(choices)}; choose one of the list"
            values[name] = ""
    for name in ("since", "until"):
        errors |= _check_day(name, values[name])
    if not errors.keys() & {"since", "until"} and values["since"] and values["since"] > (values["until"] or "9999"):
        errors["until"] = "lies before the first day; swap the two"
    errors |= _check_score(values["score"])
    page = parameters.get("page", "1")
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= _MAX_PAGE):
        errors["page"] = f"page {page[:20]!r} is no page; begin with the first"
        page = "1"
    return Filters(
        **{**values, "scope": values["scope"] or "flagged", "sort": values["sort"] or "newest"},
        page=int(page),
        errors=errors,
    )


def where(filters: Filters, *, without: str = "") -> tuple[str, list[Any]]:
    """The condition on `memory.EVENTS` and its parameters; `without` names a filter to leave out."""
    parts, parameters = [_SCOPE_SQL[filters.scope]], []
    for name, sql, value in _conditions(filters):
        if name != without:
            parts.append(sql)
            parameters += [value] * sql.count("?")
    return " AND ".join(parts), parameters


def _conditions(filters: Filters) -> Iterable[tuple[str, str, Any]]:
    for word in filters.q.split():
        yield "q", f"contains(words, {_FOLDED})", word
    for name in ("person", "organisation", "role"):
        if value := getattr(filters, name):
            yield name, f"contains({name}_words, {_FOLDED})", value
    if filters.status:
        yield "status", "status = ?", filters.status
    if filters.language:
        yield "language", "list_contains(languages, ?)", filters.language
    if filters.since:
        yield "since", "first_reported_at >= ?::TIMESTAMP", filters.since
    if filters.until:
        yield "until", "first_reported_at < ?::TIMESTAMP + INTERVAL 1 DAY", filters.until
    if filters.score:
        yield "score", "score >= ?::DOUBLE", filters.score


def _clean(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _check_day(name: str, text: str) -> dict[str, str]:
    if text:
        try:
            if not _DAY.fullmatch(text):
                raise ValueError
            date.fromisoformat(text)
        except ValueError:
            return {name: f"{text[:40]!r} is no day; write it as 2026-11-21"}
    return {}


def _check_score(text: str) -> dict[str, str]:
    if text and not re.fullmatch(r"-?\d{1,4}(\.\d{1,2})?", text, re.ASCII):
        return {"score": f"{text[:40]!r} is no score; write a number such as 80"}
    return {}


def _readable(name: str, value: str) -> str:
    if name == "language":
        return language_names().get(value, value)
    return value
