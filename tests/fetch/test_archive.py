"""What was fetched stays fetched, whoever is killed."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from include.fetch.archive import Archive
from tests.fetch.web import ROOT

AS_OF = datetime(2026, 11, 21, 12, 30, 15, 250_000, tzinfo=UTC)
URL = "http://example.org/a"
HEADERS = [("Content-Type", "text/html"), ("ETag", '"x"')]


def put(
    archive: Archive, url: str = URL, body: bytes = b"hello", at: datetime = AS_OF, status: int = 200
) -> tuple[str, int]:
    return archive.append(url, status=status, headers=HEADERS, body=body, fetched_at=at)


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        place = put(archive)
    read = Archive(tmp_path).read(*place)
    assert (read.url, read.status, read.body, read.fetched_at) == (URL, 200, b"hello", AS_OF)
    assert read.headers == {"content-type": "text/html", "etag": '"x"'}


def test_is_readable_before_the_file_is_finished(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        assert archive.read(*put(archive)).body == b"hello"


HEADER_NAMES = st.from_regex(r"X-[A-Za-z0-9-]{1,20}", fullmatch=True)
HEADER_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=40)


@settings(max_examples=30)
@given(
    body=st.binary(max_size=5_000),
    headers=st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), unique_by=lambda header: header[0].lower(), max_size=5),
    status=st.integers(100, 999),
)
def test_any_response_survives(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, headers: list[tuple[str, str]], status: int
) -> None:
    root = tmp_path_factory.mktemp("any")
    with Archive(root) as archive:
        path, offset = archive.append(URL, status=status, headers=headers, body=body, fetched_at=AS_OF)
    read = Archive(root).read(path, offset)
    assert (read.status, read.body) == (status, body)
    assert list(read.headers) == [name.lower() for name, _ in headers]


def test_a_compressed_body_is_kept_as_it_came_and_read_decoded(tmp_path: Path) -> None:
    body = gzip.compress(b"words " * 1_000)
    with Archive(tmp_path) as archive:
        path, offset = archive.append(
            URL, status=200, headers=[("Content-Encoding", "gzip")], body=BytesIO(body), fetched_at=AS_OF
        )
    assert Archive(tmp_path).read(path, offset).body == b"words " * 1_000
    with (tmp_path / path).open("rb") as file:
        records = [(record.rec_type, record.raw_stream.read()) for record in ArchiveIterator(file)]
    assert records[1] == ("response", body)


def test_other_tools_can_read_it(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        path, _ = put(archive)
        archive.append_failure("http://example.org/b", "timeout", fetched_at=AS_OF)
    with (tmp_path / path).open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file, check_digests="raise")]
    assert kinds == ["warcinfo", "response", "metadata"]


def test_a_failure_is_remembered(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        place = archive.append_failure(URL, "timeout", fetched_at=AS_OF)
    read = Archive(tmp_path).read(*place)
    assert (read.status, read.error, read.body) == (None, "timeout", b"")


def test_finds_the_newest_at_or_before_a_time(tmp_path: Path) -> None:
    days = [AS_OF + timedelta(days=number) for number in range(4)]
    with Archive(tmp_path) as archive:
        for number, day in enumerate(days):
            put(archive, body=str(number).encode(), at=day)
    archive = Archive(tmp_path)

    def body_at(moment: datetime) -> bytes | None:
        entry = archive.find(URL, not_after=moment)
        return archive.read(entry.path, entry.offset).body if entry else None

    assert [body_at(day) for day in days] == [b"0", b"1", b"2", b"3"]
    assert body_at(days[1] + timedelta(hours=5)) == b"1"
    assert body_at(days[0] - timedelta(seconds=1)) is None
    assert archive.find(URL, not_after=days[3], not_before=days[3] + timedelta(seconds=1)) is None
    assert archive.find("http://example.org/other", not_after=days[3]) is None


def test_of_the_same_time_the_last_one_written_is_found(tmp_path: Path) -> None:
    for body in (b"first run", b"second run"):
        with Archive(tmp_path) as archive:
            put(archive, body=body)
    archive = Archive(tmp_path)
    entry = archive.find(URL, not_after=AS_OF)
    assert entry is not None
    assert archive.read(entry.path, entry.offset).body == b"second run"


def test_a_304_answers_only_those_who_have_the_body(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, at=AS_OF)
        put(archive, at=AS_OF + timedelta(hours=1), status=304, body=b"")
    archive = Archive(tmp_path)
    later = AS_OF + timedelta(hours=2)
    statuses = [archive.find(URL, not_after=later, conditional=conditional) for conditional in (True, False)]
    assert [entry.status for entry in statuses if entry] == [304, 200]


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    with Archive(tmp_path, file_bytes=10_000) as archive:
        places = [put(archive, f"{URL}{number}", os.urandom(4_000)) for number in range(10)]
    assert len({path for path, _ in places}) >= 3
    assert [entry.url for entry in Archive(tmp_path).list_entries()] == [f"{URL}{number}" for number in range(10)]


def test_lists_days(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for number in range(3):
            put(archive, f"{URL}{number}", at=AS_OF + timedelta(days=number))
    second = (AS_OF + timedelta(days=1)).date()
    assert [entry.url for entry in Archive(tmp_path).list_entries(since=second, until=second)] == [f"{URL}1"]


def test_the_index_can_be_lost(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive)
        archive.append_failure("http://example.org/b", "dns", fetched_at=AS_OF)
    before = list(Archive(tmp_path).list_entries())
    for index in tmp_path.rglob("*.index.jsonl"):
        index.unlink()
    assert list(Archive(tmp_path).list_entries()) == before


def test_a_wrong_place_is_an_error(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        path, offset = put(archive)
    archive = Archive(tmp_path)
    with pytest.raises((ValueError, EOFError)):
        archive.read(path, offset + 7)
    with pytest.raises(ValueError, match="no response"):
        archive.read(path, 0)
    with pytest.raises(FileNotFoundError):
        archive.read("2026/11/21/none.warc.gz", 0)


WRITER = """
    import os, sys, time
    from datetime import datetime
    from include.fetch.archive import Archive
    archive = Archive(sys.argv[1])
    for number in range(100):
        archive.append(
            f"http://example.org/{number}", status=200, headers=[], body=os.urandom(3_000),
            fetched_at=datetime.fromisoformat(sys.argv[2]),
        )
        print(number, flush=True)
    time.sleep(60)
"""


def _kill_a_writer(root: Path) -> None:
    """Start a process that appends without end, and kill it in the middle."""
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(root), AS_OF.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 20:
                break
        writer.send_signal(signal.SIGKILL)


def test_what_a_killed_writer_wrote_is_recovered(tmp_path: Path) -> None:
    _kill_a_writer(tmp_path)
    assert list(Archive(tmp_path).list_entries()) == []
    [draft] = (tmp_path / ".drafts").glob("*.warc.gz")
    with draft.open("ab") as file:
        file.write(b"\x1f\x8b\x08\x00 torn in the middle of a record")
    archive = Archive(tmp_path)
    assert archive.recover() == 1
    urls = [entry.url for entry in archive.list_entries()]
    assert len(urls) >= 21
    assert urls == [f"http://example.org/{number}" for number in range(len(urls))]
    found = archive.find_recovered("http://example.org/3", at=AS_OF)
    assert found is not None
    assert len(archive.read(found.path, found.offset).body) == 3_000
    assert archive.recover() == 0
    assert list((tmp_path / ".drafts").iterdir()) == []


def test_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    with Archive(tmp_path) as writer:
        put(writer)
        assert Archive(tmp_path).recover() == 0
        place = put(writer, "http://example.org/b")
    assert Archive(tmp_path).read(*place).url == "http://example.org/b"


def test_an_error_leaves_the_draft_to_the_next_run(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Archive(tmp_path) as archive:
        put(archive)
        raise RuntimeError
    archive = Archive(tmp_path)
    assert archive.recover() == 1
    assert archive.find_recovered(URL, at=AS_OF) is not None


def test_lives_on_an_object_store_too() -> None:
    bucket = f"memory://bucket-{uuid4()}/archive"  # drafts are in the machine's temporary folder, by the store's name
    with Archive(bucket) as archive:
        place = put(archive)
        assert archive.read(*place).body == b"hello"
    other = Archive(bucket)
    assert other.read(*place).body == b"hello"
    assert other.find(URL, not_after=AS_OF) is not None
    assert other.find("http://example.org/none", not_after=AS_OF) is None
