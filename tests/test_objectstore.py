"""Archive and staging in a real S3 server whose network fails: whole, or not there, or a clear error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.errors import ConfigError, RetryLater
from include.fetch.archive import Archive
from include.objectstore import ObjectStore
from include.pipeline.staging import Staging
from include.records import Quarantined
from tests.conftest import ROOT
from tests.s3 import BUCKET, S3, Fault, serve_s3

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
ROOT_URL = f"s3://{BUCKET}"
ROWS = [Quarantined(str(number), "fetch", "page", "timeout", "zwölf\u2028字") for number in range(500)]


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with serve_s3() as s3, pytest.MonkeyPatch.context() as patch:
        for name, value in {**s3.environment, "AWS_MAX_ATTEMPTS": "2"}.items():
            patch.setenv(name, value)
        yield s3


@pytest.fixture
def s3(server: S3) -> Iterator[S3]:
    """The server, empty and undisturbed; nothing that a test ordered is left for the next."""
    for key in server.list_keys():
        server.client().delete_object(Bucket=BUCKET, Key=key)
    server.faults.clear()
    server.requests.clear()
    yield server
    server.always, server.only = None, ""


def test_staging_is_read_back_from_another_machine(s3: S3) -> None:
    staging = Staging(ROOT_URL, "run-1")
    assert staging.list_files("refused") == []
    assert staging.write_records("refused/b.jsonl", ROWS[250:]) == 250
    assert staging.write_records("refused/a.jsonl", ROWS[:250]) == 250
    elsewhere = Staging(f"{ROOT_URL}/", "run-1")
    assert elsewhere.read_all(Quarantined, "refused") == ROWS
    assert elsewhere.exists("refused/a.jsonl") and not elsewhere.exists("refused/c.jsonl")
    with pytest.raises(FileNotFoundError):
        elsewhere.read_json("run.json")
    elsewhere.remove()
    assert s3.list_keys() == []


@pytest.mark.parametrize("fault", ["unavailable", "slow", "torn-request", "torn-answer"])
def test_a_short_failure_is_nobodys_business(s3: S3, fault: Fault) -> None:
    staging = Staging(ROOT_URL, "run-2")
    s3.faults[:], s3.only = [fault], "^PUT"
    staging.write_records("items.jsonl", ROWS)
    assert s3.faults == []
    s3.faults[:], s3.only = [fault], "^GET"
    assert staging.read_records(Quarantined, "items.jsonl") == ROWS
    assert s3.faults == []


def test_a_long_failure_leaves_what_was_there_and_says_so_in_one_line(s3: S3) -> None:
    staging = Staging(ROOT_URL, "run-3")
    staging.write_records("items.jsonl", ROWS[:3])
    s3.always, s3.only = "unavailable", "^PUT"
    with pytest.raises(RetryLater, match=f"^{ROOT_URL}: the store does not answer") as error:
        staging.write_records("items.jsonl", ROWS)
    assert "\n" not in str(error.value)
    s3.always = None
    assert staging.read_records(Quarantined, "items.jsonl") == ROWS[:3]


def test_a_writer_that_fails_midway_stores_nothing(s3: S3) -> None:
    def dying() -> Iterator[Quarantined]:
        yield from ROWS
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        Staging(ROOT_URL, "run-4").write_records("items.jsonl", dying())
    assert s3.list_keys() == []


UPLOADER = """
import sys
from include.objectstore import ObjectStore
from pathlib import Path
print("uploading", flush=True)
ObjectStore(sys.argv[1]).upload(Path(sys.argv[2]), "archive.warc.gz")
"""


def test_an_upload_that_is_killed_is_not_seen(s3: S3, tmp_path: Path) -> None:
    """Large enough that it is sent in parts; the network is slow, so that some of them have arrived by then."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(160_000_000)
    s3.always, s3.only = "slow", "partNumber=[2-9]"
    command = [sys.executable, "-c", UPLOADER, ROOT_URL, str(large)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=dict(os.environ)) as uploader:
        deadline = time.monotonic() + 60
        while not any("partNumber=2" in line for line in s3.requests) and time.monotonic() < deadline:
            time.sleep(0.05)
        uploader.send_signal(signal.SIGKILL)
    assert any("partNumber=1" in line for line in s3.requests)
    assert not ObjectStore(ROOT_URL).exists("archive.warc.gz")
    assert s3.list_keys() == []


def put(archive: Archive, number: int) -> tuple[str, int]:
    body = os.urandom(30_000)
    return archive.append(f"http://x.org/{number}", status=200, headers=[], body=body, fetched_at=AS_OF)


@pytest.fixture
def drafts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A temporary folder of this test alone: the archive keeps unfinished files there."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_the_archive_is_read_from_another_machine(s3: S3, drafts: None) -> None:
    with Archive(ROOT_URL) as archive:
        places = [put(archive, number) for number in range(40)]
    s3.faults[:], s3.only = ["unavailable", "torn-answer"], "^GET /departures/2026.*warc"
    elsewhere = Archive(ROOT_URL)
    assert [elsewhere.read(*place).url for place in places] == [f"http://x.org/{number}" for number in range(40)]
    assert len(list(elsewhere.list_entries())) == 40
    for key in s3.list_keys():
        if key.endswith(".index.jsonl"):
            s3.client().delete_object(Bucket=BUCKET, Key=key)
    assert len(list(Archive(ROOT_URL).list_entries())) == 40


def test_what_could_not_be_uploaded_is_uploaded_by_the_next_attempt(s3: S3, drafts: None) -> None:
    s3.always, s3.only = "unavailable", "^PUT"
    with pytest.raises(RetryLater), Archive(ROOT_URL) as archive:
        put(archive, 1)
    s3.always = None
    archive.abandon()
    assert s3.list_keys() == []
    again = Archive(ROOT_URL)
    assert again.recover() == 1
    entry = again.find_recovered("http://x.org/1", at=AS_OF)
    assert entry is not None and again.read(entry.path, entry.offset).status == 200


def test_a_store_that_fails_stops_the_step_and_costs_no_article(s3: S3, drafts: None, tmp_path: Path) -> None:
    """A page that cannot be read is set aside for good; a store that does not answer must not look like one."""
    from tests.pipeline.site import make_settings, serve_site

    with serve_site() as site:
        site.put_feed("/feed.xml", [("/a", "A")])
        site.put_page("/a", "Ann Example leaves Acme", ["Ann Example has left Acme, the company said on Monday."] * 4)
        settings = make_settings(
            tmp_path / "home",
            site,
            ["/feed.xml"],
            DEPARTURES_ARCHIVE_URL=f"{ROOT_URL}/archive",
            DEPARTURES_STAGING_URL=f"{ROOT_URL}/staging",
        )
        run = _fetch(settings)
    from include.pipeline.read import read_shard

    s3.always, s3.only = "unavailable", "^(GET|HEAD) /departures/archive"
    with pytest.raises(RetryLater, match="archive: the store does not answer"):
        read_shard(run, "hosts-1")
    assert not any("/articles/" in key or "/refused/" in key for key in s3.list_keys())


def _fetch(settings: Any) -> Any:
    from include.pipeline.fetch import fetch_shard
    from include.pipeline.poll import poll_sources
    from include.pipeline.run import start_run

    run = start_run(settings, run_id="store", as_of=AS_OF)
    poll_sources(run)
    assert fetch_shard(run, "hosts-1").counts == {"fetched": 1, "missing": 0}
    return run


@pytest.mark.parametrize(
    ("url", "message"),
    [("s4://bucket/x", "Protocol not known: s4"), (f"s3://{BUCKET}-of-others/x", "no such bucket")],
)
def test_a_wrong_address_is_one_line(s3: S3, url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        Staging(url, "run").write_json("run.json", {})
    assert "\n" not in str(error.value)
    assert not any("PUT /departures-of-others " in line for line in s3.requests)  # a typing error makes no bucket
