"""Rows as the pipeline hands them over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

AS_OF = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
BASE_URL = "https://board.example.org/departures"


def row(event_id: str = "e-1", person: str = "Ana Example", **changes: Any) -> dict[str, Any]:
    """One flagged departure with reasons and evidence."""
    return {
        "event_id": event_id,
        "kind": "departure",
        "person_id": f"p-{event_id}",
        "person": person,
        "from_org": "OpenAI",
        "to_org": "Microsoft",
        "role_from": "VP Research",
        "role_to": None,
        "status": "announced",
        "date": "2026-11-20",
        "date_precision": "day",
        "announced_on": "2026-11-20",
        "effective_on": "2026-11-20",
        "first_reported_at": "2026-11-20T09:20:00+00:00",
        "origins": 4,
        "languages": ["en", "id", "zh-Hant"],
        "score": 88.5,
        "flagged": True,
        "alerted": True,
        "review": "",
        "reasons": ["founder: co-founder +26", "origins: 4 independent +8.3"],
        "evidence": [
            {
                "url": "https://news.example/a?x=1&y=2",
                "lang": "en",
                "quote": "Ana Example said on Friday that she is leaving OpenAI.",
                "stance": "supports",
            },
            {
                "url": "https://berita.example/b",
                "lang": "id",
                "quote": "Ana Example keluar dari OpenAI.",
                "stance": "supports",
            },
        ],
    } | changes
