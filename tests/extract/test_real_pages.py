"""Real pages of many publishers, where the shared material is on this machine."""

from __future__ import annotations

import gzip
import importlib.util
import json

from include.extract.page import read_page
from tests.extract.samples import FETCHED_AT
from tests.shared import require_shared


def test_quality_on_real_pages() -> None:
    folder = require_shared("pages")
    spec = importlib.util.spec_from_file_location("page_scorer", folder / "score.py")
    assert spec and spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    rows = []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        page = read_page(gzip.decompress((folder / gold["file"]).read_bytes()), url=gold["url"], fetched_at=FETCHED_AT)
        date = page.published.isoformat() if page.published else None
        found = {"title": page.title, "authors": list(page.authors), "date": date, "text": page.text}
        rows.append(scorer.score_page(gold, found))
    scores = scorer.aggregate(rows)
    assert scores["title_norm"] >= 0.93
    assert scores["date_day"] >= 0.99
    assert scores["auth_set"] >= 0.91
    assert scores["body_F1"] >= 0.970
    assert scores["empty"] == 0
