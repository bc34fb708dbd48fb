"""Cleaning repairs what it knows, and leaves a clean text alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.extract.clean import clean_text

CASES = [
    ("glosses", "首席技術(shù)官M(fèi)ira Murati離職", "首席技術官Mira Murati離職"),
    ("glosses", "發(fā)布o(jì)1版、的(de)人", "發布o1版、的人"),
    ("doubled-punctuation", "他說,,是的。。結束", "他說,是的。結束"),
    ("missing-spaces", "enfatizou queModelos de Amodei.Essa", "enfatizou que Modelos de Amodei. Essa"),
    ("missing-spaces", "no mundo da IA:Modelo novo", "no mundo da IA: Modelo novo"),
    ("mojibake", "FranÃ§ois a dÃ©missionnÃ©", "François a démissionné"),
    ("unicode-form", "e\u0301te\u0301", "été"),
    ("invisible-characters", "Beleg\u00adschaft\u200b \u202bاسم\u202c", "Belegschaft اسم"),
    ("stray-joiners", "Open\u200dAI", "OpenAI"),
    ("spaces", "a\u00a0b  c\u3000d", "a b c d"),
    ("spaces-before-punctuation", "site pessoal . Ele ingressou", "site pessoal. Ele ingressou"),
    ("entities", "AT&amp;amp;T", "AT&T"),
    ("control-characters", "a\x00b\x1bc", "abc"),
    ("related-news", "One sentence that is long.\nAnother one.\nRelated news\nBoss goes\nBank closes", None),
]


@pytest.mark.parametrize(("name", "dirty", "clean"), CASES)
def test_each_repair_is_made_and_counted(name: str, dirty: str, clean: str | None) -> None:
    result = clean_text(dirty)
    assert result.text == (clean if clean is not None else "One sentence that is long.\nAnother one.")
    assert dict(result.changes)[name] >= 1


@pytest.mark.parametrize(
    "text",
    [
        "OpenAI, DeepMind, iPhone, LeCun, McGrew, YouTube and ChatGPT",
        "Booking.Com, re:Invent, Node.Js, A.I., U.S. and e.g. this",
        "Wait... what?! Really!! No. 5",
        "字(草书)與行(第三)",
        "क्‍ष और می‌خواهم",
        "Le prix : 5 € ; voilà !",
        "Related news from the capital is that the boss goes.\nThis is a long sentence, and it ends here.",
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert clean_text(text).text == text


PIECES = st.sampled_from(
    [
        "(shù)",
        "術",
        "M",
        ",",
        ",,",
        ".",
        "..",
        "。",
        " ",
        "\n",
        "\u200b",
        "\u200d",
        "e\u0301",
        "Ã©",
        "que",
        "Modelos",
        "&amp;",
    ]
    + [
        "amp;",
        "Related news",
        "\n\n\n",
        "\u00a0",
        "\u0301",
        "क",
        "ا",
        "\r",
        "\u1100",
        "\u1161",
        "IA:",
        "Essa",
        "x.Y",
        "::",
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
def test_cleaning_is_idempotent(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean.text).text == clean.text
