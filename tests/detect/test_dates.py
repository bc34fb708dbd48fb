"""What the dates of a text mean, counted from the day it was published."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from include.detect import engine
from include.detect.dates import Anchor, DateMention, find_anchor, find_dates, other_years
from include.detect.lexicon import load_lexicon
from include.detect.reading import Reading
from include.errors import ConfigError
from include.knowledge.languages import list_packs, load_pack, pack_path, read_pack
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


@pytest.mark.parametrize(
    ("lang", "text", "dates"),
    [
        ("en", "Five years ago, Jane Roe resigned from Acme.", ["2020"]),
        ("en", "Jane Roe left Acme 12 years ago, Bob Roe two weeks ago.", ["2013", "2025-11"]),
        ("en", "Jane Roe left Acme half a year ago, Bob Roe a decade ago.", ["2025-05", "2015"]),
        ("en", "Jane Roe left Acme three months ago, Bob Roe four days ago.", ["2025-08", "2025-11-16"]),
        ("en", "Jane Roe left Acme twenty-five years ago, Bob Roe a year and a half ago.", ["2000", "2024"]),
        ("de", "Vor drei Jahren verließ Jana Roth SAP.", ["2022"]),
        ("de", "Jana Roth verließ SAP vor zwei Wochen, Udo Roth vor genau drei Tagen.", ["2025-11", "2025-11-17"]),
        ("de", "Jana Roth verließ SAP vor einem halben Jahr, Udo Roth vor anderthalb Jahren.", ["2025-05", "2024"]),
        ("fr", "Il y a trois ans, Jeanne Roux a quitté Renault.", ["2022"]),
        ("fr", "Jeanne Roux a quitté Renault il y a deux mois, Luc Roux il y a vingt-cinq ans.", ["2025-09", "2000"]),
        ("fr", "Jeanne Roux a quitté Renault il y a deux ans et demi.", ["2023"]),
        ("es", "Hace cinco años, Juana Rojo dejó Telefónica.", ["2020"]),
        ("es", "Juana Rojo dejó Telefónica hace apenas tres meses, y Luis Rojo dos años atrás.", ["2025-08", "2023"]),
        ("es", "Juana Rojo dejó Telefónica hace treinta y cinco años.", ["1990"]),
        ("pt", "Há três anos, Joana Rosa deixou a Petrobras.", ["2022"]),
        ("pt", "Joana Rosa deixou a Petrobras dois meses atrás, e Luís Rosa há uma década.", ["2025-09", "2015"]),
        ("pt", "Joana Rosa deixou a Petrobras há quinze dias.", ["2025-11"]),
        ("it", "Tre anni fa Gianna Rossi ha lasciato Eni.", ["2022"]),
        ("it", "Gianna Rossi ha lasciato Eni due settimane fa, Ugo Rossi un anno e mezzo fa.", ["2025-11", "2024"]),
        ("it", "Gianna Rossi ha lasciato Eni mezz'anno fa.", ["2025-05"]),
        ("nl", "Drie jaar geleden verliet Janna Roos ASML.", ["2022"]),
        ("nl", "Janna Roos verliet ASML een half jaar geleden, Jan vier dagen geleden.", ["2025-05", "2025-11-16"]),
        ("nl", "Janna Roos verliet ASML anderhalf jaar geleden.", ["2024"]),
        ("pl", "3 lata temu Joanna Róg odeszła z Allegro.", ["2022"]),
        ("pl", "Przed pięcioma laty Joanna Róg odeszła z Allegro.", ["2020"]),
        ("pl", "Joanna Róg odeszła z Allegro pół roku temu, a Jan Róg dwa tygodnie temu.", ["2025-05", "2025-11"]),
        ("tr", "3 yıl önce Zeynep Gül Getir'den ayrıldı.", ["2022"]),
        ("tr", "Bundan on iki yıl önce Zeynep Gül Getir'den ayrıldı.", ["2013"]),
        ("tr", "İki hafta önce Zeynep Gül Getir'den ayrıldı.", ["2025-11"]),
        ("vi", "Năm năm trước, bà Lan rời FPT.", ["2020"]),
        ("vi", "Bà Lan rời FPT cách đây hai tháng.", ["2025-09"]),
        ("vi", "3 năm trước, bà Lan rời FPT.", ["2022"]),
        ("id", "3 tahun lalu Sari keluar dari Gojek.", ["2022"]),
        ("id", "Sari keluar dari Gojek dua puluh lima tahun silam.", ["2000"]),
        ("id", "Sari keluar dari Gojek setengah tahun yang lalu, Budi dua pekan lalu.", ["2025-05", "2025-11"]),
        ("ru", "3 года назад Анна Роговая ушла из Яндекса.", ["2022"]),
        ("ru", "Анна Роговая ушла из Яндекса двадцать один год тому назад.", ["2004"]),
        ("ru", "Анна Роговая ушла из Яндекса полгода назад, Олег Роговой две недели назад.", ["2025-05", "2025-11"]),
        ("uk", "3 роки тому Ганна Рогова пішла з Grammarly.", ["2022"]),
        ("uk", "Ганна Рогова пішла з Grammarly п’ять місяців тому.", ["2025-06"]),
        ("uk", "Ганна Рогова пішла з Grammarly півтора року тому.", ["2024"]),
        ("ar", "قبل ثلاث سنوات استقالت ليلى من أرامكو.", ["2022"]),
        ("ar", "استقالت ليلى من أرامكو منذ عامين، وقبل خمسة أشهر غادر سامي أرامكو.", ["2023", "2025-06"]),
        ("ar", "استقالت ليلى من أرامكو قبل خمسة وعشرين عاما.", ["2000"]),
        ("hi", "3 साल पहले उन्होंने इंफोसिस छोड़ दी।", ["2022"]),
        ("hi", "उन्होंने डेढ़ साल पहले इंफोसिस छोड़ दी।", ["2024"]),
        ("hi", "आज से पाँच महीने पूर्व उन्होंने इंफोसिस छोड़ दी।", ["2025-06"]),
        ("th", "เมื่อ 3 ปีก่อน เขาลาออกจากแกร็บ", ["2022"]),
        ("th", "เขาลาออกจากแกร็บสองเดือนที่แล้ว", ["2025-09"]),
        ("th", "เขาลาออกจากแกร็บเมื่อยี่สิบห้าปีก่อน", ["2000"]),
        ("ja", "3年前にソニーを退社した。", ["2022"]),
        ("ja", "三カ月前にソニーを退社した。", ["2025-08"]),
        ("ja", "ソニーを3日前に退社した。", ["2025-11-17"]),
        ("ko", "그는 3년 전 네이버를 떠났다.", ["2022"]),
        ("ko", "그는 두 달 전에 네이버를 떠났다.", ["2025-09"]),
        ("ko", "그는 이틀 전 네이버를 떠났다.", ["2025-11-18"]),
        ("zh-Hans", "他三年前离开百度，两周前离开腾讯。", ["2022", "2025-11"]),
        ("zh-Hans", "三个月前，他离开百度。", ["2025-08"]),
        ("zh-Hans", "他二十五年前离开百度，一年半以前离开腾讯。", ["2000", "2024"]),
        ("zh-Hant", "他於三年前離開台積電，半年前離開鴻海。", ["2022", "2025-05"]),
        ("zh-Hant", "他兩個禮拜前離開台積電。", ["2025-11"]),
        ("zh-Hant", "兩日前，他離開台積電。", ["2025-11-18"]),
    ],
)
def test_how_long_ago_is_counted_from_publication(lang: str, text: str, dates: list[str]) -> None:
    assert [mention.iso for mention in find(read(lang, text))] == dates


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Jane Roe resigns in three years' time, having worked there for five years."),
        ("en", "Jane Roe left Acme after ten years; sales are higher than five years ago."),
        ("en", "Jane Roe left Acme several years ago, Bob Roe two or three years ago."),
        ("en", "Jane Roe left Acme more than ten years ago, Bob Roe 2-3 years ago."),
        ("de", "Jana Roth, seit fünf Jahren dabei, verlässt SAP in drei Jahren."),
        ("de", "Jana Roth verließ SAP nach zehn Jahren, Udo Roth vor rund zwei Jahren, Ute Roth vor Jahren."),
        ("fr", "En poste depuis cinq ans, Jeanne Roux quitte Renault dans trois ans."),
        ("fr", "Il y a cinq ans qu'elle dirige Renault, qu'elle quitte. Luc Roux l'a quittée il y a près de dix ans."),
        ("es", "Hace cinco años que dirige Telefónica, que deja dentro de tres años."),
        ("es", "Dirige Telefónica desde hace cinco años y la deja. Luis Rojo la dejó hace unos meses."),
        ("pt", "Joana Rosa, no cargo há cinco anos, deixa a Petrobras daqui a três anos."),
        ("pt", "Joana Rosa está há cinco anos na Petrobras e deixa a empresa. Luís Rosa deixou-a há quase dez anos."),
        ("it", "Gianna Rossi, in azienda da cinque anni, lascia Eni tra tre anni."),
        ("it", "Gianna Rossi ha lasciato Eni un paio di anni fa, Ugo Rossi anni fa."),
        ("nl", "Janna Roos verlaat ASML over drie jaar, na vijf jaar in dienst."),
        ("nl", "Janna Roos verliet ASML ruim tien jaar geleden, Jan Roos jaren geleden."),
        ("pl", "Joanna Róg, od pięciu lat w zarządzie, odejdzie z Allegro za trzy lata."),
        ("pl", "Joanna Róg odeszła z Allegro kilka lat temu, Jan Róg ponad dwa lata temu."),
        ("tr", "Beş yıldır görevde olan Zeynep Gül üç yıl sonra Getir'den ayrılıyor."),
        ("tr", "Kazadan iki yıl önce Zeynep Gül Getir'den ayrıldı; Can Gül birkaç yıl önce ayrıldı."),
        ("vi", "Bà Lan làm việc ở FPT trong 3 năm trước khi rời công ty."),
        ("vi", "Bà Lan rời FPT vài năm trước; ba năm nữa ông Bình rời FPT."),
        ("id", "Sari memimpin selama lima tahun dan keluar dari Gojek tiga tahun lagi."),
        ("id", "Sari, sejak tiga tahun lalu di Gojek, keluar. Budi keluar beberapa tahun lalu."),
        ("ru", "Проработав пять лет, Анна Роговая уйдёт из Яндекса через три года."),
        ("ru", "Анна Роговая ушла из Яндекса года три назад, Олег Роговой около двух лет назад."),
        ("uk", "Пропрацювавши п'ять років, Ганна Рогова піде з Grammarly за три роки."),
        ("uk", "Ганна Рогова пішла з Grammarly кілька років тому, Олег Роговий два-три роки тому."),
        ("ar", "استقالت ليلى التي تديرها منذ خمس سنوات من أرامكو، وقبل عامين من تقاعده استقال سامي."),
        ("ar", "استقالت ليلى من أرامكو بعد ثلاث سنوات، واستقال سامي قبل بضع سنوات."),
        ("hi", "वे तीन साल से इंफोसिस में थे, तीन साल बाद इस्तीफा देंगे।"),
        ("hi", "उन्होंने कुछ साल पहले इंफोसिस छोड़ दी, उन्होंने दो-तीन साल पहले इस्तीफा दिया।"),
        ("th", "เขาทำงานที่แกร็บ 3 ปีก่อนลาออก"),
        ("th", "เขาลาออกจากแกร็บหลายปีก่อน และจะลาออกอีกใน 3 ปี"),
        ("ja", "ソニーに10年間勤め、3年後に退社する。"),
        ("ja", "ソニーを約10年前に退社した。3年前から顧問だった兄は10年前後で退社した。"),
        ("ko", "그는 10년간 일한 네이버를 3년 후 떠난다."),
        ("ko", "그는 수년 전 네이버를 떠났고, 형은 약 10년 전 네이버를 떠났다."),
        ("zh-Hans", "他任职五年，三年后离开百度。"),
        ("zh-Hans", "他几年前离开百度，弟弟三年多前离开百度，哥哥两三年前离开百度。"),
        ("zh-Hant", "他任職五年，三年後離開台積電。"),
        ("zh-Hant", "他數年前離開台積電，弟弟近十年前離開台積電。"),
    ],
)
def test_how_long_something_lasts_and_open_numbers_are_no_dates(lang: str, text: str) -> None:
    assert [mention.iso for mention in find(read(lang, text))] == []


def test_a_month_is_of_the_year_that_is_counted_beside_it() -> None:
    assert [mention.iso for mention in find(read("en", "He left Acme in May five years ago."))] == ["2020-05"]
    assert find(read("en", "He left Acme in May several years ago.")) == []


@pytest.mark.parametrize("text", ["Bà Lan rời FPT 3 năm trước.", "Bà Lan rời FPT vài năm trước."])
def test_what_is_counted_in_years_is_not_last_year(text: str) -> None:
    reading = read("vi", text)
    assert find_dates(reading, 0, len(reading.text.fold), Anchor(None)) == []
    assert "2024" not in [mention.iso for mention in find(reading)]


def test_every_pack_says_how_long_ago() -> None:
    for code in list_packs():
        ago = load_pack(code).dates["ago"]
        assert ago["before"] or ago["after"], code
        assert {2, 3, 10} <= set(ago["numbers"]) | {2}, code  # two of something is one word in Arabic
        assert {"day", "week", "month", "year"} <= set(ago["units"]), code
        assert "6 months" in ago["spans"], code


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ("numbers: {1: [one]", "numbers: {0: [one]", "ago: numbers are whole numbers from 1 to 99; found 0"),
        ("units: {day:", "units: {hour:", "ago: units are day, week, month, year, decade; found 'hour'"),
        ("half a decade", "half a dec*", "ago: spans: 5 years: 'half a dec*' has * or a gap; write every form out"),
        ("6 months: [", "six months: [", "such as '6 months', '1.5 years' or 'some days'; found 'six months'"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_is_counted_is_one_line(good: str, bad: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "en.yaml"
    path.write_text(pack_path("en").read_text(encoding="utf-8").replace(good, bad), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        read_pack(path)
    assert str(raised.value).startswith(f"{path}:") and str(raised.value).endswith(complaint)
