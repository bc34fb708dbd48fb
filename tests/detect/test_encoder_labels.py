"""What an annotated article teaches the encoder, and the file that the encoder begins from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.encoder_base import is_written_here, read_base
from bench.encoder_labels import label_article
from include.detect.encoder.heads import ACTIONS, MANNERS
from include.detect.encoder.pieces import cut
from include.records import MOVE_STATUSES

TEXT = (
    "Ottoline Brackenridge has resigned from Kestrel Forge and joins Halden Robotics. Piotr Zawadzki stays, says Wired."
)


def _article(**changes: Any) -> dict[str, Any]:
    move = {
        "kind": "departure", "person": "Ottoline Brackenridge", "person_aliases": ["Brackenridge"],
        "from_org": "Kestrel Forge", "to_org": "Halden Robotics", "status": "announced", "focus": "main",
    }  # fmt: skip
    article = {"id": "en-test-1", "lang": "en", "title": "", "text": TEXT, "weight": 1.0, "moves": [move]}
    return article | changes


def test_a_mover_is_labelled_with_what_he_leaves_and_reaches() -> None:
    labelled = label_article(_article())
    [person] = [i for i, actions in enumerate(labelled.actions) if any(actions)]
    assert [labelled.text[s:e] for s, e in labelled.people[person]] == ["Ottoline Brackenridge"]
    assert [a for a, on in zip(ACTIONS, labelled.actions[person], strict=True) if on] == ["leaver", "joiner"]
    sides = {
        side: [labelled.text[s:e] for org in right for s, e in labelled.orgs[org]]
        for side, _, right in labelled.choices
    }
    assert sides == {0: ["Kestrel Forge"], 1: ["Halden Robotics"]}


def test_an_organisation_that_is_not_told_is_labelled_as_none() -> None:
    article = _article()
    article["moves"][0] |= {"to_org": None}
    labelled = label_article(article)
    assert [right for side, _, right in labelled.choices if side == 1] == [[len(labelled.orgs)]]


def test_an_optional_move_is_neither_right_nor_wrong() -> None:
    article = _article()
    article["moves"][0] |= {"optional": True}
    labelled = label_article(article)
    leaver = ACTIONS.index("leaver")
    assert [(a[leaver], k[leaver]) for a, k in zip(labelled.actions, labelled.known, strict=True)].count(
        (0.0, 0.0)
    ) == 1
    assert labelled.choices == []


def test_how_a_move_is_told_is_labelled_where_the_annotation_says_it() -> None:
    article = _article()
    article["moves"][0] |= {"status": "reported", "focus": "background"}
    [(_, manner, status, is_main)] = label_article(article).manners
    assert ("departure" in MANNERS[manner], MOVE_STATUSES[status], is_main) == (True, "reported", False)
    del article["moves"][0]["status"]
    assert label_article(article).manners == []


@pytest.mark.parametrize("complete", [False, True])
def test_only_where_all_names_are_annotated_the_rest_is_no_name(complete: bool) -> None:
    article = _article(**({"people": ["Piotr Zawadzki"], "orgs": ["Wired"]} if complete else {}))
    pieces = cut(TEXT, 500)
    labels = label_article(article).in_pieces(pieces).name_labels(len(pieces.rows))
    said = {
        label
        for start, end, label in zip(pieces.starts, pieces.ends, labels[1:-1], strict=True)
        if TEXT.index("resigned") <= start < end <= TEXT.index(" from")
    }
    assert said == ({0} if complete else {-100})
    assert (3 in labels) and (1 in labels)


def _dated(date: str | None, published: str | None = "2025-03-20", **changes: Any) -> list[list[str]]:
    """What may be the date of the mover: the words, or "published" or "none"."""
    text = "On 12 March Ottoline Brackenridge resigned from Kestrel Forge, founded in May 2019."
    article = _article(text=text, published=published, dated=True)
    article["moves"][0] |= {"to_org": None, "date": date} | changes
    labelled = label_article(article)
    words = [*(labelled.text[start:end].strip() for start, end in labelled.dates), "published", "none"]
    return [[words[place] for place in right] for side, _, right in labelled.dated if side == 0]


@pytest.mark.parametrize(
    ("date", "right"),
    [
        ("2025-03-12", ["12 March"]), ("2025-03", ["12 March", "published"]), ("2025-03-20", ["published"]),
        ("2019", ["in May 2019"]), (None, ["none"]),
    ],
)  # fmt: skip
def test_the_dates_that_may_be_a_moves_are_labelled(date: str | None, right: list[str]) -> None:
    assert _dated(date) == [right]


def test_a_date_that_the_text_does_not_give_teaches_nothing() -> None:
    assert _dated("2024-11") == []
    assert _dated("2025-03-12", optional=True) == []


def test_dates_of_articles_in_which_they_are_not_annotated_teach_nothing() -> None:
    article = _article(published="2025-03-20", text="Ottoline Brackenridge resigned from Kestrel Forge on 12 March.")
    article["moves"][0] |= {"date": "2025-03-12"}
    labelled = label_article(article)
    assert (labelled.dates, labelled.dated) == ([], [])


def test_another_file_is_no_base(tmp_path: Path) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(b"PK\3\4 something else")
    with pytest.raises(ValueError, match="not the packed model"):
        read_base(path)


def test_pieces_of_our_scripts_are_kept() -> None:
    assert all(map(is_written_here, ["▁the", "公司", "เขา", "회사", "компан", "الشر", "कंपनी", "ました", "1.5"]))
    assert not any(map(is_written_here, ["ένα", "አዲስ", "გუნდი"]))
