"""The board in the real Airflow: started as a person starts it, looked at with a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from tests.board.browser import chromium, find_barriers, is_too_wide, watch
from tests.standalone.conftest import READER, Api, FinishedRun
from tools.airflow_home import LOGIN

pytestmark = [pytest.mark.browser, pytest.mark.scheduler]
SHOTS = os.environ.get("BOARD_SHOTS", "")  # a folder: keep what was seen


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def airflow(browser: Browser, api: Api, finished_run: FinishedRun) -> str:
    """Airflow's address, with the newsroom on the board."""
    assert finished_run.state == "success"
    return api.address


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
    page = log_in(browser, airflow, LOGIN[0], viewport={"width": 1280, "height": 860})
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
    source = frame.locator("a[data-out]").first
    with page.context.expect_page() as opened:
        source.click()
    assert opened.value.url == source.get_attribute("href")
    frame.get_by_role("link", name="SQL", exact=True).click()
    frame.get_by_role("heading", name="Examples").wait_for()
    frame.locator("textarea").fill("select count(*) as n from events")
    frame.get_by_role("button", name="Run").click()
    frame.get_by_role("columnheader", name="n", exact=True).wait_for()
    assert [text for text in troubles if "Content Security" in text or "dialog" in text] == []


def test_themes_and_small_screens(airflow: str, browser: Browser) -> None:
    page = log_in(browser, airflow, READER, viewport={"width": 360, "height": 740}, color_scheme="dark")
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


def test_the_page_of_a_dag_run(airflow: str, browser: Browser, finished_run: FinishedRun) -> None:
    page = log_in(browser, airflow, LOGIN[0], viewport={"width": 1440, "height": 900})
    page.goto(f"{airflow}/dags/news_departures/runs/{quote(finished_run.run_id)}/plugin/departures-run")
    frame = page.frame_locator("iframe").first
    frame.get_by_role("heading", name="What this run changed").wait_for()
    assert frame.locator("ol.flights > li").count() > 5
    keep(page, "airflow-run")
