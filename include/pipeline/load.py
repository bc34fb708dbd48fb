"""load: what was read into a work copy of the published file. Duplicates, versions and origins are decided here."""

from __future__ import annotations

from collections import defaultdict

from include.extract.fingerprint import bands, similarity
from include.fetch.pages import TEMPORARY_REASONS
from include.fetch.poll import forget_items
from include.pipeline.reading import StagedMove
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.records import Article, FeedOutcome, FeedState, Move, Page, Quarantined
from include.warehouse.feeds import write_outcomes
from include.warehouse.generations import Generation, create_work_copy, open_work
from include.warehouse.load import LoadReport, load_batch
from include.warehouse.quarantine import apply_report, release_records


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
    run.staging.write_json("base.json", {"number": base.number, "run_id": base.run_id})
    articles = run.staging.read_all(Article, "articles")
    moves: dict[str, list[Move]] = defaultdict(list)
    for staged in run.staging.read_all(StagedMove, "moves"):
        moves[staged.article_id].append(staged.move)
    pages = run.staging.read_all(Page, "pages")
    refused = run.staging.read_all(Quarantined, "refused")
    on_progress("Loading articles", 0, len(articles))
    with open_work(run.work_path) as con:
        report = load_batch(
            con,
            articles,
            moves,
            run_id=run.run_id,
            as_of=run.as_of,
            articles_root=settings.articles_root,
            bands={article.article_id: bands(article.minhash) for article in articles},
            similarity=similarity,
            source_kinds=_source_kinds(run),
        )
        failed = {row.record_id for row in refused}
        read_at_last = [page.item.item_id for page in pages if page.item.item_id not in failed]
        release_records(con, read_at_last, by=f"run {run.run_id}", run_id=run.run_id, as_of=run.as_of)
        apply_report(con, [], refused, run_id=run.run_id, as_of=run.as_of)
        write_outcomes(con, _read_outcomes(run), _states_to_keep(run, pages), run.run_id)
    return _report(run, report, refused=len(refused))


def read_base(run: RunContext) -> Generation:
    """The generation that the work copy was made from."""
    stored = run.staging.read_json("base.json")
    return Generation(stored["number"], stored["run_id"])


def _source_kinds(run: RunContext) -> dict[str, str]:
    if run.options.origin == "import":
        return {}
    return {source.id: source.kind for source in run.read_sources()}


def _read_outcomes(run: RunContext) -> list[FeedOutcome]:
    return run.staging.read_records(FeedOutcome, "outcomes.jsonl") if run.staging.exists("outcomes.jsonl") else []


def _states_to_keep(run: RunContext, pages: list[Page]) -> dict[str, FeedState]:
    if not run.staging.exists("states.jsonl"):
        return {}
    again: dict[str, list[str]] = defaultdict(list)
    for page in pages:
        if page.reason in TEMPORARY_REASONS:
            again[page.item.source_id].append(page.item.item_id)
    states = run.staging.read_records(FeedState, "states.jsonl")
    return {state.source_id: forget_items(state, again.get(state.source_id, ())) for state in states}


def _report(run: RunContext, report: LoadReport, *, refused: int) -> StepReport:
    parts = [f"{report.new_articles} new articles", f"{report.moves_added} new moves"]
    for count, words in (
        (report.new_versions, "edited articles"),
        (report.copies, "copies of known ones"),
        (report.unchanged, "unchanged"),
        (report.moves_retired, "moves no longer said"),
    ):
        if count:
            parts.append(f"{count} {words}")
    return run.report(
        "load",
        ", ".join(parts),
        articles=report.new_articles,
        versions=report.new_versions,
        copies=report.copies,
        unchanged=report.unchanged,
        moves=report.moves_added,
        retired=report.moves_retired,
        refused=refused,
    )
