"""Functions for worker processes, which import them by name, and small pages."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from include.errors import QuarantineRecord
from include.records import FeedItem

FETCHED_AT = datetime(2026, 11, 21, tzinfo=UTC)
URL = "https://example-times.test/business/jane-roe"
SENTENCE = "Jane Roe is leaving the company after ten years, it said on Monday in a short note to its staff. "
PARAGRAPH = f"<p>{SENTENCE * 4}</p>"
HEAD = "<html><head><title>Jane Roe leaves Fernlight</title></head><body>"

ITEM = FeedItem(
    item_id="0123456789abcdef",
    source_id="example-times",
    guid="1",
    url=URL,
    canonical_url=URL,
    title="Jane Roe leaves Fernlight",
    summary="The chief engineer of Fernlight is leaving the company at the end of March, it said.",
    authors=("Pat Doe",),
    published_at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    updated_at=None,
    lang="en",
    seen_at=FETCHED_AT,
)


def behave(how: str) -> object:
    """What a task may do to its worker."""
    if how == "hang":
        time.sleep(60)
    if how == "wait":
        time.sleep(1)
    while how == "work":
        pass
    if how == "exit":
        os._exit(3)
    if how == "raise":
        raise ValueError("a bad page")
    if how == "quarantine":
        raise QuarantineRecord("not-html", "it is a picture")
    if how == "memory":
        return [0] * (1 << 29)
    if how == "print":
        print("noise on standard output")
    if how == "unpicklable":
        return lambda: None
    if how == "parent":
        return os.getppid()
    return how if how != "pid" else os.getpid()


def tell_environment(_: str) -> dict[str, str]:
    """Every variable of the process."""
    return dict(os.environ)


def describe_environment() -> None:
    """A preparation that leaves a mark."""
    os.environ["PREPARED"] = f"in process {os.getpid()}, {time.monotonic_ns()}"


def read_mark(_: int) -> str | None:
    """The mark that the preparation left."""
    return os.environ.get("PREPARED")
