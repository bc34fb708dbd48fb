"""What every page needs: the installation, who asks, the generation of this moment, what waits in the inbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from include.board.access import Access, Viewer
from include.board.freshness import Freshness, read_freshness
from include.board.inbox import Inbox, Overlay
from include.board.memory import prepare
from include.board.reading import PublishedFile, Reader
from include.board.rendering import render
from include.pipeline.run import parse_as_of
from include.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """One installation of the board."""

    settings: Settings
    access: Access
    clock: Callable[[], datetime]
    published: PublishedFile
    inbox: Inbox

    def now(self) -> datetime:
        """The moment that stands for now: a setting may replace the clock."""
        given = self.settings.as_of
        return parse_as_of(given, name="DEPARTURES_AS_OF") if given else self.clock()


@dataclass(frozen=True, slots=True)
class Page:
    """One request at work."""

    request: Request
    site: Site
    reader: Reader
    overlay: Overlay
    freshness: Freshness

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        viewer: Viewer = self.request.state.viewer
        return viewer

    def render(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """The page, with banner and foot."""
        return render(
            self.request, template, status, freshness=self.freshness, waiting=self.overlay.decisions, **context
        )


@contextmanager
def begin(request: Request) -> Iterator[Page]:
    """Open what is published now for one request. Raises NothingPublished or ConfigError."""
    site: Site = request.app.state.site
    with site.published.read() as reader:
        prepare(reader)
        freshness = read_freshness(reader, site.settings, site.now())
        yield Page(request, site, reader, site.inbox.overlay(reader), freshness)
