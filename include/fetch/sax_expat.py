"""An XML parser for feedparser that hands over text in large pieces.

Python's own SAX driver leaves expat's text buffer off, so that every line and every `&lt;` of a summary is an event
of its own: 437,000 of them for 813 entries of real feeds. feedparser finds this module through `xml.sax.make_parser`.
"""

from __future__ import annotations

from typing import Any
from xml.sax.expatreader import ExpatParser

_BUFFER_BYTES = 65_536


class BufferedExpatParser(ExpatParser):
    """ExpatParser with the text buffer on."""

    _parser: Any

    def reset(self) -> None:
        """Prepare for a document."""
        super().reset()
        self._parser.buffer_size = _BUFFER_BYTES
        self._parser.buffer_text = True


def create_parser() -> BufferedExpatParser:
    """What `xml.sax.make_parser` calls."""
    return BufferedExpatParser()
