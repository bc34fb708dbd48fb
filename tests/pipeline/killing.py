"""Kill the steps of runs at random instants, and go on as Airflow would: what is published must not show it.

`python -m tests.pipeline.killing --kills 300` (`make crash`), in a folder of its own and with a site on loopback. The
home begins with a published file of the oldest schema, filled, so that the first step migrates it. A run of the news
follows, whose moves are spoiled as an earlier detector might have read them; then a reprocessing that mends them, its
acceptance, and the weekly upkeep. All of it is done once undisturbed and timed. Then, round after round, on a copy of
the first home, each step runs in a child that gets SIGKILL after a random part of its time, as often as the plan says,
and at last once to its end. With `--disk`, where mounting is permitted, all of that is on a small disk of its own, and
each step is tried on it when it is full but for a random rest, and when it is mounted read-only: it must fail with an
error that names the disk, or succeed. After every attempt the published file must be readable and of the generation
before or after the step; at the end every row of it must be that of the undisturbed runs. Exit code 1, with the seed,
where it is not.

Modules are loaded once, before the children are forked; this process itself opens no database and starts no thread.
"""

from __future__ import annotations

import argparse
import errno
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import great_expectations  # noqa: F401  loaded here, since every child would need ten seconds for it

from include.check import validate  # noqa: F401
from include.errors import ConfigError
from include.knowledge.gazetteer import load_gazetteer
from include.pipeline.audit import audit_run
from include.pipeline.check import check_run
from include.pipeline.fetch import fetch_shard
from include.pipeline.flag import flag_run
from include.pipeline.load import load_run
from include.pipeline.maintenance import maintain_warehouse
from include.pipeline.merge import merge_run
from include.pipeline.poll import poll_sources
from include.pipeline.publish import publish_run
from include.pipeline.read import read_shard
from include.pipeline.replay import read_archive, replay_archive
from include.pipeline.reprocess import accept_run, compare_run
from include.pipeline.run import RunContext, RunOptions, open_run, start_run
from include.settings import Settings
from include.warehouse.generations import create_work_copy, open_read_only, read_generation
from include.warehouse.migrations import migrate
from tests.pipeline.site import AS_OF, make_settings, serve_site
from tests.pipeline.spoiling import SPOILED_FEEDS, publish_pages, spoil_moves
from tests.shared import ROOT

Step = Callable[[RunContext], object]
NEWS, AGAIN, UPKEEP = "news", "again", "upkeep"  # ids of the runs
OLDEST = ROOT / "tests" / "warehouse" / "data" / "001.sql"
DISK_BYTES = 96_000_000  # several times of what the homes need
REST_BYTES = 2_000_000  # of a full disk: from nothing to about a work copy
_DISK_ERRORS = (errno.ENOSPC, errno.EROFS)
_EXPLAINED = 3  # exit code of a child that failed with an error for a person
LONG = ("news.read", "again.read")  # their children load models for seconds: killed once a round, not oftener


def migrate_copy(run: RunContext) -> object:
    """The beginning of `load` alone, so that kills meet the copy and its migrations often enough."""
    settings = run.settings
    return create_work_copy(
        settings.published_path, run.work_path, run_id=run.run_id, as_of=run.as_of, articles_root=settings.articles_root
    )


def read_spoiled(run: RunContext) -> object:
    read_shard(run, "hosts-1")
    return spoil_moves(run)


WAREHOUSE: tuple[tuple[str, Step], ...] = (
    ("load", load_run),
    ("check", check_run),
    ("merge", merge_run),
    ("flag", flag_run),
    ("audit", audit_run),
)
STEPS: tuple[tuple[str, str, Step], ...] = (
    (NEWS, "poll", poll_sources),
    (NEWS, "fetch", lambda run: fetch_shard(run, "hosts-1")),
    (NEWS, "read", read_spoiled),
    (NEWS, "migrate", migrate_copy),
    *((NEWS, name, step) for name, step in WAREHOUSE),
    (NEWS, "publish", publish_run),
    (AGAIN, "replay", replay_archive),
    (AGAIN, "read", read_archive),
    *((AGAIN, name, step) for name, step in WAREHOUSE),
    (AGAIN, "compare", compare_run),
    (AGAIN, "accept", accept_run),
    (UPKEEP, "maintain", maintain_warehouse),
)
# Where a response stands in the archive depends on what the killed attempts had written already.
QUERIES = (
    "SELECT * EXCLUDE (archive_path, archive_offset) FROM articles ORDER BY ALL",
    "SELECT * FROM moves ORDER BY ALL",
    "SELECT * FROM events ORDER BY ALL",
    "SELECT * FROM event_history ORDER BY ALL",
    "SELECT * FROM evidence ORDER BY ALL",
    "SELECT * FROM reasons ORDER BY ALL",
    "SELECT * FROM exodus ORDER BY ALL",
    "SELECT * FROM store.exits ORDER BY ALL",
    "SELECT * FROM quality_results ORDER BY ALL",
    "SELECT record_id, stage, kind, reason, released_at FROM quarantine ORDER BY ALL",
    "SELECT source_id, url, failures, last_error, next_due_at FROM source_health ORDER BY ALL",
    "SELECT run_id, generation, detector FROM runs ORDER BY ALL",
    "SELECT * FROM store.retired_moves ORDER BY ALL",
    "SELECT * FROM main.schema_migrations ORDER BY ALL",
)


def read_all(home: Path) -> list[tuple[str, list[Any]]]:
    """Every row that anybody could see, by query."""
    con = open_read_only(home / "published" / "departures.duckdb", articles_root=home / "articles")
    try:
        return [(sql, con.execute(sql).fetchall()) for sql in QUERIES]
    finally:
        con.close()


def publish_oldest(home: Path) -> None:
    """A published file of schema version 1 with a row in every table."""
    published = home / "published" / "departures.duckdb"
    published.parent.mkdir(parents=True)
    with duckdb.connect(str(published)) as con:
        migrate(con, to=1)
        con.execute(OLDEST.read_text(encoding="utf-8"))


def run_step(home: Path, number: int) -> None:
    run_id, _, step = STEPS[number]
    step(open_run(Settings.from_env(home=home), run_id))


def call(function: Callable[..., Any], *arguments: object, kill_after: float | None = None) -> tuple[int, Any]:
    """Call in a forked process: (exit code, result). With `kill_after` it gets SIGKILL after so many seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            result = function(*arguments)
            with os.fdopen(writing, "wb") as stream:
                pickle.dump(result, stream)
        except BaseException as error:
            explained = isinstance(error, ConfigError) or (isinstance(error, OSError) and error.errno in _DISK_ERRORS)
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(_EXPLAINED if explained else 1)
        os._exit(0)
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)  # a child that has ended is a zombie until it is waited for
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, pickle.loads(answer) if code == 0 else None


def demand(function: Callable[..., Any], *arguments: object) -> Any:
    """The result of a call that must not fail."""
    code, result = call(function, *arguments)
    if code:
        raise SystemExit(f"{getattr(function, '__name__', function)}{arguments} ended with {code}")
    return result


def plan_kills(kills: int, dice: random.Random) -> list[Counter[int]]:
    """How often each step is killed, by round: every step once, then those that are quick, until there are enough."""
    most = 2 * len(STEPS)
    rounds = [Counter(range(len(STEPS))) for _ in range(max(1, round(kills / most)))]
    quick = [number for number, (run_id, name, _) in enumerate(STEPS) if f"{run_id}.{name}" not in LONG]
    for count in range(kills - len(rounds) * len(STEPS)):
        rounds[count % len(rounds)][dice.choice(quick)] += 1
    return rounds


def disturb_round(
    home: Path, plan: Counter[int], seconds: Sequence[float], dice: random.Random, disk: bool
) -> Counter[str]:
    """Run all steps on this home, each disturbed as planned and then repeated; return what hit, by kind."""
    published = home / "published" / "departures.duckdb"
    hits: Counter[str] = Counter()
    for number in range(len(STEPS)):
        before = demand(read_generation, published).number
        longest = seconds[number]
        if disk:
            hits["disk"] += disturb_disk(home, number, dice)
        for _ in range(plan[number]):
            for _ in range(5):  # a child that was quicker than the dice is given less time
                code, _ = call(run_step, home, number, kill_after=dice.random() * longest)
                if code == -signal.SIGKILL:
                    hits["kills"] += 1
                    break
                if code:
                    raise SystemExit(f"step {STEPS[number][:2]} ended with {code}")
                longest /= 2
            after = demand(read_generation, published).number
            if after not in (before, before + 1):
                raise SystemExit(f"generation {after} after a kill in {STEPS[number][:2]}, it was {before}")
        demand(run_step, home, number)
    return hits


def disturb_disk(home: Path, number: int, dice: random.Random) -> int:
    """Try a step on a full disk and on a read-only one; return how often it failed."""
    disk = next(path for path in home.parents if path.is_mount())
    filler = disk / "filler"
    with filler.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(1, shutil.disk_usage(disk).free - dice.randrange(REST_BYTES)))
    codes = [call(run_step, home, number)[0]]
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    codes.append(call(run_step, home, number)[0])
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    if any(code not in (0, _EXPLAINED) for code in codes):
        raise SystemExit(f"step {STEPS[number][:2]} ended with {codes} on a full and on a read-only disk")
    return sum(code == _EXPLAINED for code in codes)


@contextmanager
def serving() -> Iterator[str]:
    """The site, in a process of its own; its host and port."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with serve_site() as site:
            publish_pages(site)
            os.write(writing, site.host.encode())
            os.close(writing)
            signal.pause()
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as stream:
            yield stream.read().decode()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def prepare(home: Path, host: str) -> None:
    """A home with the oldest file and its two runs, of which none has begun."""
    publish_oldest(home)
    settings = make_settings(home, host, SPOILED_FEEDS)
    day = timedelta(days=1)
    start_run(settings, run_id=NEWS, as_of=AS_OF + day, options=RunOptions(force=True))
    start_run(settings, run_id=AGAIN, as_of=AS_OF + 2 * day, options=RunOptions(origin="archive"))
    start_run(settings, run_id=UPKEEP, as_of=AS_OF + 400 * day)  # when nearly everything is old enough for it


def crash(folder: Path, host: str, kills: int, seed: int, disk: bool) -> int:
    """All rounds; prints a line each. Returns the exit code."""
    dice = random.Random(seed)
    os.environ.update(DEPARTURES_ALLOW_HOSTS=host, DEPARTURES_HOST_DELAY="0", DEPARTURES_WORKERS="1")
    first, whole = folder / "first", folder / "whole"
    demand(prepare, first, host)
    shutil.copytree(first, whole)
    seconds = []
    for number in range(len(STEPS)):
        started = time.monotonic()
        demand(run_step, whole, number)
        seconds.append(time.monotonic() - started)
    expected = demand(read_all, whole)
    hits: Counter[str] = Counter()
    for number, plan in enumerate(plan_kills(kills, dice), start=1):
        home = folder / f"round-{number}"
        shutil.copytree(first, home)
        hits += disturb_round(home, plan, seconds, dice, disk)
        found = demand(read_all, home)
        different = [sql for (sql, rows), (_, others) in zip(expected, found, strict=True) if rows != others]
        left = [path.name for name in ("work", "published") for path in (home / name).iterdir()]
        done = f"{hits['kills']} kills, {hits['disk']} failures of the disk"
        print(f"round {number}: {done}, {len(different)} of {len(QUERIES)} answers differ", flush=True)
        if different or sorted(left) != [".publish.lock", "departures.duckdb"]:
            print(f"seed {seed}, {home}: {'; '.join(different)} {left}", file=sys.stderr)
            return 1
        shutil.rmtree(home)
    rows = sum(len(rows) for _, rows in expected)
    print(f"{done} in {len(STEPS)} steps, and the {rows} rows are those of undisturbed runs")
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--disk", action="store_true", help="also on a full and on a read-only disk; may need root")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.disk and not arguments.inside:
        return subprocess.run(
            ["unshare", "-rm", sys.executable, "-m", __spec__.name, *sys.argv[1:], "--inside"]
        ).returncode
    load_gazetteer()
    folder = Path(tempfile.mkdtemp(prefix="departures-crash-"))
    if arguments.disk:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder], check=True)
    with serving() as host:
        code = crash(folder, host, arguments.kills, arguments.seed, arguments.disk)
    if code == 0 and not arguments.disk:  # else it is there to be looked at; a disk goes with its namespace
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(main())
