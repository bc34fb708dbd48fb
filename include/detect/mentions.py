"""Find and type the people, organisations and posts of a document, and join what means the same."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace

from include.detect.encoder.heads import Name, Names
from include.detect.joining import join_organisations, join_people
from include.detect.known import KnownName, find_known_names
from include.detect.lexicon import Hit, Lexicon
from include.detect.names import (
    BLOCKING,
    Candidate,
    HanPage,
    find_capitalised,
    find_dotted,
    find_han_names,
    find_hangul_names,
    find_kanji_names,
    find_katakana_words,
    find_spaced_names,
    find_thai_names,
    folded_names,
    is_inflected_place,
    judge_rest,
    strip_particle,
)
from include.detect.nametype import judge_name, name_features
from include.detect.orgnames import find_organisations
from include.detect.reading import Mention, MentionKind, Reading
from include.detect.sides import find_marks
from include.detect.text import NormalText, script_of
from include.detect.words import cut_words
from include.knowledge.gazetteer import load_gazetteer
from include.knowledge.organisationwords import is_another

_LATIN_IN_BRACKETS = re.compile(r"\s?[(（]\s?([A-ZÀ-Þ][\w.'’\-]+(?: [A-ZÀ-Þ][\w.'’\-]*){0,3})\s?[)）]")
_CASE = re.compile(r"(?<=[^\W\d_])['’][a-zçğıöşü]+\Z")
# No person's name begins so, has a small letter by itself inside, or in Chinese is all small letters, as shù of
# 技術(shù)官; firms' do, as e袋洗.
_BROKEN = re.compile(r"[\u3040-\u9fff]*[a-z][\u3040-\u9fff]")
_SMALL = re.compile(r"[a-z\u00df-\u01dc]+\Z")
_AGE_AFTER = re.compile(r"\s?[(（]\d{2}(?: ?[a-zа-яáéłżó]{1,5})?[)）]|, \d{2},")


def read_document(
    text: NormalText,
    lexicon: Lexicon,
    sentences: list[tuple[int, int]],
    hits: list[Hit],
    written: Names | None,
    *,
    keep_names: bool = False,
) -> Reading:
    """Find every mention of a document and join them into entities.

    `written` are the names that the encoder sees, None where it was not asked; `keep_names` keeps what training needs.
    """
    reading = Reading(text, lexicon, sentences, hits, names=[] if keep_names else None, written=written)
    words = cut_words(text.fold if lexicon.pack.han_fold else text.norm, lexicon.pack.script, sentences)
    reading.words = words.split(_word_edges(hits, lexicon.pack.script))
    known = find_known_names(
        text,
        han_fold=lexicon.pack.han_fold,
        inflected=lexicon.pack.inflected_names,
        open_end=lexicon.pack.open_end,
    )
    reading.title_case = _is_title_case(text, lexicon)
    mentions = _type_names(reading, known)
    mentions += _other_mentions(reading, mentions)
    reading.set_mentions(mentions)
    join_people(reading)
    join_organisations(reading)
    _attach_posts(reading)
    for mention in reading.mentions:
        if mention.kind in ("person", "org", "org_ref", "unknown"):
            mention.sides |= find_marks(text.fold, mention.start, _extended_end(reading, mention), lexicon)
    reading.dominant_org = _dominant(reading)
    return reading


def _word_edges(hits: list[Hit], script: str) -> list[int]:
    """Where words surely begin or end: posts (会長 of 副会長 left out), triggers, words of kind (汽车|销售)."""
    edges, end = [], -1
    for hit in hits:
        if hit.entry.category in ("role", "honorifics") and hit.start >= end:
            edges.append(hit.start)
            end = hit.end
        elif script == "han" and hit.end - hit.start > 1 and hit.entry.category in ("org_after", "trigger"):
            edges += [hit.end] if hit.entry.category == "org_after" else [hit.start, hit.end]
    return edges


def _is_title_case(text: NormalText, lexicon: Lexicon) -> bool:
    if lexicon.pack.capitals != "names":
        return False
    words = re.findall(r"[^\W\d_]{4,}", text.norm[: text.title_end])
    return len(words) >= 3 and sum(w[0].isupper() for w in words) / len(words) > 0.75


# --------------------------------------------------------------------------------------------------- typing names


def _type_names(reading: Reading, known: list[KnownName]) -> list[Mention]:
    text = reading.text
    taken = [False] * (len(text.norm) + 1)
    mentions: list[Mention] = []
    blocked = _blocked(reading)
    candidates = list(_candidates(reading, blocked, known))
    spans = {(c.start, c.end): c for c in sorted(candidates, key=lambda c: max(c.person, c.org))}
    full_known = {k.alias.entity_id for k in known if k.alias.kind == "person" and not k.alias.short}
    orgs_known = {k.alias.entity_id for k in known if k.alias.kind == "org"}
    covering = _spans_over([name.start for name in known], spans)
    runs = [
        next(
            (spans[s, e] for s, e in covering.get(name.start, ()) if e >= name.end and e - s > name.end - name.start),
            None,
        )
        for name in known
    ]
    others = [
        (run is not None and _names_another(reading, name, run)) or _is_of_another_place(reading, name)
        for name, run in zip(known, runs, strict=True)
    ]
    borne = {name.alias for name, other in zip(known, others, strict=True) if other and _is_common(name)}
    longer = _longer_people(reading, known)  # 周明远 is not 周明
    for name, wider, other in zip(known, runs, others, strict=True):
        if other or name.alias in borne or (wider and _wider_wins(name, wider, text)) or name.start in longer:
            continue  # an article on Cohere Health calls it Cohere
        if name.alias.short and not _short_form_holds(name, full_known, orgs_known):
            continue
        mentions.append(reading.make_mention(name.start, name.end, name.alias.kind, 1.0, name.alias.entity_id))
        for offset in range(name.start, name.end):
            taken[offset] = True
    mentions += _whole_names(reading, candidates, taken)
    owners = {name.end: name for name in mentions if name.kind == "org"}
    for candidate, around, odds in _judge_names(reading, candidates, taken):
        if any(taken[candidate.start : candidate.end]):
            continue
        mention = _judge(reading, candidate, around, odds)
        owner = owners.get(candidate.start - 1)
        if mention and owner and mention.kind != "person" and text.norm[owner.end] == " ":
            # "Telefónica Tech", "Fraunhofer IAIS": what follows a known organisation is part of the same name
            _widen(reading, owner, mention.end)
            mention = None
            taken[candidate.start : candidate.end] = [True] * (candidate.end - candidate.start)
        if mention:
            mentions.append(mention)
            for offset in range(mention.start, mention.end):
                taken[offset] = True
    return mentions + _unread_names(reading, taken)


_VERSION = re.compile(r"[ -]?v?\d[\d.]*[a-z]?$")  # Llama 4, GPT-4o
_TRIMMED = " \n\t-.,;:!?()[]«»„“”\"'‘’「」『』《》（）、。・"


def _unread_names(reading: Reading, taken: list[bool]) -> list[Mention]:
    """Names that the encoder sees where no reader of names has seen any."""
    mentions: list[Mention] = []
    for name in reading.written.spans if reading.written else ():
        span = _trim_name(reading, name)
        if span and name.chance >= _LIKELY and not any(taken[slice(*span)]):
            mentions.append(reading.make_mention(*span, name.kind, name.chance, None))
            taken[slice(*span)] = [True] * (span[1] - span[0])
    return mentions


def _longer_people(reading: Reading, known: list[KnownName]) -> set[int]:
    """Where a known name of two Chinese characters begins a longer one that the encoder sees: 周明 in 除周明远外."""
    seen = {n.start: n.end for n in reading.written.spans if n.chance >= _LIKELY} if reading.written else {}
    return {
        name.start for name in known if _is_short_han(reading.text, name) and seen.get(name.start, 0) == name.end + 1
    }


def _is_short_han(text: NormalText, name: KnownName) -> bool:
    """Whether a known person's name is two Chinese characters, with which other names begin."""
    return name.alias.kind == "person" and name.end - name.start == 2 and script_of(text.fold[name.start]) == 7


def _whole_names(reading: Reading, candidates: list[Candidate], taken: list[bool]) -> list[Mention]:
    """Names that the encoder sees whole, and readers of names in part or with words beside them.

    霍普 of 霍普菲爾德 and 元龍 of 郭泰元龍 are names as well: what stands around tells no reader where one ends. Nor do
    capitals of Pieter van 't Hof and Jean d'Ormesson, or of "Anlagenbauer Gea" and "ФРГ Герхард Шредер". Where every
    word may go on without a space, as in Korean, the encoder takes particles into names, and its edges are not better
    than the readers'.
    """
    mentions: list[Mention] = []
    pack = reading.lexicon.pack
    capitals = pack.capitals != "none"
    edged = not pack.spaces or capitals  # of الوكالة الوطنية للذكاء الاصطناعي the encoder sees two parts
    for name in reading.written.spans if reading.written and not pack.open_end else ():
        span = _trim_name(reading, name) if name.chance >= (_PROBABLE if capitals else _WHOLE) else None
        if span is None or any(taken[slice(*span)]):
            continue
        over = [c for c in candidates if c.start < span[1] and span[0] < c.end]
        if reading.text.fold[span[0]] in pack.words["clitics"] and any(c.start == span[0] + 1 for c in over):
            span = (span[0] + 1, span[1])  # "and" of وجمال الكندري
        longer = [c for c in over if c.start < span[0] or span[1] < c.end]
        if longer:
            least = _PROBABLE if capitals and name.kind == "org" else _SURE
            whole = span == (name.start, name.end) and name.chance >= least
            believed = whole and edged and not any(_goes_on(reading, name, candidate) for candidate in longer)
        else:
            believed = bool(over) and all((c.start, c.end) != span for c in over)
        if believed:
            mentions.append(reading.make_mention(*span, name.kind, name.chance, None))
            taken[slice(*span)] = [True] * (span[1] - span[0])
    return mentions


def _goes_on(reading: Reading, name: Name, wider: Candidate) -> bool:
    """Whether the encoder sees more of the same kind in what a wider candidate has beside a name: Van Eerd."""
    if reading.written is None:
        return False
    rests = [rest for rest in ((wider.start, name.start), (name.end, wider.end)) if rest[0] < rest[1]]
    alike = [other for other in reading.written.spans if other.kind == name.kind]
    if any(other.start < end and start < other.end for start, end in rests for other in alike):
        return True
    judged = [reading.written.judge(*rest) for rest in rests]
    return any(chances is not None and chances[name.kind == "org"] >= _LIKELY for chances in judged)


def _trim_name(reading: Reading, name: Name) -> tuple[int, int] | None:
    """Where a name begins and ends that the encoder sees, without marks and posts; None where nothing is left of it."""
    norm, start, end = reading.text.norm, name.start, name.end
    if reading.lexicon.pack.spaces:
        while start > 0 and _is_letter(norm[start - 1]) and _is_letter(norm[start]):
            start -= 1
        while end < len(norm) and _is_letter(norm[end]) and _is_letter(norm[end - 1]):
            end += 1
    if name.kind == "person":
        start, end = _without_posts(reading, start, end)
        if (start, end) != (name.start, name.end) and _is_plain(reading, start, end):
            return None  # ประชุมบอร์ด, "the board meets", is a meeting without the board, and nobody
    while start < end and norm[start] in _TRIMMED:
        start += 1
    while end > start and norm[end - 1] in _TRIMMED:
        end -= 1
    end = _without_ending(reading, start, end)
    if name.kind == "person":
        start = _with_nickname(norm, start, end)
    if end - start < _SHORTEST or "\n" in norm[start:end]:
        return None
    return (start, end) if _may_be_named(reading, name, start, end) else None


_OPENED_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]+ [\"“”«„]\Z")


def _with_nickname(norm: str, start: int, end: int) -> int:
    """Where a name begins that begins within a nickname: Minouche" Shafik of Nemat "Minouche" Shafik."""
    inside = next((at for at in range(start, end) if norm[at] in '"”»'), None)
    if inside is None or norm[inside] in norm[start:inside] or any(mark in norm[start:inside] for mark in "“«„"):
        return start
    before = _OPENED_NAME.search(norm, max(0, start - 40), start)
    return before.start() if before else inside + 1


def _without_ending(reading: Reading, start: int, end: int) -> int:
    """Where a name ends without its particle or case: 난두는, 로런 셰이가, Gaziantep FK'da."""
    norm, pack = reading.text.norm, reading.lexicon.pack
    if pack.script == "hangul" and start < end:
        last = norm[start:end].rpartition(" ")[2]
        return end - len(last) + len(strip_particle(last, reading.lexicon))
    case = _CASE.search(norm, start, end) if pack.adpositions == "after" else None
    return case.start() if case else end


def _may_be_named(reading: Reading, name: Name, start: int, end: int) -> bool:
    """Whether a stretch that the encoder takes for a name can be one of its kind."""
    key, words = reading.text.fold[start:end], reading.lexicon.words
    if _is_product(key, reading.lexicon) if name.kind == "org" else _is_broken(reading, start, end):
        return False
    if key in words["not_names"] or key in words["places"]:
        # A club is called by its town, and "Le Monde" is a paper: three in four such names are organisations'. So is a
        # region in quotation marks («Волинь»), which the encoder need not be sure of.
        quoted = key in words["places"] and _is_quoted(reading.text.norm, start, end)
        return name.kind == "org" and (quoted or name.chance >= _WHOLE)
    return True


def _is_product(key: str, lexicon: Lexicon) -> bool:
    """Whether a name in matching form is a product's, with or without a number: who leads Sora 2 leaves OpenAI."""
    return _VERSION.sub("", key) in lexicon.words["products"]


def _is_broken(reading: Reading, start: int, end: int) -> bool:
    """Whether a stretch is spelt as no person's name is: r間 of 貢r(shí)間, or all of it, a broken 時間."""
    small = reading.lexicon.pack.script == "han" and _SMALL.match(reading.text.norm, start, end)
    return bool(small or _BROKEN.match(reading.text.norm, start, end))


def _without_posts(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """A name without the post or honorific that begins or ends it: 마 전무가 is 마, and 전무 nobody."""
    for hit in reading.hits_in(start, end, "role", "honorifics", "role_modifiers", "acting", "former"):
        if reading.lexicon.pack.spaces and hit.end < end and reading.text.norm[hit.end] == "-":
            continue  # Hanneke Dijkgraaf-Pol
        if hit.start <= start:
            start = max(start, hit.end)
        else:
            return start, hit.start
    return start, end


_NAMING = ("family", "given", "person", "firm", "unknown")


def _is_plain(reading: Reading, start: int, end: int) -> bool:
    """Whether a stretch is made of plain words of the dictionary; never so where words are written apart."""
    found = reading.words.inside(start, end)
    return bool(found) and not any(word.kind in _NAMING for word in found)


def _is_letter(character: str) -> bool:
    """Whether a character is a part of words: a letter, a digit, or a sign that belongs to one, as in कोच."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"


_LIKELY = 0.5  # chance by the encoder from which a name that nothing else has seen is one
_WHOLE = 0.85  # chance from which its edges are believed where a reader of names saw a part
_SURE = 0.95  # chance from which they are where a reader saw more: 李咏 of 李咏回中国传媒
_PROBABLE = 0.7  # and either, where names have capitals, the latter of organisations: "Gea" of "Anlagenbauer Gea"
_SHORTEST = 2  # characters of a name


def _widen(reading: Reading, mention: Mention, end: int) -> None:
    mention.end = end
    mention.text, mention.key = reading.text.norm[mention.start : end], reading.text.fold[mention.start : end]


_ECHOED = {"echo=last|True", "echo=first|False"}
_SURNAME = 2.0  # bystanders are not annotated, so that the model cannot learn what is plain to a reader


def _judge_names(
    reading: Reading, candidates: list[Candidate], taken: list[bool]
) -> list[tuple[Candidate, dict[str, float], float]]:
    """(candidate, what stands around it, log-odds of a person) of all candidates that no known name covers.

    One string is one name throughout an article: all its places are judged together.
    """
    rows: list[tuple[Candidate, dict[str, float], float]] = []
    totals: dict[str, float] = {}
    for given in candidates:
        candidate: Candidate | None = given
        if any(taken[given.start : given.end]):
            candidate = _untaken(reading.text, given, taken)
        if candidate is None:
            continue
        around = _context(reading, candidate.start, candidate.end)
        features = name_features(reading, candidate, around)
        if reading.names is not None:
            reading.names.append((candidate, features))
        odds = judge_name(features)
        if candidate.words in (2, 3) and features.keys() >= _ECHOED and not around["org_word"]:
            odds += _SURNAME  # "Dunsire said": people come back by their last name alone, firms by their first word
        rows.append((candidate, around, odds))
        key = reading.text.fold[candidate.start : candidate.end]
        totals[key] = totals.get(key, 0.0) + odds
    return [(c, around, totals[reading.text.fold[c.start : c.end]]) for c, around, _ in rows]


def _spans_over(starts: list[int], spans: Iterable[tuple[int, int]]) -> dict[int, list[tuple[int, int]]]:
    """For each of some sorted offsets the spans that hold it, in their order."""
    over: dict[int, list[tuple[int, int]]] = {}
    for start, end in spans:
        for at in starts[bisect_left(starts, start) : bisect_left(starts, end)]:
            over.setdefault(at, []).append((start, end))
    return over


def _untaken(text: NormalText, candidate: Candidate, taken: list[bool]) -> Candidate | None:
    """The part of a capitalised run that no known name covers, before or after it."""
    if not text.norm[candidate.start].isupper():
        return None
    start, end = candidate.start, candidate.end
    while start < end and (taken[start] or text.norm[start] == " "):
        start += 1
    while end > start and (taken[end - 1] or text.norm[end - 1] == " "):
        end -= 1
    return judge_rest(text, start, end) if end - start > 1 and not any(taken[start:end]) else None


def _wider_wins(name: KnownName, wider: Candidate, text: NormalText) -> bool:
    """A known name inside a longer run is another name: "Jordan" in "Jordan Patel", "Apple" in "Apple Records"."""
    if _is_short_han(text, name):
        return wider.person >= 0.5  # 周明远 is not 周明
    if name.alias.kind == "person":
        return wider.words >= 2 and name.alias.short
    if len(name.alias.text) <= 5 and wider.person >= 2:
        return True
    following = text.norm[name.end : wider.end].strip()
    return bool(following) and wider.words == 2 and wider.person >= 2.5


_FIRMS = frozenset({"bigtech", "startup", "lab", "company", "chip", "media"})
_NEXT_WORD = re.compile(r" ([^\W\d_]+)")
_SEEN_WHOLE = 0.5  # chance by the encoder from which what stands behind a known name is part of a name


def _names_another(reading: Reading, name: KnownName, wider: Candidate) -> bool:
    """Whether a run of names that begins with a known firm's is another's: Cohere Health, Apple Bank."""
    alias, rest = name.alias, reading.text.norm[name.end : wider.end]
    if alias.organisation_kind not in _FIRMS or wider.start != name.start or not rest.strip():
        return False
    seen = reading.written.judge(name.end, wider.end) if reading.written else None
    if seen and seen[1] < _SEEN_WHOLE:
        return False  # "Stripe Hires New Finance Chief", a headline
    firm = load_gazetteer().organisation_by_id[alias.entity_id]
    return is_another(rest, (firm.name, *firm.aliases), common=_is_common(name), manifold=firm.kind == _CONCERN)


_CONCERN = "bigtech"


def _is_of_another_place(reading: Reading, name: KnownName) -> bool:
    """Whether a name that others bear is said of another place than the firm's: Центробанк Турции is not Russia's."""
    behind = _NEXT_WORD.match(reading.text.norm, name.end) if name.alias.kind == "org" and _is_common(name) else None
    if not behind:
        return False
    key = reading.text.fold[behind.start(1) : behind.end(1)]
    if key not in reading.lexicon.words["places"] and not is_inflected_place(key, reading.lexicon):
        return False
    firm = load_gazetteer().organisation_by_id[name.alias.entity_id]
    return not any(behind[1] in form for form in (firm.name, *firm.aliases))


def _is_common(name: KnownName) -> bool:
    """Whether others than the known firm bear its name."""
    firm = load_gazetteer().organisation_by_id[name.alias.entity_id]
    return firm.kind != _CONCERN and name.alias.text in firm.ambiguous


def _short_form_holds(name: KnownName, full: set[str], orgs: set[str]) -> bool:
    if name.alias.entity_id in full:
        return True
    person = load_gazetteer().person_by_id[name.alias.entity_id]
    return bool(orgs & set(person.known_for)) and script_of(name.alias.text[0]) not in (1, 2)


def _blocked(reading: Reading) -> dict[int, int]:
    blocked: dict[int, int] = {}
    for hit in reading.hits:
        if hit.entry.category in BLOCKING:
            for word in re.finditer(r"\w+", reading.text.fold[hit.start : hit.end]):
                start = hit.start + word.start()
                blocked[start] = max(hit.end, blocked.get(start, 0))
    if reading.title_case:
        body = reading.text.fold[reading.text.title_end :]
        norm = reading.text.norm
        for match in re.finditer(r"[^\W\d_]+", norm[: reading.text.title_end]):
            if f" {match.group().lower()} " in body and f" {match.group()} " not in norm[reading.text.title_end :]:
                blocked.setdefault(match.start(), match.end())
    return blocked


def _candidates(reading: Reading, blocked: dict[int, int], known: list[KnownName]) -> list[Candidate]:
    text, lexicon = reading.text, reading.lexicon
    script = lexicon.pack.script
    found = list(find_capitalised(text, lexicon, blocked))
    cuts: frozenset[int] = frozenset()
    if script in ("han", "kana"):
        if script == "kana":
            found += find_katakana_words(text)
        cuts = frozenset(
            edge
            for start, end in [
                *((h.start, h.end) for h in reading.hits if h.entry.category not in ("org_after", "org_before")),
                *((k.start, k.end) for k in known),
            ]
            for edge in (start, end)
        )
        cuts |= frozenset(_marker_edges(text, lexicon))
        found += find_dotted(text, cuts, lexicon.pack.han_fold)
        covered = _covered(reading, known)
        roles = [h for h in reading.hits if h.entry.category in ("role", "honorifics")]
        if script == "kana":
            found += find_kanji_names(text, reading.words, covered, frozenset(h.start for h in roles))
        else:
            titles = frozenset(h.start for h in reading.hits if h.entry.category in ("role", "honorifics", "trigger"))
            anchors = frozenset(h.end for h in roles)
            small_words = lexicon.words["not_names"]
            found += find_han_names(HanPage(text, reading.words, cuts, covered, anchors, titles, small_words))
    elif script == "hangul":
        found += find_hangul_names(text, lexicon, reading.hits)
    elif script == "thai":
        found += find_thai_names(text, reading.words, lexicon, reading.hits)
    elif script in ("arabic", "devanagari"):
        found += find_spaced_names(text, script, lexicon, blocked, reading.hits)
    found.extend(find_organisations(reading))
    if script == "han":
        found = _without_rest(reading, found)
    found.extend(_glossed(text, script))
    found.sort(key=lambda c: (-(c.end - c.start) if c.person or c.org else 0, c.start))
    return found


_REST = 2  # characters behind a name that may be no part of it


def _without_rest(reading: Reading, candidates: list[Candidate]) -> list[Candidate]:
    """Chinese organisations' names without the words of the sentence that the encoder sees beside them: 后任 before
    教育部, 转来 behind 中视. A word of its kind is never cut off a name, nor left alone: not 资本 of 远山资本.
    """
    spans = reading.written.spans if reading.written else ()
    seen = [n for n in spans if n.kind == "org" and n.chance >= _WHOLE and n.end - n.start >= _SHORTEST]
    starts, ends = {name.end: name.start for name in seen}, {name.start: name.end for name in seen}
    found = []
    for candidate in candidates:
        start, end = starts.get(candidate.end, candidate.start), ends.get(candidate.start, candidate.end)
        if candidate.org > candidate.person and (start > candidate.start or end < candidate.end):
            kinds = reading.hits_in(candidate.start, candidate.end, "org_after")
            if start > candidate.start and not any(hit.start <= start for hit in kinds):
                candidate = replace(candidate, start=start)
            elif candidate.end - _REST <= end < candidate.end and not any(hit.end > end for hit in kinds):
                candidate = replace(candidate, end=end)
        found.append(candidate)
    return found


_ONE_CHARACTER = frozenset({"role_modifiers", "former", "acting", "honorifics", "negation", "pronouns"})


def _covered(reading: Reading, known: list[KnownName]) -> bytearray:
    """Characters that belong to a known word of two characters or more, or to a title such as 副, 前, 氏."""
    covered = bytearray(len(reading.text.norm) + 1)
    for hit in reading.hits:
        if (
            hit.end - hit.start > 1
            and hit.entry.category not in ("org_after", "org_before")
            or hit.entry.category in _ONE_CHARACTER
        ):
            covered[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
    for name in known:
        if name.alias.kind == "person" and name.end - name.start == 2:
            continue  # 周明 may be the beginning of 周明远
        covered[name.start : name.end] = b"\x01" * (name.end - name.start)
    return covered


def _marker_edges(text: NormalText, lexicon: Lexicon) -> list[int]:
    edges = []
    for kind in ("from", "to", "at", "by", "object", "subject", "as", "and", "including"):
        for marker in lexicon.marker_lists[kind]:
            at = text.fold.find(marker)
            while at >= 0:
                edges += [at, at + len(marker)]
                at = text.fold.find(marker, at + 1)
    return edges


def _glossed(text: NormalText, script: str) -> list[Candidate]:
    """Native words right before their Latin form in brackets: แซม อัลต์แมน (Sam Altman), के यांग (Ke Yang)."""
    if script not in ("arabic", "devanagari", "thai", "hangul"):
        return []
    found = []
    for match in _LATIN_IN_BRACKETS.finditer(text.norm):
        words = match.group(1).count(" ") + 1
        if words < 2:
            continue
        before = text.norm[max(0, match.start() - 60) : match.start()].rstrip("'\"”’ ")
        parts = re.split(r"\s+", before)
        native = " ".join(parts[-words:])
        start = max(0, match.start() - 60) + before.rfind(native)
        if native and before.endswith(native):
            names = folded_names("latin", False)
            first = match.group(1).split()[0].lower()
            found.append(Candidate(start, start + len(native), 1.0 + 1.5 * (first in names.given), 0.6, words))
    return found


def _judge(reading: Reading, candidate: Candidate, around: dict[str, float], odds: float) -> Mention | None:
    """The mention that a candidate is, if any: a learned model tells people from organisations, and what the words
    around say decides whether it is one of them at all."""
    text, lexicon = reading.text, reading.lexicon
    start, end = candidate.start, candidate.end
    key = text.fold[start:end]
    written = reading.written.judge(start, end) if reading.written else None
    if written and sum(written) < _NO_NAME:
        return None
    if key == _NETWORK:
        beside = lexicon.pack.spaces and (around["role_of"] or around["org_word"] or around["owns_role"])
        return reading.make_mention(start, end, "org", 1.0, _NETWORK_ID) if beside else None
    if key in lexicon.words["not_names"] or key in lexicon.acronyms:
        return None
    if key in lexicon.words["places"] or is_inflected_place(key, lexicon):
        return None
    is_firm = written is not None and written[1] > _A_NAME
    if (odds < 0 and _is_product(key, lexicon)) or (not is_firm and _is_broken(reading, start, end)):
        return None
    person, org = _evidence(reading, candidate, around)
    if not candidate.person and script_of(text.norm[start]) not in (1, 2):
        person = 0.0  # a post beside 海棠小面 makes nobody of it: without capitals it is the reader that knows people
    sure = written is not None and max(written) > _A_NAME
    if not sure and _is_common_word(reading, candidate, person, org, bool(around["marked"])):
        return None
    if odds > 0 and (person >= 0.8 or (sure and candidate.person)):
        mention = reading.make_mention(start, end, "person", 1 / (1 + math.exp(-odds)), None)
        mention.listed = candidate.listed
        return mention
    if odds < 0 and (org > 0.9 or candidate.words > 1 or sure):
        return reading.make_mention(start, end, "org", 1 / (1 + math.exp(odds)), None)
    if written is not None and written[0] >= _A_PERSON:
        return reading.make_mention(start, end, "person", written[0], None)  # Suprajarto, Küçükkaya
    # a name of one word that nothing beside it explains: how likely an organisation's is left to what it stands with
    return reading.make_mention(start, end, "unknown", 1 / (1 + math.exp(max(-30.0, min(30.0, odds)))), None)


_NO_NAME, _A_NAME = 0.05, 0.7  # chances by the encoder, below and above which a stretch is none and one
_A_PERSON = 0.9  # chance by the encoder from which a single word is a person's

# The network is an employer after a post or its kind ("chief executive of X"), else a place to write ("wrote on X").
_NETWORK, _NETWORK_ID = "x", "x-corp"


def _evidence(reading: Reading, candidate: Candidate, around: dict[str, float]) -> tuple[float, float]:
    """How much there is of a person and of an organisation in a span and beside it."""
    lexicon = reading.lexicon
    person, org = candidate.person, candidate.org
    if reading.text.fold[candidate.start : candidate.end].split(" ")[0] in lexicon.words["places"]:
        org += 1.2
    role_before = around["role_before"]
    if around["quoted"] and candidate.words <= 2 and not candidate.listed:
        # «Волгаэнергосети» after a post is whose post it is, not who holds it
        org += 2.4 * role_before
        role_before = 0.0
    person += 3.5 * around["honorific"] + 2.4 * role_before + 1.6 * around["role_after"] + 2.0 * around["age"]
    org += 1.3 * around["quoted"] + 3.0 * around["org_word"] + 2.4 * around["role_of"] + 1.8 * around["owns_role"]
    if candidate.words == 1 and not candidate.person and lexicon.pack.capitals != "none":
        org += 0.5 * around["marked"]
    return person, org


def _is_common_word(reading: Reading, candidate: Candidate, person: float, org: float, marked: bool) -> bool:
    """Whether a capital says nothing: in a headline where every word has one, and of German nouns."""
    text = reading.text
    in_headline = reading.title_case and candidate.end <= text.title_end
    key = text.fold[candidate.start : candidate.end]
    if in_headline and key not in text.fold[text.title_end :] and not candidate.listed and org < 1.5:
        return True
    if reading.lexicon.pack.capitals != "nouns":
        return False
    if candidate.words > 1 and marked:
        return False
    return (person <= 0.8 and org <= 0.3) or (candidate.words == 1 and org < 1.0 and not marked)


_QUOTES_OPEN = ("«", "„", "“", '"', "”")
_QUOTES_CLOSE = ("»", "”", "“", '"')


def _is_quoted(norm: str, start: int, end: int) -> bool:
    """Whether a stretch stands by itself in quotation marks."""
    return norm[max(0, start - 1) : start] in _QUOTES_OPEN and norm[end : end + 1] in _QUOTES_CLOSE


def _context(reading: Reading, start: int, end: int) -> dict[str, float]:
    """Evidence beside a span: 1.0 where a kind of word stands next to it, else 0."""
    text, lexicon = reading.text, reading.lexicon
    fold = text.fold
    preceding = reading.hits_from(start - 40, start)
    before = [h for h in preceding if h.end <= start and start - h.end <= 2]
    after = reading.hits_from(end, end + 4)
    inside = [h for h in reading.hits_from(start, end) if h.end <= end and h.end - h.start > 1]
    gap_before = {h.entry.category: fold[h.end : start] for h in before}
    gap_after = {h.entry.category: fold[end : h.start] for h in after}
    tight = not lexicon.pack.spaces
    marks = find_marks(fold, start, end, lexicon)
    role_gap_before = gap_before.get("role")
    role_then_marker = 0.0
    if (marks.get("at") or marks.get("from")) and lexicon.pack.adpositions == "after" and lexicon.pack.spaces:
        # यूनिक बैंक के प्रमुख: the post follows the mark; a post before it is the name's own (नर्स सुनीता वर्मा की)
        role_then_marker = float(
            any(h.entry.category == "role" for h in reading.hits_from(end, end + 12)) and role_gap_before is None
        )
    elif marks.get("at") or marks.get("from"):
        role_then_marker = float(
            any(
                h.entry.category == "role" and h.end <= start and len(fold[h.end : start].split()) <= 2
                for h in preceding
            )
        )
    role_gap_after = gap_after.get("role")
    possessive = fold[end : end + 2] in ("'s", "s'")
    trailing = lexicon.pack.adpositions == "after" or tight
    titled = gap_before.get("honorifics", "-").strip(" .") == "" or (
        trailing and gap_after.get("honorifics", "-").strip() == ""
    )
    role_before = role_gap_before in (" ", "", ", ", ": ", ' "', " '") and (
        not marks.get("at") or lexicon.pack.adpositions == "after"
    )
    role_after = role_gap_after in (", ", " (", "(", " - ") or (
        role_gap_after in ("", " ") and (tight or lexicon.pack.open_end)
    )
    return {
        "honorific": float(titled),
        "role_before": float(role_before),
        "role_after": float(role_after),
        "age": float(bool(_AGE_AFTER.match(fold, end))),
        "org_word": float(
            any(h.entry.category in ("org_before", "org_after") for h in inside)
            or ("org_before" in gap_before and gap_before["org_before"] in (" ", "", " \"", "\""))
            or ("org_after" in gap_after and gap_after["org_after"] in (" ", "", "-"))
        ),
        "role_of": role_then_marker,
        "owns_role": float(possessive and bool(reading.hits_in(end, end + 6, "role", "role_modifiers"))),
        "quoted": float(lexicon.pack.capitals != "none" and _is_quoted(text.norm, start, end)),
        "marked": float(bool(marks)),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------- roles, references


_KINDS: dict[str, MentionKind] = {"role": "role", "org_refs": "org_ref", "pronouns": "pronoun"}


def _other_mentions(reading: Reading, names: list[Mention]) -> list[Mention]:
    covered = [False] * (len(reading.text.norm) + 1)
    for name in names:
        if name.kind != "unknown":
            for offset in range(name.start, name.end):
                covered[offset] = True
    found: list[Mention] = []
    last_end = -1
    for hit in reading.hits:
        kind = _KINDS.get(hit.entry.category)
        # a post may share its first letters with an organisation: 社會處|長, 한별은행|장
        hidden = covered[hit.start] and (kind != "role" or covered[hit.end - 1])
        if not kind or hidden or hit.start < last_end:
            continue
        mention = reading.make_mention(hit.start, hit.end, kind, 1.0, None)
        if kind == "role":
            mention.family = hit.entry.value
            _widen_role(reading, mention)
        found.append(mention)
        last_end = mention.end
    return found


def _widen_role(reading: Reading, role: Mention) -> None:
    """Take in modifiers on both sides: "senior vice president", "director of research"."""
    fold = reading.text.fold
    near = reading.hits_in(role.start - 60, role.end + 60, "role_modifiers", "role", "acting")
    changed = True
    while changed:
        changed = False
        for hit in near:
            if hit.end <= role.start and fold[hit.end : role.start] in ("", " ", "-") and hit.start < role.start:
                role.start, changed = hit.start, True
            elif hit.start >= role.end and fold[role.end : hit.start] in ("", " ", "-") and hit.end > role.end:
                role.end, changed = hit.end, True
    role.text, role.key = reading.text.norm[role.start : role.end], fold[role.start : role.end]


# ------------------------------------------------------------------------------------------------- joining


def _dominant(reading: Reading) -> int:
    """The organisation that the article is about: most mentions, the title counting threefold, media less."""
    best, best_weight = -1, 0.0
    for index, entity in enumerate(reading.orgs):
        weight = 0.0
        for mention in entity.mentions:
            if mention.kind != "org":
                continue
            weight += 3.0 if mention.end <= reading.text.title_end else 1.0 + (0.6 if mention.sentence <= 1 else 0.0)
            weight += 0.5 * bool(mention.sides.get("at"))
        if entity.kind == "media":
            weight *= 0.4
        if weight > best_weight:
            best, best_weight = index, weight
    return best


# -------------------------------------------------------------------------------------- posts beside people


def _extended_end(reading: Reading, mention: Mention) -> int:
    """End past a post, an age or a gloss that belongs to the name: 샘 올트먼 최고경영자(CEO)가."""
    if reading.lexicon.pack.adpositions != "after" or mention.kind != "person":
        return mention.end
    end = mention.end
    bracket = re.compile(r"\s?[(（][^()（）]{1,40}[)）]")
    for _ in range(3):
        match = bracket.match(reading.text.fold, end)
        if match:
            end = match.end()
            continue
        role = next((m for m in mention.roles if m.start >= end and m.start - end <= 1), None)
        if role is None:
            break
        end = role.end
    return end


def _attach_posts(reading: Reading) -> None:
    """Give every person the posts and organisations that stand in apposition."""
    by_sentence: dict[int, list[Mention]] = {}
    for mention in reading.mentions:
        if mention.kind in ("person", "org", "role", "org_ref", "unknown"):
            by_sentence.setdefault(mention.sentence, []).append(mention)
    for row in by_sentence.values():
        for index, mention in enumerate(row):
            if mention.kind == "person":
                _walk(reading, row, index, -1)
                _walk(reading, row, index, +1)


def _walk(reading: Reading, row: list[Mention], index: int, step: int) -> None:
    person = row[index]
    at = index + step
    near = person
    taken = 0
    while 0 <= at < len(row) and taken < 4:
        other = row[at]
        if other.kind == "person":
            break
        left, right = (other, near) if step < 0 else (near, other)
        if not _is_apposition(reading, left, right, step, first=taken == 0):
            break
        if other.kind == "role":
            person.roles.append(other)
        elif other.kind in ("org", "org_ref", "unknown"):
            person.orgs.append(other)
        gap = (left.end, right.start)
        person.former |= any(h.end <= gap[1] + 1 for h in reading.hits_in(gap[0] - 12, gap[1], "former"))
        near = other
        at += step
        taken += 1
    if step < 0 and taken:
        person.former |= bool(reading.hits_in(near.start - 14, near.start, "former"))


_PUNCTUATION = re.compile(r"[\s,'\"()（）\-·.、&/「」“”]+")


def _is_apposition(reading: Reading, left: Mention, right: Mention, step: int, *, first: bool) -> bool:
    lexicon, fold = reading.lexicon, reading.text.fold
    gap = fold[left.end : right.start]
    if len(gap) > 45 or any(mark in gap for mark in ";:!?。；"):
        return False
    if right.start < left.end:
        return True
    if (
        step > 0
        and first
        and lexicon.pack.spaces
        and gap.strip(" ") == ""
        and not lexicon.pack.open_end
        and right.kind != "role"
    ):
        return False
    gap = gap.removeprefix("'s")
    words = [w for w in _PUNCTUATION.split(gap) if w]
    allowed = lexicon.apposed
    if not lexicon.pack.spaces:
        return not gap or all(w in allowed for w in words) or gap in lexicon.markers["at"]
    unknown = [w for w in words if w not in allowed and not w.isdigit()]
    if reading.hits_in(left.end, right.start, "trigger"):
        return False
    limit = (
        0
        if step > 0 and first and "," not in gap and "(" not in gap
        else (2 if right.kind == "person" or left.kind == "role" else 1)
    )
    return len(unknown) <= limit
