"""Keys that bring mentions together: whoever changes them says so, and stored ones are made anew."""

from __future__ import annotations

import hashlib

from include.knowledge.gazetteer import load_gazetteer
from include.resolve.keys import KEY_RULES
from include.resolve.mentions import block_keys
from tests.resolve.build import told
from tests.resolve.crosslingual import read_set

DIGESTS = {2: "c995732212d5971b"}


def test_keys_that_change_are_of_a_new_version() -> None:
    """If this fails, raise `KEY_RULES` and add the digest: the next merges then make the stored keys anew."""
    digest = hashlib.sha256()
    gazetteer = load_gazetteer()
    for labelled in read_set():
        for key in sorted(block_keys(labelled.stored, gazetteer), key=lambda key: (key.key, key.at, key.reach)):
            digest.update(f"{key.key} {key.at} {key.reach}".encode())
    assert digest.hexdigest()[:16] == DIGESTS[KEY_RULES]


def test_a_name_and_a_shorter_one_share_a_key_at_one_place_at_any_time() -> None:
    gazetteer = load_gazetteer()
    long, short = (
        {key.key for key in block_keys(told("departure", name, place, published=day), gazetteer) if key.reach == "name"}
        for name, place, day in (
            ("Bob Whitcombe-Hale", "Rolls-Royce", "2025-12-08"),
            ("Bob Whitcombe", "Rolls", "2025-11-03"),
        )
    )
    assert long & short
