"""poll: ask the feeds that are due, and hand their new entries to shards of hosts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from include.fetch.archive import Archive
from include.fetch.poll import poll_feeds
from include.fetch.reasons import HOST_CLOSED
from include.knowledge.feeds import FeedSource, load_feeds
from include.pipeline.forgetting import forget_entries
from include.pipeline.parking import read_parked_items
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.records import FeedItem, FeedOutcome, FeedState
from include.warehouse.feeds import read_states
from include.warehouse.generations import open_read_only


def poll_sources(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Poll; write `items/<shard>.jsonl`, `sources.jsonl`, `states.jsonl` and `outcomes.jsonl`.

    Entries of batches that a check has parked are left out. What a limit leaves out is forgotten again, so that the
    next poll brings it. Raises ConfigError where the source list is wrong.
    """
    sources = load_feeds(run.sources_path)
    with Archive(run.settings.archive_root) as archive:
        archive.recover()
        result = poll_feeds(
            sources,
            _read_known_states(run),
            as_of=run.as_of,
            settings=run.settings,
            archive=archive,
            replay=run.options.replay,
            force=run.options.force,
            on_progress=lambda done, total, _: on_progress("Polling feeds", done, total),
        )
    parked = read_parked_items(run.settings.home)
    items = [item for item in name_language(result.items, sources) if item.item_id not in parked]
    kept = items[: run.options.limit] if run.options.limit else items
    states = forget_entries(result.states, items[len(kept) :])
    shards = split_by_host(kept, run.settings.fetch_shards)
    run.staging.write_records("sources.jsonl", sources)
    run.staging.write_records("states.jsonl", states.values())
    run.staging.write_records("outcomes.jsonl", result.outcomes)
    for name, members in shards.items():
        run.staging.write_records(f"items/{name}.jsonl", members)
    return _report(run, result.outcomes, kept, left_out=len(result.items) - len(kept))


def list_shards(run: RunContext) -> list[str]:
    """Names of the shards that `poll_sources` made; at least one, so that a graph without news still runs through."""
    return [name.removesuffix(".jsonl") for name in run.staging.list_files("items")]


def split_by_host(items: Sequence[FeedItem], count: int) -> dict[str, list[FeedItem]]:
    """Entries in `count` shards; all of one host are in one, so that its delay is kept whoever fetches.

    Shards get as even as hosts allow: the host with most entries goes first, each to the emptiest shard.
    """
    host_of = {item.url: urlsplit(item.url).hostname or "" for item in items}
    hosts = Counter(host_of[item.url] for item in items)
    sizes = dict.fromkeys((f"hosts-{number + 1}" for number in range(count)), 0)
    shard_of: dict[str, str] = {}
    for host, size in sorted(hosts.items(), key=lambda entry: (-entry[1], entry[0])):
        shard_of[host] = min(sizes, key=sizes.__getitem__)
        sizes[shard_of[host]] += size
    shards: dict[str, list[FeedItem]] = {name: [] for name in sizes}
    for item in items:
        shards[shard_of[host_of[item.url]]].append(item)
    return shards


def _read_known_states(run: RunContext) -> dict[str, FeedState]:
    settings = run.settings
    if not settings.published_path.exists():
        return {}
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        return read_states(con)
    finally:
        con.close()


def name_language(items: Iterable[FeedItem], sources: Sequence[FeedSource]) -> Iterable[FeedItem]:
    """An entry whose feed does not say its language is in that of the source list."""
    languages = {source.id: source.lang for source in sources}
    return (item if item.lang else replace(item, lang=languages[item.source_id]) for item in items)


def _report(
    run: RunContext, outcomes: Sequence[FeedOutcome], items: Sequence[FeedItem], *, left_out: int
) -> StepReport:
    polled = [outcome for outcome in outcomes if outcome.outcome != "not-due"]
    failed = [outcome for outcome in polled if outcome.outcome in ("failed", "gone")]
    lost = [outcome.source_id for outcome in polled if outcome.overlap_lost]
    warnings = [
        f"{name}: no entry of the last poll is left, so some may have been missed; "
        "poll more often (DEPARTURES_SCHEDULE)"
        for name in lost
    ]
    sentence = f"{len(items)} new entries from {len(polled)} feeds"
    if failed:
        names = ", ".join(f"{outcome.source_id} ({outcome.error})" for outcome in failed[:5])
        sentence += f"; {len(failed)} did not answer: {names}{' ...' if len(failed) > 5 else ''}"
    waiting = [outcome for outcome in outcomes if outcome.error == HOST_CLOSED]
    if len(polled) + len(waiting) < len(outcomes):
        sentence += f"; {len(outcomes) - len(polled) - len(waiting)} are not due"
    if waiting:
        sentence += f"; {len(waiting)} wait, because their hosts asked for a pause"
    if left_out:
        sentence += f"; {left_out} left for later"
    return run.report(
        "poll",
        sentence,
        warnings=tuple(warnings),
        feeds=len(polled),
        failed=len(failed),
        items=len(items),
        left_out=left_out,
    )
