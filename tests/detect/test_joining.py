"""Who is who: forms of one name are one person, and forms of two are two."""

from __future__ import annotations

import pytest

from include.detect import engine
from include.detect.joining import is_native_short_form, join_people
from include.detect.lexicon import load_lexicon
from include.detect.reading import Reading
from include.detect.text import normalise
from include.records import Document


def _join(lang: str, text: str, *forms: str) -> list[set[str]]:
    """The people of a text in which somebody has been seen under each of these forms, in this order."""
    lexicon = load_lexicon(lang)
    reading = Reading(normalise("", text, han_fold=lexicon.pack.han_fold), lexicon, [(0, len(text))], [])
    mentions, at = [], 0
    for form in forms:
        at = reading.text.norm.index(form, at)
        mentions.append(reading.make_mention(at, at + len(form), "person", 1.0, None))
        at += len(form)
    reading.set_mentions(mentions)
    join_people(reading)
    return [{m.text for m in person.mentions} for person in reading.persons if person.mentions]


@pytest.mark.parametrize(
    ("lang", "text", "one", "other"),
    [
        ("ja", "今村監督が解任。今村敏也監督(41)は1年目だった。", "今村", "今村敏也"),
        ("ja", "原田ブルーノ氏を起用した。ブルーノ氏は元幹部。", "原田ブルーノ", "ブルーノ"),
        ("ja", "原田氏が就任。原田ケイティ美咲氏は元幹部。", "原田", "原田ケイティ美咲"),
        ("pt", "Trabuco deixa o banco. Luiz Carlos Trabuco Cappi sai.", "Trabuco", "Luiz Carlos Trabuco Cappi"),
        ("uk", "Пішов Олександр Ковпак. Слава Олександру Миколайовичу.", "Олександр Ковпак", "Олександру Миколайовичу"),
        ("uk", "Олександру Миколайовичу слава. Пішов Олександр Ковпак.", "Олександру Миколайовичу", "Олександр Ковпак"),
        ("ru", "В. Сомов ушёл. Валерий Сомов руководил банком.", "В. Сомов", "Валерий Сомов"),
        ("en", 'Nemat "Minnie" Sharif quit. Minnie Sharif led it.', 'Nemat "Minnie" Sharif', "Minnie Sharif"),
        ("th", "เต๋า ณัฏฐา ลาออก ณัฏฐา โกมลวาทิน ทำงานมาสิบปี", "เต๋า ณัฏฐา", "ณัฏฐา โกมลวาทิน"),
        ("th", 'กานต์สินี "การ์ตูน" ลาออก', "กานต์สินี", "การ์ตูน"),
        ("ko", "카카오 서튼 감독이 물러났다. 래리 서튼 감독은", "카카오 서튼", "래리 서튼"),
    ],
)  # fmt: skip
def test_forms_of_one_name_are_one_person(lang: str, text: str, one: str, other: str) -> None:
    assert _join(lang, text, one, other) == [{one, other}]


@pytest.mark.parametrize(
    ("lang", "text", "one", "other"),
    [
        ("zh-Hans", "张伟离职。张伟丽接任总裁。", "张伟", "张伟丽"),
        ("ru", "В. Сомов ушёл, а Антон Сомов возглавил банк.", "В. Сомов", "Антон Сомов"),
        ("uk", "Пішов Олександр Ковпак. Дякуємо Тарасу Миколайовичу.", "Олександр Ковпак", "Тарасу Миколайовичу"),
        ("pt", "Luiz Carlos Trabuco Cappi sai; Ana Trabuco fica.", "Luiz Carlos Trabuco Cappi", "Ana Trabuco"),
        ("ko", "두산 서튼 감독과 래리 박 감독은", "두산 서튼", "래리 박"),
    ],
)  # fmt: skip
def test_forms_of_two_names_are_two_people(lang: str, text: str, one: str, other: str) -> None:
    assert sorted(_join(lang, text, one, other), key=str) == sorted([{one}, {other}], key=str)


def test_a_name_that_two_may_be_called_by_is_neither_s() -> None:
    text = "Ana Lima Prado e Rui Lima Costa saem; Lima fica."
    assert {"Lima"} in _join("pt", text, "Ana Lima Prado", "Rui Lima Costa", "Lima")


def test_an_exact_name_goes_before_one_that_may_be_inflected() -> None:
    people = _join("ru", "Эрика тен Хагу сменил Хаби Алонсо. Хаби доволен.", "Эрика тен Хагу", "Хаби Алонсо", "Хаби")
    assert {"Хаби Алонсо", "Хаби"} in people


def test_two_thai_names_with_a_space_between_are_one_and_those_of_a_list_are_not() -> None:
    assert _join("th", "เวลลิงตัน คาร์ลอส ลาออก", "เวลลิงตัน", "คาร์ลอส") == [{"เวลลิงตัน คาร์ลอส"}]
    assert len(_join("th", "ชนาธิป ธีราทร และสุภโชค ลาออก", "ชนาธิป", "ธีราทร", "สุภโชค")) == 3
    assert len(_join("th", "ชนาธิป ธีราทร สุภโชค ลาออก", "ชนาธิป", "ธีราทร", "สุภโชค")) == 3


def test_a_surname_that_somebody_well_known_has_is_his_who_has_it_in_the_article() -> None:
    text = "Daisuke Altman has resigned from Kestrel Forge. Altman led its laboratory for years."
    analysis = engine.prepare(Document("a-1", "en", "", text, "2025-03-20"), load_lexicon("en"))
    assert analysis.reading is not None
    [person] = [person for person in analysis.reading.persons if person.mentions]
    assert (person.gazetteer_id, {m.text for m in person.mentions}) == (None, {"Daisuke Altman", "Altman"})


def test_what_is_short_of_a_native_name() -> None:
    assert is_native_short_form("欧阳", "欧阳娜", "han")
    assert is_native_short_form("山中", "山中伸弥", "han")
    assert not is_native_short_form("ブルーノ", "ブルーノ·古賀", "kana")
    assert not is_native_short_form("伸弥", "山中伸弥", "kana")
