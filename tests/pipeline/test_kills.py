"""Runs that are killed at random instants, or meet a full or a read-only disk, end where undisturbed ones do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache

import pytest

from tests.conftest import ROOT

KILLS = 30


@cache
def may_mount() -> bool:
    """Whether this machine lets us mount a disk in a namespace of our own."""
    unshare = shutil.which("unshare")
    return bool(unshare) and subprocess.run([unshare, "-rm", "true"], capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def outcome() -> dict[str, int]:
    """What disturbed the runs, by kind, and how many rows were compared; it fails where one of them differs."""
    disk = ["--disk"] if may_mount() else []
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.killing", "--kills", str(KILLS), "--seed", "8", *disk],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) kills, (\d+) failures of the disk in (\d+) steps, and the (\d+) rows", done.stdout)
    assert found, done.stdout
    return dict(zip(("kills", "disk", "steps", "rows"), map(int, found.groups()), strict=True))


def test_thirty_kills_do_not_show(outcome: dict[str, int]) -> None:
    # A child may be quicker than the dice; that nearly all were really killed is what makes this a test.
    assert outcome["kills"] >= KILLS - 3
    assert outcome["steps"] >= 18 and outcome["rows"] >= 50


def test_a_full_and_a_read_only_disk_do_not_show(outcome: dict[str, int]) -> None:
    if not may_mount():
        pytest.skip("a small disk needs user namespaces, which this machine does not allow")
    assert outcome["disk"] >= outcome["steps"]  # every step writes, so each fails on the read-only one at least
