"""Feeds that would take for ever are given up, and those behind them are not."""

from __future__ import annotations

import asyncio
import os
import resource
from datetime import UTC, datetime

from include.fetch.parsing import SMALL_BYTES, FeedParser, Job, Reading, read_job
from tests.fetch.web import make_entry, make_rss

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
JOB = Job("http://a.test/feed", "application/rss+xml", "a", AS_OF)
LARGE = make_rss(*map(make_entry, range(60)))
ENDLESS = make_rss("<guid>1</guid><description>" + "<b>" * 2_000_000 + "</description>")  # minutes of feedparser


def parse(*bodies: bytes, seconds: float = 20.0) -> list[Reading]:
    async def parse_all() -> list[Reading]:
        async with FeedParser(seconds=seconds) as parser:
            return await asyncio.gather(*(parser.read(JOB, lambda body=body: body) for body in bodies))

    return asyncio.run(parse_all())


def test_the_child_reads_what_the_parent_would() -> None:
    assert len(LARGE) > SMALL_BYTES
    assert parse(LARGE) == [read_job(JOB, LARGE)]
    assert len(read_job(JOB, LARGE).batch.items) == 60


def test_a_feed_that_takes_too_long_is_given_up() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    endless, large = parse(ENDLESS, LARGE, seconds=2.0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (endless.error, endless.version) == ("parser-timeout", "")
    assert len(large.batch.items) == 60
    assert after.ru_utime - before.ru_utime < 10  # two children's imports, and two seconds


def test_a_child_that_dies_is_replaced() -> None:
    async def parse_twice() -> list[Reading]:
        async with FeedParser(expected=99) as parser:
            assert parser._child is not None
            os.kill(parser._child.pid, 9)
            return [await parser.read(JOB, lambda: LARGE) for _ in range(2)]

    first, second = asyncio.run(parse_twice())
    assert first.error == "parser-crash"
    assert len(second.batch.items) == 60


def test_the_same_body_is_not_parsed_again() -> None:
    known = Job(JOB.url, JOB.content_type, JOB.source_id, AS_OF, known_hash=read_job(JOB, LARGE).body_hash)
    assert read_job(known, LARGE).is_known
    assert not read_job(known, LARGE + b" ").is_known
