"""Language packs: one YAML file a language, checked on load. `docs/languages.md` says what every key means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, get_args

from include.errors import ConfigError
from include.knowledge.compiled import digest_files, keep_file
from include.knowledge.yamlfile import LocatedDict, check_keys, read_yaml
from include.records import MoveKind

FOLDER = Path(__file__).parent / "languages"

SCRIPTS = ("latin", "cyrillic", "arabic", "devanagari", "thai", "han", "kana", "hangul")
TRIGGER_CLASSES = (
    "leave", "leave_noun", "dismiss", "dismissed", "lose", "join", "hire", "hired", "move", "appoint", "appointed",
    "appoint_noun", "replace", "replaced", "successor_noun", "absence", "return", "stay", "found",
)  # fmt: skip
MARKERS = ("from", "to", "at", "by", "object", "subject", "as", "and", "including")
ROLE_FAMILIES = (
    "chief", "founder", "chair", "president", "vice", "head", "scientist", "academic", "board", "public", "sport",
    "media", "partner", "other",
)  # fmt: skip
REASONS = (
    "resigned", "dismissed", "retired", "laid-off", "poached", "own-company", "health", "term-ended", "died",
)  # fmt: skip
RELATIVE_DATES = (
    "today", "yesterday", "tomorrow", "last_week", "this_week", "next_week", "last_month", "this_month", "next_month",
    "last_year", "this_year", "next_year", "year_end",
)  # fmt: skip
TIME_UNITS = ("day", "week", "month", "year", "decade")
WORD_LISTS = (
    "role_modifiers", "former", "acting", "org_refs", "pronouns", "honorifics", "negation", "denial", "undone",
    "rumour", "reported", "official", "attribution", "hypothetical", "conditions", "respectively", "exceptions",
    "everybody_else", "background", "bare_nouns", "scenes", "not_names", "places", "articles", "clitics",
    "abbreviations",
)  # fmt: skip
_FLAGS = ("inversion", "spaces", "han_fold", "open_end", "inflected_names")
_CHOICES = {
    "script": SCRIPTS,
    "order": ("svo", "sov", "vso"),
    "capitals": ("names", "nouns", "none"),
    "adpositions": ("before", "after"),
    "family_name": ("first", "last"),
}
_REQUIRED = ("code", "name", "script", "order", "capitals", "adpositions", "triggers", "markers", "roles", "examples")
_OPTIONAL = ("base", "family_name", "org_words", "dates", *_FLAGS, *WORD_LISTS)
_AGO_LISTS = ("after", "before", "vague", "between", "not_before", "not_after")
_SPAN = re.compile(rf"(\d+(\.5)?|some) ({'|'.join(TIME_UNITS)})s?")
_MAX_EXPANSION = 2000
_GAP = " ... "
_YAML_CODE = Path(__file__).with_name("yamlfile.py")
_CODE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")
_NAME = re.compile(rb"^name:[ \t]*[\"']?([^\"'\r\n]+)", re.MULTILINE)
_BASE = re.compile(rb"^base:[ \t]*[\"']?([\w-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TriggerRule:
    """Phrases of one class, with what cancels them."""

    rule_id: str  # "<code>:<class>:<line>"
    trigger_class: str
    phrases: tuple[str, ...]
    weak: bool = False
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    reason: str | None = None
    tense: str | None = None


@dataclass(frozen=True, slots=True)
class PackExample:
    """A sentence of the pack and the moves that must come out of it: (kind, person, from, to)."""

    text: str
    moves: tuple[tuple[str, str, str, str], ...]
    line: int


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """Everything the engine knows of one language."""

    code: str
    name: str
    script: str
    order: str
    capitals: str
    adpositions: str
    family_name: str
    inversion: bool
    spaces: bool
    han_fold: bool
    open_end: bool
    inflected_names: bool
    triggers: tuple[TriggerRule, ...]
    markers: dict[str, tuple[str, ...]]
    roles: dict[str, tuple[str, ...]]
    org_words: dict[str, tuple[str, ...]]
    words: dict[str, tuple[str, ...]]
    dates: dict[str, Any]
    examples: tuple[PackExample, ...] = field(repr=False, default=())


def pack_path(code: str) -> Path:
    """Where the pack of a language is."""
    return FOLDER / f"{code}.yaml"


def list_packs() -> list[str]:
    """Codes of the packs that exist."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def language_names() -> dict[str, str]:
    """The English name of every language by its code, in order of the names. Nothing else of the packs is read."""
    named = {path.stem: _NAME.search(path.read_bytes()) for path in FOLDER.glob("*.yaml")}
    return dict(sorted(((code, found[1].decode()) for code, found in named.items() if found), key=lambda pair: pair[1]))


@cache
def load_pack(code: str) -> LanguagePack:
    """Load and check the pack of one language. Raises ConfigError with file and line.

    The expanded pack is kept beside the file, as Python keeps its bytecode, until the file or this code changes.
    """
    path = pack_path(code)
    kept = compiled_pack_path("pack", path, (Path(__file__), _YAML_CODE))
    try:
        return thaw_pack(json.loads(kept.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        pack = read_pack(path)
        keep_compiled_pack("pack", kept, path, json.dumps(freeze_pack(pack), ensure_ascii=False))
        return pack


def compiled_pack_path(kind: str, path: Path, made_from: Iterable[Path]) -> Path:
    """Where something made from a pack is kept: the name changes with every byte of the packs that it takes over."""
    return path.parent / "__pycache__" / f"{kind}-{path.stem}-{digest_files((*_pack_chain(path), *made_from))}.json"


def keep_compiled_pack(kind: str, kept: Path, path: Path, text: str) -> None:
    """Keep something made from a pack in place of what was kept before."""
    keep_file(kept, text, f"{kind}-{path.stem}-{'?' * 16}.json")


def _pack_chain(path: Path) -> list[Path]:
    """A pack's file and the files of the packs whose lists it takes over."""
    chain = [path]
    while (match := _BASE.search(chain[-1].read_bytes() if chain[-1].is_file() else b"")) and len(chain) < 9:
        chain.append(path.with_name(f"{match.group(1).decode()}.yaml"))
    return chain


def freeze_pack(pack: LanguagePack) -> dict[str, Any]:
    """A pack as JSON holds it; `thaw_pack` reads it."""
    frozen = {key: getattr(pack, key) for key in LanguagePack.__dataclass_fields__}
    frozen["triggers"] = [list(asdict(rule).values()) for rule in pack.triggers]
    frozen["examples"] = [[example.text, example.moves, example.line] for example in pack.examples]
    return frozen


def thaw_pack(frozen: dict[str, Any]) -> LanguagePack:
    """The pack that `freeze_pack` took apart. Raises KeyError, ValueError or TypeError where it is none."""
    dates = {key: _thaw_list(value) for key, value in frozen["dates"].items()}
    for key in ("months", "weekdays"):
        dates[key] = {int(number): tuple(names) for number, names in frozen["dates"][key].items()}
    dates["relative"] = {name: tuple(phrases) for name, phrases in frozen["dates"]["relative"].items()}
    dates["ago"] = thaw_ago(frozen["dates"]["ago"])
    groups = {
        key: {name: tuple(phrases) for name, phrases in frozen[key].items()}
        for key in ("markers", "roles", "org_words", "words")
    }
    triggers = tuple(TriggerRule(*map(_thaw_list, row)) for row in frozen["triggers"])
    examples = tuple(
        PackExample(text, tuple((kind, person, left, to) for kind, person, left, to in moves), line)
        for text, moves, line in frozen["examples"]
    )
    return LanguagePack(**{**frozen, **groups, "dates": dates, "triggers": triggers, "examples": examples})


def thaw_ago(frozen: dict[str, Any]) -> dict[str, Any]:
    """`dates.ago` of a pack as JSON keeps it: the numbers are numbers again."""
    ago: dict[str, Any] = {key: tuple(frozen[key]) for key in _AGO_LISTS}
    ago["numbers"] = {int(number): tuple(forms) for number, forms in frozen["numbers"].items()}
    return ago | {key: {name: tuple(forms) for name, forms in frozen[key].items()} for key in ("units", "spans")}


def _thaw_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def without_phrases(pack: LanguagePack) -> LanguagePack:
    """What a pack says of its language beside its lists: all that is needed once they are compiled."""
    none: dict[str, tuple[str, ...]] = {}
    words = {key: pack.words[key] if key == "clitics" else () for key in pack.words}
    return replace(pack, triggers=(), markers=none, roles=none, org_words=none, words=words, examples=())


def read_pack(path: Path, *, as_base: bool = False) -> LanguagePack:
    """Load and check one pack file; `as_base` for another one, which takes over its lists. Raises ConfigError."""
    raw = check_keys(path, read_yaml(path), _REQUIRED, _OPTIONAL)
    if raw["code"] != path.stem:
        raise ConfigError(f"{path}:{raw.key_lines['code']}: code {raw['code']!r} differs from the file's name")
    for key, allowed in _CHOICES.items():
        if key in raw and raw[key] not in allowed:
            raise ConfigError(f"{path}:{raw.key_lines[key]}: {key} must be one of {', '.join(allowed)}")
    for key in _FLAGS:
        if not isinstance(raw.get(key, False), bool):
            raise ConfigError(f"{path}:{raw.key_lines[key]}: {key} must be true or false")
    base = _read_base(path, raw, as_base) if "base" in raw else None
    return LanguagePack(
        code=raw["code"],
        name=raw["name"],
        script=raw["script"],
        order=raw["order"],
        capitals=raw["capitals"],
        adpositions=raw["adpositions"],
        family_name=raw.get("family_name", "last"),
        inversion=raw.get("inversion", False),
        spaces=raw.get("spaces", True),
        han_fold=raw.get("han_fold", False),
        open_end=raw.get("open_end", False),
        inflected_names=raw.get("inflected_names", False),
        triggers=(*_read_triggers(path, raw), *(base.triggers if base else ())),
        markers=_read_groups(path, raw, "markers", MARKERS, base.markers if base else {}),
        roles=_read_groups(path, raw, "roles", ROLE_FAMILIES, base.roles if base else {}),
        org_words=_read_groups(path, raw, "org_words", ("before", "after"), base.org_words if base else {}),
        words={key: _merge(_phrases(path, raw, key), base.words[key] if base else ()) for key in WORD_LISTS},
        dates=_read_dates(path, raw, base.dates if base else {}),
        examples=tuple(_read_examples(path, raw)),
    )


def _read_base(path: Path, raw: LocatedDict, as_base: bool) -> LanguagePack:
    line, name = raw.key_lines["base"], raw["base"]
    if as_base:
        raise ConfigError(f"{path}:{line}: is the base of a pack and has a base itself; name one that has none")
    if not isinstance(name, str) or not _CODE.fullmatch(name) or name == path.stem:
        raise ConfigError(f"{path}:{line}: base {name!r}: the code of another pack is expected")
    return read_pack(path.with_name(f"{name}.yaml"), as_base=True)


_BRACKETS = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")


def expand_phrase(phrase: str) -> Iterator[str]:
    """Every literal that a phrase stands for: `(a|b)` alternatives, `[x]` optional. Spaces are made single."""
    match = _BRACKETS.search(phrase) if "(" in phrase or "[" in phrase else None
    if not match:
        yield " ".join(phrase.split())
        return
    options = match.group(1).split("|") if match.group(1) is not None else [*match.group(2).split("|"), ""]
    for option in options:
        yield from expand_phrase(phrase[: match.start()] + option + phrase[match.end() :])


def split_gap(literal: str) -> list[str]:
    """The parts of a literal around its gaps."""
    return [part.strip() for part in literal.split(_GAP)]


def _expand_all(path: Path, line: int, values: Any, key: str) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ConfigError(f"{path}:{line}: {key} must be a list")
    out: dict[str, None] = {}
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{path}:{line}: {key} holds {value!r}; every entry must be text (put it in quotes)")
        if value.count("(") != value.count(")") or value.count("[") != value.count("]"):
            raise ConfigError(f"{path}:{line}: {key}: brackets do not pair in {value!r}")
        # One more than allowed, and no further: thirty pairs of brackets would be a thousand million.
        literals = list(dict.fromkeys(islice(expand_phrase(value), _MAX_EXPANSION + 1)))
        if len(literals) > _MAX_EXPANSION:
            raise ConfigError(
                f"{path}:{line}: {key}: {value!r} stands for more than {_MAX_EXPANSION} phrases; split it"
            )
        for literal in literals:
            if not literal.strip("* ") or literal.startswith("*"):
                raise ConfigError(f"{path}:{line}: {key}: {value!r} can be empty or begins with *")
            out[literal] = None
    if len(values) != len({str(value) for value in values}):
        twice = next(value for value in values if values.count(value) > 1)
        raise ConfigError(f"{path}:{line}: {key}: {twice!r} stands twice; remove one")
    return tuple(out)


def _phrases(path: Path, raw: LocatedDict, key: str) -> tuple[str, ...]:
    return _expand_all(path, raw.key_lines[key], raw[key], key) if key in raw else ()


def _merge(own: tuple[str, ...], inherited: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*own, *inherited]))


def _read_groups(
    path: Path, raw: LocatedDict, key: str, names: tuple[str, ...], base: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    groups = check_keys(path, raw[key], (), names, line=raw.key_lines[key]) if key in raw else LocatedDict()
    own = {name: _expand_all(path, groups.key_lines[name], groups[name], f"{key}.{name}") for name in groups}
    return {name: _merge(own.get(name, ()), base.get(name, ())) for name in names}


def _read_triggers(path: Path, raw: LocatedDict) -> Iterator[TriggerRule]:
    if not isinstance(raw["triggers"], list):
        raise ConfigError(f"{path}:{raw.key_lines['triggers']}: triggers must be a list")
    for entry in raw["triggers"]:
        optional = ("weak", "not_before", "not_after", "reason", "tense")
        check_keys(path, entry, ("class", "phrases"), optional, line=raw.key_lines["triggers"])
        for key, allowed in (
            ("class", TRIGGER_CLASSES),
            ("reason", REASONS),
            ("tense", ("future", "past-perfect")),
            ("weak", (True, False)),
        ):
            if key in entry and entry[key] not in allowed:
                known = ", ".join(map(str, allowed))
                raise ConfigError(
                    f"{path}:{entry.key_lines[key]}: {key} {entry[key]!r} is not known; known are {known}"
                )
        lists = {
            key: _expand_all(path, entry.key_lines[key], entry[key], key) if key in entry else ()
            for key in ("phrases", "not_before", "not_after")
        }
        yield TriggerRule(
            rule_id=f"{raw['code']}:{entry['class']}:{entry.line}",
            trigger_class=entry["class"],
            phrases=lists["phrases"],
            weak=entry.get("weak", False),
            not_before=lists["not_before"],
            not_after=lists["not_after"],
            reason=entry.get("reason"),
            tense=entry.get("tense"),
        )


def _read_dates(path: Path, raw: LocatedDict, base: dict[str, Any]) -> dict[str, Any]:
    keys = ("order", "months", "weekdays", "relative", "ago", "last", "next", "day_before", "era")
    entry = LocatedDict()
    if "dates" in raw:
        entry = check_keys(path, raw["dates"], (), keys, line=raw.key_lines["dates"])
    dates: dict[str, Any] = {"order": "dmy", "months": {}, "weekdays": {}, "relative": {}, "era": 0} | base
    if "order" in entry:
        if entry["order"] not in ("dmy", "mdy", "ymd"):
            raise ConfigError(f"{path}:{entry.key_lines['order']}: order must be dmy, mdy or ymd")
        dates["order"] = entry["order"]
    if "era" in entry:
        if not isinstance(entry["era"], int):
            raise ConfigError(f"{path}:{entry.key_lines['era']}: era must be a whole number of years")
        dates["era"] = entry["era"]
    for key, highest in (("months", 12), ("weekdays", 7)):
        for number, names in (entry.get(key) or {}).items():
            if not isinstance(number, int) or not 1 <= number <= highest:
                raise ConfigError(f"{path}:{entry.key_lines[key]}: {key} are numbered 1 to {highest}, found {number!r}")
            merged = _merge(_expand_all(path, entry.key_lines[key], names, key), dates[key].get(number, ()))
            dates[key] = dates[key] | {number: merged}
    relative = LocatedDict()
    if "relative" in entry:
        relative = check_keys(path, entry["relative"], (), RELATIVE_DATES, line=entry.key_lines["relative"])
    for name in relative:
        own = _expand_all(path, relative.key_lines[name], relative[name], name)
        dates["relative"] = dates["relative"] | {name: _merge(own, dates["relative"].get(name, ()))}
    for key in ("last", "next", "day_before"):
        own = _expand_all(path, entry.key_lines[key], entry[key], key) if key in entry else ()
        dates[key] = _merge(own, dates.get(key, ()))
    dates["ago"] = _read_ago(path, entry, dates.get("ago", {}))
    return dates


def _read_ago(path: Path, dates: LocatedDict, base: dict[str, Any]) -> dict[str, Any]:
    """What "five years ago" is made of. Raises ConfigError for a number, unit or span that is none."""
    keys = (*_AGO_LISTS, "numbers", "units", "spans")
    entry = check_keys(path, dates["ago"], (), keys) if "ago" in dates else LocatedDict()

    def expand(line: int, values: Any, key: str) -> tuple[str, ...]:
        forms = _expand_all(path, line, values, f"ago: {key}")
        if wrong := next((form for form in forms if "*" in form or _GAP in form), None):
            raise ConfigError(f"{path}:{line}: ago: {key}: {wrong!r} has * or a gap; write every form out")
        return forms

    ago: dict[str, Any] = {
        key: _merge(expand(entry.key_lines[key], entry[key], key) if key in entry else (), base.get(key, ()))
        for key in _AGO_LISTS
    }
    for group, names, is_known in (
        ("numbers", "whole numbers from 1 to 99", lambda name: isinstance(name, int) and 1 <= name <= 99),
        ("units", ", ".join(TIME_UNITS), TIME_UNITS.__contains__),
        ("spans", "such as '6 months', '1.5 years' or 'some days'", lambda name: bool(_SPAN.fullmatch(str(name)))),
    ):
        ago[group] = dict(base.get(group, {}))
        for name, values in (entry.get(group) or {}).items():
            line = entry.key_lines[group]
            if not is_known(name):
                raise ConfigError(f"{path}:{line}: ago: {group} are {names}; found {name!r}")
            ago[group][name] = _merge(expand(line, values, f"{group}: {name}"), ago[group].get(name, ()))
    return ago


_EXAMPLE = re.compile(r"\s*(\w+)\s*:\s*([^|]+?)\s*\|\s*([^>]*?)\s*>\s*(.*?)\s*$")


def _read_examples(path: Path, raw: LocatedDict) -> Iterator[PackExample]:
    if not isinstance(raw["examples"], list):
        raise ConfigError(f"{path}:{raw.key_lines['examples']}: examples must be a list")
    for entry in raw["examples"]:
        check_keys(path, entry, ("text", "moves"), line=raw.key_lines["examples"])
        moves = []
        for text in entry["moves"] or []:
            match = _EXAMPLE.match(str(text))
            if not match or match.group(1) not in get_args(MoveKind):
                raise ConfigError(
                    f"{path}:{entry.line}: a move is written 'kind: person | from > to' with kind one of "
                    f"{', '.join(get_args(MoveKind))}; found {text!r}"
                )
            moves.append((match.group(1), match.group(2), match.group(3), match.group(4)))
        yield PackExample(str(entry["text"]), tuple(moves), entry.line)
