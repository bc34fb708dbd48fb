"""The encoder: pieces keep their places, windows and entities behave whatever the text, names are found."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.encoder_start import read_mean
from include.detect.encoder.heads import ACTIONS, find_names, judge, judge_dates
from include.detect.encoder.network import PLACES, encode
from include.detect.encoder.pieces import cut

ARTICLE = (
    "Kestrel Forge loses its chief scientist\n"
    "Ottoline Brackenridge has resigned from Kestrel Forge and will join Halden Robotics in May. "
    "Her colleague Piotr Zawadzki stays."
)


def _spans(text: str, *forms: str) -> list[list[tuple[int, int]]]:
    return [[(text.index(form), text.index(form) + len(form))] for form in forms]


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=120))
@settings(max_examples=150)
def test_pieces_lie_in_order_and_inside_the_text(text: str) -> None:
    pieces = cut(text, 400)
    assert len(pieces.rows) == len(pieces.starts) == len(pieces.ends)
    last = 0
    for start, end in zip(pieces.starts, pieces.ends, strict=True):
        assert last <= start <= end <= len(text)
        last = start


@pytest.mark.parametrize(
    "text",
    [
        "Ottoline resigned.", "Она ушла из Яндекса.", "她離開了公司。", "彼は退任した。", "그는 회사를 떠났다.",
        "غادر الشركة.",
        "वह कंपनी छोड़ गए।", "เขาลาออกจากบริษัท", "Şirketten ayrıldı.",
    ],
)  # fmt: skip
def test_pieces_hold_every_letter(text: str) -> None:
    pieces = cut(text, 400)
    held = {at for start, end in zip(pieces.starts, pieces.ends, strict=True) for at in range(start, end)}
    assert [c for at, c in enumerate(text) if not c.isspace() and at not in held] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("衛福部長邱泰源卸任", "衛福部"), ("嶺大的鄭國漢榮休後", "嶺大"), ("免去陈立新的市审计局局长职务", "陈立新"),
        ("他在中国银行工作", "中国银行"),
    ],
)  # fmt: skip
def test_a_chinese_name_does_not_end_within_a_piece(text: str, name: str) -> None:
    pieces, at = cut(text, 400), text.index(name)
    assert at in pieces.starts and at + len(name) in pieces.ends


def test_a_word_of_a_million_letters_is_cut_to_what_is_read() -> None:
    assert len(cut("a" * 1_000_000, 100).rows) == 100


def test_of_a_long_text_the_opening_is_read_and_what_stands_around_the_news() -> None:
    plain, news = "The weather stayed fine on that day. ", "Somebody left the bank. "
    text = plain * 100 + news + plain * 100
    sentences = [(match.start(), match.end()) for match in re.finditer(r"[^.]+\. ?", text)]
    encoding = encode(text, sentences, [text.index("left")])
    assert [window.first for window in encoding.windows] == [0]
    assert encoding.find(0, 3) and encoding.find(text.index("Somebody"), text.index("left")) == encoding.find(
        3700, 3708
    )
    assert encoding.find(text.index("Somebody") - len(plain), text.index("Somebody"))  # whose names it may mean
    assert encoding.find(2000, 2010) is None and encoding.find(len(text) - 10, len(text)) is None


def test_a_window_ends_with_a_sentence() -> None:
    text = "Somebody left the bank on Monday. " * 100
    sentences = [(match.start(), match.end()) for match in re.finditer(r"[^.]+\. ?", text)]
    encoding = encode(text, sentences, [start + 9 for start, _ in sentences])
    firsts = [encoding.pieces.starts[window.first] for window in encoding.windows]
    assert len(firsts) > 1 and set(firsts) <= {start for start, _ in sentences}
    assert max(len(window.hidden) for window in encoding.windows) <= PLACES + 2


def test_what_is_longer_than_a_window_is_read_once_more_in_small_ones() -> None:
    plain = "The weather on that day stayed fine and nobody in the small town had to hurry home before dark. "
    list_of_leavers = "The bank has seen a wave of exits, with Ottoline Brackenridge and Piotr Zawadzki leaving. "
    text = "Kestrel Forge is a bank. " + plain * 22 + list_of_leavers + plain * 8
    sentences = [(match.start(), match.end()) for match in re.finditer(r"[^.]+\. ?", text)]
    encoding = encode(text, sentences, [start for start, _ in sentences])
    assert encoding.again
    assert len(encoding.again.windows) > len(encoding.windows) > 1
    assert max(len(window.hidden) for window in encoding.again.windows) <= 256 + 2
    once = encode(ARTICLE)
    assert once.again is None
    people, organisations = _spans(text, "Ottoline Brackenridge"), _spans(text, "Kestrel Forge")
    both, small = judge(encoding, people, organisations), judge(encoding.again, people, organisations)
    assert (both.actions >= small.actions).all()


def test_what_is_far_behind_is_not_read() -> None:
    assert encode("Somebody left the bank on Monday. " * 2000).find(60_000, 60_010) is None


def test_nothing_is_read_in_an_empty_text() -> None:
    encoding = encode("")
    assert find_names(encoding).spans == []
    assert judge(encoding, [[(0, 1)]], [[(0, 1)]]).actions.shape == (1, len(ACTIONS))


def test_names_are_found_with_their_kind() -> None:
    found = {(ARTICLE[name.start : name.end], name.kind) for name in find_names(encode(ARTICLE)).spans}
    assert {("Ottoline Brackenridge", "person"), ("Piotr Zawadzki", "person"), ("Kestrel Forge", "org")} <= found


def test_who_leaves_stands_out_and_what_is_left_is_told_from_what_is_reached() -> None:
    people = _spans(ARTICLE, "Ottoline Brackenridge", "Piotr Zawadzki")
    organisations = _spans(ARTICLE, "Kestrel Forge", "Halden Robotics")
    verdict = judge(encode(ARTICLE), people, organisations)
    leaver = ACTIONS.index("leaver")
    assert verdict.actions[0, leaver] > 0 > verdict.actions[1, leaver]
    assert int(verdict.left[0].argmax()) == 0
    assert int(verdict.reached[0].argmax()) == 1


def test_the_order_of_entities_changes_nothing() -> None:
    encoding = encode(ARTICLE)
    people = _spans(ARTICLE, "Ottoline Brackenridge", "Piotr Zawadzki")
    organisations = _spans(ARTICLE, "Kestrel Forge", "Halden Robotics")
    straight, turned = judge(encoding, people, organisations), judge(encoding, people[::-1], organisations[::-1])
    np.testing.assert_allclose(straight.actions, turned.actions[::-1], atol=1e-4)
    np.testing.assert_allclose(straight.left[:, :2], turned.left[::-1, :2][:, ::-1], atol=1e-4)


def test_who_was_not_read_gets_the_verdict_of_a_stranger() -> None:
    verdict = judge(encode(ARTICLE), [[(5000, 5010)]], _spans(ARTICLE, "Kestrel Forge"))
    assert verdict.actions.max() == -6
    assert verdict.left[0].tolist() == [-9, 0]


def test_what_dates_a_move_is_weighed_against_every_date_of_the_text() -> None:
    text = "On 12 March Ottoline Brackenridge resigned from Kestrel Forge, which was founded on 1 May 2019."
    person, day, founded = _spans(text, "Ottoline Brackenridge", "12 March", "1 May 2019")
    dating = judge_dates(encode(text), person, [*day, *founded, (5000, 5004)])
    assert dating is not None
    assert dating.dates[0].argmax() == 0
    assert dating.dates[0, 2] == -9
    sure = np.exp([*dating.dates[0, :2], dating.published[0], dating.none[0]]).sum()
    assert sure == pytest.approx(1.0, abs=1e-4)
    assert judge_dates(encode(text), [(5000, 5010)], [*day]) is None


def test_without_a_date_in_the_text_it_is_that_of_publication_or_none() -> None:
    [person] = _spans(ARTICLE, "Ottoline Brackenridge")
    dating = judge_dates(encode(ARTICLE), person, [])
    assert dating is not None
    assert dating.dates.shape == (2, 0)
    assert np.exp([dating.published[0], dating.none[0]]).sum() == pytest.approx(1.0, abs=1e-4)


def test_training_may_begin_with_the_mean_of_several_stages(tmp_path: Path) -> None:
    for name, number in (("one", 1.0), ("other", 5.0)):
        (tmp_path / name).mkdir()
        arrays = {"layer": np.full(2, number, np.float32), "heads:names": np.full(1, -number, np.float32)}
        np.savez(tmp_path / name / "exact.npz", **arrays)
    layers, heads = read_mean(f"{tmp_path}/one=1,{tmp_path}/other=3")
    assert layers["layer"].tolist() == [4.0, 4.0]
    assert heads["names"].tolist() == [-4.0]


def test_a_head_that_one_stage_alone_has_is_as_it_is_there(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        heads = {"heads:names": np.ones(1, np.float32)} | (
            {"heads:new": np.full(1, 7, np.float32)} if name == "other" else {}
        )
        np.savez(tmp_path / name / "exact.npz", **heads)
    assert read_mean(f"{tmp_path}/one=1,{tmp_path}/other=3")[1]["new"].tolist() == [7.0]


def test_of_a_long_text_so_much_is_read_as_two_seconds_allow() -> None:
    encoding = encode("resigned " * 4000)
    assert encoding.again is not None
    assert len(encoding.pieces.rows) == 1600
    assert sum(len(window.hidden) - 2 for window in encoding.again.windows) == 1600
