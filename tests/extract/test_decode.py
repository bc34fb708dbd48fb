"""Pages that are not UTF-8 are read in the charset that makes sense of their bytes, whatever they say of it."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from include.errors import ConfigError
from include.extract.decode import decode_html
from include.knowledge.characters import load_characters

ROE = {
    "ru": "Директор завода Ольга Лебедева покинет компанию в конце марта, сообщила пресс-служба. Преемник не назван.",
    "uk": "Директорка заводу Ольга Лебідь залишить компанію наприкінці березня, повідомила пресслужба. Її наступника ще"
    " не названо.",
    "ja": "製鉄会社の社長が三月末に退任すると同社が月曜日に発表した。後任はまだ決まっていないという。",
    "zh-Hans": "公司周一宣布，总经理将于三月底离职，接替他的人选尚未确定。董事会对他十年来的工作表示感谢。",
    "zh-Hant": "公司週一宣布，總經理將於三月底離職，接替他的人選尚未確定。董事會對他十年來的工作表示感謝。",
    "ko": "회사는 월요일 최고경영자가 삼월 말에 물러난다고 밝혔다. 후임은 아직 정해지지 않았다.",
    "th": "บริษัทแจ้งเมื่อวันจันทร์ว่ากรรมการผู้จัดการจะลาออกในปลายเดือนมีนาคม และยังไม่มีผู้สืบทอดตำแหน่ง",
    "ar": "أعلنت الشركة يوم الاثنين أن المديرة التنفيذية ستغادر منصبها في نهاية آذار، ولم يعين بعد من يخلفها.",
    "pl": "Prezes Łukasz Żółć odejdzie ze spółki z końcem marca, podała w poniedziałek firma. Następcy jeszcze nie"
    " wskazano.",
    "tr": "Şirketin genel müdürü Şükrü Işık mart sonunda görevinden ayrılıyor. Yerine gelecek isim henüz açıklanmadı.",
    "de": "Die Geschäftsführerin verlässt das Unternehmen Ende März, wie es am Montag hieß. Ein Nachfolger für Müller"
    " fehlt.",
    "el": "Ο διευθύνων σύμβουλος της εταιρείας παραιτήθηκε τη Δευτέρα. Ο διάδοχός του δεν έχει ακόμη οριστεί.",
    "cs": "Generální ředitel podniku končí po deseti letech ve funkci. Žádného nástupce dozorčí rada zatím nevybrala.",
}


def make_page(text: str, *, charset: str = "", lang: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html{lang and f' lang={lang}'}><head>{meta}<title>{text[:25]}</title></head><body><p>{text}</p></body>"


@pytest.mark.parametrize("said", [("", "en"), ("", ""), ("utf-8", "en"), ("iso-8859-1", "en")])
@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("ru", "cp1251"),
        ("ru", "koi8_r"),
        ("uk", "koi8_u"),
        ("ja", "euc_jp"),
        ("ja", "cp932"),
        ("zh-Hans", "gb18030"),
        ("zh-Hant", "big5"),
        ("ko", "euc_kr"),
        ("th", "tis_620"),
        ("ar", "cp1256"),
        ("pl", "cp1250"),
        ("pl", "iso8859_2"),
        ("tr", "cp1254"),
        ("de", "cp1252"),
        ("el", "cp1253"),
    ],
)
def test_a_charset_that_nothing_or_a_mistake_tells(language: str, encoding: str, said: tuple[str, str]) -> None:
    page = make_page(ROE[language], charset=said[0], lang=said[1])
    assert decode_html(page.encode(encoding), {}) == page


@pytest.mark.parametrize(
    ("language", "encoding", "charset", "lang"),
    [
        ("ru", "koi8_r", "", "ru"),
        ("ru", "koi8_r", "windows-1251", "ru"),
        ("zh-Hant", "big5", "", "zh"),
        ("zh-Hans", "gb18030", "big5", "zh"),
        ("ja", "euc_jp", "", "ja"),
        ("cs", "cp1250", "", "cs"),
        ("cs", "cp1250", "windows-1250", "en"),
        ("el", "cp1253", "", "el"),
        ("tr", "cp1254", "windows-1252", "tr"),
        ("de", "cp1252", "x-unheard-of", "en"),
        ("de", "cp1252", "idna", "de"),
    ],
)
def test_a_charset_that_its_language_does_not_tell(language: str, encoding: str, charset: str, lang: str) -> None:
    page = make_page(ROE[language], charset=charset, lang=lang)
    assert decode_html(page.encode(encoding), {}) == page


@pytest.mark.parametrize("charset", ["", "utf-8", "iso-8859-1"])
def test_a_broken_character_leaves_the_page_utf8(charset: str) -> None:
    page = make_page(ROE["ru"], charset=charset, lang="en")
    assert decode_html(page.encode() + b"\xd0", {}) == page + "\ufffd"


def test_few_words_are_read_as_the_page_says() -> None:
    page = make_page("The café of Señor Núñez closes", charset="iso-8859-1", lang="en")
    assert decode_html(page.encode("cp1252"), {}) == page


def test_a_long_page_is_read_in_little_time() -> None:
    pages = [make_page(ROE["ru"] * 5_000).encode("koi8_r"), make_page("x" * 2_000_000 + "\xfc").encode("cp1252")]
    for page in pages:
        decode_html(page, {})
        start = process_time()
        decode_html(page, {})
        assert process_time() - start < 0.5


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (["xx:", "  encodings: [cp1252, cp9999]", "  bits: {3: ab}"], r":2: xx.encodings: unknown encoding: cp9999"),
        (["xx:", "  encodings: [cp1252]", "  bits: [ab]"], r":3: xx.bits must give characters"),
    ],
)
def test_a_wrong_table_is_named(tmp_path: Path, lines: list[str], named: str) -> None:
    path = tmp_path / "characters.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError, match=named):
        load_characters(path)
