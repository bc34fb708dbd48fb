"""How the pages say things."""

from __future__ import annotations

import pytest

from include.board import wording


@pytest.mark.parametrize(
    ("feature", "value", "said"),
    [
        ("watchlist", "OpenAI", "OpenAI is watched"),
        ("prominence", "Mira Murati, level 1", "widely known"),
        ("organisation", "Google, Inc., tier 2", "known organisation"),
        ("seniority", "chief-officer", "chief officer"),
        ("languages", "de, en, ja", "3 languages"),
        ("destination", "rival", "to a rival"),
        ("in 30 days", "8 others left OpenAI", "8 others left OpenAI"),
        ("a feature to come", "as it is", "as it is"),
    ],
)
def test_a_term_in_a_few_words(feature: str, value: str, said: str) -> None:
    assert wording.describe_term(feature, value) == said


def test_figures_are_no_more_certain_than_they_are() -> None:
    assert [wording.percent(share) for share in (0.55, 0.99, 0.9999, 1.0)] == ["55 %", "99 %", "over 99 %", "over 99 %"]
    assert [wording.once_in(p) for p in (0.0003, 0.04, 0.7, 1.0)] == ["once in 3,333", "once in 25", "0.7", "1"]
    assert [wording.hours(n) for n in (None, 3.25, 47.9, 5085.8)] == ["", "3.2 h", "47.9 h", "212 days"]


def test_commands_stand_out_and_nothing_else_becomes_markup() -> None:
    made = wording.with_code("try `departures doctor` <script>`x`</script>")
    assert made == "try <code>departures doctor</code> &lt;script&gt;<code>x</code>&lt;/script&gt;"


def test_many_languages_are_counted() -> None:
    assert wording.name_languages(["en", "zh-Hant"]) == "English, Chinese (Traditional)"
    assert wording.name_languages(["en", "de", "ja", "ko"]) == "4 languages"


def test_days_are_written_as_people_do_at_their_precision() -> None:
    for text, said in (("2024-12-19", "19 Dec 2024"), ("2024-12", "Dec 2024"), ("2024", "2024")):
        assert wording.day(text) == f'<time datetime="{text}">{said}</time>'
    for text in ("2024-13", "2024-02-30", "autumn 2024"):
        assert wording.day(text) == text
    assert wording.day("<b>") == "&lt;b&gt;"


def test_what_is_only_recalled_or_withdrawn_has_no_score_in_a_list() -> None:
    rows = [("reported", 65.4), ("effective", -294.0), ("denied", 80.0), ("retracted", 1.0), ("rumoured", 40.0)]
    assert [wording.score_of({"status": s, "score": n}) for s, n in rows] == ["65", "–", "–", "–", "40"]
