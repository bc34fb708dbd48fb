"""Candidates for names that stand in no list, by script.

Scripts with capitals: runs of capitalised words. Others: transliteration marks, surname characters, given names that
we know, honorifics and posts beside them. A candidate is a span with a first guess; `mentions` decides.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from include.detect.lexicon import Hit, Lexicon
from include.detect.text import NormalText, fold_text, is_boundary, script_of
from include.knowledge.gazetteer import Names, load_names

# Runs of Latin or Cyrillic letters and digits; other scripts have their own readers.
_WORD = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ɏḀ-ỿ]+|[Ѐ-ԯ]+")
_JOINS = {" ", "-", "'", "’", " & ", "&", "+", ". ", "."}
BLOCKING = frozenset(
    [
        "role",
        "former",
        "acting",
        "honorifics",
        "pronouns",
        "org_refs",
        "not_names",
        "date:months",
        "date:weekdays",
        "date:relative",
        "trigger",
        "attribution",
        "official",
        "reported",
    ]
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be a name. `person` and `org` are evidence for either, 0 is none."""

    start: int
    end: int
    person: float
    org: float
    words: int
    listed: bool = False  # a part of it stands in a list of names


@cache
def folded_names(script: str, han_fold: bool) -> Names:
    """The name parts of a script in matching form."""
    names = load_names(script)
    fold = {
        key: frozenset(fold_text(value, han_fold) for value in getattr(names, key))
        for key in ("given", "surnames", "particles", "honorifics", "transliteration")
    }
    return Names(script, **fold)


def find_capitalised(text: NormalText, lexicon: Lexicon, blocked: dict[int, int]) -> Iterator[Candidate]:
    """Runs of capitalised words, cut at words that are no names. `blocked` maps start to end of such words."""
    words = [(m.start(), m.end()) for m in _WORD.finditer(text.norm)]
    names = folded_names("latin", False)
    # "e", "y" and "zu" are particles of a few names and stand between thousands of them
    particles = names.particles - lexicon.markers["and"] - lexicon.markers["to"]
    index = 0
    while index < len(words):
        start, end = words[index]
        if not _is_name_word(text, start, end, blocked):
            index += 1
            continue
        run = [(start, end)]
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
            if not length or gap != " ":
                break
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
        if following >= len(words) or text.fold[slice(*words[following - 1])] not in particles:
            return 0
        if text.norm[words[following - 1][1] : words[following][0]] not in (" ", "'", "’", "-"):
            return 0
        if _is_name_word(text, *words[following], blocked):
            return length + 1
    return 0


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
    inner = any(c.isupper() for c in word[1:])
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


_DOTTED = re.compile(r"[㐀-鿿]{1,8}(?:[·‧・･][㐀-鿿]{1,8}|[·‧・･][A-Z]\.?)+")
_KATAKANA = re.compile(r"[ァ-ヺー]{2,}(?:[·・･=＝゠][ァ-ヺー]{1,})+")
_KATAKANA_WORD = re.compile(r"[ァ-ヺー]{3,}")
_HAN_RUN = re.compile(r"[㐀-鿿]+")


def find_dotted(text: NormalText, cuts: frozenset[int], han_fold: bool) -> Iterator[Candidate]:
    """Transliterated names whose parts a dot joins: 米拉·穆拉蒂, サム・アルトマン.

    In Chinese nothing but the characters themselves and the words around (`cuts`) says where such a name ends:
    首席执行官马克·扎克伯格宣布.
    """
    given = folded_names("katakana", False).given
    for match in _KATAKANA.finditer(text.norm):
        known = re.split(r"[·・･=＝゠]", match.group())[0] in given
        yield Candidate(match.start(), match.end(), 3.0 if known else 1.3, 0.0, 2)
    usual = folded_names("han", han_fold).transliteration
    for match in _DOTTED.finditer(text.norm):
        first_dot = next(i for i in range(match.start(), match.end()) if not "㐀" <= text.norm[i] <= "鿿")
        last_dot = next(i for i in range(match.end() - 1, match.start(), -1) if text.norm[i] in "·‧・･")
        start = max((c for c in cuts if match.start() <= c < first_dot), default=match.start())
        start = max(start, first_dot - 5)
        while start < first_dot - 1 and usual and text.fold[start] not in usual:
            start += 1
        limit = min((c for c in cuts if last_dot + 2 <= c <= match.end()), default=match.end())
        end = last_dot + 1
        while end < limit and (not usual or text.fold[end] in usual or end == last_dot + 1) and end - last_dot <= 7:
            end += 1
        yield Candidate(start, end, 3.0, 0.0, 2)


def find_han_names(
    text: NormalText,
    cuts: frozenset[int],
    covered: bytearray,
    anchors: frozenset[int],
    han_fold: bool,
    small_words: frozenset[str],
) -> Iterator[Candidate]:
    """Chinese names between two places where a word is known to end or begin (`cuts`).

    `covered` marks characters of known words: 董事会 and 任行长 begin with surnames and are none. Right after a post
    (`anchors`) the end of a name need not be marked: 联合创始人霍启明率先出走.
    """
    names = folded_names("han", han_fold)
    order = sorted(cuts)
    for match in _HAN_RUN.finditer(text.norm):
        edges = sorted({match.start(), match.end(), *_inside(order, match.start(), match.end())})
        edge_set = set(edges)
        for start in edges:
            if start < match.end() and not covered[start]:
                yield from _han_at(text, start, edge_set, names, match.end(), covered, start in anchors, small_words)


def _inside(order: list[int], start: int, end: int) -> list[int]:
    return order[bisect_right(order, start) : bisect_left(order, end)]


def _han_at(
    text: NormalText,
    start: int,
    edges: set[int],
    names: Names,
    limit: int,
    covered: bytearray,
    anchored: bool,
    small_words: frozenset[str],
) -> Iterator[Candidate]:
    fold = text.fold
    compound = fold[start : start + 2] in names.surnames
    single = fold[start : start + 1] in names.surnames
    for length in (3, 4, 2):
        end = start + length
        if end > limit or any(covered[start:end]):
            continue
        if length == 3 and not compound and fold[end - 1] in small_words and end - 1 in edges:
            continue  # 行长刘金因个人理由: the name ends before 因
        given = fold[start + (2 if compound and length > 2 else 1) : end]
        good = sum(c in names.given for c in given)
        open_end = end not in edges
        if open_end and not (anchored and good == len(given)):
            continue
        if (
            (compound and length in (3, 4))
            or (single and length in (2, 3))
            or (anchored and not open_end and length <= 3)
        ):
            sure = 0.1 + 1.0 * good / max(1, len(given)) + (0.2 if length == 3 else 0.0) - 0.2 * open_end
            yield Candidate(start, end, sure, 0.0, 2)
            return
    for end in sorted(e for e in edges if start + 2 <= e <= start + 7):
        if all(c in names.transliteration for c in fold[start:end]) and not any(covered[start:end]):
            yield Candidate(start, end, 0.3 + 0.2 * (end - start), 0.3, 1)
            return


_KANJI = re.compile(r"[㐀-鿿々ヶ]+")


def find_kanji_names(
    text: NormalText, cuts: frozenset[int], covered: bytearray, titles: frozenset[int]
) -> Iterator[Candidate]:
    """Japanese names in kanji: before 氏 or a post (`titles` are the starts of those), or by a family name we know."""
    names = folded_names("kanji", False)
    order = sorted(cuts | titles)
    for match in _KANJI.finditer(text.norm):
        start, end = match.span()
        spots = sorted({start, end, *_inside(order, start, end)})
        taken = -1
        for begin in spots:
            if begin < taken or begin >= end or covered[begin]:
                continue
            for stop in reversed([x for x in spots if begin + 1 < x <= begin + 6]):
                sure = _judge_kanji(
                    text, begin, stop, covered, names, stop in titles or _title_follows(text, stop, names)
                )
                if sure:
                    yield Candidate(begin, stop, sure, 0.0, 2)
                    taken = stop
                    break


def _title_follows(text: NormalText, at: int, names: Names) -> bool:
    return any(text.fold.startswith(h, at) for h in names.honorifics)


def _judge_kanji(text: NormalText, start: int, end: int, covered: bytearray, names: Names, titled: bool) -> float:
    if any(covered[start:end]):
        return 0.0
    word = text.fold[start:end]
    family = next((n for n in (3, 2, 1) if word[:n] in names.surnames), 0)
    given = word[family:]
    good = bool(given) and all(c in names.given for c in given)
    if _title_follows(text, end, names) and len(word) <= 5:
        return 2.5 if family else 1.4
    if titled and family:
        return 2.0 if good or not given else 1.2
    if family >= 2 and 1 <= len(given) <= 3 and good:
        return 1.5
    if family == 1 and len(given) == 2 and good:
        return 1.0
    chinese = folded_names("han", False)
    return (
        0.9
        if word[0] in chinese.surnames and len(word) in (2, 3) and all(c in chinese.given for c in word[1:])
        else 0.0
    )


def find_katakana_words(text: NormalText) -> Iterator[Candidate]:
    """Single katakana words that a list of names knows."""
    names = folded_names("katakana", False)
    for match in _KATAKANA_WORD.finditer(text.norm):
        word = text.fold[match.start() : match.end()]
        if word in names.given or word in names.surnames:
            yield Candidate(match.start(), match.end(), 1.0, 0.2, 1)


_TOKEN = {
    "arabic": re.compile(r"[ء-ٟٱ-ە]+"),
    "devanagari": re.compile(r"[ऀ-ॣॲ-ॿ]+"),
    "hangul": re.compile(r"[가-힣]+"),
    "thai": re.compile(r"[ก-๎]+"),
}


def find_listed(text: NormalText, script: str, lexicon: Lexicon, blocked: dict[int, int]) -> Iterator[Candidate]:
    """Runs of words around a given name that we know, in scripts without capitals (Arabic, Devanagari, Thai)."""
    names = folded_names(script, False)
    words = [(m.start(), m.end()) for m in _TOKEN[script].finditer(text.norm)]
    index = 0
    while index < len(words):
        start, end = words[index]
        word = text.fold[start:end]
        offset = _glued_honorific(word, names.honorifics)
        if offset:
            start, word = start + offset, word[offset:]
        glued = _clitic_length(word, lexicon, names)
        known = word in names.given or word[glued:] in names.given
        if not known and index + 1 < len(words) and text.norm[end : words[index + 1][0]] == " " and script != "thai":
            known = text.fold[slice(*words[index + 1])] in names.surnames and word not in lexicon.words["not_names"]
        if blocked.get(start, 0) >= end or not (known or offset):
            index += 1
            continue
        run_end, count = end, 1
        while index + count < len(words) and count < 4:
            following = words[index + count]
            gap = text.norm[words[index + count - 1][1] : following[0]]
            if gap not in (" ", "-", "·", ". ") or blocked.get(following[0], 0) >= following[1]:
                break
            next_word = text.fold[slice(*following)]
            if next_word in lexicon.words["not_names"]:
                break
            if script == "thai" and count >= 1 and len(next_word) > 14:
                break
            known_part = next_word in names.given or next_word in names.surnames or next_word in names.particles
            if count >= 2 and not known_part and text.fold[slice(*words[index + count - 1])] not in names.particles:
                break
            run_end = following[1]
            count += 1
            if script == "thai" and count == 2:
                break
        first = 0 if word in names.given or word[glued:] not in names.given else glued
        sure = 2.0 if count > 1 else 0.7
        yield Candidate(start + first, run_end, sure + (1.0 if offset else 0.0), 0.0, count)
        index += count


_QUOTED = re.compile(r"[\"“‘'«”]([^\"“”‘’'«»\d]{4,40})[\"”’'»“]")


def find_anchored(text: NormalText, script: str, lexicon: Lexicon, hits: list[Hit]) -> Iterator[Candidate]:
    """Two or three unknown words right after a post or an honorific, or alone in quotes (Arabic, Devanagari, Thai)."""
    names = folded_names(script, False)
    taken = {
        h.start: h.end
        for h in hits
        if h.end - h.start > 1 and h.entry.category not in ("org_before", "org_after", "and")
    }
    longest = 3 if script == "arabic" else 2
    for hit in hits:
        if hit.entry.category not in ("role", "honorifics", "role_modifiers"):
            continue
        run = _unknown_words(text, script, hit.end, taken, lexicon, longest)
        if len(run) >= 2:
            sure = 1.3 if text.fold[slice(*run[-1])] in names.surnames else 0.5
            yield Candidate(run[0][0], run[-1][1], sure, 0.0, len(run))
    for match in _QUOTED.finditer(text.norm):
        words = match.group(1).split()
        inside = any(match.start(1) <= start < match.end(1) for start in taken)
        if 2 <= len(words) <= 3 and not inside and script_of(match.group(1)[0]) in (3, 4, 6):
            yield Candidate(match.start(1), match.end(1), 0.9, 0.5, len(words))


def _unknown_words(
    text: NormalText, script: str, start: int, taken: dict[int, int], lexicon: Lexicon, longest: int
) -> list[tuple[int, int]]:
    """Up to `longest` words from an offset on that no phrase of the pack covers; a glued phrase cuts a word short."""
    run: list[tuple[int, int]] = []
    at = start
    for match in _TOKEN[script].finditer(text.norm, start, min(len(text.norm), start + 60)):
        gap = text.norm[at : match.start()]
        if (gap.strip(" \"“'«") if not run else gap not in (" ", "-")) or match.start() in taken or len(run) == longest:
            break
        word = text.fold[match.start() : match.end()]
        if word in lexicon.words["not_names"] or len(word) < 2:
            break
        cut = (
            min((h for h in taken if match.start() < h < match.end()), default=match.end())
            if script == "thai"
            else match.end()
        )
        run.append((match.start(), cut))
        at = match.end()
        if cut < match.end():
            break
    return run


def _glued_honorific(word: str, honorifics: frozenset[str]) -> int:
    return max(
        (len(h) for h in honorifics if word.startswith(h) and len(word) > len(h) + 1 and script_of(h[0]) == 6),
        default=0,
    )


def _clitic_length(word: str, lexicon: Lexicon, names: Names) -> int:
    for clitic in lexicon.pack.words["clitics"]:
        if word.startswith(clitic) and word[len(clitic) :] in names.given:
            return len(clitic)
    return 0


def find_hangul_names(text: NormalText, lexicon: Lexicon, hits: list[Hit]) -> Iterator[Candidate]:
    """Korean names before a post, an honorific or a particle; transliterated ones by their given name."""
    names = folded_names("hangul", False)
    role_starts = {hit.start for hit in hits if hit.entry.category in ("role", "honorifics", "org_refs")}
    role_words = {start for start, end in _hangul_words(text) if any(start < r < end for r in role_starts)}
    blocked = {hit.start: hit.end for hit in hits if hit.entry.category in BLOCKING and hit.end - hit.start > 1}
    words = _hangul_words(text)
    for index, (start, end) in enumerate(words):
        if start in blocked:
            continue
        word = text.fold[start:end]
        stem = _strip_particle(word, lexicon)
        followed = (
            any(end + gap in role_starts for gap in (0, 1))
            or end + 1 in role_words
            or any(start + cut in role_starts for cut in (2, 3, 4))
        )
        if word in names.given and index + 1 < len(words) and text.norm[end : words[index + 1][0]] == " ":
            next_start, next_end = words[index + 1]
            if next_start not in blocked:
                tail = _strip_particle(text.fold[next_start:next_end], lexicon)
                if len(tail) == 2 and tail[1:] in lexicon.markers["subject"]:
                    tail = tail[:1]
                yield Candidate(start, next_start + len(tail), 2.2, 0.0, 2)
                continue
        after_role = any(h.end == start - 1 and h.entry.category == "role" for h in hits_before(hits, start))
        for cut in (4, 3, 2):
            if len(stem) == cut or (followed and start + cut in role_starts and len(word) > cut):
                name = word[:cut]
                surname = name[:2] in names.surnames and cut == 4 or name[:1] in names.surnames and cut in (2, 3)
                if not surname:
                    continue
                known = name[1:] in names.given or name[2:] in names.given
                score = (0.9 if followed or after_role else 0.0) + (1.2 if known else 0.4) + (0.4 if cut == 3 else -0.4)
                if score >= 1.2:
                    yield Candidate(start, start + cut, score, 0.0, 2)
                break


def _hangul_words(text: NormalText) -> list[tuple[int, int]]:
    return [(m.start(), m.end()) for m in _TOKEN["hangul"].finditer(text.norm)]


def hits_before(hits: list[Hit], start: int) -> list[Hit]:
    """Hits that begin in the 24 characters before an offset. Hits are sorted by start."""
    last = bisect_left(hits, start, key=lambda hit: hit.start)
    first = bisect_left(hits, start - 24, key=lambda hit: hit.start)
    return hits[first:last]


def _strip_particle(word: str, lexicon: Lexicon) -> str:
    for kind in ("object", "subject", "from", "to", "at", "by", "and", "as"):
        for marker in lexicon.marker_lists[kind]:
            if word.endswith(marker) and len(word) - len(marker) >= 2:
                return word[: -len(marker)]
    return word


__all__ = [
    "BLOCKING", "Candidate", "find_capitalised", "find_dotted", "find_han_names", "find_hangul_names",
    "find_katakana_words", "find_listed", "folded_names", "is_boundary",
]  # fmt: skip
