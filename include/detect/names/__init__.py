"""Candidates for names that stand in no list, by script.

Scripts with capitals: runs of capitalised words. Others: transliteration marks, surname characters, given names that
we know, honorifics and posts beside them. A candidate is a span with a first guess; `mentions` decides.
"""

from include.detect.names.candidate import BLOCKING, Candidate, folded_names
from include.detect.names.capitalised import find_capitalised, is_inflected_place, judge_rest
from include.detect.names.han import HanPage, find_dotted, find_han_names
from include.detect.names.hangul import find_hangul_names, strip_particle
from include.detect.names.kanji import find_kanji_names, find_katakana_words
from include.detect.names.listed import find_spaced_names
from include.detect.names.thai import find_thai_names

__all__ = [
    "BLOCKING", "Candidate", "HanPage", "find_capitalised", "find_dotted", "find_han_names", "find_hangul_names",
    "find_kanji_names", "find_katakana_words", "find_spaced_names", "find_thai_names", "folded_names",
    "is_inflected_place", "judge_rest", "strip_particle",
]  # fmt: skip
