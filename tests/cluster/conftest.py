"""The newsroom, an object store, and the result of one machine that the cluster's is compared with."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from include.newsroom.server import Newsroom, serve
from tests.cluster.native import Cluster, require_programs
from tests.conftest import ROOT
from tests.installation import AS_OF
from tests.s3 import BUCKET, S3, serve_s3

# Looked for afterwards, in everything that was written; nobody listens where the alerts would go.
PLANTED = {
    "DEPARTURES_ALERT_URLS": "json://reader:planted-in-alerts@127.0.0.1:9/",
    "AWS_SECRET_ACCESS_KEY": "planted-for-the-store",
}


@pytest.fixture(scope="package")
def newsroom() -> Iterator[Newsroom]:
    with serve(port=0) as served:
        yield served


@pytest.fixture(scope="package")
def sources(newsroom: Newsroom) -> dict[str, str]:
    """Settings that let an installation read the newsroom."""
    return {
        "DEPARTURES_ALLOW_HOSTS": newsroom.base_url.removeprefix("http://"),
        "DEPARTURES_HOST_DELAY": "0",
        "DEPARTURES_SCHEDULE": "0 0 29 2 *",
    }


@pytest.fixture(scope="package")
def one_machine(newsroom: Newsroom, sources: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of the same run on one machine, without Airflow."""
    require_programs()  # nothing to compare with where there is no cluster
    home = tmp_path_factory.mktemp("one-machine")
    (home / "feeds.yaml").write_bytes(Path(newsroom.feeds_path).read_bytes())
    command = [sys.executable, "-m", "include.cli", "run", "--force", "--as-of", AS_OF, "--home", str(home)]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **sources}, capture_output=True)
    return home


@pytest.fixture(scope="package")
def store() -> Iterator[S3]:
    with serve_s3() as s3:
        yield s3


@contextmanager
def run_cluster(newsroom: Newsroom, sources: Mapping[str, str], store: S3, prefix: str) -> Iterator[Cluster]:
    """An installation that is stopped whatever happens, with nothing started but its database and broker."""
    require_programs()
    extra = {
        **sources,
        **store.environment,
        **PLANTED,
        "DEPARTURES_ARCHIVE_URL": f"s3://{BUCKET}/{prefix}/archive",
        "DEPARTURES_STAGING_URL": f"s3://{BUCKET}/{prefix}/staging",
    }
    with tempfile.TemporaryDirectory(prefix="departures-cluster-") as root:
        cluster = Cluster(Path(root), extra)
        try:
            for service in ("postgres", "redis"):
                cluster.start(service)
            for service in ("postgres", "redis"):
                cluster.wait_healthy(service, seconds=60)
            cluster.make_database()
            cluster.run("migrate")
            for service in ("api-server", "dag-processor", "triggerer"):
                cluster.start(service)
            cluster.wait_healthy("api-server")
            yield cluster
        finally:
            cluster.close()
