"""Articles of many languages through the real chain: in one run, or in two in another order, the same events."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb

from tests.board.conftest import AS_OF, newsroom_articles, run_on

# Everything that a reader sees of an event but its id, and when we came to know it.
_EVENTS = """
SELECT kind, person, from_org, to_org, role_from, role_to, status, focus, date, effective_on, announced_on,
    first_reported_at, origins, articles, languages, confidence, successor, list_sort(move_ids)
FROM store.event_versions WHERE known_to IS NULL ORDER BY ALL
"""


def read_events(home: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "published" / "departures.duckdb"), read_only=True) as con:
        return con.execute(_EVENTS).fetchall()


def test_order_and_batches_do_not_matter(tmp_path: Path) -> None:
    stories = ("sutskever", "murati", "brockman", "schulman")
    articles = [row for row in newsroom_articles() if any(story in str(row["id"]) for story in stories)]
    assert len({row["lang"] for row in articles}) >= 8
    once, twice = tmp_path / "once", tmp_path / "twice"
    run_on(once, articles, "all")
    for number in range(2):
        run_on(twice, articles[::-1][number::2], f"part-{number}", AS_OF + timedelta(hours=number))
    events = read_events(once)
    assert len(events) >= 4
    assert read_events(twice) == events
