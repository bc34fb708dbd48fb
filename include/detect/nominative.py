"""The form under which a person is listed, where an article has the name in other cases alone: Tarasa Wilczka is
Taras Wilczek.

Given name and surname must agree in gender and case, the given name must be one that is known, or the surname have an
ending that few names have. Where that leaves several readings, the other forms of the name in the article decide, then
the likelier ending; a name that may be a nominative as it stands is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from include.detect.names import folded_names
from include.detect.text import fold_text
from include.knowledge.declension import ANY_CONSONANT, Declension, Row, load_declensions
from include.knowledge.gazetteer import load_gazetteer
from include.knowledge.languages import LanguagePack

_NO_CONSONANTS = frozenset("aeiouyąęóаеёиоуыэюяіїєéáíúöüåäйьъ'’-")
_NOMINATIVE = 0
_OFTEN = (0, 1, 3)  # cases that news has most: nominative, genitive, accusative


@dataclass(frozen=True, slots=True)
class _Analysis:
    """One reading of a word: `nominative` in a gender, of which the word is a case."""

    gender: str
    case: int
    nominative: str
    is_telling: bool
    place: int  # of the row among its language's


def find_nominative(
    name: str,
    others: Collection[str],
    declension: Declension,
    is_given: Callable[[str], bool],
    is_known: Callable[[str], bool],
) -> str:
    """A full name in the nominative; as it is where nothing better is known.

    `others` are the single words by which the article calls the same person, `is_given` says of a word in lower case
    whether it is a given name, `is_known` of a name whether somebody well known has it.
    """
    words = name.split()
    if len(words) < 2:
        return name
    lower = [word.lower() for word in words]
    readings = [
        (_rate(reading, lower, others, declension, is_given, is_known), reading)
        for reading in _agree(_read_words(lower, declension))
        if _is_credible(reading, lower, is_given, is_known)
    ]
    if not readings:
        return name
    best = max(readings, key=lambda row: row[0])[1]
    return " ".join(_write_like(one.nominative, word) for one, word in zip(best, words, strict=True))


def list_under(pack: LanguagePack, name: str, forms: Iterable[str]) -> str:
    """A name as it is listed: in the nominative, in languages that `declension.yaml` knows; `forms` are all that the
    article has of it."""
    declension = load_declensions().get(pack.code)
    if declension is None:
        return name
    given = folded_names(pack.script, False).given
    return find_nominative(
        name,
        {form for form in forms if " " not in form},
        declension,
        lambda word: fold_text(word, False) in given,
        lambda full: load_gazetteer().find_person(full) is not None,
    )


_STEM = 3  # first letters that the cases of a word share at least


def list_organisation_under(pack: LanguagePack, forms: Sequence[str]) -> str:
    """The fullest of the forms that an article has of an organisation, in the case with the shortest ending where it
    has several: Газпромбанк, and not Газпромбанка. Arabic للبنك is "to" and البنك."""
    fullest = max(forms, key=len)
    if pack.code == "ar":
        return f"ال{fullest[2:]}" if fullest.startswith("لل") else fullest
    if pack.code not in load_declensions():
        return fullest
    return min((form for form in forms if _is_other_case(form, fullest)), key=len)


def _is_other_case(form: str, other: str) -> bool:
    words, others = form.lower().split(), other.lower().split()
    return len(words) == len(others) and all(a[:_STEM] == b[:_STEM] for a, b in zip(words, others, strict=True))


def _read_words(lower: Sequence[str], declension: Declension) -> list[list[_Analysis]]:
    rows = [declension.given, *([declension.middle] * (len(lower) - 2)), declension.surname]
    return [_read_word(word, part) for word, part in zip(lower, rows, strict=True)]


def _agree(analyses: Sequence[Sequence[_Analysis]]) -> Iterator[tuple[_Analysis, ...]]:
    """Readings of a whole name: every word in one gender and case. Of words between, the likeliest reading."""
    given, *middle, surname = analyses
    for first, last in product(given, surname):
        if (first.gender, first.case) == (last.gender, last.case):
            between = [[one for one in row if (one.gender, one.case) == (first.gender, first.case)] for row in middle]
            if all(between):
                yield (first, *(min(row, key=lambda one: one.place) for row in between), last)


def _is_credible(
    reading: Sequence[_Analysis], lower: Sequence[str], is_given: Callable[[str], bool], is_known: Callable[[str], bool]
) -> bool:
    given, surname = reading[0], reading[-1]
    if given.case == _NOMINATIVE or _is_listed(given.nominative, is_given) or is_known(_full(reading)):
        return True
    return surname.is_telling and given.nominative != lower[0]


def _rate(
    reading: Sequence[_Analysis],
    lower: Sequence[str],
    others: Collection[str],
    declension: Declension,
    is_given: Callable[[str], bool],
    is_known: Callable[[str], bool],
) -> tuple[float, ...]:
    """What speaks for a reading, the weightiest first."""
    given, surname = reading[0], reading[-1]
    forms = set(_decline(surname.nominative, surname.gender, declension.surname))
    return (
        is_known(_full(reading)),
        _is_listed(given.nominative, is_given),
        any(word.lower() == surname.nominative != lower[-1] for word in others),
        sum(word.lower() in forms for word in others),
        surname.is_telling and (given.case == _NOMINATIVE or given.nominative != lower[0]),
        given.case == _NOMINATIVE,
        given.case in _OFTEN,
        -surname.place,
        -given.place,
    )


def _is_listed(given: str, is_given: Callable[[str], bool]) -> bool:
    return is_given(given) or ("-" in given and all(map(is_given, given.split("-"))))


def _full(reading: Sequence[_Analysis]) -> str:
    return " ".join(one.nominative for one in reading)


def _read_word(word: str, rows: Sequence[Row]) -> list[_Analysis]:
    """All readings of a word in lower case. The parts of "Milewską-Drozd" agree as the words of a name do; of the later
    ones the likeliest reading counts, or a chain of ten would have a million."""
    first, *later = word.split("-")
    readings = list(_read_part(first, rows))
    for part in later:
        likeliest: dict[tuple[str, int], _Analysis] = {}
        for one in sorted(_read_part(part, rows), key=lambda one: one.place):
            likeliest.setdefault((one.gender, one.case), one)
        readings = [
            _Analysis(
                one.gender,
                one.case,
                f"{one.nominative}-{other.nominative}",
                one.is_telling or other.is_telling,
                max(one.place, other.place),
            )
            for one in readings
            if (other := likeliest.get((one.gender, one.case)))
        ]
    return readings


def _read_part(word: str, rows: Sequence[Row]) -> Iterator[_Analysis]:
    for place, row in enumerate(rows):
        for case, endings in enumerate(row.cases):
            for ending in endings:
                cut = _cut(word, ending)
                if cut:
                    for gender in row.genders:
                        yield _Analysis(gender, case, _put(cut, row.nominative), row.is_telling, place)


def _cut(word: str, ending: str) -> tuple[str, str] | None:
    """(what stands before an ending, the consonant that `C` stands for); None where the word has another ending."""
    rest = ending.removeprefix(ANY_CONSONANT)
    if not word.endswith(rest):
        return None
    stem = word[: len(word) - len(rest)]
    if rest == ending:
        return stem, ""
    return (stem[:-1], stem[-1]) if stem and stem[-1] not in _NO_CONSONANTS else None


def _put(cut: tuple[str, str], ending: str) -> str:
    return cut[0] + ending.replace(ANY_CONSONANT, cut[1])


def _decline(nominative: str, gender: str, rows: Sequence[Row]) -> Iterator[str]:
    """All forms that a surname may have."""
    for row in rows:
        cut = _cut(nominative, row.nominative) if gender in row.genders else None
        if cut:
            yield from (_put(cut, ending) for endings in row.cases for ending in endings)


def _write_like(nominative: str, written: str) -> str:
    """Capitals where the written form has them: at the beginning of its parts, and inside O'Connor."""
    if written.isupper():
        return nominative.upper()
    parts = zip(nominative.split("-"), written.split("-"), strict=True)
    return "-".join("".join(_capitalise(part, like)) for part, like in parts)


def _capitalise(part: str, like: str) -> Iterator[str]:
    for place, letter in enumerate(part):
        capital = like[place : place + 1].isupper() and (place == 0 or like[place].lower() == letter)
        yield letter.upper() if capital else letter
