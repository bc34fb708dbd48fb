"""Languages that we read are named, their neighbours are not taken for them."""

from __future__ import annotations

import pytest

from include.extract.language import identify_language
from include.records import LANGUAGES
from tests import recorded

NEIGHBOURS = {
    "sv": "Statsministern meddelade på onsdagen att hon avgår efter valet.",
    "da": "Direktøren fratræder sin stilling efter ti år i virksomheden, oplyser selskabet onsdag.",
    "no": "Sjefen går av etter ti år, opplyser selskapet i en pressemelding onsdag.",
    "ca": "El conseller delegat deixa l'empresa després de deu anys, segons ha anunciat aquest dimecres.",
    "gl": "O conselleiro delegado deixa a empresa despois de dez anos, segundo anunciou este mércores.",
    "ro": "Directorul general părăsește compania după zece ani, a anunțat miercuri firma.",
    "cs": "Generální ředitel po deseti letech opouští firmu, oznámila ve středu společnost.",
    "bg": "Главният изпълнителен директор напуска компанията след десет години.",
    "be": "Генеральны дырэктар пакідае кампанію пасля дзесяці гадоў працы.",
    "fa": "مدیرعامل شرکت پس از ده سال از سمت خود کناره‌گیری کرد.",
    "ur": "کمپنی کے چیف ایگزیکٹو نے دس سال بعد استعفیٰ دے دیا۔",
    "mr": "कंपनीच्या मुख्य कार्यकारी अधिकाऱ्याने दहा वर्षांनंतर राजीनामा दिला.",
    "ms": "Ketua Pegawai Eksekutif syarikat itu meletak jawatan selepas sepuluh tahun.",
    "he": 'מנכ"ל החברה התפטר לאחר עשר שנים בתפקיד.',
    "el": "Ο διευθύνων σύμβουλος αποχωρεί από την εταιρεία μετά από δέκα χρόνια.",
}


@pytest.mark.parametrize("code", NEIGHBOURS)
def test_neighbours_are_unsupported(code: str) -> None:
    assert identify_language(NEIGHBOURS[code]) == "unsupported"


def test_every_supported_language_is_among_the_recorded_pages_and_found() -> None:
    seen = {recorded.load_record(name)["expected"]["lang"] for name in recorded.list_pages()}
    assert set(LANGUAGES) <= seen


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("OpenAI研究員Alec Radford稱將離開OpenAI，從事獨立研究", "zh-Hant"),
        ("OpenAI研究员Alec Radford称将离开OpenAI，从事独立研究", "zh-Hans"),
        ("OpenAIの研究者アレック・ラドフォード氏が退社する", "ja"),
        ("Satu lagi peneliti ternama OpenAI hijrah ke Meta", "id"),
    ],
)
def test_headlines(text: str, lang: str) -> None:
    assert identify_language(text) == lang


def test_hints_decide_where_there_is_little_and_never_against_a_clear_text() -> None:
    assert identify_language("12:30", hints=("pt-BR",)) == "pt"
    assert identify_language("...", hints=("zh_TW",)) == "zh-Hant"
    assert identify_language("12:30", hints=("sv",)) == "unsupported"
    assert identify_language("Der Vorstand hat am Montag in Kassel entschieden, dass sie geht.", hints=("en",)) == "de"


def test_a_text_without_letters_is_unsupported() -> None:
    assert identify_language("") == "unsupported"
    assert identify_language("42 – 17") == "unsupported"
