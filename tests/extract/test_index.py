"""`departures extract`: every page of an index gives a row, or nothing is written at all."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.extract.index import extract_index
from tests import recorded

FIELDS = {"id", "url", "title", "authors", "date", "text", "lang", "site_name", "canonical_url", "paywalled", "reason"}


def _write_index(folder: Path, *rows: object) -> Path:
    path = folder / "index.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_pages_plain_and_gzipped_become_rows_in_order(tmp_path: Path) -> None:
    name = "en-title-pipe-site"
    url, html = recorded.load_record(name)["url"], (recorded.PAGES / f"{name}.html").read_bytes()
    (tmp_path / "a.html").write_bytes(html)
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(html))
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "d.html.gz").write_bytes(gzip.compress(html)[:200])
    files = ("a.html", "b.html.gz", "c.pdf", "d.html.gz")
    index = _write_index(tmp_path, *({"id": file[0], "url": url, "file": file} for file in files))
    seen: list[int] = []
    counts = extract_index(index, tmp_path / "out.jsonl", workers=2, on_progress=seen.append)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert counts == {"read": 2, "not-html": 2}
    assert seen == [1, 2, 3, 4]
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert all(set(row) == FIELDS for row in rows)
    assert rows[0]["date"] == "2026-03-02T09:30:00+01:00"
    assert {**rows[0], "id": "b"} == rows[1]
    assert rows[2]["reason"] == "not-html"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*files, "index.jsonl", "out.jsonl"])


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("{not json", ":2: not valid JSON"),
        ("[1]", ":2: a JSON object is expected"),
        ({"id": "b", "url": "https://x.test/"}, ":2: field 'file' is None"),
        ({"id": 7, "url": "https://x.test/", "file": "a.html"}, ":2: field 'id' is 7"),
        ({"id": "b", "url": "https://x.test/", "file": "gone.html"}, ":2: field 'file' names 'gone.html'"),
        ({"id": "a", "url": "https://x.test/", "file": "a.html"}, ":2: id 'a' stands in line 1"),
    ],
)
def test_a_bad_index_is_named_by_line_and_field_and_nothing_is_written(tmp_path: Path, row: object, named: str) -> None:
    (tmp_path / "a.html").write_text("<html></html>", encoding="utf-8")
    index = _write_index(tmp_path, {"id": "a", "url": "https://x.test/", "file": "a.html"}, row)
    with pytest.raises(ConfigError, match=named):
        extract_index(index, tmp_path / "out.jsonl", workers=1)
    assert not (tmp_path / "out.jsonl").exists()


def test_missing_index_and_missing_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        extract_index(tmp_path / "none.jsonl", tmp_path / "out.jsonl", workers=1)
    index = _write_index(tmp_path)
    with pytest.raises(ConfigError, match="does not exist; make it or name another"):
        extract_index(index, tmp_path / "none" / "out.jsonl", workers=1)
