"""Organisations in Chinese and Japanese that stand in no list: compounds of nouns.

A word of kind ends them (星海科技, 北浜銀行), or they stand where grammar puts an organisation: before a post
(味全龍總教練), after a word of going or coming (加盟京东方), at the head of a sentence that hires somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from include.detect.lexicon import Hit
from include.detect.names import BLOCKING, Candidate, folded_names
from include.detect.reading import Reading
from include.detect.sides import mark_before
from include.detect.text import script_of
from include.detect.words import Word

_LONGEST = 16  # characters
_BARE = 4  # letters of common nouns alone before a post that may be an organisation: 大手町中央法律事務所, not 技術部門
_KINDS = frozenset({"noun", "firm", "place", "family", "given", "person", "unknown", "prefix", "suffix", "number"})
_UNITS = "局处署厅部院所馆社"  # kinds of office that the name of its head begins with, in matching form
_BARRED = BLOCKING - {"not_names"} | {"org_before", "rumour", "denial", "hypothetical"}
_JOINTS = ("&", "-", "・", "·", " ")
# The code of a listed company stands in brackets beside its name: 遠東數碼(00999), (3777)昱泰電.
_CODE = re.compile(r"[(（〈<]\s?(?:[A-Z]{2,4}[:.\s])?\d{4,6}(?:[.-][A-Z]{2,4})?\s?[)）〉>]")


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What of a text tells where compounds end."""

    kinds: dict[int, list[Hit]]  # words of kind by their end
    posts: dict[int, Hit]  # by start
    barred: bytearray  # characters that belong to no compound
    acts: dict[int, Hit]  # triggers and words of announcing by start
    moves: frozenset[int]  # ends of triggers
    codes: frozenset[int]  # edges of stock codes


def find_compounds(reading: Reading) -> Iterator[Candidate]:
    """Candidates for organisations: runs of nouns that no phrase of the pack and no function word interrupts."""
    row, fold = reading.words.row, reading.text.fold
    around = _look_around(reading)
    small = reading.lexicon.words["not_names"]
    fields = {(hit.start, hit.end) for hit in reading.hits if hit.entry.category == "role_modifiers"}
    first = 0
    for index in range(len(row) + 1):
        word = row[index] if index < len(row) else None
        if word and not around.barred[word.start] and not _counts(fold, row, index):
            known = (word.start, word.end) in fields or word.end in around.kinds
            if known or _is_part(fold, word, small):
                continue
        if index > first + 1 or (index > first and _says_something(row[first], around)):
            yield from _judge(reading, row[first:index], around)
        first = index + 1
    yield from _quoted(reading)


_QUOTED = re.compile(r"[「『《“\"]([^「」『』《》“”\"\n]{2,16})[」』》”\"]")


def _quoted(reading: Reading) -> Iterator[Candidate]:
    """What stands in quotes right after a word of kind: NPO法人「よりそい伴走舎」."""
    kinds = {hit.end for hit in reading.hits if hit.entry.category == "org_before"}
    for match in _QUOTED.finditer(reading.text.norm):
        if match.start() in kinds:
            yield Candidate(match.start(1), match.end(1), 0.0, 2.0, 1)


def _says_something(word: Word, around: _Surroundings) -> bool:
    """Whether a word alone may be an organisation: most are not looked at."""
    ends = (around.kinds, around.posts, around.codes)
    return word.kind == "firm" or word.start in around.codes or any(word.end in known for known in ends)


def _counts(fold: str, row: tuple[Word, ...], index: int) -> bool:
    """Whether a word is a number with what it counts, or what is counted: 12|名, 三家."""
    if row[index].kind == "number":
        return row[index].end - row[index].start > 1 or fold[row[index].start].isdigit()
    before = row[index - 1] if index else None
    return bool(before and before.kind == "number" and fold[before.start].isdigit() and row[index].kind == "unknown")


def _look_around(reading: Reading) -> _Surroundings:
    kinds: dict[int, list[Hit]] = {}
    for hit in reading.hits:
        if hit.entry.category == "org_after":
            kinds.setdefault(hit.end, []).append(hit)
    acting = ("trigger", "official", "attribution", "reported")
    codes = [match.span() for match in _CODE.finditer(reading.text.norm)]
    return _Surroundings(
        kinds,
        {hit.start: hit for hit in reading.hits if hit.entry.category == "role"},
        _barred(reading, kinds),
        {hit.start: hit for hit in reading.hits if hit.entry.category in acting},
        frozenset(hit.end for hit in reading.hits if hit.entry.category == "trigger"),
        frozenset(edge for span in codes for edge in span),
    )


def _barred(reading: Reading, kinds: dict[int, list[Hit]]) -> bytearray:
    """Characters of posts, dates, triggers, words such as 大手 before a name."""
    barred = bytearray(len(reading.text.fold) + 1)
    longest = {hit.start: hit.end for hits in kinds.values() for hit in sorted(hits, key=lambda hit: hit.end)}
    for hit in reading.hits:
        category = hit.entry.category
        if category not in _BARRED:
            continue
        kind = any(known.start <= hit.start for known in kinds.get(hit.end, ()))
        if kind and category in ("org_refs", "org_before"):
            continue  # 銀行 alone is "the bank", 北浜銀行 is not; but 團隊 is no kind because 隊 is one
        if category == "role" and longest.get(hit.start, 0) > hit.end:
            continue  # 律师 of 律师事务所
        if reading.words.fit(hit.start, hit.end):
            barred[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
    return barred


def _is_part(fold: str, word: Word, small: frozenset[str]) -> bool:
    text = fold[word.start : word.end]
    if text == " ":  # Sakana AI, but not 会社名 三栄テクノパーツ株式会社
        return fold[word.start - 1 : word.start].isascii() and fold[word.end : word.end + 1].isascii()
    if text in _JOINTS:
        return True
    if not script_of(text[0]) or (len(text) == 1 and text in small):
        return False
    # to the dictionary 谱 of 智谱 is a verb, 极 of 极岚 an adverb, and 省立 a verb too
    return word.kind in _KINDS or (word.kind in ("verb", "other") and (len(text) == 1 or text.endswith("立")))


def _judge(reading: Reading, run: tuple[Word, ...], around: _Surroundings) -> Iterator[Candidate]:
    fold = reading.text.fold
    while run and fold[run[0].start : run[0].end] in _JOINTS:
        run = run[1:]
    while run and fold[run[-1].start : run[-1].end] in _JOINTS:
        run = run[:-1]
    run = _without_description(reading, run, around)
    if not run:
        return
    start, end = run[0].start, run[-1].end
    if len(run) == 1 and any(hit.end == end for hit in reading.hits_in(start, start + 1, "org_refs", "not_names")):
        return  # 球団 is "the club"
    ended = False
    for word in run:
        hits = [hit for hit in around.kinds.get(word.end, ()) if not _inside_post(hit, around.posts)]
        if hits and fold[hits[0].start : word.end] == "ai" and not _holds_name(reading, run[: run.index(word)]):
            continue  # 生成AI, 製造業向けAI
        # 北杜サイエンス|館, 绍兴市|旅游局 and 気象庁, whose kind 庁 is listed too, but not 体育館
        parted = word.start > start or any(hit.end - hit.start > 1 or len(hits) > 1 for hit in hits)
        if parted and any(hit.start > start for hit in hits) and word.end - start <= _LONGEST:
            ended = True
            yield Candidate(start, word.end, 0.0, 2.4, 2)
        elif hits and len(run) == 1 and word.end - start > 2 and all(hit.start > start for hit in hits):
            yield Candidate(start, word.end, 0.0, 1.0, 1)  # 環境部, which the dictionary knows
    if ended or any(word.kind == "given" for word in run) or reading.words.has_name(start, end):
        return
    yield from _by_place(reading, run, around)


def _without_description(reading: Reading, run: tuple[Word, ...], around: _Surroundings) -> tuple[Word, ...]:
    """A run without the common nouns that describe a name and stand before it: 国资平台|嘉阳金控集团, 球隊|台鋼雄鷹."""
    common = {
        hit.end
        for hit in reading.hits_in(run[0].start, run[-1].end, "not_names", "org_refs") if hit.end - hit.start > 1
    } if run else set()  # fmt: skip
    given = max((index for index, word in enumerate(run) if word.kind == "given"), default=-1)
    if 0 <= given < len(run) - 1:
        run = run[given + 1 :]  # 小坂田善彦|水産庁次長
    for index in range(len(run) - 2, -1, -1):
        if run[index].end in common and run[index + 1].kind in ("firm", "unknown", "family", "place", "person"):
            return run[index + 1 :]
    return run


def _inside_post(hit: Hit, posts: dict[int, Hit]) -> bool:
    """Whether a word of kind is the beginning of a post: 局 of 局长."""
    return hit.start in posts and posts[hit.start].end > hit.end


def _by_place(reading: Reading, run: tuple[Word, ...], around: _Surroundings) -> Iterator[Candidate]:
    """A run without a word of kind, by where it stands."""
    start, end = run[0].start, run[-1].end
    before_post = end in around.posts
    if before_post:  # 中信兄弟|打擊教練, 島嶼新聞|第七任總編輯
        while run and run[-1].kind == "number":
            run, end = run[:-1], run[-1].start
        fields = {hit.end: hit for hit in reading.hits_in(start + 1, end, "role_modifiers")}
        while end in fields:
            end = fields[end].start
    if not 2 <= end - start <= _LONGEST:
        return
    run = tuple(word for word in run if word.start < end)
    named = _holds_name(reading, run)
    firm = any(word.kind == "firm" for word in run)
    head = reading.text.fold[end : end + 2]
    if before_post and end == run[-1].end and head[0] in _UNITS and head[1:] == "长":
        # 彰化縣社會處|長, 外交部|长, and 旅游局|局长
        yield Candidate(start, end + (reading.text.fold[end - 1] != head[0]), 0.0, 2.0, 2)
        return
    if start in around.codes or end in around.codes:
        yield Candidate(start, end, 0.0, 2.4, 2)
    elif before_post and len(run) == 2 and end - start == 3 and run[1].end - run[1].start == 1:
        yield Candidate(start, end, 0.0, 0.8, 1)  # 味全|龍總教練
    elif named and (before_post or _stands_as_organisation(reading, start, end, around)):
        yield Candidate(start, end, 0.0, 1.0, 2)
    elif before_post and end - start >= _BARE:
        yield Candidate(start, end, 0.0, 0.6, 2)
    elif firm and len(run) <= 2:
        yield Candidate(start, end, 0.0, 1.0, len(run))


def _holds_name(reading: Reading, run: tuple[Word, ...]) -> bool:
    """Whether words name something: a proper name among them, or one that the dictionary does not know.

    Such a name falls into single characters in Chinese: 沪|上|阿姨, 味|全|龍.
    """
    kinds = {word.kind for word in run if word.end - word.start > 1}
    if "firm" in kinds or ("place" in kinds and len(run) > 1):
        return True
    if reading.lexicon.pack.script == "kana":
        return bool(kinds & {"unknown", "family"})
    single = [word.end - word.start == 1 and not reading.text.fold[word.start].isdigit() for word in run]
    return any(a and b for a, b in zip(single, single[1:], strict=False))


def _stands_as_organisation(reading: Reading, start: int, end: int, around: _Surroundings) -> bool:
    """After a word of going or coming (加盟, 转投了, 从), or at the head of a sentence that acts (港鐵宣布)."""
    fold = reading.text.fold
    if reading.lexicon.pack.adpositions == "after":
        return False
    if start in around.moves or (fold[start - 1 : start] in ("了", "过", "到") and start - 1 in around.moves):
        return True
    if {"from", "to"} & mark_before(fold, start, reading.lexicon).keys():
        return True
    opens = start == 0 or not script_of(fold[start - 1]) and fold[start - 1] not in "、,，·"
    return opens and any(end <= act <= end + 3 for act in range(end, end + 4) if act in around.acts)


_KATAKANA = re.compile(r"[ァ-ヺー]{4,}(?:・[ァ-ヺー]{2,})*")


def find_katakana(reading: Reading) -> Iterator[Candidate]:
    """Long words in katakana that are no known given name: ヘリオスロボティクス."""
    names = folded_names("katakana", False)
    common = reading.lexicon.words["not_names"]
    for match in _KATAKANA.finditer(reading.text.norm):
        word = match.group()
        first = word.split("・")[0]
        if first not in names.given and first not in names.surnames and word not in common:
            yield Candidate(match.start(), match.end(), 0.3 if "・" in word else 0.0, 0.9, 1)
