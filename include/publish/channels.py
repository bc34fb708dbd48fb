"""Channels that people are told through: Apprise URLs, checked at start, never shown whole (they hold passwords)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from include.publish.digest import Digest
from include.publish.mail import Thread, send_mail

_MAIL = ("mailto", "mailtos")
_WITH_HOST = (*_MAIL, "json", "jsons", "xml", "xmls", "form", "forms", "ntfy", "ntfys")
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
        scheme = _split(url)[0]
        channel_id = f"{scheme or 'channel'}-{hashlib.sha256(entry.encode()).hexdigest()[:8]}"
        channels[channel_id] = Channel(channel_id, _label(url), url, takes, scheme in _MAIL)
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


def send_to(channel: Channel, message: Digest, *, title: str, thread: Thread, at: datetime | None) -> str:
    """Send one message. Returns "" if the channel took it, else why not, in a few words without secrets."""
    from apprise import Apprise, NotifyFormat

    with _quiet_apprise() as said:
        service = Apprise.instantiate(channel.url, suppress_exceptions=True)
        if service is None:
            return "the URL is not understood"
        try:
            if channel.is_mail:
                return send_mail(service, message, title=title, thread=thread, at=at)
            # Over Apprise, not the service itself: it cuts what is too long for the channel.
            sender = Apprise()
            sender.add(service)
            taken = sender.notify(title=title, body=message.text, body_format=NotifyFormat.TEXT)
        except Exception as error:  # a plugin of Apprise may raise anything; one channel must not stop the others
            return f"it failed ({type(error).__name__})"
    return "" if taken else (said[-1] if said else "it did not take the message")


def _split(url: str) -> tuple[str, str]:
    """(scheme, host) of a URL; "" for what cannot be read."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return "", ""


def _label(url: str) -> str:
    """What may be shown of a URL: the host only where it is a host (of a Slack URL it is a token)."""
    scheme, host = _split(url)
    if not scheme:
        return "without a scheme"
    return f"{scheme}://{host}" if scheme in _WITH_HOST else f"{scheme}://…"


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
