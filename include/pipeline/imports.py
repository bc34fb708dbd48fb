"""`departures import`: articles from elsewhere into the staging folder, where `read` takes them."""

from __future__ import annotations

from pathlib import Path

from include.pipeline.articles import read_articles
from include.pipeline.run import RunContext


def stage_articles(run: RunContext, path: Path) -> int:
    """Check every line of the file, then stage it for `read`; return how many articles. Raises ConfigError."""
    records = [{name: value for name, value in row.items() if value is not None} for _, row in read_articles(path)]
    run.staging.write_json("import.json", records)
    return len(records)


def stage_nothing(run: RunContext) -> None:
    """A run without news: it applies what people decided and publishes."""
    run.staging.write_json("import.json", [])
