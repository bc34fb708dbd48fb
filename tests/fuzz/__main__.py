"""`make fuzz`: bent bytes for every reader of foreign bytes, for a stated time each; prints a line a target.

    python -m tests.fuzz [--seconds N] [TARGET ...]

Each target runs in a process of its own, so that one that dies is found too. What is found is made as small as it can
be and kept in tests/fuzz/found/TARGET-HASH; the ordinary tests read those files again for ever after.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, given, seed, settings

from tests.fuzz.mutate import bent
from tests.fuzz.targets import TARGETS, Target

FOUND = Path(__file__).parent / "found"
_BATCH = 200  # inputs; the clock is looked at between batches
_GRACE = 60  # seconds beyond its time in which a target makes a finding smaller


class TooSlow(Exception):
    """A reader took longer than its target allows."""


_WAITING = 10  # how many times as long a reader may stand still as it may compute: neighbours take the processor too


def check(target: Target, data: bytes) -> None:
    """Let a reader read; raises what it raises, but for what it may refuse with, and TooSlow."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"longer than {target.seconds:g} s for {len(data)} bytes")

    clocks = (
        (signal.ITIMER_PROF, signal.SIGPROF, target.seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, target.seconds * _WAITING),
    )
    before = [signal.signal(number, ring) for _, number, _ in clocks]
    for clock, _, seconds in clocks:
        signal.setitimer(clock, seconds)
    try:
        target.read(data)
    except target.refuses:
        pass
    finally:
        for (clock, number, _), handler in zip(clocks, before, strict=True):
            signal.setitimer(clock, 0)
            signal.signal(number, handler)


def fuzz(name: str, seconds: float, start: int, last: Path, counted: multiprocessing.Value[int]) -> None:
    """Read bent bytes until the time is over; raises the first error, for its smallest input, which is in `last`."""
    target = TARGETS[name]
    seeds = target.seeds()
    for data in seeds:  # also warms caches up, which would look like slowness
        try:
            target.read(data)
        except target.refuses:
            continue
    end, batch = time.monotonic() + seconds, start

    def attempt(data: bytes) -> None:
        last.write_bytes(data)
        counted.value += 1
        check(target, data)

    while time.monotonic() < end:
        batch += 1
        settle = settings(max_examples=_BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        seed(batch)(settle(given(bent(seeds))(attempt)))()


def run_target(name: str, seconds: float, start: int, folder: Path) -> str:
    """Fuzz in a child; "" or what was found, in one line."""
    last, log = folder / f"{name}.input", folder / f"{name}.log"
    counted = multiprocessing.Value("q", 0)
    started = time.monotonic()
    child = multiprocessing.get_context("fork").Process(target=_run, args=(name, seconds, start, last, log, counted))
    child.start()
    child.join(seconds + _GRACE + 120)
    if child.is_alive():
        child.kill()
        child.join()
    print(f"{name:<9} {counted.value:>7} inputs in {time.monotonic() - started:.0f} s", end="", flush=True)
    if child.exitcode == 0:
        print("  nothing found")
        return ""
    if not last.exists():
        raise SystemExit(f"\n{name}: the examples to start from cannot be read:\n{log.read_text(encoding='utf-8')}")
    data = last.read_bytes()
    kept = FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    kept.write_bytes(data)
    reason = log.read_text(encoding="utf-8") if log.exists() else f"the process ended with {child.exitcode}"
    line = f"{reason[:200]}; {len(data)} bytes in {kept}"
    print(f"  FOUND: {line}")
    return line


def _run(name: str, seconds: float, start: int, last: Path, log: Path, counted: multiprocessing.Value[int]) -> None:
    try:
        fuzz(name, seconds, start, last, counted)
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = " ".join(f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})".split())
        log.write_text(said, encoding="utf-8")
        sys.exit(1)


def main() -> int:
    """Fuzz the named targets, or all; exit code 1 where something was found."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=30, help="for each target")
    parser.add_argument("--start", type=int, default=0, help="another number, other inputs")
    options = parser.parse_args()
    if unknown := [name for name in options.targets if name not in TARGETS]:
        parser.error(f"{', '.join(unknown)}: no such target; there are {', '.join(TARGETS)}")
    with tempfile.TemporaryDirectory() as folder:
        found = [run_target(name, options.seconds, options.start, Path(folder)) for name in options.targets or TARGETS]
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
