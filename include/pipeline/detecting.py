"""`departures detect`: articles in, moves with their evidence out, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from include.errors import QuarantineRecord
from include.records import UNSUPPORTED, Document, Move, Quarantined

PARALLEL_FROM = 48  # articles; below it the start of other processes takes longer than the work
SECONDS_PER_BATCH = 120.0  # a batch takes a second or two; far above it the detector hangs
_BATCH = 32

_OUTPUT = (
    "kind", "person", "person_aliases", "from_org", "from_aliases", "to_org", "to_aliases", "role_from", "role_to",
    "status", "focus", "date", "successor", "confidence",
)  # fmt: skip


def detect_articles(
    articles: Sequence[dict[str, Any]], *, workers: int, on_progress: Callable[[int], None] | None = None
) -> Iterator[dict[str, Any]]:
    """`{"id", "lang", "moves"}` of each article (`id`, `title`, `text`, optional `lang`, `published`), in order.

    Offsets count code points of the title or text as given. An article on which the detector fails or hangs has no
    moves and an `error` that says why; the others go on.
    """
    done = 0
    for batch, rows in _detect_batches(articles, workers):
        yield from rows if rows is not None else _detect_singly(batch)
        done += len(batch)
        if on_progress:
            on_progress(done)


def load_detector() -> None:
    """Load what every article needs: names and model, half a second, once for all processes."""
    detect_article({"id": "sample", "title": "A sample", "text": "Nobody left the sample company.", "lang": "en"})


def detect_batch(articles: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a few articles, in this process."""
    return [detect_article(article) for article in articles]


def detect_article(article: dict[str, Any]) -> dict[str, Any]:
    """The row of one article, in this process."""
    from include.detect.moves import find_moves

    document = make_document(article)
    row: dict[str, Any] = {"id": article["id"], "lang": document.lang, "moves": []}
    if document.lang == UNSUPPORTED:
        return row
    try:
        return {**row, "moves": [describe_move(move) for move in find_moves(document)]}
    except QuarantineRecord as error:
        return {**row, "error": f"{error.reason}: {error}"}


def make_document(article: dict[str, Any]) -> Document:
    """What the detector reads of an article; its language is identified where none is given."""
    lang = article.get("lang")
    if not lang:
        from include.extract.language import identify_language

        lang = identify_language(f"{article['title']}\n{article['text']}")
    published = article.get("published")
    return Document(article["id"], lang, article["title"], article["text"], published[:10] if published else None)


def describe_move(move: Move) -> dict[str, Any]:
    """A move as the annotated articles write it, with confidence and evidence."""
    row = {name: getattr(move, name) for name in _OUTPUT}
    evidence = move.evidence
    row["evidence"] = {
        "field": evidence.field,
        "start": evidence.start,
        "end": evidence.end,
        "quote": evidence.quote,
    }
    return row


def _detect_batches(
    articles: Sequence[dict[str, Any]], workers: int
) -> Iterator[tuple[Sequence[dict[str, Any]], list[dict[str, Any]] | None]]:
    """Each batch with its rows, or with None where its process had to be given up."""
    if len(articles) < PARALLEL_FROM:
        for article in articles:
            yield [article], [detect_article(article)]
        return
    from include.extract.workers import Task, run_isolated

    batches = [articles[start : start + _BATCH] for start in range(0, len(articles), _BATCH)]
    tasks = [Task(batch[0]["id"], (batch,)) for batch in batches]
    results = run_isolated(detect_batch, tasks, workers=workers, timeout=SECONDS_PER_BATCH, prepare=load_detector)
    for batch, rows in zip(batches, results, strict=True):
        yield batch, None if isinstance(rows, Quarantined) else rows


def _detect_singly(batch: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A batch that could not be done at once, article by article, so that only the guilty one is lost."""
    from include.extract.workers import Task, run_isolated

    tasks = [Task(article["id"], (article,)) for article in batch]
    rows = run_isolated(detect_article, tasks, workers=1, prepare=load_detector)
    for article, row in zip(batch, rows, strict=True):
        if isinstance(row, Quarantined):
            error = f"{row.reason}: {row.detail}"
            yield {"id": article["id"], "lang": article.get("lang"), "moves": [], "error": error}
        else:
            yield row
