"""Who said it first, in every supported language; and a person who works for an outlet is no citation."""

from __future__ import annotations

import pytest

from include.extract.origins import find_origin
from include.records import LANGUAGES

CITED = [
    ("en", "The Information first reported the departure. Bloomberg News later said so.", "The Information"),
    ("en", "SAN FRANCISCO (Reuters) - Jane Roe is leaving.", "Reuters"),
    ("en", "She is leaving, according to a report in the Wall Street Journal.", "The Wall Street Journal"),
    ("pt", "O executivo deixa a empresa, segundo a Reuters.", "Reuters"),
    ("es", "Según informa El País, dimite.", "El País"),
    ("fr", "Il quitte l'entreprise, selon l'AFP.", "AFP"),
    ("de", "Er geht, wie das Handelsblatt berichtet.", "Handelsblatt"),
    ("de", "Er geht.\nEin Satz noch.\n(Quelle: APA/sda/dpa)", "APA"),
    ("it", "Lo riferisce l'ANSA.", "ANSA"),
    ("nl", "Dat meldt persbureau Reuters.", "Reuters"),
    ("pl", "Jak podaje Puls Biznesu, prezes odchodzi.", "Puls Biznesu"),
    ("tr", "Bloomberg'in haberine göre CEO ayrılıyor.", "Bloomberg"),
    ("vi", "Theo Reuters, ông sẽ rời công ty.", "Reuters"),
    ("id", "Dilansir dari Reuters, ia mundur.", "Reuters"),
    ("ru", "Об этом сообщает «Коммерсантъ» со ссылкой на источники.", "Kommersant"),
    ("uk", "Про це повідомляє Інтерфакс-Україна.", "Interfax-Ukraine"),
    ("ar", "ذكرت وكالة رويترز أن الرئيس التنفيذي استقال.", "Reuters"),
    ("hi", "रॉयटर्स के अनुसार, सीईओ ने इस्तीफा दिया।", "Reuters"),
    ("th", "สำนักข่าวรอยเตอร์สรายงานว่า ซีอีโอลาออก", "Reuters"),
    ("ja", "米ブルームバーグ通信が報じたところによると、辞任する。", "Bloomberg"),
    ("ko", "로이터통신은 6일(현지시간) 최고경영자가 물러난다고 보도했다.", "Reuters"),
    ("zh-Hant", "近日,據外媒The Information消息,OpenAI研究員離開。", "The Information"),
    ("zh-Hans", "据彭博社报道，他将离职。", "Bloomberg"),
    ("zh-Hans", "他将离职。\n来源：财新网", "Caixin"),
]


@pytest.mark.parametrize(("lang", "text", "origin"), CITED)
def test_citations_are_found(lang: str, text: str, origin: str) -> None:
    assert find_origin(text, lang) == origin


def test_every_language_has_an_example() -> None:
    assert {lang for lang, _, _ in CITED} == set(LANGUAGES)


@pytest.mark.parametrize(
    "text",
    [
        "Jane Roe left Reuters to join CNN as an editor.",
        "The timekeeper said the variety of fortunes was wired.",
        "Nobody is cited here.",
        "",
    ],
)
def test_no_citation_no_origin(text: str) -> None:
    assert find_origin(text, "en") == ""
