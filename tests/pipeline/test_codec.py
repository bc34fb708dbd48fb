"""Records survive the way through staging files, whatever they hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include import records
from include.errors import ConfigError
from include.pipeline.codec import decode_record, dump_lines, encode_record, load_lines, read_objects

# UTF-8 cannot carry lone surrogates; a page that has them is repaired when it is read.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
STAGED = [
    records.FeedItem,
    records.Page,
    records.Article,
    records.Move,
    records.StoredMove,
    records.Event,
    records.Flag,
    records.ExodusWindow,
    records.Quarantined,
    records.FeedState,
    records.FeedOutcome,
    records.QualityResult,
]

st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@pytest.mark.parametrize("kind", STAGED, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_record_comes_back_equal(kind: type[Any], data: st.DataObject) -> None:
    record = data.draw(st.builds(kind))
    (line,) = dump_lines([record])
    assert "\n" not in line
    assert list(load_lines(kind, [line])) == [record]


def test_a_value_outside_its_literal_is_refused() -> None:
    item = records.Quarantined("r", "fetch", "page", "too-large", "")
    broken = {**encode_record(item), "stage": "elsewhere"}
    with pytest.raises(ValueError, match="elsewhere"):
        decode_record(records.Quarantined, broken)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{"id": 1}\n{broken\n', "articles.jsonl:2: not valid JSON"),
        (b"[1, 2]\n", "articles.jsonl:1: a JSON object is expected, found list"),
        (b'{"id": "\xff"}\n', "articles.jsonl:1: not UTF-8"),
        (b"[" * 100_000 + b"\n", "articles.jsonl:1: not valid JSON"),
        (b'{"id": ' + b"9" * 4_301 + b"}\n", "articles.jsonl:1: not valid JSON (a number has more than 4,300 digits)"),
    ],
)
def test_a_broken_line_is_named(content: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        list(read_objects(path))
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": 1}\n\n{"id": 2}')
    assert [(number, json.dumps(value)) for number, value in read_objects(path)] == [(1, '{"id": 1}'), (3, '{"id": 2}')]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        list(read_objects(tmp_path / "absent.jsonl"))
