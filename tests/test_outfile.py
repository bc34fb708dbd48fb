"""Output files: whole or as they were, never the input, never in the place of a device."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.outfile import check_output, open_output, write_output
from tests.conftest import ROOT


def test_a_writer_that_dies_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out"
    assert write_output(path, ["före", "after"]) == 2
    with pytest.raises(RuntimeError), open_output(path) as stream:
        stream.write(b"half")
        raise RuntimeError("killed")
    assert path.read_text(encoding="utf-8") == "före\nafter\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_what_is_read_cannot_be_the_output_under_any_name(tmp_path: Path) -> None:
    path, link, twin = tmp_path / "in", tmp_path / "link", tmp_path / "twin"
    path.write_text("mine")
    link.symlink_to(path)
    twin.hardlink_to(path)
    for output in (path, link, twin, tmp_path / "." / "in"):
        with pytest.raises(
            ConfigError, match=r"^--out .*: is what is read here, and would be lost; name another file$"
        ):
            check_output(output, tmp_path / "absent", path, name="--out")
    check_output(tmp_path / "out", path)
    check_output(Path(os.devnull), Path(os.devnull))


def test_a_folder_and_what_stands_in_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; name a file"):
        check_output(tmp_path)
    with pytest.raises(ConfigError, match="the folder .*absent does not exist; make it or name another"):
        check_output(tmp_path / "absent" / "out")


def test_a_link_stays_and_leads_to_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "link"
    link.symlink_to("far/out")
    write_output(link, ["a"])
    assert link.is_symlink() and (tmp_path / "far" / "out").read_text() == "a\n"
    assert [entry.name for entry in (tmp_path / "far").iterdir()] == ["out"]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_output(pipe, ["a", "b"])
        assert os.read(reading, 100) == b"a\nb\n"
    finally:
        os.close(reading)
    assert pipe.is_fifo()


def test_the_standard_output_may_be_named_whatever_it_is(tmp_path: Path) -> None:
    """A file that the shell opened is not replaced either: its lines of before stay, and the shell holds the same."""
    write = (
        "from include.outfile import write_output; from pathlib import Path; write_output(Path('/dev/stdout'), 'ab')"
    )
    done = subprocess.run([sys.executable, "-c", write], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "a\nb\n"), done.stderr
    path = tmp_path / "log"
    path.write_text("before\n")
    known = path.stat().st_ino
    with path.open("ab") as stream:
        subprocess.run([sys.executable, "-c", write], cwd=ROOT, stdout=stream, check=True)
    assert path.read_text() == "before\na\nb\n"
    assert path.stat().st_ino == known
    assert Path("/dev/stdout").is_symlink() and Path(os.devnull).is_char_device()
