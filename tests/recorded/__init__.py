"""Pages of our own making, one for each way in which extraction goes wrong, with their expected results.

`pages/NAME.html` is the page, `pages/NAME.json` says what it shows, where it comes from and what is expected, and
carries the digest of the expectation under `reviewed`. `python -m tests.recorded NAME ...` writes what extraction
gives now and takes the digest away, so that the test fails until a person has looked at the difference and run
`python -m tests.recorded --reviewed NAME ...`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.extract.origins import find_origin
from include.extract.page import read_page

PAGES = Path(__file__).parent / "pages"
FETCHED_AT = datetime(2026, 11, 21, tzinfo=UTC)


def list_pages() -> list[str]:
    """Names of the recorded pages."""
    return sorted(path.stem for path in PAGES.glob("*.json"))


def load_record(name: str) -> dict[str, Any]:
    """The record of a page: `shows`, `source`, `url`, `expected`, `reviewed`."""
    record: dict[str, Any] = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    return record


def save_record(name: str, record: dict[str, Any]) -> None:
    """Write a record in the form in which it is kept."""
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    (PAGES / f"{name}.json").write_text(text, encoding="utf-8")


def extract_record(name: str) -> dict[str, Any]:
    """What extraction gives for a page now, in the shape of `expected`."""
    url = load_record(name)["url"]
    page = read_page((PAGES / f"{name}.html").read_bytes(), url=url, fetched_at=FETCHED_AT)
    return {
        "title": page.title,
        "authors": list(page.authors),
        "date": page.published.isoformat() if page.published else None,
        "modified": page.modified.utc.isoformat() if page.modified else None,
        "lang": page.lang,
        "canonical_url": page.canonical_url,
        "paywalled": page.paywalled,
        "reason": page.reason,
        "origin": find_origin(page.text, page.lang),
        "text": page.text.split("\n") if page.text else [],
    }


def digest(expected: dict[str, Any]) -> str:
    """Twelve hex digits that change with the expectation."""
    return hashlib.sha256(json.dumps(expected, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
