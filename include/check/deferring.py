"""Put off, or leave out, the import of what a library imports and we hardly ever use."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """While the block lasts, modules of these names are imported when something of them is first asked for."""
    finder = _Deferring(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """While the block lasts, these packages are as if not installed, unless they are loaded already."""
    finder = _Absent({name for name in names if name not in sys.modules})
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Absent(MetaPathFinder):
    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"{fullname} is left out", name=fullname)


class _Deferring(MetaPathFinder):
    def __init__(self, names: Collection[str]) -> None:
        self._names = set(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names:
            return None
        self._names.remove(fullname)  # for the search of the real one
        spec = importlib.util.find_spec(fullname)
        if spec and isinstance(spec.loader, Loader) and hasattr(spec.loader, "exec_module"):
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec
