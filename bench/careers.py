"""Articles in which a mover's earlier employer is told beside his move: "Deng, who joined from Meta in 2023, has left".

Annotated articles get a clause or a sentence of `careers.yaml` more, about somebody who leaves in them; the
organisation is one of another article of that language. It is neither left nor reached by the move that is told, so
that everything else of the annotation stays as it is. Of twelve such sentences in ten languages the detector had eight
wrong: somebody left whom he had left years ago, or went where he had come from.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from include.knowledge.languages import load_pack
from include.knowledge.wordlists import read_texts
from include.knowledge.yamlfile import check_keys, read_yaml

_WORDINGS = Path(__file__).with_name("careers.yaml")
_PLACES = ("behind", "before", "apart")
_ENDS = re.compile(r"[.!?](?=\s|\Z)|[。！？।](?!」|』|”)")
_BACK = (1, 12)  # years before publication


@cache
def load_wordings() -> dict[str, dict[str, list[str]]]:
    """By language: clauses behind a name, before it, and sentences apart. Raises ConfigError with file and line."""
    found = {}
    for code, entry in read_yaml(_WORDINGS).items():
        places = check_keys(_WORDINGS, entry, (), _PLACES)
        found[code] = {place: read_texts(_WORDINGS, places, place, within=code) for place in places}
    return found


def collect_employers(articles: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Organisations that somebody leaves or reaches, as articles write them, by language."""
    found: dict[str, set[str]] = defaultdict(set)
    for article in articles:
        for move in article["moves"]:
            found[article["lang"]].update(move.get("from_aliases") or [], move.get("to_aliases") or [])
    return {lang: sorted(name for name in names if 2 < len(name) < 40) for lang, names in found.items()}


def tell_career(article: dict[str, Any], employers: Sequence[str], rng: random.Random) -> dict[str, Any] | None:
    """The article, every name of which is annotated, with an earlier employer of one who leaves.

    None where nobody leaves by name in its text, or a name of it would be cut.
    """
    text: str = article["text"]
    leavers = [
        (move, span)
        for move in article["moves"]
        if move["kind"] == "departure" and move.get("from_org") and not move.get("optional")
        if (span := _find(text, move))
    ]
    foreign = [name for name in rng.sample(employers, min(9, len(employers))) if not _is_told(name, article)]
    if not leavers or not foreign:
        return None
    (move, (start, end)), wordings = rng.choice(leavers), load_wordings()[article["lang"]]
    pack = load_pack(article["lang"])
    place = rng.choice([place for place in wordings for _ in wordings[place]])
    year = int(article["published"][:4]) - rng.randint(*_BACK) if article.get("published") else rng.randint(2004, 2022)
    told = rng.choice(wordings[place]).format(
        org=foreign[0],
        year=year + pack.dates["era"],
        ago=rng.randint(2, _BACK[1]),
        name=min(move["person_aliases"], key=len),
    )
    if place == "before":
        text = text[:start] + told + text[start:]
    elif place == "behind":
        if text[end : end + 1] in tuple(",.;:)，。、"):
            told = told.rstrip(", ،")
        text = text[:end] + told + text[end:]
    else:
        stop = _ENDS.search(text, end)
        after = stop.end() if stop else len(text)
        text = text[:after] + (" " if pack.spaces else "") + told + text[after:]
    if any(form not in article["title"] + text for form in _names(article)):
        return None  # "U. S. Steel" is no end of a sentence
    return article | {"id": f"{article['id']}c", "text": text, "orgs": [*article["orgs"], foreign[0]]}


def _find(text: str, move: dict[str, Any]) -> tuple[int, int] | None:
    """Where the longest form of a mover's name stands first, as words of their own."""
    name = max(move.get("person_aliases") or [""], key=len)
    match = re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])" if name.isascii() else re.escape(name), text)
    return match.span() if name and match else None


def _is_told(name: str, article: dict[str, Any]) -> bool:
    return name in article["title"] + article["text"] or any(form in name for form in _names(article))


def _names(article: dict[str, Any]) -> list[str]:
    """Every form of the names of an article's moves that stands in it."""
    sides = ("person_aliases", "from_aliases", "to_aliases")
    forms = [form for move in article["moves"] for side in sides for form in move.get(side) or []]
    return [form for form in forms if form in article["title"] + article["text"]]
