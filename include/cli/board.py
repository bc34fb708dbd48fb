"""`departures board`: who left, why it matters, and the sentence that says so."""

from __future__ import annotations

import json
import unicodedata
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from include.cli.common import Home, out, read_settings
from include.errors import ConfigError
from include.publish.rows import STATUS_MEANINGS

STATUS = {
    "rumoured": ("▲", "yellow"),
    "reported": ("●", "blue"),
    "announced": ("✓", "green"),
    "effective": ("■", "magenta"),
    "denied": ("✕", "red"),
    "retracted": ("–", "dim"),
}
_REASONS_SHOWN = 3
_QUOTE_CHARS = 220
_JOINERS = "\u200c\u200d"  # Hindi and Arabic script need them


def board(
    as_json: Annotated[bool, typer.Option("--json", help="Rows as JSON, with reasons and evidence.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every event, also those that are not flagged.")] = False,
    why: Annotated[
        str, typer.Option("--why", metavar="EVENT", help="All about one event, by its id or the person's name.")
    ] = "",
    home: Home = None,
) -> None:
    """Show the departures that matter, each with its reasons and the sentence that proves it."""
    from include.pipeline.rows import read_rows
    from include.warehouse.generations import open_read_only

    settings = read_settings(home)
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        rows = read_rows(con, "events" if everything or why else "notable_departures")
        (total,) = con.execute("SELECT count(*) FROM events").fetchone() or (0,)
        (as_of,) = con.execute("SELECT max(as_of) FROM runs").fetchone() or (None,)
    finally:
        con.close()
    if why:
        rows = find_event(rows, why)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    elif why:
        for row in rows:
            print_event(out(), row)
    else:
        print_board(out(), rows, total=int(total), as_of=f"{as_of:%d %b %Y %H:%M} UTC" if as_of else "")


def find_event(rows: list[dict[str, Any]], wanted: str) -> list[dict[str, Any]]:
    """The event of this id, of an id that begins so, or those of this person. Raises ConfigError for none."""
    name = wanted.casefold()
    for match in (
        lambda row: row["event_id"] == wanted,
        lambda row: row["event_id"].startswith(wanted),
        lambda row: row["person"].casefold() == name,
        lambda row: name in row["person"].casefold(),
    ):
        if found := [row for row in rows if match(row)]:
            return found
    raise ConfigError(f"--why {wanted!r}: no event has this id or person; `departures board --all` lists them")


def print_board(console: Console, rows: list[dict[str, Any]], *, total: int, as_of: str) -> None:
    """The board: three or four lines an event."""
    console.print(Text.assemble(("Departure Board", "bold"), f"   {len(rows)} of {total} events", f"   as of {as_of}"))
    if not rows:
        console.print("Nothing is flagged. `departures board --all` shows every event.")
        return
    console.print()
    console.print(Text("score who  from → to  status  date  (post)", style="dim"))
    for row in rows:
        console.print()
        console.print(_headline(row))
        if row["reasons"]:
            console.print(Text(f"     why: {_sum_up(row['terms'])}", style="dim"))
        if row["evidence"]:
            console.print(_quote(row["evidence"][0]))
    console.print()
    for status in [name for name in STATUS if any(row["status"] == name for row in rows)]:
        console.print(Text(f"{STATUS[status][0]} {status}: {STATUS_MEANINGS[status]}", style="dim"))
    console.print(Text("The score is the sum of the points after `why`.", style="dim"))
    console.print(Text("All about one: departures board --why NAME", style="dim"))


def print_event(console: Console, row: dict[str, Any]) -> None:
    """One event: its facts, each reason with its points, every sentence for and against."""
    console.print(_headline(row))
    for label, value in (
        ("event", row["event_id"]),
        ("post left", row["role_from"]),
        ("post taken", row["role_to"]),
        ("first reported", row["first_reported_at"]),
        ("origins", f"{row['origins']} independent, {row['articles']} articles, in {', '.join(row['languages'])}"),
        ("review", row["review"]),
    ):
        if value:
            console.print(Text(f"     {label}: {_clean(str(value))}"))
    _print_reasons(console, row)
    for evidence in row["evidence"]:
        console.print(_quote(evidence))
        console.print(Text(f"        {evidence['url']}", style="dim"))
    console.print()


def _print_reasons(console: Console, row: dict[str, Any]) -> None:
    """Every term of the score: its points, what the score would be without it, and the sentence that carries it."""
    if row["score"] is not None:
        console.print(Text(f"     score: {row['score']:g}, {_outcome(row)}"))
    for term, reason in zip(row["terms"], row["reasons"], strict=True):
        console.print(Text(f"     why: {_clean(reason)}"))
        if term["quote"]:
            console.print(Text(f"        “{_shorten(term['quote'])}”", style="dim italic"))


def _outcome(row: dict[str, Any]) -> str:
    if not row["flagged"]:
        return "not flagged"
    if row["alerted"]:
        return "flagged, alerted"
    return f"flagged, never alerted: {row['doubt']}" if row["doubt"] else "flagged"


def _headline(row: dict[str, Any]) -> Text:
    glyph, colour = STATUS[row["status"]]
    score = f"{row['score']:4.0f}" if row["score"] is not None else "   –"
    text = Text.assemble((f"{score} ", "bold"), (_clean(row["person"]), "bold"), "  ")
    text.append(f"{_clean(row['from_org'] or 'not stated')} → {_clean(row['to_org'] or 'not stated')}  ")
    text.append(f"{glyph} {row['status']}", style=colour)
    if row["kind"] != "departure":
        text.append(f" {row['kind']}")
    if row["date"]:
        text.append(f"  {row['date']}")
    if row["doubt"] and row["status"] != "rumoured":
        text.append(f"  {row['doubt']}", style="yellow")
    role = row["role_from"] or row["role_to"]
    if role:
        text.append(f"  ({_clean(role)})", style="dim")
    return text


def _sum_up(terms: list[dict[str, Any]]) -> str:
    shown = [f"{_name_term(term)} {term['points']:+g}" for term in terms]
    more = len(shown) - _REASONS_SHOWN
    return " · ".join(shown[:_REASONS_SHOWN]) + (f" · {more} more" if more > 0 else "")


def _name_term(term: dict[str, Any]) -> str:
    value = _clean(term["value"] or "")
    return term["feature"] if value in ("", term["feature"]) else f"{term['feature']}: {value}"


def _quote(evidence: dict[str, Any]) -> Text:
    quote = _shorten(evidence["quote"])
    text = Text("     ")
    if evidence["stance"] == "denies":
        text.append("denied: ", style="red")
    text.append(f"“{quote}”", style="italic")
    return text.append(f"  {evidence['lang']}, {_clean(evidence['source_id'])}", style="dim")


def _shorten(quote: str) -> str:
    quote = _clean(" ".join(quote.split()))
    return quote if len(quote) <= _QUOTE_CHARS else quote[: _QUOTE_CHARS - 1].rstrip() + "…"


def _clean(text: str) -> str:
    """Text of the web without control and direction characters: a feed must not steer the terminal."""
    return "".join(c for c in text if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf"))
