"""Speed of the detector on one core, in processor time, so that neighbours on the machine count for little.

Articles a second are averaged over languages; `gated` are those of the project's corpus that hold a trigger, `without a
trigger` are two kilobytes of the same without one. Loading is import, all packs and their gates in a process of its
own, first with nothing compiled (`cold`), then with it (`warm`); `first use` is what the phrases of one language cost
its first article. The ratio is a text of 1 MB to one of 100 kB: 10 is linear, and less, since a text is read up to
`MAX_CHARS`.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from include.detect.lexicon import load_lexicon
from include.detect.moves import analyse_document, find_moves
from include.knowledge.languages import FOLDER, list_packs
from include.records import Document

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "corpus"
GOLD = ROOT.parent / "shared" / "gold"
_ENOUGH = 30  # articles of a language
_NEWS = "Jane Roe resigned from OpenAI on Monday. Джейн Роу покинула OpenAI. 研究员张三离开OpenAI。 "
_LONG = {
    "news": ("en", _NEWS),
    "one word": ("en", "a"),
    "one trigger": ("en", "resigned "),
    "one sentence": ("en", "Jane Roe and John Smith left OpenAI and resigned, "),
    "one character": ("zh-Hans", "离"),
    "one Chinese trigger": ("zh-Hans", "离职"),
}
_LOAD = """
import time
started = time.process_time()
from include.detect.lexicon import load_lexicon
from include.detect.moves import find_moves
from include.knowledge.languages import list_packs
for code in list_packs():
    load_lexicon(code)
print(time.process_time() - started)
"""


def run() -> dict[str, Any]:
    """All figures."""
    figures: dict[str, Any] = {"loading, s": measure_loading(), "first use, s": measure_first_use()}
    for name, folder in (("corpus", CORPUS), ("gold", GOLD)):
        articles = read_articles(folder)
        if articles:
            figures[f"articles a second, {name}"] = measure_articles(articles)
    figures["long texts"] = {name: measure_long(*text) for name, text in _LONG.items()}
    return figures


def measure_loading() -> dict[str, float]:
    """Seconds of import and of loading every pack, with nothing compiled and with everything."""
    kept = FOLDER / "__pycache__"
    if kept.is_dir():
        shutil.rmtree(kept)
    return {name: _load_once() for name in ("cold", "warm")}


def _load_once() -> float:
    done = subprocess.run([sys.executable, "-c", _LOAD], cwd=ROOT, capture_output=True, text=True, check=True)
    return round(float(done.stdout), 2)


def measure_first_use() -> float:
    """Seconds that the phrases of one language take, averaged."""
    lexicons = [load_lexicon(code) for code in list_packs()]
    return round(_time(lambda: [lexicon.phrases() for lexicon in lexicons]) / len(lexicons), 3)


def read_articles(folder: Path) -> dict[str, list[Document]]:
    """Articles of a folder's evaluation files by language, of large files some from everywhere in them."""
    found: dict[str, list[Document]] = {}
    known = set(list_packs())
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["lang"] in known:
                document = Document(row["id"], row["lang"], row["title"] or "", row["text"], row["published"])
                found.setdefault(row["lang"], []).append(document)
    return {lang: documents[:: len(documents) // _ENOUGH + 1] for lang, documents in found.items()}


def measure_articles(articles: dict[str, list[Document]]) -> dict[str, Any]:
    """Articles a second with a trigger and without one, and the characters of a mean one with."""
    gated, plain, lengths = [], [], []
    for documents in articles.values():
        read = [(document, analyse_document(document).reading is not None) for document in documents]
        with_trigger = [document for document, passed in read if passed]
        without = [_of_two_kilobytes(document) for document, passed in read if not passed]
        lengths += [len(document.title) + len(document.text) for document in with_trigger]
        if with_trigger:
            gated.append(rate(with_trigger))
        if without:
            plain.append(rate(without * 20))
    return {
        "gated": round(statistics.mean(gated)),
        "slowest language, gated": round(min(gated)),
        "characters of a gated one": round(statistics.mean(lengths)),
        "without a trigger": round(statistics.mean(plain)) if plain else "none there",
    }


def _of_two_kilobytes(document: Document) -> Document:
    text = f"{document.text}\n" * (2000 // (len(document.text) + 1) + 1)
    return Document(document.doc_id, document.lang, document.title, text, document.published)


def rate(documents: list[Document]) -> float:
    """Articles a second, the best of three rounds."""
    return len(documents) / min(_time(lambda: [find_moves(document) for document in documents]) for _ in range(3))


def measure_long(lang: str, piece: str) -> dict[str, float]:
    """Seconds for 1 MB of a text, and their ratio to those for 100 kB."""
    seconds = {}
    for size in (100_000, 1_000_000):
        document = Document("long", lang, "", (piece * (size // len(piece) + 1))[:size], "2026-03-05")
        seconds[size] = _time(lambda document=document: find_moves(document))  # type: ignore[misc]
    return {"1 MB, s": round(seconds[1_000_000], 2), "1 MB : 100 kB": seconds[1_000_000] / seconds[100_000]}


def _time(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
