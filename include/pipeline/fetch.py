"""fetch: get the pages of one shard of hosts into the archive."""

from __future__ import annotations

from collections import Counter

from include.fetch.archive import Archive
from include.fetch.pages import fetch_pages
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.records import FeedItem


def fetch_shard(run: RunContext, shard: str, on_progress: Progress = no_progress) -> StepReport:
    """Fetch the pages of `items/<shard>.jsonl`; write `pages/<shard>.jsonl`, one row an entry.

    A page that cannot be had is a row with its reason, never an exception. A repeated call takes what was fetched
    before from the archive.
    """
    items = run.staging.read_records(FeedItem, f"items/{shard}.jsonl")
    with Archive(run.settings.archive_root) as archive:
        archive.recover()
        pages = fetch_pages(
            items,
            as_of=run.as_of,
            settings=run.settings,
            archive=archive,
            sources=run.read_sources(),
            replay=run.options.replay,
            on_progress=lambda done, total: on_progress("Fetching pages", done, total),
        )
    run.staging.write_records(f"pages/{shard}.jsonl", pages)
    reasons = Counter(page.reason for page in pages if page.reason)
    fetched = len(pages) - reasons.total()
    sentence = f"{fetched} pages fetched"
    if reasons:
        said = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common(5))
        sentence += f", {reasons.total()} not to be had ({said})"
    return run.report("fetch", sentence, shard=shard, fetched=fetched, missing=reasons.total())
