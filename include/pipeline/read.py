"""read: pages of one shard into articles, and articles into moves with their evidence."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from include.extract.urls import canonical_url
from include.extract.workers import Task, run_isolated
from include.fetch.archive import Archive
from include.fetch.warc import ArchivedResponse
from include.pipeline.codec import encode_record
from include.pipeline.reading import Reading, document_of, load_models, read_entry, read_import
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.pipeline.staged import StagedMove
from include.records import Page, Quarantined

IMPORT_SHARD = "import"
_TASKS_WORTH_A_WORKER = 4  # it is forked in milliseconds; a page takes forty of them


def read_shard(run: RunContext, shard: str, on_progress: Progress = no_progress) -> StepReport:
    """Read `pages/<shard>.jsonl`, or the staged records of an import; write articles, moves and refusals.

    A page that cannot be read is a row in quarantine with its reason; the feed's own words stand in for it. Nothing
    that a page does to the reader stops the others.
    """
    if shard == IMPORT_SHARD:
        tasks, same = _import_tasks(run)
        results = list(_run_tasks(run, read_import, tasks, len(tasks), "Reading articles", on_progress))
        return _write(run, shard, *_divide(results, same))
    pages = run.staging.read_records(Page, f"pages/{shard}.jsonl")
    return _write(run, shard, *_read_pages(run, pages, on_progress))


def read_tasks(
    run: RunContext,
    shard: str,
    function: Callable[..., Reading],
    tasks: Sequence[Task],
    what: str,
    on_progress: Progress = no_progress,
) -> StepReport:
    """Read tasks of one kind, each in a process that can be killed; write articles, moves and refusals of a shard."""
    return _write(run, shard, *_divide(_run_tasks(run, function, tasks, len(tasks), what, on_progress)))


def _divide(
    results: Iterable[Reading | Quarantined], refused: Iterable[Quarantined] = ()
) -> tuple[list[Reading], list[Quarantined]]:
    results = list(results)
    readings = [result for result in results if isinstance(result, Reading)]
    return readings, [*refused, *(result for result in results if isinstance(result, Quarantined))]


def _write(run: RunContext, shard: str, readings: Sequence[Reading], refused: list[Quarantined]) -> StepReport:
    refused = [*refused, *(reading.refused for reading in readings if reading.refused)]
    readings, second = _read_again(run, readings)
    moves = [StagedMove(reading.article.article_id, move) for reading in readings for move in reading.moves]
    run.staging.write_records(f"articles/{shard}.jsonl", [reading.article for reading in readings])
    run.staging.write_records(f"moves/{shard}.jsonl", moves)
    run.staging.write_records(f"refused/{shard}.jsonl", refused)
    return _report(run, shard, readings, moves, refused, second)


def _read_again(run: RunContext, readings: Sequence[Reading]) -> tuple[Sequence[Reading], str]:
    """Readings with what a language model adds, and a line about it; as they are where none is switched on."""
    if run.settings.llm == "off":
        return readings, ""
    from include.detect.llm.second import Case, read_again

    cases = [Case(document_of(reading.article), reading.gap, reading.moves) for reading in readings]
    moves, report = read_again(cases, run.settings, run.as_of.date())
    return [replace(reading, moves=found) for reading, found in zip(readings, moves, strict=True)], str(report)


def _read_pages(
    run: RunContext, pages: Sequence[Page], on_progress: Progress
) -> tuple[list[Reading], list[Quarantined]]:
    """Readings and refusals; a page that is not there or not readable is replaced by the feed's own words."""
    archived = [page for page in pages if page.archive_path is not None and not page.reason]
    missing = [page for page in pages if page.reason]
    refused = [_refuse_page(page, "fetch", page.reason, _describe(page)) for page in missing]
    worded = [page for page in missing if _has_words(page)]
    archive = Archive(run.settings.archive_root)
    # Made when a worker is free for it, so that few bodies are in memory at a time.
    tasks = chain((_entry_task(page, _read_response(archive, page)) for page in archived), map(_entry_task, worded))
    entries = [*archived, *worded]
    results = _run_tasks(run, read_entry, tasks, len(entries), "Reading pages", on_progress)
    readings: list[Reading] = []
    unreadable = []
    for page, result in zip(entries, results, strict=True):
        if isinstance(result, Reading):
            readings.append(result)
        elif page.reason:
            refused.append(result)
        else:
            refused.append(_refuse_page(page, "read", result.reason, result.detail))
            unreadable.append(page)
    again = [_entry_task(page) for page in unreadable if _has_words(page)]
    for result in _run_tasks(run, read_entry, again, len(again), "Reading summaries", on_progress):
        if isinstance(result, Quarantined):
            refused.append(result)
        else:
            readings.append(result)
    return readings, refused


def _has_words(page: Page) -> bool:
    return bool(f"{page.item.title}{page.item.summary}".strip())


def _entry_task(page: Page, response: ArchivedResponse | str | None = None) -> Task:
    return Task(page.item.item_id, (page, response), page.item.source_id)


def _import_tasks(run: RunContext) -> tuple[list[Task], list[Quarantined]]:
    """The records to read, and those set aside: a URL is one article, and of two that have it the later is that."""
    records: list[dict[str, Any]] = run.staging.read_json("import.json")
    latest: dict[str, dict[str, Any]] = {}
    for record in sorted(records, key=lambda record: record.get("published") or ""):
        if record.get("url"):
            latest[canonical_url(record["url"])] = record
    kept, refused = [], []
    for record in records:
        other = latest[canonical_url(record["url"])] if record.get("url") else record
        written = json.dumps(record, ensure_ascii=False)
        if other is record:
            kept.append(Task(record["id"], (record, run.as_of), record.get("source") or "", written))
        elif (record["title"], record["text"]) != (other["title"], other["text"]):
            detail = f"{record['url']} is that of article {other['id']!r} too, with another text; give each its own"
            source = record.get("source") or ""
            refused.append(Quarantined(record["id"], "read", "article", "same-url", detail, written, source))
    return kept, refused


def _read_response(archive: Archive, page: Page) -> ArchivedResponse | str:
    """The archived response of a page, or why this one cannot be had. A store that does not answer is RetryLater."""
    assert page.archive_path is not None and page.archive_offset is not None
    try:
        return archive.read(page.archive_path, page.archive_offset)
    except (FileNotFoundError, EOFError, ValueError) as error:
        return f"{page.archive_path} at byte {page.archive_offset}: {error}"


def _run_tasks(
    run: RunContext,
    function: Callable[..., Reading],
    tasks: Iterable[Task],
    count: int,
    what: str,
    on_progress: Progress,
) -> Iterable[Reading | Quarantined]:
    workers = min(run.settings.workers or os.cpu_count() or 1, 1 + count // _TASKS_WORTH_A_WORKER)
    results = run_isolated(function, tasks, workers=workers, prepare=load_models)
    for done, result in enumerate(results, start=1):
        yield result
        on_progress(what, done, count)


def _refuse_page(page: Page, stage: Any, reason: str, detail: str) -> Quarantined:
    payload = json.dumps(encode_record(page), ensure_ascii=False)
    return Quarantined(page.item.item_id, stage, "page", reason, detail, payload, page.item.source_id)


def _describe(page: Page) -> str:
    status = f"HTTP {page.http_status}" if page.http_status else "no answer"
    return f"{page.item.url or 'entry without a link'}: {page.reason} ({status})"


def _report(
    run: RunContext,
    shard: str,
    readings: Sequence[Reading],
    moves: Sequence[StagedMove],
    refused: Sequence[Quarantined],
    second: str,
) -> StepReport:
    languages = Counter(reading.article.lang for reading in readings)
    sentence = f"{len(readings)} articles in {len(languages)} languages, {len(moves)} moves in them"
    if refused:
        reasons = ", ".join(f"{count} {reason}" for reason, count in Counter(r.reason for r in refused).most_common(5))
        sentence += f"; {len(refused)} set aside ({reasons})"
    if second:
        sentence += f"; {second}"
    return run.report("read", sentence, shard=shard, articles=len(readings), moves=len(moves), quarantined=len(refused))
