"""Who said it first, where a text cites them."""

from __future__ import annotations


def find_origin(text: str, lang: str) -> str:
    """The name of the outlet that the text gives as its source, else ""."""
    return ""
