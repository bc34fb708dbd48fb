"""What `departures doctor --production` says of each fault, in one line, before a process begins to work."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from threading import Thread

import pytest

from dags import production
from include.cli.production import examine_production
from include.settings import Settings
from tests.conftest import ROOT
from tests.installation import find_free_port
from tests.s3 import BUCKET, serve_s3

KEY = "k" * 40


@contextmanager
def api_server(versions: dict[str, str], ahead: timedelta = timedelta()) -> Iterator[str]:
    """What of an API server the doctor asks, with these versions and this clock."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            package = "departure-board" if self.path.startswith("/departures") else "apache-airflow"
            body = json.dumps({"version": versions.get(package, version(package))}).encode()
            self.send_response_only(200)
            self.send_header("Date", format_datetime(datetime.now(UTC) + ahead, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/execution/"
    server.shutdown()
    server.server_close()


def test_keys_that_every_process_would_make_for_itself() -> None:
    sources = {
        "core": {"fernet_key": (KEY, "env var")},
        "api": {"secret_key": ("short", "cmd")},
        "api_auth": {"jwt_secret": (KEY, "airflow.cfg")},
    }
    assert list(production.examine_secrets(sources)) == [
        ("bad", "secrets", "AIRFLOW__API__SECRET_KEY is shorter than 32 characters; make a longer one"),
        (
            "bad",
            "secrets",
            "AIRFLOW__API_AUTH__JWT_SECRET is not set, so every process makes its own; set the same everywhere",
        ),
    ]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "AIRFLOW__CELERY__BROKER_URL is not set"),
        ("redis://:secret@127.0.0.1:{port}/0", "redis://127.0.0.1:{port}/0 does not answer ("),
        ("http://nonsense", "http://nonsense does not answer ("),
    ],
)
def test_a_wrong_broker(url: str, said: str) -> None:
    port = find_free_port()
    verdict, subject, found = production.examine_broker("broker", "broker_url", url.format(port=port))
    assert (verdict, subject) == ("bad", "broker")
    assert found.startswith(said.format(port=port))
    assert "secret" not in found and "\n" not in found


def test_an_api_server_of_another_version() -> None:
    with api_server({"apache-airflow": "3.2.0"}) as url:
        ((verdict, _, found),) = production.examine_api_server(url)
        assert verdict == "bad"
        assert found.startswith(f"apache-airflow is 3.2.0 at {url} and {version('apache-airflow')} here")
    with api_server({"departure-board": "9.9.9"}) as url:
        ((verdict, _, found),) = production.examine_api_server(url)
        assert verdict == "bad" and found.startswith("departure-board is 9.9.9")


def test_a_clock_that_is_wrong() -> None:
    with api_server({}, ahead=timedelta(minutes=10)) as url:
        (first, clock) = production.examine_api_server(url)
        assert first[0] == "ok"
        assert clock[:2] == ("warn", "clock") and clock[2].endswith("s behind that of the API server; run NTP on both")


def test_no_api_server() -> None:
    url = f"http://127.0.0.1:{find_free_port()}/execution/"
    ((verdict, _, found),) = production.examine_api_server(url)
    assert verdict == "bad" and found.startswith(f"{url} does not answer (") and "\n" not in found
    with socket.create_server(("127.0.0.1", 0)) as mute:  # accepts and says nothing
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/execution/"
        ((verdict, _, found),) = production.examine_api_server(url)
        assert verdict == "bad" and "timed out" in found


def test_each_fault_is_one_line(tmp_path: Path) -> None:
    """A worker as it is started, with everything wrong at once."""
    (tmp_path / "archive").write_text("a file where a folder should be")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEPART"))}
    port = find_free_port()
    environment |= {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://:secret@127.0.0.1:{port}/0",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://airflow:secret@127.0.0.1:{port}/airflow",
        "DEPARTURES_HOME": str(tmp_path),
        "DEPARTURES_STAGING_URL": "s4://bucket/staging",
    }
    command = [sys.executable, "-m", "include.cli", "doctor", "--production"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    said = [line.split()[:2] for line in done.stdout.splitlines()]
    faults = ["archive", "staging", *["secrets"] * 3, "database", "broker", "results", "api"]
    assert [subject for mark, subject in said if mark == "✕"] == faults, done.stdout
    assert [subject for mark, subject in said if mark != "✕"] == ["stores"], done.stdout
    assert "secret@" not in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_store_without_access(tmp_path: Path) -> None:
    with serve_s3() as s3, pytest.MonkeyPatch.context() as patch:
        for name, value in s3.environment.items():
            patch.setenv(name, value)
        urls = {"DEPARTURES_ARCHIVE_URL": f"s3://{BUCKET}/a", "DEPARTURES_STAGING_URL": "s3://not-ours/s"}
        findings = list(examine_production(Settings.from_env(urls, home=tmp_path)))
        assert s3.list_keys() == []  # the probe is gone
    assert findings[0] == ("ok", "archive", f"s3://{BUCKET}/a")
    verdict, subject, found = findings[1]
    assert (verdict, subject) == ("bad", "staging")
    assert found == "s3://not-ours/s: there is no such bucket; make it, or correct the URL (DEPARTURES_STAGING_URL)"
