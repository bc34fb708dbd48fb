"""`departures review`: what waits for a person, and what a person decides. Decisions are files in the inbox."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from include.cli.common import Home, err, mark, new_run_id, out, read_as_of, read_settings, write_json_lines
from include.cli.reviewprint import as_json, describe, print_departures, print_proposals, print_waiting
from include.errors import ConfigError
from include.outfile import check_output
from include.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from include.pipeline.reviewing import Author
    from include.resolve.decisions import Decision

app = typer.Typer(
    help="What waits for a person, and decisions: with author, time and reason, kept, and applied over extraction.",
    invoke_without_command=True,
    rich_markup_mode="rich",
)
_SHOWN = 20

Event = Annotated[str, typer.Argument(metavar="EVENT", help="An event's id or its beginning, or the person's name.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; others will read it.")]
By = Annotated[str, typer.Option("--author", "-a", help="Who decides; default: your login name.")]
Articles = Annotated[
    list[str] | None,
    typer.Option("--article", metavar="ID", help="An article to take out: its id, address or id of import. Repeat it."),
]


@dataclass(frozen=True, slots=True)
class _Desk:
    """An installation and the person who decides in it."""

    settings: Settings
    con: duckdb.DuckDBPyConnection
    author: Author

    def new_id(self) -> str:
        from include.pipeline.reviewing import new_decision_id

        return new_decision_id("cli")

    def decide(self, kind: Any, subject: str, **fields: Any) -> Decision:
        from include.resolve.decisions import Decision

        author = self.author
        return Decision(self.new_id(), kind, subject, author.name, author.at, author.reason, **fields)

    def keep(self, decision: Decision, said: str, *notes: str, follow: bool = True) -> None:
        """Put a decision into the inbox and say what it will do."""
        from include.resolve.decisions import write_decision

        try:
            write_decision(self.settings.inbox, decision)
        except ConfigError as error:  # its text begins with a file that was not written
            raise ConfigError(str(error).split(": ", 1)[-1]) from None
        console = err()
        for note in notes:
            if note:
                console.print(mark("!", "yellow", note))
        console.print(mark("✓", "green", f"{decision.decision_id}: {said}"))
        if follow:
            console.print("The next run applies it; `departures review apply` does so now.", style="dim")


@app.callback()
def review(context: typer.Context, home: Home = None) -> None:
    """Show what waits for a person. Commands below decide."""
    if context.invoked_subcommand is None:
        show_list(home=home)
    elif home:
        raise ConfigError(f"--home stands behind the command: review {context.invoked_subcommand} ... --home {home}")


@app.command("list")
def show_list(
    json_wanted: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many of each.")] = _SHOWN,
    home: Home = None,
) -> None:
    """Departures that were read with little confidence, people who may be one, and decisions that wait for a run."""
    from include.pipeline.reviewing import is_waiting, list_waiting, read_log, read_proposals
    from include.pipeline.rows import read_rows

    settings = read_settings(home)
    refused: list[str] = []
    with _open(settings) as con:
        waiting = list_waiting(read_log(con, settings.inbox, refused))
        decided = {decision.subject for decision in waiting}
        rows = [r for r in read_rows(con, "events", is_waiting()) if not {r["event_id"], r["person_id"]} & decided]
        proposals = read_proposals(con, waiting)
    if json_wanted:
        shown = {
            "departures": rows[:limit],
            "people": [{**row, "known_at": f"{row['known_at']:%Y-%m-%dT%H:%M:%SZ}"} for row in proposals[:limit]],
            "decisions": [as_json(decision) for decision in waiting],
        }
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        print_departures(rows, limit)
        print_proposals(proposals, limit)
        print_waiting(waiting)
    for line in refused:
        err().print(mark("!", "yellow", line))


@app.command("log")
def show_log(
    json_wanted: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    home: Home = None,
) -> None:
    """Every decision, newest first: waiting, applied or undone, by whom, when and why."""
    from include.pipeline.reviewing import read_log

    settings = read_settings(home)
    refused: list[str] = []
    with _open(settings) as con:
        entries = read_log(con, settings.inbox, refused)
    if json_wanted:
        rows = [{**as_json(entry.decision), "state": entry.state} for entry in entries]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for entry in entries:
            out().print(f"{entry.state:<8} {describe(entry.decision)}", markup=False)
        if not entries:
            out().print("Nobody has decided anything yet.")
    for line in refused:
        err().print(mark("!", "yellow", line))


@app.command()
def approve(event: Event, reason: Reason, author: By = "", home: Home = None) -> None:
    """An event is right; or, with the id of a likeness (same-...), the two people are one."""
    from include.pipeline.reviewing import find_proposal, find_subject, plan_entity_merge

    with _sit_down(home, author, reason) as desk:
        if event.startswith("same-"):
            pair = find_proposal(desk.con, event)
            decision, notes = plan_entity_merge(desk.con, pair["left_id"], pair["right_id"], desk.author, desk.new_id())
            desk.keep(decision, f"{pair['left_name']} and {pair['right_name']} are one", *notes)
            return
        subject = find_subject(desk.con, event)
        desk.keep(desk.decide("approve", subject.event_id), f"{subject.event_id} is approved", subject.note)


@app.command()
def reject(event: Event, reason: Reason, author: By = "", home: Home = None) -> None:
    """An event is wrong: off the board, kept as rejected. With a likeness (same-...): the two people are two."""
    from include.pipeline.reviewing import find_proposal, find_subject

    with _sit_down(home, author, reason) as desk:
        if event.startswith("same-"):
            pair = find_proposal(desk.con, event)
            said = f"{pair['left_name']} and {pair['right_name']} are two"
            desk.keep(desk.decide("reject", event), said)
            return
        subject = find_subject(desk.con, event)
        desk.keep(desk.decide("reject", subject.event_id), f"{subject.event_id} is rejected", subject.note)


@app.command()
def merge(
    event: Event,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The event that goes into EVENT.")],
    reason: Reason,
    author: By = "",
    home: Home = None,
) -> None:
    """Two events are one: OTHER goes into EVENT, and its id leads there from then on."""
    from include.pipeline.reviewing import find_subject

    with _sit_down(home, author, reason) as desk:
        kept, gone = find_subject(desk.con, event), find_subject(desk.con, other)
        if kept.event_id == gone.event_id:
            raise ConfigError(f"{event} and {other} are one event already: {kept.event_id}")
        if kept.person_id != gone.person_id:
            raise ConfigError(
                f"{kept.event_id} is about {kept.person} and {gone.event_id} about {gone.person}; say first that they "
                f"are one person: departures review merge-entities {kept.person_id} {gone.person_id}"
            )
        decision = desk.decide("merge", kept.event_id, other=gone.event_id)
        desk.keep(decision, f"{gone.event_id} goes into {kept.event_id}", kept.note, gone.note)


@app.command()
def split(event: Event, reason: Reason, article: Articles = None, author: By = "", home: Home = None) -> None:
    """An event is two: what the named articles say becomes an event of its own."""
    from include.pipeline.reviewing import find_articles, find_subject

    with _sit_down(home, author, reason) as desk:
        subject = find_subject(desk.con, event)
        chosen = find_articles(desk.con, article or [], event_id=subject.event_id)
        decision = desk.decide("split", subject.event_id, article_ids=chosen)
        desk.keep(decision, f"{len(chosen)} articles leave {subject.event_id}", subject.note)


@app.command()
def correct(
    event: Event,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="What is wrong, such as to_org, date, status.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What is right; '' where nothing is stated.")],
    reason: Reason,
    author: By = "",
    home: Home = None,
) -> None:
    """Set a field of an event. It stays set, whatever later articles and newer rules say."""
    from include.pipeline.reviewing import find_subject

    with _sit_down(home, author, reason) as desk:
        subject = find_subject(desk.con, event)
        right = " ".join(value.split()) or None
        decision = desk.decide("correct", subject.event_id, field=field, value=right)
        desk.keep(decision, f"{field} of {subject.event_id} is {right or 'not stated'}", subject.note)


@app.command()
def takedown(
    who: Annotated[str, typer.Argument(metavar="WHO", help="A person's id or name, or one of their events.")],
    reason: Reason,
    author: By = "",
    later: Annotated[bool, typer.Option("--later", help="Leave it to the next run.")] = False,
    home: Home = None,
) -> None:
    """Remove a person who asked for it: from every table, export and page, now, and from later articles too."""
    from include.pipeline.reviewing import find_entity, find_subject, plan_person_takedown

    with _sit_down(home, author, reason) as desk:
        try:
            entity, note = find_entity(desk.con, who)
        except ConfigError:
            subject = _find_person(desk.con, who, find_subject)
            entity, note = find_entity(desk.con, subject)
        if entity.kind != "person":
            raise ConfigError(f"{who!r} is an organisation; a takedown is for a person")
        decision = plan_person_takedown(desk.con, entity.entity_id, [entity.name, *entity.aliases], desk.author)
        desk.keep(decision, f"{entity.entity_id} is to be taken down", note, follow=later)
        settings = desk.settings
    if not later:
        _apply(settings)


@app.command("merge-entities")
def merge_entities(
    kept: Annotated[str, typer.Argument(metavar="KEPT", help="Id of the person or organisation that stays.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Id of the one that is the same.")],
    reason: Reason,
    author: By = "",
    home: Home = None,
) -> None:
    """Two people, or two organisations, are one. The id of the other leads to the one that stays."""
    from include.pipeline.reviewing import plan_entity_merge

    with _sit_down(home, author, reason) as desk:
        decision, notes = plan_entity_merge(desk.con, kept, other, desk.author, desk.new_id())
        desk.keep(decision, f"{decision.other} is {decision.subject}", *notes)


@app.command("split-entity")
def split_entity(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Id of the person who is two.")],
    reason: Reason,
    article: Articles = None,
    author: By = "",
    home: Home = None,
) -> None:
    """A person is two: the named articles are about another one of that name."""
    from include.pipeline.reviewing import find_articles, find_entity

    with _sit_down(home, author, reason) as desk:
        entity, note = find_entity(desk.con, person)
        if entity.kind != "person":
            raise ConfigError(f"{person!r} is an organisation; only people are split")
        chosen = find_articles(desk.con, article or [], person_id=entity.entity_id)
        decision = desk.decide("split-entity", entity.entity_id, article_ids=chosen)
        desk.keep(decision, f"{len(chosen)} articles are about another {entity.name}", note)


@app.command()
def undo(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Its id, or the beginning; see the log.")],
    reason: Reason,
    author: By = "",
    home: Home = None,
) -> None:
    """Take a decision back. It stays in the log; an undoing can be undone too."""
    from include.pipeline.reviewing import read_log

    with _sit_down(home, author, reason) as desk:
        entries = read_log(desk.con, desk.settings.inbox, [])
        fits = [e for e in entries if e.decision.decision_id == decision] or [
            e for e in entries if e.decision.decision_id.startswith(decision)
        ]
        if len(fits) != 1:
            found = "no decision has" if not fits else f"{len(fits)} decisions have"
            raise ConfigError(f"{decision!r}: {found} this id; `departures review log` lists them")
        (entry,) = fits
        if entry.state == "undone":
            raise ConfigError(f"{entry.decision.decision_id} is undone already; undo its undoing to bring it back")
        erased = entry.decision.kind == "takedown" and entry.state == "applied"
        note = "what was removed is gone; articles that are read from now on are taken in again" if erased else ""
        desk.keep(desk.decide("undo", entry.decision.decision_id), f"{entry.decision.decision_id} is undone", note)


@app.command("apply")
def apply_now(home: Home = None) -> None:
    """Apply what waits and publish it, without collecting news."""
    from include.pipeline.reviewing import list_waiting, read_log

    settings = read_settings(home)
    with _open(settings) as con:
        waiting = list_waiting(read_log(con, settings.inbox, []))
    if not waiting:
        err().print("Nothing waits.")
        return
    _apply(settings)


@app.command()
def cases(
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="File to write.")],
    home: Home = None,
) -> None:
    """Write corrections as regression cases, in the form that `departures evaluate` scores."""
    from include.pipeline.cases import collect_cases

    settings = read_settings(home)
    check_output(target, settings.published_path)
    with _open(settings) as con:
        found = collect_cases(con, settings.inbox)
    written = write_json_lines(target, found)
    err().print(f"{written} cases: {target}. Score them: departures evaluate {target}")


def _apply(settings: Settings) -> None:
    from include.cli.following import follow, say_published
    from include.pipeline.chain import run_chain
    from include.pipeline.imports import stage_nothing
    from include.pipeline.run import RunOptions, start_run

    moment = read_as_of(settings, None)
    run = start_run(settings, run_id=new_run_id("review"), as_of=moment, options=RunOptions(origin="import"))
    stage_nothing(run)
    follow(run, run_chain)
    say_published(run)


@contextmanager
def _open(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    from include.warehouse.generations import open_read_only

    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        yield con
    finally:
        con.close()


@contextmanager
def _sit_down(home: Path | None, author: str, reason: str) -> Iterator[_Desk]:
    from include.pipeline.reviewing import Author

    settings = read_settings(home)
    reason, author = " ".join(reason.split()), " ".join(author.split()) or getpass.getuser()
    if not reason:
        raise ConfigError("--reason is empty; say why, others will read it")
    with _open(settings) as con:
        yield _Desk(settings, con, Author(author, datetime.now(UTC), reason))


def _find_person(con: duckdb.DuckDBPyConnection, who: str, find_subject: Any) -> str:
    """The id of the person who is meant: several events of one person are no question."""
    rows = con.execute("SELECT DISTINCT person_id FROM events WHERE lower(person) = lower(?)", [who.strip()]).fetchall()
    return str(rows[0][0]) if len(rows) == 1 else str(find_subject(con, who).person_id)
