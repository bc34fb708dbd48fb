"""Clean a text and say what was changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from include.extract.repairs import STEPS, Edit, Finder

_MAX_ROUNDS = 10  # one round is usual, two where a repair uncovers another


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text after all repairs."""

    text: str
    changes: tuple[tuple[str, int], ...] = ()  # (what was changed, how often)


def clean_text(text: str, steps: Iterable[tuple[str, Finder]] = STEPS) -> CleanText:
    """Apply the steps in order, again and again until none finds anything: cleaning a clean text changes nothing.

    The steps are those of `repairs.STEPS` unless given.
    """
    changes: Counter[str] = Counter()
    chosen = tuple(steps)
    for _ in range(_MAX_ROUNDS):
        before = text
        for name, find in chosen:
            edits = [edit for edit in find(text) if text[edit[0] : edit[1]] != edit[2]]
            if edits:
                changes[name] += len(edits)
                text = _apply(text, edits)
        if text == before:
            break
    return CleanText(text, tuple(sorted(changes.items())))


def _apply(text: str, edits: list[Edit]) -> str:
    """Edits are in order and do not overlap."""
    parts: list[str] = []
    position = 0
    for start, end, replacement in edits:
        parts += [text[position:start], replacement]
        position = end
    return "".join([*parts, text[position:]])
