"""What an annotated article teaches the encoder: names, who does what, which organisation is left and reached, when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bench.train_detector import ACTION_KINDS, find_organisations, written_forms
from include.detect.dates import find_anchor, find_possible_dates
from include.detect.encoder.heads import ACTIONS, MANNERS
from include.detect.encoder.pieces import Pieces
from include.detect.lexicon import load_lexicon
from include.detect.mentions import read_document
from include.detect.reading import Reading
from include.detect.text import normalise, split_sentences
from include.evaluate import fold_name, is_right_date, is_same_person
from include.records import MOVE_STATUSES

Span = tuple[int, int]
_SIDES = ("from", "to")
_LETTERS_APART = 0xE00  # scripts below it, Thai and later ones not, end a word at a letter


@dataclass(frozen=True)
class Labelled:
    """An article with what is known of it; spans are of characters, after `in_pieces` of pieces."""

    text: str
    weight: float
    people: list[list[Span]]  # mentions of every person
    orgs: list[list[Span]]
    actions: list[list[float]]  # people x ACTIONS: 1 where it is one of his moves
    known: list[list[float]]  # people x ACTIONS: 0 where the annotation leaves it open
    choices: list[tuple[int, int, list[int]]]  # (0 left or 1 reached, person, right organisations or their number)
    manners: list[tuple[int, int, int, bool | None]]  # (person, place in MANNERS, in MOVE_STATUSES, whether main)
    names: list[tuple[int, int, str]]  # of people and organisations
    all_names: bool  # else the rest of the text may hold more
    dates: list[Span] = field(default_factory=list)  # of an article whose dates are annotated, where the text has them
    dated: list[tuple[int, int, list[int]]] = field(default_factory=list)  # (0 leaving or 1 coming, person, right
    # dates, or their number for the day of publication, or one more for none of all)

    def in_pieces(self, pieces: Pieces) -> Labelled:
        """The same with spans of pieces, the mark of the beginning counted; what was cut off is left out."""

        def move(span: Span) -> Span | None:
            first, last = bisect_right(pieces.ends, span[0]), bisect_left(pieces.starts, span[1])
            return (first + 1, last + 1) if last > first else None

        people = [[s for s in map(move, spans) if s] for spans in self.people]
        orgs = [[s for s in map(move, spans) if s] for spans in self.orgs]
        kept_people = {old: new for new, old in enumerate(i for i, spans in enumerate(people) if spans)}
        kept_orgs = {old: new for new, old in enumerate(i for i, spans in enumerate(orgs) if spans)}
        kept_orgs[len(orgs)] = len(kept_orgs)
        choices = [
            (side, kept_people[person], [kept_orgs[org] for org in right if org in kept_orgs])
            for side, person, right in self.choices
            if person in kept_people
        ]
        dates = [move(span) for span in self.dates]
        kept_dates = {old: new for new, old in enumerate(i for i, span in enumerate(dates) if span)}
        kept_dates |= {len(dates) + i: len(kept_dates) + i for i in range(2)}
        dated = [
            (side, kept_people[person], [kept_dates[date] for date in right if date in kept_dates])
            for side, person, right in self.dated
            if person in kept_people
        ]
        return replace(
            self,
            people=[spans for spans in people if spans],
            orgs=[spans for spans in orgs if spans],
            actions=[self.actions[i] for i in kept_people],
            known=[self.known[i] for i in kept_people],
            choices=[choice for choice in choices if choice[2]],
            manners=[(kept_people[person], *rest) for person, *rest in self.manners if person in kept_people],
            names=[(*moved, kind) for start, end, kind in self.names if (moved := move((start, end)))],
            dates=[span for span in dates if span],
            dated=[choice for choice in dated if choice[2]],
        )

    def name_labels(self, count: int) -> list[int]:
        """Label of every piece and the two ends: 0 none, 1 and 2 a person, 3 and 4 an organisation, -100 unknown."""
        labels = [0 if self.all_names else -100] * (count + 2)
        labels[0] = labels[-1] = -100
        for start, end, kind in self.names:
            first = 1 if kind == "person" else 3
            labels[start:end] = [first] + [first + 1] * (end - start - 1)
        return labels


def label_article(article: dict[str, Any]) -> Labelled:
    """Find the annotated people and organisations of an article among its mentions, or add them."""
    lexicon = load_lexicon(article["lang"])
    text = normalise(article["title"], article["text"], han_fold=lexicon.pack.han_fold)
    sentences = split_sentences(text, lexicon.words["abbreviations"])
    reading = read_document(text, lexicon, sentences, lexicon.find_hits(text.fold), None)
    people = [[(m.start, m.end) for m in entity.mentions] for entity in reading.persons]
    orgs = [[(m.start, m.end) for m in e.mentions if m.kind in ("org", "unknown")] for e in reading.orgs]
    names: list[tuple[int, int, str]] = []
    found = []
    for move in article["moves"]:
        owners, spans = _find_people(reading, people, move)
        names += [(*span, "person") for span in spans]
        sides: list[list[int] | None] = []
        for side in _SIDES:
            right, spans = _find_side(reading, orgs, move, side)
            names += [(*span, "org") for span in spans]
            sides.append(right)
        found.append((move, owners, sides))
    complete = "people" in article
    if complete:
        for key, kind in (("people", "person"), ("orgs", "org")):
            names += [(*span, kind) for form in article[key] for span in _find_forms(reading, [form])]
        names = _longest(names)
        _add_strangers(names, people, orgs)
    actions = [[0.0] * len(ACTIONS) for _ in people]
    known = [[1.0] * len(ACTIONS) for _ in people]
    choices = []
    manners = []
    for move, owners, sides in found:
        for person in owners:
            manners += _read_manner(move, person)
            _mark_actions(move, actions[person], known[person])
            if not move.get("optional"):
                choices += [
                    (number, person, [len(orgs)] if right is None else right)
                    for number, right in enumerate(sides)
                    if _is_told(move["kind"], number) and right != []
                ]
    dates, dated = _label_dates(reading, article, found) if article.get("dated") else ([], [])
    return Labelled(
        text.norm, article["weight"], people, orgs, actions, known, choices, manners, names, complete, dates, dated
    )  # fmt: skip


_Found = tuple[dict[str, Any], list[int], list[list[int] | None]]  # a move, who makes it, its sides


def _label_dates(
    reading: Reading, article: dict[str, Any], found: list[_Found]
) -> tuple[list[Span], list[tuple[int, int, list[int]]]]:
    """Where dates stand, and which of them each move has; a move whose date is nowhere to be had is left out."""
    published = date.fromisoformat(article["published"]) if article.get("published") else None
    meanings: dict[Span, set[str]] = {}
    for mention in find_possible_dates(reading, 0, len(reading.text.fold), find_anchor(reading, published)):
        meanings.setdefault((mention.start, mention.end), set()).add(mention.iso)
    spans = sorted(meanings)
    dated = []
    for move, owners, _ in found:
        if move.get("optional") or "date" not in move:
            continue
        stated = move["date"]
        right = [i for i, span in enumerate(spans) if any(is_right_date(iso, stated) for iso in meanings[span])]
        if stated and published and is_right_date(published.isoformat(), stated):
            right.append(len(spans))
        if not stated:
            right = [len(spans) + 1]
        side = next(place for place, kinds in enumerate(MANNERS) if move["kind"] in kinds)
        dated += [(side, person, right) for person in owners if right]
    return spans, dated


def _is_told(kind: str, side: int) -> bool:
    """Whether moves of a kind leave (0) or reach (1) an organisation or none."""
    return kind in ("departure", "leave") if side == 0 else kind != "leave"


def _read_manner(move: dict[str, Any], person: int) -> list[tuple[int, int, int, bool | None]]:
    """How an annotated move is told; nothing where the annotation does not say, as in examples of packs."""
    if move.get("optional") or "status" not in move or "focus" not in move:
        return []
    manner = next(place for place, kinds in enumerate(MANNERS) if move["kind"] in kinds)
    return [(person, manner, MOVE_STATUSES.index(move["status"]), move["focus"] == "main")]


def _mark_actions(move: dict[str, Any], actions: list[float], known: list[float]) -> None:
    for place, action in enumerate(ACTIONS):
        if move["kind"] not in ACTION_KINDS[action] or (action == "joiner" and not move.get("to_org")):
            continue
        if not move.get("optional"):
            actions[place] = known[place] = 1.0
        elif not actions[place]:
            known[place] = 0.0


def _find_people(reading: Reading, people: list[list[Span]], move: dict[str, Any]) -> tuple[list[int], list[Span]]:
    forms = [name for name in [move["person"], *(move.get("person_aliases") or [])] if name]
    folded = [fold_name(name) for name in forms]
    owners = [i for i, entity in enumerate(reading.persons) if is_same_person(written_forms(entity), folded)]
    spans = _find_forms(reading, forms)
    if not owners and spans:
        people.append(spans)
        owners = [len(people) - 1]
    return owners, spans


def _find_side(
    reading: Reading, orgs: list[list[Span]], move: dict[str, Any], side: str
) -> tuple[list[int] | None, list[Span]]:
    forms = [name for name in [move.get(f"{side}_org"), *(move.get(f"{side}_aliases") or [])] if name]
    if not forms:
        return None, []
    spans = _find_forms(reading, forms)
    right = find_organisations(reading, move, side)
    if not right and spans:
        right = [i for i in range(len(reading.orgs), len(orgs)) if set(orgs[i]) & set(spans)][:1]
        if not right:
            orgs.append(spans)
            right = [len(orgs) - 1]
    return right, spans


def _find_forms(reading: Reading, forms: Iterable[str]) -> list[Span]:
    """Where the forms of a name stand, the longest first; as they are written, else in another case."""
    found: list[Span] = []
    for form in sorted(set(forms), key=lambda form: (-len(form), form)):
        for text, wanted in ((reading.text.norm, form), (reading.text.fold, form.lower())):
            spans = list(_find_form(text, wanted))
            found += [(s, e) for s, e in spans if not any(a < e and s < b for a, b in found)]
            if spans:
                break
    return found


def _find_form(text: str, form: str) -> Iterable[Span]:
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        if not (_joined(text, at - 1, at) or _joined(text, end - 1, end)):
            yield at, end
        at = text.find(form, at + 1)


def _joined(text: str, left: int, right: int) -> bool:
    """Whether two characters side by side belong to one word."""
    if left < 0 or right >= len(text):
        return False
    return all(text[at].isalpha() and ord(text[at]) < _LETTERS_APART for at in (left, right))


def _longest(names: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(names, key=lambda name: (name[0] - name[1], name)):
        if not any(a < end and start < b for a, b, _ in kept):
            kept.append((start, end, kind))
    return sorted(kept)


def _add_strangers(
    names: list[tuple[int, int, str]], people: list[list[Span]], orgs: list[list[Span]]
) -> None:  # fmt: skip
    """Make entities of annotated names that nothing has found: they are who does not move."""
    taken = [span for spans in (*people, *orgs) for span in spans]
    for start, end, kind in names:
        if not any(a < end and start < b for a, b in taken):
            (people if kind == "person" else orgs).append([(start, end)])
            taken.append((start, end))
