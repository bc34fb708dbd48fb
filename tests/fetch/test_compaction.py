"""Archive files of a day become one, and whatever stood in them is found in it, byte for byte."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from include.fetch.archive import Archive
from include.fetch.compaction import join_days, list_joined, list_moved, remove_parts

DAY = timedelta(days=1)
T0 = datetime(2026, 11, 18, 6, tzinfo=UTC)


def write_days(root: Path) -> dict[str, tuple[str, int]]:
    """Three polls on each of two days, two responses and a failure each; where each response is, by address."""
    places = {}
    for number in range(6):
        at = T0 + number // 3 * DAY + number % 3 * timedelta(hours=1)
        with Archive(root) as archive:
            for name in ("a", "b"):
                url = f"https://x.example/{number}/{name}"
                places[url] = archive.append(
                    url, status=200, headers=[("Content-Type", "text/plain")], body=f"body of {url}".encode() * 40,
                    fetched_at=at,
                )  # fmt: skip
            archive.append_failure(f"https://x.example/{number}/c", "timeout", fetched_at=at)
    return places


def list_warcs(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*.warc.gz"))


def test_a_day_becomes_one_file_and_every_response_is_found_in_it(tmp_path: Path) -> None:
    places = write_days(tmp_path)
    before = [(entry.url, entry.at, entry.status, entry.error) for entry in Archive(tmp_path).list_entries()]
    assert join_days(tmp_path, before=date(2026, 11, 19), now=T0 + 2 * DAY) == 3  # the other day may still grow
    assert join_days(tmp_path, before=date(2026, 11, 19), now=T0 + 2 * DAY) == 0
    (joined,) = list_joined(tmp_path)
    assert remove_parts(tmp_path, now=T0 + 3 * DAY) == 0  # a run under way may have staged pages of them
    assert remove_parts(tmp_path, now=T0 + 4 * DAY) == 3
    assert len(list_warcs(tmp_path)) == 4
    archive = Archive(tmp_path)
    assert sorted((e.url, e.at, e.status, e.error) for e in archive.list_entries()) == sorted(before)
    for url, (path, offset) in places.items():
        place = (joined.name, offset + joined.shifts[path]) if path in joined.shifts else (path, offset)
        assert archive.read(*place).body == f"body of {url}".encode() * 40
        entry = archive.find(url, not_after=T0 + 9 * DAY)
        assert entry is not None and (entry.path, entry.offset) == place
    assert not list((tmp_path / ".drafts").iterdir())


def test_the_index_of_a_joined_file_can_be_made_again(tmp_path: Path) -> None:
    write_days(tmp_path)
    join_days(tmp_path, before=date(2026, 11, 30), now=T0)
    remove_parts(tmp_path, now=T0 + 9 * DAY)
    known = sorted((entry.url, entry.offset) for entry in Archive(tmp_path).list_entries())
    for path in tmp_path.rglob("*.index.jsonl"):
        path.unlink()
    assert sorted((entry.url, entry.offset) for entry in Archive(tmp_path).list_entries()) == known


def test_what_a_late_replay_adds_is_joined_with_the_rest(tmp_path: Path) -> None:
    places = write_days(tmp_path)
    join_days(tmp_path, before=date(2026, 11, 30), now=T0)
    remove_parts(tmp_path, now=T0 + 9 * DAY)
    with Archive(tmp_path) as archive:
        archive.append("https://x.example/late", status=200, headers=[], body=b"late", fetched_at=T0)
    assert join_days(tmp_path, before=date(2026, 11, 30), now=T0 + 10 * DAY) == 2
    assert remove_parts(tmp_path, now=T0 + 19 * DAY) == 2
    assert len(list_warcs(tmp_path)) == 2
    assert len(list(Archive(tmp_path).list_entries())) == 19
    moved = list_moved(tmp_path)  # over both joinings
    for url, (path, offset) in places.items():
        name, shift = moved[path]
        assert Archive(tmp_path).read(name, offset + shift).body == f"body of {url}".encode() * 40


def test_a_note_without_its_file_is_of_a_call_that_was_killed(tmp_path: Path) -> None:
    write_days(tmp_path)
    join_days(tmp_path, before=date(2026, 11, 19), now=T0)
    (joined,) = list_joined(tmp_path)
    (tmp_path / joined.name).unlink()
    assert list_joined(tmp_path) == [] and remove_parts(tmp_path, now=T0 + 99 * DAY) == 0
    assert join_days(tmp_path, before=date(2026, 11, 19), now=T0) == 3
