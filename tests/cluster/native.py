"""The services of docker-compose.yaml as processes of this machine, each command as the file gives it.

`docker-compose config` resolves the file; what is left to say is where things are here: names of services become
ports of loopback, volumes become folders, the secrets are files beside them. PostgreSQL and Redis are Debian's.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.installation import find_free_port
from tools.airflow_up import wait_until
from tools.compose_env import write_secrets

_DATA = "/opt/airflow/data"
_DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL", "--"]  # however a test ends
_IMAGES_OWN = {"postgres": ["postgres"]}  # a service without a command runs its image's
CALL_SECONDS = 60


def require_programs() -> None:
    """Skip the calling test where a program that the compose file's services are made of is not installed."""
    if missing := [name for name in ("docker-compose", "redis-server", "redis-cli") if not shutil.which(name)]:
        pytest.skip(f"{', '.join(missing)}: not installed")
    if not (find_postgres() / "initdb").exists():
        pytest.skip("postgresql: not installed")


def find_postgres() -> Path:
    """The folder of the newest PostgreSQL's programs; Debian has only some of them on the path."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))


@dataclass
class Container:
    """One process of a service, and how to start it again."""

    service: str
    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    wanted: bool = True  # False once it was stopped on purpose


@dataclass
class Cluster:
    """The running services. `extra` are settings that would stand in `.env`.

    `change` is environment that differs from the compose file's in every service, `policy` the source of Airflow's
    `airflow_local_settings`.
    """

    root: Path
    extra: Mapping[str, str]
    dags: Path = ROOT / "dags"
    change: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""
    containers: dict[str, Container] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=dict)
    restarts: list[str] = field(default_factory=list)
    _token: str = ""

    def __post_init__(self) -> None:
        shutil.copy(ROOT / "docker-compose.yaml", self.root)
        write_secrets(self.root)
        self.ports = {port: find_free_port() for port in (5432, 6379, 8080, 8974)}
        done = subprocess.run(
            ["docker-compose", "config"],
            cwd=self.root,
            env={**os.environ, **self.extra},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        self.compose: dict[str, Any] = yaml.safe_load(done.stdout)
        for path in (self.root / ".compose").iterdir():
            path.write_text(self._place(path.read_text(encoding="utf-8"), "", ""), encoding="utf-8")
        self._watch = threading.Thread(target=self._restart_what_ends, daemon=True)
        self._closing = threading.Event()
        self._watch.start()

    def run(self, service: str) -> None:
        """Run a service that ends by itself, as `migrate` does."""
        self.start(service)
        container = self.containers[f"{service}-1"]
        container.wanted = False
        assert container.process.wait(timeout=300) == 0, self.log(container.name)

    def start(
        self,
        service: str,
        number: int = 1,
        *,
        change: Mapping[str, str] | None = None,
        wrap: Callable[[list[str]], list[str]] = list,
    ) -> Container:
        """Start one process of a service; `change` and `wrap` make its machine differ from the others."""
        name = f"{service}-{number}"
        self._make_folders(service, name)
        given = self.compose["services"][service]
        command = [self._place(part, service, name) for part in given.get("command", _IMAGES_OWN.get(service, []))]
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{find_postgres()}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "HOME": str(self.root / "containers" / name),
            "HOSTNAME": name,
            "PGPORT": str(self.ports[5432]),
            "PYTHONPATH": str(ROOT),
            "AIRFLOW_HOME": str(self.root / "containers" / name / "airflow"),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.ports[8080]),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports[8974] if number == 1 else 0),
            **{
                variable: self._place(str(value), service, name)
                for variable, value in given.get("environment", {}).items()
                if value is not None
            },
            **{variable: value for variable, value in self.extra.items() if variable.startswith("AWS_")},
            **self.change,
            **(change or {}),
        }
        container = Container(service, name, wrap(self._spell_out(service, command)), environment, None)  # type: ignore[arg-type]
        container.process = self._spawn(container)
        self.containers[name] = container
        return container

    def wait_healthy(self, service: str, number: int = 1, seconds: float = 300) -> None:
        """Wait until the health check that the compose file gives for a service says yes."""
        name = f"{service}-{number}"
        test = [self._place(part, service, name) for part in self.compose["services"][service]["healthcheck"]["test"]]
        command = ["sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]
        environment = self.containers[name].environment

        def is_healthy() -> bool:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=120)
            return done.returncode == 0 or self._closing.wait(0.5)

        assert wait_until(is_healthy, seconds=seconds), f"{name} is not healthy:\n{self.log(name)}"

    def wait_all_healthy(self, seconds: float = 180) -> None:
        """The same for every service that runs, all at once: some checks take Airflow's import long."""
        with ThreadPoolExecutor() as pool:
            running = [c for c in self.containers.values() if c.wanted]
            list(pool.map(lambda c: self.wait_healthy(c.service, int(c.name.rpartition("-")[2]), seconds), running))

    def trigger(self, dag_id: str, body: dict[str, Any]) -> str:
        """Start a DAG as soon as it is known, paused or not; its run id."""
        assert wait_until(lambda: dag_id in self._list_dags(), seconds=300), f"{dag_id} is not known"
        self.call(f"/api/v2/dags/{dag_id}", {"is_paused": False}, method="PATCH")
        return str(self.call(f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def _list_dags(self) -> list[str]:
        return [dag["dag_id"] for dag in self.call("/api/v2/dags")["dags"]]

    def kill(self, name: str, sign: int = signal.SIGKILL) -> None:
        """End a process and its children at once; its restart policy brings it back."""
        os.killpg(self.containers[name].process.pid, sign)

    def stop(self, name: str) -> None:
        """End a process for good, as `docker compose stop` does."""
        container = self.containers.pop(name)
        container.wanted = False
        container.process.terminate()
        container.process.wait(timeout=60)

    def empty_volumes(self) -> None:
        """A home and an archive as on the first day."""
        for volume in ("home", "published", "articles", "inbox", "archive", "staging"):
            folder = self.root / "volumes" / volume
            for path in folder.iterdir() if folder.is_dir() else ():
                if not path.is_symlink():
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def log(self, name: str) -> str:
        """The end of what a process wrote."""
        return (self.root / "output" / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def close(self) -> None:
        """Stop everything, whatever it is doing."""
        self._closing.set()
        self._watch.join()
        for sign, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 15)):
            for container in reversed(self.containers.values()):
                container.wanted = False
                try:
                    os.killpg(container.process.pid, sign)
                except ProcessLookupError:
                    continue
            ended = lambda: all(c.process.poll() is not None for c in self.containers.values())  # noqa: E731
            wait_until(ended, seconds=seconds)

    @property
    def home(self) -> Path:
        """The volume with the published file's folder, as the warehouse worker sees it."""
        return self.root / "volumes" / "home"

    @property
    def url(self) -> str:
        """Address of the API server."""
        return f"http://127.0.0.1:{self.ports[8080]}"

    def call(self, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """Airflow's REST API, as the admin that the secrets name; who logs in once stays so."""
        if not self._token:
            login = json.loads((self.root / ".compose" / "passwords.json").read_text(encoding="utf-8"))
            self._token = self._ask("/auth/token", {"username": "admin", "password": login["admin"]}, None)[
                "access_token"
            ]
        return self._ask(path, body, method)

    def _ask(self, path: str, body: dict[str, Any] | None, method: str | None) -> Any:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
            return json.load(answer)

    def _place(self, text: str, service: str, name: str) -> str:
        """A text of the compose file with the places that things have on this machine."""
        data = self.home if service == "warehouse" else self.root / "containers" / name / "data"
        for here, there in (
            ("$$", "$"),
            ("/run/secrets", str(self.root / ".compose")),
            (_DATA, str(data)),
            ("/opt/airflow/logs", str(self.root / "volumes" / "logs")),
            ("/opt/airflow/login", str(self.root / "containers" / name / "login")),
            ("/opt/airflow/dags", str(self.dags)),
            ("/opt/airflow/plugins", str(ROOT / "plugins")),
            ("@postgres:5432", f"@127.0.0.1:{self.ports[5432]}"),
            ("@redis:6379", f"@127.0.0.1:{self.ports[6379]}"),
            ("-p 6379", f"-p {self.ports[6379]}"),
            ("api-server:8080", f"127.0.0.1:{self.ports[8080]}"),
            ("127.0.0.1:8080/api", f"127.0.0.1:{self.ports[8080]}/api"),
            ("127.0.0.1:8974", f"127.0.0.1:{self.ports[8974]}"),
        ):
            text = text.replace(here, there)
        return text

    def _make_folders(self, service: str, name: str) -> None:
        """What the service mounts: volumes are shared folders, reached by links as by mounts."""
        own = self.root / "containers" / name
        for folder in (own / "data", own / "login", self.root / "output", self.root / "volumes" / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
        local = own / "airflow" / "config" / "airflow_local_settings.py"
        local.parent.mkdir(parents=True, exist_ok=True)
        local.write_text(self.policy, encoding="utf-8")
        for volume in self.compose["services"][service].get("volumes", ()):
            source, target = volume.split(":")[:2]
            folder = self.root / "volumes" / source
            folder.mkdir(parents=True, exist_ok=True)
            link = Path(self._place(target, service, name))
            if target.startswith(f"{_DATA}/") and not link.exists():
                link.symlink_to(folder)

    def _spell_out(self, service: str, command: list[str]) -> list[str]:
        """What the image's entry point makes of a command."""
        if service == "redis":
            data = str(self.root / "volumes" / "redis")
            here = ["--port", str(self.ports[6379]), "--bind", "127.0.0.1"]
            return [data if part == "/data" else part for part in command] + here
        if service == "postgres":
            return self._prepare_postgres(command)
        return command if command[0] in ("bash", "python") else ["airflow", *command]

    def _prepare_postgres(self, command: list[str]) -> list[str]:
        """Make the database as the image does on its first start; PostgreSQL refuses to run as root."""
        given = self.compose["services"]["postgres"]["environment"]
        folder, tools = self.root / "volumes" / "postgres", find_postgres()
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if not (folder / "PG_VERSION").exists():
            if user:
                shutil.chown(folder, "postgres")
                (self.root / ".compose").chmod(0o711)  # a container sees the file of its secret, not the folder
                for parent in (self.root, *self.root.parents):
                    if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
                        parent.chmod(parent.stat().st_mode | 0o111)
            password = self._place(given["POSTGRES_PASSWORD_FILE"], "postgres", "postgres-1")
            name = given["POSTGRES_USER"]
            setup = [f"{tools}/initdb", "-D", str(folder), "-U", name, f"--pwfile={password}", "--auth=scram-sha-256"]
            subprocess.run([*user, *setup], check=True, capture_output=True, cwd="/")
            (folder / "postgresql.conf").open("a").write("fsync = off\n")  # nobody pulls the plug of this machine
        here = ["-D", str(folder), "-p", str(self.ports[5432]), "-k", "", "-h", "127.0.0.1"]
        return [*user, *_DIES_WITH_US, f"{tools}/{command[0]}", *here]  # a change of user would have undone it

    def make_database(self) -> None:
        """The database that the image makes from POSTGRES_DB."""
        password = (self.root / ".compose" / "postgres_password").read_text(encoding="utf-8")
        command = ["createdb", "-h", "127.0.0.1", "-U", "airflow", "airflow"]
        environment = {**self.containers["postgres-1"].environment, "PGPASSWORD": password}
        subprocess.run(command, env=environment, check=True)

    def _spawn(self, container: Container) -> subprocess.Popen[bytes]:
        with (self.root / "output" / f"{container.name}.log").open("ab") as output:
            return subprocess.Popen(
                [*_DIES_WITH_US, *container.command],
                env=container.environment,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                start_new_session=True,
            )

    def _restart_what_ends(self) -> None:
        """`restart: unless-stopped`."""
        while not self._closing.wait(1.0):
            for container in list(self.containers.values()):
                if container.wanted and container.process.poll() is not None:
                    self.restarts.append(container.name)
                    container.process = self._spawn(container)
