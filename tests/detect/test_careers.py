"""Articles that teach: an earlier employer is told beside a move, and all that is annotated still stands there."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from bench.careers import collect_employers, load_wordings, tell_career
from include.knowledge.languages import list_packs

CORPUS = Path(__file__).parents[1] / "corpus"


def _read(lang: str) -> list[dict[str, Any]]:
    lines = (CORPUS / f"{lang}.jsonl").read_text(encoding="utf-8").splitlines()
    return [article for article in map(json.loads, lines) if "orgs" in article][:200]


def test_every_language_has_wordings() -> None:
    assert set(load_wordings()) == set(list_packs())


@pytest.mark.parametrize("lang", sorted(load_wordings()))
def test_an_earlier_employer_is_told_and_nothing_else_changes(lang: str) -> None:
    articles, rng = _read(lang), random.Random(lang)
    employers = collect_employers(articles)[lang]
    pairs = [(article, tell_career(article, employers, rng)) for article in articles]
    told = [(before, after) for before, after in pairs if after]
    assert len(told) > 20
    for before, after in told:
        (employer,) = after["orgs"][len(before["orgs"]) :]
        assert employer in after["text"]
        assert employer not in before["title"] + before["text"]
        assert after["moves"] == before["moves"]
        for move in after["moves"]:
            for form in [*move["person_aliases"], *(move["from_aliases"] or []), *(move["to_aliases"] or [])]:
                assert form in after["title"] + after["text"]


def test_where_nobody_leaves_there_is_nothing_to_tell() -> None:
    article = {"id": "x", "lang": "en", "title": "", "text": "Jane Roe joins Kestrel.", "moves": [], "orgs": []}
    assert tell_career(article, ["Marlow"], random.Random(0)) is None
