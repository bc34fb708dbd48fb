"""The main chain: from feeds to flagged departures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from dags.departures_tasks import DEFAULT_ARGS, FETCH_QUEUE, PUBLISHED, begin_run, load_to_audit, publish_step, run_step
from include.settings import Settings

DOC = """
### Who left, in the news of twenty languages

`poll` the feeds that are due, `fetch` the new pages (one task a shard of hosts), `read` them into articles and moves,
`load` both into a work copy of the database, `check` the batch, `merge` what many articles say into events, `flag`
what matters, `audit` the result, `publish` it. Readers see the published file alone, so a run that stops, fails or is
killed changes nothing for them; run it again.

* A dead feed or a broken page never fails a run: it is counted, shown in `source_health`, and tried again.
* **check is red:** the batch was refused and put into `parked/` in the home; its log names the check, the source and
  what to do. The next run goes on without it.
* **audit is red:** the result broke a rule of the warehouse; nothing was published. The log names the rule.
* Anything else that is red: `departures doctor`, then clear the failed task. Every step can be repeated.
* Each task has a section in `docs/operations.md`, what to do when it is red; the message that tells of it names it.

By hand: *Trigger* takes other sources, a fixed time (`as_of`) and a limit. A *backfill* of past intervals reads the
archive of each instead of the network; with the same detector it changes nothing. Alerts are `alert_departures`.
"""


@dag(
    schedule=Settings.from_env().schedule,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=4),
    default_args=DEFAULT_ARGS,
    doc_md=DOC,
    tags=["departures", "news"],
    params={
        "sources": Param(None, type=["null", "string"], description="A feeds.yaml for this run alone."),
        "as_of": Param(None, type=["null", "string"], description="ISO time that stands for now; default: when due."),
        "limit": Param(0, type="integer", minimum=0, description="At most so many pages; 0 is all."),
        "force": Param(False, type="boolean", description="Poll feeds that are not due, too."),
    },
)
def news_departures() -> None:
    @task(execution_timeout=timedelta(minutes=30))
    def poll() -> list[str]:
        """Ask the feeds that are due; hand the new entries to shards of hosts."""
        from include.pipeline.poll import list_shards, poll_sources

        params = get_current_context()["params"]
        run = begin_run(limit=params["limit"], force=params["force"])
        run_step(poll_sources)
        return list_shards(run)

    @task(map_index_template="{{ task.op_kwargs['shard'] }}", queue=FETCH_QUEUE, execution_timeout=timedelta(hours=2))
    def fetch(shard: str) -> str:
        """Fetch the pages of one shard of hosts, politely, into the archive."""
        from include.pipeline.fetch import fetch_shard

        run_step(fetch_shard, shard)
        return shard

    @task(map_index_template="{{ task.op_kwargs['shard'] }}", queue=FETCH_QUEUE)
    def read(shard: str) -> None:
        """Turn pages into articles, and articles into moves with their evidence."""
        from include.pipeline.read import read_shard

        run_step(read_shard, shard)

    @task(outlets=[PUBLISHED])
    def publish() -> dict[str, Any]:
        """Swap the work copy in; repeat load to audit where another run was first."""
        from include.pipeline.publish import publish_run

        return publish_step(publish_run)

    shards = fetch.expand(shard=poll())
    load, audit = load_to_audit()
    read.expand(shard=shards) >> load
    audit >> publish()


news_departures()
