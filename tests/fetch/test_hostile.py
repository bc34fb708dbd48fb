"""The hostile list run whole, as one poll and as one fetch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.fetch.archive import Archive
from include.fetch.limits import Patience
from include.fetch.pages import fetch_pages
from include.fetch.poll import PollResult, poll_feeds
from include.knowledge.feeds import FeedSource
from include.records import FeedItem, FeedOutcome, Page
from tests.fetch.hostile import BEHAVIOURS, SECRET
from tests.fetch.web import Request, Web, make_hooks, make_settings, serve_in_child

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
# Enough for a machine that is busy with other things; the hosts that hang cost it once, all at the same time.
PATIENCE = Patience(total=12.0, connect=6.0, silence=6.0, robots_total=6.0, retry_after=1.5, connections=64)
GOOD = tuple(f"good-{number}" for number in range(10))
BY_PAGE = sorted(name for name, behaviour in BEHAVIOURS.items() if behaviour.page_reason is not None)


async def _serve_secret(request: Request) -> None:
    await request.answer(SECRET.encode())


@pytest.fixture(scope="module")
def hostile_web() -> Iterator[tuple[int, Web]]:
    with Web(_serve_secret) as internal, serve_in_child("tests.fetch.hostile", str(internal.port)) as port:
        yield port, internal


def _source(port: int, name: str) -> FeedSource:
    return FeedSource(name, name, f"http://{name}.test:{port}/feed", "en", "US", "press")


def _item(port: int, name: str) -> FeedItem:
    url = f"http://{name}.test:{port}/feed"
    return FeedItem(name, name, name, url, url, name, "The feed's own words", (), None, None, "en", AS_OF)


@pytest.fixture(scope="module")
def polled(
    hostile_web: tuple[int, Web], tmp_path_factory: pytest.TempPathFactory
) -> tuple[PollResult, dict[str, float]]:
    port, _ = hostile_web
    home = tmp_path_factory.mktemp("polled")
    settings = make_settings(home, port)
    sources = [_source(port, name) for name in (*sorted(BEHAVIOURS), *GOOD)]
    reached: dict[str, float] = {}
    started = time.monotonic()

    def note(done: int, total: int, outcome: FeedOutcome) -> None:
        reached[outcome.source_id] = time.monotonic() - started

    with Archive(settings.archive_root) as archive:
        result = poll_feeds(
            sources, {}, as_of=AS_OF, settings=settings, archive=archive, on_progress=note, hooks=make_hooks(PATIENCE)
        )
    reached["the whole run"] = time.monotonic() - started
    return result, reached


@pytest.fixture(scope="module")
def fetched(hostile_web: tuple[int, Web], tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Page], Path]:
    port, _ = hostile_web
    home = tmp_path_factory.mktemp("fetched")
    settings = make_settings(home, port)
    items = [_item(port, name) for name in (*BY_PAGE, *GOOD)]
    with Archive(settings.archive_root) as archive:
        pages = fetch_pages(items, as_of=AS_OF, settings=settings, archive=archive, hooks=make_hooks(PATIENCE))
    return {page.item.source_id: page for page in pages}, home


def test_there_are_at_least_sixty_behaviours() -> None:
    assert len(BEHAVIOURS) >= 60


@pytest.mark.parametrize("name", sorted(BEHAVIOURS))
def test_poll(name: str, polled: tuple[PollResult, dict[str, float]]) -> None:
    behaviour = BEHAVIOURS[name]
    outcome = next(outcome for outcome in polled[0].outcomes if outcome.source_id == name)
    assert outcome.outcome == behaviour.outcome
    assert outcome.error in behaviour.error.split("|")
    if behaviour.items is not None:
        assert outcome.items == behaviour.items


@pytest.mark.parametrize("name", BY_PAGE)
def test_page(name: str, fetched: tuple[dict[str, Page], Path]) -> None:
    page = fetched[0][name]
    assert page.reason in (BEHAVIOURS[name].page_reason or "").split("|")
    assert page.completeness == ("summary" if page.reason else "full")


def test_no_good_host_is_held_up(polled: tuple[PollResult, dict[str, float]]) -> None:
    result, reached = polled
    good = [outcome for outcome in result.outcomes if outcome.source_id in GOOD]
    assert [outcome.items for outcome in good] == [5] * len(GOOD)


def test_no_internal_server_was_reached(
    hostile_web: tuple[int, Web],
    polled: tuple[PollResult, dict[str, float]],
    fetched: tuple[dict[str, Page], Path],
) -> None:
    assert hostile_web[1].log == []
