"""Run the examples that a language pack carries."""

from __future__ import annotations

from dataclasses import dataclass

from include.detect.engine import analyse
from include.detect.lexicon import compile_pack
from include.detect.moves import DETECTOR_VERSION
from include.knowledge.languages import LanguagePack, PackExample
from include.records import Document, Move

_PUBLISHED = "2026-03-05"


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example with what is missing and what should not be there; both empty where it passes."""

    example: PackExample
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether exactly the stated moves came out."""
        return not self.missing and not self.unexpected


def check_examples(pack: LanguagePack) -> list[ExampleResult]:
    """Detect moves in every example of a pack and compare: kind, person, and each organisation that is stated."""
    lexicon = compile_pack(pack)
    results = []
    for example in pack.examples:
        document = Document(f"{pack.code}:{example.line}", pack.code, "", example.text, _PUBLISHED)
        found = analyse(document, lexicon, DETECTOR_VERSION).moves
        missing = [move for move in example.moves if not any(_agrees(move, other) for other in found)]
        extra = [move for move in found if not any(_agrees(stated, move) for stated in example.moves)]
        results.append(ExampleResult(example, tuple(map(_show_stated, missing)), tuple(map(_show_found, extra))))
    return results


def _agrees(stated: tuple[str, str, str, str], found: Move) -> bool:
    kind, person, from_org, to_org = stated
    return (
        kind == found.kind
        and _same(person, found.person, found.person_aliases)
        and (not from_org or _same(from_org, found.from_org, found.from_aliases))
        and (not to_org or _same(to_org, found.to_org, found.to_aliases))
    )


def _same(stated: str, name: str | None, forms: tuple[str, ...]) -> bool:
    wanted = stated.casefold()
    return any(wanted in form.casefold() or form.casefold() in wanted for form in (name, *forms) if form)


def _show_stated(move: tuple[str, str, str, str]) -> str:
    return f"{move[0]}: {move[1]} | {move[2]} > {move[3]}"


def _show_found(move: Move) -> str:
    return f"{move.kind}: {move.person} | {move.from_org or ''} > {move.to_org or ''}"
