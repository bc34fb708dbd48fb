"""Phrases of all languages in one pattern, as whole words where the script has words."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Scripts that write without spaces: a phrase may begin and end anywhere in them.
WIDE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def match_any(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases, the longest first; it never matches for no phrases at all."""
    parts = [_bound(phrase) for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase))]
    return f"(?:{'|'.join(parts)})" if parts else r"(?!)"


def _bound(phrase: str) -> str:
    """Word boundaries where the phrase begins or ends with a letter; Arabic prefixes (` ل`) stay open."""
    left = "" if WIDE.match(phrase) or not phrase[0].isalnum() else r"(?<!\w)"
    right = "" if WIDE.match(phrase[-1]) or not phrase[-1].isalnum() or phrase.endswith(" ل") else r"(?!\w)"
    return f"{left}{re.escape(phrase)}{right}"
