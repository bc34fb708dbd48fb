"""Clean a text and remember, for each character, where it stood before."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from include.extract.repairs import STEPS, Edit, Finder

_MAX_ROUNDS = 10  # one round is usual, two where a repair uncovers another


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text with its way back. `offsets[i]` is where character i of `text` stood in the source text."""

    text: str
    offsets: array[int]
    changes: tuple[tuple[str, int], ...] = ()  # (what was changed, how often)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source text that `text[start:end]` was made from; an empty span gives an empty one."""
        if start >= end:
            last = self.offsets[-1] + 1 if self.offsets else 0
            position = self.offsets[start] if start < len(self.offsets) else last
            return position, position
        return self.offsets[start], self.offsets[end - 1] + 1


def clean_text(text: str, steps: Iterable[tuple[str, Finder]] = STEPS) -> CleanText:
    """Apply the steps in order, again and again until none finds anything: cleaning a clean text changes nothing.

    The steps are those of `repairs.STEPS` unless given.
    """
    offsets = array("l", range(len(text)))
    changes: Counter[str] = Counter()
    chosen = tuple(steps)
    for _ in range(_MAX_ROUNDS):
        before = text
        for name, find in chosen:
            edits = [edit for edit in find(text) if text[edit[0] : edit[1]] != edit[2]]
            if edits:
                changes[name] += len(edits)
                text, offsets = _apply(text, offsets, edits)
        if text == before:
            break
    return CleanText(text, offsets, tuple(sorted(changes.items())))


def _apply(text: str, offsets: array[int], edits: list[Edit]) -> tuple[str, array[int]]:
    """Edits are in order and do not overlap. A replacement is spread over what it replaces, an insertion belongs
    to the character before it."""
    parts: list[str] = []
    mapped = array("l")
    position = 0
    for start, end, replacement in edits:
        parts += [text[position:start], replacement]
        mapped.extend(offsets[position:start])
        source = offsets[start:end] or offsets[max(0, start - 1) : start] or array("l", [0])
        mapped.extend(source[min(index, len(source) - 1)] for index in range(len(replacement)))
        position = end
    parts.append(text[position:])
    mapped.extend(offsets[position:])
    return "".join(parts), mapped
