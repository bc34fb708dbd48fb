"""Bytecode of the project and its tests, made once before the processes of a test run start.

Each of them reads every test file. Where Python may not write bytecode (PYTHONDONTWRITEBYTECODE), and in a fresh clone,
where all of them begin at once, each would rewrite the same three thousand assertions, which is most of its start.
"""

from __future__ import annotations

import compileall
from pathlib import Path

import pytest
from _pytest.assertion import rewrite
from _pytest.assertion.rewrite import assertstate_key

ROOT = Path(__file__).resolve().parent.parent
_FOLDERS = ("include", "dags", "plugins", "tools", "bench", "tests")


def compile_all(config: pytest.Config) -> None:
    """Compile what is not, or is out of date; where no file can be written, nothing is lost but time."""
    for folder in _FOLDERS:
        compileall.compile_dir(ROOT / folder, quiet=2)
    state = config.stash[assertstate_key]
    tests = ROOT / "tests"
    for path in sorted([*tests.rglob("test_*.py"), *tests.rglob("conftest.py")]):
        cached = rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"
        if rewrite.try_makedirs(cached.parent) and rewrite._read_pyc(path, cached) is None:
            source, code = rewrite._rewrite_test(path, config)
            rewrite._write_pyc(state, code, source, cached)
