"""Names in Arabic and Devanagari: words that lists of names know, and unknown ones beside posts and in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from include.detect.lexicon import Hit, Lexicon
from include.detect.names.candidate import Candidate, folded_names
from include.detect.text import NormalText, script_of
from include.knowledge.gazetteer import Names

_TOKEN = {
    "arabic": re.compile(r"[ء-ٟٱ-ە]+"),
    "devanagari": re.compile(r"[ऀ-ॣॲ-ॿ]+"),
}


def find_spaced_names(
    text: NormalText, script: str, lexicon: Lexicon, blocked: dict[int, int], hits: list[Hit]
) -> Iterator[Candidate]:
    """Names by a given name that we know, and where there is none, unknown words where a name must stand."""
    taken: set[int] = set()
    for candidate in _find_listed(text, script, lexicon, blocked, hits):
        taken.update(range(candidate.start, candidate.end))
        yield candidate
    for candidate in _find_anchored(text, script, lexicon, hits):
        if taken.isdisjoint(range(candidate.start, candidate.end)):
            yield candidate


def _find_listed(
    text: NormalText, script: str, lexicon: Lexicon, blocked: dict[int, int], hits: list[Hit]
) -> Iterator[Candidate]:
    """Runs of words around a given name that we know, in scripts without capitals (Arabic, Devanagari)."""
    names = folded_names(script, False)
    words = [(m.start(), m.end()) for m in _TOKEN[script].finditer(text.norm)]
    trades = {hit.start: hit.end for hit in hits if hit.entry.category == "role"} if script == "arabic" else {}
    index = 0
    while index < len(words):
        start, end = words[index]
        word = text.fold[start:end]
        glued = _clitic_length(word, lexicon, names)
        known = (word in names.given or word[glued:] in names.given) and text.norm[start:end] not in _PREPOSITIONS
        if not known and index + 1 < len(words) and text.norm[end : words[index + 1][0]] == " ":
            known = text.fold[slice(*words[index + 1])] in names.surnames and word not in lexicon.words["not_names"]
        if _is_blocked(text, blocked, start, end) or not known:
            index += 1
            continue
        run_end, count = end, 1
        while index + count < len(words) and count < 4:
            following = words[index + count]
            gap = text.norm[words[index + count - 1][1] : following[0]]
            next_word = text.fold[slice(*following)]
            # مروان الطيار: a trade right after a given name is a family name, a post would have a comma
            trade = count == 1 and trades.get(following[0]) == following[1] and next_word.startswith("ال")
            if gap not in (" ", "-", "·", ". ") or (_is_blocked(text, blocked, *following) and not trade):
                break
            if next_word in lexicon.words["not_names"] and not trade:
                break
            known_part = next_word in names.given or next_word in names.surnames or next_word in names.particles
            if count >= 2 and not known_part and text.fold[slice(*words[index + count - 1])] not in names.particles:
                break
            run_end = following[1]
            count += 1
        first = 0 if word in names.given or word[glued:] not in names.given else glued
        sure = 2.0 if count > 1 else 0.7
        yield Candidate(start + first, run_end, sure, 0.0, count)
        index += count


# Ali is written with ي; with ى the same letters are "on", and أنا is "I", not Anna.
_PREPOSITIONS = frozenset(("على", "إلى", "الى", "حتى", "متى", "أنا", "انا"))


def _is_blocked(text: NormalText, blocked: dict[int, int], start: int, end: int) -> bool:
    """Whether a word is a phrase of the pack, be it with "and" glued to it: وأعلن."""
    if blocked.get(start, 0) >= end:
        return True
    glued = text.fold[start] == "و" and text.fold[start:end] not in folded_names("arabic", False).given
    return glued and blocked.get(start + 1, 0) >= end


_QUOTED = re.compile(r"[\"“‘'«”]([^\"“”‘’'«»\d]{4,40})[\"”’'»“]")


def _find_anchored(text: NormalText, script: str, lexicon: Lexicon, hits: list[Hit]) -> Iterator[Candidate]:
    """Two or three unknown words right after a post or an honorific, or alone in quotes (Arabic, Devanagari)."""
    names = folded_names(script, False)
    taken = {
        h.start: h.end
        for h in hits
        if h.end - h.start > 1 and h.entry.category not in ("org_before", "org_after", "and")
    }
    longest = 3 if script == "arabic" else 2
    anchors = {h.end: 0.5 for h in hits if h.entry.category in ("role", "honorifics", "role_modifiers")}
    if script == "arabic":
        anchors |= dict.fromkeys(_grammatical_anchors(text, lexicon, hits), 0.9)
    for anchor, sure in anchors.items():
        run = _unknown_words(text, script, anchor, taken, lexicon, longest)
        while len(run) > 2 and text.fold.startswith("ال", run[0][0]):
            run = run[1:]  # رئيس قسم القلب|عصام البطاينة: the post goes on
        if sure > 0.5:
            run = run[:2] if len(run) >= 2 and _may_be_name(text, run) else []
        if len(run) >= 2:
            listed = text.fold[slice(*run[-1])] in names.surnames
            yield Candidate(run[0][0], run[-1][1], 1.3 if listed else sure, 0.0, len(run))
    for match in _QUOTED.finditer(text.norm):
        words = match.group(1).split()
        inside = any(match.start(1) <= start < match.end(1) for start in taken)
        if 2 <= len(words) <= 3 and not inside and script_of(match.group(1)[0]) in (3, 4):
            yield Candidate(match.start(1), match.end(1), 0.9, 0.5, len(words))


_NISBA = re.compile(r"\bال[ء-ي]{3,20}(?:ي|ية)(?= )")
_RELATIVE = re.compile(r"\b([ء-ي]{3,20}) ([ء-ي]{3,20})،? (?:الذي|التي|اللذين|اللتين) ")


def _grammatical_anchors(text: NormalText, lexicon: Lexicon, hits: list[Hit]) -> Iterator[int]:
    """Where Arabic grammar leaves nothing but a proper name to two words without the article.

    After a definite adjective of origin (الصربي ميلوش راديتش), as the subject after a verb of moving, and before a
    relative clause, whose antecedent is definite (بينيتا كولكارني التي تقود).
    """
    places = _beginnings(lexicon.words["places"])
    for match in _NISBA.finditer(text.norm):
        stem = text.fold[match.start() + 2 : match.end()].removesuffix("ة").removesuffix("ي")
        if stem in places:
            yield match.end()
    for hit in hits:
        if hit.entry.category == "trigger" and hit.entry.value.trigger_class in (
            "leave",
            "join",
            "return",
            "appointed",
        ):
            yield hit.end
    for match in _RELATIVE.finditer(text.norm):
        if not match.group(2).startswith("ال"):
            yield match.start() - 1 if match.start() else 0


@cache
def _beginnings(words: frozenset[str]) -> frozenset[str]:
    """The first three letters and more of every word: صرب of صربيا, from which الصربي is made."""
    return frozenset(word[:end] for word in words for end in range(3, len(word) + 1))


def _may_be_name(text: NormalText, run: list[tuple[int, int]]) -> bool:
    """Whether two words are neither a definite noun nor an indefinite one in the accusative with its adjective."""
    first, second = (text.fold[slice(*word)] for word in run[:2])
    if first.startswith(("ال", "لل", "بال", "وال")):
        return False
    return not (first.endswith("ا") and second.endswith("ا"))  # ميثاقا جديدا


def _unknown_words(
    text: NormalText, script: str, start: int, taken: dict[int, int], lexicon: Lexicon, longest: int
) -> list[tuple[int, int]]:
    """Up to `longest` words from an offset on that no phrase of the pack covers."""
    run: list[tuple[int, int]] = []
    at = start
    for match in _TOKEN[script].finditer(text.norm, start, min(len(text.norm), start + 60)):
        gap = text.norm[at : match.start()]
        if (gap.strip(" \"“'«") if not run else gap not in (" ", "-")) or len(run) == longest:
            break
        if match.start() in taken or _is_blocked(text, taken, *match.span()):
            break
        word = text.fold[match.start() : match.end()]
        if word in lexicon.words["not_names"] or len(word) < 2:
            break
        run.append(match.span())
        at = match.end()
    return run


def _clitic_length(word: str, lexicon: Lexicon, names: Names) -> int:
    for clitic in lexicon.pack.words["clitics"]:
        if word.startswith(clitic) and word[len(clitic) :] in names.given:
            return len(clitic)
    return 0
