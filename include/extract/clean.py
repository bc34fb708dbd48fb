"""Clean a text and remember, for each character, where it stood before."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Edit = tuple[int, int, str]  # start, end, what stands there instead
_MAX_ROUNDS = 8

_SPACES = re.compile(r"[\t\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]|\r(?!\n)")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff]|\r(?=\n)")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
# Joiners carry meaning in Indic and Arabic words and in emoji, and nowhere else.
_STRAY_JOINER = re.compile(
    r"(?<![\u0600-\u06ff\u0700-\u08ff\u0900-\u0dff\u1000-\u109f\U0001F000-\U0001FAFF\u2600-\u27bf\ufe0f])[\u200c\u200d]"
    r"|[\u200c\u200d](?![\u0600-\u06ff\u0700-\u08ff\u0900-\u0dff\u1000-\u109f\U0001F000-\U0001FAFF\u2600-\u27bf])"
)
_RUN_OF_SPACES = re.compile(r" {2,}")
_SPACE_AT_EDGE = re.compile(r"(?m)^ +| +$")
_BLANK_LINES = re.compile(r"\n{3,}")
_EDGES = re.compile(r"\A\s+|\s+\Z")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text with its way back. `offsets[i]` is where character i of `text` stood in the source text."""

    text: str
    offsets: array[int]
    changes: tuple[tuple[str, int], ...] = ()  # (what was changed, how often)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source text that `text[start:end]` was made from. An empty span maps to an empty one."""
        if start >= end:
            position = self.offsets[start] if start < len(self.offsets) else self.offsets[-1] + 1 if self.offsets else 0
            return position, position
        return self.offsets[start], self.offsets[end - 1] + 1


def clean_text(text: str, steps: Iterable[tuple[str, Callable[[str], Iterator[Edit]]]] | None = None) -> CleanText:
    """Apply the steps until none of them finds anything more, so that cleaning a clean text changes nothing."""
    offsets = array("l", range(len(text)))
    changes: Counter[str] = Counter()
    chosen = tuple(STEPS if steps is None else steps)
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
    """Edits are in order and do not overlap. A replacement is spread over what it replaces."""
    parts: list[str] = []
    mapped = array("l")
    position = 0
    for start, end, replacement in edits:
        parts += [text[position:start], replacement]
        mapped.extend(offsets[position:start])
        if replacement:
            source = offsets[start:end] or array("l", [offsets[start] if start < len(offsets) else len(offsets)])
            mapped.extend(source[min(index, len(source) - 1)] for index in range(len(replacement)))
        position = end
    parts.append(text[position:])
    mapped.extend(offsets[position:])
    return "".join(parts), mapped


def _replace(pattern: re.Pattern[str], replacement: str) -> Callable[[str], Iterator[Edit]]:
    def find(text: str) -> Iterator[Edit]:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), replacement

    return find


def find_denormal(text: str) -> Iterator[Edit]:
    """Stretches that Unicode's normal form C writes otherwise."""
    if unicodedata.is_normalized("NFC", text):
        return
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or _starts_afresh(text[index]):
            chunk = text[start:index]
            normal = unicodedata.normalize("NFC", chunk)
            if normal != chunk:
                yield start, index, normal
            start = index


def _starts_afresh(char: str) -> bool:
    """True where nothing before `char` can combine with it."""
    return char < "\u0300" or (
        not unicodedata.combining(char) and unicodedata.category(char)[0] != "M" and not "\u1160" <= char <= "\u11ff"
    )


STEPS: tuple[tuple[str, Callable[[str], Iterator[Edit]]], ...] = (
    ("control-characters", _replace(_CONTROL, "")),
    ("invisible-characters", _replace(_INVISIBLE, "")),
    ("stray-joiners", _replace(_STRAY_JOINER, "")),
    ("unicode-form", find_denormal),
    ("spaces", _replace(_SPACES, " ")),
    ("spaces", _replace(_RUN_OF_SPACES, " ")),
    ("spaces", _replace(_SPACE_AT_EDGE, "")),
    ("blank-lines", _replace(_BLANK_LINES, "\n\n")),
    ("edges", _replace(_EDGES, "")),
)
