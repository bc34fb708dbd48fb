"""What fuzzing found once is read for ever after, and the fuzzer still finds what is put in its way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import __main__ as fuzzer
from tests.fuzz.targets import TARGETS, Target

FOUND = sorted(path for path in fuzzer.FOUND.iterdir() if path.name != "README.md")


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_once_is_read(path: Path) -> None:
    target = TARGETS[path.name.rpartition("-")[0]]
    fuzzer.check(target, path.read_bytes())


@pytest.mark.parametrize("name", ["feed", "jsonld", "warc", "dates", "decision", "sources", "robots"])
def test_a_target_reads_what_it_starts_from(name: str) -> None:
    """Those that are quick; the others read theirs in `make fuzz`."""
    seeds = TARGETS[name].seeds()
    assert seeds
    for seed in seeds:
        fuzzer.check(TARGETS[name], seed)


def test_an_error_and_a_standstill_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(data: bytes) -> None:
        if b"<" in data:
            raise KeyError("planted")

    def hangs(data: bytes) -> None:
        while b"<" in data:
            pass

    monkeypatch.setattr(fuzzer, "FOUND", tmp_path)
    for name, read in (("fails", fails), ("hangs", hangs)):
        monkeypatch.setitem(fuzzer.TARGETS, name, Target(name, read, lambda: [b"harmless"], seconds=0.1))
        line = fuzzer.run_target(name, 20, 0, tmp_path)
        assert ("KeyError: 'planted'" if name == "fails" else "TooSlow: longer than 0.1 s") in line
        (kept,) = tmp_path.glob(f"{name}-*")
        assert b"<" in kept.read_bytes() and len(kept.read_bytes()) < 20
        assert f"FOUND: {line}" in capsys.readouterr().out
