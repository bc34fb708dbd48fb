"""Korean names, and foreign ones in Hangul."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from include.detect.lexicon import Hit, Lexicon
from include.detect.names.candidate import BLOCKING, Candidate, folded_names
from include.detect.text import NormalText
from include.knowledge.gazetteer import Names

_WORD = re.compile(r"[가-힣]+")
# Forms of "to be" are glued to a name as particles are: 루카 베르가모다, 최진호였다.
_COPULA = ("이었다", "입니다", "였다", "이다", "이며", "이고", "이자", "라고", "다", "며")
# Foreign names come with vowels that Korean words hardly have after these consonants, or begin with ㄹ.
_FOREIGN = re.compile(r"(?<![가-힣])[라-맇]|[르트프브드크츠즈흐므퍼셰쉬슈쥬뒤뤼웨웰젠]")
_HANJA = re.compile(r"((?:[가-힣]{1,4}(?<![한는은인의된던]) )?[가-힣]{2,5})\s?[(（\[]([㐀-鿿]{2,4})[)）\]]")


@dataclass(frozen=True, slots=True)
class _Page:
    """A text with what stands where."""

    text: NormalText
    lexicon: Lexicon
    names: Names
    words: list[tuple[int, int]]
    roles: frozenset[int]  # starts of posts, honorifics and references
    role_words: frozenset[int]  # starts of words that hold one of them: 전략|본부장
    role_ends: frozenset[int]
    starts: frozenset[int]  # of all phrases
    blocked: dict[int, int]


def find_hangul_names(text: NormalText, lexicon: Lexicon, hits: list[Hit]) -> Iterator[Candidate]:
    """Korean names before a post, an honorific or a particle; foreign ones by their given name or their looks."""
    words = [match.span() for match in _WORD.finditer(text.norm)]
    roles = sorted(hit.start for hit in hits if hit.entry.category in ("role", "honorifics", "org_refs"))
    page = _Page(
        text,
        lexicon,
        folded_names("hangul", False),
        words,
        frozenset(roles),
        frozenset(start for start, end in words if bisect_left(roles, start + 1) < bisect_left(roles, end)),
        frozenset(hit.end for hit in hits if hit.entry.category in ("role", "former", "role_modifiers")),
        frozenset(hit.start for hit in hits),
        {hit.start: hit.end for hit in hits if hit.entry.category in BLOCKING and hit.end - hit.start > 1},
    )
    for index, (start, _) in enumerate(words):
        if start not in page.blocked:
            candidate = _known_foreign(page, index) or _native_name(page, index) or _looks_foreign(page, index)
            if candidate:
                yield candidate
    for match in _HANJA.finditer(text.norm):
        yield Candidate(match.start(1), match.end(1), 2.0, 0.0, 2)  # 셰위안[谢源], 와타리 고이치[渡浩一]


def _pair(page: _Page, index: int) -> tuple[int, int, str, str] | None:
    """A word and the next: start of both, the first, and the second without what is glued to it."""
    text, words = page.text, page.words
    if index + 1 >= len(words):
        return None
    (start, end), (next_start, next_end) = words[index], words[index + 1]
    if text.norm[end:next_start] != " " or next_start in page.blocked:
        return None
    return start, next_start, text.fold[start:end], _bare(text.fold[next_start:next_end], page)


def _known_foreign(page: _Page, index: int) -> Candidate | None:
    """A given name that we know and the word after it: 마이크 록웰."""
    if page.text.fold[slice(*page.words[index])] not in page.names.given:
        return None
    pair = _pair(page, index)
    if pair is None:
        return None
    start, next_start, first, tail = pair
    # 주권 is a Korean given name too, and no family name follows those: 주권 갖춘 나라
    native = len(first) == 2 and len(tail) == 2 and not _FOREIGN.search(f"{first} {tail}")
    return Candidate(start, next_start + len(tail), 0.6 if native else 2.2, 0.0, 2)


def _looks_foreign(page: _Page, index: int) -> Candidate | None:
    """Two words that look foreign beside a post or an origin: 연구원 리아 가이, 루마니아 출신 라두 이오네스쿠."""
    pair = _pair(page, index) if page.words[index][0] not in page.starts else None
    if pair is None:
        return None
    start, next_start, first, tail = pair
    stop = next_start + len(tail)
    if next_start in page.starts or len(first) < 2 or (len(tail) < 2 and stop + 1 not in page.roles):
        return None
    if strip_particle(first, page.lexicon) != first:
        return None  # 고다현이 넥슨게임즈로: the first word is a name with its particle
    beside = start - 1 in page.role_ends or stop + 1 in page.roles or _says_origin(page.text.fold, start)
    if beside and (_FOREIGN.search(first) or _FOREIGN.search(tail)):
        return Candidate(start, stop, 0.9, 0.3, 2)
    return None


def _says_origin(fold: str, start: int) -> bool:
    """Whether the word before says where somebody comes from: 이탈리아인, 루마니아 출신, 인도계."""
    before = fold[max(0, start - 6) : start].rstrip()
    return before.endswith(("인", "출신", "출신의", "계", "국적의"))


def _native_name(page: _Page, index: int) -> Candidate | None:
    """A family name of one syllable or two, and a given name of one or two."""
    text, names = page.text, page.names
    start, end = page.words[index]
    word = text.fold[start:end]
    stem = strip_particle(word, page.lexicon)
    followed = (
        any(end + gap in page.roles for gap in (0, 1))
        or end + 1 in page.role_words
        or any(start + cut in page.roles for cut in (2, 3, 4))
    )
    after_role = start - 1 in page.role_ends
    for cut in (4, 3, 2):
        bare = cut in (len(stem), len(word)) or (cut == 3 and word[3:] in _COPULA and agrees(word[:3], word[3:]))
        if not bare and not (followed and start + cut in page.roles and len(word) > cut):
            continue
        name = word[:cut]
        if not ((name[:2] in names.surnames and cut in (3, 4)) or name[:1] in names.surnames and cut in (2, 3)):
            continue
        known = name[1:] in names.given or name[2:] in names.given
        score = (0.9 if followed or after_role else 0.0) + (1.2 if known else 0.4) + (0.4 if cut == 3 else -0.4)
        return Candidate(start, start + cut, round(score, 2), 0.0, 2) if score >= 1.2 else None
    return None


def _bare(word: str, page: _Page) -> str:
    """A family name without what is glued to it; one of a single syllable too: 제니퍼 강을."""
    if len(word) > 2 and _takes_particle(word, page):
        return word
    for ending in _COPULA:
        if word.endswith(ending) and len(word) - len(ending) >= 2 and agrees(word[: -len(ending)], ending):
            return word[: -len(ending)]
    stem = strip_particle(word, page.lexicon)
    if word.endswith("의"):
        stem = strip_particle(stem, page.lexicon)  # 페테르 너지와의
    if len(stem) == 2 and stem[:1] in page.names.surnames:
        particles = (*page.lexicon.marker_lists["object"], *page.lexicon.marker_lists["subject"])
        return stem[:1] if stem[1:] in particles and agrees(stem[:1], stem[1:]) else stem
    return stem


def _takes_particle(word: str, page: _Page) -> bool:
    """Whether the text has a word before a post, or with a particle: its own end is none. 클린스만 감독, 클린스만은."""
    text = page.text.fold
    particles = (*page.lexicon.marker_lists["subject"], *page.lexicon.marker_lists["object"])
    told_of = word.endswith(particles)  # 쿡은 최고경영자로: what is said of him may begin with a post
    return any(
        (end - start == len(word) and end + 1 in page.roles and not told_of)
        or (text[start + len(word) : end] in particles and agrees(word, text[start + len(word) : end]))
        for start, end in page.words
        if text.startswith(word, start)
    )


def strip_particle(word: str, lexicon: Lexicon) -> str:
    """A word without the particle at its end, if two syllables are left."""
    for particle in _by_last(tuple(lexicon.marker_lists[kind] for kind in _PARTICLES)).get(word[-1], ()):
        stem = word[: -len(particle)]
        if len(stem) >= 2 and word.endswith(particle) and agrees(stem, particle):
            return stem
    return word


_PARTICLES = ("object", "subject", "from", "to", "at", "by", "and", "as")


@lru_cache(maxsize=4)
def _by_last(groups: tuple[tuple[str, ...], ...]) -> dict[str, list[str]]:
    """Particles by their last syllable, in their order."""
    found: dict[str, list[str]] = {}
    for particle in dict.fromkeys(particle for group in groups for particle in group):
        found.setdefault(particle[-1], []).append(particle)
    return found


_AFTER_CONSONANT = ("은", "이", "을", "과", "으")  # first syllables of the forms that follow a final consonant
_AFTER_VOWEL = ("는", "가", "를", "와", "랑", "다", "며", "였", "라고")


def agrees(stem: str, ending: str) -> bool:
    """Whether an ending has the form that the last sound of a word asks for: 르메이|다, but not 르메|이다."""
    last = ord(stem[-1:] or " ") - 0xAC00
    if not 0 <= last < 11172:
        return True
    final = last % 28
    if ending.startswith(_AFTER_CONSONANT):
        return final != 0
    if ending.startswith("로"):
        return final in (0, 8)  # nothing or ㄹ
    return final == 0 if ending.startswith(_AFTER_VOWEL) else True
