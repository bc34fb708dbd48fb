from __future__ import annotations

from tests.warehouse.conftest import con, home

__all__ = ["con", "home"]
