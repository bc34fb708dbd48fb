"""`make up`: Airflow's UI and scheduler with the live sources until Ctrl-C, then everything stopped.

`airflow standalone` leaves its scheduler and workers running after SIGTERM, and an old API server keeps answering the
port. So it gets a process group of its own, its leader is interrupted and stops the others, what is left after a while
is killed, and the port is seen to be free before this returns.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from include.errors import ConfigError
from include.pipeline.preflight import check_settings
from include.pipeline.run import make_home
from include.settings import Settings
from tools.airflow_home import HOME, LOGIN, airflow_environment, is_port_free, migrate_database, write_shell_environment

PORT = int(os.environ.get("AIRFLOW_PORT", "8080"))
STOP_SECONDS = 60.0  # running tasks may end within them


@contextmanager
def run_standalone(environment: dict[str, str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Airflow standalone in its own process group; on leaving, the whole group is stopped and the port is free."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["airflow", "standalone"],
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_heed_interrupts,
        )
    try:
        yield process
    finally:
        stop_group(process)
        process.wait()
        wait_until(lambda: is_port_free(port), seconds=15)


def _heed_interrupts() -> None:
    """A shell lets what it starts with `&` ignore SIGINT, and that is handed on; it is what stops Airflow."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stop_group(leader: subprocess.Popen[bytes]) -> None:
    """Interrupt the leader of a process group and wait for the group to go; kill what is left, or all on Ctrl-C.

    The leader alone: it stops its components itself, and a scheduler that is signalled twice does not tell its workers
    to end and waits for them for ever.
    """
    leader.send_signal(signal.SIGINT)
    with suppress(KeyboardInterrupt):
        if wait_until(lambda: leader.poll() is not None and not _members(leader.pid), seconds=STOP_SECONDS):
            return
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
    wait_until(lambda: not _members(leader.pid), seconds=5.0)


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether `condition()` came true within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return bool(condition())


def is_healthy(port: int) -> bool:
    """Whether Airflow's API answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Start, say where it is, wait for Ctrl-C, stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    log = HOME / "standalone.log"
    try:
        check_installation()
        print("Preparing Airflow ...", flush=True)
        environment = prepare()
        with run_standalone(environment, PORT, log) as process:
            try:
                return watch(process, log)
            except KeyboardInterrupt:
                print("\nStopping; running tasks may end (Ctrl-C again: they may not) ...", flush=True)
                raise
    except ConfigError as error:
        print(f"make up: {error}", file=sys.stderr)
    except OSError as error:
        if not error.filename:
            raise
        print(f"make up: {error.filename}: {error.strerror}; check the path and the disk", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped.")
        return 0
    return 2


def check_installation() -> None:
    """Raise ConfigError for what a person has to mend first: better here than in the log of a task."""
    if not is_port_free(PORT):
        remedy = f"stop the program that has it, or take another: AIRFLOW_PORT={PORT + 1} make up"
        raise ConfigError(f"port {PORT} is in use; {remedy}")
    settings = Settings.from_env()
    check_settings(settings, datetime.now(UTC))
    make_home(settings.home)


def prepare() -> dict[str, str]:
    """Airflow's environment, with its metadata database made."""
    environment = airflow_environment(HOME, database="airflow", port=PORT)
    # The schedule is the point of `make up`: DAGs start unpaused here, paused nowhere.
    environment["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] = "False"
    migrate_database(environment)
    write_shell_environment(environment)
    return environment


def watch(process: subprocess.Popen[bytes], log: Path) -> int:
    """Say where Airflow is once it answers, and wait while it runs. Returns 1, for it should run until Ctrl-C."""
    print("Starting Airflow (up to a minute) ...", flush=True)
    if not wait_until(lambda: is_healthy(PORT) or process.poll() is not None, seconds=180) or process.poll():
        print(f"make up: Airflow did not start; the end of {log} says why", file=sys.stderr)
        return 1
    print(f"Airflow: http://127.0.0.1:{PORT}   login {LOGIN[0]} / {LOGIN[1]}   log {log}")
    print("The DAG news_departures is on its schedule; Ctrl-C stops everything.", flush=True)
    process.wait()
    print(f"make up: Airflow stopped by itself; the end of {log} says why", file=sys.stderr)
    return 1


def _members(group: int) -> list[int]:
    """Processes of a group that still run (zombies do not)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


if __name__ == "__main__":
    sys.exit(main())
