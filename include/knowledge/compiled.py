"""The gazetteer in the form that it is used in, beside the files it was made from, as Python keeps its own bytecode.

Reading and checking 700 KB of YAML takes most of a second; every worker would pay it. The compiled form carries the
digest of the files and of the code that read them, so that a changed file is read and checked again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from include.knowledge.gazetteerfiles import Organisation, Person

_CODE = ("gazetteer.py", "gazetteerfiles.py", "namekeys.py", "compiled.py")
_INDEXES = ("organisation_by_key", "person_by_key", "people_by_short_key")


def compiled_path(folder: Path, files: tuple[str, ...]) -> Path:
    """Where the compiled form of these files is kept: the name changes with every byte of them and of our code."""
    paths = (*(folder / name for name in files), *(Path(__file__).with_name(name) for name in _CODE))
    return folder / "__pycache__" / f"gazetteer-{digest_files(paths)}.json"


def digest_files(paths: Iterable[Path]) -> str:
    """Sixteen hexadecimal digits that change with every byte of these files."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes() if path.is_file() else b"")
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def keep_file(path: Path, text: str, older: str) -> None:
    """Write a file in one step, so that several processes may do it at once, and remove older ones by their pattern.

    Where the folder cannot be written to, nothing is kept and nothing is said.
    """
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".compiled-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        for old in path.parent.glob(older):
            if old != path:
                old.unlink(missing_ok=True)


def read_compiled(path: Path) -> dict[str, Any] | None:
    """The entries and indexes of a compiled gazetteer; None where there is none, or one that is no good."""
    try:
        content = json.loads(path.read_bytes())
        return {
            "organisations": [_thaw(Organisation, row) for row in content["organisations"]],
            "people": [_thaw(Person, row) for row in content["people"]],
            **{name: content[name] for name in _INDEXES},
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_compiled(path: Path, entries: Mapping[str, list[Any]], indexes: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep a compiled gazetteer and remove older ones. Where the folder cannot be written to, nothing is kept."""
    content = {key: [[getattr(e, f.name) for f in fields(e)] for e in found] for key, found in entries.items()}
    keep_file(path, json.dumps({**content, **indexes}, ensure_ascii=False), "gazetteer-*.json")


def _thaw(kind: type[Any], row: list[Any]) -> Any:
    return kind(*(tuple(value) if isinstance(value, list) else value for value in row))
