"""Honest examples bent out of shape: edits that Hypothesis chooses, and makes fewer when it has found something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

MOST_BYTES = 200_000

# What breaks parsers: ends of things, numbers at the edge, signs that mean something, and characters that are none.
TOKENS = (
    b"\0", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\r",
    b"<", b">", b"</", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?", b"&", b"&#0;", b"&#x110000;", b"&lt;", b"&a;",
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", b"<!ENTITY a '&a;&a;'>", b"<script>", b"<article>",
    b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b"\\u0000", b"\\ud800", b":", b",", b"null", b"true", b"NaN", b"1e999",
    b"-", b"0", b"-1", b"99999999999999999999", b"0001-01-01", b"9999-12-31", b"+99:99", b"\n", b"\t", b"    ", b"%s",
    b"&x ", b"*x", b"!!python/object/apply:os.system [id]", b"<<: *x", b"? ", b"- ", b"|", b"(a|b)", b"[a|b]", b"*",
    b"base: xx", b"base: ../x", b"HTTP/1.1 200 OK\r\n", b"Content-Length: -1\r\n", b"\x1f\x8b\x08", b"WARC/1.1\r\n",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """One change at a place, given as a share of the length."""

    kind: str
    place: float
    length: int
    token: bytes
    times: int

    def apply(self, data: bytes, other: bytes) -> bytes:
        """The changed bytes."""
        at = round(self.place * len(data))
        piece = data[at : at + self.length]
        changed: dict[str, Callable[[], bytes]] = {
            "insert": lambda: data[:at] + self.token + data[at:],
            "replace": lambda: data[:at] + self.token + data[at + self.length :],
            "remove": lambda: data[:at] + data[at + self.length :],
            "cut": lambda: data[:at],
            "flip": lambda: (
                data[:at] + bytes(byte ^ (self.length & 255) for byte in data[at : at + 1]) + data[at + 1 :]
            ),
            "repeat": lambda: data[:at] + (piece or self.token) * self.times + data[at:],
            "nest": lambda: data[:at] + self.token * self.times + data[at:],
            "splice": lambda: data[:at] + other[round(self.place * len(other)) :],
        }
        return changed[self.kind]()[:MOST_BYTES]


KINDS = ("insert", "replace", "remove", "cut", "flip", "repeat", "nest", "splice")
EDITS = st.builds(
    Edit,
    kind=st.sampled_from(KINDS),
    place=st.floats(0, 1),
    length=st.one_of(st.integers(1, 8), st.integers(1, 2_000)),
    token=st.one_of(st.sampled_from(TOKENS), st.binary(min_size=1, max_size=12)),
    times=st.sampled_from((2, 10, 100, 1_000, 20_000)),
)


def bent(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """One of the seeds after some edits; now and then nothing but noise."""

    def bend(seed: bytes, other: bytes, edits: list[Edit]) -> bytes:
        for edit in edits:
            seed = edit.apply(seed, other)
        return seed

    edited = st.builds(bend, st.sampled_from(seeds), st.sampled_from(seeds), st.lists(EDITS, min_size=1, max_size=6))
    return st.one_of(edited, edited, edited, st.binary(max_size=400))
