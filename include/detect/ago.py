"""How long ago something was: "five years ago", "vor drei Jahren", 3年前, "hace unos meses".

What such an expression is made of stands in the pack (`dates.ago`); where it stands is found once in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

_BEFORE_UNIT, _AFTER_UNIT = 60, 30  # letters around a unit in which its number and its marker stand
_BESIDE = 24  # letters in which a cancelling phrase stands
_FIRST_YEAR = 1950
_MONTHS = {"month": 1, "year": 12, "decade": 120}
_LETTER = r"\w\u0900-\u097f"  # with the vowel signs of Hindi, which Python does not count among the letters
_DIGITS = r"(?<![\d.,:])\d{1,2}(?:[.,]\d)?(?!\d)"
_RANGE = r" ?[-~〜、/] ?"  # between two numbers: "2-3 years", 三、四年
_NUMERALS = "〇零百千第"  # what makes a larger number or a rank of the numeral behind it: 二〇一五年


@dataclass(frozen=True, slots=True)
class Ago:
    """An expression of how long ago something was; `count` is None where it leaves that open: "several years ago".

    One that is `cancelled` says something else, and what it is made of is no date either: "since five years ago",
    "3 năm trước khi" (three years before he) holds no "năm trước" (last year).
    """

    start: int
    end: int
    unit: str  # day, week, month, year, decade
    count: float | None
    cancelled: bool = False

    def resolve(self, published: date) -> str | None:
        """The date as ISO, as precise as it is said: years and decades a year, months and weeks a month, days a day.

        None where the number is open, or where it is too large for anybody's career.
        """
        if self.count is None:
            return None
        if self.unit == "day":
            return (published - timedelta(days=self.count)).isoformat()
        if self.unit == "week":
            return (published - timedelta(weeks=self.count)).isoformat()[:7]
        index = published.year * 12 + published.month - 1 - round(self.count * _MONTHS[self.unit])
        year = f"{index // 12:04d}"
        if index // 12 < _FIRST_YEAR:
            return None
        return f"{year}-{index % 12 + 1:02d}" if self.unit == "month" else year


class AgoPattern:
    """Finds the expressions of one language; `words` is `dates.ago` of its pack, folded."""

    def __init__(self, words: Mapping[str, Any], clitics: Iterable[str], *, spaces: bool) -> None:
        self._words, self._clitics, self._spaces = words, tuple(clitics), spaces
        self._numbers = {form: float(number) for number, forms in words["numbers"].items() for form in forms}
        self._units = {form: unit for unit, forms in words["units"].items() for form in forms}
        self._spans = {form: _read_span(span) for span, forms in words["spans"].items() for form in forms}

    def find(self, fold: str) -> list[Ago]:
        """Every expression of a folded text, by start; of two that overlap the first, and the longer."""
        found = [
            self._read(fold, match)
            for start, end in self._windows(fold)
            for pattern in self._patterns
            for match in pattern.finditer(fold, start, end)
        ]
        kept: list[Ago] = []
        for ago in sorted(found, key=lambda ago: (ago.start, -ago.end, ago.cancelled)):
            if not kept or ago.start >= kept[-1].end:
                kept.append(ago)
        return kept

    def _windows(self, fold: str) -> Iterator[tuple[int, int]]:
        """The surroundings of units: nothing else of a text is worth the search."""
        start, end = 0, 0
        for match in self._anchor.finditer(fold) if self._units else ():
            if end and match.start() - _BEFORE_UNIT > end:
                yield start, end
                end = 0
            start = start if end else max(0, match.start() - _BEFORE_UNIT)
            end = min(len(fold), match.end() + _AFTER_UNIT)
        if end:
            yield start, end

    def _read(self, fold: str, match: re.Match[str]) -> Ago:
        if match["span"]:
            count, unit = self._spans[match["span"]]
        else:
            unit = self._units[match["unit"] or match["bare"]]
            count = self._add_up(match["number"]) if match["number"] else None
        cancelled = self._is_cancelled(fold, match)
        is_open = cancelled or match["vague"] or match["after_number"] or match["after_unit"]
        return Ago(match.start(), match.end(), unit, None if is_open else count, cancelled)

    def _is_cancelled(self, fold: str, match: re.Match[str]) -> bool:
        """Whether it says how long, or counts from another day: "hace cinco años que", 3年前から, قبل عام 2020."""
        after = fold[match.end() : match.end() + _BESIDE]
        return bool(
            self._not_before.match(after)
            or self._not_after.search(fold[max(0, match.start() - _BESIDE) : match.start()])
            or (match["span"] and after.lstrip()[:1].isdigit())
        )

    def _add_up(self, text: str) -> float | None:
        """The number that is written: "twenty-five" and خمسة وعشرين are sums, "two or three" is none."""
        found = list(self._number.finditer(text))
        values = [self._numbers.get(match.group()) or float(match.group().replace(",", ".")) for match in found]
        if len(found) == 1:
            return values[0]
        if len(found) > 2 or any(match.group()[0].isdigit() for match in found):
            return None
        (first, last), between = values, text[found[0].end() : found[1].start()].strip()
        sums = last < 10 <= first and first % 10 == 0
        turned = first < 10 <= last and last % 10 == 0 and between in self._clitics
        return first + last if sums or turned else None

    @cached_property
    def _anchor(self) -> re.Pattern[str]:
        return re.compile(_any_of((*self._units, *self._spans)))

    @cached_property
    def _number(self) -> re.Pattern[str]:
        return re.compile(f"(?:{_DIGITS}|{_any_of(self._numbers)})")

    @cached_property
    def _not_before(self) -> re.Pattern[str]:
        """A word that ends in a sign may be followed by more letters: "qu'elle"."""
        forms = self._words["not_before"]
        whole = _any_of(form for form in forms if form[-1:].isalpha())
        return re.compile(f" ?(?:{whole}{self._end}|{_any_of(form for form in forms if not form[-1:].isalpha())})")

    @cached_property
    def _not_after(self) -> re.Pattern[str]:
        """What begins with a hyphen is an ending: "istifasından üç yıl önce" counts from the resignation."""
        forms = self._words["not_after"]
        whole = _any_of(form for form in forms if form[0] != "-")
        endings = _any_of(form[1:] for form in forms if form[0] == "-")
        return re.compile(f"(?:{self._start_of_word}{whole}|{endings}) ?$")

    @property
    def _end(self) -> str:
        return f"(?![{_LETTER}])" if self._spaces else ""

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        """One for markers behind ("five years ago"), one for markers before ("vor fünf Jahren")."""
        vague, unit, gap = _any_of(self._words["vague"]), _any_of(self._units), "[ -]?"
        between, space = _any_of(self._words["between"]), " " if self._spaces else " ?"
        joint = f"{_RANGE}|{space}{between}{space}| {_any_of(self._clitics)}| ?"
        number = f"{self._number.pattern}(?:(?:{joint}){self._number.pattern})*"
        counted = f"(?P<number>{number}){gap}(?P<after_number>{vague})?{gap}(?P<unit>{unit})"
        said = f"(?:(?P<span>{_any_of(self._spans)})|{counted}|(?(vague)(?P<bare>{unit})|(?!)))"
        core = f"(?P<vague>(?:{vague}{gap})+)??{said}"  # as few as can be: 半 of 半年 is no vague word
        core += f"(?: ?(?P<after_unit>{vague}))?"
        after, before = _any_of(self._words["after"]), _any_of(self._words["before"])
        return [
            re.compile(f"{self._start}{core} ?{after}{self._end}"),
            re.compile(f"{self._start}{before} ?{core}{self._end}"),
        ]

    @property
    def _start_of_word(self) -> str:
        glued = f"{_any_of(self._clitics)}?" if self._clitics else ""
        return f"(?<![{_LETTER}-]){glued}" if self._spaces else ""

    @property
    def _start(self) -> str:
        if self._spaces:
            return self._start_of_word
        single = "".join(form for form in self._numbers if len(form) == 1)
        return rf"(?<![\d{_NUMERALS}{single}])"


def _read_span(span: str) -> tuple[float | None, str]:
    """Count and unit: 6 and month of "6 months"; an open number of years of "some years"."""
    count, unit = span.split(" ")
    return None if count == "some" else float(count), unit.removesuffix("s")


def _any_of(forms: Iterable[str]) -> str:
    """A pattern for any of the forms, the longest first; for none of them one that never matches."""
    literals = sorted(dict.fromkeys(forms), key=lambda form: (-len(form), form))
    return f"(?:{'|'.join(map(re.escape, literals))})" if literals else "(?!)"
