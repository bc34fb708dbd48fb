"""The settings that a DAG run on the newsroom needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installation import newsroom_installation


@pytest.fixture(scope="module")
def newsroom_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with newsroom_installation(tmp_path_factory.mktemp("home")) as environment:
        yield environment
