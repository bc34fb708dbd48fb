from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from include.warehouse.generations import open_work
from tests.warehouse.build import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def con(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A work copy of run r1, open for writing."""
    home.begin("r1")
    with open_work(home.work_path("r1")) as connection:
        yield connection
