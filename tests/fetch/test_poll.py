"""What a poll does over time: validators, schedules, moves, failures, edits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.fetch.archive import Archive
from include.fetch.poll import PollResult, poll_feeds
from include.fetch.schedule import forget_items
from include.knowledge.feeds import FeedSource
from include.records import FeedOutcome, FeedState
from tests.fetch.web import Handler, Request, Web, make_entry, make_hooks, make_rss, make_settings

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
RSS = "application/rss+xml"


@dataclass
class Newsroom:
    """One feed whose server the test scripts, polled again and again."""

    home: Path
    handler: Handler | None = None
    source: FeedSource = FeedSource("a", "A", "", "en", "US", "press")
    states: dict[str, FeedState] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    port: int = 0
    now: datetime = AS_OF

    async def serve(self, request: Request) -> None:
        if request.path == "/robots.txt":
            await request.answer(b"", "404 Not Found")
        else:
            self.asked.append(request)
            assert self.handler is not None
            await self.handler(request)

    def poll(self, after: timedelta = timedelta(0), *, force: bool = False, replay: bool = False) -> FeedOutcome:
        return self.poll_all(after, force=force, replay=replay).outcomes[0]

    def poll_all(self, after: timedelta = timedelta(0), *, force: bool = False, replay: bool = False) -> PollResult:
        """Poll at `after` the previous poll and keep the states."""
        self.now += after
        settings = make_settings(self.home, self.port)
        with Archive(settings.archive_root) as archive:
            result = poll_feeds(
                [self.source],
                self.states,
                as_of=self.now,
                settings=settings,
                archive=archive,
                force=force,
                replay=replay,
                hooks=make_hooks(),
            )
        self.states = result.states
        return result

    @property
    def state(self) -> FeedState:
        return self.states[self.source.id]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    room = Newsroom(tmp_path)
    with Web(room.serve) as web:
        room.port = web.port
        room.source = replace(room.source, url=web.url("a.test", "/feed"))
        yield room


def serving(*numbers: int, **headers: str) -> Handler:
    """Answer with these entries."""

    async def handler(request: Request) -> None:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        await request.answer(make_rss(*map(make_entry, numbers)), kind=RSS, headers=fields)

    return handler


def failing(status: str, **headers: str) -> Handler:
    async def handler(request: Request) -> None:
        await request.answer(b"", status, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return handler


async def conditional(request: Request) -> None:
    """A server that does conditional GET right."""
    if request.headers.get("if-none-match") == 'W/"v 1"':
        await request.answer(b"", "304 Not Modified")
    else:
        modified = {"ETag": 'W/"v 1"', "Last-Modified": "Fri, 20 Nov 2026 08:00:00 GMT"}
        await request.answer(make_rss(make_entry(1)), kind=RSS, headers=modified)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_reports_only_what_is_new(room: Newsroom) -> None:
    room.handler = serving(1, 2, 3)
    assert len(room.poll_all().items) == 3
    room.handler = serving(4, 1, 2, 3)
    result = room.poll_all(HOUR)
    assert [item.title for item in result.items] == ["Headline 4"]
    assert (result.outcomes[0].items, result.outcomes[0].new_items) == (4, 1)


def test_an_edited_entry_is_the_same_entry_in_a_new_revision(room: Newsroom) -> None:
    room.handler = serving(1, 2, 3)
    before = {item.guid: item for item in room.poll_all().items}
    assert before.keys() == {"guid-1", "guid-2", "guid-3"}

    async def edited(request: Request) -> None:
        entry = make_entry(2).replace("Headline 2", "Headline 2, corrected")
        await request.answer(make_rss(make_entry(1), entry, make_entry(3)), kind=RSS)

    room.handler = edited
    [item] = room.poll_all(HOUR).items
    assert item.title == "Headline 2, corrected"
    assert item.item_id == before["guid-2"].item_id
    assert item.revision != before["guid-2"].revision


def test_summaries_that_always_change_are_no_edits(room: Newsroom) -> None:
    async def counting(request: Request) -> None:
        entries = (make_entry(n).replace("Summary", f"{request.hits} comments") for n in range(10))
        await request.answer(make_rss(*entries), kind=RSS)

    room.handler = counting
    room.poll()
    result = room.poll_all(HOUR)
    assert result.items == ()
    assert dict(result.outcomes[0].dropped) == {"volatile": 10}


def test_sends_validators_verbatim_and_takes_304(room: Newsroom) -> None:
    room.handler = conditional
    room.poll()
    outcome = room.poll(2 * HOUR)
    assert (outcome.outcome, outcome.http_status) == ("not-modified", 304)
    assert room.asked[1].headers["if-none-match"] == 'W/"v 1"'
    assert room.asked[1].headers["if-modified-since"] == "Fri, 20 Nov 2026 08:00:00 GMT"


def test_asks_for_everything_once_a_day(room: Newsroom) -> None:
    room.handler = conditional
    for _ in range(10):
        room.poll(5 * HOUR, force=True)
    full = [number for number, request in enumerate(room.asked) if "if-none-match" not in request.headers]
    assert full == [0, 4, 8]


def test_the_same_body_again_is_not_modified(room: Newsroom) -> None:
    room.handler = serving(1, 2)
    room.poll()
    assert room.poll(HOUR).outcome == "not-modified"


def test_a_304_does_not_heal(room: Newsroom) -> None:
    room.handler = conditional
    room.poll()
    room.handler = failing("500 Internal Server Error")
    room.poll(DAY)
    assert room.state.failures == 0.5
    room.handler = failing("304 Not Modified")
    outcome = room.poll(DAY)
    assert (outcome.outcome, outcome.error) == ("failed", "http-304")
    assert room.state.failures == 1.5
    room.handler = conditional
    assert room.poll(DAY).outcome == "not-modified"
    assert (room.state.failures, room.state.last_error) == (0.0, "")


def test_empty_is_not_broken(room: Newsroom) -> None:
    room.handler = serving()
    assert room.poll().outcome == "empty"
    assert (room.state.failures, room.state.last_success_at) == (0.0, AS_OF)


def test_lost_entries_are_noticed(room: Newsroom) -> None:
    room.handler = serving(1, 2, 3)
    assert not room.poll().overlap_lost
    room.handler = serving(3, 4, 5)
    assert not room.poll(HOUR).overlap_lost
    room.handler = serving(8, 9, 10)
    assert room.poll(HOUR).overlap_lost


def test_a_feed_that_flaps_repeats_nothing(room: Newsroom) -> None:
    room.handler = serving(1, 2)
    room.poll()
    for handler in (serving(), failing("500 Oops"), failing("404 Not Found"), serving()):
        room.handler = handler
        room.poll(DAY)
    room.handler = serving(1, 2, 3)
    assert [item.title for item in room.poll_all(DAY).items] == ["Headline 3"]


def test_failures_back_off_to_a_day_and_no_further(room: Newsroom) -> None:
    room.handler = failing("503 Service Unavailable")
    pauses = []
    for _ in range(100):
        room.now = room.state.next_due_at or room.now if room.states else room.now
        room.poll()
        assert room.state.next_due_at is not None
        pauses.append(room.state.next_due_at - room.now)
    assert pauses[0] < 2 * HOUR
    assert pauses == sorted(pauses)
    assert pauses[-1] <= DAY
    assert room.poll(DAY).outcome == "failed"


def test_gone_is_asked_no_more(room: Newsroom) -> None:
    room.handler = failing("410 Gone")
    assert room.poll().outcome == "gone"
    assert room.poll(30 * DAY, force=True).outcome == "gone"
    assert len(room.asked) == 1


def test_a_new_address_in_the_list_starts_afresh(room: Newsroom) -> None:
    room.handler = failing("410 Gone")
    room.poll()
    room.source = replace(room.source, url=room.source.url + "2")
    room.handler = serving(1)
    assert room.poll(HOUR).outcome == "new"
    assert not room.state.gone


def moving(status: str) -> Handler:
    async def handler(request: Request) -> None:
        if request.path == "/feed":
            await request.answer(b"", status, headers={"Location": request.url("b.test", "/new")})
        else:
            await request.answer(make_rss(*map(make_entry, range(request.hits + 1))), kind=RSS)

    return handler


@pytest.mark.parametrize("status", ["301 Moved Permanently", "308 Permanent Redirect"])
def test_a_feed_moves_after_several_identical_answers(room: Newsroom, status: str) -> None:
    room.handler = moving(status)
    urls = []
    for _ in range(4):
        room.poll(DAY)
        urls.append(room.state.url.rpartition("/")[2])
    assert urls == ["feed", "feed", "new", "new"]
    assert room.asked[-1].host == "b.test"
    assert [request.path for request in room.asked].count("/feed") == 3


def test_a_temporary_redirect_moves_nothing(room: Newsroom) -> None:
    room.handler = moving("302 Found")
    for _ in range(5):
        assert room.poll(DAY).outcome == "new"
    assert room.state.url == room.source.url


def test_a_redirect_to_something_else_moves_nothing(room: Newsroom) -> None:
    async def parked(request: Request) -> None:
        if request.path == "/feed":
            await request.answer(b"", "301 Moved", headers={"Location": "/parked"})
        else:
            await request.answer(b"<html>This domain is for sale</html>", kind="text/html")

    room.handler = parked
    for _ in range(5):
        assert room.poll(DAY).error == "not-a-feed"
    assert room.state.url == room.source.url


def test_interval_follows_the_share_of_new_entries(room: Newsroom) -> None:
    room.handler = serving(1, 2, 3)
    room.poll()
    assert room.state.interval_s == 3600
    room.handler = serving(3, 4, 5, 6)
    room.poll(DAY)
    assert room.state.interval_s == 1800
    room.poll(DAY)
    assert room.state.interval_s == 2700


@pytest.mark.parametrize(
    ("headers", "extra"),
    [
        ({"Cache_Control": "public, max-age=7200"}, ""),
        ({"Date": "Sat, 21 Nov 2026 10:00:00 GMT", "Expires": "Sat, 21 Nov 2026 12:00:00 GMT"}, ""),
        ({}, "<ttl>120</ttl>"),
        ({}, '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod><ttl>120</ttl>'),
    ],
)  # fmt: skip
def test_what_the_publisher_asks_for_is_honoured(room: Newsroom, headers: dict[str, str], extra: str) -> None:
    async def handler(request: Request) -> None:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        await request.answer(make_rss(make_entry(1), extra=extra), kind=RSS, headers=fields)

    room.handler = handler
    room.poll()
    assert room.state.interval_s == 7200
    assert room.poll(HOUR).outcome == "not-due"
    assert room.poll(HOUR).outcome == "not-modified"


def test_a_daily_run_that_is_a_little_early_still_polls(room: Newsroom) -> None:
    room.handler = serving(1, Cache_Control="max-age=86400")
    room.poll()
    assert room.poll(DAY - timedelta(minutes=5)).outcome == "not-modified"


@pytest.mark.parametrize("value", ["7200", "Sat, 21 Nov 2026 14:00:00 GMT"])
def test_retry_after_is_kept_in_both_forms(room: Newsroom, value: str) -> None:
    room.handler = failing("429 Too Many Requests", Retry_After=value, Date="Sat, 21 Nov 2026 12:00:00 GMT")
    room.poll()
    assert room.state.next_due_at is not None
    assert 2 * HOUR <= room.state.next_due_at - AS_OF <= 2.2 * HOUR
    assert room.poll(1.9 * HOUR, force=True).outcome == "not-due"


def test_retry_after_closes_the_host_for_its_other_feeds(room: Newsroom) -> None:
    sources = [replace(room.source, id=f"s{n}", url=f"{room.source.url}{n}") for n in range(6)]

    async def busy(request: Request) -> None:
        await asyncio.sleep(0.05)
        await request.answer(b"", "429 Too Many Requests", headers={"Retry-After": "10000"})

    room.handler = busy
    settings = make_settings(room.home, room.port)
    with Archive(settings.archive_root) as archive:
        result = poll_feeds(sources, {}, as_of=AS_OF, settings=settings, archive=archive, hooks=make_hooks())
    errors = sorted(outcome.error for outcome in result.outcomes)
    assert errors[-2:] == ["http-429", "http-429"]  # the two that may be under way at once
    assert set(errors[:-2]) == {"host-closed"}
    assert len(room.asked) == 2
    dues = [state.next_due_at - AS_OF for state in result.states.values() if state.next_due_at]
    assert len(dues) == 6
    assert min(dues) >= timedelta(seconds=10_000)  # the pause is the host's, not the feed's


def test_force_polls_what_is_not_due(room: Newsroom) -> None:
    room.handler = serving(1)
    room.poll()
    assert room.poll(timedelta(minutes=1)).outcome == "not-due"
    assert room.poll(timedelta(minutes=1), force=True).outcome == "not-modified"


def test_disabled_sources_are_left_out(room: Newsroom) -> None:
    room.source = replace(room.source, enabled=False)
    result = room.poll_all()
    assert (result.items, result.states, result.outcomes) == ((), {}, ())


def test_a_pattern_chooses_entries_without_false_alarm(room: Newsroom) -> None:
    room.source = replace(room.source, match=r"headline [12]\b")
    room.handler = serving(1, 2, 3, 4)
    assert [item.title for item in room.poll_all().items] == ["Headline 1", "Headline 2"]
    room.handler = serving(4, 5, 6)
    result = room.poll_all(HOUR)
    assert result.items == ()
    assert not result.outcomes[0].overlap_lost


def test_a_cut_off_body_leaves_no_validators(room: Newsroom) -> None:
    async def cut(request: Request) -> None:
        body = make_rss(*map(make_entry, range(5)))
        await request.answer(body[:-300], kind=RSS, headers={"ETag": '"x"', "Content-Length": str(len(body))})

    room.handler = cut
    result = room.poll_all()
    assert result.outcomes[0].error == "disconnected"
    assert 1 <= len(result.items) < 5
    assert (room.state.etag, room.state.body_hash) == (None, None)


def test_forgotten_entries_are_reported_again(room: Newsroom) -> None:
    room.handler = conditional
    [item] = room.poll_all().items
    room.states = {"a": forget_items(room.state, [item.item_id])}
    assert [again.item_id for again in room.poll_all(2 * HOUR).items] == [item.item_id]
    assert forget_items(room.state, ["other"]) is room.state


def test_entries_that_are_tried_again_are_neither_lost_ones_nor_news(room: Newsroom) -> None:
    """A site whose pages fail for a week must not look like one that writes more than we can follow."""
    room.handler = serving(*range(6))
    first = room.poll_all().items
    interval = room.state.interval_s
    for _ in range(3):
        room.states = {"a": forget_items(room.state, [item.item_id for item in first])}
        again = room.poll_all(DAY)
        assert again.items == tuple(replace(item, seen_at=room.now) for item in first)
        assert (again.outcomes[0].overlap_lost, again.outcomes[0].new_items) == (False, 0)
    assert room.state.interval_s > interval
    assert room.poll(DAY).outcome == "not-modified"


def test_replay_gives_the_same_items(room: Newsroom) -> None:
    live = []
    for numbers in ((1, 2), (3, 1, 2), (4, 3, 1)):
        room.handler = serving(*numbers)
        live.append(room.poll_all(DAY))
    room.handler = None  # nobody is asked from here on
    room.now, room.states = AS_OF, {}
    for before in live:
        again = room.poll_all(DAY, replay=True)
        assert again.items == before.items
        assert again.states == before.states
        assert again.outcomes == tuple(replace(outcome, seconds=0.0) for outcome in before.outcomes)


def test_replay_of_the_past_leaves_the_schedule_alone(room: Newsroom) -> None:
    room.handler = serving(1, 2)
    first = room.poll_all()
    room.handler = serving(3, 2)
    room.poll(DAY)
    state = room.state
    room.now = AS_OF
    assert room.poll_all(replay=True).items == first.items
    assert room.state == state
