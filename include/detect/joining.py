"""Join the mentions of a document that mean the same person or the same organisation."""

from __future__ import annotations

import re
from functools import lru_cache

from include.detect.names import folded_names
from include.detect.reading import Entity, Mention, Reading
from include.detect.text import script_of
from include.knowledge.gazetteer import load_gazetteer


def join_people(reading: Reading) -> None:
    """Give every mention of a person its entity, and find the surnames alone that nothing has found."""
    _join_thai_names(reading)
    people = [m for m in reading.mentions if m.kind == "person"]
    people.sort(key=lambda m: (-_word_count(m.key), -_native_length(m.key), m.gazetteer_id is None, m.start))
    for mention in people:
        entity = _matching_person(reading, mention)
        if entity is not None and _word_count(mention.key) == 1 and not reading.persons[entity].gazetteer_id:
            mention.gazetteer_id = None  # Espinosa is he whom the article calls Carlos Espinosa, not the known one
        _attach(reading.persons, mention, entity)
    for mention in reading.mentions:
        if mention.kind in ("unknown", "org") and mention.gazetteer_id is None and _word_count(mention.key) == 1:
            entity = _matching_person(reading, mention)
            if entity is not None and not _is_firm_org(reading, mention):
                mention.kind = "person"
                mention.score = 0.9
                _attach(reading.persons, mention, entity)
    _find_short_forms(reading)
    _join_glosses(reading)


_THAI = 6


def _join_thai_names(reading: Reading) -> None:
    """Given name and surname that were seen as two people: เวลลิงตัน คาร์ลอส, with one space between, and no list."""
    if reading.lexicon.pack.script != "thai":
        return
    norm = reading.text.norm
    people = sorted((m for m in reading.mentions if m.kind == "person"), key=lambda m: m.start)
    beside = {
        (first.start, second.start)
        for first, second in zip(people, people[1:], strict=False)
        if norm[first.end : second.start] == " " and all(_is_bare_thai(m) for m in (first, second))
    }
    after = {first for first, _ in beside}
    before = {second for _, second in beside}
    gone = []
    for first, second in zip(people, people[1:], strict=False):
        alone = first.start not in before and second.start not in after
        if (first.start, second.start) in beside and alone and not norm.startswith(_THAI_LIST, second.end):
            first.end = second.end
            first.text, first.key = norm[first.start : first.end], reading.text.fold[first.start : first.end]
            gone.append(second)
    reading.set_mentions([m for m in reading.mentions if m not in gone])


_THAI_LIST = (" และ", "และ", " กับ", " หรือ", ",")


def _is_bare_thai(mention: Mention) -> bool:
    return " " not in mention.text and script_of(mention.text[0]) == _THAI and mention.gazetteer_id is None


def _native_length(key: str) -> int:
    """Letters of a name in Han characters or Hangul, whose short form may stand before it: 井阪 in a headline, and
    井阪隆一 below it. 0 of others, which are as full as they have words."""
    return len(key) if script_of(key[0]) in _NATIVE else 0


def _is_firm_org(reading: Reading, mention: Mention) -> bool:
    """A surname that is an organisation's name too, marked as one: "at Morgan"."""
    return mention.kind == "org" and mention.score > 0.85


def _word_count(key: str) -> int:
    return len(re.findall(r"[^\s·=\-]+", key))


@lru_cache(maxsize=4096)
def _parts(key: str) -> tuple[str, ...]:
    return tuple(p for p in re.split(r"[\s·=\-\"“”«»„]+", key) if p)


def _same_word(a: str, b: str, inflected: bool) -> bool:
    if a == b:
        return True
    if not inflected or min(len(a), len(b)) < 3:
        return False
    common = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        common += 1
    return common >= max(2, min(len(a), len(b)) - 2) and max(len(a), len(b)) - common <= 3


def _matching_person(reading: Reading, mention: Mention) -> int | None:
    """The person whom a mention means: who has that name, else the only one who may be called so."""
    if mention.gazetteer_id:
        for index, entity in enumerate(reading.persons):
            if entity.gazetteer_id == mention.gazetteer_id:
                return index
    for inflected in (False, True)[: 1 + reading.lexicon.pack.inflected_names]:  # Хаби is Хаби Алонсо, not Тен Хагу
        for index, entity in enumerate(reading.persons):
            if any(_is_name_of(reading, mention, form, inflected) for form in entity.forms):
                return index
    parts = _parts(mention.key)
    may_be = [
        index
        for index, entity in enumerate(reading.persons)
        if any(_may_be_name_of(reading, parts, _parts(form)) for form in entity.forms)
    ]
    return may_be[0] if len(may_be) == 1 else None


def _is_name_of(reading: Reading, mention: Mention, form: str, inflected: bool) -> bool:
    parts, own = _parts(mention.key), _parts(form)
    if len(parts) == len(own) and all(_same_word(a, b, inflected) for a, b in zip(parts, own, strict=True)):
        return True
    if mention.gazetteer_id is None and is_native_short_form(mention.key, form, reading.lexicon.pack.script):
        return True
    if len(parts) == 1:
        ends = (own[-1], own[0])
        return len(own) >= 2 and len(parts[0]) > 1 and any(_same_word(parts[0], word, inflected) for word in ends)
    return len(parts) < len(own) and set(parts) <= set(own)


_INNER = 4  # letters of a surname that stands within a full name
_PATRONYMIC = re.compile(r"[а-яіїєґ'’]+(?:ович|йович|евич|івна|ївна|овна|евна)(?:а|у|ем|ом|ові|ич|ю|і|е|и|ы|ой|ою)?\Z")


def _may_be_name_of(reading: Reading, parts: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Whether a name may be that of somebody with a fuller one, if of nobody else.

    Trabuco of Luiz Carlos Trabuco Cappi, В. Гергиев of Валерий Гергиев, Олександр Миколайович of Олександр Ковпак, a
    nickname and a given name, เต๋า ณัฏฐา of ณัฏฐา โกมลวาทิน, the firm and the surname, 카카오 서튼 of 래리 서튼.
    """
    pack = reading.lexicon.pack
    if len(parts) == 1:
        return pack.capitals != "none" and len(parts[0]) >= _INNER and parts[0] in own[1:-1]
    both = ((parts, own), (own, parts))
    return any(len(one) == 2 <= len(other) and _is_other_form(reading, one, other) for one, other in both)


def _is_other_form(reading: Reading, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    pack = reading.lexicon.pack
    if one[0].rstrip(".") == other[0][0]:
        return _same_word(one[1], other[-1], pack.inflected_names)
    if pack.script == "cyrillic" and _PATRONYMIC.match(one[1]):
        return _same_word(one[0], other[0], True)
    if pack.script == "thai":
        return one[1] == other[0]
    if pack.script == "hangul" and one[1] == other[-1]:
        known = load_gazetteer().find_organisation(one[0])
        return bool(known) or any(m.kind == "org" and m.key == one[0] for m in reading.mentions)
    return False


_NATIVE = (5, 7)  # Hangul; Han and kana
_KANA_TAIL = re.compile(r"[\u4e00-\u9fff々]{1,4}([ァ-ヴー]{3,})\Z")


def is_native_short_form(short: str, full: str, script: str) -> bool:
    """Whether a name in Han characters or Hangul is the family name of a longer one, 真壁 of 真壁遼太, or the given
    name of one in two scripts, ブルーノ of 古賀ブルーノ. In Chinese, 张伟 is none of 张伟丽."""
    if script_of(short[0]) not in _NATIVE or " " in short or "·" in full:
        return False
    tail = _KANA_TAIL.match(full)
    if tail and short == tail[1]:
        return True
    if script == "han" and len(full) == 3 and len(short) == 2 and short not in folded_names(script, True).surnames:
        return False
    longest = _LONGEST_MIXED if _KATAKANA.search(full) else _LONGEST_NATIVE
    return 1 <= len(short) < len(full) <= longest and full.replace(" ", "").startswith(short)


_KATAKANA = re.compile(r"[ァ-ヴ]")
_LONGEST_NATIVE, _LONGEST_MIXED = 7, 12  # letters of 長谷川康太郎 and 原田ケイティ美咲


def _attach(entities: list[Entity], mention: Mention, index: int | None) -> None:
    if index is None:
        entities.append(Entity(mention.text, mention.key, mention.gazetteer_id))
        index = len(entities) - 1
    entity = entities[index]
    mention.entity = index
    entity.mentions.append(mention)
    entity.forms.setdefault(mention.key)
    entity.gazetteer_id = entity.gazetteer_id or mention.gazetteer_id


def _find_short_forms(reading: Reading) -> None:
    """Later surname-only mentions in scripts without capitals: 穆拉蒂 after 米拉·穆拉蒂, アルトマン氏, 올트먼."""
    if reading.lexicon.pack.capitals != "none":
        return
    fold = reading.text.fold
    occupied = {o for m in reading.mentions if m.kind in ("person", "org") for o in range(m.start, m.end)}
    for index, entity in enumerate(reading.persons):
        shorts = set()
        for form in list(entity.forms):
            parts = _parts(form)
            if len(parts) >= 2:
                shorts |= {p for p in (parts[-1], parts[0]) if len(p) >= 2}
            elif reading.lexicon.pack.script == "kana" and len(form) >= 4 and script_of(form[0]) == 7:
                shorts.add(form[:2])
        for short in sorted(shorts, key=len, reverse=True):
            at = fold.find(short)
            while at >= 0:
                end = at + len(short)
                if at not in occupied and _short_boundary(reading, at, end):
                    mention = reading.make_mention(at, end, "person", 0.9, entity.gazetteer_id)
                    reading.mentions.append(mention)
                    _attach(reading.persons, mention, index)
                    occupied.update(range(at, end))
                at = fold.find(short, end)
    reading.set_mentions(reading.mentions)


def _short_boundary(reading: Reading, start: int, end: int) -> bool:
    from include.detect.text import is_boundary

    fold = reading.text.fold
    script = script_of(fold[start])
    if script in (6, 7):
        return len(fold[start:end]) >= 2
    before = is_boundary(fold, start) or (start > 0 and fold[start - 1] in reading.lexicon.words["clitics"])
    return before and (is_boundary(fold, end) or script == 5)


def _join_glosses(reading: Reading) -> None:
    """A name followed by itself in another script in brackets is one person: Джерри Творек (Jerry Tworek)."""
    people = [m for m in reading.mentions if m.kind == "person"]
    for first, second in zip(people, people[1:], strict=False):
        gap = reading.text.fold[first.end : second.start]
        if _is_nickname_of(reading, first, second) or (
            first.entity != second.entity
            and script_of(first.key[0]) != script_of(second.key[0])
            and re.fullmatch(r"[\"'’”]?\s?\(\s?", gap)
            and reading.text.fold[second.end : second.end + 2].strip()[:1] == ")"
        ):
            _join(reading, first.entity, second.entity)


def _is_nickname_of(reading: Reading, first: Mention, second: Mention) -> bool:
    """Whether a name in quotation marks follows a name: กานต์สินี "การ์ตูน"."""
    norm = reading.text.norm
    return (
        first.entity != second.entity
        and _word_count(second.key) == 1
        and bool(re.fullmatch(r"\s?[\"“”«„‘']", norm[first.end : second.start]))
        and norm[second.end : second.end + 1] in tuple("\"“”»’'")
    )


def _join(reading: Reading, first: int, second: int) -> None:
    """Make one person of two."""
    kept, gone = reading.persons[first], reading.persons[second]
    for mention in gone.mentions:
        mention.entity = first
    kept.mentions += gone.mentions
    kept.forms |= gone.forms
    kept.gazetteer_id = kept.gazetteer_id or gone.gazetteer_id
    gone.mentions = []


_LEGAL = frozenset(
    [
        "inc",
        "corp",
        "corporation",
        "ltd",
        "llc",
        "plc",
        "gmbh",
        "ag",
        "sa",
        "co",
        "company",
        "the",
        "group",
        "pt",
        "tbk",
        "se",
        "nv",
        "kk",
    ]
)


@lru_cache(maxsize=4096)
def _org_words(key: str) -> frozenset[str]:
    return frozenset(w for w in re.findall(r"\w+", key) if w not in _LEGAL)


def join_organisations(reading: Reading) -> None:
    inflected = reading.lexicon.pack.inflected_names
    places: dict[str, set[int]] = {}  # organisations by what their forms may be known again by
    firms: set[int] = set()
    for mention in sorted(
        (m for m in reading.mentions if m.kind in ("org", "unknown")),
        key=lambda m: (m.gazetteer_id is None, -len(m.key)),
    ):
        traits = _traits(mention, inflected)
        like = sorted(set().union(*(places.get(trait, ()) for trait in traits)))
        index = next(
            (
                i
                for i, entity in ((i, reading.orgs[i]) for i in like)
                if (mention.gazetteer_id and entity.gazetteer_id == mention.gazetteer_id)
                or any(_same_org(mention.key, form, inflected) for form in entity.forms)
            ),
            None,
        )
        _attach(reading.orgs, mention, index)
        for trait in traits:
            places.setdefault(trait, set()).add(mention.entity)
        entity = reading.orgs[mention.entity]
        if mention.kind == "org":
            firms.add(mention.entity)
        elif mention.entity in firms:
            mention.kind = "org"
        if entity.gazetteer_id and not entity.kind:
            entity.kind = load_gazetteer().organisation_by_id[entity.gazetteer_id].kind


def _traits(mention: Mention, inflected: bool) -> set[str]:
    """What two forms of one organisation have in common, one of these at least: see `_same_org`."""
    traits = {f"={mention.key}", *(f"word {word}" for word in _org_words(mention.key))}
    if inflected:
        traits.add(f"begins {mention.key[:2]}")
    if mention.gazetteer_id:
        traits.add(f"id {mention.gazetteer_id}")
    return traits


def _same_org(a: str, b: str, inflected: bool) -> bool:
    if a == b:
        return True
    x, y = _org_words(a), _org_words(b)
    if x and y and (x <= y or y <= x) and len(min(x | y, key=len)) > 2:
        return True
    return inflected and " " not in a and " " not in b and _same_word(a, b, True) and min(len(a), len(b)) >= 4
