"""Names in scripts with capitals: runs of capitalised words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.detect.lexicon import Lexicon
from include.detect.names.candidate import Candidate, folded_names
from include.detect.text import NormalText, script_of
from include.knowledge.gazetteer import Names

# Runs of Latin or Cyrillic letters and digits; other scripts have their own readers. An apostrophe is a letter of
# Cyrillic words (Дем'яненко) and of names between capitals (N'Diaye, Dell'Acqua); else it parts words (Koç'tan, l'Eni).
_LATIN = "A-Za-z0-9À-ÖØ-öø-ɏḀ-ỿ"
_WORD = re.compile(rf"[A-ZÀ-ÖØ-Þ][{_LATIN}]*['’ʼ](?=[A-ZÀ-ÖØ-Þ])[{_LATIN}]+|[{_LATIN}]+|[Ѐ-ԯ]+(?:['’ʼ][Ѐ-ԯ]+)*")
_JOINS = {" ", "-", "'", "’", " & ", "&", "+", ". ", "."}


def find_capitalised(text: NormalText, lexicon: Lexicon, blocked: dict[int, int]) -> Iterator[Candidate]:
    """Runs of capitalised words, cut at words that are no names. `blocked` maps start to end of such words."""
    words = [(m.start(), m.end()) for m in _WORD.finditer(text.norm)]
    names = folded_names("latin", False)
    # "e", "y" and "zu" are particles of a few names and stand between thousands of them
    particles = names.particles - lexicon.markers["and"] - lexicon.markers["to"]
    departures = lexicon.markers["from"]
    index = 0
    while index < len(words):
        start, end = words[index]
        if not _is_name_word(text, start, end, blocked):
            index += 1
            continue
        run, joined = [(start, end)], False
        index += 1
        while index < len(words):
            gap = text.norm[run[-1][1] : words[index][0]]
            if gap in _NICKNAME_OPENS and _is_nickname(text, words, index, blocked):
                run.extend(words[index : index + 2])
                index += 2
                continue
            if not _joins(text, run[-1], gap):
                break
            if _is_name_word(text, *words[index], blocked):
                run.append(words[index])
                index += 1
                continue
            length = _particle_run(text, words, index, particles, blocked)
            if not length or gap != " " or (joined and text.fold[slice(*words[index])] in departures):
                break  # "Judith von Löschwitz von Hengeler Mueller": the second one says where she comes from
            joined = True
            run.extend(words[index : index + length])
            index += length
        yield _judge_run(text, _without_place(text, run, lexicon, names))


def _without_place(
    text: NormalText, run: list[tuple[int, int]], lexicon: Lexicon, names: Names
) -> list[tuple[int, int]]:
    """A run without the place before a person's name: "Hàn Quốc Seo Dong-min", «Президент России Владимир Путин»."""
    places = lexicon.words["places"]
    for length in (2, 1):
        rest = run[length:]
        first = text.fold[run[0][0] : run[length - 1][1]] if rest else ""
        if len(rest) >= 2 and (first in places or is_inflected_place(first, lexicon)):
            following = text.fold[slice(*rest[0])]
            script = folded_names("cyrillic", False) if script_of(following[0]) == 2 else names
            if following in script.given or following in script.surnames:
                return rest
    return run


def is_inflected_place(key: str, lexicon: Lexicon) -> bool:
    """Whether a word is a place with an ending, in languages whose names take endings."""
    if not lexicon.pack.inflected_names or len(key) < 4:
        return False
    return any(key[:cut] in lexicon.words["places"] for cut in range(max(3, len(key) - 3), len(key)))


_NICKNAME_OPENS = frozenset((" (", ' "', " “", " «", " '", " ‘"))
_NICKNAME_CLOSES = frozenset((") ", '" ', "” ", "» ", "' ", "’ "))


def _is_nickname(text: NormalText, words: list[tuple[int, int]], index: int, blocked: dict[int, int]) -> bool:
    """A name in brackets or quotes between two words of a name: Yuhuai (Tony) Wu, Josefina "Josie" Tumbaga."""
    if index + 1 >= len(words) or text.norm[words[index][1] : words[index + 1][0]] not in _NICKNAME_CLOSES:
        return False
    return _is_name_word(text, *words[index], blocked) and _is_name_word(text, *words[index + 1], blocked)


def judge_rest(text: NormalText, start: int, end: int) -> Candidate | None:
    """What is left of a run of capitalised words without a known name: Jason Wei of "OpenAI Jason Wei"."""
    run = [(m.start(), m.end()) for m in _WORD.finditer(text.norm, start, end)]
    run = run if run and text.norm[run[0][0]].isupper() else run[1:]
    return _judge_run(text, run) if run else None


def _is_name_word(text: NormalText, start: int, end: int, blocked: dict[int, int]) -> bool:
    if blocked.get(start, 0) >= end:
        return False
    word = text.norm[start:end]
    if word[0].isupper():
        return not word.isdigit()
    # lower-case brands: xAI, iFlytek, eBay
    return len(word) > 2 and any(c.isupper() for c in word[1:3]) and word[0].isalpha()


def _joins(text: NormalText, previous: tuple[int, int], gap: str) -> bool:
    if gap not in _JOINS:
        return False
    length = previous[1] - previous[0]
    if gap.startswith("."):
        return length == 1 or (
            length <= 3 and gap == ". " and text.norm[previous[0] : previous[1]].istitle() and length < 3
        )
    if gap in ("'", "’"):
        return length <= 2
    return True


def _particle_run(
    text: NormalText, words: list[tuple[int, int]], index: int, particles: frozenset[str], blocked: dict[int, int]
) -> int:
    """Number of words to take when name particles and then a name word follow, else 0."""
    for length in (1, 2):
        following = index + length
        if following >= len(words):
            return 0
        if not _are_particles(text, words[index:following], particles):
            continue
        if text.norm[words[following - 1][1] : words[following][0]] not in (" ", "'", "’", "-"):
            return 0
        if _is_name_word(text, *words[following], blocked):
            return length + 1
    return 0


def _are_particles(text: NormalText, words: list[tuple[int, int]], particles: frozenset[str]) -> bool:
    """Whether words are particles of names, together or each by itself: "in 't" is one and "in" is none."""
    together = text.fold[words[0][0] : words[-1][1]]
    return together in particles or all(text.fold[slice(*word)] in particles for word in words)


def _judge_run(text: NormalText, run: list[tuple[int, int]]) -> Candidate:
    words = [text.norm[s:e] for s, e in run]
    folded = [text.fold[s:e] for s, e in run]
    script = "cyrillic" if script_of(words[0][0]) == 2 else "latin"
    names = folded_names(script, False)
    person = org = 0.0
    given = folded[0] in names.given or (script == "cyrillic" and _inflected_in(folded[0], names.given))
    if given:
        person += 2.0 if len(run) > 1 else 0.6
    if len(run) > 1 and (
        folded[-1] in names.surnames or (script == "cyrillic" and _inflected_in(folded[-1], names.surnames))
    ):
        person += 1.2
    if len(run) > 1 and folded[0] in names.surnames and not given:
        person += 0.8
    if not given and len(run) > 2 and folded[0] not in names.surnames:
        # "Direktur Kepatuhan Tito Hanggoro", «Верховній Раді Тарас Мельничук»: the name begins with the given name
        for index in range(1, len(run) - 1):
            word = folded[index]
            if word in names.given or (script == "cyrillic" and _inflected_in(word, names.given)):
                return _judge_run(text, run[index:])
    for word in words:
        org += _shape_says_org(word, len(run))
    if 2 <= len(run) <= 3:
        person += 0.8
    elif len(run) == 1:
        org += 0.3
    elif len(run) > 4:
        org += 0.4
    if " & " in text.norm[run[0][0] : run[-1][1]]:
        org += 3.0
    listed = given or (len(run) > 1 and person > 0.8)
    return Candidate(run[0][0], run[-1][1], person, org, len(run), listed)


def _shape_says_org(word: str, run_length: int) -> float:
    if any(c.isdigit() for c in word):
        return 2.0
    if word.isupper() and len(word) >= 2:
        return 1.6 if run_length == 1 or len(word) > 2 else 0.4
    inner = any(c.isupper() for part in re.split("['’ʼ]", word) for c in part[1:])  # N'Diaye has a capital behind one
    if inner and not re.match(r"(Mc|Mac|De|Di|La|Le|Van|O|D|Fitz|El|Al|Ben|Du|Da|Ni)[A-ZÀ-Þ]", word):
        return 1.8
    return 0.0


def _inflected_in(word: str, known: frozenset[str]) -> bool:
    """Whether a Slavic word is an inflected form of a known name: up to three letters of ending differ."""
    return any(
        word[:cut] in known or word[:cut] + tail in known
        for cut in range(max(3, len(word) - 3), len(word) + 1)
        for tail in ("", "а", "я", "й", "о", "ь", "ий", "ел")
    )
