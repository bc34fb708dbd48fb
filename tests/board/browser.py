"""Debian's Chromium for tests, and what a test asks of a page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT

_ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-gpu", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-component-update", "--disable-sync", "--disable-default-apps")  # fmt: skip
SIZES = ((360, 740), (1024, 768), (1600, 900))


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, or a skip that says what is missing."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[str]:
    """`departures serve` as a process of its own; its address."""
    command = [sys.executable, "-m", "include.cli", "serve", "--port", "0", "--home", str(home)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "300", **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said + process.stderr.read()
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=20)


def watch(page: Page) -> list[str]:
    """A list that fills with what goes wrong in a page: refused by the policy, thrown, or an alert that opens."""
    troubles: list[str] = []

    def hear(message: Any) -> None:
        if message.type == "error" and "status of" not in message.text:
            troubles.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: (troubles.append(f"dialog {dialog.message}"), dialog.dismiss()))
    return troubles


def find_barriers(page: Any) -> list[str]:
    """What axe-core calls serious or critical in a page or a frame."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def find_squeezed(page: Page) -> list[str]:
    """Captions that stand in a column of single letters."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('caption:not(.hidden)')].filter((caption) => caption.offsetHeight > "
        "caption.offsetWidth).map((caption) => caption.textContent)"
    )
    return found


def is_too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
