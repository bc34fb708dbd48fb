"""A pause that a host asked for outlives the run it asked in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.errors import ConfigError
from include.fetch.archive import Archive
from include.fetch.discover import find_feeds
from include.fetch.pages import fetch_pages
from include.fetch.pauses import read_pauses
from include.fetch.poll import poll_feeds
from include.fetch.probe import check_sources
from include.fetch.reasons import TEMPORARY_REASONS
from include.knowledge.feeds import FeedSource
from include.records import FeedItem, Page
from tests.fetch.web import GOOD_FEED, Request, Web, make_hooks, make_settings

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAGE = b"<html><p>Words.</p></html>"


def make_item(url: str, name: str) -> FeedItem:
    return FeedItem(name, "s", name, url, url, f"Title {name}", "Summary", (), None, None, "en", AS_OF)


class BusyWeb:
    """`busy.test` answers every page with `status` and `headers` while it is busy; other hosts are good."""

    def __init__(self, home: Path, status: str, headers: dict[str, str]) -> None:
        self.home, self.status, self.headers, self.is_busy = home, status, headers, True
        self.web = Web(self.serve)

    async def serve(self, request: Request) -> None:
        if request.path == "/robots.txt":
            await request.answer(b"", "404 Not Found")
        elif request.host == "busy.test" and self.is_busy:
            await request.answer(b"", self.status, headers=self.headers)
        else:
            await request.answer(GOOD_FEED if request.path == "/feed" else PAGE)

    def fetch(self, after: timedelta, *, replay: bool = False) -> list[Page]:
        """Fetch a page of the busy host and one of a good host in a run of its own."""
        items = [make_item(self.web.url(f"{name}.test", "/page"), name) for name in ("busy", "good")]
        settings = make_settings(self.home, self.web.port)
        with Archive(settings.archive_root) as archive:
            return fetch_pages(
                items, as_of=AS_OF + after, settings=settings, archive=archive, replay=replay, hooks=make_hooks()
            )

    @property
    def asked(self) -> int:
        """Requests that the busy host has got for its page."""
        return self.web.hits["busy.test", "/page"]


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("value", ["7200", "Sat, 21 Nov 2026 14:00:00 GMT"])
def test_a_page_host_is_left_alone_by_the_next_runs_too(tmp_path: Path, status: str, value: str) -> None:
    busy = BusyWeb(tmp_path, status, {"Retry-After": value, "Date": "Sat, 21 Nov 2026 12:00:00 GMT"})
    with busy.web:
        assert [page.reason for page in busy.fetch(0 * HOUR)] == [f"http-{status[:3]}", ""]
        busy.is_busy = False
        for after in (0 * HOUR, 1.9 * HOUR):
            assert [page.reason for page in busy.fetch(after)] == ["host-closed", ""]
        assert busy.asked == 1
        assert [page.reason for page in busy.fetch(2 * HOUR)] == ["", ""]
        assert busy.asked == 2
    assert "host-closed" in TEMPORARY_REASONS  # so the entry comes again


def test_the_pause_counts_from_the_answer_not_from_the_start_of_the_run(tmp_path: Path) -> None:
    busy = BusyWeb(tmp_path, "429 Busy", {"Retry-After": "3600", "Date": "Sat, 21 Nov 2026 12:40:00 GMT"})
    with busy.web:
        busy.fetch(0 * HOUR)
        assert busy.fetch(1.5 * HOUR)[0].reason == "host-closed"
        assert busy.fetch(1.7 * HOUR)[0].reason == "http-429"


def test_a_server_whose_clock_is_wrong_is_not_shut_out(tmp_path: Path) -> None:
    busy = BusyWeb(tmp_path, "429 Busy", {"Retry-After": "3600", "Date": "Sun, 21 Nov 2027 12:00:00 GMT"})
    with busy.web:
        busy.fetch(0 * HOUR)
        busy.is_busy = False
        assert busy.fetch(HOUR)[0].reason == ""


def test_a_short_pause_is_over_with_its_run(tmp_path: Path) -> None:
    busy = BusyWeb(tmp_path, "429 Busy", {"Retry-After": "1"})
    with busy.web:
        assert busy.fetch(0 * HOUR)[0].reason == "http-429"
        busy.is_busy = False
        assert busy.fetch(0 * HOUR)[0].reason == ""


def test_a_killed_run_and_a_run_of_the_past(tmp_path: Path) -> None:
    busy = BusyWeb(tmp_path, "429 Busy", {"Retry-After": "7200"})
    busy.is_busy = False
    with busy.web:
        url = busy.web.url("busy.test", "/page")
        archive = Archive(make_settings(tmp_path).archive_root)
        archive.append(url, status=429, headers=[("Retry-After", "7200")], body=b"", fetched_at=AS_OF)
        archive.abandon()
        assert busy.fetch(HOUR)[0].reason == "host-closed"
        assert busy.fetch(-HOUR)[0].reason == ""  # what was asked for later says nothing about that time


def test_what_a_page_was_answered_holds_for_the_feed_of_its_host(tmp_path: Path) -> None:
    busy = BusyWeb(tmp_path, "429 Busy", {"Retry-After": "7200"})
    with busy.web:
        busy.fetch(0 * HOUR)
        source = FeedSource("a", "A", busy.web.url("busy.test", "/feed"), "en", "US", "press")
        settings = make_settings(tmp_path, busy.web.port)
        with Archive(settings.archive_root) as archive:
            result = poll_feeds(
                [source, replace(source, id="b", url=busy.web.url("good.test", "/feed"))],
                {},
                as_of=AS_OF + HOUR,
                settings=settings,
                archive=archive,
                hooks=make_hooks(),
            )
    # Nobody asked it, so it has not failed; it is due when the pause is over.
    assert [(outcome.outcome, outcome.error) for outcome in result.outcomes] == [
        ("not-due", "host-closed"),
        ("new", ""),
    ]
    waiting = result.states["a"]
    assert (waiting.failures, waiting.last_error, waiting.last_polled_at) == (0.0, "", None)
    assert waiting.next_due_at is not None
    assert AS_OF + 2 * HOUR <= waiting.next_due_at <= AS_OF + 2.2 * HOUR
    assert busy.web.hits["busy.test", "/feed"] == 0


def test_feeds_beside_one_that_is_told_to_wait_are_not_asked(tmp_path: Path) -> None:
    """Several feeds of one host in one poll: the first that is told to wait has failed, the others have not."""
    busy = BusyWeb(tmp_path, "429 Too Many Requests", {"Retry-After": "7200"})
    with busy.web:
        sources = [
            FeedSource(name, name, busy.web.url("busy.test", f"/{name}"), "en", "US", "press") for name in "abcd"
        ]
        settings = make_settings(tmp_path, busy.web.port)
        states = {}
        outcomes = []
        for after in (0 * HOUR, HOUR):
            with Archive(settings.archive_root) as archive:
                result = poll_feeds(
                    sources, states, as_of=AS_OF + after, settings=settings, archive=archive, force=True,
                    hooks=make_hooks(),
                )  # fmt: skip
            states = result.states
            outcomes.append([(outcome.outcome, outcome.error) for outcome in result.outcomes])
        asked = sum(busy.web.hits["busy.test", f"/{name}"] for name in "abcd")
        assert 1 <= asked <= 2  # two may be on their way at once
        assert sorted(outcomes[0]) == asked * [("failed", "http-429")] + (4 - asked) * [("not-due", "host-closed")]
        assert {outcome for outcome, _ in outcomes[1]} == {"not-due"}
        assert sorted(state.failures for state in states.values()) == (4 - asked) * [0.0] + asked * [0.5]


def test_checking_and_finding_feeds_knows_the_pauses_of_the_home(tmp_path: Path) -> None:
    busy = BusyWeb(tmp_path, "503 Service Unavailable", {"Retry-After": "7200"})
    with busy.web:
        busy.fetch(0 * HOUR)
        busy.is_busy = False
        settings = make_settings(tmp_path, busy.web.port)
        with Archive(settings.archive_root) as archive:
            pauses = read_pauses(archive, AS_OF + HOUR)
        url = busy.web.url("busy.test", "/feed")
        with Archive(tmp_path / "probe") as probe:
            given = {"as_of": AS_OF + HOUR, "settings": settings, "archive": probe, "hooks": make_hooks()}
            (check,) = check_sources([FeedSource("a", "A", url, "en", "US", "press")], pauses=pauses, **given)
            with pytest.raises(ConfigError, match="the host wants a pause"):
                find_feeds(url, pauses=pauses, **given)
            assert (check.ok, check.reason, busy.web.hits["busy.test", "/feed"]) == (False, "host-closed", 0)
            assert find_feeds(url, pauses={}, **given)[0].url == url


def test_a_run_in_a_pause_is_replayed_as_it_was(tmp_path: Path) -> None:
    busy = BusyWeb(tmp_path, "429 Busy", {"Retry-After": "7200"})
    with busy.web:
        live = [busy.fetch(after) for after in (0 * HOUR, HOUR)]
        busy.is_busy = False
        live.append(busy.fetch(3 * HOUR))
    replayed = [busy.fetch(after, replay=True) for after in (0 * HOUR, HOUR, 3 * HOUR)]
    assert replayed == live
    assert [pages[0].reason for pages in live] == ["http-429", "host-closed", ""]
