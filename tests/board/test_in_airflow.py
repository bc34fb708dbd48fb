"""The board in the real Airflow: started as a person starts it, looked at with a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.board.browser import chromium, find_barriers, is_too_wide, watch
from tools.airflow_home import airflow_environment, migrate_database
from tools.airflow_up import is_healthy, run_standalone, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.scheduler]
SHOTS = os.environ.get("BOARD_SHOTS", "")  # a folder: keep what was seen


@pytest.fixture(scope="module")
def airflow(newsroom_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Airflow standalone on the published newsroom, with a user of the roles admin and viewer."""
    folder = tmp_path_factory.mktemp("airflow")
    home = folder / "home"
    for name in ("published", "articles"):
        shutil.copytree(newsroom_home / name, home / name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = airflow_environment(folder / "airflow", database="board", port=port) | {
        "DEPARTURES_HOME": str(home),
        "DEPARTURES_SCHEDULE": "0 0 29 2 *",
        "DEPARTURES_AS_OF": "2026-11-21T09:00:00+00:00",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,vera:viewer",
    }
    Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]).write_text(
        json.dumps({"admin": "admin", "vera": "vera"})
    )
    migrate_database(environment)
    log = folder / "standalone.log"
    with run_standalone(environment, port, log):
        if not wait_until(lambda: is_healthy(port), seconds=600):
            pytest.fail(f"Airflow did not start:\n{log.read_text(errors='replace')[-3000:]}")
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def log_in(browser: Browser, airflow: str, name: str, **context: object) -> Page:
    page = browser.new_context(**context).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(60_000)
    page.goto(f"{airflow}/auth/login")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", name)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def keep(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def test_read_filter_open_review(airflow: str, browser: Browser) -> None:
    page = log_in(browser, airflow, "admin", viewport={"width": 1280, "height": 860})
    troubles = watch(page)
    page.get_by_role("link", name="Departures", exact=True).or_(
        page.get_by_role("button", name="Departures", exact=True)
    ).first.click()
    frame = page.frame_locator("iframe").first
    frame.get_by_role("heading", name="Who left").wait_for()
    assert "/plugin/departures" in page.url
    assert find_barriers(page.frames[-1]) == []
    keep(page, "airflow-board")
    frame.get_by_label("Search").fill("sutskever")
    frame.get_by_role("button", name="Apply").click()
    frame.get_by_role("heading", name="Ilya Sutskever").first.wait_for()
    frame.get_by_role("link", name="Ilya Sutskever", exact=True).first.click()
    frame.get_by_role("heading", name="What was said, in order").wait_for()
    page.reload()  # Airflow keeps the way of the frame in its own address
    frame.get_by_role("heading", name="What was said, in order").wait_for()
    frame.get_by_text("Approve", exact=True).first.click()
    frame.get_by_label("Reason").first.fill("read in two papers")
    frame.get_by_role("button", name="Approve").click()
    frame.get_by_text("Kept. The board shows it already").wait_for()
    assert frame.get_by_text("by admin").count() == 1
    keep(page, "airflow-event")
    with page.context.expect_page() as opened:
        frame.locator("a[data-out]").first.click()
    assert opened.value.url.startswith(("https://", "chrome-error://", "about:blank"))
    frame.get_by_role("link", name="SQL", exact=True).click()
    frame.get_by_role("heading", name="Examples").wait_for()
    frame.locator("textarea").fill("select count(*) as n from events")
    frame.get_by_role("button", name="Run").click()
    frame.get_by_role("columnheader", name="n", exact=True).wait_for()
    assert [text for text in troubles if "Content Security" in text or "dialog" in text] == []


def test_themes_and_small_screens(airflow: str, browser: Browser) -> None:
    page = log_in(browser, airflow, "vera", viewport={"width": 360, "height": 740}, color_scheme="dark")
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.goto(f"{airflow}/plugin/departures")
    frame = page.frame_locator("iframe").first
    frame.get_by_role("heading", name="Who left").wait_for()
    inner = page.frames[-1]
    assert inner.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 29, 45)"
    assert not is_too_wide(inner)  # type: ignore[arg-type]
    assert find_barriers(inner) == []
    keep(page, "airflow-360-dark")
    page.evaluate("localStorage.setItem('theme', 'light')")
    page.evaluate("document.querySelector('iframe').contentWindow.dispatchEvent(new StorageEvent('storage'))")
    assert inner.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    frame.locator("article a").first.click()
    frame.get_by_role("heading", name="Review").wait_for()
    assert frame.get_by_text("Airflow's role op or admin").count() == 1
    assert frame.get_by_role("button", name="Approve").count() == 0


def test_the_page_of_a_dag_run(airflow: str, browser: Browser) -> None:
    token = call(f"{airflow}/auth/token", {"username": "admin", "password": "admin"})["access_token"]
    assert wait_until(lambda: is_there(f"{airflow}/api/v2/dags/news_departures", token), seconds=300)
    run = {"logical_date": None, "dag_run_id": "first"}  # the run that published the newsroom's home
    call(f"{airflow}/api/v2/dags/news_departures/dagRuns", run, token)
    page = log_in(browser, airflow, "admin", viewport={"width": 1440, "height": 900})
    page.goto(f"{airflow}/dags/news_departures/runs/first/plugin/departures-run")
    frame = page.frame_locator("iframe").first
    frame.get_by_role("heading", name="What this run changed").wait_for()
    assert frame.locator("ol.flights > li").count() > 5
    keep(page, "airflow-run")


def call(url: str, body: dict[str, object] | None = None, token: str = "") -> dict[str, str]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)  # type: ignore[no-any-return]


def is_there(url: str, token: str) -> bool:
    try:
        call(url, token=token)
    except urllib.error.HTTPError:
        return False
    return True
