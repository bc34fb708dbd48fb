"""From an article to a message, over the whole chain: what a person rejects is taken back, what waits is not sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.pipeline.alert import describe_draft, refuse_draft, send_approved
from include.pipeline.chain import run_chain
from include.pipeline.imports import stage_articles
from include.pipeline.run import RunContext, RunOptions, StepReport, start_run
from include.resolve.decisions import Decision, write_decision
from include.settings import Settings
from tests.publish.servers import Webhook
from tests.published import query

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
FIRST = (
    "Weather of the week",
    "It will rain on Monday and on Tuesday in the north, the weather service said on Friday.",
)
TEXT = """Mira Murati, chief technology officer of OpenAI, is leaving the company, OpenAI announced on Friday.
She had led its research since 2018, and thanked her colleagues in a letter that went to all of them."""
NEWS = ("Mira Murati leaves OpenAI", TEXT)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with Webhook() as hook:
        yield hook


def make_settings(home: Path, hook: Webhook, **environment: str) -> Settings:
    return Settings.from_env({"DEPARTURES_ALERT_URLS": hook.url, "DEPARTURES_WORKERS": "1", **environment}, home=home)


def take_in(settings: Settings, name: str, *articles: tuple[str, str], days: int = 0) -> tuple[RunContext, StepReport]:
    """Import articles in a run of their own; the run, and what its last step said."""
    as_of = AS_OF + timedelta(days=days)
    run = start_run(settings, run_id=name, as_of=as_of, options=RunOptions(origin="import"))
    path = settings.home / f"{name}.jsonl"
    lines = [
        json.dumps({"id": f"{name}-{n}", "title": title, "text": text, "lang": "en", "published": as_of.isoformat()})
        for n, (title, text) in enumerate(articles)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    stage_articles(run, path)
    return run, list(run_chain(run))[-1]


def test_who_was_told_of_a_departure_is_told_that_a_person_rejected_it(tmp_path: Path, hook: Webhook) -> None:
    settings = make_settings(tmp_path, hook)
    take_in(settings, "first", FIRST)
    take_in(settings, "second", NEWS)
    assert [title.split(":")[:2] for title in hook.titles] == [["Effective", " Mira Murati"]]
    ((event_id,),) = query(settings, "SELECT event_id FROM departures")
    write_decision(
        settings.inbox, Decision("d-1", "reject", event_id, "editor", AS_OF + timedelta(hours=1), "another person")
    )
    take_in(settings, "third", FIRST, days=1)
    assert hook.titles[1:] == ["Correction: Mira Murati: leaves OpenAI (chief technology officer) is retracted"]
    take_in(settings, "fourth", FIRST, days=2)
    assert len(hook.titles) == 2
    feed = (settings.home / "exports" / "departures.atom").read_text(encoding="utf-8")
    assert "Retracted: Mira Murati" in feed
    assert "Mira" not in (settings.home / "exports" / "departures.csv").read_text(encoding="utf-8")


def test_where_a_person_has_to_approve_nothing_goes_out_before(tmp_path: Path, hook: Webhook) -> None:
    settings = make_settings(tmp_path, hook, DEPARTURES_ALERT_APPROVAL="true")
    run, report = take_in(settings, "first", FIRST)
    assert (report.counts["waiting"], describe_draft(run)) == (0, "")
    run, report = take_in(settings, "second", NEWS)
    assert report.counts["waiting"] == 1 and "wait for approval in Airflow" in report.sentence
    assert "Effective: Mira Murati: leaves OpenAI" in describe_draft(run)
    assert hook.calls == 0
    assert send_approved(run).counts["sent"] == 1
    assert send_approved(run).counts["sent"] == 0
    assert len(hook.titles) == 1


def test_what_a_person_refused_does_not_come_again(tmp_path: Path, hook: Webhook) -> None:
    settings = make_settings(tmp_path, hook, DEPARTURES_ALERT_APPROVAL="true")
    take_in(settings, "first", FIRST)
    run, _ = take_in(settings, "second", NEWS)
    assert refuse_draft(run).counts == {"refused": 1}
    _, report = take_in(settings, "third", FIRST, days=1)
    assert report.counts["waiting"] == 0
    assert hook.calls == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DEPARTURES_ALERT_URLS", "slakc://T0k3n", "no URL that Apprise understands"),
        ("DEPARTURES_SCHEDULE", "every day", "a cron expression is expected"),
        ("DEPARTURES_WATCHLIST", "/nowhere/watchlist.yaml", "no such file"),
    ],
)
def test_a_wrong_setting_stops_a_run_before_it_begins(tmp_path: Path, name: str, value: str, said: str) -> None:
    settings = Settings.from_env({name: value}, home=tmp_path / "home")
    with pytest.raises(ConfigError, match=said):
        start_run(settings, run_id="one", as_of=AS_OF)
    assert not settings.home.exists()
