"""publish: swap the work copy in. Where another run was first, load to audit are repeated on its result."""

from __future__ import annotations

from include.errors import BaseMoved
from include.pipeline.base import read_base
from include.pipeline.failures import clear_failure
from include.pipeline.rows import read_balances, read_flows, read_rows
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.pipeline.takedown import forget_files, has_forgotten
from include.publish.exports import write_exports
from include.warehouse.compaction import rewrite_work_copy
from include.warehouse.generations import Generation, open_read_only, open_work, publish_work_copy
from include.warehouse.runs import count_applied

ATTEMPTS = 5  # each one is a run that lost against another; five in a row mean a schedule that overlaps itself


def publish_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Publish, then write what is made from the published file. Raises BaseMoved after too many lost races."""
    made, attempts = _swap(run, on_progress)
    settings = run.settings
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        rows, flows, balances = read_rows(con, "departures"), read_flows(con), read_balances(con)
        rejected = read_rows(con, "events", "kind = 'departure' AND review = 'rejected'")
        if has_forgotten(run) or _count("erased", run) or count_applied(con, "takedown", run.run_id):
            forget_files(con, run)
    finally:
        con.close()
    write_exports(
        rows,
        settings.home / "exports",
        base_url=settings.base_url,
        updated_at=run.as_of,
        flows=flows,
        balances=balances,
        rejected=rejected,
    )
    clear_failure(settings)
    flagged = sum(row["flagged"] for row in rows)
    sentence = f"generation {made.number} is published, {flagged} of {len(rows)} departures on the board"
    if attempts > 1:
        sentence += f", after {attempts - 1} repetitions because other runs published first"
    return run.report(
        "publish", sentence, generation=made.number, departures=len(rows), flagged=flagged, attempts=attempts
    )


def _forget_for_good(run: RunContext, on_progress: Progress) -> None:
    """After an erasure the work copy is written anew: DuckDB leaves the words of deleted rows where they were."""
    if not run.work_path.exists():  # published before this step was killed
        return
    with open_work(run.work_path) as con:
        takedowns = count_applied(con, "takedown", run.run_id)
    if takedowns or _count("erased", run) or has_forgotten(run):
        on_progress("Removing what was taken down", 0, 0)
        rewrite_work_copy(run.work_path, run.settings.articles_root)


def _count(what: str, run: RunContext) -> int:
    """How many moves (`erased`) and articles (`redacted`) the merge changed because somebody is or was taken down."""
    report = "reports/merge.json"
    return int(run.staging.read_json(report)["counts"].get(what, 0)) if run.staging.exists(report) else 0


def rebuild_work(run: RunContext, on_progress: Progress = no_progress) -> None:
    """Load to audit once more, on what is published now."""
    # Seldom needed, and half a second of imports.
    from include.pipeline.audit import audit_run
    from include.pipeline.check import check_run
    from include.pipeline.flag import flag_run
    from include.pipeline.load import load_run
    from include.pipeline.merge import merge_run

    for step in (load_run, check_run, merge_run, flag_run, audit_run):
        step(run, on_progress)


def _swap(run: RunContext, on_progress: Progress) -> tuple[Generation, int]:
    for attempt in range(1, ATTEMPTS + 1):
        _forget_for_good(run, on_progress)
        try:
            return publish_work_copy(run.work_path, run.settings.published_path, read_base(run)), attempt
        except BaseMoved:
            if attempt == ATTEMPTS:
                raise
            rebuild_work(run, on_progress)
    raise AssertionError("the loop returns or raises")
