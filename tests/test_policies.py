"""Rules that hold for the whole project: lint, types, contracts, the lock, the images, the documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

BIN = Path(sys.executable).parent
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=" ".join,
)
def test_checks_of_the_code(command: tuple[str, ...]) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_direct_dependency_has_its_reason_and_is_locked_with_hashes() -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==\S+.* \\\n    --hash=sha256:", lock, re.MULTILINE))
    for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement, _, reason = line.partition("#")
            assert reason.strip(), f"{requirement.strip()} says not why it is needed"
            name = re.match(r"[A-Za-z0-9._-]+", requirement)
            assert name and re.sub(r"[._]", "-", name[0]).lower() in {re.sub(r"[._]", "-", n) for n in locked}


def test_the_reference_names_every_command_and_setting_and_the_readme_what_to_make() -> None:
    from typer.main import get_command

    from include.cli.main import app
    from include.settings import Settings, describe_settings

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for command in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"`departures {command}" in reference, command
    for variable, _, _ in describe_settings(Settings.from_env({})):
        assert f"`{variable}`" in reference, variable
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"install", "run", "up", "test", "check", "bench", "lock", "clean"} <= set(
        re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE)
    )
    assert "make run" in readme and "make test" in readme and "python3-venv" in readme


def test_links_in_documents_lead_somewhere() -> None:
    for name in [name for name in TRACKED if name.endswith(".md")]:
        path = ROOT / name
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{name} links to {target}"


def test_shell_scripts_parse() -> None:
    for name in ("tools/install.sh", ".ci/run"):
        assert subprocess.run(["bash", "-n", ROOT / name]).returncode == 0
        assert (ROOT / name).stat().st_mode & 0o111, f"{name} cannot be run"


def test_the_command_starts_quickly() -> None:
    """What makes it slow is an import; the list of modules says so without a clock."""
    code = "import sys, include.cli.main; print(' '.join(sys.modules))"
    loaded = set(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout.split())
    heavy = {"airflow", "great_expectations", "pandas", "trafilatura", "duckdb", "pyarrow", "aiohttp", "numpy"}
    assert "include.cli.main" in loaded
    assert loaded & heavy == set()
