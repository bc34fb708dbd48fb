"""How many of the annotated names the detector sees: recall of candidates and of mentions, by language.

    python -m bench.names ARTICLES.jsonl [...] [--rounds r4,r4s] [--langs ja,ko] [--misses]

`candidate` is a span with exactly the letters of one of the annotated forms that is judged at all; `mention` is
an entity of the right type that the evaluation would take for the annotated one, with the weights in force. What
recall costs stands beside it: candidates, and people and organisations found, per article.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.train_detector import written_forms
from include.detect.lexicon import load_lexicon
from include.detect.mentions import read_document
from include.detect.text import normalise, split_sentences
from include.evaluate import fold_name, is_same_organisation, is_same_person


def main() -> int:
    """Print one line a language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="+")
    parser.add_argument("--rounds", default="", help="parts of ids to keep, separated by commas")
    parser.add_argument("--langs", default="")
    parser.add_argument("--misses", action="store_true", help="print every name that is not seen")
    args = parser.parse_args()
    rounds, langs = [r for r in args.rounds.split(",") if r], [lang for lang in args.langs.split(",") if lang]
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for path in args.articles:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            article = json.loads(line)
            if langs and article["lang"] not in langs:
                continue
            if rounds and not any(f"-{r}-" in article["id"] for r in rounds):
                continue
            _measure(article, rows[article["lang"]], args.misses)
    columns = ("person candidate", "person mention", "org candidate", "org mention")
    print(f"{'':9}" + "".join(f"{c:>18}" for c in columns) + "  candidates people orgs an article")
    for lang, found in [*sorted(rows.items()), ("all", _joined(rows))]:
        cells = [f"{sum(found[c])}/{len(found[c])} {sum(found[c]) / max(1, len(found[c])):.2f}" for c in columns]
        costs = [sum(found[c]) / max(1, len(found[c])) for c in ("candidates", "people", "orgs")]
        print(f"{lang:9}" + "".join(f"{c:>18}" for c in cells) + "  " + " ".join(f"{c:.1f}" for c in costs))
    return 0


def _joined(rows: dict[str, dict[str, list[float]]]) -> dict[str, list[float]]:
    joined: dict[str, list[float]] = defaultdict(list)
    for found in rows.values():
        for name, values in found.items():
            joined[name] += values
    return joined


def _measure(article: dict[str, Any], found: dict[str, list[float]], misses: bool) -> None:
    lexicon = load_lexicon(article["lang"])
    text = normalise(article["title"] or "", article["text"], han_fold=lexicon.pack.han_fold)
    sentences = split_sentences(text, lexicon.words["abbreviations"])
    reading = read_document(text, lexicon, sentences, lexicon.find_hits(text.fold), None, keep_names=True)
    tried = [candidate for candidate, _ in reading.names or ()]
    known = [mention for mention in reading.mentions if mention.gazetteer_id]
    spans = {fold_name(text.norm[c.start : c.end]) for c in (*tried, *known)}
    found["candidates"].append(len(tried))
    found["people"].append(sum(bool(p.mentions) for p in reading.persons))
    found["orgs"].append(len(reading.orgs))
    people = [written_forms(p) for p in reading.persons if p.mentions]
    orgs = [written_forms(o) for o in reading.orgs if o.mentions]
    for (side, _), forms in _annotated(article).items():
        same = is_same_person if side == "person" else is_same_organisation
        entities = people if side == "person" else orgs
        in_text = [f for f in forms if f in fold_name(text.norm)] or forms
        candidate, mention = bool(spans & set(in_text)), any(same(e, forms) for e in entities)
        found[f"{side} candidate"].append(candidate)
        found[f"{side} mention"].append(mention)
        if misses and not (candidate and mention):
            _print_miss(article, text.norm, side, forms, candidate, mention)


def _annotated(article: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    """Every annotated person and organisation of an article with all its forms, optional moves left out."""
    names: dict[tuple[str, str], list[str]] = {}
    for move in article["moves"]:
        if move.get("optional"):
            continue
        for side, main, aliases in (
            ("person", "person", "person_aliases"),
            ("org", "from_org", "from_aliases"),
            ("org", "to_org", "to_aliases"),
        ):
            forms = [fold_name(n) for n in [move.get(main), *(move.get(aliases) or [])] if n]
            if forms:
                names.setdefault((side, forms[0]), []).extend(forms)
    return names


def _print_miss(
    article: dict[str, Any], norm: str, side: str, forms: list[str], candidate: bool, mention: bool
) -> None:
    folded = fold_name(norm)
    at, form = next(((folded.find(f), f) for f in forms if f in folded), (-1, forms[0]))
    state = ("candidate" if candidate else "no candidate") + (", mention" if mention else ", no mention")
    shown = folded[max(0, at - 30) : at] + "[" + form + "]" + folded[at + len(form) : at + len(form) + 20]
    print(f"{article['id']} {side} {state}: {shown if at >= 0 else form}")


if __name__ == "__main__":
    sys.exit(main())
