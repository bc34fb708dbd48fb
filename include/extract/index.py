"""Behind `departures extract`: pages on disk, listed in a JSON Lines index, into articles."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.errors import ConfigError, QuarantineRecord
from include.extract.decode import MAX_HTML_BYTES
from include.extract.page import PageContent, load_models, read_page
from include.extract.workers import Task, run_isolated
from include.jsontext import parse_json
from include.outfile import check_output, open_output
from include.records import Quarantined

_FIELDS = ("id", "url", "file")
_UNKNOWN_TIME = datetime(2100, 1, 1, tzinfo=UTC)  # the index does not say when a page was fetched


@dataclass(frozen=True, slots=True)
class _Entry:
    page_id: str
    url: str
    path: Path


def extract_index(
    index_path: Path, out_path: Path, *, workers: int, on_progress: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Read every page of the index and write one row each, in the index's order; return counts by outcome.

    A row has `id`, `url`, `title`, `authors`, `date` (ISO 8601, with the offset where the page gives one), `text`,
    `lang`, `site_name`, `canonical_url`, `paywalled` and `reason`, which is "" or why there is no text. The whole
    file appears at once. Raises ConfigError with file, line and field before any page is read, and for an output
    that is the index or one of the pages.
    """
    entries = list(_read_index(index_path))
    check_output(out_path, index_path, *(entry.path for entry in entries))
    tasks = [Task(entry.page_id, (str(entry.path), entry.url)) for entry in entries]
    counts: Counter[str] = Counter(read=0)
    with open_output(out_path) as stream:
        for done, (entry, result) in enumerate(
            zip(entries, run_isolated(extract_file, tasks, workers=workers, prepare=load_models), strict=True),
            start=1,
        ):
            row = _row(entry, result)
            counts[row["reason"] or "read"] += 1
            stream.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            if on_progress:
                on_progress(done)
    return dict(counts)


def extract_file(path: str, url: str) -> PageContent:
    """Read one saved page, plain or gzipped. Runs in a worker process. Raises QuarantineRecord."""
    return read_page(_read_bytes(Path(path)), url=url, fetched_at=_UNKNOWN_TIME)


def _read_bytes(path: Path) -> bytes:
    """At most one byte more than a page may have, so that a bomb is told from a page and not unpacked."""
    try:
        with path.open("rb") as stream:
            gzipped = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path) if gzipped else path.open("rb") as stream:
            return stream.read(MAX_HTML_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise QuarantineRecord("not-html", f"{path.name}: damaged gzip file ({error})") from error


def _row(entry: _Entry, result: PageContent | Quarantined) -> dict[str, Any]:
    row: dict[str, Any] = {"id": entry.page_id, "url": entry.url}
    if isinstance(result, Quarantined):
        empty: dict[str, Any] = {"title": None, "authors": [], "date": None, "text": None, "lang": None}
        return {**row, **empty, "site_name": None, "canonical_url": None, "paywalled": None, "reason": result.reason}
    return {
        **row,
        "title": result.title,
        "authors": list(result.authors),
        "date": result.published.isoformat() if result.published else None,
        "text": result.text,
        "lang": result.lang,
        "site_name": result.site_name,
        "canonical_url": result.canonical_url,
        "paywalled": result.paywalled,
        "reason": result.reason,
    }


def _read_index(path: Path) -> Iterator[_Entry]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # not splitlines: JSON text may hold U+2028
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); a JSON Lines file in UTF-8 is expected") from None
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entry = _read_entry(path, number, line)
        if entry.page_id in seen:
            raise ConfigError(f"{path}:{number}: id {entry.page_id!r} stands in line {seen[entry.page_id]} too")
        seen[entry.page_id] = number
        yield entry


def _read_entry(path: Path, number: int, line: str) -> _Entry:
    try:
        values = parse_json(line)
    except ValueError as error:
        raise ConfigError(f"{path}:{number}: not valid JSON ({error}); one object a line is expected") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}:{number}: a JSON object is expected, found {type(values).__name__}")
    for name in _FIELDS:
        if not isinstance(values.get(name), str) or not values[name].strip():
            raise ConfigError(f"{path}:{number}: field {name!r} is {values.get(name)!r}; text is expected")
    page = path.parent / values["file"]
    if not page.is_file():
        raise ConfigError(f"{path}:{number}: field 'file' names {values['file']!r}, which is not there")
    return _Entry(values["id"], values["url"], page)
