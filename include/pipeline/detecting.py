"""`departures detect`: articles in, moves with their evidence out, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from include.errors import QuarantineRecord
from include.records import UNSUPPORTED, Document, Move, Quarantined
from include.settings import Settings

if TYPE_CHECKING:
    from include.detect.gaps import Gap
    from include.detect.llm.second import SecondReport

PARALLEL_FROM = 48  # articles; below it the start of other processes takes longer than the work
SECONDS_PER_BATCH = 120.0  # a batch takes a second or two; far above it the detector hangs
_BATCH = 32

_OUTPUT = (
    "kind", "person", "person_aliases", "from_org", "from_aliases", "to_org", "to_aliases", "role_from", "role_to",
    "status", "focus", "date", "successor", "confidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detected:
    """One article as the rules leave it, or the error that its row carries."""

    document: Document
    moves: tuple[Move, ...] = ()
    gap: Gap = "untold"
    error: str = ""

    def as_row(self) -> dict[str, Any]:
        """`{"id", "lang", "moves"}`, and `error` if there is one."""
        moves = [describe_move(move) for move in self.moves]
        row: dict[str, Any] = {"id": self.document.doc_id, "lang": self.document.lang, "moves": moves}
        return {**row, "error": self.error} if self.error else row


def detect_articles(
    articles: Sequence[dict[str, Any]], *, workers: int, on_progress: Callable[[int], None] | None = None
) -> Iterator[dict[str, Any]]:
    """`{"id", "lang", "moves"}` of each article (`id`, `title`, `text`, optional `lang`, `published`), in order.

    Offsets count code points of the title or text as given. An article on which the detector fails or hangs has no
    moves and an `error` that says why; the others go on.
    """
    for found in _detect_all(articles, workers, on_progress):
        yield found if isinstance(found, dict) else found.as_row()


def detect_with_model(
    articles: Sequence[dict[str, Any]],
    settings: Settings,
    day: date,
    *,
    workers: int,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[list[dict[str, Any]], SecondReport]:
    """Like `detect_articles`, with what a language model adds; `day` is the one whose budget is used.

    Raises ConfigError where the settings do not allow to ask it.
    """
    from include.detect.llm.second import Case, read_again

    found = list(_detect_all(articles, workers, on_progress))
    read = [one for one in found if isinstance(one, Detected)]
    moves, report = read_again([Case(one.document, one.gap, one.moves) for one in read], settings, day)
    whole = iter(replace(one, moves=more) for one, more in zip(read, moves, strict=True))
    return [one if isinstance(one, dict) else next(whole).as_row() for one in found], report


def _detect_all(
    articles: Sequence[dict[str, Any]], workers: int, on_progress: Callable[[int], None] | None
) -> Iterator[Detected | dict[str, Any]]:
    """What the rules find, in order; the row of an error where a process had to be given up."""
    done = 0
    for batch, found in _detect_batches(articles, workers):
        yield from found if found is not None else _detect_singly(batch)
        done += len(batch)
        if on_progress:
            on_progress(done)


def load_detector() -> None:
    """Load what every article needs: names and packs, half a second, once for all processes."""
    from include.detect.moves import load_shared

    load_shared()


def detect_batch(articles: Sequence[dict[str, Any]]) -> list[Detected]:
    """What the rules find in a few articles, in this process."""
    return [detect_article(article) for article in articles]


def detect_article(article: dict[str, Any]) -> Detected:
    """What the rules find in one article, in this process."""
    from include.detect.gaps import find_gap
    from include.detect.moves import analyse_document

    document = make_document(article)
    if document.lang == UNSUPPORTED:
        return Detected(document)
    try:
        analysis = analyse_document(document)
    except QuarantineRecord as error:
        return Detected(document, error=f"{error.reason}: {error}")
    return Detected(document, tuple(analysis.moves), find_gap(analysis))


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
) -> Iterator[tuple[Sequence[dict[str, Any]], list[Detected] | None]]:
    """Each batch with what was found in it, or with None where its process had to be given up."""
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


def _detect_singly(batch: Sequence[dict[str, Any]]) -> Iterator[Detected | dict[str, Any]]:
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
