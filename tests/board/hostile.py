"""What a feed may write, in every field that a page shows."""

from __future__ import annotations

from pathlib import Path

import duckdb

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
ENTITIES = "&lt;b&gt; &amp;amp; {{ 7 * 7 }} ${7*7} '\"><svg onload=document.title='owned'>"
BIDI = "\u202eesrever\u202c \u2066isolated \u200f\u05d0\u05d1\u05d2"
LONG = "W" * 10_000
LINK = "javascript:document.title='owned'//"


def poison(home: Path) -> None:
    """Write all of it into the published file of a home."""
    with duckdb.connect(str(home / "published" / "departures.duckdb")) as con:
        events = con.execute("SELECT DISTINCT event_id FROM store.event_versions ORDER BY ALL").fetchall()
        for number, (event_id,) in enumerate(events):
            text = (SCRIPT, ENTITIES, BIDI, LONG)[number % 4] + f" {number}"
            con.execute(
                "UPDATE store.event_versions SET person = ?, from_org = ?, to_org = ?, role_from = ?, cause = ?, "
                "successor = ?, reason_stated = ?, date = ?, destination_kind = ? WHERE event_id = ?",
                [text, text, text, text, text, text, text, text[:60], text, event_id],
            )
        con.execute("UPDATE store.articles SET title = ?, source_id = ?, origin = ?", [SCRIPT + LONG, ENTITIES, BIDI])
        con.execute("UPDATE store.articles SET url = ?", [LINK])
        con.execute("UPDATE store.moves SET quote = ?", [SCRIPT + ENTITIES + BIDI + LONG])
        con.execute("UPDATE store.entities SET name = ? WHERE kind = 'organisation'", [SCRIPT])
        con.execute(
            "UPDATE store.exodus SET organisation = ?, significant = true, window_end = window_end + 700", [SCRIPT]
        )
        con.execute(
            "UPDATE store.quality_results SET observed = ?, subject = ?, advice = ?, success = false",
            [SCRIPT, ENTITIES, BIDI],
        )
        con.execute(
            "INSERT INTO store.quarantine BY NAME SELECT 'q' AS record_id, 'read' AS stage, 'page' AS kind, "
            "? AS reason, ? AS detail, ? AS source_id, TIMESTAMP '2026-11-21' AS quarantined_at, 'r' AS run_id, "
            "to_json({'item': {'title': ?}}) AS payload",
            [SCRIPT, SCRIPT + LONG, ENTITIES, SCRIPT],
        )
        con.execute(
            "INSERT INTO store.feed_states BY NAME SELECT ? AS source_id, ? AS url, 60.0 AS interval_s, "
            "5.0 AS failures, ? AS last_error, 0 AS redirect_count, false AS gone, [] AS recent_ids, '' AS source_url",
            [SCRIPT, LINK, SCRIPT + LONG],
        )
