"""`make bench`: run every measurement side by side on this machine and write docs/benchmarks.md.

A measurement is a module here with `run() -> dict`; its docstring says what is measured and how. Each runs in a process
of its own, one after the other, so that they do not disturb one another. Quote ratios: they hold on other machines too,
seconds do not. With names as arguments, only those are run and the others keep the figures of the last time.
"""

from __future__ import annotations

import ast
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
REPORT = FOLDER.parent / "docs" / "benchmarks.md"
_KEPT = FOLDER.parent / "docs" / "benchmarks.json"
_CHILD = "import importlib, json, sys; print(json.dumps(importlib.import_module(sys.argv[1]).run(), default=str))"


def main(names: list[str]) -> int:
    """Run the measurements named, or all, and write the report. Exit code 1 where one failed, 2 for a wrong name."""
    known = list_benchmarks()
    if unknown := [name for name in names if name not in known]:
        print(f"bench: {', '.join(unknown)}: no such measurement; there are {', '.join(known)}", file=sys.stderr)
        return 2
    stored: dict[str, Any] = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.is_file() else {}
    failed = []
    for name in names or known:
        print(f"{name} ...", end=" ", flush=True)
        started = time.monotonic()
        machine = describe_machine()
        figures = measure(name)
        print(f"{time.monotonic() - started:.0f} s" if figures is not None else "failed", flush=True)
        if figures is None:
            failed.append(name)
        else:
            stored[name] = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine, "figures": figures}
            write_report({name: stored[name] for name in known if name in stored})
    print(f"written: {REPORT}")
    return 1 if failed else 0


def write_report(stored: dict[str, Any]) -> None:
    """Write what is measured so far: a measurement may take ten minutes, and the next one may fail."""
    _KEPT.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    REPORT.write_text(render_report(stored), encoding="utf-8")


def list_benchmarks() -> list[str]:
    """Names of the modules here that have a `run`."""
    names = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    return [name for name in names if "\ndef run(" in (FOLDER / f"{name}.py").read_text(encoding="utf-8")]


def measure(name: str) -> dict[str, Any] | None:
    """The figures of one measurement, from a process of its own; None, with its last words shown, where it failed."""
    command = [sys.executable, "-c", _CHILD, f"bench.{name}"]
    done = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr.strip()[-2000:], file=sys.stderr)
        return None
    try:
        figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        print(f"the last line is not its figures: {done.stdout.strip()[-200:]!r}", file=sys.stderr)
        return None
    return figures


def describe_machine() -> str:
    """What the figures are measured on, and how many processes wanted to run in the minute before."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {load:.1f}"


def render_report(stored: dict[str, Any]) -> str:
    """The report: a section a measurement, its docstring as the explanation, its figures as a table."""
    parts = ["# Benchmarks", "", "Written by `make bench`; do not edit. Quote ratios: seconds are of one machine.", ""]
    for name, entry in stored.items():
        parts += [f"## {name}", "", read_docstring(name), "", f"{entry['measured']}, {entry['machine']}.", ""]
        parts += ["| figure | value |", "| --- | --- |"]
        parts += [f"| {key} | {value} |" for key, value in flatten(entry["figures"])]
        parts.append("")
    return "\n".join(parts)


def flatten(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested figures as rows; a list of numbers or texts is one row."""
    rows: list[tuple[str, str]] = []
    for key, value in figures.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            rows += flatten(value, f"{name}, ")
        elif isinstance(value, list):
            rows.append((name, ", ".join(map(str, value))))
        else:
            rows.append((name, f"{value:.4g}" if isinstance(value, float) else str(value)))
    return rows


def read_docstring(name: str) -> str:
    """What a measurement says of itself."""
    return ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))) or ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
