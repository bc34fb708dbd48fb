"""alert: the digest, and messages to people about what is new or corrected. Fails apart from the publication.

Where the setting `alert_approval` is on, `alert_run` sends only what was approved before and keeps a draft of the rest;
a person answers it in Airflow, and `send_approved` or `refuse_draft` follows.
"""

from __future__ import annotations

from typing import Any

from include.errors import RetryLater
from include.pipeline.base import read_base
from include.pipeline.rows import read_rows
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.publish.alerts import AlertReport, draft_alerts, send_alerts, set_aside
from include.warehouse.generations import open_read_only

_DRAFT = "alert-draft.json"


def alert_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Tell what the published file says and was not told before. The first run of an installation only takes note.

    Raises RetryLater where a message could not be delivered; it is kept, and goes out once with the next attempt.
    """
    on_progress("Sending alerts", 0, 0)
    settings, rows = run.settings, _read_events(run)
    if not settings.alert_approval:
        return _report(run, _send(run, rows))
    draft = draft_alerts(
        rows, urls=settings.alert_urls, home=settings.home, base_url=settings.base_url, as_of=run.as_of
    )
    run.staging.write_json(_DRAFT, {"messages": list(draft.messages), "versions": dict(draft.versions)})
    # With nothing to approve everything goes its way: what is no news is taken note of.
    return _report(run, _send(run, rows, approved={} if draft.messages else None), waiting=len(draft.messages))


def describe_draft(run: RunContext) -> str:
    """What waits for a person, as Markdown; "" where nothing does."""
    messages = _read_draft(run)["messages"]
    return "\n\n---\n\n".join([f"{len(messages)} to tell of:", *messages]) if messages else ""


def send_approved(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Send exactly what the draft showed; what has changed since waits for the next one. Raises RetryLater."""
    on_progress("Sending alerts", 0, 0)
    return _report(run, _send(run, _read_events(run), approved=_read_draft(run)["versions"]))


def refuse_draft(run: RunContext) -> StepReport:
    """A person refused the draft: nobody is told, and nobody is asked again until something changes."""
    draft = _read_draft(run)
    set_aside(draft["versions"], home=run.settings.home, as_of=run.as_of)
    return run.report("alert", f"{len(draft['messages'])} refused, nobody was told", refused=len(draft["messages"]))


def _read_draft(run: RunContext) -> dict[str, Any]:
    draft: dict[str, Any] = run.staging.read_json(_DRAFT)
    return draft


def _read_events(run: RunContext) -> list[dict[str, Any]]:
    """All events, not departures alone: whoever was told of one that a person has since rejected, or made into
    something else, is told of that."""
    con = open_read_only(run.settings.published_path, articles_root=run.settings.articles_root)
    try:
        return read_rows(con, "events")
    finally:
        con.close()


def _send(run: RunContext, rows: list[dict[str, Any]], approved: dict[str, str] | None = None) -> AlertReport:
    settings = run.settings
    return send_alerts(
        rows,
        urls=settings.alert_urls,
        home=settings.home,
        base_url=settings.base_url,
        as_of=run.as_of,
        first_run=read_base(run).number == 0,
        approved=approved,
    )


def _report(run: RunContext, report: AlertReport, waiting: int = 0) -> StepReport:
    sentence = report.sentence
    if waiting:
        sentence += f"; {waiting} wait for approval in Airflow (alert_departures)"
    if report.digest_files:
        sentence += f"; digest: {report.digest_files[-1]}"
    made = run.report(
        "alert", sentence, queued=report.queued, sent=report.sent, failed=len(report.failed), waiting=waiting
    )
    if report.failed:
        raise RetryLater(f"{len(report.failed)} messages could not be delivered: {'; '.join(report.failed[:3])}")
    return made
