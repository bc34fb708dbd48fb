"""A language pack compiled for matching: one automaton over all its phrases, one small one for the gate."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from include.detect.ago import AgoPattern
from include.detect.text import is_boundary, normalise
from include.knowledge.languages import (
    LanguagePack,
    TriggerRule,
    compiled_pack_path,
    freeze_pack,
    keep_compiled_pack,
    load_pack,
    pack_path,
    split_gap,
    thaw_ago,
    thaw_pack,
    without_phrases,
)
from include.knowledge.products import PRODUCTS, load_products

# English posts and company forms stand untranslated in every language's business press.
_LENDER = "en"
_KNOWLEDGE = Path(__file__).parents[1] / "knowledge"
_CODE = (  # what the compiled form depends on
    *(Path(__file__).with_name(name) for name in ("lexicon.py", "text.py")),
    *(_KNOWLEDGE / name for name in ("languages.py", "products.py", "wordlists.py", "yamlfile.py")),
)
_FOLDED_AT_ONCE = 1000  # phrases; keeps the text to fold far below its cap
MAX_GAP = 90  # characters that a gapped phrase may span between two of its parts


_APPOSED = ("articles", "role_modifiers", "former", "acting", "honorifics")
# What may end a compound word: 한별은행, 전략본부장, Forschungsleiterin (from four letters up).
_COMPOUNDED = frozenset({"role", "org_after"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a literal stands for."""

    category: str  # trigger, role, and the names of the pack's word lists; date words begin with "date:"
    value: Any = None  # role family, TriggerRule, month number ...
    open_end: bool = False
    tails: tuple[tuple[str, bool], ...] = ()  # further parts of a gapped phrase: (literal, open end)


@dataclass(slots=True)
class Hit:
    """One occurrence of a literal in the folded text."""

    start: int
    end: int
    entry: Entry
    tail_end: int = 0  # end of the last part of a gapped phrase; equals `end` without one

    @property
    def category(self) -> str:
        return self.entry.category


@dataclass(slots=True)
class Lexicon:
    """The compiled pack."""

    pack: LanguagePack
    gate: Any
    gate_open: list[bool]
    markers: dict[str, frozenset[str]]
    marker_lists: dict[str, tuple[str, ...]]
    words: dict[str, frozenset[str]]
    guards: dict[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    acronyms: frozenset[str] = frozenset()  # AI, CEO, ChatGPT: written with capitals in every language, never names
    apposed: frozenset[str] = frozenset()  # words that may stand between a name and a post or organisation of it
    particles: frozenset[str] = frozenset()  # glued to the word before, in Korean
    ago: AgoPattern | None = None  # "five years ago"
    body: str | bytes = field(default="", repr=False)  # the phrases, until they are needed
    _phrases: tuple[Any, list[tuple[Entry, ...]]] | None = None

    def phrases(self) -> tuple[Any, list[tuple[Entry, ...]]]:
        """The automaton of all phrases, and what each stands for. Built for the first article that passes the gate."""
        body = self.body  # read before the check: another thread may just have emptied it
        if self._phrases is None:
            self._phrases = _thaw_entries(body)
            self.body = ""
        return self._phrases

    def passes_gate(self, fold: str) -> bool:
        """Whether any trigger stands in the text at all."""
        for index, start, end in self.gate.find_matches_as_indexes(fold, overlapping=True):
            if is_boundary(fold, start) and (self.gate_open[index] or is_boundary(fold, end)):
                return True
            if self.pack.words["clitics"] and self._after_clitic(fold, start):
                return True
        return False

    def find_hits(self, fold: str) -> list[Hit]:
        """Every phrase of the pack in the text, by start, longer ones first."""
        hits: list[Hit] = []
        clitics = bool(self.pack.words["clitics"])
        compounds = 2 if self.pack.script == "hangul" else 4 if self.pack.capitals == "nouns" else 0
        automaton, entries = self.phrases()
        for index, start, end in automaton.find_matches_as_indexes(fold, overlapping=True):
            inside = not is_boundary(fold, start) and not (clitics and self._after_clitic(fold, start))
            if inside and self._begins_with_particle(fold, start, end):
                inside = False
            if inside and not compounds:
                continue
            closed = is_boundary(fold, end)
            for entry in entries[index]:
                if not closed and not entry.open_end:
                    continue
                glued = bool(entry.tails) and fold[start:end] in self.particles  # 테슬라|에서 ... 로 이직
                if inside and not glued and (entry.category not in _COMPOUNDED or end - start < compounds):
                    continue
                tail_end = self._find_tails(fold, end, entry.tails) if entry.tails else end
                if tail_end:
                    hits.append(Hit(start, end, entry, tail_end))
        hits.sort(key=lambda hit: (hit.start, -hit.end))
        return hits

    def _after_clitic(self, fold: str, start: int) -> bool:
        for clitic in self.pack.words["clitics"]:
            begin = start - len(clitic)
            if begin >= 0 and fold.startswith(clitic, begin) and is_boundary(fold, begin):
                return True
        return False

    def _begins_with_particle(self, fold: str, start: int, end: int) -> bool:
        """Whether a phrase begins with a particle, which is glued to the word before: 최진호|를 해임."""
        space = fold.find(" ", start, end)
        return 0 < space - start <= 3 and fold[start:space] in self.particles

    def _find_tails(self, fold: str, end: int, tails: tuple[tuple[str, bool], ...]) -> int:
        position = end
        for literal, open_end in tails:
            found = fold.find(literal, position, position + MAX_GAP + len(literal))
            while found >= 0 and not (
                (is_boundary(fold, found) or self._begins_with_particle(fold, found, found + len(literal)))
                and (open_end or is_boundary(fold, found + len(literal)))
            ):
                found = fold.find(literal, found + 1, position + MAX_GAP + len(literal))
            if found < 0 or _crosses_sentence(fold, position, found):
                return 0
            position = found + len(literal)
        return position

    def is_guarded(self, fold: str, hit: Hit) -> bool:
        """Whether the words right beside a trigger cancel it (`not_before`, `not_after` of its rule)."""
        before, after = self.guards.get(hit.entry.value.rule_id, (frozenset(), frozenset()))
        if after:
            rest = fold[hit.end : hit.end + 40].lstrip(" ,\"'")
            if any(rest.startswith(word) and is_boundary(rest, len(word)) for word in after):
                return True
        if before:
            rest = fold[max(0, hit.start - 40) : hit.start].rstrip(" \"'")
            if any(rest.endswith(word) and is_boundary(rest, len(rest) - len(word)) for word in before):
                return True
        return False


def _crosses_sentence(fold: str, start: int, end: int) -> bool:
    return any(mark in fold[start:end] for mark in ("\n", "。", ". ", "।", "! ", "? "))


@cache
def load_lexicon(code: str) -> Lexicon:
    """The compiled pack of one language. What was compiled is kept beside the packs until they or the code change."""
    path, lender = pack_path(code), pack_path(_LENDER)
    kept = compiled_pack_path("lexicon", path, (lender, PRODUCTS, *_CODE))
    try:
        head, body = kept.read_bytes().split(b"\n")
        tables = json.loads(head)
        if tables["han"] == _han_version(tables["pack"]["han_fold"]):
            return _assemble(tables, body)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    tables, rows = _make_tables(load_pack(code))
    head_text, body_text = json.dumps(tables, ensure_ascii=False), json.dumps(rows, ensure_ascii=False)
    keep_compiled_pack("lexicon", kept, path, f"{head_text}\n{body_text}")
    return _assemble(tables, body_text)


def compile_pack(pack: LanguagePack) -> Lexicon:
    """Compile a pack: fold its phrases, build the automata."""
    tables, rows = _make_tables(pack)
    return _assemble(json.loads(json.dumps(tables)), json.dumps(rows))


def _assemble(tables: dict[str, Any], body: str | bytes) -> Lexicon:
    """A lexicon from its tables; the phrases (`body`) are read when the first article needs them."""
    gate: dict[str, bool] = tables["gate"]
    markers = {name: frozenset(words) for name, words in tables["markers"].items()}
    words = {name: frozenset(words) for name, words in tables["words"].items()}
    return Lexicon(
        pack=thaw_pack(tables["pack"]),
        gate=AhoCorasick(list(gate), matchkind=MatchKind.Standard),
        gate_open=list(gate.values()),
        markers=markers,
        marker_lists={name: tuple(words) for name, words in tables["markers"].items()},
        words=words,
        guards={rule: (frozenset(after), frozenset(before)) for rule, (after, before) in tables["guards"].items()},
        acronyms=frozenset(tables["acronyms"]),
        apposed=frozenset().union(
            *(words[name] for name in _APPOSED), *(markers[name] for name in ("at", "and", "as"))
        ),
        particles=frozenset().union(*markers.values()) if tables["pack"]["script"] == "hangul" else frozenset(),
        ago=AgoPattern(thaw_ago(tables["ago"]), words["clitics"], spaces=tables["pack"]["spaces"]),
        body=body,
    )


def _thaw_entries(body: str | bytes) -> tuple[Any, list[tuple[Entry, ...]]]:
    """The automaton of all phrases, and what each of them stands for."""
    content = json.loads(body)
    rules = [TriggerRule(**rule) for rule in content["rules"]]
    entries = [
        Entry(category, rules[value] if category == "trigger" else value, open_end, tuple((t, o) for t, o in tails))
        for category, value, open_end, tails in content["entries"]
    ]
    single = [(entry,) for entry in entries]
    rows = [
        single[row] if isinstance(row, int) else tuple(entries[number] for number in row) for row in content["rows"]
    ]
    return AhoCorasick(content["literals"], matchkind=MatchKind.Standard), rows


def _make_tables(pack: LanguagePack) -> tuple[dict[str, Any], dict[str, Any]]:
    """Everything that a lexicon holds as JSON keeps it: what the gate and the marks need, and all the phrases."""
    fold = _fold_phrases(pack)
    lender = load_pack(_LENDER) if pack.code != _LENDER else pack
    markers = {
        name: sorted(dict.fromkeys(fold[m].removesuffix("*") for m in phrases), key=len, reverse=True)
        for name, phrases in pack.markers.items()
    }
    acronyms = [w for w in lender.words["not_names"] if sum(map(str.isupper, w)) > 1 or len(w) == 1]
    words = {name: [fold[w] for w in words] for name, words in pack.words.items()}
    # "Banco" is part of names, "banco" stands before them; an acronym or a short word says neither
    kinds = [w for w in pack.org_words.get("before", ()) if w[:1].isupper() and not w.isupper() and len(w) > 3]
    words["institutions"] = [fold[w] for w in kinds]
    words["products"] = list(_fold_all(load_products(), pack.han_fold).values())
    head = {
        "han": _han_version(pack.han_fold),
        "pack": freeze_pack(without_phrases(pack)),
        "gate": _gate_literals(pack, fold),
        "markers": markers,
        "words": words,
        "guards": {
            rule.rule_id: [[fold[w] for w in rule.not_after], [fold[w] for w in rule.not_before]]
            for rule in pack.triggers
            if rule.not_before or rule.not_after
        },
        "acronyms": list(_fold_all(acronyms, pack.han_fold).values()),
        "ago": _fold_ago(pack),
    }
    return head, _make_rows(_make_table(pack, lender, fold))


def _han_version(han_fold: bool) -> str:
    """What Traditional characters are folded with."""
    return version("opencc") if han_fold else ""


def _make_table(pack: LanguagePack, lender: LanguagePack, fold: dict[str, str]) -> dict[str, list[Entry]]:
    table: dict[str, list[Entry]] = defaultdict(list)
    for rule in pack.triggers:
        _add(table, fold, pack, rule.phrases, "trigger", replace(rule, phrases=(), not_before=(), not_after=()))
    for family, phrases in pack.roles.items():
        _add(table, fold, pack, phrases, "role", family)
    for name, phrases in pack.words.items():
        if name not in ("articles", "clitics", "abbreviations"):
            _add(table, fold, pack, phrases, name)
    for name in ("and", "including"):
        _add(table, fold, pack, pack.markers[name], name)
    for side, phrases in pack.org_words.items():
        _add(table, fold, pack, phrases, f"org_{side}")
    _add_dates(table, fold, pack)
    if lender is not pack:
        lent = [*lender.roles.items(), *((f"org_{side}", phrases) for side, phrases in lender.org_words.items())]
        fold = _fold_all((phrase for _, phrases in lent for phrase in phrases), pack.han_fold)
        for family, phrases in lender.roles.items():
            _add(table, fold, pack, phrases, "role", family)
        for side, phrases in lender.org_words.items():
            _add(table, fold, pack, phrases, f"org_{side}")
    return table


def _add_dates(table: dict[str, list[Entry]], fold: dict[str, str], pack: LanguagePack) -> None:
    for key in ("months", "weekdays", "relative"):
        for number, phrases in pack.dates[key].items():
            _add(table, fold, pack, phrases, f"date:{key}", number)
    for key in ("last", "next"):
        _add(table, fold, pack, pack.dates.get(key, ()), f"date:{key}")


def _make_rows(table: dict[str, list[Entry]]) -> dict[str, Any]:
    """The table with every rule and every entry written once."""
    rules: dict[TriggerRule, int] = {}
    entries: dict[tuple[Any, ...], int] = {}
    rows: list[int | list[int]] = []
    for found in table.values():
        row = []
        for entry in found:
            value = entry.value
            if isinstance(value, TriggerRule):
                value = rules.setdefault(value, len(rules))
            row.append(entries.setdefault((entry.category, value, entry.open_end, entry.tails), len(entries)))
        rows.append(row[0] if len(row) == 1 else row)
    return {
        "rules": [asdict(rule) for rule in rules],
        "entries": list(entries),
        "literals": list(table),
        "rows": rows,
    }


def _fold_phrases(pack: LanguagePack) -> dict[str, str]:
    """Matching form of every phrase of a pack; all in one go, because a pack holds thousands."""
    phrases = {
        *(p for rule in pack.triggers for p in (*rule.phrases, *rule.not_before, *rule.not_after)),
        *(p for groups in (pack.markers, pack.roles, pack.org_words, pack.words) for ps in groups.values() for p in ps),
        *(p for key in ("months", "weekdays", "relative") for ps in pack.dates[key].values() for p in ps),
        *(p for key in ("last", "next") for p in pack.dates.get(key, ())),
    }
    return _fold_all(phrases, pack.han_fold)


def _fold_ago(pack: LanguagePack) -> dict[str, Any]:
    """What "five years ago" is made of, in matching form."""
    ago = pack.dates["ago"]
    groups = [forms for value in ago.values() for forms in (value.values() if isinstance(value, dict) else (value,))]
    fold = _fold_all({form for forms in groups for form in forms}, pack.han_fold)
    return {
        key: {name: [fold[form] for form in forms] for name, forms in value.items()}
        if isinstance(value, dict)
        else [fold[form] for form in value]
        for key, value in ago.items()
    }


def _fold_all(phrases: Iterable[str], han_fold: bool) -> dict[str, str]:
    ordered = sorted(phrases)
    folded: dict[str, str] = {}
    for start in range(0, len(ordered), _FOLDED_AT_ONCE):
        chunk = ordered[start : start + _FOLDED_AT_ONCE]
        text = normalise("", "\n".join(chunk), han_fold=han_fold).fold[1:]
        folded |= zip(chunk, text.split("\n"), strict=True)
    return folded


def _add(
    table: dict[str, list[Entry]],
    fold: dict[str, str],
    pack: LanguagePack,
    phrases: Iterable[str],
    category: str,
    value: Any = None,
) -> None:
    for phrase in phrases:
        head, *tails = split_gap(fold[phrase])
        entry = Entry(
            category,
            value,
            open_end=pack.open_end or head.endswith("*"),
            tails=tuple((tail.removesuffix("*"), pack.open_end or tail.endswith("*")) for tail in tails),
        )
        literal = head.removesuffix("*").strip()
        if literal and entry not in table[literal]:
            table[literal].append(entry)


def _gate_literals(pack: LanguagePack, fold: dict[str, str]) -> dict[str, bool]:
    literals: dict[str, bool] = {}
    for rule in pack.triggers:
        if rule.trigger_class in ("stay", "found"):
            continue
        for phrase in rule.phrases:
            head = split_gap(fold[phrase])[0]
            literal = head.removesuffix("*").strip()
            literals[literal] = literals.get(literal, False) or pack.open_end or head.endswith("*")
    return {literal: open_end for literal, open_end in literals.items() if not _is_implied(literal, literals)}


def _is_implied(literal: str, literals: dict[str, bool]) -> bool:
    """Whether a shorter literal opens the gate wherever this one would: "left" where "left the company" stands."""
    return any(
        (known := literals.get(literal[:length])) is not None and (known or is_boundary(literal, length))
        for length in range(1, len(literal))
    )


__all__ = ["Entry", "Hit", "Lexicon", "TriggerRule", "compile_pack", "load_lexicon"]
