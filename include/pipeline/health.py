"""Which sources went quiet: the weekly look at what the daily runs put up with."""

from __future__ import annotations

from include.fetch.reasons import explain_reason
from include.pipeline.run import StepReport
from include.settings import Settings
from include.warehouse.generations import open_read_only

_UNWELL = """
SELECT source_id, CASE
    WHEN gone THEN 'says that it is gone for good; disable it in feeds.yaml'
    WHEN failures >= 3 THEN 'does not answer'
    WHEN overlap_lost_30d > 0 THEN 'lost entries between polls (' || overlap_lost_30d
        || ' in 30 days); poll more often (DEPARTURES_SCHEDULE)'
    WHEN polls_30d >= 5 AND new_items_30d = 0 THEN 'brought nothing new in 30 days; is it the right feed of this site?'
    END AS what, if(failures >= 3 AND NOT gone, last_error, '') AS reason
FROM source_health WHERE what IS NOT NULL ORDER BY source_id
"""


def review_sources(settings: Settings) -> StepReport:
    """A warning for each source that fails, lost entries or went quiet; told to the operator where there is one.

    Raises ConfigError where nothing has been published yet.
    """
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        unwell = con.execute(_UNWELL).fetchall()
        (polled,) = con.execute("SELECT count(*) FROM source_health").fetchone() or (0,)
    finally:
        con.close()
    warnings = tuple(
        f"{source_id} {what} ({reason}): {explain_reason(reason)}" if reason else f"{source_id} {what}"
        for source_id, what, reason in unwell
    )
    sentence = f"{polled - len(unwell)} of {polled} sources are well"
    if warnings and settings.alert_urls:
        from include.publish.alerts import notify_operator

        notify_operator(settings.alert_urls, f"Departure Board: {sentence}", "\n".join(warnings))
    return StepReport("source_health", sentence, {"sources": polled, "unwell": len(unwell)}, warnings)
