"""Flagging day by day, from what changed alone, ends where flagging all of history at once does."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from include.flag.exodus import WINDOW_DAYS, exit_day, find_exodus, list_exits
from include.pipeline.flag import flag_run
from include.pipeline.run import RunContext, RunOptions, start_run
from include.records import Event, ExodusWindow, StatusChange
from include.settings import Settings
from include.warehouse.events import read_events
from include.warehouse.generations import create_work_copy, open_read_only, publish_work_copy
from tests.flag.build import event

FIRST = datetime(2025, 1, 10, 6, tzinfo=UTC)
DAYS, ORGANISATIONS = 12, 3


def tell(dice: random.Random, at: datetime, number: int) -> Event:
    """A departure that is told on a day: mostly of that day, sometimes of months before or of a day to come."""
    shift = dice.choice((0, 0, 1, 2, -1, 40, 400, -3))
    stated = (at - timedelta(days=shift)).date().isoformat()
    made = event(
        f"P{number}", f"Organisation {dice.randrange(ORGANISATIONS)}", event_id=f"e-{number:04d}",
        date=dice.choice((stated, stated, stated[:7], None)), status=dice.choice(("reported", "announced", "rumoured")),
        reported=at.date().isoformat(), focus=dice.choice(("main", "main", "background")),
        reason_stated=dice.choice((None, None, None, "laid-off", "died")),
        history=(StatusChange("reported", at - timedelta(days=9 * (number == 40)), None, "first report"),),
    )  # fmt: skip
    return replace(made, date_precision={10: "day", 7: "month", 0: "none"}[len(made.date or "")])


def change(dice: random.Random, known: Event) -> Event:
    """What a later article, or a person, makes of it."""
    return dice.choice(
        [
            replace(known, status="retracted"),
            replace(known, status="effective"),
            replace(known, review="rejected"),
            replace(known, date="2024-12-20", date_precision="day"),
            replace(known, kind="leave"),
            known,
        ]
    )


def flag_day(settings: Settings, number: int, events: list[Event]) -> RunContext:
    run = start_run(
        settings, run_id=f"r{number:02d}", as_of=FIRST + timedelta(days=number), options=RunOptions(force=True)
    )
    base = create_work_copy(
        settings.published_path, run.work_path, run_id=run.run_id, as_of=run.as_of, articles_root=settings.articles_root
    )
    as_of = base.as_of.isoformat() if base.as_of else None
    run.staging.write_json("base.json", {"number": base.number, "run_id": base.run_id, "as_of": as_of})
    run.staging.write_records("events.jsonl", events)
    run.staging.write_records("evidence.jsonl", [])
    flag_run(run)
    publish_work_copy(run.work_path, settings.published_path, base)
    return run


def read_outcome(settings: Settings) -> tuple[list[Event], list[ExodusWindow], dict[str, int]]:
    """What is published: the events, the windows, and how many had left before each event, as its score counts them."""
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        ids = [key for (key,) in con.execute("SELECT event_id FROM events").fetchall()]
        columns = ", ".join(
            f"{field.name}::VARCHAR" if field.name.startswith("window_") else field.name
            for field in fields(ExodusWindow)
        )
        order = "ORDER BY window_end, organisation_id"
        windows = con.execute(f"SELECT {columns} FROM store.exodus {order}").fetchall()
        counted = con.execute("SELECT event_id, value FROM reasons WHERE feature = 'in 30 days'").fetchall()
        return (
            read_events(con, ids),
            [ExodusWindow(*(tuple(value) if isinstance(value, list) else value for value in row)) for row in windows],
            {key: int(value.split()[0]) for key, value in counted},
        )
    finally:
        con.close()


def test_day_by_day_is_as_all_at_once(tmp_path: Path) -> None:
    dice = random.Random(3)
    settings = Settings.from_env({}, home=tmp_path)
    believed: dict[str, Event] = {}
    for number in range(DAYS):
        told = [tell(dice, FIRST + timedelta(days=number), len(believed) + n) for n in range(dice.randrange(3, 10))]
        told += [change(dice, believed[key]) for key in sorted(believed) if dice.random() < 0.08]
        believed |= {one.event_id: one for one in told}
        run = flag_day(settings, number, told)
        stored, windows, counted = read_outcome(settings)
        exits = list_exits(stored)
        observed = min(one.observed_since for one in exits if one.observed_since)
        expected = find_exodus(exits, as_of=run.as_of, observed_since=observed)
        assert windows == sorted(expected, key=lambda window: (window.window_end, window.organisation_id)), number
        assert counted == {one.event_id: before for one in stored if (before := count_left_before(one, stored))}
    assert len(windows) > 20 and len(counted) > 10


def count_left_before(one: Event, stored: list[Event]) -> int:
    """Others who left the same organisation in the 30 days up to this departure."""
    day = exit_day(one)
    if one.kind != "departure" or one.review == "rejected" or day is None:
        return 0
    days = {
        other.person_id: exit_day(other) for other in stored
        if other.kind == "departure" and other.review != "rejected" and other.from_org_id == one.from_org_id
        and other.status in ("reported", "announced", "effective") and other.person_id != one.person_id
    }  # fmt: skip
    return sum(1 for other in days.values() if other and day - timedelta(days=WINDOW_DAYS) < other <= day)
