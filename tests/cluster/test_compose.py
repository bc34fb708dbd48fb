"""docker-compose.yaml says what a team's installation must have. There is no Docker here: it is read, not run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tools.compose_env import make_secrets, write_secrets

COMPOSE = ROOT / "docker-compose.yaml"
AIRFLOW = {"migrate", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "warehouse"}
LOADED = """
import json, sys
from airflow.providers.celery.executors.celery_executor import app
app.loader.import_default_modules()
print(json.dumps(sorted(sys.modules)))
"""
SIGNS = {"fernet_key", "sql_alchemy_conn", "api_secret_key", "jwt_secret"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return found


def test_compose_accepts_it(tmp_path: Path) -> None:
    if not shutil.which("docker-compose"):
        pytest.skip("docker-compose is not installed")
    shutil.copy(COMPOSE, tmp_path)
    write_secrets(tmp_path)
    done = subprocess.run(["docker-compose", "config", "-q"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    broken = COMPOSE.read_text(encoding="utf-8").replace("healthcheck:", "healthcheque:", 1)
    (tmp_path / "docker-compose.yaml").write_text(broken, encoding="utf-8")
    done = subprocess.run(["docker-compose", "config", "-q"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "healthcheque" in done.stderr


def test_every_service_is_pinned_limited_healthy_and_nobodys_root(services: dict[str, Any]) -> None:
    assert set(services) == {*AIRFLOW, "postgres", "redis"}
    for name, service in services.items():
        assert re.search(r":\d+\.\d+", service["image"]), f"{name} is not pinned"
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert service["user"].split(":")[0] not in ("", "root", "0"), name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["logging"]["options"]["max-size"], f"{name} keeps logs without end"
        if name == "migrate":  # runs once; the others wait for it to have completed
            assert service["restart"] == "on-failure"
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"], name
    assert all(services[name]["cap_drop"] == ["ALL"] for name in AIRFLOW)


def test_only_loopback_sees_it_and_nobody_has_a_password_from_here(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["api-server"]
    assert services["api-server"]["ports"] == ["${AIRFLOW_ADDRESS:-127.0.0.1:8080}:8080"]
    for name, service in services.items():
        for variable, value in service["environment"].items() if "environment" in service else ():
            if re.search(r"PASSWORD|SECRET|_KEY(_|$)|SQL_ALCHEMY|BROKER_URL|BACKEND", variable):
                assert value is None or re.search(r"/run/secrets/|passwords\.json$", value), (name, variable)


def test_a_worker_that_meets_foreign_bytes_can_sign_nothing_and_reaches_no_published_file(
    services: dict[str, Any],
) -> None:
    worker = services["worker"]
    assert set(worker["secrets"]) == {"broker_url", "result_backend"}
    assert set(services["scheduler"]["secrets"]) >= SIGNS
    mounted = {volume.split(":")[0] for volume in worker["volumes"]}
    assert mounted == {"archive", "staging", "logs"}


def test_the_board_reads_what_is_published_and_writes_decisions_alone(services: dict[str, Any]) -> None:
    data = {volume for volume in services["api-server"]["volumes"] if "/data" in volume}
    assert data == {
        "published:/opt/airflow/data/published:ro",
        "articles:/opt/airflow/data/articles:ro",
        "inbox:/opt/airflow/data/inbox",
    }
    assert {volume.split(":")[0] for volume in services["warehouse"]["volumes"]} >= {"home", "published", "inbox"}


def test_a_worker_has_imported_what_its_tasks_ask_for_before_it_forks(services: dict[str, Any], tmp_path: Path) -> None:
    def load(service: str) -> set[str]:
        config = services[service]["environment"]["AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS"]
        broker = {f"AIRFLOW__CELERY__{name}": "redis://127.0.0.1:9/0" for name in ("BROKER_URL", "RESULT_BACKEND")}
        airflow = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS": config, **broker}
        command = [sys.executable, "-c", LOADED]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **airflow}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return set(json.loads(done.stdout.splitlines()[-1]))

    files = [ROOT / "dags" / f"{name}.py" for name in ("news_departures", "alert_departures", "departures_tasks")]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    steps = set(re.findall(r"from (include\.pipeline\.\w+) import", source)) - {"include.pipeline.failures"}
    fetching = {"include.pipeline.fetch", "include.pipeline.read"}
    worker, warehouse = load("worker"), load("warehouse")
    assert fetching <= worker and not {"great_expectations", "duckdb"} & worker
    assert len(steps) > 8 and steps - fetching <= warehouse and "great_expectations" in warehouse


def test_a_mounted_folder_belongs_to_the_image_s_user(services: dict[str, Any]) -> None:
    """A new named volume takes owner and mode from the image's folder; without one it would be root's."""
    made = re.search(r"RUN install -d (.+?)\nUSER", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.DOTALL)
    assert made
    folders = set(made[1].replace("\\\n", " ").split())
    for name in AIRFLOW:
        for volume in services[name].get("volumes", ()):
            assert volume.split(":")[1] in folders, (name, volume)


def test_the_image_is_airflow_s_own_of_the_locked_version() -> None:
    locked = re.search(r"^apache-airflow==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert locked
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"FROM apache/airflow:slim-{locked[1]}-python3.11\n" in dockerfile
    assert "--require-hashes" in dockerfile
    assert dockerfile.rindex("USER airflow") > dockerfile.rindex("USER root")


def test_secrets_are_made_once_and_are_closed_to_others(tmp_path: Path) -> None:
    assert write_secrets(tmp_path)
    folder = tmp_path / ".compose"
    before = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert (
        before.keys() == make_secrets().keys() == yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["secrets"].keys()
    )
    assert folder.stat().st_mode & 0o077 == 0
    assert not write_secrets(tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == before
    assert not set(before.values()) & set(make_secrets().values())
    (folder / "jwt_secret").unlink()
    with pytest.raises(SystemExit, match="without jwt_secret"):
        write_secrets(tmp_path)
