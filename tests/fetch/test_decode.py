"""Content-Encoding undone piece by piece."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.fetch.decode import BadEncoding, decode_body, open_decoder
from tests.fetch.hostile import make_bomb


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip in members": ("x-gzip", lambda data: gzip.compress(data[:50]) + gzip.compress(data[50:])),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "brotli": ("br", brotli.compress),
    "both": ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
    "none": ("", bytes),
    "named identity": ("Identity", bytes),
}


@pytest.mark.parametrize("name", ENCODERS)
@given(data=st.binary(max_size=2_000), step=st.integers(1, 500))
def test_however_it_is_cut_the_same_comes_out(name: str, data: bytes, step: int) -> None:
    encoding, encode = ENCODERS[name]
    encoded = encode(data)
    decoder = open_decoder(encoding)
    pieces = [piece for at in range(0, len(encoded), step) for piece in decoder.feed(encoded[at : at + step])]
    assert b"".join(pieces) == data
    assert decode_body(encoded, encoding, 10_000) == data


@pytest.mark.parametrize("kind", ["gzip", "deflate", "br"])
def test_a_gigabyte_is_never_whole_in_memory(kind: str) -> None:
    total = largest = 0
    for piece in open_decoder(kind).feed(make_bomb(kind)):
        total += len(piece)
        largest = max(largest, len(piece))
        if total > 20_000_000:
            break
    assert total > 20_000_000
    assert largest < 1_000_000
    assert len(decode_body(make_bomb(kind), kind, 1_000_000)) == 1_000_000


@pytest.mark.parametrize("encoding", ["zstd", "compress", "gzip, gzip, gzip"])
def test_what_was_never_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(BadEncoding):
        open_decoder(encoding)
    assert decode_body(b"plain", encoding, 100) == b"plain"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_wrong_label_does_no_harm(encoding: str) -> None:
    assert decode_body(b"<html>plain</html>", encoding, 100) == b"<html>plain</html>"
