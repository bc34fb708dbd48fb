"""The whole DAG on several workers that share no disk, as docker-compose.yaml has it, against one machine's result."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.cluster.comparing import VIEWS, read_views, run_newsroom
from tests.cluster.conftest import PLANTED
from tests.cluster.native import Cluster
from tests.s3 import S3


def test_two_workers_without_a_common_disk_find_what_one_machine_finds(
    one_machine: Path, cluster: Cluster, store: S3
) -> None:
    state, tasks = run_newsroom(cluster)
    assert state == "success", [(task["task_id"], task["state"]) for task in tasks]
    where = {(task["task_id"], task["map_index"]): (task["queue"], task["hostname"]) for task in tasks}
    assert {queue for (task, _), (queue, _) in where.items() if task in ("fetch", "read")} == {"default"}
    assert sorted(index for task, index in where if task == "fetch") == [0, 1]
    expected, found = read_views(one_machine), read_views(cluster.home)
    assert len(expected["articles"]) >= 40 and len(expected["departures"]) >= 8
    for view in VIEWS:
        assert found[view] == expected[view], view
    assert {key.split("/")[0] for key in store.list_keys()} == {"archive", "staging"}
    assert cluster.restarts == []


def test_every_health_check_says_yes(cluster: Cluster) -> None:
    cluster.wait_all_healthy()


def test_no_secret_left_its_place(cluster: Cluster, store: S3) -> None:
    """Neither in what the services wrote and logged, nor in Airflow's database, nor in the object store."""
    made = {path.name: path.read_text(encoding="utf-8") for path in (cluster.root / ".compose").iterdir()}
    secrets = [made[name] for name in ("postgres_password", "fernet_key", "api_secret_key", "jwt_secret")]
    secrets += [made["redis.conf"].split()[1], json.loads(made["passwords.json"])["admin"]]
    secrets += [value.partition("@")[0].rpartition(":")[2] for value in PLANTED.values()]
    assert all(len(secret) > 15 for secret in secrets)
    files = [path for name in ("output", "volumes") for path in (cluster.root / name).rglob("*") if path.is_file()]
    texts = {str(path): path.read_bytes() for path in files if "/volumes/postgres/" not in str(path)}
    assert any("task_id=publish" in name for name in texts), "Airflow's logs are not where they are looked for"
    dump = subprocess.run(
        ["pg_dump", "-h", "127.0.0.1", "-U", "airflow", "airflow"],
        env={**cluster.containers["postgres-1"].environment, "PGPASSWORD": made["postgres_password"]},
        capture_output=True,
        check=True,
    )
    assert b"COPY public.xcom" in dump.stdout and b"COPY public.rendered_task_instance_fields" in dump.stdout
    texts["the metadata database"] = dump.stdout
    client = store.client()
    for key in store.list_keys():
        texts[key] = client.get_object(Bucket="departures", Key=key)["Body"].read()
    found = [(name, secret[:12]) for name, text in texts.items() for secret in secrets if secret.encode() in text]
    assert found == []
