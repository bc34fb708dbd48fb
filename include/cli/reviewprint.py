"""How `departures review` words what waits and what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from include.cli.common import out

if TYPE_CHECKING:
    from include.resolve.decisions import Decision

_QUOTE = 160


def print_departures(rows: list[dict[str, Any]], limit: int) -> None:
    """Departures that were read with little confidence, each with its best sentence."""
    console = out()
    console.print(Text(f"{len(rows)} departures wait", style="bold"))
    for row in rows[:limit]:
        route = f"{row['from_org'] or 'not stated'} → {row['to_org'] or 'not stated'}"
        console.print(Text(f"  {row['event_id']}  {row['person']}: {route}, {row['confidence']:.0%} sure"))
        if row["evidence"]:
            console.print(Text(f"      “{_shorten(row['evidence'][0]['quote'])}”", style="italic"))


def print_proposals(proposals: list[dict[str, Any]], limit: int) -> None:
    """People who may be one, with the sentences that name them."""
    console = out()
    console.print(Text(f"{len(proposals)} pairs of people may be one", style="bold"))
    for row in proposals[:limit]:
        names = f"{row['left_name']} ({row['left_id']}) and {row['right_name']} ({row['right_id']})"
        console.print(Text(f"  {row['proposal_id']}  {names}: {row['why']}, {row['likeness']:.0%} alike"))
        for quote in (row["left_quote"], row["right_quote"]):
            if quote:
                console.print(Text(f"      “{_shorten(quote)}”", style="italic"))


def print_waiting(waiting: list[Decision]) -> None:
    """Decisions that no run has applied yet."""
    console = out()
    console.print(Text(f"{len(waiting)} decisions wait for the next run", style="bold"))
    for decision in waiting:
        console.print(Text("  ").append(describe(decision)))


def describe(decision: Decision) -> str:
    """A decision on one line."""
    what = f"{decision.kind} {decision.subject}"
    if decision.kind == "correct":
        what += f" {decision.field} to {decision.value or 'nothing'}"
    elif decision.other:
        what += f" and {decision.other}"
    return f"{decision.decision_id}  {decision.at:%Y-%m-%d %H:%M}  {what}, by {decision.author}: {decision.reason}"


def as_json(decision: Decision) -> dict[str, Any]:
    """A decision as JSON keeps it."""
    names = ("decision_id", "kind", "subject", "other", "field", "value", "author", "reason")
    articles = list(decision.article_ids)
    return {name: getattr(decision, name) for name in names} | {"at": decision.at.isoformat(), "article_ids": articles}


def _shorten(quote: str) -> str:
    quote = " ".join(quote.split())
    return quote if len(quote) <= _QUOTE else f"{quote[: _QUOTE - 1].rstrip()}…"
