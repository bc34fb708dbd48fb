"""Names: keys, scripts, likeness."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from include.knowledge.namekeys import name_key, organisation_key
from include.resolve.keys import signatures
from include.resolve.likeness import ACCEPT_ACROSS_SCRIPTS, ACCEPT_IN_SCRIPT, name_likeness
from include.resolve.names import full_key, is_full_name, same_surname_form, script_of, skeleton, without_titles
from include.resolve.sounds import closeness, rarity, sound_evidence

SAME = [
    ("Ilya Sutskever", "Илья Суцкевер"),
    ("Ilya Sutskever", "伊利亚·苏茨克维"),
    ("Ilya Sutskever", "일리야 수츠케버"),
    ("Ilya Sutskever", "イリヤ・スツケヴェル"),
    ("Ilya Sutskever", "إيليا سوتسكيفر"),
    ("Sam Altman", "सैम ऑल्टमैन"),
    ("Daniel Ferreira", "Dan Ferreira"),
    ("William Thornbury", "Bill Thornbury"),
    ("Jörg Brückner", "Joerg Brueckner"),
    ("Jonathan Whitcombe", "Jonathan Whitcomb"),
    ("Tomasz Zieliński", "Tomasza Zielińskiego"),
    ("Oleksandra Shevchenko", "Ołeksandra Szewczenko"),
    ("Catherine Anne Holloway", "Catherine Holloway"),
    ("Gregory W. Brockman", "Greg Brockman"),
    ("Wei Jason", "Jason Wei"),
    ("Khalid Mansour", "Halid Mansur"),
    ("Abdelkader Benali", "Abdulkader Benali"),
    ("Вэй Лун", "Вэя Луна"),
    ("Юрій Гриценко", "Юрий Гриценко"),
    ("Ken McDonald", "Kenneth Mc Donald"),
    ("Paco Herrera", "Francisco Herrera"),
    ("Nora Barnes", "ノラ・バーンズ"),
    ("Beth Warner", "ベス・ワーナー"),
    ("Quentin Moreau", "カンタン・モロー"),
    ("이서연", "Lee Seo-yeon"),
    ("박민수", "Park Min-soo"),
    ("陳大文", "Chan Tai-man"),
    ("小笠原健一", "Kenichi Ogasawara"),
    ("عبد الله الحربي", "Abdullah Al Harbi"),
    ("샘 올트먼", "샘 알트만"),
    ("サム・アルトマン", "Сэм Альтман"),
    ("แซม อัลต์แมน", "사무엘 알트만"),
    ("Bob Tillingham", "Роберт Тиллингем"),
    ("Misha Petrenko", "Михаила Петренко"),
    ("Walerij Saluschnyj", "Valerii Zaluzhnyi"),
    ("Luca di Meo", "Luca de Meo"),
    ("Mohamed Abdelrahman El-Sayed", "Mohammed Abdul Rahman al-Sayed"),
]
OTHER = [
    ("Anna Petrova", "Anton Petrov"),
    ("Анна Петрова", "Anton Petrov"),
    ("Johan Bergström", "Annika Bergström"),
    ("Wei Chen", "Wei Zhang"),
    ("李军", "李静"),
    ("Sam Altman", "Jack Altman"),
    ("Dario Amodei", "Daniela Amodei"),
    ("Mira Murati", "Мария Петренко"),
    ("Jun Wang", "Jin Wang"),
    ("Junho Park", "Junhee Park"),
    ("Алексей Смирнов", "Александр Смирнов"),
    ("Marco De Santis", "Mario De Santis"),
    ("राजेश शर्मा", "महेश शर्मा"),
    ("김도윤", "김도연"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_spellings_of_one_name_are_alike(left: str, right: str) -> None:
    across = script_of(left) != script_of(right)
    assert name_likeness(left, right) >= (ACCEPT_ACROSS_SCRIPTS if across else ACCEPT_IN_SCRIPT)
    if across:
        assert set(signatures(left)) & set(signatures(right))


@pytest.mark.parametrize(("left", "right"), OTHER)
def test_names_of_two_people_are_not_alike_enough(left: str, right: str) -> None:
    across = script_of(left) != script_of(right)
    assert name_likeness(left, right) < (ACCEPT_ACROSS_SCRIPTS if across else ACCEPT_IN_SCRIPT)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("黃仁勳", "黄仁勋"),
        ("Sébastien Bubeck", "SEBASTIEN BUBECK"),
        ("샘 알트만", "샘알트만"),
        ("Ёлкин", "Елкин"),
        ("O’Neill", "O'Neill"),
        ("サム・アルトマン", "サム アルトマン"),
    ],
)
def test_keys_fold_what_readers_do_not_see(left: str, right: str) -> None:
    assert name_key(left) == name_key(right) != ""


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("OpenAI, Inc.", "OpenAI"),
        ("株式会社KADOKAWA", "KADOKAWA"),
        ("百度公司", "百度"),
        ("The New York Times Company", "New York Times"),
    ],
)
def test_organisation_keys_leave_legal_forms_out(left: str, right: str) -> None:
    assert organisation_key(left) == organisation_key(right)


@pytest.mark.parametrize("name", ["OpenAI5", "AT&T", "C3"])
def test_signs_that_are_part_of_a_name_stay(name: str) -> None:
    assert name_key(name) not in (name_key("OpenAI"), name_key("ATT"), name_key("C"))


def test_devanagari_and_thai_vowel_signs_stay() -> None:
    assert name_key("राजेश") != name_key("रजश")
    assert name_key("สมชาย วงศ์") == name_key("สมชายวงศ์") != name_key("สมชาย วง")


def test_full_and_short_forms_are_told_apart() -> None:
    assert all(is_full_name(name) for name in ("Jason Wei", "李飞飞", "하정우", "Сэм Альтман", "阿莱克·拉德福德"))
    assert not any(is_full_name(name) for name in ("Wei", "Альтман", "알트", "苏茨克维", ""))


def test_a_surname_in_a_case_is_a_form_of_the_full_name() -> None:
    assert same_surname_form("Сутскевера", "Илья Сутскевер")
    assert same_surname_form("Bubeck", "Sébastien Bubeck")
    assert not same_surname_form("Bubeck", "Bubeck")
    assert not same_surname_form("Petrov", "Anna Karenina")


def test_cases_and_joints_leave_one_key() -> None:
    assert full_key("Сергея Малиновского") == full_key("Сергей Малиновский")
    assert full_key("勒布朗-詹姆斯") == full_key("勒布朗·詹姆斯")


def test_characters_are_read_as_in_korea_and_vietnam() -> None:
    assert name_likeness("朴智勋", "Park Ji-hoon") >= ACCEPT_ACROSS_SCRIPTS
    assert name_likeness("郑玉英", "Trinh Ngoc Anh") >= ACCEPT_ACROSS_SCRIPTS


def test_titles_are_no_part_of_a_name() -> None:
    names = {"Dr Lam": "Lam", "ông Hùng": "Hùng", "오 CTO": "오", "クロップ氏": "クロップ", "김철수 대표": "김철수"}
    kept = ("Sri Mulyani", "Ngoc Anh Trinh", "전", "Pan Jianwei", "李君")
    assert {name: without_titles(name) for name in names} == names
    assert [without_titles(name) for name in kept] == list(kept)


def test_a_name_is_worth_what_it_is_rare() -> None:
    rare, common, everyday = rarity("Rafael Quintanilha"), rarity("Marco De Santis"), rarity("Nguyễn Văn Hùng")
    assert rare > common > everyday
    assert rarity("李伟") < rarity("欧阳慧敏")


def test_the_nearer_of_two_names_is_told_by_every_sound() -> None:
    assert closeness("이준희", "Lee Jun-hee") > closeness("이준희", "Lee Jun-ho") + 3
    assert sound_evidence("이준희", "Lee Jun-hee") == sound_evidence("Lee Jun-hee", "이준희")


def test_bones_of_one_name_agree_across_scripts() -> None:
    assert skeleton("kim") == skeleton("キム") == skeleton("김")


@given(st.text(max_size=40))
@example("\u2f3e")  # a radical that stands for a traditional character
@example("\u85b4")
def test_keys_are_stable_and_do_not_grow_by_repetition(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert name_key(unicodedata.normalize("NFKC", text)) == key


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_likeness_is_symmetric_and_bounded(left: str, right: str) -> None:
    likeness = name_likeness(left, right)
    assert 0.0 <= likeness <= 1.0
    assert likeness == pytest.approx(name_likeness(right, left))
