"""Commands in the documents: fenced blocks marked `console`, run as a reader would, in a copy of the project.

In a block, a line that begins with `$ ` is a command, `> ` goes on with it, and what follows is what it prints: every
line of it has to be there, but for `...`. The word after `console` says why a block is not run here:

    console                       is run
    console by-hand               is not: it would start containers, or change a cluster
    console elsewhere=tests/...   runs in the test that it names
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT

_FENCE = re.compile(r"^```(\w*)[ ]*(.*?)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SECONDS = 600
_SET_UP = ("requirements.txt", "pyproject.toml", "tools/install.sh")  # what `make install` depends on


@dataclass
class Command:
    """One command of a document, with its line and what it is to print."""

    place: str
    text: str
    expected: list[str] = field(default_factory=list)


@dataclass
class Block:
    """One fenced block of commands."""

    place: str
    note: str  # what stands behind `console`
    commands: list[Command]


def read_blocks(name: str) -> list[Block]:
    """The blocks of a document that hold commands. Fails for a block of shell that is not marked so."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = []
    for found in _FENCE.finditer(text):
        language, note, body = found.groups()
        line = text[: found.start()].count("\n") + 1
        assert language not in ("sh", "bash", "shell"), f"{name}:{line}: mark commands as console, so that they are run"
        if language == "console":
            blocks.append(Block(f"{name}:{line}", note.strip(), _read_commands(name, line, body)))
    return blocks


def _read_commands(name: str, line: int, body: str) -> list[Command]:
    commands: list[Command] = []
    for number, text in enumerate(body.splitlines(), start=line + 1):
        if text.startswith("$ "):
            commands.append(Command(f"{name}:{number}", text[2:]))
        elif text.startswith("> ") or text == ">":
            commands[-1].text += f"\n{text[2:]}"
        elif text.strip() and text.strip() != "...":
            commands[-1].expected.append(" ".join(text.split()))
    return commands


def why_not(block: Block) -> str:
    """Why a block is not run here; "" where it is."""
    if block.note in ("", "by-hand"):
        return block.note
    kind, _, what = block.note.partition("=")
    assert kind == "elsewhere", f"{block.place}: {block.note!r} says nothing that is known"
    assert (ROOT / what).exists(), f"{block.place}: {what} does not exist"
    return f"runs in {what}"


def run_commands(commands: list[Command], folder: Path, environment: dict[str, str]) -> list[str]:
    """Run all in one shell, as a reader types them; a line for each that fails or does not print what it should."""
    # What is started with `&` ends as when the reader closes the terminal; else it would keep the pipe open.
    script = "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n" + "".join(
        f"echo '@@{number}'\n{{ {command.text}\n}} 2>&1\necho \"@={number} $?\"\n"
        for number, command in enumerate(commands)
    )
    done = subprocess.run(
        ["bash", "-u"], input=script, cwd=folder, env=environment, capture_output=True, text=True, timeout=_SECONDS
    )
    said = {int(n): (text, int(code)) for n, text, code in _SAID.findall(done.stdout)}
    wrong = []
    for number, command in enumerate(commands):
        text, code = said.get(number, (done.stdout[-500:] + done.stderr[-500:], -1))
        words = " ".join(text.split())
        missing = [line for line in command.expected if line not in words]
        if code or missing:
            wrong.append(
                f"{command.place}: {shlex.quote(command.text)} ended with {code}, without {missing}:\n{text[-2000:]}"
            )
    return wrong


_SAID = re.compile(r"^@@(\d+)\n(.*?)^@=\1 (\d+)$", re.MULTILINE | re.DOTALL)


def copy_project(folder: Path, *, tests: bool = False) -> None:
    """What a fresh clone has after `make install`, with the environment of this one; `tests` are seldom needed."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (tests or not name.startswith("tests/")) and (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
            if (
                name in _SET_UP
            ):  # as old as can be: `make` in the copy must not install it into the environment of this one
                os.utime(target, (1, 1))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    # What was compiled carries what it was made from; reading twenty packs anew takes a quarter of a minute.
    for cached in (ROOT / "include").rglob("__pycache__/[!.]*"):
        target = folder / cached.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # another process has just compiled it anew
            shutil.copy2(cached, target)
