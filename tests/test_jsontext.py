"""Foreign JSON: whatever it holds, it is refused by one kind of error or can be written down again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.jsontext import mend_surrogates, parse_json

WILD = st.text(st.characters() | st.characters(categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WILD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WILD, inner, max_size=4),
)


@given(VALUES)
def test_what_is_read_can_be_written_as_utf_8(value: object) -> None:
    written = json.dumps(parse_json(json.dumps(value)), ensure_ascii=False)
    assert mend_surrogates(written) == written == written.encode().decode()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r'"cut \ud83d"', "cut \ufffd"),
        (r'"\uDE00 first"', "\ufffd first"),
        (r'"whole \ud83d\ude00"', "whole \U0001f600"),
        (r'"twice \ud83d\ud83d\ude00"', "twice \ufffd\U0001f600"),
        (r'"a backslash \\ud83d"', r"a backslash \ud83d"),
        (r'{"\ud83d": [{"a": "\udfff"}]}', {"\ufffd": [{"a": "\ufffd"}]}),
    ],
)
def test_half_a_pair_becomes_a_mark(text: str, read: object) -> None:
    assert parse_json(text) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting property name"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 4_301, "a number has more than 4,300 digits"),
    ],
)
def test_what_cannot_be_read_is_a_value_error(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        parse_json(text)
    assert "\n" not in str(caught.value)


def test_a_page_may_have_it_where_json_may_hold_what_it_must_not() -> None:
    assert parse_json('"a\n\\ud83d"', strict=False) == "a\n\ufffd"


def test_places_in_a_text_stay_right() -> None:
    assert mend_surrogates("a\ud83db") == "a\ufffdb"
