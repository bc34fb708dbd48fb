"""`departures reprocess`: the archive with the rules of today, beside what is published; accept or drop it."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from include.cli.common import Home, err, new_run_id, out, read_as_of, read_settings
from include.cli.following import follow
from include.errors import ConfigError

if TYPE_CHECKING:
    from include.pipeline.reprocess import Candidate
    from include.settings import Settings

app = typer.Typer(
    help="Read a range of the archive with the rules of today, and show what that would change.",
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_SHOWN = 10  # changes of a kind; the file has all
_SIGNS = {"gained": ("+", "green"), "lost": ("-", "red"), "changed": ("~", "yellow")}
RunId = Annotated[str, typer.Argument(metavar="[RUN]", help="Id of the reprocessing; default: the one that waits.")]


@app.callback(invoke_without_command=True)
def reprocess(
    context: typer.Context,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="First day, such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Last day; default: today.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="ISO", help="Time that stands for now.")] = None,
    home: Home = None,
) -> None:
    """Read what was fetched or imported in the range again; nothing is published before `reprocess accept`."""
    if context.invoked_subcommand:
        return
    from include.pipeline.chain import run_reprocessing
    from include.pipeline.reprocess import read_candidate
    from include.pipeline.run import RunOptions, start_run

    settings = read_settings(home)
    for name, day in (("--since", since), ("--until", until)):
        if day == "":
            raise ConfigError(f"{name} '': a day such as 2026-11-01 is expected; leave the option out for all days")
    options = RunOptions(origin="archive", since=since or "", until=until or "")
    run = start_run(settings, run_id=new_run_id("reprocess"), as_of=read_as_of(settings, as_of), options=options)
    follow(run, run_reprocessing)
    print_candidate(settings, read_candidate(settings, run.run_id))


@app.command("show")
def show(
    run_id: RunId = "",
    as_json: Annotated[bool, typer.Option("--json", help="Every change, one JSON line each.")] = False,
    home: Home = None,
) -> None:
    """Show what a reprocessing would change, or has changed."""
    from include.pipeline.reprocess import find_waiting, read_changes

    settings = read_settings(home)
    candidate = find_waiting(settings, run_id)
    if not as_json:
        print_candidate(settings, candidate)
        return
    for change in read_changes(settings, candidate.run_id):
        print(json.dumps(change, ensure_ascii=False))


@app.command("accept")
def accept(run_id: RunId = "", home: Home = None) -> None:
    """Publish it. What other runs have published since stays."""
    from include.pipeline.chain import run_acceptance
    from include.pipeline.reprocess import find_waiting
    from include.pipeline.run import open_run

    settings = read_settings(home)
    follow(open_run(settings, find_waiting(settings, run_id).run_id), run_acceptance)


@app.command("drop")
def drop(run_id: RunId = "", home: Home = None) -> None:
    """Forget it. What it would have changed is kept to be read."""
    from include.pipeline.reprocess import drop_run, find_waiting
    from include.pipeline.run import open_run

    settings = read_settings(home)
    report = drop_run(open_run(settings, find_waiting(settings, run_id).run_id))
    err().print(report.sentence, markup=False)


def print_candidate(settings: Settings, candidate: Candidate) -> None:
    """The difference for a person: what comes, goes and changes, each with the sentence behind it."""
    from include.pipeline.reprocess import describe_change, read_changes

    changes = list(read_changes(settings, candidate.run_id))
    for kind, group in groupby(changes, key=lambda change: str(change["change"])):
        members = list(group)
        for change in members[:_SHOWN]:
            out().print(Text.assemble(_SIGNS[kind], " ", describe_change(change)))
            for evidence in change["evidence"][:1]:
                out().print(Text(f"    “{evidence['quote']}” {evidence['url']}", style="dim"))
        if len(members) > _SHOWN:
            out().print(f"  ... and {len(members) - _SHOWN} more {kind}", markup=False)
    columns = Counter(column for change in changes for column in change["columns"])
    if columns:
        out().print("changed: " + ", ".join(f"{name} {count}" for name, count in columns.most_common()), markup=False)
    out().print(candidate.sentence, markup=False)
    out().print(f"All of it: {settings.home / 'reprocess' / candidate.run_id / 'diff.jsonl'}", markup=False)
    if candidate.state == "waiting":
        out().print("Publish it: departures reprocess accept. Forget it: departures reprocess drop", markup=False)
    else:
        out().print(f"It was {candidate.state}.", markup=False)
