"""The example queries of docs/queries.md."""

from __future__ import annotations

import re

from tests.warehouse.build import ROOT

_EXAMPLE = re.compile(r"^## (\d+)\. (.+?)\n.*?```sql\n(.+?)```", re.DOTALL | re.MULTILINE)


def read_examples() -> dict[str, str]:
    """Question -> SQL, in the order of the page."""
    page = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    return {f"{number}. {question}": sql for number, question, sql in _EXAMPLE.findall(page)}
