"""Dates as people write them, in every supported language."""

from __future__ import annotations

import pytest

from include.extract.written import read_written, without_dates
from include.records import LANGUAGES

WRITTEN = [
    ("en", "Monday, March 2nd, 2026", ["2026-03-02"]),
    ("en", "March 2, 2026 at 11:45 PM PST", ["2026-03-02T23:45:00-08:00"]),
    ("pt", "2 de março de 2026 às 23h15", ["2026-03-02T23:15:00"]),
    ("es", "3 mar 2026 - 10:12 CET", ["2026-03-03T10:12:00+01:00"]),
    ("fr", "Publié le 02 mars 2026 à 23h05, modifié le 03 mars 2026", ["2026-03-02T23:05:00", "2026-03-03 changed"]),
    ("de", "2. März 2026, 23:59 Uhr", ["2026-03-02T23:59:00"]),
    ("it", "2 marzo 2026 alle 23:40", ["2026-03-02T23:40:00"]),
    ("nl", "Bijgewerkt: 2 maart 2026", ["2026-03-02 changed"]),
    ("pl", "2 marca 2026, 23:45", ["2026-03-02T23:45:00"]),
    ("tr", "Güncelleme: 3 Mart 2026 08:12", ["2026-03-03T08:12:00 changed"]),
    ("vi", "Thứ ba, 3/2/2026, 06:12 (GMT+7)", ["2026-02-03T06:12:00+07:00"]),
    ("vi", "2 tháng 3, 2026", ["2026-03-02"]),
    ("id", "2 Maret 2026, 23:30 WIB", ["2026-03-02T23:30:00+07:00"]),
    ("ru", "23:58 02.03.2026 (обновлено: 00:10 03.03.2026)", ["2026-03-02T23:58:00", "2026-03-03T00:10:00 changed"]),
    ("uk", "Понеділок, 2 березня 2026, 09:30", ["2026-03-02T09:30:00"]),
    ("ar", "الإثنين ٢ آذار ٢٠٢٦ - ٠٩:٣٠", ["2026-03-02T09:30:00"]),
    ("hi", "रविवार, 2 मार्च 2026", ["2026-03-02"]),
    ("th", "เผยแพร่ 2 มี.ค. 2569 , 09:30 น.", ["2026-03-02T09:30:00"]),
    ("th", "วันจันทร์ ที่ 2 มีนาคม พ.ศ. 2569, 09.30 น.", ["2026-03-02T09:30:00"]),
    ("th", "02 มี.ค. 69 | 09:30 น.", ["2026-03-02T09:30:00"]),
    ("ar", "2 آذار/مارس 2026", ["2026-03-02"]),
    ("ja", "令和8年3月2日", ["2026-03-02"]),
    ("ko", "입력 2026.03.02. 오후 3:25", ["2026-03-02T15:25:00"]),
    ("zh-Hans", "2026年3月2日 18:05", ["2026-03-02T18:05:00"]),
    ("zh-Hant", "民國115年3月2日", ["2026-03-02"]),
]


@pytest.mark.parametrize(("lang", "text", "expected"), WRITTEN)
def test_written_dates_are_read(lang: str, text: str, expected: list[str]) -> None:
    found = [entry.moment.isoformat() + (" changed" if entry.updated else "") for entry in read_written(text)]
    assert found == expected, lang


def test_every_language_has_an_example() -> None:
    assert {lang for lang, _, _ in WRITTEN} == set(LANGUAGES)


@pytest.mark.parametrize("text", ["May 2026", "12 of May", "She joined in 2015.", "4 min read", "31 February 2026", ""])
def test_what_is_no_whole_date_is_none(text: str) -> None:
    assert read_written(text) == []


def test_day_and_month_are_never_guessed() -> None:
    assert read_written("03/02/2026", month_first=None) == []
    assert [entry.moment.isoformat() for entry in read_written("03/22/2026", month_first=None)] == ["2026-03-22"]
    assert [entry.moment.isoformat() for entry in read_written("03/02/2026")] == ["2026-02-03"]


def test_a_year_of_two_digits_is_read_where_the_day_stands_first() -> None:
    text = "Publicado em 02/03/26 às 09:30"
    assert read_written(text) == []
    assert [entry.moment.isoformat() for entry in read_written(text, short_years=True)] == ["2026-03-02T09:30:00"]
    assert read_written("Version 10.12.26.4", short_years=True) == []


def test_nothing_but_marks_is_left_of_a_dateline() -> None:
    assert not any(map(str.isalnum, without_dates("Oluşturulma: 2 Mart 2026 23:30 - Güncelleme: 3 Mart 2026 08:12")))
