"""Words in scripts that write none apart, and the names that are read from them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.detect.engine import prepare
from include.detect.lexicon import load_lexicon
from include.detect.reading import Reading
from include.detect.words import cut_words
from include.records import Document

_ODD = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"]), st.sampled_from("早乙女剛が骆建国任คณินลาออก ·(）\n9a")
    ),
    max_size=80,
)


@given(_ODD, st.sampled_from(["kana", "han", "thai"]))
@settings(max_examples=150)
def test_words_follow_one_another_through_the_whole_text(text: str, script: str) -> None:
    words = cut_words(text, script, [(0, len(text))])
    at = 0
    for word in words.row:
        assert at <= word.start < word.end <= len(text)
        at = word.end
    assert words.ends == {word.end for word in words.row}


def test_a_dictionary_tells_family_names_given_names_and_firms() -> None:
    text = "早乙女剛氏がサイボウズを退社"
    kinds = {text[word.start : word.end]: word.kind for word in cut_words(text, "kana", [(0, len(text))]).row}
    assert kinds["早乙女"] == "family"
    assert kinds["剛"] == "given"
    assert kinds["サイボウズ"] == "firm"


def test_words_are_cut_further_where_a_post_begins() -> None:
    words = cut_words("银行行长", "han", [(0, 4)])
    assert not words.fit(2, 4), "the dictionary has one word for the post and the bank"
    assert words.split([2]).fit(2, 4)


def _read(lang: str, text: str) -> Reading:
    document = Document("x", lang, "", text, "2026-03-05")
    reading = prepare(document, load_lexicon(lang), keep_names=True).reading
    assert reading is not None, "no trigger in the sentence"
    return reading


def _judged(reading: Reading, side: str) -> list[str]:
    """Spans that the model of names was asked about, with something that speaks for a side."""
    return [reading.text.norm[c.start : c.end] for c, _ in reading.names or () if getattr(c, side) > 0]


@pytest.mark.parametrize(
    ("lang", "text", "person"),
    [
        ("ja", "退任するのは氏家洋平取締役だ。", "氏家洋平"),
        ("ja", "看護師の入江スミさんは病院を退職した。", "入江スミ"),
        ("ja", "中国銀行は林景臻氏の辞任を発表した。", "林景臻"),
        ("zh-Hans", "人才流向企业,行长刘金因个人原因辞职。", "刘金"),
        ("zh-Hant", "Meta產品總監納雅克(Chaya Nayak)已離職。", "納雅克"),
        ("th", "สุนทร กิ่งแก้ว ลาออกจากตำแหน่ง โดยรับช่วงต่อจากคณิน ปราโมช", "คณิน ปราโมช"),
        ("th", "นายภาณุมาศ รักษ์ไทย ลาออกจากตำแหน่งแล้ว", "ภาณุมาศ รักษ์ไทย"),
        ("ko", "회사를 떠난 이는 스티븐 르메이다.", "스티븐 르메이"),
        ("ko", "대표로 제니퍼 강을 선임했다.", "제니퍼 강"),
        ("ar", "استقال المدرب الصربي ميلوش راديتش من منصبه.", "ميلوش راديتش"),
    ],
)
def test_a_name_ends_where_the_words_of_its_language_end(lang: str, text: str, person: str) -> None:
    assert person in _judged(_read(lang, text), "person")


@pytest.mark.parametrize(
    ("lang", "text", "organisation"),
    [
        ("ja", "みちのく南銀行頭取の小田島氏が辞任する。", "みちのく南銀行"),
        ("ja", "公立南都大学の笠置孝之学長が辞任した。", "公立南都大学"),
        ("zh-Hans", "极岚汽车销售副总裁黎焕离职。", "极岚汽车"),
        ("zh-Hant", "味全龍總教練林子豪請辭。", "味全龍"),
        ("zh-Hant", "恒盈控股(01234.HK)公布董事辭任。", "恒盈控股"),
        ("th", "เขาลาออกจากเมืองทอง ยูไนเต็ด เมื่อวานนี้", "เมืองทอง ยูไนเต็ด"),
        ("ko", "새솔나라 대표 김도윤이 사임했다.", "새솔나라"),
        ("ko", "한별은행장 최진호가 사임했다.", "한별은행"),
        ("ar", "استقال مدير الوكالة الوطنية للذكاء الاصطناعي من منصبه.", "الوكالة الوطنية للذكاء الاصطناعي"),
        ("ar", "استقال وكيل وزارة المياه والري من منصبه.", "وزارة المياه والري"),
        ("hi", "एडेप्ट नाम की कंपनी के सीईओ ने इस्तीफा दिया।", "एडेप्ट"),
        ("hi", "रॉयल कॉलेज ऑफ आर्ट के निदेशक ने इस्तीफा दिया।", "रॉयल कॉलेज ऑफ आर्ट"),
    ],
)
def test_an_organisation_in_no_list_is_found_by_the_words_around_it(lang: str, text: str, organisation: str) -> None:
    assert organisation in _judged(_read(lang, text), "org")


@pytest.mark.parametrize(
    ("lang", "text", "word"),
    [
        ("zh-Hans", "他是负责产品和技术管理的总监,昨日离职。", "管理"),
        ("th", "หลังประชุมบอร์ด ซีอีโอลาออก", "ประชุม"),
        ("ar", "على المدير أن يستقيل من منصبه.", "على المدير"),
    ],
)
def test_a_word_of_the_language_is_nobody(lang: str, text: str, word: str) -> None:
    assert word not in [mention.text for mention in _read(lang, text).mentions if mention.kind == "person"]
