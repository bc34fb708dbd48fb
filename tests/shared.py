"""Where the shared measuring material is, on machines that have it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_dir() -> Path:
    """The folder with gold, pages, feeds and seeds; it need not exist."""
    return Path(os.environ.get("DEPARTURES_SHARED") or ROOT.parent / "shared")


def require_shared(part: str) -> Path:
    """Return `shared/<part>`, or skip the calling test and say by name what is missing."""
    path = shared_dir() / part
    if not path.exists():
        pytest.skip(f"shared/{part} is not on this machine")
    return path
