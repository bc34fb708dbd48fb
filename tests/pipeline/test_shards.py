"""Entries are shared out by host, evenly, and none is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from include.pipeline.poll import split_by_host
from include.records import FeedItem
from tests.pipeline.site import AS_OF


def make_item(number: int, host: int) -> FeedItem:
    url = f"https://host-{host}.example/{number}" if host else ""
    return FeedItem(str(number), "s", None, url, url, "", "", (), None, None, "en", AS_OF)


@given(st.lists(st.integers(0, 6), max_size=60), st.integers(1, 5))
def test_a_host_is_in_one_shard_and_entries_keep_their_order(hosts: list[int], count: int) -> None:
    items = [make_item(number, host) for number, host in enumerate(hosts)]
    shards = split_by_host(items, count)
    assert list(shards) == [f"hosts-{number + 1}" for number in range(count)]
    placed = {name: {item.url.split("/")[2] if item.url else "" for item in shard} for name, shard in shards.items()}
    assert sum(len(names) for names in placed.values()) == len(set(hosts))
    assert sorted(sum(shards.values(), []), key=items.index) == items
    assert all(shard == sorted(shard, key=items.index) for shard in shards.values())


def test_shards_are_as_even_as_hosts_allow() -> None:
    hosts = [1] * 40 + [2] * 30 + [3] * 20 + [4] * 10
    shards = split_by_host([make_item(number, host) for number, host in enumerate(hosts)], 2)
    assert [len(shard) for shard in shards.values()] == [50, 50]
