"""A batch that a check refused is parked, so that the next run goes on without it and nothing of it is lost.

`parked/<run_id>/` holds the batch as it was staged, and `why.json`. Removing the folder lets the next poll bring its
entries again; `departures import parked/<run_id>/articles.jsonl` takes its articles as they are.
"""

from __future__ import annotations

import json
from pathlib import Path

from include.pipeline.codec import dump_lines
from include.pipeline.run import RunContext
from include.pipeline.staging import write_lines
from include.records import Article, FeedItem

_WHY = "why.json"
_ITEMS = "items.jsonl"
_ARTICLES = "articles.jsonl"


def park_batch(run: RunContext, why: str) -> Path:
    """Keep the run's entries and articles below `parked/`, with the reason; return the folder."""
    folder = run.parked_path
    write_lines(folder / _ITEMS, dump_lines(run.staging.read_all(FeedItem, "items")))
    write_lines(folder / _ARTICLES, map(_import_line, run.staging.read_all(Article, "articles")))
    # Written last: a folder without it is not yet a parked batch, and the step will be run again.
    write_lines(folder / _WHY, [json.dumps({"run_id": run.run_id, "as_of": run.as_of.isoformat(), "why": why})])
    return folder


def read_parked_items(home: Path) -> set[str]:
    """Ids of the entries that wait in parked batches."""
    items: set[str] = set()
    for why in sorted((home / "parked").glob(f"*/{_WHY}")):
        with (why.parent / _ITEMS).open(encoding="utf-8") as lines:
            items.update(json.loads(line)["item_id"] for line in lines)
    return items


def list_parked(home: Path) -> list[tuple[str, str]]:
    """(run id, reason) of every parked batch, oldest first."""
    stored = [json.loads(path.read_text(encoding="utf-8")) for path in (home / "parked").glob(f"*/{_WHY}")]
    return [(entry["run_id"], entry["why"]) for entry in sorted(stored, key=lambda entry: str(entry["as_of"]))]


def _import_line(article: Article) -> str:
    """The article in the form that `departures import` takes."""
    fields = {
        "id": article.source_ref or article.article_id,
        "title": article.title,
        "text": article.text,
        "url": article.url or None,
        "lang": article.lang,
        "published": article.published_at.isoformat() if article.published_at else None,
        "source": article.source_id,
    }
    return json.dumps({name: value for name, value in fields.items() if value is not None}, ensure_ascii=False)
