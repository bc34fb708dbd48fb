"""How close polling and fetching come to what politeness and latency allow, and what they cost.

    python -m bench.fetch                  # 500 feeds, 5,000 pages, 250 hosts, 5 s apart: two minutes
    python -m bench.fetch --quick          # 50 feeds, 500 pages, 25 hosts, 0.5 s apart: half a minute

A server in another process answers on loopback after 200 ms; every host name leads to it. The pages are the shared
corpus where it is there, else generated ones of the same size.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.extract.article import extract_article
from include.fetch.archive import Archive
from include.fetch.limits import Patience
from include.fetch.network import NetworkHooks
from include.fetch.pages import fetch_pages
from include.fetch.poll import poll_feeds
from include.knowledge.feeds import FeedSource
from include.records import Page
from include.settings import Settings
from tests.fetch.web import LoopbackResolver, make_entry, make_rss
from tests.shared import shared_dir

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATENCY = 0.2  # seconds
SUMMARY = "words of the summary that a feed has of each of its entries " * 30  # real feeds are of this size
SAMPLE = 60  # pages that are extracted for comparison


def run(*, feeds: int = 500, pages: int = 5_000, hosts: int = 250, delay: float = 5.0) -> dict[str, Any]:
    """Poll and fetch once; return sizes, times in seconds and what they are worth."""
    with tempfile.TemporaryDirectory() as home, _serve(pages // feeds) as port:
        settings = Settings.from_env(
            {
                "DEPARTURES_HOME": home,
                "DEPARTURES_ALLOW_HOSTS": f"127.0.0.1:{port}",
                "DEPARTURES_HOST_DELAY": str(delay),
            }
        )
        hooks = NetworkHooks(resolver=LoopbackResolver(), patience=Patience())
        sources = [
            FeedSource(f"f{n}", f"F{n}", f"http://h{n % hosts}.test:{port}/feed/{n}", "en", "US", "press")
            for n in range(feeds)
        ]
        memory: list[float] = []
        with Archive(settings.archive_root) as archive:
            started, cpu = time.perf_counter(), time.process_time()
            polled = poll_feeds(sources, {}, as_of=AS_OF, settings=settings, archive=archive, hooks=hooks)
            poll_wall, poll_cpu = time.perf_counter() - started, time.process_time() - cpu
            started, cpu = time.perf_counter(), time.process_time()
            fetched = fetch_pages(
                polled.items,
                as_of=AS_OF,
                settings=settings,
                archive=archive,
                hooks=hooks,
                on_progress=lambda done, total: memory.append(_resident()) if done % (total // 10) == 0 else None,
            )
            fetch_wall, fetch_cpu = time.perf_counter() - started, time.process_time() - cpu
            extract_cpu = _extract_cpu(archive, fetched)
    # Of each host robots.txt and its feeds are asked for, then its pages; robots.txt is known by then.
    poll_bound = feeds // hosts * delay + LATENCY
    fetch_bound = (pages // hosts - 1) * delay + LATENCY
    bound = poll_bound + fetch_bound
    return {
        "feeds": feeds,
        "pages": pages,
        "hosts": hosts,
        "delay_s": delay,
        "feeds_read": sum(outcome.outcome == "new" for outcome in polled.outcomes),
        "pages_full": sum(page.completeness == "full" for page in fetched),
        "poll_wall_s": round(poll_wall, 2),
        "poll_bound_s": round(poll_bound, 2),
        "fetch_wall_s": round(fetch_wall, 2),
        "fetch_bound_s": round(fetch_bound, 2),
        "ratio": round((poll_wall + fetch_wall) / bound, 3),
        "poll_cpu_ms_per_feed": round(poll_cpu / feeds * 1e3, 2),
        "fetch_cpu_ms_per_page": round(fetch_cpu / pages * 1e3, 2),
        "extract_cpu_ms_per_page": round(extract_cpu * 1e3, 2),
        "fetch_to_extract": round(fetch_cpu / pages / extract_cpu, 3),
        "resident_mb_by_tenths": [round(value) for value in memory],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "parser_peak_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


def _extract_cpu(archive: Archive, pages: list[Page]) -> float:
    """CPU seconds that reading one page's article costs, on a sample; the first page warms the caches up."""
    chosen = [page for page in pages if page.archive_path is not None and page.archive_offset is not None]
    chosen = chosen[:: max(1, len(chosen) // SAMPLE)][:SAMPLE]
    spent = 0.0
    for number, page in enumerate([chosen[0], *chosen]):
        body = archive.read(page.archive_path or "", page.archive_offset or 0).body
        started = time.process_time()
        extract_article(body, url=page.final_url, item=None, fetched_at=AS_OF)
        spent += time.process_time() - started if number else 0.0
    return spent / len(chosen)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def _serve(pages_per_feed: int) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.fetch", "--serve", str(pages_per_feed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None and child.stdout is not None
        try:
            yield int(child.stdout.readline())
        finally:
            child.stdin.close()


def _load_bodies() -> list[bytes]:
    """Gzipped pages: the shared ones, or generated ones of 250 KB."""
    files = sorted((shared_dir() / "pages" / "html").glob("*.gz"))
    if files:
        return [file.read_bytes() for file in files]
    words = random.Random(7)
    return [gzip.compress(_generate_page(words)) for _ in range(50)]


def _generate_page(words: random.Random) -> bytes:
    def sentence() -> str:
        return " ".join("".join(words.choices("abcdefghijklmnop", k=words.randint(2, 9))) for _ in range(14)) + "."

    menu = "".join(f'<li class="m{n}"><a href="/s/{n}">{sentence()}</a></li>' for n in range(1_500))
    text = "".join(f"<p>{sentence()} {sentence()} {sentence()}</p>" for _ in range(40))
    return f"<html><head><title>T</title></head><body><nav>{menu}</nav><article>{text}</article></body></html>".encode()


async def _answer_all(pages_per_feed: int) -> None:
    bodies = _load_bodies()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                await asyncio.sleep(LATENCY)
                writer.write(respond(path))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def respond(path: str) -> bytes:
        number = int(path.rpartition("/")[2]) if path[-1].isdigit() else 0
        if path.startswith("/feed/"):
            entries = (make_entry(number * pages_per_feed + n, words=SUMMARY) for n in range(pages_per_feed))
            kind, body = "application/rss+xml", gzip.compress(make_rss(*entries))
        elif path.startswith("/article/"):
            kind, body = "text/html; charset=utf-8", bodies[number % len(bodies)]
        else:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=2_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="50 feeds, 500 pages, 25 hosts, 0.5 s apart")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(_answer_all(options.serve))
    else:
        sizes: dict[str, Any] = {"feeds": 50, "pages": 500, "hosts": 25, "delay": 0.5} if options.quick else {}
        print(json.dumps(run(**sizes), indent=2))


if __name__ == "__main__":
    main()
