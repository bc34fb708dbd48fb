"""The chain over real pages of real publishers: every one ends where a person can find it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from include.fetch.archive import Archive
from include.pipeline.chain import run_chain
from include.pipeline.run import RunOptions, start_run
from include.records import Page
from tests.pipeline.site import AS_OF, make_settings, serve_site
from tests.published import query
from tests.shared import require_shared


def test_every_real_page_is_archived_read_or_set_aside_loaded_and_checked(tmp_path: Path) -> None:
    folder = require_shared("pages")
    entries = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    bodies = {f"/{number}.html": gzip.decompress((folder / e["file"]).read_bytes()) for number, e in enumerate(entries)}
    with serve_site() as site:
        for path, body in bodies.items():
            site.answers[path] = (200, "text/html", body)
        site.put_feed("/all.xml", [(path, f"Entry {path}") for path in bodies])
        settings = make_settings(tmp_path, site, ["/all.xml"], DEPARTURES_WORKERS="2")
        run = start_run(settings, run_id="real", as_of=AS_OF, options=RunOptions())
        reports = {report.step: report for report in run_chain(run)}
    pages = run.staging.read_all(Page, "pages")
    assert len(pages) == len(bodies) == reports["fetch"].counts["fetched"]
    with Archive(settings.archive_root) as archive:
        for page in pages:
            assert page.archive_path is not None and page.archive_offset is not None
            path = page.item.url.removeprefix(site.base_url)
            assert archive.read(page.archive_path, page.archive_offset).body == bodies[path]
    articles = query(settings, "SELECT completeness, length(text) FROM articles")
    held = query(settings, "SELECT reason, detail FROM quarantine WHERE kind = 'page'")
    results = query(settings, "SELECT count(*) FROM quality_results WHERE run_id = 'real'")
    full = [length for completeness, length in articles if completeness == "full"]
    # A page without an article in it (rendered by scripts, say) is set aside, and its feed entry stands in.
    assert len(full) + len(held) == len(bodies)
    assert len(articles) + reports["load"].counts["unchanged"] == len(bodies)
    assert all(length > 0 for length in full)
    assert all(reason and detail for reason, detail in held)
    assert results[0][0] > 20
