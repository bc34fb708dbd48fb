"""Extraction: resident memory of one worker over 10,000 pages, the shared real ones again and again.

    python -m bench.extract_memory         # ten minutes

A worker's process is replaced after `workers.TASKS_PER_WORKER` pages; `growth_in_process` is what is added between the
500th page and the last of the first process. Memory that a worker shares with the process it was forked from counts.
"""

from __future__ import annotations

import json
import logging
import resource
from pathlib import Path
from typing import Any

from bench.extract import FETCHED_AT, load_pages
from include.extract.page import load_models, read_page
from include.extract.workers import TASKS_PER_WORKER, Task, run_isolated

PAGES = 10_000


def run() -> dict[str, Any]:
    """Resident memory in MB after 1,000 and after 10,000 pages, and the most."""
    logging.disable(logging.CRITICAL)
    pages, bodies = load_pages()
    tasks = (
        Task(str(index), (bodies[index % len(bodies)], pages[index % len(pages)]["url"])) for index in range(PAGES)
    )
    results = run_isolated(measure_page, tasks, workers=1, prepare=load_models)
    resident = [result for result in results if isinstance(result, int)]
    return {
        "pages_read": len(resident),
        "worker_mb_after_1000_pages": resident[999],
        "worker_mb_after_10000_pages": resident[-1],
        "worker_mb_highest": max(resident),
        "worker_mb_growth_in_process": resident[TASKS_PER_WORKER - 1] - resident[499],
    }


def measure_page(body: bytes, url: str) -> int:
    """Read one page in a worker; return the worker's resident memory in MB."""
    read_page(body, url=url, fetched_at=FETCHED_AT)
    resident_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return resident_pages * resource.getpagesize() // (1 << 20)


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
