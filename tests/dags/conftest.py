"""The newsroom on a free port and the settings that a DAG run on it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

AS_OF = "2026-11-21T06:00:00+00:00"


@pytest.fixture(scope="module")
def newsroom_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of an installation whose only sources are the newsroom, which is served meanwhile."""
    from include.newsroom.server import serve

    with serve(port=0) as newsroom:
        home = tmp_path_factory.mktemp("home")
        (home / "feeds.yaml").write_bytes(Path(newsroom.feeds_path).read_bytes())
        yield {
            "DEPARTURES_HOME": str(home),
            "DEPARTURES_ALLOW_HOSTS": newsroom.base_url.removeprefix("http://"),
            "DEPARTURES_HOST_DELAY": "0",
        }
