"""A run that is killed in the middle of a step and taken up again ends where an undisturbed one does."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from include.pipeline.chain import run_chain
from include.pipeline.run import RunOptions, start_run
from include.warehouse.generations import open_read_only
from tests.conftest import ROOT
from tests.pipeline.site import AS_OF, make_settings, serve_site
from tests.pipeline.test_chain import LEAVING, fill_site

STEPS = ["poll", "fetch", "read", "load", "check", "merge", "flag", "audit", "publish"]
# Where a response stands in the archive depends on what the killed attempt had written already.
QUERIES = (
    "SELECT * EXCLUDE (archive_path, archive_offset) FROM articles ORDER BY ALL",
    "SELECT * FROM moves ORDER BY ALL",
    "SELECT * FROM events ORDER BY ALL",
    "SELECT * FROM event_history ORDER BY ALL",
    "SELECT * FROM evidence ORDER BY ALL",
    "SELECT record_id, stage, kind, reason FROM quarantine ORDER BY ALL",
    "SELECT source_id, url, failures, last_error, next_due_at FROM source_health ORDER BY ALL",
    "SELECT run_id, generation FROM runs ORDER BY ALL",
)


def read_all(home: Path) -> list[object]:
    con = open_read_only(home / "published" / "departures.duckdb", articles_root=home / "articles")
    try:
        return [con.execute(sql).fetchall() for sql in QUERIES]
    finally:
        con.close()


def test_a_killed_run_taken_up_again_gives_the_same(tmp_path: Path) -> None:
    with serve_site() as site:
        fill_site(site)
        settings = make_settings(tmp_path / "home", site, ["/news.xml", "/dead.xml"])
        list(run_chain(start_run(settings, run_id="first", as_of=AS_OF, options=RunOptions(force=True))))
        site.put_page(
            "/late.html", "John Doe quits Initech", [text.replace("Jane Roe", "John Doe") for text in LEAVING]
        )
        site.put_page("/model.html", "A better model from Acme Robotics", LEAVING[1:] * 2)
        site.put_feed(
            "/news.xml", [("/late.html", "John Doe quits"), ("/model.html", "A better model from Acme Robotics")]
        )
        start_run(settings, run_id="second", as_of=AS_OF + timedelta(hours=24), options=RunOptions(force=True))
        environment = {
            **os.environ,
            "DEPARTURES_ALLOW_HOSTS": site.host,
            "DEPARTURES_HOST_DELAY": "0",
            "DEPARTURES_WORKERS": "1",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.pipeline.killing", settings.home, "second", tmp_path],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    ends = dict(line.split() for line in done.stdout.splitlines())
    assert list(ends) == STEPS
    # How long a step takes varies; that most of them were really killed is what makes this a test.
    assert list(ends.values()).count("killed") >= 5, ends
    whole = read_all(tmp_path / "whole")
    for name in ends:
        assert read_all(tmp_path / name) == whole, f"killed in {name}"
