"""The knowledge files of the room load, and a mistake in one is named by file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.errors import ConfigError
from include.knowledge.boilerplate import load_boilerplate
from include.knowledge.bylines import load_bylines
from include.knowledge.citations import load_citations
from include.knowledge.cleaning import load_cleaning
from include.knowledge.identification import load_identification
from include.records import LANGUAGES

BYLINE_LISTS = ("labels", "edited", "roles", "places", "and", "desks", "published", "updated")


def test_the_packaged_files_load() -> None:
    assert "related news" in load_boilerplate().tail_headings
    assert load_citations().outlets["路透社"] == "Reuters"
    assert {code.partition("-")[0] for code in LANGUAGES} <= set(load_citations().frames)
    assert load_citations().signs["AP"] == "Associated Press"
    assert "记者" in load_bylines().roles
    assert "que" in load_cleaning().joined_words
    assert "ms" in load_identification().neighbours


@pytest.mark.parametrize(
    ("load", "text", "named"),
    [
        (load_boilerplate, "languages:\n  en:\n    read_more: []\n", "'.*' is missing"),
        (load_boilerplate, "other: 1\n", ":1: unknown key 'other'"),
        (load_cleaning, "joined_words:\n  pt: [Que]\nneutral_syllables: [de]\n", ":2: joined_words.pt"),
        (load_identification, "neighbours: x\ntell_apart: []\nzones: {}\n", ":1: neighbours must be a list"),
        (
            load_identification,
            "neighbours: [ms]\ntell_apart:\n  - id: [a]\n    ms: [a]\nzones: {}\n",
            ":3: 'a' stands on both sides",
        ),
        (
            load_identification,
            "neighbours: [ms]\ntell_apart: []\nzones: {ko: Asia/Soul}\n",
            ":3: zones.ko: 'Asia/Soul' is no time zone",
        ),
        (load_identification, "neighbours: [ms]\ntell_apart: []\nzones: {xx: Asia/Seoul}\n", ":3: unknown key 'xx'"),
        (
            load_citations,
            "outlets:\n  - {name: A, aliases: [B]}\n  - {name: B, aliases: []}\nframes: {}\nlabels: []\n",
            ":3: 'B' names two outlets",
        ),
        (
            load_citations,
            "outlets: []\nframes:\n  en: {reach: 0, endings: [], before: [], after: [], first: []}\nlabels: []\n",
            ":3: reach must be",
        ),
        (
            load_citations,
            "outlets:\n  - {name: C, aliases: [], signs: [X]}\n  - {name: X, aliases: []}\nframes: {}\nlabels: []\n",
            ":3: 'X' names two outlets",
        ),
        (load_bylines, "languages:\n  en:\n    by: [by]\n", "'labels' is missing"),
        (
            load_bylines,
            f"languages:\n  en: {{by: [By], {', '.join(f'{name}: []' for name in BYLINE_LISTS)}}}\n",
            ":2: en.by: 'By' is written with capitals",
        ),
        (
            load_bylines,
            f"languages:\n  en: {{by: [by, by], {', '.join(f'{name}: []' for name in BYLINE_LISTS)}}}\n",
            ":2: en.by: 'by' stands twice",
        ),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, load: Callable[[Path], Any], text: str, named: str) -> None:
    path = tmp_path / "knowledge.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=named):
        load(path)
