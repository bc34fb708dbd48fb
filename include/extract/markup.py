"""Take HTML out of what should be plain text: headlines and JSON-LD carry it more often than not."""

from __future__ import annotations

import re

_PROGRAM = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
# Known elements only: `a <b and c> d` is prose.
_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|b|blockquote|br|cite|code|div|em|figcaption|figure|font|h[1-6]|hr|i|iframe|img|ins|li|mark"
    r"|ol|p|picture|q|s|section|small|source|span|strong|sub|sup|table|tbody|td|th|tr|u|ul|wbr|script|style)"
    r"(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)


def strip_markup(text: str) -> str:
    """The text without tags, and without what stands in script and style elements."""
    return _TAG.sub("", _PROGRAM.sub("", text)) if "<" in text else text
