"""`make run`: one run of `news_departures` through Airflow on the bundled newsroom, and the departure board.

The demo keeps to a home and a metadata database of its own, so that it never mixes with live data. Its time is fixed
and its newsroom always has the same address; run again, it finds nothing new and changes nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from include.errors import ConfigError
from include.pipeline.run import make_home
from tools.airflow_home import HOME, ROOT, airflow_environment, is_port_free, migrate_database, write_shell_environment

AS_OF = "2025-07-20T06:00:00+00:00"  # the newsroom's articles end the day before
DEFAULT_PORT = 8765
# How `airflow dags test` prints what a step says of itself.
_SAID = re.compile(r"\[(?P<level>info|warning)\s*\] (?P<text>\w+: .*?)\s+\[departures\] loc=")


def main() -> int:
    """Run the demo; exit code 2 for what a person has to mend, 1 where the run failed."""
    started = time.monotonic()
    home = Path(os.environ.get("DEPARTURES_HOME") or ROOT / "data" / "demo").resolve()
    try:
        port = claim_home(home)
        with serve_newsroom(port) as sources:
            environment = make_environment(home, port)
            print("Preparing Airflow ...", flush=True)
            migrate_database(environment)
            write_shell_environment(environment)
            print(f"Running the DAG news_departures on the newsroom at http://127.0.0.1:{port} ...", flush=True)
            run_dag("news_departures", {"sources": str(sources), "as_of": AS_OF, "force": True}, environment)
            run_dag("alert_departures", {}, environment)
    except ConfigError as error:
        print(f"make run: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if not error.filename:
            raise
        print(f"make run: {error.filename}: {error.strerror}; check the path and the disk", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nmake run: stopped; run it again, it begins where it has to", file=sys.stderr)
        return 130
    print(flush=True)
    subprocess.run([sys.executable, "-m", "include.cli", "board", "--home", str(home)], cwd=ROOT, check=True)
    print_next_steps(home, time.monotonic() - started)
    return 0


def claim_home(home: Path) -> int:
    """The newsroom's port in this home: the same in every run, since articles are known by their address.

    Raises ConfigError where the home holds live data or cannot be written to, or the port is taken.
    """
    marker = home / "demo.json"
    if marker.is_file():
        port = int(json.loads(marker.read_text(encoding="utf-8"))["port"])
    elif (home / "published").exists():
        raise ConfigError(f"{home} holds live data and the demo would mix with it; unset DEPARTURES_HOME")
    else:
        port = int(os.environ.get("NEWSROOM_PORT", DEFAULT_PORT))
    if not is_port_free(port):
        raise ConfigError(
            f"port {port} is in use; stop the program that has it, or move {home} away and take another: "
            f"NEWSROOM_PORT={port + 1} make run"
        )
    make_home(home)
    marker.write_text(json.dumps({"port": port}), encoding="utf-8")
    return port


@contextmanager
def serve_newsroom(port: int) -> Iterator[Path]:
    """The bundled newsroom on loopback while the block lasts; its source list."""
    from include.newsroom.server import serve

    with serve(port=port) as newsroom:
        yield Path(newsroom.feeds_path)


def make_environment(home: Path, port: int) -> dict[str, str]:
    """Airflow's environment, with loopback allowed and no delay between requests to the newsroom."""
    environment = airflow_environment(HOME, database="demo")
    return {name: value for name, value in environment.items() if not name.startswith("DEPARTURES_")} | {
        "DEPARTURES_HOME": str(home),
        "DEPARTURES_ALLOW_HOSTS": f"127.0.0.1:{port}",
        "DEPARTURES_HOST_DELAY": "0",
    }


def run_dag(dag_id: str, conf: dict[str, object], environment: dict[str, str]) -> None:
    """`airflow dags test`, showing what the steps say; the rest goes to a log. Raises ConfigError where it fails."""
    log = HOME / "logs" / f"demo-{dag_id}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = ["airflow", "dags", "test", dag_id, "--conf", json.dumps(conf)]
    with log.open("w", encoding="utf-8") as record:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            record.write(line)
            if said := _SAID.search(line):
                mark = "✓" if said["level"] == "info" else "!"
                step, _, sentence = said["text"].partition(": ")
                print(f"  {mark} {step:<8} {sentence}", flush=True)
    if process.wait():
        raise ConfigError(f"the DAG {dag_id} failed; {log} says why")


def print_next_steps(home: Path, seconds: float) -> None:
    """Where everything is, and what to try."""
    place = os.path.relpath(home)
    print(
        f"""
Done in {seconds:.0f} s. The DuckDB file: {home / "published" / "departures.duckdb"}
Try next:
  .venv/bin/departures sql --home {place} "select person, from_org, to_org, status, score from notable_departures"
  .venv/bin/departures board --home {place} --why NAME     all about one of them, with every sentence
  make run                                       again: it changes nothing
  make up                                        Airflow with the live sources on http://127.0.0.1:8080"""
    )


if __name__ == "__main__":
    sys.exit(main())
