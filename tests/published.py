"""What an installation has published, asked in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from include.settings import Settings
from include.warehouse.generations import open_read_only


def query(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        return con.execute(sql).fetchall()
    finally:
        con.close()


def count_rows(settings: Settings, views: Iterable[str]) -> dict[str, int]:
    """How many rows each view has."""
    return {view: query(settings, f"SELECT count(*) FROM {view}")[0][0] for view in views}
