"""The same article hashes the same; nearly the same shares bands; others do not."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from include.extract.fingerprint import BANDS, PERMUTATIONS, bands, content_hash, sign_text, similarity

WORDS = [f"word{number}" for number in range(2_000)]


def _text(seed: int, words: int = 300) -> list[str]:
    return random.Random(seed).choices(WORDS, k=words)


def test_content_hash_passes_over_case_width_and_punctuation() -> None:
    assert content_hash("Boss goes!", "She  said: ＡＢＣ.") == content_hash("boss goes", "she said ABC")
    assert content_hash("Boss goes", "a b") != content_hash("Boss goes a", "b")


def test_copies_with_changes_meet_in_a_band() -> None:
    met = 0
    for seed in range(50):
        words = _text(seed)
        changed = ["changed" if index % 12 == 5 else word for index, word in enumerate(words)]
        first, second = sign_text(" ".join(words)), sign_text(" ".join(changed))
        assert 0.35 < similarity(first, second) < 0.9
        met += bool(set(bands(first)) & set(bands(second)))
    assert met >= 48


def test_a_copy_without_its_first_paragraph_is_nearly_equal() -> None:
    words = _text(1, 600)
    assert similarity(sign_text(" ".join(words)), sign_text(" ".join(words[40:]))) > 0.85


def test_unrelated_texts_do_not_meet() -> None:
    signatures = [sign_text(" ".join(_text(seed))) for seed in range(40)]
    for index, first in enumerate(signatures):
        for second in signatures[index + 1 :]:
            assert similarity(first, second) < 0.1
            assert not set(bands(first)) & set(bands(second))


def test_characters_are_shingles_where_words_have_no_spaces() -> None:
    text = "星河软件公司周一宣布首席技术官林晓燕将于三月底离职她在公司工作了九年曾带领团队开发医院管理系统"
    assert similarity(sign_text(text), sign_text(text.replace("周一", "今天"))) > 0.6


def test_short_texts_are_not_signed() -> None:
    assert sign_text("Too short to say anything.") == b""
    assert bands(b"") == []
    assert similarity(b"", sign_text(" ".join(_text(1)))) == 0.0


@given(st.integers(0, 1_000))
def test_signatures_have_one_shape_and_are_stable(seed: int) -> None:
    text = " ".join(_text(seed, 60))
    signature = sign_text(text)
    assert len(signature) == PERMUTATIONS * 4
    assert sign_text(text) == signature
    assert similarity(signature, signature) == 1.0
    assert len(set(bands(signature))) == BANDS
