"""The watchlist: a file that anyone can edit, checked when it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import ConfigError
from include.knowledge.gazetteer import load_gazetteer
from include.knowledge.watchlist import PATH, check_watchlist, load_watchlist


def test_the_shipped_watchlist_names_only_what_is_known() -> None:
    watchlist = load_watchlist(PATH)
    assert len(watchlist.organisations) >= 10
    assert check_watchlist(watchlist, load_gazetteer()) == []


def test_an_unknown_organisation_is_a_warning_with_the_nearest_names(tmp_path: Path) -> None:
    path = tmp_path / "watchlist.yaml"
    path.write_text("name: x\norganisations:\n  - OpenAI\n  - Antropic\n  - Hartwell Logistics\n", encoding="utf-8")
    first, second = check_watchlist(load_watchlist(path), load_gazetteer())
    assert first.startswith(f"{path}:4: no organisation 'Antropic' is known, so it is watched by this name alone; did")
    assert "did you mean Anthropic" in first
    assert second == f"{path}:5: no organisation 'Hartwell Logistics' is known, so it is watched by this name alone"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("organisation: [OpenAI]\n", ":1: unknown key 'organisation'"),
        ("organisations: OpenAI\n", ":1: organisations must be a list of names"),
        ("name: x\npeople:\n  - 3\n", ":2: people must be a list of names"),
        ("- OpenAI\n", "a mapping with"),
        ("name: [\n", "not valid YAML"),
    ],
)
def test_a_wrong_watchlist_is_refused_with_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "watchlist.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_watchlist(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_an_absent_watchlist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_watchlist(tmp_path / "none.yaml")
