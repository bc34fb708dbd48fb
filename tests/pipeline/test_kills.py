"""Runs that are killed at random instants and taken up again end where undisturbed ones do."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT

KILLS = 30


def test_thirty_kills_do_not_show() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.killing", "--kills", str(KILLS), "--seed", "8"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) kills in (\d+) steps, and the (\d+) rows", done.stdout)
    assert found, done.stdout
    hits, steps, rows = map(int, found.groups())
    # A child may be quicker than the dice; that nearly all were really killed is what makes this a test.
    assert hits >= KILLS - 3 and steps >= 18 and rows >= 50
