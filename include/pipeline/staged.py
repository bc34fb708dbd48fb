"""What is handed over between `read` and `load` besides the records."""

from __future__ import annotations

from dataclasses import dataclass

from include.records import Move


@dataclass(frozen=True, slots=True)
class StagedMove:
    """A move on its way to the warehouse."""

    article_id: str
    move: Move
