"""Nothing published for longer than twice the schedule: the operator is told once."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.pipeline.failures import report_failure
from include.pipeline.freshness import find_lateness, read_interval, watch_freshness
from include.settings import Settings
from tests.publish.servers import Webhook

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [("0 6 * * *", 24), ("*/15 * * * *", 0.25), ("0 6 * * 1-5", 24), ("0 6 * * 1", 7 * 24), ("@hourly", 1)],
)
def test_the_time_between_two_runs(schedule: str, hours: float) -> None:
    assert read_interval(schedule, NOW) == timedelta(hours=hours)


@pytest.mark.parametrize("schedule", ["daily", "", "61 * * * *", "* * *"])
def test_what_is_no_cron_is_refused_in_one_line(schedule: str) -> None:
    with pytest.raises(ConfigError, match=r"^DEPARTURES_SCHEDULE=.*a cron expression is expected"):
        read_interval(schedule, NOW)


def test_a_weekend_is_not_late_where_nothing_runs_on_it(tmp_path: Path) -> None:
    settings = publish(tmp_path, datetime(2026, 11, 20, 6, 5, tzinfo=UTC), DEPARTURES_SCHEDULE="0 6 * * 1-5")
    assert find_lateness(settings, datetime(2026, 11, 23, 7, tzinfo=UTC)) == ""


def test_the_operator_is_told_once_until_something_is_published_again(tmp_path: Path) -> None:
    with Webhook() as hook:
        settings = publish(tmp_path, NOW, DEPARTURES_ALERT_URLS=hook.url)
        reports = [watch_freshness(settings, NOW + timedelta(hours=hours)) for hours in (1, 47, 49, 50)]
        assert [report.counts for report in reports] == [
            {"late": 0, "told": 0}, {"late": 0, "told": 0}, {"late": 1, "told": 1}, {"late": 1, "told": 0},
        ]  # fmt: skip
        assert hook.titles == ["Departure Board: nothing was published"]
        assert "2026-11-24 12:00 UTC" in reports[3].warnings[0]
        publish(tmp_path, NOW + timedelta(hours=51))
        assert watch_freshness(settings, NOW + timedelta(hours=52)).counts["late"] == 0
        watch_freshness(settings, NOW + timedelta(hours=100))
        assert len(hook.titles) == 2


def test_a_message_that_nobody_took_is_tried_again(tmp_path: Path) -> None:
    with Webhook(lambda number: 500 if number == 1 else 200) as hook:
        settings = publish(tmp_path, NOW, DEPARTURES_ALERT_URLS=hook.url)
        told = [watch_freshness(settings, NOW + timedelta(days=3, hours=n)).counts["told"] for n in range(3)]
        assert told == [0, 1, 0]


def test_an_installation_that_has_never_published_is_not_late(tmp_path: Path) -> None:
    assert find_lateness(Settings.from_env({}, home=tmp_path), NOW) == ""


def test_a_failure_is_told_and_kept(tmp_path: Path) -> None:
    with Webhook() as hook:
        settings = Settings.from_env({"DEPARTURES_ALERT_URLS": hook.url}, home=tmp_path)
        report_failure(settings, run_id="r-1", step="merge", cause="no\nspace", at=NOW)
        assert hook.titles == ["Departure Board: merge failed"]
        message = str(hook.requests[0]["message"])
        assert message.startswith("merge of run r-1 failed: no space")
        assert message.endswith("What to do: docs/operations.md#merge-is-red")


def publish(home: Path, at: datetime, **environment: str) -> Settings:
    """A home whose last publication was at this time."""
    settings = Settings.from_env(environment, home=home)
    settings.published_path.parent.mkdir(parents=True, exist_ok=True)
    settings.published_path.touch()
    os.utime(settings.published_path, (at.timestamp(), at.timestamp()))
    return settings
