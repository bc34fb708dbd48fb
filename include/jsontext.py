"""JSON that others wrote: every fault is a ValueError, and what is read can be written as UTF-8."""

from __future__ import annotations

import json
import re
from typing import Any

_SURROGATES = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
HALF = r"\ufffd"  # what stands for half a character where nothing may be lost without a trace


def parse_json(text: str, *, strict: bool = True, half: str = HALF) -> Any:
    """Parse JSON of foreign origin, with lone surrogates mended: `half` stands for each.

    Raises ValueError, which is json.JSONDecodeError with the place where there is one. `strict` is that of json.loads.
    """
    try:
        return json.loads(mend_escapes(text, half), strict=strict)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError:  # of int(), the only one that is left
        raise ValueError("a number has more than 4,300 digits") from None


def mend_escapes(text: str, half: str = HALF) -> str:
    """JSON with another escape, or nothing, for each that is half a surrogate pair: who cuts texts to a length cuts
    emoji in two, "\\ud83d", and no UTF-8 file holds that."""
    if not _SURROGATE_ESCAPE.search(text):
        return text
    return _ESCAPE.sub(lambda escape: half if escape[1] else escape[0], text)


def mend_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate: of the same length, so that places in it stay right."""
    return _SURROGATES.sub("\ufffd", text)
