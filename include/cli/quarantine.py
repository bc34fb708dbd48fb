"""`departures quarantine`: what was set aside and why, and the way back for a record."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from include.cli.common import Home, err, out, read_settings
from include.errors import ConfigError

app = typer.Typer(help="What checks have set aside, and why; let a record go.")
_LISTED = 50
_HELD = (
    "SELECT record_id, kind, stage, reason, detail, source_id, strftime(quarantined_at, '%Y-%m-%d') AS since "
    "FROM quarantine WHERE released_at IS NULL ORDER BY quarantined_at DESC, record_id"
)


@app.command("list")
def list_held(
    everything: Annotated[bool, typer.Option("--all", help=f"All of them, not the latest {_LISTED}.")] = False,
    home: Home = None,
) -> None:
    """Show the records that are held, the latest first."""
    from rich.table import Table
    from rich.text import Text

    from include.warehouse.generations import open_read_only

    settings = read_settings(home)
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        rows = con.execute(_HELD).fetchall()
    finally:
        con.close()
    shown = rows if everything else rows[:_LISTED]
    table = Table("record", "kind", "step", "reason", "detail", "source", "since")
    for row in shown:
        table.add_row(*[Text(str(cell)) for cell in row])
    if shown:
        out().print(table)
    more = f", of which these are the latest {len(shown)}" if len(shown) < len(rows) else ""
    err().print(f"{len(rows)} records are held{more}", markup=False)


@app.command("release")
def release(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Its id, from `departures quarantine list`.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is right after all; kept with the decision.")],
    author: Annotated[str, typer.Option("--author", help="Who decides; default: the login name.")] = "",
    home: Home = None,
) -> None:
    """Let a record out at the next run; it is not set aside for this reason again."""
    from include.board.inbox import write_release
    from include.warehouse.generations import open_read_only

    settings = read_settings(home)
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        held = con.execute(
            "SELECT count(*) FROM quarantine WHERE record_id = ? AND released_at IS NULL", [record]
        ).fetchall()
    finally:
        con.close()
    if held == [(0,)]:
        raise ConfigError(f"{record}: no such record is held; `departures quarantine list` shows those that are")
    path = write_release(
        settings.inbox, record, author=author or getpass.getuser(), at=datetime.now(UTC), reason=reason
    )
    err().print(f"{record} is let go by the next run ({path})", markup=False)
