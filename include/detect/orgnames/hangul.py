"""Organisations in Korean that stand in no list: 한빛전자, 무신사 최고재무책임자."""

from __future__ import annotations

from collections.abc import Iterator

from include.detect.names import Candidate
from include.detect.reading import Reading
from include.detect.text import script_of

_LONGEST = 12  # characters before the word of kind


def find_korean(reading: Reading) -> Iterator[Candidate]:
    fold = reading.text.fold
    posts = {(hit.start, hit.end) for hit in reading.hits if hit.entry.category == "role"}
    longest = {start: max(end for s, end in posts if s == start) for start, _ in posts}
    for hit in reading.hits:
        if hit.entry.category != "org_after" or script_of(fold[hit.start]) != 5:
            continue
        if longest.get(hit.start, 0) > hit.end:
            continue  # 연구소 is the beginning of the post 연구소장
        start = hit.start
        while start > 0 and hit.start - start < _LONGEST and script_of(fold[start - 1]) in (5, 1, 8):
            start -= 1
        if hit.start - start >= 1:
            yield Candidate(start, hit.end, 0.0, 2.4, 1)
