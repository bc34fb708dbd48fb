"""A fresh copy, driven only by the documents: every command in them is run, and prints what they show."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.documents.blocks import Command, copy_project, read_blocks, run_commands, why_not
from tests.installation import find_free_port

# In the order in which a newcomer reads: what one made, the next may use.
READ = ("README.md", "docs/tour.md", "docs/operations.md", "CONTRIBUTING.md")
OTHERS = sorted(str(p.relative_to(ROOT)) for p in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_every_command_of_the_documents_is_marked() -> None:
    """A block of shell that is not marked as console would not be run; `read_blocks` refuses it."""
    assert {name for name in OTHERS if read_blocks(name)} >= set(READ) - {"CONTRIBUTING.md"}
    for name in OTHERS:
        for block in read_blocks(name):
            assert block.commands, f"{block.place}: holds no command"
            why_not(block)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("clone")
    copy_project(folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEPARTURES"))}
    return folder, {**environment, "PYTHONPATH": str(folder), "NEWSROOM_PORT": str(find_free_port()), "COLUMNS": "200"}


def test_commands(reader: tuple[Path, dict[str, str]]) -> None:
    folder, environment = reader
    commands: list[Command] = []
    for name in (*READ, *(name for name in OTHERS if name not in READ)):
        commands += [command for block in read_blocks(name) if not why_not(block) for command in block.commands]
    assert len(commands) >= 15
    assert run_commands(commands, folder, environment) == []
