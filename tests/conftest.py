"""Every test runs in an Airflow home of its own, without the settings of whoever runs it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import distribution
from tests.compiling import compile_all

ROOT = Path(__file__).resolve().parent.parent

# Airflow reads its configuration when it is first imported, which may be while tests are collected.
_AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="departures-airflow-"))
os.environ.update(
    AIRFLOW_HOME=str(_AIRFLOW_HOME),
    AIRFLOW__CORE__DAGS_FOLDER=str(ROOT / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(ROOT / "plugins"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__UNIT_TEST_MODE="True",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{_AIRFLOW_HOME / 'airflow.db'}",
    AIRFLOW__API_AUTH__JWT_SECRET="a secret of the test run alone, long enough for HMAC with SHA-512, 64 characters",
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
)
_OF_TESTS = "DEPARTURES_SHARED"  # where material is
for _name in [name for name in os.environ if name.startswith("DEPARTURES_") and name != _OF_TESTS]:
    del os.environ[_name]

# How long an example takes says nothing where other tests run at the same time.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.getoption("numprocesses", None) and not hasattr(session.config, "workerinput"):
        compile_all(session.config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    distribution.sort_items(items)


def pytest_xdist_auto_num_workers() -> int:
    return distribution.count_processes()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> distribution.PartScheduling:
    return distribution.PartScheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The run ends by naming what it left out, and why."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", [])
    )
    terminalreporter.write_sep("=", "left out")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} of the tests: {reason}")
    if not reasons:
        terminalreporter.write_line("nothing")


@pytest.fixture(scope="session", autouse=True)
def _remove_airflow_home() -> Iterator[None]:
    yield
    shutil.rmtree(_AIRFLOW_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def airflow_db() -> None:
    """Airflow's metadata database, made once a session."""
    from airflow.utils.db import initdb

    initdb()
