"""How the board's pages answer as the installation grows: 1,000 departures against 100,000, on one core.

The process is held to one core and asks its own application, without a network. Pages of the two installations are
asked in turn, so that the machine disturbs both alike. A tenth of the departures is flagged, every departure has one or
two articles in a made-up newspaper, and each question fills its page at both sizes. `ratio` is the median time of a
page at 100,000 over that at 1,000, `p95` the 95th percentile in milliseconds at 100,000, by the clock and by the
processor (the two differ where others use the machine), `bytes` its size there, and `first` the first answer after a
publication, which opens the file and makes the tables that later pages look into.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SIZES = (1_000, 100_000)
ROUNDS = 40
AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
PAGES = {
    "board": "/",
    "board, all departures": "/?scope=departures",
    "board, by score": "/?scope=departures&sort=score",
    "board, filtered": "/?scope=departures&organisation=organisation+1&status=reported&since=2025-06-01&score=10",
    "board, page 4": "/?page=4",
    "search": "/?q=person+1",
    "search, all": "/?scope=departures&q=person+1",
    "live count": "/count?scope=departures&role=chief",
    "event": "/event/e-77",
    "organisations": "/organisations",
    "organisation": "/organisation/o-7",
    "talent flow": "/flow?quarter=all",
    "sources": "/sources",
    "quality": "/quality",
    "review": "/review",
    "run": "/run",
    "corrections": "/corrections",
    "SQL, not asked": "/sql",
}


def run() -> dict[str, Any]:
    """All figures. The process keeps to one core from here on."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        clients = [make_client(build_home(Path(folder) / str(size), size)) for size in SIZES]
        first = [round(ask(client, "/")[0]) for client in clients]
        figures = {name: measure(clients, path) for name, path in PAGES.items()}
    return {
        "first answer, ms": dict(zip(map(str, SIZES), first, strict=True)),
        "greatest ratio": max(page["ratio"] for page in figures.values()),
        "greatest p95, ms": max(page["p95 ms"] for page in figures.values()),
        "greatest p95 of processor time, ms": max(page["p95 processor ms"] for page in figures.values()),
        "greatest page, bytes": max(page["bytes"] for page in figures.values()),
        **figures,
    }


def build_home(home: Path, size: int) -> Path:
    """A home whose published file holds so many departures."""
    from include.warehouse.generations import create_work_copy, open_work, publish_work_copy

    published, work = home / "published" / "departures.duckdb", home / "work" / "bench.duckdb"
    base = create_work_copy(published, work, run_id="bench", as_of=AS_OF, articles_root=home / "articles")
    with open_work(work) as con:
        con.execute("SET VARIABLE n = ?", [size])
        con.execute("SET VARIABLE organisations = ?", [max(120, size // 50)])
        con.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    publish_work_copy(work, published, base)
    return home


def make_client(home: Path) -> Any:
    """The board of a home, asked in this process."""
    from starlette.testclient import TestClient

    from include.board.access import Access, Viewer
    from include.board.app import create_app
    from include.settings import Settings

    settings = replace(Settings.from_env({"DEPARTURES_HOME": str(home)}), as_of="")
    app = create_app(settings, Access(lambda: Viewer("bench", True), b"bench", framed=False), lambda: AS_OF)
    return TestClient(app)


def measure(clients: list[Any], path: str) -> dict[str, Any]:
    """One page of the small and of the large installation, in turn."""
    times: list[list[float]] = [[], []]
    busy: list[float] = []
    size = 0
    for number in range(ROUNDS + 2):
        for client, kept in zip(clients, times, strict=True):
            started = time.process_time()
            took, size = ask(client, path)
            if number >= 2:
                kept.append(took)
                worked = (time.process_time() - started) * 1000
                busy += [worked] if kept is times[1] else []
    small, large = map(statistics.median, times)
    return {
        "ratio": round(large / small, 2),
        "median ms": [round(small, 1), round(large, 1)],
        "p95 ms": _p95(times[1]),
        "p95 processor ms": _p95(busy),
        "bytes": size,
    }


def _p95(values: list[float]) -> float:
    return round(sorted(values)[int(len(values) * 0.95)], 1)


def ask(client: Any, path: str) -> tuple[float, int]:
    """Milliseconds and bytes of one answer."""
    started = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - started) * 1000
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
    return took, len(answer.content)


if __name__ == "__main__":
    import json

    print(json.dumps(run(), indent=1))
