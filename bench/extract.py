"""Extraction: quality and speed on the shared real pages, against plain trafilatura in the same run.

    python -m bench.extract

CPU time is the least of several rounds for each page, so that a busy machine slows neither side.
"""

from __future__ import annotations

import gc
import gzip
import importlib.util
import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from include.errors import QuarantineRecord
from include.extract.article import extract_article
from include.extract.fingerprint import bands, sign_text, similarity
from include.extract.page import load_models, read_page
from include.extract.workers import Task, run_isolated
from tests.shared import shared_dir

ROUNDS = 3
FETCHED_AT = datetime(2027, 1, 1, tzinfo=UTC)


def run() -> dict[str, Any]:
    """Every figure of the room as one flat dictionary."""
    logging.disable(logging.CRITICAL)
    pages, bodies = load_pages()
    scorer = _load_scorer(shared_dir() / "pages" / "score.py")
    ours = [_ours(page, body) for page, body in zip(pages, bodies, strict=True)]
    plain = [_plain(page, body) for page, body in zip(pages, bodies, strict=True)]
    figures: dict[str, Any] = {"pages": len(pages)}
    for name, rows in (("ours", ours), ("plain", plain)):
        scored = scorer.aggregate([scorer.score_page(page, row) for page, row in zip(pages, rows, strict=True)])
        for key in ("body_F1", "title_norm", "date_day", "auth_set"):
            figures[f"{name}_{key}"] = round(scored[key], 4)
    figures |= _measure_speed(pages, bodies)
    figures |= _measure_workers(pages, bodies)
    figures |= _measure_duplicates([row["text"] or "" for row in ours])
    return figures


def load_pages() -> tuple[list[dict[str, Any]], list[bytes]]:
    """The shared real pages: what is known of each, and its HTML."""
    folder = shared_dir() / "pages"
    pages = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    return pages, [gzip.decompress((folder / page["file"]).read_bytes()) for page in pages]


def _ours(page: dict[str, Any], body: bytes) -> dict[str, Any]:
    content = read_page(body, url=page["url"], fetched_at=FETCHED_AT)
    date = content.published.isoformat() if content.published else None
    return {"title": content.title, "authors": list(content.authors), "date": date, "text": content.text}


def _plain(page: dict[str, Any], body: bytes) -> dict[str, Any]:
    from trafilatura import bare_extraction

    document: Any = bare_extraction(body, url=page["url"], with_metadata=True)
    if document is None:
        return {}
    authors = [name for name in (document.author or "").split("; ") if name]
    return {"title": document.title, "authors": authors, "date": document.date, "text": document.text}


def _measure_speed(pages: list[dict[str, Any]], bodies: list[bytes]) -> dict[str, float]:
    """Pages per CPU second of both, and the ratio; ours with fingerprints, language and origin."""
    least = {"plain": [float("inf")] * len(pages), "ours": [float("inf")] * len(pages)}
    calls: dict[str, Callable[[dict[str, Any], bytes], object]] = {"plain": _plain, "ours": _article}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            gc.collect()
            for index, (page, body) in enumerate(zip(pages, bodies, strict=True)):
                start = time.process_time()
                call(page, body)
                least[name][index] = min(least[name][index], time.process_time() - start)
    speeds = {name: len(pages) / sum(times) for name, times in least.items()}
    return {
        "plain_pages_per_cpu_s": round(speeds["plain"], 1),
        "ours_pages_per_cpu_s": round(speeds["ours"], 1),
        "speed_ratio": round(speeds["ours"] / speeds["plain"], 3),
    }


def _article(page: dict[str, Any], body: bytes) -> object:
    try:
        return extract_article(body, url=page["url"], item=None, fetched_at=FETCHED_AT, headers={})
    except QuarantineRecord as error:
        return error


def _measure_workers(pages: list[dict[str, Any]], bodies: list[bytes]) -> dict[str, float]:
    """Wall time of one worker against two, without the start of the processes."""
    tasks = [Task(page["id"], (body, page["url"])) for page, body in list(zip(pages, bodies, strict=True)) * 4]
    seconds = {}
    for workers in (1, 2):
        results = run_isolated(skip_result, tasks, workers=workers, prepare=load_models)
        for _ in range(len(pages)):  # the first round loads models and libraries
            next(results)
        start = time.perf_counter()
        remaining = sum(1 for _ in results)
        seconds[workers] = (time.perf_counter() - start) / remaining
    return {"two_workers_speedup": round(seconds[1] / seconds[2], 2)}


def skip_result(body: bytes, url: str) -> None:
    """Read one page in a worker and send nothing back."""
    read_page(body, url=url, fetched_at=FETCHED_AT)


def _measure_duplicates(texts: list[str]) -> dict[str, float]:
    """Signing speed; similarity of variants and of unrelated texts; how often bands find a pair."""
    start = time.process_time()
    signatures = [sign_text(text) for text in texts]
    seconds = time.process_time() - start
    cut = [sign_text("\n".join(text.split("\n")[1:])) for text in texts]
    edited = [sign_text(_edit_words(text)) for text in texts]
    unrelated = [similarity(a, b) for index, a in enumerate(signatures) for b in signatures[index + 1 :]]
    return {
        "texts_signed_per_cpu_s": round(len(texts) / seconds),
        "similarity_without_first_paragraph_p50": _median(
            [similarity(a, b) for a, b in zip(signatures, cut, strict=True)]
        ),
        "similarity_every_tenth_word_changed_p50": _median(
            [similarity(a, b) for a, b in zip(signatures, edited, strict=True)]
        ),
        "similarity_unrelated_max": round(max(unrelated), 3),
        "banded_every_tenth_word_changed": round(
            sum(bool(set(bands(a)) & set(bands(b))) for a, b in zip(signatures, edited, strict=True) if a) / len(texts),
            3,
        ),
        "banded_unrelated": sum(
            bool(set(bands(a)) & set(bands(b))) for index, a in enumerate(signatures) for b in signatures[index + 1 :]
        ),
    }


def _edit_words(text: str) -> str:
    return " ".join("changed" if index % 10 == 5 else word for index, word in enumerate(text.split()))


def _median(values: list[float]) -> float:
    return round(sorted(values)[len(values) // 2], 3)


def _load_scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("page_scorer", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
