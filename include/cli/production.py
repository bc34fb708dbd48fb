"""`departures doctor --production`: what a process that is one of many needs, looked at before it begins to work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from include.errors import DeparturesError
from include.objectstore import ObjectStore, is_remote
from include.settings import Settings

Verdict = Literal["ok", "warn", "bad"]
Finding = tuple[Verdict, str, str]  # verdict, what was looked at, what was found and what to do

_AIRFLOW_SECONDS = 120  # Airflow's import takes five on a quiet machine; each peer may take five more


def examine_production(settings: Settings) -> Iterator[Finding]:
    """Archive and staging by writing, reading and removing; everything of Airflow as its own configuration says it."""
    places = (("archive", "DEPARTURES_ARCHIVE_URL"), ("staging", "DEPARTURES_STAGING_URL"))
    roots = [settings.archive_root, settings.staging_root]
    for (subject, variable), root in zip(places, roots, strict=True):
        yield _examine_store(subject, variable, root) if is_remote(root) else _examine_folder(subject, Path(root))
    if is_remote(roots[0]) != is_remote(roots[1]):
        yield "warn", "stores", "only one of archive and staging is on an object store; workers elsewhere need both"
    yield from _examine_airflow()


def _examine_store(subject: str, variable: str, root: str) -> Finding:
    name = f".doctor-{os.getpid()}"
    try:
        store = ObjectStore(root)
        with tempfile.NamedTemporaryFile() as probe:
            probe.write(b"departures")
            probe.flush()
            store.upload(Path(probe.name), name)
        whole = store.read(name) == b"departures"
        store.remove(name)
    except DeparturesError as error:
        return "bad", subject, f"{error} ({variable})"
    except FileNotFoundError:
        whole = False
    return ("ok", subject, root) if whole else ("bad", subject, f"{root} does not give back what was put there")


def _examine_folder(subject: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"departures")
    except OSError as error:
        return "bad", subject, f"{folder}: {error.strerror}; check the path, its permissions and the disk"
    return "ok", subject, str(folder)


def _examine_airflow() -> Iterator[Finding]:
    """What `dags.production` finds, which may import Airflow."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dags.production"], capture_output=True, text=True, timeout=_AIRFLOW_SECONDS
        )
        lines = done.stdout.strip().splitlines()
        findings: list[Finding] = [tuple(found) for found in json.loads(lines[-1])] if lines else []
    except (subprocess.TimeoutExpired, ValueError) as error:
        yield "bad", "airflow", f"its configuration cannot be read ({type(error).__name__}); see `airflow config list`"
        return
    if done.returncode or not findings:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        yield "bad", "airflow", f"its configuration cannot be read ({last[:200]})"
        return
    yield from findings
