"""What a reader of names yields, and the lists of name parts that the readers share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from include.detect.text import fold_text
from include.knowledge.gazetteer import Names, load_names

BLOCKING = frozenset(
    [
        "role",
        "former",
        "acting",
        "honorifics",
        "pronouns",
        "org_refs",
        "not_names",
        "date:months",
        "date:weekdays",
        "date:relative",
        "trigger",
        "attribution",
        "official",
        "reported",
    ]
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be a name. `person` and `org` are evidence for either, 0 is none."""

    start: int
    end: int
    person: float
    org: float
    words: int
    listed: bool = False  # a part of it stands in a list of names


@cache
def folded_names(script: str, han_fold: bool) -> Names:
    """The name parts of a script in matching form."""
    names = load_names(script)
    fold = {
        key: frozenset(fold_text(value, han_fold) for value in getattr(names, key))
        for key in ("given", "surnames", "particles", "honorifics", "transliteration")
    }
    return Names(script, **fold)
