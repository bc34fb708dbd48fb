"""The digest: what is new since the last one, corrections first, as an HTML mail and as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.knowledge.languages import language_names
from include.publish.files import write_text
from include.publish.rows import (
    WITHDRAWN,
    Row,
    as_list,
    as_text,
    as_time,
    claim,
    event_url,
    headline,
    role_of,
    route,
    status_word,
)

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
_MOST_EVENTS = 25  # keeps a mail under 100 KB, above which mail readers cut it
_MOST_QUOTES = 2
_MOST_REASONS = 5
_QUOTE_LENGTH = 240


@dataclass(frozen=True, slots=True)
class Digest:
    """A message in its two forms."""

    subject: str
    html: str
    text: str


def render_digest(rows: Sequence[Row], *, as_of: datetime, base_url: str, corrections: Sequence[Row] = ()) -> Digest:
    """Render departures, the highest score first, and corrections of what was sent before."""
    ranked = sorted(rows, key=lambda row: (-float(row.get("score") or 0), str(row["event_id"])))
    view = {
        "as_of": as_of,
        "base_url": base_url,
        "subject": _subject(ranked, corrections),
        "corrections": [_entry(row, base_url) for row in corrections],
        "entries": [_entry(row, base_url) for row in ranked[:_MOST_EVENTS]],
        "more": max(0, len(ranked) - _MOST_EVENTS),
        "summary": _summarise(len(ranked), len(corrections)),
    }
    html = _inline(_environment().get_template("digest.html.j2").render(view))
    return Digest(str(view["subject"]), html, _environment().get_template("digest.txt.j2").render(view))


def write_digest(digest: Digest, folder: Path, as_of: datetime) -> tuple[Path, Path]:
    """Write a digest as `<day>.html` and `<day>.txt`."""
    name = f"{as_of.astimezone(UTC):%Y-%m-%d}"
    return write_text(folder / f"{name}.html", digest.html), write_text(folder / f"{name}.txt", digest.text)


def _subject(rows: Sequence[Row], corrections: Sequence[Row]) -> str:
    if corrections:
        first = f"Correction: {headline(corrections[0])} is {status_word(corrections[0]).lower()}"
        return first if not rows and len(corrections) == 1 else f"{first}, and {len(rows) + len(corrections) - 1} more"
    if not rows:
        return "No new departures"
    return claim(rows[0]) if len(rows) == 1 else f"{claim(rows[0])}, and {len(rows) - 1} more"


def _summarise(departures: int, corrections: int) -> str:
    """`2 departures, 1 correction`."""
    counted = ((departures, "departure"), (corrections, "correction"))
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counted if n) or "No new departures"


def _entry(row: Row, base_url: str) -> dict[str, Any]:
    evidence = [piece for piece in as_list(row.get("evidence")) if piece.get("quote")]
    status = as_text(row.get("status"))
    return {
        "headline": headline(row),
        "person": as_text(row.get("person")),
        "route": route(row),
        "role": role_of(row),
        "doubt": "" if status in ("rumoured", *WITHDRAWN) else as_text(row.get("doubt")),
        "status": status_word(row),
        "status_class": status,
        "score": "" if status in WITHDRAWN else f"{float(row.get('score') or 0):.0f}",
        "url": event_url(base_url, str(row["event_id"])),
        "reported": _day(row.get("first_reported_at")) or "on an unknown day",
        "date": as_text(row.get("date")),
        "origins": int(row.get("origins") or 0),
        "languages": ", ".join(language_names().get(code, code) for code in as_list(row.get("languages"))),
        "reasons": [] if status in WITHDRAWN else [as_text(r) for r in as_list(row.get("reasons"))[:_MOST_REASONS]],
        "quotes": [_quote(piece) for piece in _choose_evidence(evidence)],
    }


def _choose_evidence(evidence: list[Row]) -> list[Row]:
    """What denies first, and beside it what it denies."""
    denials = [piece for piece in evidence if piece.get("stance") == "denies"]
    claims = [piece for piece in evidence if piece.get("stance") != "denies"]
    return [*denials[:1], *claims[: _MOST_QUOTES - len(denials[:1])]]


def _quote(piece: Row) -> dict[str, str]:
    text, url = as_text(piece.get("quote")), as_text(piece.get("url"))
    safe = url if url.startswith(("http://", "https://")) else ""
    host = safe.split("/")[2] if safe else ""
    return {
        "text": text if len(text) <= _QUOTE_LENGTH else text[: _QUOTE_LENGTH - 1].rstrip() + "…",
        "lang": as_text(piece.get("lang")),
        "url": safe,
        "source": as_text(piece.get("source_id")) or host or "source",
        "day": _day(piece.get("published_at")),
        "stance": as_text(piece.get("stance")) or "supports",
    }


def _day(value: object) -> str:
    when = as_time(value)
    return f"{when.astimezone(UTC):%d %b %Y}" if when else ""


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _inline(html: str) -> str:
    import css_inline

    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(html)
