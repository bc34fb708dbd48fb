"""load: what was read into a work copy of the published file. Duplicates, versions and origins are decided here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from include.extract.fingerprint import bands, similarity
from include.pipeline.base import at_warehouse_time, keep_base
from include.pipeline.forgetting import forget_temporary
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.pipeline.staged import StagedMove
from include.records import Article, FeedOutcome, FeedState, Move, Page, Quarantined
from include.warehouse.feeds import write_outcomes
from include.warehouse.generations import create_work_copy, open_work
from include.warehouse.load import LoadReport, load_batch
from include.warehouse.quarantine import apply_report, close_refusals

Record = TypeVar("Record")


def load_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Make the work copy anew from what is published now, and load the batch into it.

    An entry whose page failed in a way that may pass is forgotten, so that the next poll brings it again; one that
    was read at last leaves quarantine. Raises ConfigError where the published file is not ours.
    """
    settings = run.settings
    on_progress("Copying the published file", 0, 0)
    base = create_work_copy(
        settings.published_path,
        run.work_path,
        run_id=run.run_id,
        as_of=run.as_of,
        articles_root=settings.articles_root,
    )
    keep_base(run, base)
    known_at = at_warehouse_time(run).as_of
    kinds, refused = _source_kinds(run), 0
    reports: list[LoadReport] = []
    with open_work(run.work_path) as con:
        for batch in _read_batches(run):
            on_progress("Loading articles", sum(report.new_articles for report in reports), 0)
            report = load_batch(
                con,
                batch.articles,
                batch.moves,
                run_id=run.run_id,
                as_of=known_at,
                articles_root=settings.articles_root,
                bands={article.article_id: bands(article.minhash) for article in batch.articles},
                similarity=similarity,
                source_kinds=kinds,
            )
            failed = {row.record_id for row in batch.refused}
            close_refusals(con, batch.record_ids - failed, run_id=run.run_id, as_of=run.as_of)
            apply_report(con, [], batch.refused, run_id=run.run_id, as_of=run.as_of)
            reports.append(report)
            refused += len(batch.refused)
        write_outcomes(con, _read_outcomes(run), _read_states(run), run.run_id)
    return _report(run, reports, refused=refused)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is loaded at a time."""

    articles: list[Article]
    moves: dict[str, list[Move]]
    record_ids: set[str]  # of the entries and articles that were read
    refused: list[Quarantined]


def _read_batches(run: RunContext) -> Iterator[_Batch]:
    """All shards together, so that a page which two of them have is one article; of the archive one shard after the
    other, as they followed in time: a year does not fit into memory."""
    names = [name.removesuffix(".jsonl") for name in run.staging.list_files("articles")]
    if run.options.origin != "archive":
        yield _read_batch(run, names)
        return
    for name in names:
        yield _read_batch(run, [name])


def _read_batch(run: RunContext, shards: Sequence[str]) -> _Batch:
    articles = list(_read_shards(run, Article, "articles", shards))
    moves: dict[str, list[Move]] = defaultdict(list)
    for staged in _read_shards(run, StagedMove, "moves", shards):
        moves[staged.article_id].append(staged.move)
    entries = {page.item.item_id for page in _read_shards(run, Page, "pages", shards)}
    refused = list(_read_shards(run, Quarantined, "refused", shards))
    if run.options.origin == "archive":  # nothing was fetched: what could not be had then is known already
        refused = [row for row in refused if row.stage != "fetch"]
    return _Batch(articles, moves, entries | {article.article_id for article in articles}, refused)


def _read_shards(run: RunContext, kind: type[Record], folder: str, shards: Sequence[str]) -> Iterator[Record]:
    """The records of these shards; a shard that has no file in the folder has none."""
    for shard in shards:
        if run.staging.exists(f"{folder}/{shard}.jsonl"):
            yield from run.staging.read_records(kind, f"{folder}/{shard}.jsonl")


def _source_kinds(run: RunContext) -> dict[str, str]:
    if run.options.origin == "import":
        return {}
    return {source.id: source.kind for source in run.read_sources()}


def _read_outcomes(run: RunContext) -> list[FeedOutcome]:
    return run.staging.read_records(FeedOutcome, "outcomes.jsonl") if run.staging.exists("outcomes.jsonl") else []


def _read_states(run: RunContext) -> dict[str, FeedState]:
    if not run.staging.exists("states.jsonl"):
        return {}
    states = {state.source_id: state for state in run.staging.read_records(FeedState, "states.jsonl")}
    return forget_temporary(states, run.staging.read_all(Page, "pages"))


def _report(run: RunContext, reports: Sequence[LoadReport], *, refused: int) -> StepReport:
    new_articles, moves_added = (
        sum(getattr(report, name) for report in reports) for name in ("new_articles", "moves_added")
    )
    versions, copies, unchanged, retired = (
        sum(getattr(report, name) for report in reports)
        for name in ("new_versions", "copies", "unchanged", "moves_retired")
    )
    parts = [f"{new_articles} new articles", f"{moves_added} new moves"]
    for count, words in (
        (versions, "edited articles"),
        (copies, "copies of known ones"),
        (unchanged, "unchanged"),
        (retired, "moves no longer said"),
    ):
        if count:
            parts.append(f"{count} {words}")
    return run.report(
        "load",
        ", ".join(parts),
        articles=new_articles,
        versions=versions,
        copies=copies,
        unchanged=unchanged,
        moves=moves_added,
        retired=retired,
        refused=refused,
    )
