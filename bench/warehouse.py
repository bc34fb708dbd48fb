"""What the warehouse costs, and whether that grows with history.

Growth: loading, checking, merging, flagging and auditing a day of 2,000 new articles with 200 moves, by the steps
of the pipeline, in a home of 10,000 articles against one of 1,000,000 with 100,000 moves (`bench/corpus.py`), each
after one more such day, since what follows a first import is no ordinary day. Seconds of the wall and of the processor,
least of three; the byte copy of the published file and its swap are reported apart. Peak memory is that of the process
that did it, libraries included.

Bulk load: the same million through `load.load_tables`, with texts, duplicates, versions and origins, against an Arrow
insert of its rows into an empty table with the same constraints; chunks in turn, so that both see the same machine.

Queries: each example of docs/queries.md in the home of a million, warm, least of five, in milliseconds.

    python -m bench.warehouse              # six minutes, most of it for making the large home
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import yaml

from bench.corpus import PER_DAY, SOURCES, UNTIL, Told, World
from include.extract.fingerprint import bands, similarity
from include.knowledge.feeds import load_feeds
from include.pipeline.audit import audit_run
from include.pipeline.base import read_base
from include.pipeline.check import check_run
from include.pipeline.flag import flag_run
from include.pipeline.load import load_run
from include.pipeline.merge import merge_run
from include.pipeline.run import RunContext, RunOptions, open_run, start_run
from include.pipeline.staged import StagedMove
from include.records import FeedOutcome
from include.settings import Settings
from include.warehouse import generations
from include.warehouse.arrow import registered
from include.warehouse.load import load_tables
from include.warehouse.staged import articles_table, moves_table
from tests.warehouse.queries import read_examples

SIZES = (10_000, 1_000_000)
REPEATS = 3
HISTORY, EVE, FRESH = "history", "eve", "fresh"
STEPS = ("load", "check", "merge", "flag", "audit")
CHUNK_DAYS = 10  # loaded at a time when history is made
_DAY = "'day-' || d AS run_id, $until::TIMESTAMP - to_days(d::INTEGER)"
_OPERATIONS = (
    f"""INSERT INTO store.feed_polls BY NAME SELECT {_DAY} AS polled_at,
    'source-' || lpad(s::VARCHAR, 3, '0') AS source_id, 'new' AS outcome, 200 AS http_status, 20 AS items,
    10 AS new_items, FALSE AS overlap_lost, '' AS error,
    0.3 AS seconds, MAP {{}} AS dropped FROM range(1, $days + 1) t(d), range({SOURCES}) u(s)""",
    f"""INSERT INTO store.runs BY NAME SELECT {_DAY} AS as_of, $days - d + 1 AS generation, 'bench/1' AS detector,
    MAP {{'articles_total': 0}} AS counts FROM range(1, $days + 1) t(d)""",
    f"""INSERT INTO store.quality_results BY NAME SELECT {_DAY} AS as_of, 'articles' AS suite,
    'number ' || e AS expectation, 'column' AS subject, 'warn' AS severity, TRUE AS success,
    '0 of 2000 rows' AS observed, 0 AS failed_rows,
    'nothing to do' AS advice FROM range(1, $days + 1) t(d), range(45) u(e)""",
)


def run() -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory(prefix="departures-bench-") as name:
        homes = {size: Path(name) / str(size) for size in SIZES}
        bulk = {size: build_home(home, size) for size, home in homes.items()}
        return {
            "growth": compare_growth({size: measure_growth(home) for size, home in homes.items()}),
            "bulk load of a million": bulk[SIZES[-1]],
            "queries, ms": measure_queries(homes[SIZES[-1]]),
        }


def build_home(home: Path, articles: int) -> dict[str, Any]:
    """A home with so many articles published, and a day more staged; what loading it took against an Arrow insert."""
    settings = make_settings(home)
    history = start_run(settings, run_id=HISTORY, as_of=UNTIL - timedelta(days=2), options=RunOptions(force=True))
    base = generations.create_work_copy(
        settings.published_path, history.work_path, run_id=HISTORY, as_of=history.as_of,
        articles_root=settings.articles_root,
    )  # fmt: skip
    history.staging.write_json("base.json", {"number": 0, "run_id": "", "as_of": None})
    days = World(articles + 2 * PER_DAY).days()
    seconds = {"load": 0.0, "insert": 0.0}
    with generations.open_work(history.work_path) as con, duckdb.connect(str(home / "plain.duckdb")) as plain:
        make_plain_table(con, plain)
        remaining = articles // PER_DAY
        while remaining:
            chunk = list(islice(days, min(CHUNK_DAYS, remaining)))
            remaining -= len(chunk)
            load_chunk(con, plain, settings, chunk, seconds)
        con.execute(
            "INSERT INTO store.touched_moves SELECT move_id, ? FROM store.moves ON CONFLICT DO NOTHING", [HISTORY]
        )
        write_operations(con, articles // PER_DAY)
    (home / "plain.duckdb").unlink()
    merge_run(history)
    flag_run(history)
    generations.publish_work_copy(history.work_path, settings.published_path, base)
    history.staging.remove()
    run_day(stage_day(settings, EVE, *next(days)))
    stage_day(settings, FRESH, *next(days))
    return {
        "articles a second": round(articles / seconds["load"]),
        "Arrow insert, rows a second": round(articles / seconds["insert"]),
        "ratio": round(seconds["load"] / seconds["insert"], 2),
    }


def make_settings(home: Path) -> Settings:
    """Settings of a home whose feeds are the sources of the corpus."""
    home.mkdir(parents=True, exist_ok=True)
    feeds = [
        {
            "id": f"source-{n:03d}", "name": f"Source {n}", "url": f"https://source-{n:03d}.example/rss", "lang": "en",
            "country": "US", "kind": "press", "expect": {"per_day": [1, 200], "lag_hours": 72},
        }
        for n in range(SOURCES)
    ]  # fmt: skip
    (home / "feeds.yaml").write_text(yaml.safe_dump({"feeds": feeds}), encoding="utf-8")
    return Settings.from_env({}, home=home)


def make_plain_table(con: duckdb.DuckDBPyConnection, plain: duckdb.DuckDBPyConnection) -> None:
    """The table `articles` with all its constraints and nothing else, in a file of its own."""
    ((ddl,),) = con.execute(
        "SELECT sql FROM duckdb_tables() WHERE schema_name = 'store' AND table_name = 'articles'"
    ).fetchall()
    plain.execute("CREATE SCHEMA store")
    plain.execute(ddl)


def load_chunk(
    con: duckdb.DuckDBPyConnection,
    plain: duckdb.DuckDBPyConnection,
    settings: Settings,
    chunk: Sequence[tuple[Any, list[Told]]],
    seconds: dict[str, float],
) -> None:
    """Load some days, and insert the rows that came of them into the plain table."""
    told = [each for _, day in chunk for each in day]
    articles = articles_table(
        [each.article for each in told], {each.article.article_id: bands(each.article.minhash) for each in told}, {}
    )
    moves = moves_table((each.article.article_id, move) for each in told for move in each.moves)
    started = time.perf_counter()
    load_tables(
        con, articles, moves, run_id=f"{HISTORY}-{chunk[0][0]:%Y%m%d}", as_of=chunk[-1][0],
        articles_root=settings.articles_root, similarity=similarity,
    )  # fmt: skip
    seconds["load"] += time.perf_counter() - started
    rows = con.sql("FROM store.articles WHERE run_id = ?", params=[f"{HISTORY}-{chunk[0][0]:%Y%m%d}"]).to_arrow_table()
    with registered(plain, rows=rows):
        started = time.perf_counter()
        plain.execute("INSERT INTO store.articles BY NAME FROM rows")
        seconds["insert"] += time.perf_counter() - started


def write_operations(con: duckdb.DuckDBPyConnection, days: int) -> None:
    """The polls, runs and quality results that so many days leave behind."""
    named = {"until": (UNTIL - timedelta(days=1)).replace(tzinfo=None), "days": days}
    for statement in _OPERATIONS:
        con.execute(statement, {name: value for name, value in named.items() if f"${name}" in statement})


def run_day(run: RunContext) -> None:
    """The steps of the warehouse on a day, up to its publication."""
    for step in (load_run, check_run, merge_run, flag_run, audit_run):
        step(run)
    generations.publish_work_copy(run.work_path, run.settings.published_path, read_base(run))
    run.staging.remove()


def stage_day(settings: Settings, run_id: str, morning: datetime, told: Sequence[Told]) -> RunContext:
    """A day as `read` leaves it."""
    fresh = start_run(settings, run_id=run_id, as_of=morning, options=RunOptions(force=True))
    fresh.staging.write_records("articles/hosts-1.jsonl", [each.article for each in told])
    moves = [StagedMove(each.article.article_id, move) for each in told for move in each.moves]
    fresh.staging.write_records("moves/hosts-1.jsonl", moves)
    fresh.staging.write_records("pages/hosts-1.jsonl", [])
    fresh.staging.write_records("refused/hosts-1.jsonl", [])
    polled = [FeedOutcome(f"source-{n:03d}", morning, "new", 200, 20, 10, False, "", 0.3) for n in range(SOURCES)]
    fresh.staging.write_records("outcomes.jsonl", polled)
    fresh.staging.write_records("states.jsonl", [])
    fresh.staging.write_records("sources.jsonl", load_feeds(fresh.sources_path))
    return fresh


def measure_growth(home: Path) -> dict[str, Any]:
    """What `time_steps` found, in a process of its own."""
    command = [sys.executable, "-m", "bench.warehouse", "steps", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def time_steps(home: Path) -> dict[str, Any]:
    """Seconds of the wall and of the processor of each step on the staged day, least of REPEATS; megabytes at most."""
    functions: dict[str, Callable[[RunContext], object]] = {
        "load": load_run, "check": check_run, "merge": merge_run, "flag": flag_run, "audit": audit_run,
    }  # fmt: skip
    settings = make_settings(home)
    fresh = open_run(settings, FRESH)
    copies = count_copies()
    wall: dict[str, list[float]] = {name: [] for name in (*STEPS, "copy", "swap")}
    cpu: dict[str, list[float]] = {name: [] for name in STEPS}
    before = set(settings.articles_root.rglob("*.parquet"))
    for _ in range(REPEATS + 1):
        copies.clear()
        for name, function in functions.items():
            started, used = time.perf_counter(), time.process_time()
            function(fresh)
            copied = copies if name == "load" else []
            wall[name].append(time.perf_counter() - started - sum(took for took, _ in copied))
            cpu[name].append(time.process_time() - used - sum(worked for _, worked in copied))
        wall["copy"].append(sum(took for took, _ in copies))
        for path in set(settings.articles_root.rglob("*.parquet")) - before:  # so that each round writes them
            path.unlink()
    peak = read_peak()
    elsewhere = home / "swapped" / "published" / "departures.duckdb"
    elsewhere.parent.mkdir(parents=True)
    shutil.copyfile(settings.published_path, elsewhere)
    started = time.perf_counter()
    generations.publish_work_copy(fresh.work_path, elsewhere, read_base(fresh))
    wall["swap"].append(time.perf_counter() - started)
    shutil.rmtree(home / "swapped")
    # The first round loads modules and models; it is not counted.
    return {
        "wall": {name: min(times[1:] or times) for name, times in wall.items()},
        "cpu": {name: min(times[1:]) for name, times in cpu.items()},
        "peak": peak,
    }


def read_peak() -> float:
    """Megabytes that this process had at most; ru_maxrss would be those of the process that started it, if more."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def count_copies() -> list[tuple[float, float]]:
    """Let the byte copy of the published file say how long it took: (wall, processor) in the list that is returned."""
    seconds: list[tuple[float, float]] = []
    copy = generations.copy_file

    def timed(source: Path, target: Path) -> None:
        started, used = time.perf_counter(), time.process_time()
        copy(source, target)
        seconds.append((time.perf_counter() - started, time.process_time() - used))

    generations.copy_file = timed
    return seconds


def compare_growth(found: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """The two homes side by side."""
    small, large = (found[size] for size in SIZES)
    figures: dict[str, Any] = {"load at start": round(os.getloadavg()[0], 1)}
    for name in STEPS:
        figures[name] = (
            f"{small['wall'][name]:.2f} s, {large['wall'][name]:.2f} s "
            f"(processor {small['cpu'][name]:.2f} s, {large['cpu'][name]:.2f} s)"
        )
    for clock in ("wall", "cpu"):
        totals = [sum(side[clock][name] for name in STEPS) for side in (small, large)]
        figures[f"all five, {clock}"] = f"{totals[0]:.2f} s, {totals[1]:.2f} s"
        figures[f"ratio, {clock}"] = round(totals[1] / totals[0], 2)
    figures["peak memory, MB"] = f"{small['peak']:.0f}, {large['peak']:.0f}"
    figures["ratio of peak memory"] = round(large["peak"] / small["peak"], 2)
    figures["apart: copy"] = f"{small['wall']['copy']:.2f} s, {large['wall']['copy']:.2f} s"
    figures["apart: checkpoint and swap"] = f"{small['wall']['swap']:.2f} s, {large['wall']['swap']:.2f} s"
    return figures


def measure_queries(home: Path) -> dict[str, Any]:
    """Milliseconds of each example query in a home, warm, least of five."""
    settings = make_settings(home)
    figures: dict[str, Any] = {}
    con = generations.open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        ((person,),) = con.execute("SELECT person FROM departures ORDER BY origins DESC, event_id LIMIT 1").fetchall()
        for question, sql in read_examples().items():
            seconds = []
            for _ in range(6):
                started = time.perf_counter()
                con.execute(sql.replace("Jane Roe", person).replace("John Doe", person)).fetchall()
                seconds.append(time.perf_counter() - started)
            figures[question] = round(1000 * min(seconds[1:]), 1)
    finally:
        con.close()
    return figures


if __name__ == "__main__":
    if sys.argv[1:2] == ["steps"]:
        print(json.dumps(time_steps(Path(sys.argv[2]))))
    elif sys.argv[1:2] == ["build"]:
        print(json.dumps(build_home(Path(sys.argv[2]), int(sys.argv[3]))))
    elif sys.argv[1:2] == ["queries"]:
        print(json.dumps(measure_queries(Path(sys.argv[2])), indent=1))
    else:
        print(json.dumps(run(), ensure_ascii=False, indent=1))
