"""What SECURITY.md promises and no other part of the tests is about."""

from __future__ import annotations

import ast
import io
import re
import stat
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.knowledge.languages import read_pack
from include.knowledge.yamlfile import read_yaml
from include.pipeline.run import start_run
from include.settings import Settings
from include.warehouse.backup import restore_backup
from tests.conftest import ROOT
from tools.airflow_home import airflow_environment

PACK = (ROOT / "include" / "knowledge" / "languages" / "zh-Hant.yaml").read_text(encoding="utf-8")


def test_every_threat_names_a_test_that_exists() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) >= 50
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        defined = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
        assert not name or name in defined, f"SECURITY.md names {file}::{name}"
    rows = [line for line in text.split("## Threats")[1].split("## Which")[0].splitlines() if line.startswith("| ")]
    threats = [row for row in rows if not row.startswith(("| threat", "| ---"))]
    assert all("`tests/" in row for row in threats)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!python/object/apply:os.system [id]\n", ":1: not valid YAML: could not determine a constructor"),
        ("a: &a [x, x]\nb: &b [*a, *a]\n", ":2: aliases (*a) are not read"),
        ("a: " + "[" * 100_000, ":1: nested deeper than 20 levels"),
        ("? [a, b]\n: 1\n", ":1: a list or mapping is no key"),
        ("a: 1\na: 2\n", ":2: key 'a' stands twice"),
    ],
    ids=["code", "aliases", "nesting", "keys", "twice"],
)
def test_yaml_that_means_harm_is_refused_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_yaml(path)
    assert str(error.value).startswith(f"{path}{said}") and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("base: zh-Hans", "base: zh-Hant", "base 'zh-Hant': the code of another pack is expected"),
        ("base: zh-Hans", "base: ../../etc/passwd", "base '../../etc/passwd': the code of another pack is expected"),
        ("base: zh-Hans", "base: [1]", "base [1]: the code of another pack is expected"),
    ],
    ids=["itself", "path", "list"],
)
def test_a_pack_that_means_harm_is_refused_in_one_line(before: str, after: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "zh-Hant.yaml"
    assert before in PACK
    path.write_text(PACK.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(said)) as error:
        read_pack(path)
    assert str(error.value).startswith(f"{path}:")


def test_a_phrase_for_a_thousand_million_is_refused_before_it_is_spelt_out(tmp_path: Path) -> None:
    pack = (ROOT / "include" / "knowledge" / "languages" / "en.yaml").read_text(encoding="utf-8")
    first = re.search(r"^  - (?:phrases|any): \[", pack, re.MULTILINE) or re.search(r": \[(?=[\w'\"])", pack)
    assert first
    path = tmp_path / "en.yaml"
    path.write_text(f"{pack[: first.end()]}'x{'(a|b)' * 40}', {pack[first.end() :]}", encoding="utf-8")
    with pytest.raises(ConfigError, match="stands for more than"):
        read_pack(path)


def test_a_backup_that_reaches_outside_is_refused(tmp_path: Path) -> None:
    backup, home = tmp_path / "backup.tar", tmp_path / "home"
    for name in ("../outside", "/tmp/outside-of-departures"):
        with tarfile.open(backup, "w") as tar:
            member = tarfile.TarInfo(name)
            member.size = 4
            tar.addfile(member, io.BytesIO(b"harm"))
        with pytest.raises(ConfigError, match=r"^\S*backup.tar: "):
            restore_backup(backup, home)
    assert sorted(path.name for path in tmp_path.iterdir()) in (["backup.tar"], ["backup.tar", "home"])
    assert not Path("/tmp/outside-of-departures").exists()


def test_what_is_written_is_closed_to_others(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path / "home")
    start_run(settings, run_id="r", as_of=datetime(2026, 11, 21, tzinfo=UTC))
    airflow = tmp_path / "airflow"
    airflow_environment(airflow, database="test")
    for folder in (settings.home, airflow):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    assert stat.S_IMODE((airflow / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((airflow / "passwords.json").stat().st_mode) == 0o600


def test_keys_are_made_for_each_installation(tmp_path: Path) -> None:
    first, second = (airflow_environment(tmp_path / name, database="test") for name in ("a", "b"))
    for name in ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"):
        assert len(first[name]) >= 44 and first[name] != second[name]
    assert (
        airflow_environment(tmp_path / "a", database="test")["AIRFLOW__API__SECRET_KEY"]
        == first["AIRFLOW__API__SECRET_KEY"]
    )
