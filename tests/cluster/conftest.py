"""The newsroom, an object store, and the result of one machine that the cluster's is compared with."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
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
# What the compose file leaves to Airflow, made short: only DAGs that a test triggers, and five minutes until a killed
# worker is noticed.
SOON = {
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
}
# A minute, then two, until a failed task is tried again.
RETRY_SOON = """
from datetime import timedelta

def task_policy(task):
    task.retry_delay = timedelta(seconds=3)
"""


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


@pytest.fixture(scope="package")
def cluster(newsroom: Newsroom, sources: dict[str, str], store: S3) -> Iterator[Cluster]:
    """Everything that the compose file names, with two workers; stopped whatever happens."""
    require_programs()
    extra = {
        **sources,
        **store.environment,
        **PLANTED,
        "DEPARTURES_ARCHIVE_URL": f"s3://{BUCKET}/archive",
        "DEPARTURES_STAGING_URL": f"s3://{BUCKET}/staging",
    }
    with tempfile.TemporaryDirectory(prefix="departures-cluster-") as root:
        cluster = Cluster(Path(root), extra, change=SOON, policy=RETRY_SOON)
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
            for service, number in (("scheduler", 1), ("worker", 1), ("worker", 2), ("warehouse", 1)):
                cluster.start(service, number)
            (cluster.home / "feeds.yaml").write_bytes(Path(newsroom.feeds_path).read_bytes())
            yield cluster
        finally:
            cluster.close()
