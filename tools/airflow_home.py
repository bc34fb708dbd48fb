"""Airflow's home of this checkout: `.airflow/`, with secrets made once, and the environment that points to it."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".airflow"
LOGIN = ("admin", "admin")  # a development login; the server listens on loopback alone
# SQLite has one writer. With its own 5 s, a run that was started in the UI while the DAG files were first read on a
# busy machine ended in "database is locked".
LOCK_SECONDS = 60


def airflow_environment(home: Path, *, database: str, port: int = 8080) -> dict[str, str]:
    """The process environment for Airflow commands; makes the home, its secrets and its login on first use.

    `database` names the SQLite file: the demo and the live installation share a home but not their runs.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    stored = _secrets(home)
    passwords = home / "passwords.json"
    if not passwords.exists():
        _write_private(passwords, json.dumps(dict([LOGIN])))
    url = f"http://127.0.0.1:{port}"
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",  # a log that is read while it is written
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": stored["fernet_key"],
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN[0]}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / database}.db?timeout={LOCK_SECONDS}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": stored["secret_key"],
        "AIRFLOW__API_AUTH__JWT_SECRET": stored["jwt_secret"],
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        # How long Airflow may go on waiting for a task whose process has ended; five seconds if nothing is said.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "2",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def migrate_database(environment: dict[str, str]) -> None:
    """Bring Airflow's metadata database to the installed version; quick when it is there already."""
    home = Path(environment["AIRFLOW_HOME"])
    database = environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].partition("?")[0]
    done = home / f"{Path(database).stem}.version"
    installed = version("apache-airflow")
    if done.is_file() and done.read_text() == installed and Path(database.removeprefix("sqlite:///")).is_file():
        return
    result = subprocess.run(["airflow", "db", "migrate"], env=environment, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"airflow db migrate failed:\n{(result.stdout + result.stderr)[-2000:]}")
    done.write_text(installed)


def write_shell_environment(environment: dict[str, str]) -> Path:
    """`.airflow/env.sh`: to be sourced by whoever wants to call `airflow` by hand."""
    changed = {name: value for name, value in environment.items() if os.environ.get(name) != value}
    path = Path(environment["AIRFLOW_HOME"]) / "env.sh"
    _write_private(path, "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(changed.items())))
    return path


def is_port_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _secrets(home: Path) -> dict[str, str]:
    import base64

    path = home / "secrets.json"
    if not path.exists():
        made = {
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "secret_key": secrets.token_hex(32),
            "jwt_secret": secrets.token_hex(48),
        }
        _write_private(path, json.dumps(made))
    stored: dict[str, str] = json.loads(path.read_text())
    return stored


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.touch(mode=0o600)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
