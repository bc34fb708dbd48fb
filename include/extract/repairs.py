"""What cleaning repairs: each function yields the edits that it wants in a text."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator

from include.extract.lines import ends_with_teasers
from include.knowledge.cleaning import load_cleaning

Edit = tuple[int, int, str]  # start, end, what stands there instead
Finder = Callable[[str], Iterator[Edit]]

_SPACES = re.compile(r"[\t\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u202f\u205f\u3000]|\r(?!\n)")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]|\r(?=\n)")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
# Joiners carry meaning in Indic and Arabic words and in emoji, and nowhere else.
_JOINING = r"\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u2600-\u27bf\U0001F000-\U0001FAFF"
_STRAY_JOINER = re.compile(rf"(?<![{_JOINING}\ufe0f])[\u200c\u200d]|[\u200c\u200d](?![{_JOINING}])")
_PARAGRAPH_MARK = re.compile(r"\u2029")
_RUN_OF_SPACES = re.compile(r" {2,}")
_SPACE_AT_EDGE = re.compile(r"(?m)^ +| +$")
_BLANK_LINES = re.compile(r"\n{3,}")
_ENTITY = re.compile(
    r"&(?:amp|quot|apos|lt|gt|nbsp|hellip|ndash|mdash|[lr][sd]quo|laquo|raquo|#\d{1,6}|#x[0-9a-fA-F]{1,5});"
)
# A byte of UTF-8 read as Latin-1, Windows-1252 or Windows-1251, and what may follow such a byte.
_MOJIBAKE = re.compile(r"[ÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒâãäåæçèéêëìíîïðРС][\x80-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸЂ-џҐґ°±№]")
_ASCII_RUN = re.compile(r"[\x00-\x7f]+")
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ"
_GLOSS = re.compile(
    rf"(?<=[\u3400-\u9fff])[(（]([a-zü{_TONED}]{{1,6}})[)）]|(?<=[\u3400-\u9fff][A-Za-z])[(（]([a-zü{_TONED}]{{1,6}})[)）]|(?<=[A-Za-z])[(（]([a-zü]*[{_TONED}][a-zü]*)[)）]"
)
_DOUBLED = re.compile(r"([,;،؛、])\1+|([.。])\2(?![.。])|::(?=\s)")
_SPACE_BEFORE_MARK = re.compile(r"(?<=\w) +(?=[,.](?:\s|$))")
_LOWER, _UPPER = "a-zß-öø-ÿа-яёіїєґčćęėłńśźżşğıơư", "A-ZÀ-ÖØ-ÞА-ЯЁІЇЄҐČĆĘŁŚŹŻŞĞİĐ"
_GLUED_MARK = re.compile(rf"[{_LOWER}{_UPPER}]{{2}}[.!?,;:](?=[{_UPPER}])")
_GLUED_WORD = re.compile(rf"[{_LOWER}](?=[{_UPPER}][{_LOWER}]{{2}})")
_WORD_BEFORE = re.compile(r"[\w.@/-]*$")
_WORD_AFTER = re.compile(rf"[{_UPPER}][{_LOWER}]*(?!\w)")
_LONGEST_WORD = 24
_DOMAINS = frozenset(
    [
        "com",
        "org",
        "net",
        "io",
        "ai",
        "co",
        "uk",
        "de",
        "fr",
        "es",
        "it",
        "nl",
        "pl",
        "br",
        "ru",
        "ua",
        "jp",
        "cn",
        "tv",
        "fm",
        "me",
        "js",
        "ts",
        "py",
        "app",
        "dev",
        "gov",
        "edu",
        "info",
    ]
)


def replace(pattern: re.Pattern[str], replacement: str) -> Finder:
    """A finder that puts `replacement` for every match."""

    def find(text: str) -> Iterator[Edit]:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), replacement

    return find


def find_denormal(text: str) -> Iterator[Edit]:
    """Stretches that Unicode's normal form C writes otherwise."""
    if unicodedata.is_normalized("NFC", text):
        return
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or _starts_afresh(text[index]):
            chunk = text[start:index]
            normal = unicodedata.normalize("NFC", chunk)
            if normal != chunk:
                yield start, index, normal
            start = index


def find_entities(text: str) -> Iterator[Edit]:
    """HTML entities that were never decoded."""
    for match in _ENTITY.finditer(text) if "&" in text else ():
        yield match.start(), match.end(), html.unescape(match[0])


def find_mojibake(text: str) -> Iterator[Edit]:
    """Text that was decoded with the wrong encoding, where undoing it is certain.

    Certain is what ftfy undoes without losing a byte. ASCII means the same in all these encodings, so the repaired
    line is aligned with the broken one between its ASCII stretches.
    """
    if _MOJIBAKE.search(text) is None:
        return
    from ftfy import fix_encoding

    position = 0
    for line in text.split("\n"):
        if _MOJIBAKE.search(line):
            repaired = fix_encoding(line)
            if repaired != line and "\ufffd" not in repaired:
                yield from ((position + start, position + end, new) for start, end, new in _align(line, repaired))
        position += len(line) + 1


def find_glosses(text: str) -> Iterator[Edit]:
    """Pinyin in brackets behind a character or inside a name, left by conversion tools: `技術(shù)官M(fèi)ira`."""
    neutral = load_cleaning().neutral_syllables
    for match in _GLOSS.finditer(text) if "(" in text or "（" in text else ():
        syllable = match[1] or match[2] or match[3]
        if syllable in neutral or any(char in _TONED for char in syllable):
            yield match.start(), match.end(), ""


def find_doubled_marks(text: str) -> Iterator[Edit]:
    """Punctuation that stands twice; an ellipsis is left alone."""
    for match in _DOUBLED.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if before not in ".。" or not before:
            yield match.start() + 1, match.end(), ""


def find_missing_spaces(text: str) -> Iterator[Edit]:
    """Places where a stripped tag took the space with it: `Amodei.Essa`, `IA:Modelo`, `queModelos`."""
    places = {match.end() for match in _GLUED_MARK.finditer(text) if _ends_clause(text, match.end())}
    joined = load_cleaning().joined_words
    for match in _GLUED_WORD.finditer(text):
        if _word_before(text, match.end()) in joined:
            places.add(match.end())
    for place in sorted(places):
        yield place, place, " "


def _ends_clause(text: str, end: int) -> bool:
    """True where the mark before `end` closes a word of a sentence: not in `Booking.Com`, `re:Invent`, `a.B`."""
    word, mark = _word_before(text, end - 1), text[end - 1]
    after = _WORD_AFTER.match(text, end)
    if not word or after is None or any(char in "@./" for char in word):
        return False
    if mark in ".!?":
        return word[-2:].islower() and after[0].lower() not in _DOMAINS
    return len(after[0]) >= 3 and ((len(word) >= 3 and word[-3:].islower()) or (len(word) >= 2 and word.isupper()))


def _word_before(text: str, end: int) -> str:
    return _WORD_BEFORE.search(text[max(0, end - _LONGEST_WORD) : end])[0]  # type: ignore[index]


def find_edges(text: str) -> Iterator[Edit]:
    """White space at the ends of the text."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if start:
        yield 0, start, ""
    if start < len(text) and end < len(text):
        yield end, len(text), ""


def find_tail(text: str) -> Iterator[Edit]:
    """A list of other articles at the end, from its heading on."""
    start = ends_with_teasers(text)
    if start is not None:
        yield start, len(text), ""


STEPS: tuple[tuple[str, Finder], ...] = (
    ("control-characters", replace(_CONTROL, "")),
    ("entities", find_entities),
    ("mojibake", find_mojibake),
    ("invisible-characters", replace(_INVISIBLE, "")),
    ("stray-joiners", replace(_STRAY_JOINER, "")),
    ("unicode-form", find_denormal),
    ("spaces", replace(_PARAGRAPH_MARK, "\n")),
    ("spaces", replace(_SPACES, " ")),
    ("glosses", find_glosses),
    ("doubled-punctuation", find_doubled_marks),
    ("missing-spaces", find_missing_spaces),
    ("spaces", replace(_RUN_OF_SPACES, " ")),
    ("spaces", replace(_SPACE_AT_EDGE, "")),
    ("spaces-before-punctuation", replace(_SPACE_BEFORE_MARK, "")),
    ("blank-lines", replace(_BLANK_LINES, "\n\n")),
    ("edges", find_edges),
    ("related-news", find_tail),
)


def _starts_afresh(char: str) -> bool:
    """True where nothing before `char` can combine with it."""
    return char < "\u0300" or (
        not unicodedata.combining(char) and unicodedata.category(char)[0] != "M" and not "\u1160" <= char <= "\u11ff"
    )


def _align(broken: str, repaired: str) -> Iterator[Edit]:
    gaps, whole = _ASCII_RUN.split(broken), _ASCII_RUN.split(repaired)
    if len(gaps) != len(whole) or _ASCII_RUN.findall(broken) != _ASCII_RUN.findall(repaired):
        yield 0, len(broken), repaired
        return
    position = 0
    for index, (old, new) in enumerate(zip(gaps, whole, strict=True)):
        if old != new:
            yield position, position + len(old), new
        position += len(old)
        if index < len(gaps) - 1:
            position = _ASCII_RUN.match(broken, position).end()  # type: ignore[union-attr]
