"""Decisions of people: files in the inbox, one each, written whole, kept for ever, applied over extraction."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from include.errors import ConfigError
from include.jsontext import parse_json
from include.knowledge.namekeys import name_key
from include.records import MOVE_KINDS
from include.resolve.intervals import stated_interval

DecisionKind = Literal[
    "approve", "reject", "merge", "split", "correct", "takedown", "merge-entities", "split-entity", "undo"
]
DECISION_KINDS: tuple[str, ...] = get_args(DecisionKind)
CORRECTABLE = (
    "kind", "person", "from_org", "to_org", "role_from", "role_to", "status", "date", "focus", "successor",
    "reason_stated", "acting", "destination_kind",
)  # fmt: skip
_STATUSES = ("announced", "reported", "rumoured", "denied", "effective", "retracted")
_TEXTS = ("decision_id", "kind", "subject", "author", "at", "reason")
_OPTIONAL = ("other", "field", "value", "article_ids", "move_ids", "name_hashes", "organisation_ids")
_ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_YEARS = ("1900", "2100")  # earlier and later ones are slips, as 0206 for 2026; no step reckons beyond


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided about one event or entity. `subject` is an event id, an entity id or a decision id."""

    decision_id: str
    kind: DecisionKind
    subject: str
    author: str
    at: datetime
    reason: str
    other: str | None = None  # merge, merge-entities: what goes into the subject
    field: str | None = None  # correct: one of CORRECTABLE
    value: str | None = None  # correct: the new value; None empties the field
    article_ids: tuple[str, ...] = ()  # split, split-entity: what is taken out; survives re-extraction
    move_ids: tuple[str, ...] = ()
    name_hashes: tuple[str, ...] = ()  # takedown: the person's names, hashed, so that later articles are known
    organisation_ids: tuple[str, ...] = ()  # takedown: where the person was, to spare namesakes


def read_inbox(path: Path, on_refused: Callable[[str], None] | None = None) -> list[Decision]:
    """Read the decisions of an inbox that are in force, oldest first: undone ones and their undoing left out.

    A file that cannot be used is named with its line: through `on_refused`, else as ConfigError.
    """
    return keep_in_force(read_every(path, on_refused))


def read_every(path: Path, on_refused: Callable[[str], None] | None = None) -> list[Decision]:
    """Read every decision of an inbox, oldest first, undone ones and their undoing too; else as `read_inbox`."""
    if path.exists() and not path.is_dir():
        raise ConfigError(f"{path}: a file stands where the folder of decisions is; move it away and repeat")
    decisions = []
    for file in sorted(path.glob("*.json")):
        try:
            decision = read_decision(file)
        except ConfigError as error:
            if on_refused is None:
                raise
            on_refused(str(error))
            continue
        if decision is not None:
            decisions.append(decision)
    return sorted(decisions, key=lambda decision: (decision.at, decision.decision_id))


def keep_in_force(decisions: Sequence[Decision]) -> list[Decision]:
    """Of decisions in order of time, those that stand. An undoing can be undone too."""
    undone: set[str] = set()
    for decision in reversed(decisions):
        if decision.kind == "undo" and decision.decision_id not in undone:
            undone.add(decision.subject)
    return [d for d in decisions if d.kind != "undo" and d.decision_id not in undone]


def list_targets(fresh: Iterable[Decision], every: Sequence[Decision]) -> set[str]:
    """Ids of events, people and proposals that these decisions change; an undoing changes what it undoes had."""
    by_id = {decision.decision_id: decision for decision in every}
    targets: set[str] = set()
    for decision in fresh:
        seen: set[str] = set()
        found: Decision | None = decision
        while found is not None and found.kind == "undo" and found.decision_id not in seen:
            seen.add(found.decision_id)
            found = by_id.get(found.subject)
        if found is not None and found.kind != "undo":
            targets |= {target for target in (found.subject, found.other) if target}
    return targets


def read_decision(file: Path) -> Decision | None:
    """Read one decision file; None for a file of another kind (a quarantine release). Raises ConfigError."""
    try:
        text = file.read_text(encoding="utf-8")
        content = parse_json(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read ({error})") from error
    except json.JSONDecodeError as error:
        raise ConfigError(f"{file}:{error.lineno}: not valid JSON ({error.msg}); mend or remove the file") from error
    except ValueError as error:
        raise ConfigError(f"{file}: not valid JSON ({error}); mend or remove the file") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{file}:1: a decision is an object, found {type(content).__name__}")
    if isinstance(content.get("kind"), str) and content["kind"].startswith("quarantine"):
        return None
    return _parse(file, text, content)


def write_decision(inbox: Path, decision: Decision) -> Path:
    """Put one decision into the inbox, whole or not at all. Writing the same decision again changes nothing."""
    content = {key: value for key, value in asdict(decision).items() if value not in (None, (), "")}
    content["at"] = decision.at.isoformat()
    target = decision_path(inbox, decision.decision_id, decision.at)
    _parse(target, "", json.loads(json.dumps(content)))
    return write_whole(target, content)


def decision_path(inbox: Path, decision_id: str, at: datetime) -> Path:
    """Where a decision lies in the inbox: files sort by time."""
    return inbox / f"{at:%Y%m%dT%H%M%S}-{decision_id}.json"


def write_whole(target: Path, content: Mapping[str, object]) -> Path:
    """Write one file of the inbox so that a reader sees all of it or nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content = parse_json(json.dumps(content))  # a terminal that is not UTF-8 hands over halves of surrogate pairs
    temporary = target.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(target)
    return target


def hash_name(name: str) -> str:
    """The form in which a takedown remembers a name without holding it."""
    return hash_key_of_name(name_key(name))


def hash_key_of_name(key: str) -> str:
    """`hash_name` of a name whose key is known."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def plan_takedown(
    subject: str, names: Iterable[str], organisation_ids: Iterable[str], *, author: str, at: datetime, reason: str
) -> Decision:
    """The decision that removes a person: `subject` is the person's id, or an event of theirs.

    `names` are all forms that are known; only their hashes are kept. `organisation_ids` spare namesakes elsewhere.
    """
    return Decision(
        decision_id=f"takedown-{hash_name(subject)[:12]}",
        kind="takedown",
        subject=subject,
        author=author,
        at=at,
        reason=reason,
        name_hashes=tuple(sorted({hash_name(name) for name in names if name.strip()})),
        organisation_ids=tuple(sorted(set(organisation_ids))),
    )


def find_unknown(decisions: Iterable[Decision], known: Collection[str], inbox: Path) -> list[str]:
    """One line for each decision about something that nobody knows. `known` are ids of events, entities, proposals
    and decisions."""
    problems = []
    for decision in decisions:
        file = decision_path(inbox, decision.decision_id, decision.at)
        for role, subject in (("subject", decision.subject), ("other", decision.other)):
            if subject and subject not in known:
                text = file.read_text(encoding="utf-8") if file.is_file() else ""
                what = {"undo": "decision"}.get(decision.kind, "person" if "entit" in decision.kind else "event")
                problems.append(
                    f"{file}:{_line(text, role)}: {role} {subject!r} is no {what} that is known; "
                    "check the id on the board, and take the file out"
                )
    return problems


def _parse(file: Path, text: str, content: dict[str, Any]) -> Decision:
    for key in content:
        if key not in _TEXTS and key not in _OPTIONAL:
            known = ", ".join((*_TEXTS, *_OPTIONAL))
            raise ConfigError(f"{file}:{_line(text, key)}: unknown field {key!r}; known are {known}")
    for key in _TEXTS:
        if not isinstance(content.get(key), str) or not content[key].strip():
            raise ConfigError(f"{file}:{_line(text, key)}: {key} is missing or not text")
    kind = content["kind"]
    if kind not in DECISION_KINDS:
        raise ConfigError(f"{file}:{_line(text, 'kind')}: kind {kind!r}; known are {', '.join(DECISION_KINDS)}")
    try:
        at = datetime.fromisoformat(content["at"])
        at.astimezone(UTC)
    except (ValueError, OverflowError):  # 0001-01-01T00:00+14:00 is none in UTC
        at = None
    if at is None or at.tzinfo is None:
        raise ConfigError(f"{file}:{_line(text, 'at')}: at {content['at']!r} is no ISO time with a time zone")
    if kind in ("merge", "merge-entities") and not content.get("other"):
        raise ConfigError(f"{file}:{_line(text, 'kind')}: a {kind} needs `other`, what goes into the subject")
    if kind in ("split", "split-entity") and not (content.get("article_ids") or content.get("move_ids")):
        raise ConfigError(f"{file}:{_line(text, 'kind')}: a {kind} needs `article_ids` or `move_ids`")
    other, field, value = (_text_or_none(file, text, content, key) for key in _OPTIONAL[:3])
    lists = {key: _texts(file, text, content, key) for key in _OPTIONAL[3:]}
    if kind == "correct":
        _check_correction(file, text, content)
    return Decision(
        decision_id=content["decision_id"],
        kind=kind,
        subject=content["subject"],
        author=content["author"],
        at=at,
        reason=content["reason"],
        other=other,
        field=field,
        value=value,
        **lists,
    )


def _check_correction(file: Path, text: str, content: dict[str, Any]) -> None:
    field, value = content.get("field"), content.get("value")
    if field not in CORRECTABLE:
        raise ConfigError(f"{file}:{_line(text, 'field')}: field {field!r}; can be set: {', '.join(CORRECTABLE)}")
    allowed = {"kind": MOVE_KINDS, "status": _STATUSES, "focus": ("main", "background"), "acting": ("true", "false")}
    if field in allowed and value not in allowed[field]:
        raise ConfigError(f"{file}:{_line(text, 'value')}: {field} {value!r}; known are {', '.join(allowed[field])}")
    if field == "person" and not (value and value.strip()):
        raise ConfigError(f"{file}:{_line(text, 'value')}: a person needs a name")
    if field == "date" and value is not None and not _is_date(value):
        raise ConfigError(
            f"{file}:{_line(text, 'value')}: date {value!r}; 2026, 2026-11 or 2026-11-21 is expected, "
            f"a date of the calendar from {_YEARS[0]} to {_YEARS[1]}"
        )


def _is_date(text: str) -> bool:
    """Whether a text is an ISO date, of a day, a month or a year, with which every later step can reckon."""
    is_iso = _ISO_DATE.fullmatch(text) is not None
    return is_iso and _YEARS[0] <= text[:4] <= _YEARS[1] and stated_interval(text) is not None


def _text_or_none(file: Path, text: str, content: dict[str, Any], key: str) -> str | None:
    value = content.get(key)
    if not isinstance(value, str | None):
        raise ConfigError(f"{file}:{_line(text, key)}: {key} must be text or null, found {value!r:.60}")
    return value


def _texts(file: Path, text: str, content: dict[str, Any], key: str) -> tuple[str, ...]:
    value = content.get(key) or []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ConfigError(f"{file}:{_line(text, key)}: {key} must be a list of texts")
    return tuple(value)


def _line(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if f'"{key}"' in line:
            return number
    return 1
