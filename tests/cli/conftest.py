"""Call the command as a person does, in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Call:
    """What a call gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def departures(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Call]:
    """`departures(*arguments)` as the installed command would run it."""
    from include.cli.main import main

    def call(*arguments: object) -> Call:
        monkeypatch.setattr(sys, "argv", ["departures", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        return Call(int(left.value.code or 0), captured.out, captured.err)

    return call
