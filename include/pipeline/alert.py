"""alert: the digest, and messages to people about what is new or corrected. Fails apart from the publication."""

from __future__ import annotations

from include.errors import RetryLater
from include.pipeline.load import read_base
from include.pipeline.rows import read_rows
from include.pipeline.run import Progress, RunContext, StepReport, no_progress
from include.publish.alerts import send_alerts
from include.warehouse.generations import open_read_only


def alert_run(run: RunContext, on_progress: Progress = no_progress) -> StepReport:
    """Tell what the published file says and was not told before. The first run of an installation only takes note.

    Raises RetryLater where a message could not be delivered; it is kept, and goes out once with the next attempt.
    """
    on_progress("Sending alerts", 0, 0)
    settings = run.settings
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        rows = read_rows(con, "departures")
    finally:
        con.close()
    report = send_alerts(
        rows,
        urls=settings.alert_urls,
        home=settings.home,
        base_url=settings.base_url,
        as_of=run.as_of,
        first_run=read_base(run).number == 0,
    )
    sentence = report.sentence
    if report.digest_files:
        sentence += f"; digest: {report.digest_files[-1]}"
    made = run.report("alert", sentence, queued=report.queued, sent=report.sent, failed=len(report.failed))
    if report.failed:
        raise RetryLater(f"{len(report.failed)} messages could not be delivered: {'; '.join(report.failed[:3])}")
    return made
