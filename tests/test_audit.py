"""The audit asks OSV in one question, and is honest where it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.conftest import ROOT
from tests.installation import find_free_port
from tools.audit import main, read_lock


@contextmanager
def osv(weak: str) -> Iterator[tuple[str, list[int]]]:
    """An OSV that knows a weakness of one package; its address, and how many packages each question was about."""
    asked: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            asked.append(len(queries))
            said = [{"vulns": [{"id": "OSV-1"}]} if q["package"]["name"] == weak else {} for q in queries]
            body = json.dumps({"results": said}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", asked
    server.shutdown()
    server.server_close()


def test_what_is_known_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "audit.md"
    with osv("duckdb") as (url, asked):
        assert main(["--out", str(out), "--osv", url]) == 1
    assert asked == [len(read_lock(ROOT))] and asked[0] > 200
    (duckdb,) = [package for package in read_lock(ROOT) if package.name == "duckdb"]
    assert duckdb.direct and "MIT" in duckdb.licence
    assert f"- duckdb {duckdb.version}: OSV-1" in capsys.readouterr().out
    with osv("nothing") as (url, _):
        assert main(["--out", str(out), "--osv", url]) == 0
    assert "OSV knows of none in these versions." in out.read_text(encoding="utf-8")


def test_where_osv_cannot_be_reached_nothing_is_called_safe(tmp_path: Path) -> None:
    out = tmp_path / "audit.md"
    assert main(["--out", str(out), "--osv", f"http://127.0.0.1:{find_free_port()}/"]) == 0
    report = out.read_text(encoding="utf-8")
    assert "NOT EXAMINED" in report and "knows of none" not in report
    assert all(f"| {package.name} | {package.version} |" in report for package in read_lock(ROOT))
