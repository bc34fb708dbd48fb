"""The Atom feed of flagged departures. Readers hide updates, so a change of status is an entry of its own."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from include.publish.rows import WITHDRAWN, Row, as_list, as_text, as_time, claim, event_url, headline, status_word

# An id never changes, wherever the board moves: it is made of the event's id alone.
_NAMESPACE = uuid.UUID("7d5a3c1e-52b0-5f0e-9a55-1f0f4f5a2c11")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIMIT = 200


def entry_id(event_id: str, change: str = "") -> str:
    """The Atom id of an event, or of a later change of its status."""
    return uuid.uuid5(_NAMESPACE, f"{event_id}/{change}" if change else event_id).urn


def render_feed(rows: Sequence[Row], *, base_url: str, updated_at: datetime) -> str:
    """Render the feed, the newest first, at most 200 entries. `updated_at` is the time of the publish."""
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{entry_id('feed')}</id>",
        "<title>Departure Board</title>",
        "<subtitle>Departures that matter, with reasons and evidence</subtitle>",
        f'<link rel="alternate" type="text/html" href="{_text(base_url)}"/>',
        f'<link rel="self" type="application/atom+xml" href="{_text(base_url)}/departures.atom"/>',
        f"<updated>{_time(updated_at)}</updated>",
        "<author><name>Departure Board</name></author>",
    ]
    for row in rows[:_LIMIT]:
        parts += _entries(row, base_url, updated_at)
    return "\n".join([*parts, "</feed>", ""])


def published_ids(feed: str) -> set[str]:
    """The Atom ids that an earlier feed gave out."""
    return set(re.findall(r"<id>(urn:uuid:[0-9a-f-]+)</id>", feed))


def _entries(row: Row, base_url: str, updated_at: datetime) -> list[str]:
    event_id = str(row["event_id"])
    reported = as_time(row.get("first_reported_at")) or as_time(row.get("known_from")) or updated_at
    lines: list[str] = []
    if row.get("status") in WITHDRAWN:
        at = _withdrawn_at(row) or reported
        identity = entry_id(event_id, as_text(row.get("status")))
        related = f'<link rel="related" href="{entry_id(event_id)}"/>'
        lines += _entry(row, identity, claim(row), base_url, at=at, extra=[related])
        return lines + _entry(row, entry_id(event_id), headline(row), base_url, at=reported)
    return _entry(row, entry_id(event_id), claim(row), base_url, at=reported)


def _withdrawn_at(row: Row) -> datetime | None:
    """When it was denied, as its evidence has it; else since when we know this version."""
    denials = [piece for piece in as_list(row.get("evidence")) if piece.get("stance") == "denies"]
    times = [when for piece in denials if (when := as_time(piece.get("published_at")))]
    return min(times, default=None) or as_time(row.get("known_from"))


def _entry(row: Row, identity: str, title: str, base_url: str, *, at: datetime, extra: Sequence[str] = ()) -> list[str]:
    url = event_url(base_url, str(row["event_id"]))
    return [
        "<entry>",
        f"<id>{identity}</id>",
        f"<title>{_text(title)}</title>",
        f'<link rel="alternate" type="text/html" href="{_text(url)}"/>',
        *extra,
        f"<published>{_time(at)}</published>",
        f"<updated>{_time(at)}</updated>",
        f'<category term="{_text(as_text(row.get("status")))}"/>',
        f'<content type="html">{_text(_body(row))}</content>',
        "</entry>",
    ]


def _body(row: Row) -> str:
    parts = [f"<p>{escape(status_word(row))}. {escape(headline(row))}</p>"]
    if row.get("doubt"):
        parts.append(f"<p>In doubt: {escape(as_text(row['doubt']))}.</p>")
    reasons = as_list(row.get("reasons"))
    if reasons:
        parts.append("<ul>" + "".join(f"<li>{escape(as_text(reason))}</li>" for reason in reasons) + "</ul>")
    for piece in as_list(row.get("evidence"))[:3]:
        lang = escape(as_text(piece.get("lang")), quote=True)
        quote, url = escape(as_text(piece.get("quote"))), as_text(piece.get("url"))
        source = f' <a href="{escape(url, quote=True)}">source</a>' if url.startswith(("http://", "https://")) else ""
        parts.append(f'<blockquote lang="{lang}" dir="auto">{quote}{source}</blockquote>')
    return "".join(parts)


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text), quote=True)


def _time(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when.tzinfo else f"{when:%Y-%m-%dT%H:%M:%S}Z"
