"""Names as they are said, one letter a sound, and how strongly two of them speak for being one name.

`萨姆·奥特曼`, `サム・アルトマン` and `Sam Altman` are laid side by side sound by sound. Each pair of sounds that names
of one person show more often than names of two speaks for them, each that they show less often against them. The sum
is a weight of evidence in bits: 10 bits are a chance of one in a thousand that two names agree so well by accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, product

from anyascii import anyascii

from include.knowledge.gazetteer import load_names
from include.knowledge.givennames import load_everyday_names, load_nicknames
from include.knowledge.namekeys import name_key
from include.knowledge.sounds import SoundTable, load_han_readings, load_sounds
from include.resolve.names import LOST_SOUNDS, TR_AS_CH, name_parts, particles, read_kanji, script_of, strip_case

Words = tuple[str, ...]
_Way = tuple[float, Words, Words]  # bits lost, words of both in the order in which they agree
WITHOUT_VOWELS = {"arabic", "devanagari"}
_DROPPED_WORD = -4.0  # bits: a middle name that the other leaves out
_MOST_DROPPED = 2
_COMMON_WORD, _RARE_WORD = 10.0, 16.0  # bits that one word heard in two scripts is worth at most
_RARE = 19.0  # bits of a word that few have
_COMMON, _EVERYDAY = 7.0, 4.0  # and a word that is the same: every hundredth Korean is a Park
_FAMILY, _CHARACTER = 5.0, 5.0  # bits of a family name in Han or Hangul, and of each other character
_SYLLABIC = 5  # letters of a word of Park Ji-hoon at most
_WEIGHED = 4  # ways to lay two names side by side
_READINGS = 4  # of a name in Han, in one country
_EQUAL = 1e-9
_OTHER_WORD = -6.0  # bits that a word speaks against at most

_THAI_BEFORE = re.compile("([เแโใไ])([ก-ฮ])")
_THAI_SILENT = re.compile("[ก-ฮ][ิุ]?์")
_THAI_CARRIER = re.compile("อ(?=[ะ-ูเแโใไ])|(?<=[ะ-ูเแโใไ])อ")
_SMALL_KANA = {"ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}
_KANA_BEFORE_SMALL = {
    "フ": "f", "ヴ": "v", "テ": "t", "デ": "d", "ト": "t", "ド": "d", "ウ": "w", "チ": "ch", "シ": "sh", "ジ": "j",
    "ツ": "ts", "ク": "kw", "グ": "gw", "イ": "y",
}  # fmt: skip
_KANA_PAIR = re.compile(f"([{''.join(_KANA_BEFORE_SMALL)}])([{''.join(_SMALL_KANA)}])")
_KANA_SILENT = str.maketrans("", "", "ーッ")


def _compile(*rules: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), sound) for pattern, sound in rules)


# S is sh, C ch, Z zh, c ts, x kh, N ng, U and O the vowels of Korean eu and eo.
_SHARED = _compile(
    ("tsch|tch|ch|cz", "C"), ("shch|sch|sh|sz", "S"), ("zh|rz", "Z"), ("ts|tz", "c"), ("dzh|dj", "j"), ("dz", "z"),
    ("kh", "x"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "kw"), ("ng(?![aeiouyUO])", "N"),
)  # fmt: skip
_LATIN = _compile(("eau", "o"), ("c(?=[eiy])", "s"), ("(?<![aeiou])x", "S"), ("x", "ks"))
_BEFORE = {
    "kana": _compile(("(sh|ch|j)iy(?=[auo])", r"\1"), ("(?<=[kgnhbpmr])iy(?=[auo])", "y")),
    "devanagari": _compile(("ch?", "ch"), ("j'", "z")),
    "han": _compile(("q", "ch"), ("x", "sh")),  # of pinyin
    "hangul": _compile(("eu", "U"), ("eo", "O"), ("ui", "i")),
}
_READ_OTHERWISE = (("j", "y"), ("qu", "k"), ("ee", "i"), ("oo", "u"))  # Jan, Quintana, Jun-hee, Ji-hoon
_LATIN_C = re.compile("c(?!h|k|z|[eiy])")
_LONGEST_ACRONYM = 5
_LETTER_NAMES = {
    "a": "ei", "b": "bi", "c": "si", "d": "di", "e": "i", "f": "ef", "g": "ji", "h": "eiC", "i": "ai", "j": "jei",
    "k": "kei", "l": "el", "m": "em", "n": "en", "o": "o", "p": "pi", "q": "kyu", "r": "ar", "s": "es", "t": "ti",
    "u": "yu", "v": "vi", "w": "dabOlyu", "x": "eks", "y": "wai", "z": "zi",
}  # fmt: skip
_SIGNS = re.compile("['`]")
_DOUBLED = re.compile(r"(.)\1+")
_ARTICLE = re.compile("^ال(?=...)")


@lru_cache(maxsize=65536)
def say_word(word: str, script: str) -> str:
    """One word of a name as sounds."""
    if script == "thai":
        word = _THAI_CARRIER.sub("", _THAI_BEFORE.sub(r"\2\1", _THAI_SILENT.sub("", word))) or word
    elif script == "kana":
        word = _KANA_PAIR.sub(lambda m: _KANA_BEFORE_SMALL[m[1]] + _SMALL_KANA[m[2]], word.translate(_KANA_SILENT))
    elif script == "latin":
        word = _LATIN_C.sub("k", word)
    text = _SIGNS.sub("", anyascii(word).lower())
    for pattern, sound in (*_BEFORE.get(script, ()), *_SHARED, *(_LATIN if script == "latin" else ())):
        text = pattern.sub(sound, text)
    return _DOUBLED.sub(r"\1", re.sub("[^a-zA-Z]", "", text))


@lru_cache(maxsize=65536)
def ways_to_sound(name: str) -> tuple[Words, ...]:
    """The words of a name as sounds, in each of the ways in which it may be read."""
    script, parts = script_of(name), name_parts(name)
    ways = [tuple(say_word(part, script) for part in parts)]
    if script == "cyrillic":
        ways.append(tuple(say_word(strip_case(part), script) for part in parts))
    if script == "latin":
        for written, read in _READ_OTHERWISE:
            if any(written in part for part in parts):
                ways.append(tuple(say_word(part.replace(written, read), script) for part in parts))
        if any(map(TR_AS_CH.match, parts)):
            ways.append(tuple(say_word(TR_AS_CH.sub("ch", part), script) for part in parts))
        ways += _call_otherwise(parts)
    if script == "hangul" and parts and parts[0][0] in LOST_SOUNDS:
        ways.append(tuple(say_word(part, script) for part in (LOST_SOUNDS[parts[0][0]] + parts[0][1:], *parts[1:])))
    if script == "han" and len(parts) == 1:
        ways += _read_abroad(name, parts[0])
    plain = [_leave_particles(parts, way, script) for way in ways[:2]]
    kept = (tuple(word for word in way if word) for way in (*ways, *plain))
    return tuple(dict.fromkeys(way for way in kept if way))


def _call_otherwise(parts: Sequence[str]) -> Iterator[Words]:
    """A Latin name with the other forms of its given name: Bob for Robert, whose name in Cyrillic may be either."""
    for index, part in enumerate(parts):
        for form in sorted(load_nicknames().get(part, ())):
            if form.isascii() and " " not in form:
                yield tuple(say_word(form if at == index else word, "latin") for at, word in enumerate(parts))


def _read_abroad(name: str, key: str) -> Iterator[Words]:
    """A name in Han as it is read in Japan, Korea, Hong Kong and Vietnam; the words are its characters."""
    japanese = read_kanji(name)
    if japanese:
        yield tuple(say_word(part, "kana") for part in japanese)
    if not 2 <= len(key) <= 4:
        return
    for country, readings in load_han_readings().items():
        script = "hangul" if country == "korean" else "latin"
        spoken = [readings.get(character, ()) for character in key]
        for way in islice(product(*spoken), _READINGS):
            yield tuple(say_word(syllable, script) for syllable in way)


def _leave_particles(parts: Sequence[str], way: Words, script: str) -> Words:
    """Without von, al, bin and their like, where two words are left; Arabic writes its article with the word."""
    if script not in ("latin", "arabic", "cyrillic", "devanagari", "kana") or len(parts) != len(way):
        return way
    if script == "arabic":
        way = tuple(say_word(_ARTICLE.sub("", part), script) for part in parts)
    kept = tuple(word for part, word in zip(parts, way, strict=True) if part not in particles(script))
    return kept if len(kept) > 1 else way


@lru_cache(maxsize=65536)
def sound_evidence(left: str, right: str) -> float:
    """Bits that two full names speak for being one person's, by their sounds; below 0 where they speak against it.

    Words may come in another order, and a middle name be left out. No word counts for more than it is rare.
    """
    if right < left:
        left, right = right, left
    scripts, table = (script_of(left), script_of(right)), load_sounds()
    best = _find_ways(left, right, table)
    if best[0][0] <= 0:
        return best[0][0]
    most = min(_most(name) for name in (left, right))
    return min(most, max(_weigh(scripts, way, table) for _, way in best[:_WEIGHED]))


@lru_cache(maxsize=65536)
def closeness(left: str, right: str) -> float:
    """Bits of two full names without regard to rarity, to tell which of several people a name is nearest to."""
    first, second = sorted((left, right))
    return _find_ways(first, second, load_sounds())[0][0]


@lru_cache(maxsize=65536)
def agreement_in_script(left: str, right: str) -> float:
    """How well two names of one script agree in the sounds of every word, 1 for wholly: 샘 올트먼, 샘 알트만."""
    script, table = script_of(left), load_sounds()
    best = 0.0
    for ours, theirs in product(ways_to_sound(left), ways_to_sound(right)):
        for turned in _turn(theirs) if len(ours) == len(theirs) else ():
            pairs = zip(ours, turned, strict=True)
            best = max(best, min(_agree(a, b, script, table) for a, b in pairs))
    return best


@lru_cache(maxsize=65536)
def weigh_words(left: str, right: str) -> tuple[float, float]:
    """Two runs of words of two scripts: the bits that they speak for being one, and their share of the most."""
    scripts, table = (script_of(left), script_of(right)), load_sounds()
    best = 0.0, 0.0
    for ours, theirs in product(_ways_to_say(left), _ways_to_say(right)):
        if ours and theirs:
            bits = _align(ours, theirs, scripts, table)[-1][-1]
            best = max(best, (bits, bits / (_sum_of_best(ours + theirs, table) / 2)))
    return best


def _ways_to_say(words: str) -> tuple[str, ...]:
    """A run of words as sounds; letters may be said one by one: BMW, بي إم دبليو."""
    script = script_of(words)
    said = say_word(words.replace(" ", ""), script)
    if script != "latin" or not words.isalpha() or len(words) > _LONGEST_ACRONYM:
        return (said,)
    return said, "".join(_LETTER_NAMES.get(letter, letter) for letter in words)


def _sum_of_best(sounds: str, table: SoundTable) -> float:
    return sum(table.pairs[sound][sound] for sound in sounds)


@lru_cache(maxsize=65536)
def weigh_within(part: str, whole: str) -> tuple[float, float]:
    """`weigh_words` against whatever part of the other agrees best: DeepMind, グーグル・ディープマインド."""
    scripts, table = (script_of(part), script_of(whole)), load_sounds()
    ours, theirs = (say_word(words.replace(" ", ""), script_of(words)) for words in (part, whole))
    if not ours or not theirs:
        return 0.0, 0.0
    bits = max(_align(ours, theirs, scripts, table, within=True)[-1])
    return bits, bits / _sum_of_best(ours, table)


def _agree(left: str, right: str, script: str, table: SoundTable) -> float:
    full = _sum_of_best(left + right, table) / 2
    return _align(left, right, (script, script), table)[-1][-1] / full


@lru_cache(maxsize=65536)
def rarity(name: str) -> float:
    """Bits that a full name is worth where it agrees wholly: 李伟 little, `Rafael Quintanilha` much."""
    script, table = script_of(name), load_sounds()
    bits = 0.0
    for part in name_parts(name):
        word = say_word(part, script)
        most = _EVERYDAY if part in load_everyday_names() else _COMMON if word in _common_sounds(script) else _RARE_WORD
        bits += min(most, _sum_of_best(word, table))
    return min(_most(name), bits)


@lru_cache(maxsize=65536)
def is_everyday(name: str) -> bool:
    """Whether every word of a name is one that very many have: Nguyễn Văn Hùng."""
    return all(part in load_everyday_names() for part in name_parts(name))


@lru_cache(maxsize=65536)
def is_rare_word(part: str) -> bool:
    """Whether so few have this word in their name that it tells who is meant, within days."""
    script = script_of(part)
    if script in ("han", "hangul") or part in load_everyday_names():
        return False
    return _sum_of_best(say_word(part, script), load_sounds()) >= _RARE


def best_alignment(left: str, right: str, table: SoundTable) -> tuple[float, tuple[str, str]]:
    """The bits of two names laid side by side in their best way, and the sounds of both, without regard to rarity."""
    bits, (_, ours, theirs) = _find_ways(left, right, table)[0]
    return bits, ("".join(ours), "".join(theirs))


def _find_ways(left: str, right: str, table: SoundTable) -> list[tuple[float, _Way]]:
    """Ways to lay two names side by side, the best first."""
    scripts = script_of(left), script_of(right)
    found: list[tuple[float, _Way]] = []
    for ours, theirs in product(ways_to_sound(left), ways_to_sound(right)):
        for loss, ours_kept, theirs_kept in _leave_words_out(ours, theirs):
            for turned in _turn(theirs_kept):
                bits = loss + _align("".join(ours_kept), "".join(turned), scripts, table)[-1][-1]
                found.append((bits, (loss, ours_kept, turned)))
    return sorted(found, key=lambda entry: (-entry[0], entry[1])) or [(-_RARE_WORD, (0.0, (), ()))]


def _most(name: str) -> float:
    """What a name in Han or Hangul is worth at most: so many are called 李伟."""
    parts, everyday = name_parts(name), load_everyday_names()
    if script_of(name) in ("han", "hangul") and len(parts) == 1:
        given = parts[0][1:]
        return _FAMILY + (_CHARACTER + 1 if given in everyday else _CHARACTER * len(given))
    if script_of(name) == "latin" and any(part in everyday for part in parts) and max(map(len, parts)) <= _SYLLABIC:
        either = " ".join(parts[1:]), " ".join(parts[:-1])
        return _FAMILY + (_CHARACTER + 1 if everyday.intersection(either) else 2 * _CHARACTER)
    return 2 * _RARE_WORD


def _turn(words: Words) -> Iterator[Words]:
    yield words
    if len(words) > 1:
        yield (*words[1:], words[0])
    if len(words) > 2:
        yield (words[-1], *words[:-1])


def _leave_words_out(left: Words, right: Words) -> Iterator[tuple[float, Words, Words]]:
    yield 0.0, left, right
    extra = len(left) - len(right)
    if not extra or min(len(left), len(right)) < 2 or abs(extra) > _MOST_DROPPED:
        return
    for kept in _leave_out(left if extra > 0 else right, abs(extra)):
        yield _DROPPED_WORD * abs(extra), *((kept, right) if extra > 0 else (left, kept))


def _leave_out(words: Words, count: int) -> Iterator[Words]:
    for index in range(len(words)):
        rest = (*words[:index], *words[index + 1 :])
        if count == 1:
            yield rest
        else:
            yield from _leave_out(rest, count - 1)


def _align(
    left: str, right: str, scripts: tuple[str, str], table: SoundTable, *, within: bool = False
) -> list[list[float]]:
    """Best sums of bits for all beginnings of both (Needleman and Wunsch); `within`: the right may begin anywhere."""
    ours, theirs = (
        [_gap(sound, script, other, table) for sound in text]
        for text, script, other in ((left, scripts[0], scripts[1]), (right, scripts[1], scripts[0]))
    )
    row = [0.0]
    for gap in theirs:
        row.append(0.0 if within else row[-1] + gap)
    rows = [row]
    for sound, gap in zip(left, ours, strict=True):
        weights = table.pairs[sound]
        above, row = row, [row[0] + gap]
        last = row[0]
        for index, other in enumerate(right):
            last = max(above[index] + weights[other], above[index + 1] + gap, last + theirs[index])
            row.append(last)
        rows.append(row)
    return rows


def _gap(sound: str, script: str, other: str, table: SoundTable) -> float:
    gaps = table.gaps_beside_consonants if other in WITHOUT_VOWELS else table.gaps
    return gaps[script][sound]


def trace(left: str, right: str, scripts: tuple[str, str], table: SoundTable) -> Iterator[tuple[int, int, float]]:
    """The best alignment from its end: where both stand after each step, and its bits."""
    rows = _align(left, right, scripts, table)
    i, j = len(left), len(right)
    while i or j:
        here = rows[i][j]
        if i and j and abs(rows[i - 1][j - 1] + table.pairs[left[i - 1]][right[j - 1]] - here) < _EQUAL:
            i, j = i - 1, j - 1
        elif i and abs(rows[i - 1][j] + _gap(left[i - 1], *scripts, table) - here) < _EQUAL:
            i -= 1
        else:
            j -= 1
        yield i, j, here - rows[i][j]


def _weigh(scripts: tuple[str, str], chosen: _Way, table: SoundTable) -> float:
    """The evidence word by word, each at most what its rarity allows."""
    loss, *sides = chosen
    texts = ("".join(sides[0]), "".join(sides[1]))
    bits = [[0.0] * len(text) for text in texts]
    for *positions, weight in trace(*texts, scripts, table):
        for found, position in zip(bits, positions, strict=True):
            found[min(position, len(found) - 1)] += weight
    sums = []
    for script, words, found in zip(scripts, sides, bits, strict=True):
        of_words, start = [], 0
        for word in words:
            of_words.append(sum(found[start : start + len(word)]))
            start += len(word)
        sums.append(_cap(script, words, of_words))
    return loss + min(sums)


def _cap(script: str, words: Words, bits: Sequence[float]) -> float:
    """The sum, no word counting for more than its rarity."""
    common = _common_sounds(script)
    return sum(
        max(_OTHER_WORD, min(got, _COMMON_WORD if word in common else _RARE_WORD))
        for word, got in zip(words, bits, strict=True)
    )


@cache
def _common_sounds(script: str) -> frozenset[str]:
    """How the names sound that many have."""
    lists = {"han": [], "kana": ["katakana"], "other": []}.get(script, [script])
    known = [names for found in lists for names in [load_names(found)]]
    words = {word for names in known for word in (*names.given, *names.surnames)}
    return frozenset(say_word(key, script) for word in words if (key := name_key(word)))
