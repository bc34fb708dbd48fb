"""Whether an unlisted name is a person's or an organisation's: a linear model over its looks and surroundings."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from include.detect.linear import score
from include.detect.names import Candidate
from include.detect.sides import find_marks
from include.detect.text import script_of

if TYPE_CHECKING:
    from include.detect.reading import Reading

_SCRIPTS = {1: "latin", 2: "cyrillic", 3: "arabic", 4: "devanagari", 5: "hangul", 6: "thai", 7: "han", 8: "kana"}
_FLOOR = 0.02  # added to the chances by the encoder
_NEAR = 26  # characters beside a name in which a trigger says something of it
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def name_features(reading: Reading, candidate: Candidate, around: dict[str, float]) -> dict[str, float]:
    """What speaks for a person (positive weights) or an organisation (negative ones)."""
    text, pack = reading.text, reading.lexicon.pack
    start, end = candidate.start, candidate.end
    script = _SCRIPTS.get(script_of(text.norm[start]), "other")
    words = [text.fold[m.start() : m.end()] for m in _WORD.finditer(text.norm, start, end)] or [text.fold[start:end]]
    count = min(len(words), 4)
    listed = candidate.listed
    names = {
        "bias",
        f"{script}|words={count}|listed={listed}",
        f"person={round(candidate.person * 2) / 2}|listed={listed}",
        f"org={round(candidate.org * 2) / 2}",
        f"upper={text.norm[start:end].isupper() and end - start > 1}",
        f"digit={any(c.isdigit() for c in text.norm[start:end])}",
        f"first={script}|{words[0][:2] if script == 'han' else ''}|len={min(end - start, 8) if not pack.spaces else 0}",
        f"article={_article_before(reading, start)}|listed={listed}",
        f"bracket={_bracket_after(reading, end)}|listed={listed}",
        *_echoes(reading, words, start, end),
        *_triggers(reading, start, end),
    }
    for name, value in around.items():
        if value:
            names |= {name, f"{name}|listed={listed}", f"{name}|{pack.order}"}
    for mark in find_marks(text.fold, start, end, reading.lexicon) or {"none": True}:
        names |= {f"mark={mark}|{pack.adpositions}", f"mark={mark}|listed={listed}"}
    if reading.words:
        kinds = [word.kind for word in reading.words.inside(start, end)]
        names.add(f"kinds={'+'.join(kinds[:2])}|more={len(kinds) > 2}|last={kinds[-1]}")
        names.add(f"fit={reading.words.fit(start, end)}|guess={(start, end) in reading.words.names}")
    if script in ("latin", "cyrillic"):
        names.add(f"tail={words[-1][-4:]}")
    features = dict.fromkeys(names, 1.0)
    written = reading.written.judge(start, end) if reading.written else None
    if written:
        features["written"] = math.log((written[0] + _FLOOR) / (written[1] + _FLOOR))
        features[f"written={round(features['written'])}|listed={listed}"] = 1.0
    return features


def judge_name(features: dict[str, float]) -> float:
    """Log-odds of being a person rather than an organisation."""
    return score("name", features)


def _article_before(reading: Reading, start: int) -> bool:
    before = reading.text.fold[max(0, start - 8) : start].rstrip(" \"'«“„").split()
    return bool(before) and before[-1] in reading.lexicon.words["articles"]


def _bracket_after(reading: Reading, end: int) -> str:
    """What stands in brackets right after: an acronym (of an organisation), a number (an age), other words."""
    match = re.match(r"\s?[(（]\s?([^()（）]{1,24})[)）]", reading.text.norm[end : end + 30])
    if not match:
        return "none"
    inside = match.group(1)
    return "number" if inside.strip().isdigit() else "acronym" if inside.isupper() and len(inside) <= 8 else "words"


def _echoes(reading: Reading, words: list[str], start: int, end: int) -> set[str]:
    """How the text comes back to a name: by its last word alone (a surname), its first, or the whole of it."""
    fold = reading.text.fold
    whole = fold[start:end]
    found = {f"whole={min(reading.count(whole) - 1, 2)}"}
    if len(words) > 1:
        for place, word in (("first", words[0]), ("last", words[-1])):
            alone = reading.count(word) - reading.count(whole) if len(word) > 2 else 0
            found.add(f"echo={place}|{alone > 0}")
    return found


def _triggers(reading: Reading, start: int, end: int) -> set[str]:
    """Classes of the triggers right before and after: "X resigned", "Y hires"."""
    found = set()
    for hit in reading.hits_in(end, end + _NEAR, "trigger")[:1]:
        found.add(f"before {hit.entry.value.trigger_class}|{reading.lexicon.pack.order}")
    for hit in reading.hits_in(start - _NEAR, start, "trigger")[-1:]:
        found.add(f"after {hit.entry.value.trigger_class}|{reading.lexicon.pack.order}")
    for hit in reading.hits_in(end, end + 14, "attribution", "official")[:1]:
        found.add(f"speaks {hit.entry.category}")
    return found
