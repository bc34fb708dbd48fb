"""With `alert_approval` a person answers in Airflow: the real scheduler waits for them, and does what they said."""

from __future__ import annotations

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from include.settings import Settings
from tests.pipeline.test_alert import take_in
from tests.publish.servers import Webhook
from tests.standalone.conftest import RUN_SECONDS, Api, FinishedRun
from tools.airflow_up import wait_until

pytestmark = pytest.mark.scheduler
DAG = "/api/v2/dags/alert_departures"
TEXT = """{person}, co-founder and chief scientist of {organisation}, is leaving the company, {organisation} announced
on Friday. {person} had led its research since 2021 and thanked all colleagues in a letter."""


@pytest.fixture
def hook(api: Api, finished_run: FinishedRun) -> Iterator[Webhook]:
    """A receiver of alerts, in an installation where a person approves them; the first run has told nobody."""
    assert finished_run.state == "success"
    assert wait_until(lambda: "success" in api.states("alert_departures"), seconds=RUN_SECONDS)
    stored = api.home / "departures.toml"
    with Webhook() as started:
        stored.write_text(f'alert_approval = "true"\nalert_urls = "{started.url}"\n', encoding="utf-8")
        parse_until(api, {"draft", "approve", "send", "refuse"})
        yield started
    stored.unlink()
    parse_until(api, {"alert"})


def test_what_a_person_approves_is_sent_and_what_they_reject_is_not(api: Api, hook: Webhook) -> None:
    settings = Settings.from_env({"DEPARTURES_WORKERS": "1"}, home=api.home)
    asked, states = answer(api, settings, "Irene Vasquez", "Anthropic", "Approve")
    assert "Irene Vasquez" in asked
    assert states == {"draft": "success", "approve": "success", "send": "success", "refuse": "skipped"}
    assert ["Irene Vasquez" in title for title in hook.titles] == [True]

    asked, states = answer(api, settings, "Bruno Halloran", "Mistral AI", "Reject")
    assert "Bruno Halloran" in asked and "Irene Vasquez" not in asked
    assert states == {"draft": "success", "approve": "success", "send": "skipped", "refuse": "success"}
    assert len(hook.titles) == 1


def answer(api: Api, settings: Settings, person: str, organisation: str, choice: str) -> tuple[str, dict[str, str]]:
    """Publish a departure, let the DAG ask for it, answer: the question, and how each task ended."""
    text = TEXT.format(person=person, organisation=organisation)
    run, _ = take_in(settings, choice.lower(), (f"{person} leaves {organisation}", text), days=1)
    conf = {"logical_date": None, "conf": {"run_id": run.run_id}}
    path = f"{DAG}/dagRuns/{urllib.request.quote(api.call(f'{DAG}/dagRuns', conf)['dag_run_id'])}"
    assert wait_until(
        lambda: list_states(api, path).get("approve") in ("running", "awaiting_input"), seconds=RUN_SECONDS
    )
    question = f"{path}/taskInstances/approve/-1/hitlDetails"
    # A scheduler so busy that it has not seen the end of the process that asked takes it for that of the next.
    with busy_scheduler(api):
        assert wait_until(lambda: list_states(api, path).get("approve") == "awaiting_input", seconds=RUN_SECONDS)
        body = api.call(question)["body"]
        api.call(question, {"chosen_options": [choice], "params_input": {}}, method="PATCH")
        time.sleep(3)  # the process ends
    unfinished = {None, "scheduled", "queued", "running", "awaiting_input", "deferred", "up_for_retry"}
    assert wait_until(lambda: not unfinished & set(list_states(api, path).values()), seconds=RUN_SECONDS)
    return body, list_states(api, path)


@contextmanager
def busy_scheduler(api: Api) -> Iterator[None]:
    """The scheduler of this installation does nothing meanwhile; the processes of its tasks go on."""
    scheduler = find_process("scheduler", f"DEPARTURES_HOME={api.home}")
    os.kill(scheduler, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(scheduler, signal.SIGCONT)


def find_process(word: str, setting: str) -> int:
    """The oldest process that has a word in its command and a setting in its environment."""
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        with suppress(OSError):
            words, settings = ((folder / name).read_bytes().split(b"\0") for name in ("cmdline", "environ"))
            if word.encode() in words and setting.encode() in settings:
                return int(folder.name)
    raise LookupError(f"no process {word} with {setting}")


def list_states(api: Api, path: str) -> dict[str, str]:
    return {task["task_id"]: task["state"] for task in api.call(f"{path}/taskInstances")["task_instances"]}


def parse_until(api: Api, tasks: set[str]) -> None:
    """Have the DAG's file read again until it has these tasks: they follow from a setting."""
    token = api.call(DAG)["file_token"]

    def is_read() -> bool:
        if {task["task_id"] for task in api.call(f"{DAG}/tasks")["tasks"]} == tasks:
            return True
        with suppress(urllib.error.HTTPError):  # 409: it is asked for already
            api.call(f"/api/v2/parseDagFile/{token}", {}, method="PUT")
        return False

    assert wait_until(is_read, seconds=RUN_SECONDS)
