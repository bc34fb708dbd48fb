"""Organisations that stand in no list: by the word that names their kind, or by place.

星海科技, 한빛전자 and तारा बैंक end with such a word, شركة نورس and บริษัทดาวเหนือ begin with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from include.detect.names import Candidate
from include.detect.orgnames.compounds import find_compounds, find_katakana
from include.detect.orgnames.hangul import find_korean
from include.detect.orgnames.headed import find_headed
from include.detect.orgnames.spaced import find_spaced
from include.detect.orgnames.thai import find_thai
from include.detect.reading import Reading


def find_organisations(reading: Reading) -> Iterator[Candidate]:
    """Candidates for organisations in the script of the article's language."""
    script = reading.lexicon.pack.script
    if script in ("han", "kana"):
        yield from find_compounds(reading)
        if script == "kana":
            yield from find_katakana(reading)
    elif script == "hangul":
        yield from find_korean(reading)
    elif script == "thai":
        yield from find_thai(reading)
    elif script in ("arabic", "devanagari"):
        yield from find_spaced(reading)
    else:
        yield from find_headed(reading)
