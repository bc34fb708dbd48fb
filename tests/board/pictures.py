"""The pictures of the README: `python -m tests.board.pictures` after `make run`, with fonts of all scripts installed.

The board in Airflow's frame, on the demo's data. Whoever changes what it looks like takes them again and looks at them.
"""

from __future__ import annotations

import subprocess
import sys

from playwright.sync_api import Page

from include.board.reading import PublishedFile
from include.settings import Settings
from tests.board.browser import chromium
from tests.conftest import ROOT
from tests.installation import find_free_port
from tools.airflow_home import HOME, LOGIN, airflow_environment, is_port_free
from tools.airflow_up import is_healthy, stop_group, wait_until

DEMO = ROOT / "data" / "demo"
AS_OF = "2025-07-20T09:00:00+00:00"  # three hours after the demo's run
SIZE, SCALE = {"width": 1440, "height": 1000}, 1.25


def main() -> int:
    """Take both; exit code 1 where the demo has not run."""
    published = PublishedFile(DEMO / "published" / "departures.duckdb", DEMO / "articles")
    if not published.path.is_file():
        print("pictures: there is no demo; run `make run` first", file=sys.stderr)
        return 1
    with published.read() as reader:
        organisation = reader.value("SELECT organisation_id FROM exodus WHERE significant ORDER BY p_value")
    port = find_free_port()
    environment = airflow_environment(HOME, database="demo", port=port) | {
        "DEPARTURES_HOME": str(Settings.from_env({"DEPARTURES_HOME": str(DEMO)}).home),
        "DEPARTURES_AS_OF": AS_OF,
    }
    with (HOME / "pictures.log").open("wb") as log:
        server = subprocess.Popen(
            ["airflow", "api-server"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        assert wait_until(lambda: is_healthy(port), seconds=180), f"{HOME}/pictures.log says why"
        with chromium() as browser:
            page = browser.new_context(viewport=SIZE, device_scale_factor=SCALE, color_scheme="light").new_page()  # type: ignore[arg-type]
            address = f"http://127.0.0.1:{port}"
            log_in(page, address)
            keep(page, f"{address}/plugin/departures", "Who left", "board")
            keep(
                page, f"{address}/plugin/departures/departures/organisation/{organisation}", "Who left", "organisation"
            )
    finally:
        stop_group(server)
        wait_until(lambda: is_port_free(port), seconds=15)
    return 0


def log_in(page: Page, address: str) -> None:
    """As the demo's only user."""
    page.set_default_timeout(60_000)
    page.goto(f"{address}/auth/login")
    page.fill("input[name=username]", LOGIN[0])
    page.fill("input[name=password]", LOGIN[1])
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)


def keep(page: Page, address: str, heading: str, name: str) -> None:
    """One page, when its heading is there."""
    page.goto(address)
    page.frame_locator("iframe").first.get_by_role("heading", name=heading).wait_for()
    page.screenshot(path=str(ROOT / "docs" / f"{name}.png"), animations="disabled")


if __name__ == "__main__":
    sys.exit(main())
