"""Organisations in Arabic and Hindi that stand in no list: شركة نورس, तारा बैंक, «نون»."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from include.detect.names import BLOCKING, Candidate, folded_names
from include.detect.reading import Reading
from include.detect.text import fold_text, script_of
from include.knowledge.languages import load_pack

_WORD = re.compile(r"[^\s\"'“”«»()（）「」『』\[\],،.:;!?।。、，。；：！？|/]+")


def find_spaced(reading: Reading) -> Iterator[Candidate]:
    """Words beside a word of kind, words that grammar makes an organisation, and words in quotes."""
    arabic = reading.lexicon.pack.script == "arabic"
    blocked = _blocks(reading)
    yield from _beginning_with(reading, blocked)
    yield from find_quoted(reading)
    if arabic:
        yield from _definite(reading, blocked)
        yield from _acting(reading, blocked)
    else:
        yield from _ending_with(reading, blocked)
        yield from _owning_post(reading, blocked)
        yield from _named(reading, blocked)


def _blocks(reading: Reading) -> dict[int, int]:
    """Start to end of the phrases that no name holds; adjectives and nouns with the Arabic article may stand in one."""
    blocked: dict[int, int] = {}
    for hit in reading.hits:
        category = hit.entry.category
        if category == "not_names" and reading.text.fold.startswith(("ال", "لل"), hit.start):
            continue
        if category in BLOCKING or category in ("and", "bare_nouns"):
            blocked[hit.start] = max(hit.end, blocked.get(hit.start, 0))
    return blocked


def _beginning_with(reading: Reading, blocked: dict[int, int]) -> Iterator[Candidate]:
    fold = reading.text.fold
    heads = _heads(reading.lexicon.pack.code)
    for hit in reading.hits:
        if hit.entry.category != "org_before" or script_of(fold[hit.start]) == 1:
            continue
        if fold.endswith("لل", 0, hit.start):
            continue  # للوزارة is "to the ministry": no name follows a head with the article
        end, taken = _name_after(reading, hit.end, blocked)
        if not taken:
            continue
        start = hit.end
        while start < end and fold[start] in " \"'«“(":
            start += 1
        if reading.lexicon.pack.script == "arabic" and not fold.startswith(_DESCRIBING, hit.start):
            # a ministry or a bank keeps its head, without the preposition that is glued to it: ب|بنك الواحة
            start = hit.start + (fold[hit.start] in "بل" and fold[hit.start + 1 : hit.end] in heads)
        yield Candidate(start if end - start > 1 else hit.start, end, 0.0, 1.8, taken)


# Heads that say what a firm is and are no part of its name; with the prepositions that are glued to them.
_DESCRIBING = ("شرك", "لشرك", "بشرك", "عملاق", "منصه", "منصة", "منافس", "موقع", "تطبيق", "مجموع", "لمجموع", "بمجموع")


@cache
def _heads(code: str) -> frozenset[str]:
    """Words of kind that stand before a name, in matching form."""
    return frozenset(fold_text(word, False) for word in load_pack(code).org_words["before"])


def _name_after(reading: Reading, start: int, blocked: dict[int, int]) -> tuple[int, int]:
    """Where the name after a word of kind ends, and of how many words it is: up to two in Hindi."""
    if reading.lexicon.pack.script == "arabic":
        return _arabic_name_after(reading, start, blocked)
    end, taken = start, 0
    for match in _WORD.finditer(reading.text.fold, start):
        if taken >= 2 or not _follows(reading, end, match, taken) or blocked.get(match.start(), 0) >= match.end():
            break
        end, taken = match.end(), taken + 1
    return end, taken


def _follows(reading: Reading, end: int, match: re.Match[str], taken: int) -> bool:
    """Whether a word stands right after an offset; before the first word of a name may be a quote or a bracket."""
    gap = reading.text.fold[end : match.start()]
    return gap == " " if taken else not gap.strip(" \"'«“(")


def _arabic_name_after(reading: Reading, start: int, blocked: dict[int, int]) -> tuple[int, int]:
    fold = reading.text.fold
    given = folded_names("arabic", False).given
    head = _WORD.match(fold, fold.rfind(" ", max(0, start - 40), start - 1) + 1)
    definite = head is not None and head.group().startswith(("ال", "بال"))
    end, taken, previous = start, 0, ""
    for match in _WORD.finditer(fold, start):
        word = match.group()
        if not _follows(reading, end, match, taken) or match.start() - start > 48:
            break
        # after its head a name may begin with a title or with what is a word too: مستشفى الأمير حمزة, جامعة خليفة
        named = not definite and taken == 0 and (word in _ROYAL or word in given)
        if blocked.get(match.start(), 0) >= match.end() and not named:
            break
        if taken and not _agrees(previous, word, taken, given):
            break
        if definite and not word.startswith(("ال", "لل")):
            break  # a head with the article takes adjectives, no genitive: المؤسسة هدى
        if taken == 1 and previous.endswith("ا") and word.endswith("ا") and not word.startswith("ال"):
            return start, 0  # هيئة نموذجا جديدا: an object in the accusative, no name in the genitive
        end, taken, previous = match.end(), taken + 1, word
    return end, taken


_ROYAL = frozenset({"الملك", "الملكه", "الملكة", "الامير", "الاميرة", "السلطان", "الشيخ", "الشيخة", "الامام"})
_AND = frozenset({"اند", "اوف", "&"})  # in names of firms: كلايد آند كو


# They begin like words with the article.
_NO_PART = frozenset({"الى", "الذي", "التي", "الذين", "اللذين", "اللتين", "اليوم", "الان", "السبت", "الاحد", "الاثنين"})


def _agrees(previous: str, word: str, taken: int, given: frozenset[str]) -> bool:
    """Whether an Arabic word goes on with a name: an adjective with the article, a field, a second proper name."""
    if taken >= 5 or word in _NO_PART:
        return False
    if previous in _ROYAL or previous in _AND or word in _AND:
        return True
    if word.startswith(("ال", "لل")):
        return True
    if word.startswith("وال"):
        return previous.startswith("ال")  # وزارة المياه والري
    return taken < 2 and not previous.startswith("ال") and word not in given


def _definite(reading: Reading, blocked: dict[int, int]) -> Iterator[Candidate]:
    """A head with the article, adjectives and a field: الوكالة الوطنية للذكاء الاصطناعي, البنك الأهلي الكويتي."""
    fold = reading.text.fold
    heads = _heads(reading.lexicon.pack.code)
    for match in _WORD.finditer(fold):
        word = match.group()
        offset = 1 if word.startswith("بال") else 0
        if not word.startswith("ال", offset) or word[offset + 2 :] not in heads:
            continue
        end, adjectives, fields = match.end(), 0, 0
        for following in _WORD.finditer(fold, match.end()):
            text = following.group()
            if fold[end : following.start()] != " " or blocked.get(following.start(), 0) >= following.end():
                break
            if text.startswith("ال") and text not in _NO_PART:
                adjectives += 1
            elif text.startswith("لل") or (text.startswith("ل") and adjectives and len(text) > 3):
                fields += 1
            else:
                break
            end = following.end()
        if (fields and adjectives) or adjectives > 1:
            yield Candidate(match.start() + offset, end, 0.0, 1.8, 1 + adjectives + fields)


def _acting(reading: Reading, blocked: dict[int, int]) -> Iterator[Candidate]:
    """One to three words at the head of a sentence before a verb of hiring, dismissing or announcing."""
    fold = reading.text.fold
    acts = {
        hit.start
        for hit in reading.hits
        if hit.entry.category == "official"
        or (hit.entry.category == "trigger" and hit.entry.value.trigger_class in ("dismiss", "hire", "appoint", "lose"))
    }
    for sentence, _ in reading.sentences:
        end, taken = sentence, 0
        for match in _WORD.finditer(fold, sentence):
            if match.start() in acts:
                if 1 <= taken <= 3:
                    yield Candidate(sentence, end, 0.0, 1.0, taken)
                break
            if taken == 3 or fold[end : match.start()] not in ("", " ") or match.start() in blocked:
                break
            end, taken = match.end(), taken + 1


_QUOTED = re.compile(r"[\"“‘'«]([^\"“”‘’'«»\d\n]{2,30})[\"”’'»]")


def find_quoted(reading: Reading) -> Iterator[Candidate]:
    """One to three words in quotes: «نون», 'सर्वम'. Whether they name an organisation is judged like any name."""
    for match in _QUOTED.finditer(reading.text.norm):
        words = match.group(1).split()
        if 1 <= len(words) <= 3 and not reading.hits_in(match.start(1), match.end(1), "trigger", "role"):
            yield Candidate(match.start(1), match.end(1), 0.0, 1.0, len(words))


_FIELDS = ("role_modifiers", "former", "acting")
_JOINTS = frozenset({"ऑफ", "एंड", "ऐंड", "&", "फॉर", "of", "and"})


def _ending_with(reading: Reading, blocked: dict[int, int]) -> Iterator[Candidate]:
    """Up to four words before a word of kind, and what ऑफ joins to it: अखिल भारतीय पत्रकार कल्याण कोष."""
    fold = reading.text.fold
    described = {(hit.start, hit.end) for hit in reading.hits if hit.entry.category == "org_before"}
    for hit in reading.hits:
        if hit.entry.category != "org_after":
            continue
        start = _words_back(reading, hit.start, blocked, 4)
        if start == hit.start or (start, hit.end) in described or script_of(fold[start]) not in (1, 4):
            continue
        yield Candidate(start, _joined_end(fold, hit.end), 0.0, 2.0, 2)


def _words_back(reading: Reading, end: int, blocked: dict[int, int], most: int) -> int:
    """Where the words begin that stand before an offset with nothing but spaces between, no phrase among them."""
    fold = reading.text.fold
    stops = reading.lexicon.markers["at"] | reading.lexicon.markers["to"] | reading.lexicon.markers["from"]
    stops |= reading.lexicon.markers["by"] | reading.lexicon.markers["object"] | {"और", "व", "पर"}
    start = end
    for match in reversed(list(_WORD.finditer(fold, max(0, end - 48), end))[-most:]):
        inside = any(
            at in blocked and blocked[at] >= match.end() for at in range(max(0, match.start() - 24), match.start() + 1)
        )
        if fold[match.end() : start].strip(" ") or match.group() in stops or (inside and match.group() not in _JOINTS):
            break
        start = match.start()
    return start


def _joined_end(fold: str, end: int) -> int:
    """Past ऑफ and the words after it: इंस्टीट्यूट|ऑफ साइंस."""
    match = re.compile(r" (?:ऑफ|एंड|ऐंड|फॉर) [^\s,।.]+").match(fold, end)
    return match.end() if match else end


def _owning_post(reading: Reading, blocked: dict[int, int]) -> Iterator[Candidate]:
    """One or two words whose post the text names: एलएंडटी के तकनीकी प्रमुख."""
    fold = reading.text.fold
    posts = {hit.start for hit in reading.hits if hit.entry.category == "role"}
    fields = {
        hit.start: hit.end for hit in reading.hits if hit.entry.category in ("role_modifiers", "former", "acting")
    }
    for match in re.finditer(r" (?:का|के|की) ", fold):
        at = match.end()
        while at in fields and at not in posts:
            at = fields[at] + 1
        if at not in posts:
            continue
        start = _words_back(reading, match.start(), blocked, 2)
        if match.start() - start > 1:
            yield Candidate(start, match.start(), 0.0, 0.95, fold[start : match.start()].count(" ") + 1)


_NAMED = re.compile(r" (?:नाम (?:का|की|के|से)|नामक) ")


def _named(reading: Reading, blocked: dict[int, int]) -> Iterator[Candidate]:
    """One or two words before "by the name": एडेप्ट नाम की कंपनी."""
    for match in _NAMED.finditer(reading.text.fold):
        start = _words_back(reading, match.start(), blocked, 2)
        kind = reading.hits_in(match.end(), match.end() + 12, "org_before", "org_after", "org_refs")
        if kind and match.start() - start > 1:
            yield Candidate(start, match.start(), 0.0, 2.4, 1)
