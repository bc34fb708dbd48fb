"""What the dates of a text mean, counted from the day it was published."""

from __future__ import annotations

from datetime import date

import pytest

from include.detect import engine
from include.detect.dates import DateMention, find_anchor, find_dates, other_years
from include.detect.lexicon import load_lexicon
from include.detect.reading import Reading
from include.records import Document

PUBLISHED = date(2025, 11, 20)


def read(lang: str, text: str) -> Reading:
    reading = engine.prepare(Document("d", lang, "", text, PUBLISHED.isoformat()), load_lexicon(lang)).reading
    assert reading is not None, "the text does not pass the gate"
    return reading


def find(reading: Reading) -> list[DateMention]:
    return find_dates(reading, 0, len(reading.text.fold), find_anchor(reading, PUBLISHED))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "He left Acme in May last year."),
        ("en", "In May of last year he left Acme."),
        ("ru", "Он ушёл из Яндекса в мае прошлого года."),
        ("uk", "Пішов з Grammarly у травні минулого року."),
        ("pl", "Odszedł z Allegro w maju ubiegłego roku."),
        ("de", "Er verließ SAP im Mai vergangenen Jahres."),
        ("de", "Er verließ SAP im Mai des vergangenen Jahres."),
        ("nl", "Hij verliet ASML in mei vorig jaar."),
        ("es", "Dejó Telefónica en mayo del año pasado."),
        ("pt", "Deixou a Petrobras em maio do ano passado."),
        ("it", "Ha lasciato Eni nel maggio dell'anno scorso."),
        ("fr", "Il a quitté Renault en mai de l'an dernier."),
        ("id", "Ia keluar dari Gojek pada Mei tahun lalu."),
        ("vi", "Ông rời FPT hồi tháng 5 năm ngoái."),
        ("th", "เขาลาออกจากแกร็บเมื่อเดือนพฤษภาคมปีที่แล้ว"),
        ("ar", "غادر أرامكو في مايو من العام الماضي."),
        ("tr", "Geçen yıl mayısta Getir'den ayrıldı."),
        ("hi", "उन्होंने पिछले साल मई में इंफोसिस छोड़ दी।"),
        ("ko", "그는 지난해 5월 네이버를 떠났다."),
        ("ja", "昨年5月にソニーを退社した。"),
        ("zh-Hans", "他去年5月离开百度。"),
        ("zh-Hant", "他於去年5月離開台積電。"),
    ],
)
def test_a_month_is_of_the_year_that_is_said_beside_it(lang: str, text: str) -> None:
    assert [mention.iso for mention in find(read(lang, text))] == ["2024-05"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("tr", "Bu yılın şubatında Getir'den ayrıldı."),
        ("ko", "그는 올 2월 네이버를 떠났다."),
        ("es", "Dejó Acme en febrero de este año."),
    ],
)
def test_a_month_of_this_year_is_never_the_nearest_one_ahead(lang: str, text: str) -> None:
    assert [mention.iso for mention in find(read(lang, text))] == ["2025-02"]


def test_a_year_that_is_set_apart_from_a_month_is_a_date_of_its_own() -> None:
    reading = read("en", "He left Acme in May. Last year he was still there.")
    assert [mention.iso for mention in find(reading)] == ["2025-05", "2024"]


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("He left Acme in May.", ["2026-05"]),
        ("He left Acme in April, after the sale of 3 April.", ["2025-04", "2025-04-03"]),
        ("He leaves Acme in March.", ["2025-03"]),
        ("He left Acme in November.", []),
        ("He left Acme last May.", []),
        ("He left Acme in May 2024.", []),
        ("He came in March 2023 and left Acme in December.", ["2024-12", "2023-12"]),
    ],
)
def test_a_month_without_a_year_may_be_of_another_than_the_nearest(text: str, others: list[str]) -> None:
    reading = read("en", text)
    assert [mention.iso for mention in other_years(find(reading), PUBLISHED)] == others


@pytest.mark.parametrize(
    ("lang", "text", "dates"),
    [
        ("id", "Ia mundur dari Telkomsel (14/11).", ["2025-11-14"]),
        ("vi", "Ông Bình rời FPT hôm 10/11, sau khi bán 1/4 cổ phần.", ["2025-11-10"]),
        ("en", "Jane Roe left Acme, which holds 3/4 of Zed.", []),
        ("ja", "24年9月にソニーを退社した。", ["2024-09"]),
        ("ja", "24年9月1日付でソニーを退社した。", ["2024-09-01"]),
    ],
)
def test_days_and_years_are_understood_in_short(lang: str, text: str, dates: list[str]) -> None:
    assert [mention.iso for mention in find(read(lang, text))] == dates
