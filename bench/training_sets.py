"""Which annotated articles teach the encoder, and which the linear models over it.

    python -m bench.training_sets FOLDER

writes `encoder-old.jsonl` (rounds 1 to 7 and 10); `encoder-news.jsonl` (rounds 13 to 17), `encoder-dense.jsonl` (18,
20 and 22, in which several people go), `encoder-flashes.jsonl` (25 and 26: one to four sentences, Chinese above all)
and `encoder-pages.jsonl` (29, Chinese after the manner of real pages, and 30, half of it as long as pages are),
written as daily news is, which count for more; `encoder-real.jsonl` (32, 37 and 39, reworded from real pages, half of
it Chinese) and `encoder-retold.jsonl` (43 and 51, reworded from real pages, 46, things and places that are left, and
passages of one to five sentences as they stand in the middle of a page: 44, 47, 48, 52 and 53 Chinese, 50, 54 and 55
in the other languages), and `encoder-latest.jsonl` (58, 62 and 65, after real pages too, 59 and 64, several firms round
one mover, 60, traps, and 66, Chinese passages); `linear.jsonl`, rounds of which the encoder had seen nothing when the
linear models learned from what it said of them, `quarters.jsonl` and `linear-10.jsonl`, which it had not seen either,
but whose like it had. Since O1 all of these teach the encoder too: whoever learns the linear models again does it over
an encoder from before (I1), or from rounds that are newer than it. The shared news set, where it lies
beside the project, is `news.jsonl`: it teaches the encoder, status and focus. Dates are learned twice, by the encoder
from articles with `dated`, and by the choice over it from `dates.jsonl`, whose dates the encoder must not know; in both
the news itself is of the month of publication where nothing else dates it. (Of hedged moves, of which rounds 13 to 16
are full, hardly a date is annotated.) `careers.jsonl` are some of the encoder's once more, with an earlier employer of
one who leaves (`bench.careers`). What lies in `tests/corpus/held-out/` teaches nothing.
"""

from __future__ import annotations

import json
import random
import re
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.careers import collect_employers, tell_career

ROOT = Path(__file__).parent.parent
CORPUS, NEWS = ROOT / "tests" / "corpus", ROOT.parent / "shared" / "gold"
_LINEAR_ROUNDS = (  # whole rounds that the encoder had not seen when the linear models learned from them
    9, 11, 12, 19, 21, 23, 24, 28, 31, 33, 34, 35, 36, 38, 45, 49, 56,
)  # fmt: skip
_DATES_FOR_THE_ENCODER = (30, 37, 39, 43, 44, 46, 47, 48, 50, 51, 52, 53, 54, 55, 58, 59, 60, 62, 64, 66)
_DATES_FOR_THE_CHOICE = (
    9,
    11,
    12,
    24,
    28,
    31,
    33,
    34,
    35,
    36,
    38,
    45,
    49,
    56,
    65,
)  # whose dates the encoder must not know
_DENSE_ROUNDS = (18, 20, 22)
_FLASH_ROUNDS = (25, 26)
_PAGE_ROUNDS = (29, 30)
_REAL_ROUNDS = (32, 37, 39)  # whole rounds, as are the next
_RETOLD_ROUNDS = (43, 44, 46, 47, 48, 50, 51, 52, 53, 54, 55)
_LATEST_ROUNDS = (58, 59, 60, 62, 64, 65, 66)  # of 65 en, es, fr, id, it, pl, tr and vi have taught nothing yet
_FIRST_SHARED_ROUND, _SHARE = 13, 4  # from this round on one article in four is kept from the encoder


def choose_set(article_id: str) -> str | None:
    """The set of an article of the corpus; None for what teaches nothing."""
    found = re.search(r"-r(\d+)s?-(\d+)$", article_id)
    if not found:
        return "encoder-old"  # the sealed quarter of rounds 1 to 3
    number, place = int(found[1]), int(found[2])
    if number == 10:
        return {0: None, 5: "linear-10"}.get(place % 10, "encoder-old")
    if number in _LINEAR_ROUNDS:
        return "linear"
    if number in _REAL_ROUNDS:
        return "encoder-real"
    if number in _RETOLD_ROUNDS:
        return "encoder-retold"
    if number in _LATEST_ROUNDS:
        return "encoder-latest"
    if number >= _FIRST_SHARED_ROUND and not zlib.crc32(article_id.encode()) % _SHARE:
        return "quarters"
    if number in _DENSE_ROUNDS:
        return "encoder-dense"
    if number in _FLASH_ROUNDS:
        return "encoder-flashes"
    if number in _PAGE_ROUNDS:
        return "encoder-pages"
    return "encoder-news" if number >= _FIRST_SHARED_ROUND else "encoder-old"


def tells_dates(article_id: str, rounds: Sequence[int]) -> bool:
    """Whether an article of the corpus is of a round that teaches dates."""
    found = re.search(r"-r(\d+)s?-", article_id)
    return bool(found) and int(found[1]) in rounds


def read_sets() -> dict[str, list[dict[str, Any]]]:
    """Articles by set."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in (*sorted(CORPUS.glob("*.jsonl")), *sorted(NEWS.glob("*.dev.jsonl"))):
        for line in path.read_text(encoding="utf-8").splitlines():
            article = json.loads(line)
            is_news = path.parent == NEWS
            if is_news or tells_dates(article["id"], _DATES_FOR_THE_ENCODER):
                article = (article if is_news else date_news(article)) | {"dated": True}
            name = "news" if is_news else choose_set(article["id"])
            if name:
                found.setdefault(name, []).append(article)
            if not is_news and tells_dates(article["id"], _DATES_FOR_THE_CHOICE):
                found.setdefault("dates", []).append(date_news(article))
    return found


_WITH_CAREERS = ("encoder-latest", "encoder-retold", "encoder-real", "encoder-pages", "encoder-dense", "encoder-news")
_CAREERS_SHARE = 0.3  # of their articles


def add_careers(sets: dict[str, list[dict[str, Any]]]) -> None:
    """Add the set in which an earlier employer is told, the same one whenever it is made."""
    rng, articles = random.Random(0), [article for name in _WITH_CAREERS for article in sets.get(name, [])]
    employers = collect_employers(articles)
    chosen = [article for article in articles if "orgs" in article and rng.random() < _CAREERS_SHARE]
    told = [tell_career(article, employers.get(article["lang"], []), rng) for article in chosen]
    sets["careers"] = [article for article in told if article]


def date_news(article: dict[str, Any]) -> dict[str, Any]:
    """An article of the corpus in which what is the news, and is told without a date, is of the month of publication.

    So the shared news set has it: of 40 departures that are the news of a dated article, 25 are of that month, 13 of
    them without a day, and 4 have no date. Writers of rounds left it open in a third of them.
    """
    published = article.get("published")
    if not published:
        return article
    moves = [
        move | {"date": published[:7]} if move.get("focus") == "main" and not move.get("date") else move
        for move in article["moves"]
    ]
    return article | {"moves": moves}


def main(folder: Path) -> None:
    """Write the sets and say how many articles each holds."""
    folder.mkdir(parents=True, exist_ok=True)
    sets = read_sets()
    add_careers(sets)
    for name, articles in sorted(sets.items()):
        lines = (json.dumps(article, ensure_ascii=False) for article in articles)
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name}: {len(articles)} articles")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
