"""Channels that people are told through: Apprise URLs, checked at start, never shown whole (they hold passwords)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from include.publish.digest import Digest

_MAIL = ("mailto", "mailtos")
_PREFIX = "digest="


@dataclass(frozen=True, slots=True)
class Channel:
    """One place to send to. `digest=` before a URL asks for the daily digest instead of single alerts."""

    channel_id: str
    label: str  # what may be logged: scheme and host
    url: str
    takes: Literal["alerts", "digest"]
    is_mail: bool


def read_channels(urls: Iterable[str]) -> list[Channel]:
    """Read the configured URLs, the same one once."""
    channels: dict[str, Channel] = {}
    for entry in urls:
        takes: Literal["alerts", "digest"] = "digest" if entry.startswith(_PREFIX) else "alerts"
        url = entry.removeprefix(_PREFIX)
        parts = urlsplit(url)
        digest = hashlib.sha256(entry.encode()).hexdigest()[:8]
        channel_id = f"{parts.scheme or 'channel'}-{digest}"
        channels[channel_id] = Channel(channel_id, _label(url), url, takes, parts.scheme in _MAIL)
    return list(channels.values())


def check_urls(urls: Iterable[str]) -> list[str]:
    """One line for each URL that Apprise does not understand, secrets left out."""
    from apprise import Apprise

    problems = []
    for number, entry in enumerate(urls, 1):
        with _quiet_apprise():
            understood = Apprise.instantiate(entry.removeprefix(_PREFIX), suppress_exceptions=True)
        if understood is None:
            problems.append(
                f"DEPARTURES_ALERT_URLS: entry {number} ({_label(entry.removeprefix(_PREFIX))}) is no URL that Apprise "
                "understands; see https://appriseit.com for the form, and write a comma inside it as %2C"
            )
    return problems


def send_to(channel: Channel, message: Digest, *, title: str) -> str:
    """Send one message. Returns "" if the channel took it, else why not."""
    from apprise import Apprise, NotifyFormat

    service = Apprise()
    with _quiet_apprise() as said:
        if not service.add(channel.url):
            return "the URL is not understood"
        body, form = (message.html, NotifyFormat.HTML) if channel.is_mail else (message.text, NotifyFormat.TEXT)
        try:
            taken = service.notify(title=title, body=body, body_format=form)
        except Exception as error:  # a plugin of Apprise may raise anything; one channel must not stop the others
            return f"{type(error).__name__}"
    return "" if taken else (said[-1] if said else "the channel did not take it")


def _label(url: str) -> str:
    parts = urlsplit(url)
    try:
        host = parts.hostname or ""
    except ValueError:
        host = ""
    return f"{parts.scheme}://{host}" if parts.scheme else "no scheme"


@contextmanager
def _quiet_apprise() -> Iterator[list[str]]:
    """Keep Apprise's own log lines (they may show tokens) and hand over only its first words on a failure."""
    said: list[str] = []

    class _Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage().split("http")[0].strip()[:120])

    logger = logging.getLogger("apprise")
    handler, before, level = _Keep(logging.WARNING), logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = before
        logger.setLevel(level)
