"""Whom a new mention may concern, of those whom a coarse key brings up: decided by the names, before anything is read.

A run must cost what the people it mentions cost. Coarse keys bring up everybody at an organisation whose name begins
alike; one in ten of these is like enough to matter.
"""

from __future__ import annotations

from collections.abc import Iterable

from include.resolve.likeness import may_be_one_name
from include.resolve.names import folded_parts, is_full_name, is_inflected, short_sign


def may_concern(forms: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a mention with these forms can bear on a person with these names.

    Full names bear on one another where they are alike; a surname alone where it is a word of the other.
    """
    names = list(names)
    return any(_bears_on(form, name) for form in forms for name in names)


def _bears_on(form: str, name: str) -> bool:
    if is_full_name(form) and is_full_name(name):
        return may_be_one_name(form, name)
    return any(
        a == b or is_inflected(a, b) or short_sign(a) == short_sign(b)
        for a in folded_parts(form)
        for b in folded_parts(name)
    )
