"""Cleaning, folding and offsets: whatever the input, a span goes back to the words it came from."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.detect.moves import find_moves
from include.detect.text import fold_text, is_boundary, normalise, split_sentences
from include.errors import QuarantineRecord
from include.records import Document

_ODD = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("據(jù)<b>«» ‏‎‍ًİıßأإـ़。．.!?\n" + "\ud800"),
    ),
    max_size=120,
)
_NEWS = "Jane Roe resigned from OpenAI on Monday. Джейн Роу покинула OpenAI. 研究员张三离开OpenAI。 "


@given(_ODD, _ODD, st.booleans())
@settings(max_examples=200)
def test_a_span_of_the_normal_text_is_verbatim_in_the_article(title: str, text: str, han_fold: bool) -> None:
    normal = normalise(title, text, han_fold=han_fold)
    assert len(normal.fold) == len(normal.norm)
    for start, end in split_sentences(normal, frozenset()):
        evidence = normal.locate(start, end)
        source = title if evidence.field == "title" else text
        assert source[evidence.start : evidence.end] == evidence.quote


@given(_ODD, st.sampled_from(["en", "ru", "ar", "hi", "th", "ja", "ko", "zh-Hant", "de", "tr"]))
@settings(max_examples=120)
def test_evidence_reproduces_its_quote_whatever_stands_around_it(noise: str, lang: str) -> None:
    document = Document("x", lang, noise, noise.join(["", _NEWS, _NEWS]), "2026-03-05")
    for move in find_moves(document):
        evidence = move.evidence
        assert evidence.quote
        assert getattr(document, evidence.field)[evidence.start : evidence.end] == evidence.quote


def test_pinyin_glosses_and_tags_are_taken_out_and_offsets_kept() -> None:
    normal = normalise("", "據(jù)悉,技術官M(fèi)ira Murati<br>離職", han_fold=True)
    assert normal.norm == "\n據悉,技術官Mira Murati 離職"
    start = normal.norm.index("Mira")
    assert normal.locate(start, start + len("Mira Murati")).quote == "M(fèi)ira Murati"


def test_a_name_whose_dot_stands_apart_is_one() -> None:
    text = normalise("", "领军人物大卫 · 西尔弗离开, 王 ·李", han_fold=False)
    assert text.norm == "\n领军人物大卫·西尔弗离开, 王·李"
    evidence = text.locate(text.norm.index("大卫"), text.norm.index("离开"))
    assert evidence.quote == "大卫 · 西尔弗"


@pytest.mark.parametrize(
    ("text", "folded"),
    [("ОРЁЛ", "орел"), ("İSTANBUL ıssız", "istanbul issiz"), ("أحمد إلى", "احمد الي"), ("ＯｐｅｎＡＩ", "openai")],
)
def test_folding_makes_forms_of_one_letter_one(text: str, folded: str) -> None:
    assert fold_text(text, han_fold=False) == folded


def test_traditional_characters_fold_to_simplified_ones() -> None:
    assert fold_text("離職後執行長", han_fold=True) == fold_text("离职后执行长", han_fold=True)


def test_a_word_ends_where_its_script_ends() -> None:
    assert is_boundary("OpenAI의", 6)
    assert not is_boundary("OpenAIs", 6)
    assert is_boundary("离职后", 2)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "a" * 100_000, "resigned " * 12_000, "离" * 100_000])
def test_strange_texts_give_a_list(text: str) -> None:
    for lang in ("en", "zh-Hans"):
        assert isinstance(find_moves(Document("x", lang, text[:200], text, None)), list)


def test_a_megabyte_is_read_in_seconds() -> None:
    """A guard against quadratic work: an hour would be a bug, the figure itself is in the benchmark."""
    started = time.process_time()
    find_moves(Document("x", "en", "", _NEWS * 10_000, "2026-03-05"))
    assert time.process_time() - started < 60


def test_a_language_without_a_pack_is_refused() -> None:
    with pytest.raises(QuarantineRecord, match="no language pack for 'xx'"):
        find_moves(Document("x", "xx", "a", "b", None))
