"""A person's mistake is one line that names what, where and what to do, and exit code 2; nothing is half-written."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.conftest import ROOT
from tests.installation import find_free_port

Departures = Callable[..., Call]
FEED = "- {id: one, name: One, url: 'https://one.example/rss', lang: en, country: US, kind: press}"


def assert_one_line(call: Call, *words: str) -> None:
    assert call.code == 2, call
    assert call.err.startswith("departures: ")
    assert call.err.count("\n") == 1, call.err
    assert "Traceback" not in call.err
    for word in words:
        assert word in call.err, call.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("feeds: [", ("feeds.yaml:", "not valid YAML")),
        (f"feeds:\n{FEED[:-1]}, colour: red}}", ("feeds.yaml:2", "unknown key 'colour'")),
        (f"feeds:\n{FEED}\n{FEED}", ("feeds.yaml:3", "'one'", "line 2")),
        (f"feeds:\n{FEED.replace('https', 'gopher')}", ("feeds.yaml:2", "url", "http")),
        (f"feeds:\n{FEED.replace('kind: press', 'kind: rumour')}", ("feeds.yaml:2", "kind", "press")),
        ("feeds:\n- {id: one}", ("feeds.yaml:2", "missing")),
        ("feeds: {}", ("feeds.yaml:1", "list")),
        ("", ("feeds.yaml", "mapping")),
    ],
)
def test_a_wrong_source_list(text: str, words: tuple[str, ...], departures: Departures, tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = tmp_path / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    assert_one_line(departures("run", "--sources", path, "--home", home), *words)
    assert_one_line(departures("sources", "list", "--sources", path), *words)
    assert not (home / "published").exists()
    assert not (home / "work").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--sources", "absent.yaml"), ("--sources absent.yaml", "no such file")),
        (("run", "--as-of", "yesterday"), ("--as-of", "'yesterday'", "2026-11-21")),
        (("run", "--as-of", "9999-12-31"), ("--as-of", "'9999-12-31'", "a day from 1970 to 2100")),
        (("import", "absent.jsonl", "--as-of", "0001-01-01"), ("--as-of", "a day from 1970 to 2100")),
        (("maintain", "--as-of", "9999-12-31T23:00-05:00"), ("--as-of", "a day from 1970 to 2100")),
        (("reprocess", "--until", "9999-12-31"), ("--until", "'9999-12-31'", "a day from 1970 to 2100")),
        (("reprocess", "--since", "0001-01-01"), ("--since", "'0001-01-01'", "a day from 1970 to 2100")),
        (("sources", "export-opml", "absent/feeds.opml"), ("absent/feeds.opml", "does not exist; make it")),
        (("backup", "absent/all.tar"), ("absent/all.tar", "does not exist; make it")),
        (("review", "cases", "absent/cases.jsonl"), ("absent/cases.jsonl", "does not exist; make it")),
        (("run", "--limit", "-1"), ("--limit", "departures run --help")),
        (("import", "absent.jsonl"), ("absent.jsonl", "no such file")),
        (("detect", "absent.jsonl", "--out", "out.jsonl"), ("absent.jsonl", "no such file")),
        (("detect", "absent.jsonl"), ("--out", "departures detect --help")),
        (("evaluate", "absent.jsonl"), ("absent.jsonl", "no such file")),
        (("board",), ("nothing has been published yet", "departures run")),
        (("sql", "select 1"), ("nothing has been published yet", "departures run")),
        (("sql",), ("Missing argument", "departures sql --help")),
        (("flights",), ("flights", "departures --help")),
    ],
)
def test_a_wrong_call(
    arguments: tuple[str, ...],
    words: tuple[str, ...],
    departures: Departures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_one_line(departures(*arguments), *words)
    assert [path.name for path in tmp_path.iterdir() if path.name in ("out.jsonl", "absent")] == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{broken", (":2: not valid JSON",)),
        ('"text"', (":2: a JSON object is expected",)),
        ('{"id": "b", "title": "T"}', (":2: field 'text' is missing",)),
        ('{"id": "b", "title": 7, "text": "x"}', (":2: field 'title' is int",)),
        ('{"id": "", "title": "T", "text": "x"}', (":2: field 'id' is empty",)),
        ('{"id": "a", "title": "T", "text": "x"}', (":2: id 'a' stands in line 1 too",)),
        ('{"id": "b", "title": "", "text": " "}', (":2: fields 'title' and 'text' are both empty",)),
        ('{"id": "b", "title": "T", "text": "x", "lang": "English!"}', (":2: field 'lang'", "pt-BR")),
        ('{"id": "b", "title": "T", "text": "x", "published": "last week"}', (":2: field 'published'", "2026-11-21")),
    ],
)
def test_a_wrong_article(line: str, words: tuple[str, ...], departures: Departures, tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps({"id": "a", "title": "T", "text": "x"}) + "\n" + line + "\n", encoding="utf-8")
    home, out = tmp_path / "home", tmp_path / "out.jsonl"
    assert_one_line(departures("import", path, "--home", home), str(path), *words)
    assert_one_line(departures("detect", path, "--out", out), str(path), *words)
    assert not (home / "published").exists()
    assert not out.exists()


def test_an_output_that_cannot_be_written(departures: Departures, tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps({"id": "a", "title": "T", "text": "x", "lang": "sv"}), encoding="utf-8")
    assert_one_line(departures("detect", path, "--out", tmp_path / "absent" / "out.jsonl"), "--out", "does not exist")
    assert_one_line(departures("detect", path, "--out", tmp_path), "--out", "is a folder")


def test_a_home_that_is_a_file(departures: Departures, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file")
    assert_one_line(departures("run", "--home", home), f"DEPARTURES_HOME={home}", "--home")


@pytest.mark.parametrize(
    ("name", "value"),
    [("DEPARTURES_HOST_DELAY", "soon"), ("DEPARTURES_FETCH_SHARDS", "0"), ("DEPARTURES_LLM", "maybe")],
)
def test_a_wrong_setting(
    name: str, value: str, departures: Departures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert_one_line(departures("run", "--home", tmp_path), f"{name}={value!r}", "expected")


def test_the_doctor_names_everything_that_is_wrong_at_once(
    departures: Departures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "watchlist.yaml").write_text("organisations: [Antropic]\n", encoding="utf-8")
    monkeypatch.setenv("DEPARTURES_SCHEDULE", "daily")
    monkeypatch.setenv("DEPARTURES_ALERT_URLS", "slakc://T0k3n")
    call = departures("doctor", "--home", tmp_path)
    assert call.code == 1
    for words in ("did you mean Anthropic", "DEPARTURES_SCHEDULE='daily'", "entry 1 (slakc://…) is no URL"):
        assert words in call.out
    assert "T0k3n" not in call.out


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEPARTURES_AS_OF", "later", "DEPARTURES_AS_OF 'later': not an ISO time"),
        ("DEPARTURES_ALLOW_HOSTS", "localhost", "DEPARTURES_ALLOW_HOSTS: 'localhost': host:port or CIDR:port"),
        (
            "DEPARTURES_USER_AGENT",
            "me\r\nX: y",
            r"DEPARTURES_USER_AGENT='me\r\nX: y': one line of printable characters",
        ),
        ("DEPARTURES_USER_AGENT", "me \udcff", "one line of printable characters"),
    ],
)
def test_what_stops_a_run_is_named_by_the_doctor(
    name: str, value: str, words: str, departures: Departures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    examined = departures("doctor", "--home", tmp_path)
    assert examined.code == 1 and words in examined.out
    assert_one_line(departures("run", "--home", tmp_path), words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "watchlist.yaml:1: a mapping with name, organisations, people, roles is expected, found nothing"),
        ("expect: 3", "watchlist.yaml:1: unknown key 'expect'"),
        ("name: N\npeople:\n  - 2026-13-45", "watchlist.yaml:3: '2026-13-45' looks like a date and is none"),
    ],
)
def test_a_wrong_watchlist(text: str, words: str, departures: Departures, tmp_path: Path) -> None:
    (tmp_path / "watchlist.yaml").write_text(text, encoding="utf-8")
    assert_one_line(departures("run", "--home", tmp_path), words)
    assert words in departures("doctor", "--home", tmp_path).out


def test_the_list_in_force_is_not_replaced_by_its_own_export(departures: Departures, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(f"feeds:\n{FEED}\n", encoding="utf-8")
    assert_one_line(departures("sources", "export-opml", path, "--home", tmp_path), str(path), "is what is read here")
    assert path.read_text(encoding="utf-8") == f"feeds:\n{FEED}\n"


def test_a_wrong_toml(departures: Departures, tmp_path: Path) -> None:
    (tmp_path / "departures.toml").write_text("host_dealy = 3", encoding="utf-8")
    assert_one_line(departures("doctor", "--home", tmp_path), "departures.toml", "'host_dealy'", "host_delay")


def test_a_setting_of_thousands_of_digits_is_one_line(tmp_path: Path, departures: Callable[..., Call]) -> None:
    (tmp_path / "departures.toml").write_text(f"host_delay = 1{'0' * 5000}", encoding="utf-8")
    assert_one_line(departures("doctor", "--home", tmp_path), "departures.toml", "not valid TOML", "mend or remove")


@pytest.mark.parametrize("content", [b"not a database" * 999, b"", b"\0" * 8192], ids=["text", "empty", "zeros"])
@pytest.mark.parametrize(
    "arguments", [("sql", "select 1"), ("board",), ("import", "articles.jsonl")], ids=["sql", "board", "import"]
)
def test_a_published_file_that_is_no_database(
    content: bytes,
    arguments: tuple[str, ...],
    departures: Departures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("articles.jsonl").write_text(json.dumps({"id": "a", "title": "T", "text": "x", "lang": "sv"}))
    published = tmp_path / "home" / "published" / "departures.duckdb"
    published.parent.mkdir(parents=True)
    published.write_bytes(content)
    call = departures(*arguments, "--home", tmp_path / "home")
    assert call.code == 2, call
    assert "Traceback" not in call.err
    assert str(published) in call.err.splitlines()[-1]
    assert published.read_bytes() == content
    assert [path.name for path in published.parent.iterdir()] == ["departures.duckdb"]


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    """A home on a disk of three megabytes, in a mount namespace of its own."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs user namespaces, which this machine does not allow")
    articles = tmp_path / "articles.jsonl"
    articles.write_text(json.dumps({"id": "a", "title": "T", "text": "x", "lang": "sv"}), encoding="utf-8")
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        f"mount -t tmpfs -o size=3m tmpfs {disk} && "
        f"{sys.executable} -m include.cli import {articles} --home {disk}/home; code=$?; "
        f"find {disk} -path '*/published/*' -o -path '*/work/*'; exit $code"
    )
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "space" in done.stderr.splitlines()[-1]


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def run_tool(module: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `make` starts, in an environment of nothing but these."""
    environment["PATH"] = "/usr/bin"
    return subprocess.run([sys.executable, "-m", module], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_a_busy_port_stops_the_demo_in_one_line(tmp_path: Path, busy_port: int) -> None:
    done = run_tool("tools.demo", DEPARTURES_HOME=str(tmp_path / "demo"), NEWSROOM_PORT=str(busy_port))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"port {busy_port} is in use" in done.stderr and "NEWSROOM_PORT" in done.stderr
    assert not (tmp_path / "demo").exists()


def test_the_demo_refuses_a_home_with_live_data(tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    done = run_tool("tools.demo", DEPARTURES_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "live data" in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["published"]


@pytest.mark.parametrize("module", ["tools.demo", "tools.airflow_up"])
def test_a_home_that_cannot_be_written_to_stops_what_make_starts(module: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    port = str(find_free_port())
    for home in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/home")):
        done = run_tool(module, DEPARTURES_HOME=str(home), AIRFLOW_PORT=port, NEWSROOM_PORT=port)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert f"DEPARTURES_HOME={home}: cannot be written to" in done.stderr


def test_make_up_on_a_busy_port(busy_port: int) -> None:
    done = run_tool("tools.airflow_up", AIRFLOW_PORT=str(busy_port))
    assert done.returncode == 2
    assert f"port {busy_port} is in use" in done.stderr and "AIRFLOW_PORT" in done.stderr
