"""CONTRIBUTING's recipes, each followed in a copy of the project as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.documents.blocks import copy_project

KNOWLEDGE = Path("include") / "knowledge"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    copy_project(folder, tests=True)
    return folder


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Callable[..., str]:
    """Run Python in the copy; what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(project), "DEPARTURES_HOME": str(tmp_path / "home")}

    def call(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


def edit(path: Path, before: str, after: str) -> None:
    """Put `after` in the place of the first `before`, as a person with an editor does."""
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{path} has changed: the recipe needs another place"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_each_recipe_is_tried_here() -> None:
    recipes = re.findall(r"^## (Add .+)$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipes == [
        "Add a feed",
        "Add or mend a language",
        "Add an expectation",
        "Add a feature to the score",
        "Add a step or a DAG",  # by tests/dags/test_policies.py: a DAG without what the recipe asks for fails there
        "Add a dear test",  # advice, nothing that could be tried
        "Add a dependency",  # by tests/test_policies.py: a dependency without its reason and hashes fails there
    ]


def test_a_feed_for_everyone(project: Path, run: Callable[..., str]) -> None:
    path = project / KNOWLEDGE / "feeds.yaml"
    first = yaml.safe_load(path.read_text(encoding="utf-8"))["feeds"][0]
    entry = {**first, "id": "example-tech", "name": "Example Tech", "url": "https://example.com/rss.xml"}
    lines = yaml.safe_dump([entry], sort_keys=False).splitlines()
    indent = re.search(r"^( *)- ", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert indent
    path.write_text(
        path.read_text(encoding="utf-8").rstrip() + "\n" + "\n".join(indent[1] + line for line in lines) + "\n",
        encoding="utf-8",
    )
    assert '"example-tech"' in run("-m", "include.cli", "sources", "list", "--format", "json")


def test_a_language(project: Path, run: Callable[..., str]) -> None:
    pack = ROOT / "tests" / "detect" / "swedish" / "sv.yaml"
    (project / KNOWLEDGE / "languages" / "sv.yaml").write_text(pack.read_text(encoding="utf-8"), encoding="utf-8")
    checked = re.search(r"^sv: (\d+) of (\d+) examples pass", run("-m", "include.cli", "languages", "check", "sv"))
    assert checked and int(checked[1]) >= 20  # of 25; how many moves with every training of the weights
    article = project / "sv.jsonl"
    line = {"id": "a", "title": "", "text": "Elsa Nordvik lämnar Brovalla för OpenAI.", "lang": "sv"}
    article.write_text(json.dumps({**line, "published": "2026-03-12"}), encoding="utf-8")
    run("-m", "include.cli", "detect", str(article), "--out", str(project / "found.jsonl"))
    (move,) = json.loads((project / "found.jsonl").read_text(encoding="utf-8"))["moves"]
    assert (move["kind"], move["person"], move["from_org"]) == ("departure", "Elsa Nordvik", "Brovalla")


def test_an_expectation(project: Path, run: Callable[..., str]) -> None:
    edit(
        project / "include" / "check" / "expectations.py",
        "ARTICLES = (\n",
        "ARTICLES = (\n"
        '    Expectation(\n        "titles are short",\n        "title",\n        "warn",\n        "shorten it",\n'
        '        kind="ExpectColumnValueLengthsToBeBetween",\n        arguments={"max_value": 20},\n    ),\n',
    )
    code = """
import pandas
from include.check.expectations import ARTICLES
from include.check.validate import validate_frame
for title in ("short", "x" * 21):
    print(validate_frame(pandas.DataFrame({"title": [title]}), ARTICLES[:1])[0].success)
"""
    assert run("-c", code).split() == ["True", "False"]


def test_a_feature_of_the_score(project: Path, run: Callable[..., str]) -> None:
    edit(project / KNOWLEDGE / "notability.py", "_SCALARS = (\n", '_SCALARS = (\n    "named_successor",\n')
    edit(project / KNOWLEDGE / "notability.yaml", "weights:\n", "weights:\n  named_successor: 7\n")
    edit(
        project / "include" / "flag" / "notability.py",
        "    yield from _seniority_terms(event, context, model)\n",
        "    yield from _seniority_terms(event, context, model)\n    if event.successor:\n"
        '        yield Term("successor", event.successor, model.scalars["named_successor"])\n',
    )
    code = """
from include.flag.notability import explain_flag
from include.knowledge.notability import load_notability
from tests.flag.build import event, score
plain, with_successor = score(event()), score(event(successor="Bo Doe"))
print(with_successor.score - plain.score)
print(*explain_flag(with_successor, load_notability()), sep="\\n")
"""
    difference, *lines = run("-c", code).splitlines()
    assert float(difference) == 7
    assert any(line.startswith("successor: Bo Doe +7") for line in lines)
