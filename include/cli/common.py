"""What the commands share: options, settings, consoles."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from include.outfile import write_output
from include.settings import Settings

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder that holds everything; default: DEPARTURES_HOME, else ./data.", metavar="DIR"),
]


_PIPE_WIDTH = 200
# Names and paths are printed as they are: "[/b]" is no end of bold type, and the line of "feeds.yaml:100:" no emoji.
_AS_IT_IS: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}


def read_settings(home: Path | None = None) -> Settings:
    """The settings in force, `--home` before everything else."""
    return Settings.from_env(home=home)


def read_as_of(settings: Settings, given: str | None) -> datetime:
    """The time that stands for now: `--as-of`, else the setting, else the clock. Raises ConfigError."""
    from include.pipeline.run import parse_as_of

    if given is not None:  # an unset variable of a shell is no time, and not the clock's either
        return parse_as_of(given)
    return parse_as_of(settings.as_of, name="DEPARTURES_AS_OF") if settings.as_of else datetime.now(UTC)


def new_run_id(kind: str) -> str:
    """An id for a run that a person starts; two at the same moment differ."""
    return f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}"


def out() -> Console:
    """Where results go. Made at each use, so that redirected output is seen; a pipe has room for wide tables."""
    return Console(**_AS_IT_IS, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def err() -> Console:
    """Where progress and remarks go, so that results can be piped. In a file a line stays a line."""
    return Console(**_AS_IT_IS, stderr=True, soft_wrap=not sys.stderr.isatty())


def mark(sign: str, colour: str, said: str) -> Text:
    """A line behind a coloured sign."""
    return Text.assemble((sign, colour), " ", said)


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write a person's output file, which `check_output` has passed, whole or not at all; return the lines."""
    return write_output(path, (json.dumps(row, ensure_ascii=False) for row in rows))
